package io.wengert.benchmark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script that measures a GPU runs from its beginning to its end, on an emulated one with small sizes. */
@Tag("cuda")
class GpuBenchmarkTest {

    @Test
    void quickRunGivesEveryFigure(@TempDir Path folder) throws Exception {
        String driver = System.getProperty("ai.djl.wengert.cuda_driver");
        Assumptions.assumeTrue(driver != null && !driver.isEmpty(), "the emulated driver is to be given");
        Path script = Path.of("..", ".ci", "gpu-benchmark");
        Assumptions.assumeTrue(Files.exists(script), "a packed bundle runs it by itself");
        Path run = folder.resolve("run");
        // The suites are run by themselves: here the script only has to start them.
        Files.writeString(run, "#!/bin/sh\nif [ \"$1\" = test ]; then echo '7 tests successful'; exit 0; fi\nshift\nexec '"
                + Path.of(System.getProperty("java.home"), "bin", "java") + "' -Dai.djl.wengert.cuda_driver='" + driver + "' -cp '"
                + System.getProperty("java.class.path") + "' \"$@\"\n");
        assertTrue(run.toFile().setExecutable(true));
        Path report = folder.resolve("report.md");
        Path log = folder.resolve("log");
        ProcessBuilder builder = new ProcessBuilder("bash", script.toString(), "--quick",
                "--engines", "Wengert", "--output", report.toString()).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("WENGERT_RUN", run.toString());
        Process p = builder.start();
        assertTrue(p.waitFor(10, TimeUnit.MINUTES), "it hangs");
        assertEquals(0, p.exitValue(), () -> text(log));
        String text = Files.readString(report);
        for (Workload w : Place.SMALL_GPU.workloads()) {
            assertTrue(text.matches("(?s).*\\| " + w.name() + " +\\| " + w.unit() + " +\\| \\d.*"), w.name() + " in\n" + text);
        }
        assertTrue(text.contains("| gemm bfloat16 192 | the best peer | 0.80 | - | - |"), text);
        assertTrue(text.contains("tests on the device: passed"), text);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (java.io.IOException e) {
            return e.toString();
        }
    }
}
