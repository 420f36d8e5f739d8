package io.wengert.kernel.cuda;

import io.wengert.kernel.Buffer;
import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.Reduction;
import io.wengert.kernel.View;
import io.wengert.kernel.Window;
import java.util.Arrays;

/**
 * The convolving family: products of matrices whose elements are found in images while they are loaded, or direct sums where
 * groups have few channels.
 */
final class ConvolveFamily {

    private static final int THREADS = 256;

    /** Up to so many filters of a group, and channels, sums are taken directly. */
    private static final int DIRECT = 4;

    /** From so many places of an image on, windows of one place are products of matrices, image by image. */
    private static final int PLACES = 256;

    private final CudaBackend backend;
    private final ReduceFamily reduce;
    private final MatmulFamily matmul;

    ConvolveFamily(CudaBackend backend, ReduceFamily reduce, MatmulFamily matmul) {
        this.backend = backend;
        this.reduce = reduce;
        this.matmul = matmul;
    }

    /** Elements that are added up one by one at most, in the precision of the lane. */
    private static final int CHAIN = 1 << 15;

    /** The three directions: which of the arrays is written. */
    private enum Direction {
        FORWARD(""),
        INPUT("input_"),
        WEIGHT("weight_");

        private final String text;

        Direction(String text) { this.text = text; }
    }

    void convolve(View out, View in, View weight, Window window, int groups) {
        run(Direction.FORWARD, out, in, weight, window, groups);
    }

    void convolveInput(View in, View out, View weight, Window window, int groups) {
        run(Direction.INPUT, out, in, weight, window, groups);
    }

    void convolveWeight(View weight, View in, View out, Window window, int groups) {
        run(Direction.WEIGHT, out, in, weight, window, groups);
    }

    private void run(Direction direction, View out, View in, View weight, Window window, int groups) {
        View result = direction == Direction.FORWARD ? out : direction == Direction.INPUT ? in : weight;
        if (result.layout().size() == 0) {
            return;
        }
        if (out.layout().size() == 0 || in.layout().size() == 0 || weight.layout().size() == 0) {
            View nothing = View.of(backend.allocate(result.dtype(), 1), Layout.of());
            backend.gpu().fill(CudaBuffer.address(nothing), (byte) 0, result.dtype().bytes());
            backend.copy(result, nothing);
            nothing.buffer().release();
            return;
        }
        if (groups == 1 && direction != Direction.WEIGHT && isPointwise(window) && product(direction, out, in, weight)) {
            return;
        }
        // Weights are read, and written, in one piece; so are the planes of the output's gradient for that of weights.
        boolean gradient = direction == Direction.WEIGHT;
        View w = weight.layout().isContiguous() ? weight : gradient ? dense(weight) : copied(weight);
        View y = !gradient || hasDensePlanes(out.layout()) ? out : copied(out);
        new Call(direction, y, in, w, window, groups).run();
        if (w != weight) {
            if (gradient) {
                backend.copy(weight, w);
            }
            w.buffer().release();
        }
        if (y != out) {
            y.buffer().release();
        }
    }

    /** Whether each place of the output sees one place of the input, its own. */
    private static boolean isPointwise(Window w) {
        return w.taps() == 1 && Arrays.stream(w.stride()).allMatch(n -> n == 1) && Arrays.stream(w.padding()).allMatch(n -> n == 0);
    }

    /** A convolution by windows of one place as the product of the weights and each image, if their places lie in lines. */
    private boolean product(Direction direction, View out, View in, View weight) {
        Layout y = lines(out.layout());
        Layout x = lines(in.layout());
        if (y == null || x == null || y.size(2) != x.size(2) || y.size(2) < PLACES || !weight.layout().isContiguous()) {
            return false;
        }
        Layout w = weight.layout().reshape(1, y.size(1), x.size(1));
        if (direction == Direction.FORWARD) {
            matmul.run(View.of(out.buffer(), y), View.of(weight.buffer(), w), View.of(in.buffer(), x));
        } else {
            matmul.run(View.of(in.buffer(), x), View.of(weight.buffer(), w.permute(0, 2, 1)), View.of(out.buffer(), y));
        }
        return true;
    }

    /** An image as [image][channel][place], or null if its places cannot be counted by one step. */
    private static Layout lines(Layout l) { return l.reshape(l.size(0), l.size(1), l.size() / l.size(0) / l.size(1)); }

    private View dense(View v) {
        return View.of(backend.allocate(v.dtype(), v.layout().size()), Layout.of(v.layout().shape()));
    }

    private View copied(View v) {
        View r = dense(v);
        backend.copy(r, v);
        return r;
    }

    /** Whether the elements of each channel of each image lie in one piece. */
    private static boolean hasDensePlanes(Layout l) {
        return l.select(0, 0).select(0, 0).isContiguous();
    }

    private final class Call {
        private final Direction direction;
        private final View out;
        private final View in;
        private final View weight;
        private final Window window;
        private final int groups;
        private final DType type;
        private final long filters;
        private final long channels;
        private final long taps;

