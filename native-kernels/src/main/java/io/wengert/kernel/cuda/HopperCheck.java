package io.wengert.kernel.cuda;

import static io.wengert.kernel.cuda.CudaException.check;

import io.wengert.kernel.DType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether kernels for compute capability 9.0 compute rightly on a device, found out when they are first asked for.
 *
 * <p>They run on products of small whole numbers with ragged edges, in a context of their own: an error that sticks to a context
 * ends with it, and a kernel that waits in vain stops by itself.
 */
final class HopperCheck {

    /** CUDA 12.5: the first version of PTX, 8.5, that all assemblers take the pitch of a tensor in bytes from. */
    private static final int DRIVER = 12050;

    private static final long M = 200;
    private static final long N = 328;
    private static final long K = 232;
    private static final long BATCH = 2;
    private static final long PART = 128;
    private static final int BLOCKS = 3;

    /** Bytes behind the result that must stay as they were. */
    private static final int MARGIN = 4096;

    /** Nanoseconds at a barrier, after which nothing is to be hoped for. */
    private static final long PATIENCE = 2_000_000_000L;

    private final CudaBackend backend;
    private final Map<DType, Boolean> found = new ConcurrentHashMap<>();

    HopperCheck(CudaBackend backend) { this.backend = backend; }

    /** Looked up when there is something to say: looking for a GPU loads nothing that is not needed. */
    private static Logger logger() { return LoggerFactory.getLogger(HopperCheck.class); }

    /** Whether the products of a type may be used. */
    boolean passes(DType type) { return found.computeIfAbsent(type, this::find); }

    /** Whether the driver is new enough to be asked. */
    static boolean isForDriver() {
        int[] version = new int[1];
        JCudaDriver.cuDriverGetVersion(version);
        return version[0] >= DRIVER;
    }

    private boolean find(DType type) {
        if (!isForDriver()) {
            logger().info("The driver is older than CUDA 12.5: matrix products of {} take the kernels for compute capability 8.0",
                    type.text());
            return false;
        }
        String wrong;
        try {
            wrong = inContext(type);
        } catch (CudaException e) {
            wrong = CudaException.text(e.status());
        }
        if (wrong != null) {
            logger().warn("On {} the matrix products of {} for compute capability 9.0 are switched off: {}. Those for 8.0 are used. "
                    + "With -D{}=false the others are not tried", backend.gpu().name(), type.text(), wrong, HopperMatmul.SWITCH);
        }
        return wrong == null;
    }

    private String inContext(DType type) {
        CUcontext context = new CUcontext();
        check(JCudaDriver.cuCtxCreate(context, 0, CudaDriver.device(backend.ordinal())), "opening a context for a check");
        try {
            return new Trial(type).run();
        } catch (CudaException e) {
            return CudaException.text(e.status());
        } finally {
            JCudaDriver.cuCtxDestroy(context);
        }
    }

    /** The products of one type, in the context that is current. */
    private static final class Trial {
        private final DType type;
        private final int bytes;
        private final byte[] left = numbers((int) (BATCH * M * K), 11);
        private final byte[] right = numbers((int) (K * N), 23);
        private final CUstream stream = CudaDriver.stream();
        private final CudaDriver.Pinned stage = CudaDriver.Pinned.allocate(4 * 2 * BATCH * M * N + MARGIN);
        private final long a;
        private final long b;
        private final long c;
        private final long maps;

        Trial(DType type) {
            this.type = type;
            bytes = type.bytes();
            // What a wrong distance between lines would reach is memory too.
            a = memory(16L * bytes * left.length);
            b = memory(16L * bytes * right.length);
            c = memory(4 * 2 * BATCH * M * N + MARGIN);
            maps = memory((long) BLOCKS * HopperMatmul.MAPS);
        }

        private static long memory(long bytes) {
            long p = CudaDriver.allocate(bytes);
            if (p == 0) {
                throw new CudaException(CudaDriver.OUT_OF_MEMORY, "memory for a check");
            }
            return p;
        }

        String run() {
            String text = KernelModules.ptx(HopperMatmul.file(type)) + '\0';
            CUmodule module = CudaDriver.module(text.getBytes(StandardCharsets.US_ASCII), "for a check");
            String wrong = null;
            for (HopperMatmul.Tile tile : HopperMatmul.Tile.values()) {
                for (int i = 0; i < (bytes == 2 ? 4 : 1) && wrong == null; i++) {
                    wrong = product(module, tile, i < 2, i % 2 == 0);
                }
            }
            for (long memory : new long[] {a, b, c, maps}) {
                CudaDriver.free(memory);
            }
            JCudaDriver.cuMemFreeHost(stage);
            return wrong;
        }

