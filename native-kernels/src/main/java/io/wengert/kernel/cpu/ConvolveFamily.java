package io.wengert.kernel.cpu;

import io.wengert.kernel.DType;
import io.wengert.kernel.View;
import io.wengert.kernel.Window;

/** The convolving family: brings views of any dtype and layout to the way of convolution that suits their shapes. */
final class ConvolveFamily {

    /** Up to this many filters that see one channel only, a matrix product does not pay. */
    private static final int DEPTHWISE_FILTERS = 8;

    /** Of so few windows Winograd's products are too small. */
    private static final int WINOGRAD_WINDOWS = 16;

    /** How many times more windows another way must compute before bringing images side by side and back pays. */
    private static final double BATCH_GAIN = 1.25;

    private final CpuBackend backend;
    private final Arms<float[]> floats;
    private final Arms<double[]> doubles;
    private final WinogradKernels winograd;

    /** What computes with one element type. */
    private record Arms<T>(WindowKernels<T> loops, GemmKernel<T> gemm, Scratch<T> scratch) {

        ColumnConvolution<T> columns(WindowGeometry g) { return new ColumnConvolution<>(g, loops, gemm, scratch); }

        PointwiseConvolution<T> pointwise(WindowGeometry g) { return new PointwiseConvolution<>(g, loops, gemm, scratch); }

        BatchConvolution<T> batch(WindowGeometry g) { return new BatchConvolution<>(g, loops, scratch); }

        DirectConvolution<T> direct(WindowGeometry g) { return new DirectConvolution<>(g, loops, scratch); }

        DepthwiseConvolution<T> depthwise(WindowGeometry g) { return new DepthwiseConvolution<>(g, loops); }
    }

    /** The three directions: which of the three arrays is written. */
    private enum Direction {
        FORWARD,
        INPUT,
        WEIGHT
    }

    ConvolveFamily(CpuBackend backend, Lanes lanes, WindowLoops loops) {
        this.backend = backend;
        winograd = loops.winograd();
        floats = new Arms<>(loops.f32(), lanes.gemm().f32(), new Scratch<>(loops.f32()));
        doubles = new Arms<>(loops.f64(), lanes.gemm().f64(), new Scratch<>(loops.f64()));
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
        DType lane = result.dtype().lane();
        try (Dense y = dense(out, result, lane); Dense x = dense(in, result, lane);
                Dense w = dense(weight, result, lane)) {
            WindowGeometry g = WindowGeometry.of(in.layout(), out.layout(), window, groups);
            boolean single = lane == DType.FLOAT32;
            if (out.layout().size() == 0 || in.layout().size() == 0 || weight.layout().size() == 0) {
                Dense r = direction == Direction.FORWARD ? y : direction == Direction.INPUT ? x : w;
                int n = (int) result.layout().size();
                if (single) {
                    floats.loops.fill(r.elements(), r.at(), n, 0);
                } else {
                    doubles.loops.fill(r.elements(), r.at(), n, 0);
                }
            } else if (single) {
                Convolution<float[]> c = special(direction, floats, g);
                c = c != null ? c : winograd(direction, g);
                run(direction, c != null ? c : general(direction, floats, g), y, x, w);
            } else {
                Convolution<double[]> c = special(direction, doubles, g);
                run(direction, c != null ? c : general(direction, doubles, g), y, x, w);
            }
        }
    }

    private Dense dense(View v, View result, DType lane) {
        return v == result ? Dense.out(v, lane, backend) : Dense.in(v, lane, backend);
    }

    private static <T> void run(Direction direction, Convolution<T> c, Dense out, Dense in, Dense weight) {
        T y = out.elements();
        T x = in.elements();
        T w = weight.elements();
        switch (direction) {
            case FORWARD -> c.forward(y, out.at(), x, in.at(), w, weight.at());
            case INPUT -> c.input(x, in.at(), y, out.at(), w, weight.at());
            case WEIGHT -> c.weight(w, weight.at(), x, in.at(), y, out.at());
        }
    }

    /** The way for special shapes; null if these are not. */
    private static <T> Convolution<T> special(Direction direction, Arms<T> arms, WindowGeometry g) {
        if (g.groupChannels() == 1 && g.groups() > 1 && g.groupFilters() <= DEPTHWISE_FILTERS) {
            return arms.depthwise(g);
        }
        if (PointwiseConvolution.fits(g)) {
            return arms.pointwise(g);
        }
        return batchPays(direction, arms, g) ? arms.batch(g) : null;
    }

    private static <T> Convolution<T> general(Direction direction, Arms<T> arms, WindowGeometry g) {
        DirectConvolution<T> direct = arms.direct(g);
        return pays(direct, direction) ? direct : arms.columns(g);
    }

    /** Whether images had better lie side by side. */
    private static <T> boolean batchPays(Direction direction, Arms<T> arms, WindowGeometry g) {
        boolean weight = direction == Direction.WEIGHT;
        WindowGeometry seen = direction == Direction.INPUT && g.isDense() ? g.turned() : g;
        if (!BatchConvolution.fits(seen, arms.loops)) {
            return false;
        }
        DirectConvolution<T> direct = arms.direct(seen);
        if (WinogradConvolution.fits(g) && direct.yieldsToWinograd(weight)) {
            return !weight && seen.outSize() <= WINOGRAD_WINDOWS;
        }
        return weight || !direct.pays() || direct.windows() > BATCH_GAIN * arms.batch(seen).windows();
    }

    private static boolean pays(DirectConvolution<?> direct, Direction direction) {
        return switch (direction) {
            case FORWARD -> direct.pays();
            case INPUT -> direct.inputPays();
            case WEIGHT -> direct.weightPays();
        };
    }

    /** Winograd's way, if it is one and pays; else null. */
    private Convolution<float[]> winograd(Direction direction, WindowGeometry g) {
        if (winograd == null || !WinogradConvolution.fits(g)) {
            return null;
        }
        WindowGeometry seen = direction == Direction.INPUT ? g.turned() : g;
        DirectConvolution<float[]> direct = floats.direct(g);
        if (pays(direct, direction) && !direct.yieldsToWinograd(direction == Direction.WEIGHT)) {
            return null;
        }
        WinogradConvolution c = new WinogradConvolution(seen, winograd, floats.loops, floats.gemm, floats.scratch);
        return c.pays() ? c : null;
    }
}
