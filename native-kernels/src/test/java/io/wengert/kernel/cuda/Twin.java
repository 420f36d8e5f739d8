package io.wengert.kernel.cuda;

import io.wengert.kernel.Backend;
import io.wengert.kernel.Backends;
import io.wengert.kernel.Buffer;
import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.View;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The same elements under the same layout on CPU and GPU. */
record Twin(View cpu, View gpu) {

    static final List<DType> REALS = List.of(DType.BOOL, DType.INT8, DType.INT16, DType.INT32, DType.INT64, DType.UINT8,
            DType.UINT16, DType.UINT32, DType.UINT64, DType.FLOAT16, DType.BFLOAT16, DType.FLOAT32, DType.FLOAT64);

    private static final double[] SPECIAL = {0, -0.0, 1, -1, 0.5, 2, 3, -2.5, 127, 255, 256, -129, 65535, 1e6, -1e6, 3e9, -3e9, 5e18,
        1e19, 3e19, 1e38, -1e38, 1e-40, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};

    /** A buffer of so many elements, seen through a layout. */
    static Twin of(CudaBackend gpu, DType type, Object array, long size, Layout layout) {
        return new Twin(view(Backends.cpu(), type, array, size, layout), view(gpu, type, array, size, layout));
    }

    private static View view(Backend backend, DType type, Object array, long size, Layout layout) {
        Buffer b = backend.allocate(type, size);
        backend.write(b, 0, array, 0, (int) size);
        return View.of(b, layout);
    }

    /** A contiguous array of usual numbers between those where rules change; integers have any bits. */
    static Twin mixed(CudaBackend gpu, DType type, long seed, long... shape) {
        int n = (int) Layout.sizeOf(shape);
        Random random = new Random(seed);
        Object array = type.array(n);
        for (int i = 0; i < n; i++) {
            double v = random.nextInt(4) == 0 ? SPECIAL[random.nextInt(SPECIAL.length)] : 4 * random.nextGaussian();
            set(type, array, i, v, random);
        }
        return of(gpu, type, array, n, Layout.of(shape));
    }

    private static void set(DType type, Object array, int i, double v, Random random) {
        boolean small = random.nextBoolean();
        switch (type) {
            case BOOL -> Array.setByte(array, i, (byte) random.nextInt(2));
            case INT8, UINT8 -> Array.setByte(array, i, (byte) random.nextInt());
            case INT16, UINT16 -> Array.setShort(array, i, (short) (small ? v : random.nextInt()));
            case FLOAT16 -> Array.setShort(array, i, (short) random.nextInt());
            case BFLOAT16 -> Array.setShort(array, i, (short) (Float.floatToRawIntBits((float) v) >>> 16));
            case INT32, UINT32 -> Array.setInt(array, i, small ? (int) v : random.nextInt());
            case INT64, UINT64 -> Array.setLong(array, i, small ? (long) v : random.nextLong());
            case FLOAT32 -> Array.setFloat(array, i, (float) v);
            default -> Array.setDouble(array, i, v);
        }
    }

    List<String> differences(double tolerance) { return differences(tolerance, 0); }

    /** Where the whole buffers differ by more units in the last place than so many, of the value or of {@code scale}. */
    List<String> differences(double tolerance, double scale) {
        DType type = cpu.dtype();
        int n = (int) cpu.buffer().size();
        Object a = read(cpu);
        Object b = read(gpu);
        List<String> wrong = new ArrayList<>();
        for (int i = 0; i < Array.getLength(a); i++) {
            if (!agree(type, Array.get(a, i), Array.get(b, i), tolerance, scale)) {
                wrong.add("element " + i + " of " + n + ": " + text(type, Array.get(a, i)) + ", GPU " + text(type, Array.get(b, i)));
            }
        }
        return wrong;
    }

    private static Object read(View v) {
        int n = (int) v.buffer().size();
        Object array = v.dtype().array(n);
        v.buffer().backend().read(v.buffer(), 0, array, 0, n);
        return array;
    }

    private static boolean agree(DType type, Object a, Object b, double tolerance, double scale) {
        if (a.equals(b)) {
            return true;
        }
        if (!type.isFloating() && !type.isComplex()) {
            return false;
        }
        double x = value(type, a);
        double y = value(type, b);
        double unit = switch (type) {
            case FLOAT16 -> 0x1p-10;
            case BFLOAT16 -> 0x1p-7;
            case FLOAT64 -> 0x1p-52;
            default -> 0x1p-23;
        };
        double smallest = type == DType.FLOAT64 ? 1e-300 : type == DType.FLOAT16 ? 6e-8 : 1e-37;
        return Double.isNaN(x) && Double.isNaN(y) || x == y && (tolerance > 0 || 1 / x == 1 / y)
                || tolerance > 0 && Math.abs(x - y) <= tolerance * unit * Math.max(Math.abs(x), scale) + smallest;
    }

    private static double value(DType type, Object a) {
        return switch (type) {
            case FLOAT16 -> half((short) (Short) a);
            case BFLOAT16 -> Float.intBitsToFloat((Short) a << 16);
            default -> ((Number) a).doubleValue();
        };
    }

    private static double half(short bits) {
        int exponent = bits >> 10 & 31;
        int rest = bits & 1023;
        double a = exponent == 31 ? rest == 0 ? Double.POSITIVE_INFINITY : Double.NaN
                : exponent == 0 ? rest * 0x1p-24 : Math.scalb(1024.0 + rest, exponent - 25);
        return bits < 0 ? -a : a;
    }

    private static String text(DType type, Object a) { return type.isFloating() ? Double.toString(value(type, a)) : a.toString(); }

    void release() {
        cpu.buffer().release();
        gpu.buffer().release();
    }
}