        Call(Direction direction, View out, View in, View weight, Window window, int groups) {
            this.direction = direction;
            this.out = out;
            this.in = in;
            this.weight = weight;
            this.window = window;
            this.groups = groups;
            type = out.dtype();
            filters = out.layout().size(1) / groups;
            channels = in.layout().size(1) / groups;
            taps = window.taps();
        }

        void run() {
            if (groups > 1 && filters <= DIRECT && channels <= DIRECT) {
                direct();
                return;
            }
            long places = out.layout().size() / out.layout().size(1);
            long seen = in.layout().size() / in.layout().size(1);
            switch (direction) {
                case FORWARD -> product(filters, places, channels * taps, out, in, weight, out.layout(), in.layout());
                case INPUT -> product(channels, seen, filters * taps, in, out, weight, in.layout(), out.layout());
                case WEIGHT -> product(filters, channels * taps, places, weight, in, out, in.layout(), out.layout());
            }
        }

        private void direct() {
            int[] w = Windows.numbers(in.layout(), out.layout(), window, groups);
            CudaKernel kernel = backend.kernel("convolve_direct", "convolve_direct_" + direction.text + type.text());
            long[] x = Windows.image(in.layout());
            long[] y = Windows.image(out.layout());
            long n = direction == Direction.FORWARD ? out.layout().size() : in.layout().size();
            switch (direction) {
                case FORWARD -> backend.launch(kernel, backend.blocks(n, THREADS), THREADS, 0, out, in, weight, n, w, y, x);
                case INPUT -> backend.launch(kernel, backend.blocks(n, THREADS), THREADS, 0, in, out, weight, n, w, x, y);
                case WEIGHT -> backend.launch(kernel, Math.toIntExact(weight.layout().size()), THREADS, 0, weight, in, out, w,
                        x, y);
            }
        }

        /** The product of an m x k and a k x n matrix for each group. */
        private void product(long m, long n, long k, View result, View first, View second, Layout one, Layout other) {
            int processors = backend.gpu().multiprocessors();
            boolean half = type == DType.FLOAT16 || type == DType.BFLOAT16;
            boolean large = m > 64 && n > 64 && Axes.divideUp(m, 128) * Axes.divideUp(n, 128) * groups >= processors / 2;
            boolean tensor = half && m >= 64 && n >= 64;
            boolean tf32 = type == DType.FLOAT32 && large && Boolean.getBoolean(MatmulFamily.TF32);
            String file = tensor ? "convolve_tensor" : tf32 ? "convolve_tf32" : half ? "convolve_half" : "convolve_float";
            String name = tf32 ? "tf32" : type.text() + (tensor ? "_tensor" : type == DType.FLOAT32 && large ? "_large" : "");
            int side = tensor || tf32 || type == DType.FLOAT32 && large ? 128 : 64;
            long tiles = Axes.divideUp(m, side) * Axes.divideUp(n, side);
            int depth = 32;
            long parts = Math.max(1, Math.min(Math.min(2L * processors / (tiles * groups), k / (8L * depth)), 1024));
            long part = Axes.divideUp(Axes.divideUp(k, parts), depth) * depth;
            part = Math.min(part, CHAIN);
            parts = Axes.divideUp(k, part);
            CudaKernel kernel = backend.kernel(file, "convolve_" + direction.text + name);
            boolean gradient = direction == Direction.WEIGHT;
            Layout stored = gradient ? weight.layout() : one;
            Object target = result;
            if (parts > 1) {
                target = backend.allocate(type.lane(), parts * stored.size());
                stored = Layout.of(stored.shape());
            }
            long[] a = gradient || parts == 1 ? Windows.image(one) : Windows.image(stored);
            backend.gpu().launch(kernel, Math.toIntExact(tiles), (int) parts, Math.min(groups, 65535), THREADS, 1, 1, 0, target,
                    first, second, call(part, stored.size()), a, Windows.image(other));
            if (parts > 1) {
                Layout each = Layout.of(stored.shape()).expand(0);
                long[] shape = each.shape();
                shape[0] = parts;
                reduce.run(Reduction.SUM, type.lane(), View.of(result.buffer(), result.layout().expand(0)),
                        View.of((Buffer) target, Layout.of(shape)));
                ((Buffer) target).release();
            }
        }

        /** {@code wg_convolve_call}. */
        private int[] call(long part, long size) {
            int[] w = Windows.numbers(in.layout(), out.layout(), window, groups);
            int[] r = Arrays.copyOf(w, 22 + 6);
            // Longs, low half first.
            r[22] = (int) part;
            r[23] = (int) (part >>> 32);
            r[24] = (int) size;
            r[25] = (int) (size >>> 32);
            r[26] = vectors() ? 1 : 0;
            return r;
        }

        private boolean vectors() {
            long bytes = 4L * Math.min(4, type.bytes());
            return switch (direction) {
                case FORWARD -> channels * taps % 4 == 0 && CudaBuffer.address(weight) % bytes == 0;
                case INPUT -> false;
                case WEIGHT -> {
                    Layout l = out.layout();
                    yield l.size() / l.size(0) / l.size(1) % 4 == 0 && l.stride(0) % 4 == 0 && l.stride(1) % 4 == 0
                            && CudaBuffer.address(out) % bytes == 0;
                }
            };
        }
    }
}
