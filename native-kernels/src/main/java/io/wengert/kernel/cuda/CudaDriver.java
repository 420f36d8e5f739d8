package io.wengert.kernel.cuda;

import static io.wengert.kernel.cuda.CudaException.check;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.CUfunction;
import jcuda.driver.CUfunction_attribute;
import jcuda.driver.CUjit_option;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;
import jcuda.driver.CUevent_flags;
import jcuda.driver.JCudaDriver;
import jcuda.driver.JITOptions;

/** The functions of the CUDA driver that this backend uses, with addresses as longs and every status checked. */
final class CudaDriver {

    static final int OUT_OF_MEMORY = 2;

    /** Room for what the driver's compiler has to say. */
    private static final int LOG_BYTES = 8 << 10;

    private static final CUdeviceptr NULL = new CUdeviceptr();

    private CudaDriver() {}

    /** Page-locked host memory: what the driver copies from and to without another copy. */
    static final class Pinned extends Pointer {

        private ByteBuffer bytes;

        static Pinned allocate(long size) {
            Pinned p = new Pinned();
            check(JCudaDriver.cuMemHostAlloc(p, size, 0), "allocating " + size + " bytes of page-locked memory");
            p.bytes = p.getByteBuffer(0, size).order(ByteOrder.nativeOrder());
            return p;
        }

        long address() { return getNativePointer(); }

        ByteBuffer bytes() { return bytes; }

        ByteBuffer part(int from, int size) { return bytes.slice(from, size).order(ByteOrder.nativeOrder()); }
    }

    /** A device pointer that tells its value. */
    private static final class Address extends CUdeviceptr {
        long value() { return getNativePointer() + getByteOffset(); }
    }

    /** A device that tells its number. */
    private static final class Device extends CUdevice {
        long ordinal() { return getNativePointer(); }
    }

    /** A stream that tells its handle. */
    static final class Stream extends CUstream {
        long handle() { return getNativePointer(); }
    }

    private static CUdeviceptr at(long address) { return NULL.withByteOffset(address); }

    static CUdevice device(int ordinal) {
        CUdevice d = new CUdevice();
        check(JCudaDriver.cuDeviceGet(d, ordinal), "opening device " + ordinal);
        return d;
    }

    static String name(CUdevice device) {
        byte[] name = new byte[256];
        check(JCudaDriver.cuDeviceGetName(name, name.length, device), "asking for a device's name");
        String text = new String(name, StandardCharsets.UTF_8);
        return text.substring(0, Math.max(0, text.indexOf(0))).strip();
    }

    /** An attribute by its number in {@code CUdevice_attribute}. */
    static int attribute(CUdevice device, int which) {
        int[] v = new int[1];
        check(JCudaDriver.cuDeviceGetAttribute(v, which, device), "asking for a device's attribute " + which);
        return v[0];
    }

