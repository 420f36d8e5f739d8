package io.wengert.kernel.cuda;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.View;
import java.util.List;

/**
 * Matrix products of floats by NVIDIA's cuBLAS, for those who have it and ask for it. JNA binds it, because that takes any version
 * of the library; the class is loaded by nobody who does not ask.
 */
final class Cublas {

    private static final List<String> USUAL = List.of("libcublas.so.13", "libcublas.so.12", "libcublas.so.11", "cublas64_13.dll",
            "cublas64_12.dll", "cublas64_11.dll");

    private static final int COMPUTE_FLOAT32 = 68;
    private static final int COMPUTE_FLOAT64 = 70;
    private static final int COMPUTE_TF32 = 77;
    private static final int DEFAULT_ALGORITHM = -1;

    private final CudaDevice device;
    private final Function product;
    private final Pointer handle;
    /** One and zero in float, then in double. */
    private final Memory numbers = new Memory(24);

    /**
     * Opens the library for a device.
     *
     * @param where its path, or {@code true} to look for the usual names
     * @throws IllegalStateException if there is none
     */
    Cublas(CudaDevice device, String where) {
        this.device = device;
        NativeLibrary library = find(where);
        product = library.getFunction("cublasGemmStridedBatchedEx");
        device.enter();
        PointerByReference made = new PointerByReference();
        check(library.getFunction("cublasCreate_v2").invokeInt(new Object[] {made}), "cublasCreate");
        handle = made.getValue();
        check(library.getFunction("cublasSetStream_v2").invokeInt(new Object[] {handle, new Pointer(device.stream())}),
                "cublasSetStream");
        numbers.setFloat(0, 1);
        numbers.setFloat(4, 0);
        numbers.setDouble(8, 1);
        numbers.setDouble(16, 0);
    }

    private static NativeLibrary find(String where) {
        String reason = "found none of " + String.join(", ", USUAL);
        for (String name : "true".equals(where) ? USUAL : List.of(where)) {
            try {
                return NativeLibrary.getInstance(name);
            } catch (UnsatisfiedLinkError e) {
                reason = name.equals(where) ? e.getMessage().replaceAll("\\s+", " ") : reason;
            }
        }
        throw new IllegalStateException(CudaBackend.CUBLAS + "=" + where + ": no cuBLAS: " + reason);
    }

    private void check(int status, String what) {
        if (status != 0) {
            throw new IllegalStateException("gpu(" + device.ordinal() + "): " + what + " of cuBLAS gives the status " + status);
        }
    }

    /** A matrix as columns one behind the other: whether these are the rows of the array, and how far one is from the next. */
    private record Lie(boolean rows, long line) {

        static Lie of(Layout l) {
            int r = l.rank();
            long m = l.size(r - 2);
            long n = l.size(r - 1);
            long down = m == 1 ? n : l.stride(r - 2);
            long along = n == 1 ? 1 : l.stride(r - 1);
            return along == 1 && down >= n ? new Lie(true, down)
                    : l.stride(r - 2) == 1 && along >= m ? new Lie(false, along) : null;
        }
    }

    /** How far one matrix of a batch is from the next, or -1 if that differs. */
    private static long step(Layout l) {
        long step = 0;
        long next = -1;
        for (int i = l.rank() - 3; i >= 0; i--) {
            if (l.size(i) == 1) {
                continue;
            }
            if (l.stride(i) < 0 || next >= 0 && l.stride(i) != next) {
                return -1;
            }
            step = next < 0 ? l.stride(i) : step;
            next = l.stride(i) * l.size(i);
        }
        return step;
    }

    /** Queues a product, or tells that cuBLAS has no way of it. */
    boolean run(View out, View a, View b) {
        DType type = out.dtype();
        Layout z = out.layout();
        int r = z.rank();
        if (!type.isFloating() || z.size() == 0 || a.layout().size() == 0) {
            return false;
        }
        Lie c = Lie.of(z);
        Lie left = Lie.of(a.layout());
        Lie right = Lie.of(b.layout());
        long[] steps = {step(a.layout()), step(b.layout()), step(z)};
        long m = z.size(r - 2);
        long n = z.size(r - 1);
        long k = a.layout().size(r - 1);
        long batch = z.size() / (m * n);
        boolean fits = Math.max(Math.max(m, n), Math.max(k, batch)) <= Integer.MAX_VALUE && left != null && right != null
                && c != null && c.rows && Math.min(Math.min(steps[0], steps[1]), steps[2]) >= 0
                && Math.max(c.line, Math.max(left.line, right.line)) <= Integer.MAX_VALUE;
        if (fits) {
            call(type, out, a, b, new Lie[] {left, right, c}, steps, new int[] {(int) m, (int) n, (int) k, (int) batch});
        }
        return fits;
    }

    /** cuBLAS has its matrices by columns: it is given the product of the transposes, which is the transpose of the product. */
    private synchronized void call(DType type, View out, View a, View b, Lie[] lies, long[] steps, int[] sizes) {
        device.enter();
        int kind = switch (type) {
            case FLOAT32 -> 0;
            case FLOAT64 -> 1;
            case FLOAT16 -> 2;
            default -> 14;
        };
        boolean wide = type == DType.FLOAT64;
        boolean tf32 = type == DType.FLOAT32 && Boolean.getBoolean(MatmulFamily.TF32);
        int compute = wide ? COMPUTE_FLOAT64 : tf32 ? COMPUTE_TF32 : COMPUTE_FLOAT32;
        check(product.invokeInt(new Object[] {handle, lies[1].rows ? 0 : 1, lies[0].rows ? 0 : 1, sizes[1], sizes[0], sizes[2],
            numbers.share(wide ? 8 : 0), pointer(b), kind, (int) lies[1].line, steps[1], pointer(a), kind, (int) lies[0].line,
            steps[0], numbers.share(wide ? 16 : 4), pointer(out), kind, (int) lies[2].line, steps[2], sizes[3], compute,
            DEFAULT_ALGORITHM}), "a product of " + sizes[0] + " x " + sizes[2] + " by " + sizes[2] + " x " + sizes[1]);
    }

    private static Pointer pointer(View v) { return new Pointer(CudaBuffer.address(v)); }
}
