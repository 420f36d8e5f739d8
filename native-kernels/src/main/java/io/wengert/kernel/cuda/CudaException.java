package io.wengert.kernel.cuda;

import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/** What the CUDA driver refused, with its status. */
public final class CudaException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;

    CudaException(int status, String what) {
        super(what + ": " + text(status) + (isLasting(status) ? "; the device takes no more work from this process" : ""));
        this.status = status;
    }

    /** The driver's {@code CUresult}. */
    public int status() { return status; }

    /** Whether every later call on the device will fail as well: a kernel has gone wrong, or the device is gone. */
    public boolean isLasting() { return isLasting(status); }

    private static boolean isLasting(int status) {
        return status >= CUresult.CUDA_ERROR_ILLEGAL_ADDRESS && status <= CUresult.CUDA_ERROR_LAUNCH_FAILED
                && status != CUresult.CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES
                || status == CUresult.CUDA_ERROR_ECC_UNCORRECTABLE || status == CUresult.CUDA_ERROR_DEVICE_UNAVAILABLE;
    }

    /** The name and the driver's explanation of a status. */
    static String text(int status) {
        String[] explanation = new String[1];
        JCudaDriver.cuGetErrorString(status, explanation);
        String name = CUresult.stringFor(status);
        return explanation[0] == null ? name : name + " (" + explanation[0] + ")";
    }

    static void check(int status, String what) {
        if (status != 0) {
            throw new CudaException(status, what);
        }
    }
}
