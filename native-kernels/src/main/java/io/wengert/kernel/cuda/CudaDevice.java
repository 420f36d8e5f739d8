package io.wengert.kernel.cuda;

import io.wengert.kernel.Buffer;
import io.wengert.kernel.View;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUevent;
import jcuda.driver.JCudaDriver;

/**
 * One GPU: its context, and one stream on which everything runs in the order in which it was asked for, from any thread.
 *
 * <p>That order is what makes memory safe to reuse as soon as its last holder lets go: whatever is queued later runs later.
 * Between two devices events keep it up.
 */
public final class CudaDevice {

    private static final int MAX_ARGUMENTS = 128;
    private static final int LAUNCH_BYTES = 8 * MAX_ARGUMENTS + 4096;

    private final int ordinal;
    private final CUcontext context;
    private final CudaDriver.Stream stream;
    private final String name;
    private final int capability;
    private final int multiprocessors;
    private final int maxShared;
    private final KernelModules modules = new KernelModules(this);
    /** Pointers to the arguments, then the arguments; one buffer for all launches instead of an object for each argument. */
    private final CudaDriver.Pinned launch;
    private final Staging staging;
    /** How far the stream was when another device asked; one event serves all, as a later point includes earlier ones. */
    private final CUevent reached;
    /** The devices whose memory this one was told to reach without the host between. */
    private final Set<CudaDevice> peers = ConcurrentHashMap.newKeySet();

    CudaDevice(int ordinal) {
        this.ordinal = ordinal;
        CUdevice device = CudaDriver.device(ordinal);
        name = CudaDriver.name(device);
        capability = CudaDriver.capability(device);
        multiprocessors = CudaDriver.attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
        maxShared = CudaDriver.attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN);
        context = CudaDriver.primaryContext(device);
        enter();
        stream = CudaDriver.stream();
        launch = CudaDriver.Pinned.allocate(LAUNCH_BYTES);
        staging = new Staging(this, stream);
        reached = CudaDriver.event();
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

    Staging staging() { return staging; }

    /** The driver's handle of the stream. */
    long stream() { return stream.handle(); }

    void move(long to, long from, long bytes) {
        enter();
        CudaDriver.move(to, from, bytes, stream);
    }

    /**
     * Copies from the memory of another device: after what is queued there by now, and before what will be. Where the devices
     * do not reach each other the driver goes through the host by itself.
     */
    void moveFrom(CudaDevice other, long to, long from, long bytes) {
        other.enter();
        CudaDriver.record(other.reached, other.stream);
        enter();
        if (peers.add(other)) {
            CudaDriver.reach(ordinal, other.ordinal, other.context);
        }
        CudaDriver.wait(stream, other.reached);
        CudaDriver.moveFrom(other.context, to, from, context, bytes, stream);
        CudaDriver.record(reached, stream);
        other.enter();
        CudaDriver.wait(other.stream, reached);
    }

    void fill(long at, byte value, long bytes) {
        enter();
        CudaDriver.fill(at, value, bytes, stream);
    }

    /** Whether every call from now on fails. */
    boolean isLost() {
        JCudaDriver.cuCtxSetCurrent(context);
        return CudaException.isLasting(JCudaDriver.cuStreamQuery(stream));
    }

    void synchronize() {
        enter();
        CudaDriver.synchronize(stream);
    }
}
