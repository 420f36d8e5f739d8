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

    /** What the emulated driver counts, by the numbers in driver.cpp. */
    enum Count {
        PEER_COPIES, DIRECT_PEER_COPIES, HOST_COPIES, QUEUED, PINNED
    }

    private EmulatedGpu() {}

    /** A GPU; where there is neither a real one nor g++, the calling test is skipped and says why. */
    static CudaBackend get() { return get(0); }

    /** One of several GPUs; the emulated driver has two. */
    static CudaBackend get(int ordinal) {
        Assumptions.assumeTrue(MISSING == null, MISSING);
        Assumptions.assumeTrue(CudaDevices.count() > ordinal, CudaDevices::status);
        return (CudaBackend) CudaDevices.backend(ordinal);
    }

    /** Whether the GPU is emulated, so that it can be told to fail. */
    static boolean isEmulated() { return get().gpu().name().contains("emulated"); }

    /** Changes settings of the emulated driver, as driver.cpp lists them. */
    static void set(String settings) {
        CudaDriver.module(("emulator: " + settings + "\0").getBytes(StandardCharsets.US_ASCII), "settings");
    }

    /** What the emulated driver was asked for so far, or has queued on a device. */
    static int count(CudaBackend gpu, Count what) {
        return CudaDriver.attribute(CudaDriver.device(gpu.ordinal()), 10_000 + what.ordinal());
    }

    private static String prepare() {
        if (!System.getProperty(CudaProbe.DRIVER, "").isBlank() || Files.exists(Path.of("/dev/nvidiactl"))) {
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
