package io.wengert.kernel.cuda;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * The GPU that tests of the CUDA backend run on: a real one where there is one, else the driver that is emulated on the
 * CPU, built from the same kernel sources by g++ into {@code target/emulator}.
 */
final class EmulatedGpu {

    private static final String MISSING = prepare();

    private EmulatedGpu() {}

    /** A GPU; where there is neither a real one nor g++, the calling test is skipped and says why. */
    static CudaBackend get() {
        Assumptions.assumeTrue(MISSING == null, MISSING);
        Assumptions.assumeTrue(CudaDevices.count() > 0, CudaDevices::status);
        return (CudaBackend) CudaDevices.backend(0);
    }

    /** Whether the GPU is emulated, so that it can be told to fail. */
    static boolean isEmulated() { return get().gpu().name().contains("emulated"); }

    /** Changes settings of the emulated driver, as driver.cpp lists them. */
    static void set(String settings) {
        CudaDriver.module(("emulator: " + settings + "\0").getBytes(StandardCharsets.US_ASCII), "settings");
    }

    private static String prepare() {
        if (System.getProperty(CudaProbe.DRIVER) != null || Files.exists(Path.of("/dev/nvidiactl"))) {
            return null;
        }
        Path out = Path.of("target", "emulator").toAbsolutePath();
        try {
            Path log = Files.createDirectories(out).resolve("build.log");
            Process p = new ProcessBuilder("sh", Path.of("src", "test", "cuda", "build.sh").toString(), out.toString())
                    .redirectErrorStream(true).redirectOutput(log.toFile()).start();
            if (!p.waitFor(10, TimeUnit.MINUTES) || p.exitValue() != 0) {
                String text = Files.readString(log);
                if (text.contains("g++: not found") || text.contains("g++: command not found")) {
                    return "no g++ to build the emulated GPU with";
                }
                throw new IllegalStateException("the emulated GPU does not build:\n" + text);
            }
        } catch (IOException e) {
            return "cannot build the emulated GPU: " + e.getMessage();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        System.setProperty(CudaProbe.DRIVER, out.resolve("libcuda.so.1").toString());
        return null;
    }
}
