package io.wengert.kernel.cuda;

import io.wengert.kernel.Backend;

/** The GPUs of this process, each opened when it is first asked for. */
public final class CudaDevices {

    private static final Object LOCK = new Object();
    private static CudaBackend[] open;

    private CudaDevices() {}

    public static int count() { return CudaProbe.get().devices(); }

    /** What was found, for people. */
    public static String status() { return CudaProbe.get().reason(); }

    /** Whether a GPU was opened, and takes no more work. */
    public static boolean isLost(int ordinal) {
        synchronized (LOCK) {
            return open != null && open[ordinal] != null && open[ordinal].gpu().isLost();
        }
    }

    /**
     * The backend of a GPU.
     *
     * @throws IllegalArgumentException if there is none of this number
     */
    public static Backend backend(int ordinal) {
        if (ordinal < 0 || ordinal >= count()) {
            throw new IllegalArgumentException("no gpu(" + ordinal + ") in this process: " + status());
        }
        synchronized (LOCK) {
            if (open == null) {
                open = new CudaBackend[count()];
            }
            if (open[ordinal] == null) {
                open[ordinal] = new CudaBackend(ordinal);
            }
            return open[ordinal];
        }
    }
}
