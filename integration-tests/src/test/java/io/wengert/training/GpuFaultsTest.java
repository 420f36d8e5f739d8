package io.wengert.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import io.wengert.op.TestDevice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Training on a GPU that fails: the error tells what to do, everything closes without a word, and what does not need that GPU goes
 * on. Each case has a process of its own, whose emulated driver is told when to fail.
 */
@Tag("cuda")
class GpuFaultsTest {

    private static final String DRIVER = "ai.djl.wengert.cuda_driver";

    @TempDir private Path folder;

    @BeforeEach
    void onlyEmulated() {
        Assumptions.assumeTrue(TestDevice.isGpu() && Engine.getEngine("Wengert").toString().contains("emulated"),
                "runs on the emulated GPU of the profile cuda");
    }

    /** What the processes run. */
    public static final class Main {

        private Main() {}

        public static void main(String[] steps) {
            System.out.println(Engine.getEngine("Wengert"));
            for (String step : steps) {
                String[] s = step.split(":");
                Device device = "cpu".equals(s[0]) ? Device.cpu() : Device.gpu(Integer.parseInt(s[0]));
                try {
                    System.out.printf(Locale.ROOT, "%s %.4f%n", device, train(device, Integer.parseInt(s[1])));
                } catch (RuntimeException | OutOfMemoryError e) {
                    System.out.println(device + " " + e.getClass().getSimpleName() + " " + e.getMessage());
                }
            }
        }

        /** The loss after a few steps with batches of a size; it is the same for all sizes. */
        private static float train(Device device, int batch) {
            Engine.getEngine("Wengert").setRandomSeed(3);
            try (Model model = Model.newInstance("faulty", device, "Wengert")) {
                model.setBlock(new SequentialBlock().add(Linear.builder().setUnits(64).build()).add(Activation::tanh)
                        .add(Linear.builder().setUnits(2).build()));
                DefaultTrainingConfig config = new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                        .optDevices(new Device[] {device})
                        .optOptimizer(Optimizer.sgd().setLearningRateTracker(Tracker.fixed(0.1f)).build());
                float last = 0;
                try (Trainer trainer = model.newTrainer(config)) {
                    trainer.initialize(new Shape(batch, 2));
                    for (int i = 0; i < 10; i++) {
                        try (NDManager m = trainer.getManager().newSubManager()) {
                            NDArray y = m.arange(batch).mod(2);
                            NDArray x = y.reshape(batch, 1).concat(y.reshape(batch, 1).neg(), 1).toType(
                                    ai.djl.ndarray.types.DataType.FLOAT32, false);
                            try (GradientCollector gc = trainer.newGradientCollector()) {
                                NDArray loss = trainer.getLoss().evaluate(new NDList(y), trainer.forward(new NDList(x)));
                                gc.backward(loss);
                                last = i == 9 ? loss.getFloat() : 0;
                            }
                        }
                        trainer.step();
                    }
                }
                return last;
            }
        }
    }

    /** The lines that a process prints, when its driver has these settings. */
    private List<String> run(String settings, String... steps) throws Exception {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx1g",
                "-D" + DRIVER + "=" + System.getProperty(DRIVER), "-Dai.djl.wengert.lanes=plain", "-Dai.djl.default_engine=Wengert",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"));
        if (Runtime.version().feature() >= 24) {
            // Newer JDKs warn of every native library.
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(List.of(steps));
        ProcessBuilder b = new ProcessBuilder(command);
        b.environment().put("WENGERT_EMULATOR", settings);
        Path err = folder.resolve("err");
        Process p = b.redirectError(err.toFile()).start();
        String out = new String(p.getInputStream().readAllBytes());
        assertEquals(0, p.waitFor(), () -> out);
        assertEquals("", Files.readString(err));
        return out.lines().toList();
    }

    private static void assertContains(String line, String... parts) {
        for (String part : parts) {
            assertTrue(line.contains(part), () -> part + " in: " + line);
        }
    }

    @Test
    void failedKernelLosesItsDeviceOnly() throws Exception {
        List<String> lines = run("lazy=1 fail=700 after=100", "0:16", "0:16", "1:16", "cpu:16");
        assertContains(lines.get(1), "gpu(0) CudaException gpu(0): ", "context is lost", "Start again", "CPU or another GPU");
        assertContains(lines.get(2), "gpu(0) CudaException gpu(0): ", "context is lost");
        assertContains(lines.get(3), "gpu(1) 0.");
        assertEquals(lines.get(3).split(" ")[1], lines.get(4).split(" ")[1]);
    }

    @Test
    void lostDeviceIsToldOf() throws Exception {
        List<String> lines = run("fail=46 after=30", "1:16", "0:16");
        assertContains(lines.get(1), "gpu(1) CudaException gpu(1): kernel ", "CUDA_ERROR_DEVICE_UNAVAILABLE");
        assertContains(lines.get(2), "gpu(0) 0.");
    }

    @Test
    void smallerBatchesTrainWhereALargeOneHadNoRoom() throws Exception {
        List<String> lines = run("memory=" + (32 << 20), "0:60000", "0:16", "cpu:16");
        assertContains(lines.get(1), "gpu(0) OutOfMemoryError no room on gpu(0) for ", "most of it ", " of 3840000 float32 (",
                "use smaller batches");
        assertContains(lines.get(2), "gpu(0) 0.");
        assertEquals(lines.get(2).split(" ")[1], lines.get(3).split(" ")[1]);
    }

    @Test
    void workMayBeQueuedAtTheEnd() throws Exception {
        List<String> lines = run("lazy=1", "0:16", "1:16");
        assertEquals(lines.get(1).split(" ")[1], lines.get(2).split(" ")[1]);
    }

    @Test
    void whatDoesNotServeIsLeftAlone() throws Exception {
        for (String settings : List.of("devices=0", "version=10020", "capability=75")) {
            List<String> lines = run(settings, "0:16", "cpu:16");
            assertContains(lines.get(0), "GPU: none (");
            assertContains(lines.get(1), "gpu(0) IllegalArgumentException no gpu(0) in this process: ");
            assertContains(lines.get(2), "cpu() 0.");
        }
    }
}