        /** Null, or what is wrong. */
        private String product(CUmodule module, HopperMatmul.Tile tile, boolean aAlong, boolean bAlong) {
            // Wide tiles have their sums in two parts, which are floats; narrow ones give results of the type.
            boolean inParts = tile == HopperMatmul.Tile.WIDE;
            long parts = inParts ? 2 : 1;
            long size = BATCH * M * N;
            boolean wide = inParts || bytes == 4;
            HopperMatmul.Kernel kernel = new HopperMatmul.Kernel(type, tile, aAlong, bAlong);
            put(a, left, BATCH, M, aAlong);
            put(b, right, 1, N, bAlong);
            long written = (wide ? 4 : 2) * parts * size;
            CudaDriver.fill(c, (byte) 0xFF, written + MARGIN, stream);
            long[] call = {M, N, K, aAlong ? K : M, M * K, bAlong ? K : N, 0, N, 1, M * N, 1, inParts ? PART : 256, parts, BATCH, size,
                PATIENCE};
            launch(module, kernel, call);
            CudaDriver.download(stage, c, written + MARGIN, stream);
            CudaDriver.synchronize(stream);
            return compare(kernel, wide, parts, written);
        }

        private void launch(CUmodule module, HopperMatmul.Kernel kernel, long[] call) {
            CUfunction function = CudaDriver.function(module, kernel.entry());
            CudaDriver.allowShared(function, kernel.shared());
            Pointer arguments = Pointer.to(Pointer.to(new long[] {c}), Pointer.to(new long[] {a}), Pointer.to(new long[] {b}),
                    Pointer.to(call), Pointer.to(new long[] {maps}));
            check(JCudaDriver.cuLaunchKernel(function, BLOCKS, 1, 1, HopperMatmul.THREADS, 1, 1, kernel.shared(), stream, arguments,
                    null), kernel.entry());
        }

        /** Copies numbers, of [matrix][row][k], along k or across it. */
        private void put(long to, byte[] numbers, long matrices, long rows, boolean along) {
            ByteBuffer out = stage.bytes();
            for (int i = 0; i < numbers.length; i++) {
                int k = (int) (i % K);
                int row = (int) (i / K % rows);
                int matrix = (int) (i / K / rows);
                int at = along ? i : (int) ((matrix * K + k) * rows + row);
                switch (type) {
                    case FLOAT16 -> out.putShort(2 * at, half(numbers[i]));
                    case BFLOAT16 -> out.putShort(2 * at, (short) (Float.floatToRawIntBits(numbers[i]) >>> 16));
                    default -> out.putFloat(4 * at, numbers[i]);
                }
            }
            CudaDriver.upload(to, stage, (long) bytes * numbers.length, stream);
            CudaDriver.synchronize(stream);
        }

        private String compare(HopperMatmul.Kernel kernel, boolean wide, long parts, long written) {
            ByteBuffer r = stage.bytes();
            int[] row = new int[(int) K];
            for (int i = 0; i < BATCH * M * N; i++) {
                int column = (int) (i % N);
                int line = (int) (i / N);
                if (column == 0) {
                    Arrays.setAll(row, k -> left[line * (int) K + k]);
                }
                int sum = 0;
                for (int k = 0; k < K; k++) {
                    sum += row[k] * right[column * (int) K + k];
                }
                float is = value(r, i, wide);
                for (int p = 1; p < parts; p++) {
                    is += value(r, (int) (i + p * BATCH * M * N), wide);
                }
                // Whole numbers up to 256 are exact in every type.
                if (!(Math.abs(is - sum) <= Math.abs(sum) / 256)) {
                    return kernel.entry() + " gives " + is + " at [" + line + ", " + column + "], where " + sum + " is right";
                }
            }
            for (int i = 0; i < MARGIN; i++) {
                if (r.get((int) written + i) != (byte) 0xFF) {
                    return kernel.entry() + " writes behind its result";
                }
            }
            return null;
        }

        private float value(ByteBuffer r, int i, boolean wide) {
            return wide ? r.getFloat(4 * i)
                    : type == DType.BFLOAT16 ? Float.intBitsToFloat(r.getShort(2 * i) << 16) : single(r.getShort(2 * i));
        }

    }

    /** Whole numbers from -2 to 2, at random but always the same. */
    private static byte[] numbers(int n, long seed) {
        byte[] r = new byte[n];
        long s = seed;
        for (int i = 0; i < n; i++) {
            s = s * 6364136223846793005L + 1442695040888963407L;
            r[i] = (byte) ((s >>> 40) % 5 - 2);
        }
        return r;
    }

    /** A whole number from -2 to 2 as a float16. */
    private static short half(int v) { return (short) (v == 0 ? 0 : (v < 0 ? 0x8000 : 0) | (Math.abs(v) == 1 ? 0x3C00 : 0x4000)); }

    /** The value of a float16. */
    private static float single(short bits) {
        int exponent = bits >> 10 & 31;
        int rest = bits & 1023;
        float size = exponent == 31 ? rest == 0 ? Float.POSITIVE_INFINITY : Float.NaN
                : exponent == 0 ? rest * 0x1p-24f : Math.scalb(1024f + rest, exponent - 25);
        return bits < 0 ? -size : size;
    }
}
