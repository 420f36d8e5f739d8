package io.wengert.kernel.cuda;

import io.wengert.kernel.Buffer;
import io.wengert.kernel.View;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUevent;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;

/**
 * One GPU: its context, and one stream on which everything runs in the order in which it was asked for, from any thread.
 *
 * <p>That order is what makes memory safe to reuse as soon as its last holder lets go: whatever is queued later runs later.
 */
public final class CudaDevice {

    /** Bytes of one of the two pieces of page-locked memory that copies to and from the host go through. */
    private static final int STAGE = 4 << 20;

    private static final int MAX_ARGUMENTS = 128;
    private static final int LAUNCH_BYTES = 8 * MAX_ARGUMENTS + 4096;

    private final int ordinal;
    private final CUcontext context;
    private final CUstream stream;
    private final String name;
    private final int capability;
    private final int multiprocessors;
    private final int maxShared;
    private final KernelModules modules = new KernelModules(this);
    /** Pointers to the arguments, then the arguments; one buffer for all launches instead of an object for each argument. */
    private final CudaDriver.Pinned launch;
    private final CudaDriver.Pinned[] stages = new CudaDriver.Pinned[2];
    private final CUevent[] staged = new CUevent[2];

    CudaDevice(int ordinal) {
        this.ordinal = ordinal;
        CUdevice device = CudaDriver.device(ordinal);
        name = CudaDriver.name(device);
        capability = 10 * CudaDriver.attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)
                + CudaDriver.attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
        multiprocessors = CudaDriver.attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
        maxShared = CudaDriver.attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN);
        context = CudaDriver.primaryContext(device);
        enter();
        stream = CudaDriver.stream();
        launch = CudaDriver.Pinned.allocate(LAUNCH_BYTES);
        for (int i = 0; i < 2; i++) {
            stages[i] = CudaDriver.Pinned.allocate(STAGE);
            staged[i] = CudaDriver.event();
        }
    }

    int ordinal() { return ordinal; }

    String name() { return name; }

    /** The compute capability, 80 for 8.0. */
    public int capability() { return capability; }

    public int multiprocessors() { return multiprocessors; }

    /** Bytes of dynamic shared memory that a block may have. */
    public int maxShared() { return maxShared; }

    public KernelModules modules() { return modules; }

    /** Makes this device the one that the calling thread talks to; always, since another library may have changed it. */
    void enter() { CudaDriver.use(context); }

    /**
     * Queues a kernel.
     *
     * @param arguments in the order of the kernel's: a {@link View} (as the address of its layout's offset), a {@link Buffer}
     *     (its address), an Integer, Long, Float or Double, or a structure of ints, longs or floats as their array; null is
     *     the null pointer
     */
    public synchronized void launch(CudaKernel kernel, int gridX, int gridY, int gridZ, int blockX, int blockY, int blockZ,
            int sharedBytes, Object... arguments) {
        enter();
        kernel.allow(sharedBytes);
        pack(kernel, arguments);
        int status = JCudaDriver.cuLaunchKernel(kernel.function(), gridX, gridY, gridZ, blockX, blockY, blockZ, sharedBytes,
                stream, launch, null);
        Reference.reachabilityFence(arguments);
        if (status != 0) {
            throw new CudaException(status, "kernel " + kernel + " on a grid of " + gridX + " x " + gridY + " x " + gridZ
                    + " blocks of " + blockX + " x " + blockY + " x " + blockZ + " threads");
        }
    }

    private void pack(CudaKernel kernel, Object... arguments) {
        if (arguments.length > MAX_ARGUMENTS) {
            throw new IllegalArgumentException("kernel " + kernel + ": " + arguments.length + " arguments");
        }
        ByteBuffer b = launch.bytes();
        int at = 8 * MAX_ARGUMENTS;
        for (int i = 0; i < arguments.length; i++) {
            b.putLong(8 * i, launch.address() + at);
            at = put(b, at, arguments[i]) + 15 & ~15;
        }
    }

    /** Writes one argument and gives the place behind it. */
    private static int put(ByteBuffer b, int at, Object a) {
        if (a instanceof View v) {
            b.putLong(at, CudaBuffer.address(v));
        } else if (a instanceof Buffer x) {
            b.putLong(at, ((CudaBuffer) x).address());
        } else if (a instanceof Integer i) {
            b.putInt(at, i);
        } else if (a instanceof Long l) {
            b.putLong(at, l);
        } else if (a instanceof Float f) {
            b.putFloat(at, f);
        } else if (a instanceof Double d) {
            b.putDouble(at, d);
        } else if (a == null) {
            b.putLong(at, 0);
        } else {
            return putArray(b, at, a);
        }
        return at + 8;
    }

    private static int putArray(ByteBuffer b, int from, Object a) {
        int at = from;
        if (a instanceof int[] x) {
            for (int v : x) {
                b.putInt(at, v);
                at += Integer.BYTES;
            }
        } else if (a instanceof long[] x) {
            for (long v : x) {
                b.putLong(at, v);
                at += Long.BYTES;
            }
        } else if (a instanceof float[] x) {
            for (float v : x) {
                b.putFloat(at, v);
                at += Float.BYTES;
            }
        } else {
            throw new IllegalArgumentException("a " + a.getClass().getSimpleName() + " is no argument of a kernel");
        }
        return at;
    }

    /** Copies {@code bytes} of a Java array, from a place in bytes, to device memory. */
    synchronized void upload(long to, Object array, long from, long bytes) {
        enter();
        int k = 0;
        for (long done = 0; done < bytes; done += STAGE, k ^= 1) {
            int n = (int) Math.min(STAGE, bytes - done);
            // The copy that went through this stage before must have left it.
            CudaDriver.await(staged[k]);
            HostArrays.get(array, from + done, n, stages[k].bytes());
            CudaDriver.upload(to + done, stages[k], n, stream);
            CudaDriver.record(staged[k], stream);
        }
    }

    /** Copies device memory to a Java array, when all work that was queued before is done. */
    synchronized void download(long from, Object array, long to, long bytes) {
        enter();
        for (long at = 0, previous = -1; at < bytes || previous >= 0; at += STAGE) {
            int k = (int) (at / STAGE & 1);
            if (at < bytes) {
                CudaDriver.download(stages[k], from + at, Math.min(STAGE, bytes - at), stream);
                CudaDriver.record(staged[k], stream);
            }
            if (previous >= 0) {
                CudaDriver.await(staged[k ^ 1]);
                HostArrays.put(array, to + previous, (int) Math.min(STAGE, bytes - previous), stages[k ^ 1].bytes());
            }
            previous = at < bytes ? at : -1;
        }
    }

    synchronized void move(long to, long from, long bytes) {
        enter();
        CudaDriver.move(to, from, bytes, stream);
    }

    synchronized void fill(long at, byte value, long bytes) {
        enter();
        CudaDriver.fill(at, value, bytes, stream);
    }

    void synchronize() {
        enter();
        CudaDriver.synchronize(stream);
    }
}
