package io.wengert.kernel;

import java.lang.reflect.InvocationTargetException;

/** Finds the backends of this process; the only class that names implementations. */
public final class Backends {

    private static final String CUDA = "io.wengert.kernel.cuda.CudaDevices";

    private static final class Cpu {
        static final Backend INSTANCE = (Backend) call("io.wengert.kernel.cpu.CpuBackend", "create");
    }

    private Backends() {}

    /** The CPU, which is always there. */
    public static Backend cpu() { return Cpu.INSTANCE; }

    /** How many GPUs there are; nothing native is loaded where there are none. */
    public static int gpus() { return (Integer) call(CUDA, "count"); }

    /** Whether a GPU, once it was used, takes no more work from this process: a kernel has gone wrong on it, or it is gone. */
    public static boolean isLost(int ordinal) { return (Boolean) call(CUDA, "isLost", ordinal); }

    /** What GPUs there are or, if none, why. */
    public static String gpuStatus() { return (String) call(CUDA, "status"); }

    /**
     * A GPU.
     *
     * @param ordinal from 0
     * @throws IllegalArgumentException if there is none of this number; the message tells why
     */
    public static Backend gpu(int ordinal) { return (Backend) call(CUDA, "backend", ordinal); }

    private static Object call(String type, String method, Object... args) {
        try {
            Class<?>[] types = new Class<?>[args.length];
            java.util.Arrays.fill(types, int.class);
            return Class.forName(type).getMethod(method, types).invoke(null, args);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException wrong) {
                throw wrong;
            }
            throw new IllegalStateException("cannot start " + type, e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot find " + type, e);
        }
    }
}
