package io.wengert.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.wengert.op.TestDevice;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The example of the first page learns on the GPU what it learns on the CPU. */
@Tag("cuda")
class TrainMnistOnGpuTest {

    @TempDir private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"mlp", "lenet"})
    void lossesAreEqual(String network) throws Exception {
        Assumptions.assumeTrue(TestDevice.isGpu(), "runs in the profile cuda, with -Dwengert.test.device=gpu");
        assertEquals(loss(network, "cpu"), loss(network, "gpu"), 2e-3);
    }

    private double loss(String network, String device) throws Exception {
        return TrainMnist.train(TrainMnistOptions.parse("--network", network, "--device", device, "--limit", "128", "--epochs", "1",
                "--batch-size", "32", "--output", folder.resolve(device).toString())).get(0).trainLoss();
    }
}
