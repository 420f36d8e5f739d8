package io.wengert.kernel.cuda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import jcuda.driver.CUdevice;
import jcuda.driver.JCudaDriver;

/**
 * Whether there is a GPU to work on and, if not, why: found out without a word on stderr, and without loading anything
 * native where a look at the files shows that it would fail.
 *
 * @param state what was found
 * @param reason the same for people
 * @param devices how many GPUs there are
 */
public record CudaProbe(State state, String reason, int devices) {

    /** The system property with the path of the driver's library, for one that lies where nobody looks. */
    public static final String DRIVER = "ai.djl.wengert.cuda_driver";

    private static final int CUDA_ERROR_NO_DEVICE = 100;

    /** The first driver that takes the PTX of the kernels, and the first devices, as the driver counts them. */
    private static final int OLDEST_DRIVER = 11000;
    private static final int OLDEST_DEVICE = 80;

    /** What may be missing, in the order in which it is looked for. */
    public enum State {
        /** JCuda is not on the class path, or has no native library for this system. */
        NO_BINDING,
        /** No library of an NVIDIA driver, or one that does not load or is too old. */
        NO_DRIVER,
        /** A driver without a device that it can use. */
        NO_DEVICE,
        OK
    }

    private static final class Found {
        static final CudaProbe PROBE = probe();
    }

    /** What this process found, once and for all. */
    public static CudaProbe get() { return Found.PROBE; }

    private static CudaProbe probe() {
        ClassLoader loader = CudaProbe.class.getClassLoader();
        try {
            Class.forName("jcuda.driver.JCudaDriver", false, loader);
        } catch (ClassNotFoundException e) {
            return missing(State.NO_BINDING, "org.jcuda:jcuda is not on the class path");
        }
        String driver = System.getProperty(DRIVER, "");
        if (driver.isBlank() && !isDriverInstalled()) {
            return missing(State.NO_DRIVER, "no NVIDIA driver is installed");
        }
        return Binding.probe(driver);
    }

    private static CudaProbe missing(State state, String reason) { return new CudaProbe(state, reason, 0); }

    /** The places that a loaded kernel driver shows itself at; without it the library could do nothing. */
    private static boolean isDriverInstalled() {
        String windows = System.getenv("SystemRoot");
        List<Path> places = windows != null ? List.of(Path.of(windows, "System32", "nvcuda.dll"))
                : List.of(Path.of("/dev/nvidiactl"), Path.of("/dev/nvidia0"), Path.of("/dev/dxg"));
        return places.stream().anyMatch(Files::exists);
    }

    /** The part that needs JCuda's classes. */
    private static final class Binding {

        static CudaProbe probe(String driver) {
            try {
                if (!driver.isBlank()) {
                    System.load(Path.of(driver).toAbsolutePath().toString());
                }
            } catch (UnsatisfiedLinkError e) {
                return missing(State.NO_DRIVER, "the driver " + driver + " does not load: " + reason(e));
            }
            try {
                load();
            } catch (IOException | ReflectiveOperationException | LinkageError e) {
                String why = reason(e);
                return why.contains("No resource")
                        ? missing(State.NO_BINDING, "org.jcuda:jcuda-natives for this system is not on the class path")
                        : missing(State.NO_DRIVER, "the NVIDIA driver does not load: " + why);
            }
            int status = JCudaDriver.cuInit(0);
            if (status != 0) {
                String what = status == CUDA_ERROR_NO_DEVICE ? "the driver finds no device" : CudaException.text(status);
                return missing(State.NO_DEVICE, what);
            }
            int[] n = new int[1];
            JCudaDriver.cuDriverGetVersion(n);
            if (n[0] < OLDEST_DRIVER) {
                return missing(State.NO_DRIVER, "the NVIDIA driver is one for CUDA " + n[0] / 1000 + "." + n[0] % 1000 / 10
                        + ", and 11.0 is the oldest that serves: a newer driver is needed");
            }
            JCudaDriver.cuDeviceGetCount(n);
            return devices(n[0]);
        }

        /** The devices up to the first that is too old: the driver has the fastest first. */
        private static CudaProbe devices(int count) {
            for (int i = 0; i < count; i++) {
                CUdevice d = CudaDriver.device(i);
                int capability = CudaDriver.capability(d);
                if (capability < OLDEST_DEVICE) {
                    String old = "gpu(" + i + "), " + CudaDriver.name(d) + ", has compute capability " + capability / 10 + "."
                            + capability % 10 + ", and 8.0 is needed";
                    return i == 0 ? missing(State.NO_DEVICE, old) : new CudaProbe(State.OK, number(i) + "; " + old, i);
                }
            }
            return count == 0 ? missing(State.NO_DEVICE, "the driver finds no device")
                    : new CudaProbe(State.OK, number(count), count);
        }

        private static String number(int count) { return count + (count == 1 ? " device" : " devices"); }

        /**
         * Initialises JCuda with a temporary folder of this process alone. By itself it would unpack its library under a fixed
         * name and trust whatever lies there, so that a half-written file crashes and processes race.
         */
        private static void load() throws IOException, ReflectiveOperationException {
            Path folder = Files.createTempDirectory("wengert-cuda");
            String usual = System.getProperty("java.io.tmpdir");
            System.setProperty("java.io.tmpdir", folder.toString());
            try {
                Class.forName("jcuda.driver.JCudaDriver", true, CudaProbe.class.getClassLoader());
            } finally {
                System.setProperty("java.io.tmpdir", usual);
                remove(folder);
            }
        }

        /** A loaded library stays loaded without its file; where the system keeps the file, it goes at the end. */
        private static void remove(Path folder) throws IOException {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path f : files.toList()) {
                    try {
                        Files.delete(f);
                    } catch (IOException e) {
                        f.toFile().deleteOnExit();
                    }
                }
            }
            if (!folder.toFile().delete()) {
                folder.toFile().deleteOnExit();
            }
        }

        /** The last exception that is told of: JCuda's message holds the traces of all it tried. */
        private static String reason(Throwable e) {
            String text = String.valueOf(e.getMessage());
            String last = text.lines().findFirst().orElse(e.toString());
            for (String line : text.lines().toList()) {
                if (line.startsWith("java.")) {
                    last = line.substring(line.indexOf(' ') + 1);
                }
            }
            return last;
        }
    }
}