    /** The compute capability, 80 for 8.0. */
    static int capability(CUdevice device) {
        return 10 * attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)
                + attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
    }

    /** The context that all users of a device in this process share. */
    static CUcontext primaryContext(CUdevice device) {
        CUcontext c = new CUcontext();
        check(JCudaDriver.cuDevicePrimaryCtxRetain(c, device), "opening a device's context");
        return c;
    }

    /** What to put before a message, to tell of which device it is; nothing, if that is unknown. */
    static String current() {
        Device d = new Device();
        return JCudaDriver.cuCtxGetDevice(d) == 0 ? "gpu(" + d.ordinal() + "): " : "";
    }

    static void use(CUcontext context) { check(JCudaDriver.cuCtxSetCurrent(context), "entering a device's context"); }

    static Stream stream() {
        Stream s = new Stream();
        check(JCudaDriver.cuStreamCreate(s, CUstream_flags.CU_STREAM_NON_BLOCKING), "creating a stream");
        return s;
    }

    static void synchronize(CUstream stream) { check(JCudaDriver.cuStreamSynchronize(stream), "waiting for queued work"); }

    static CUevent event() {
        CUevent e = new CUevent();
        check(JCudaDriver.cuEventCreate(e, CUevent_flags.CU_EVENT_DISABLE_TIMING), "creating an event");
        return e;
    }

    static void record(CUevent event, CUstream stream) { check(JCudaDriver.cuEventRecord(event, stream), "recording an event"); }

    /** Whether the work before an event is done. */
    static boolean isDone(CUevent event) {
        int status = JCudaDriver.cuEventQuery(event);
        if (status != CUresult.CUDA_ERROR_NOT_READY) {
            check(status, "asking for queued work");
        }
        return status == 0;
    }

    /** Lets a stream wait for the work before an event. */
    static void wait(CUstream stream, CUevent event) {
        check(JCudaDriver.cuStreamWaitEvent(stream, event, 0), "waiting for another device");
    }

    static void await(CUevent event) { check(JCudaDriver.cuEventSynchronize(event), "waiting for queued work"); }

    /** Free and total bytes of the current device. */
    static long[] memory() {
        long[] free = new long[1];
        long[] total = new long[1];
        check(JCudaDriver.cuMemGetInfo(free, total), "asking for a device's memory");
        return new long[] {free[0], total[0]};
    }

    /** New device memory, or 0 if there is not enough. */
    static long allocate(long bytes) {
        Address p = new Address();
        int status = JCudaDriver.cuMemAlloc(p, bytes);
        if (status == OUT_OF_MEMORY) {
            return 0;
        }
        check(status, "allocating " + bytes + " bytes of device memory");
        return p.value();
    }

    static void free(long address) { check(JCudaDriver.cuMemFree(at(address)), "freeing device memory"); }

    static void upload(long to, Pointer from, long bytes, CUstream stream) {
        check(JCudaDriver.cuMemcpyHtoDAsync(at(to), from, bytes, stream), "copying " + bytes + " bytes to the device");
    }

    static void download(Pointer to, long from, long bytes, CUstream stream) {
        check(JCudaDriver.cuMemcpyDtoHAsync(to, at(from), bytes, stream), "copying " + bytes + " bytes from the device");
    }

    static void move(long to, long from, long bytes, CUstream stream) {
        check(JCudaDriver.cuMemcpyDtoDAsync(at(to), at(from), bytes, stream), "copying " + bytes + " bytes on the device");
    }

    /** Lets the current device reach the memory of another by itself, where the machine can do that. */
    static void reach(int ordinal, int other, CUcontext context) {
        int[] can = new int[1];
        check(JCudaDriver.cuDeviceCanAccessPeer(can, device(ordinal), device(other)), "asking which devices reach each other");
        // Refused, copies take the longer way: nothing to tell of.
        int status = can[0] == 0 ? 0 : JCudaDriver.cuCtxEnablePeerAccess(context, 0);
        if (CudaException.isLasting(status)) {
            check(status, "reaching gpu(" + other + ")");
        }
    }

    static void moveFrom(CUcontext other, long to, long from, CUcontext context, long bytes, CUstream stream) {
        check(JCudaDriver.cuMemcpyPeerAsync(at(to), context, at(from), other, bytes, stream),
                "copying " + bytes + " bytes from another device");
    }

    static void fill(long at, byte value, long bytes, CUstream stream) {
        check(JCudaDriver.cuMemsetD8Async(at(at), value, bytes, stream), "filling " + bytes + " bytes of device memory");
    }

    /**
     * The kernels of a text.
     *
     * @param image PTX text or a cubin, ending in a zero byte
     * @throws CudaException if the driver cannot compile it, with what the driver says
     */
    static CUmodule module(byte[] image, String name) {
        CUmodule m = new CUmodule();
        int status = JCudaDriver.cuModuleLoadData(m, image);
        if (status != 0) {
            throw new CudaException(status, "loading the kernels " + name + log(image));
        }
        return m;
    }

    /** What the driver's compiler says of a text that it refused, in brackets, or nothing. */
    private static String log(byte[] image) {
        JITOptions options = new JITOptions();
        options.putBytes(CUjit_option.CU_JIT_ERROR_LOG_BUFFER, new byte[LOG_BYTES]);
        options.putInt(CUjit_option.CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES, LOG_BYTES);
        JCudaDriver.cuModuleLoadDataJIT(new CUmodule(), Pointer.to(image), options);
        String text = options.getString(CUjit_option.CU_JIT_ERROR_LOG_BUFFER).strip();
        return text.isEmpty() ? "" : " [" + text + "]";
    }

    static CUfunction function(CUmodule module, String name) {
        CUfunction f = new CUfunction();
        check(JCudaDriver.cuModuleGetFunction(f, module, name), "looking up the kernel " + name);
        return f;
    }

    static void allowShared(CUfunction function, int bytes) {
        check(JCudaDriver.cuFuncSetAttribute(function,
                CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, bytes),
                "asking for " + bytes + " bytes of shared memory");
    }

    /** How many blocks of a kernel a multiprocessor holds at once. */
    static int occupancy(CUfunction function, int threads, int shared) {
        int[] n = new int[1];
        check(JCudaDriver.cuOccupancyMaxActiveBlocksPerMultiprocessor(n, function, threads, shared), "asking for an occupancy");
        return n[0];
    }
}
