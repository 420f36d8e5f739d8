package io.wengert.kernel.cuda;

import java.util.Set;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/** What the CUDA driver refused, with its status. */
public final class CudaException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private static final String LOST = "; the device's context is lost: it takes no more work from this process, and its arrays are "
            + "gone. Start again, or go on on the CPU or another GPU. If a kernel has failed, CUDA_LAUNCH_BLOCKING=1 in the environment "
            + "lets the error name it";

    /** Statuses after which, by the driver's manual, only a new process helps. */
    private static final Set<Integer> LASTING = Set.of(CUresult.CUDA_ERROR_DEINITIALIZED, CUresult.CUDA_ERROR_DEVICE_UNAVAILABLE,
            CUresult.CUDA_ERROR_ECC_UNCORRECTABLE, CUresult.CUDA_ERROR_NVLINK_UNCORRECTABLE, CUresult.CUDA_ERROR_ILLEGAL_ADDRESS,
            CUresult.CUDA_ERROR_LAUNCH_TIMEOUT, CUresult.CUDA_ERROR_CONTEXT_IS_DESTROYED, CUresult.CUDA_ERROR_ASSERT,
            CUresult.CUDA_ERROR_HARDWARE_STACK_ERROR, CUresult.CUDA_ERROR_ILLEGAL_INSTRUCTION,
            CUresult.CUDA_ERROR_MISALIGNED_ADDRESS, CUresult.CUDA_ERROR_INVALID_ADDRESS_SPACE, CUresult.CUDA_ERROR_INVALID_PC,
            CUresult.CUDA_ERROR_LAUNCH_FAILED, CUresult.CUDA_ERROR_UNKNOWN);

    private final int status;

    CudaException(int status, String what) {
        super(CudaDriver.current() + what + ": " + text(status) + (isLasting(status) ? LOST : ""));
        this.status = status;
    }

    /** The driver's {@code CUresult}. */
    public int status() { return status; }

    /** Whether every later call on the device will fail as well: a kernel has gone wrong, or the device is gone. */
    public boolean isLasting() { return isLasting(status); }

    static boolean isLasting(int status) { return LASTING.contains(status); }

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
