package io.wengert.benchmark.kernel;

import io.wengert.kernel.Backend;
import io.wengert.kernel.DType;
import io.wengert.kernel.Distribution;
import io.wengert.kernel.Expr;
import io.wengert.kernel.Layout;
import io.wengert.kernel.Program;
import io.wengert.kernel.Reduction;
import io.wengert.kernel.View;
import io.wengert.kernel.Window;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The kernels that are measured, in the order of the report. */
final class Kernels {

    private static final int[] SIZES = {10_000, 1_000_000, 10_000_000};
    private static final int ROW = 1000;
    private static final Number[] NO_PARAMS = {};

    private Kernels() {}

    static List<Kernel> all() {
        return Stream.of(products(), convolutions(), maps(), reductions(), rows(), transpositions(), orders(), draws())
                .flatMap(Function.identity()).toList();
    }

    private static Stream<Kernel> products() {
        Stream<Kernel> squares = IntStream.of(64, 128, 256, 512, 1024, 2048).mapToObj(n -> product(DType.FLOAT32, n, n, n));
        return Stream.concat(squares, Stream.of(product(DType.FLOAT32, 32, 784, 256), product(DType.FLOAT32, 256, 784, 32),
                product(DType.FLOAT64, 512, 512, 512)));
    }

    /** {@code (m, k)} times {@code (k, n)}. */
    private static Kernel product(DType dtype, long m, long k, long n) {
        String name = (dtype == DType.FLOAT64 ? "gemm float64 " : "gemm ") + (m == n && n == k ? "" + n : m + "x" + k + "x" + n);
        return new Kernel(name, dtype, 2.0 * m * k * n, (double) dtype.bytes() * (m * k + k * n + m * n), backend -> {
            View a = random(backend, dtype, m, k);
            View b = random(backend, dtype, k, n);
            View out = empty(backend, dtype, m, n);
            return () -> backend.matmul(out, a, b);
        });
    }

    private static Stream<Kernel> convolutions() {
        return Stream.of(convolution(8, 64, 64, 56, 3, 1), convolution(8, 256, 1024, 14, 1, 0), convolution(32, 6, 16, 14, 5, 0))
                .flatMap(Function.identity());
    }

    /** A convolution of {@code (batch, channels, side, side)} with stride 1 and its two transposes, which do as much. */
    private static Stream<Kernel> convolution(long batch, long channels, long filters, int side, int taps, int padding) {
        long place = side + 2L * padding - taps + 1;
        long[] inShape = {batch, channels, side, side};
        long[] weightShape = {filters, channels, taps, taps};
        long[] outShape = {batch, filters, place, place};
        double flops = 2.0 * Layout.sizeOf(outShape) * channels * taps * taps;
        double bytes = 4.0 * (Layout.sizeOf(inShape) + Layout.sizeOf(weightShape) + Layout.sizeOf(outShape));
        Window window = new Window(square(taps), square(1), square(padding), square(1));
        String name = "conv %dx%d %dx%dx%dx%d to %d".formatted(taps, taps, batch, channels, side, side, filters);
        return IntStream.range(0, 3).mapToObj(kind -> {
            String suffix = List.of("", ", gradient of input", ", gradient of weight").get(kind);
            return new Kernel(name + suffix, DType.FLOAT32, flops, bytes, backend -> {
                View in = random(backend, DType.FLOAT32, inShape);
                View weight = random(backend, DType.FLOAT32, weightShape);
                View out = random(backend, DType.FLOAT32, outShape);
                return switch (kind) {
                    case 0 -> () -> backend.convolve(out, in, weight, window, 1);
                    case 1 -> () -> backend.convolveInput(in, out, weight, window, 1);
                    default -> () -> backend.convolveWeight(weight, in, out, window, 1);
                };
            });
        });
    }

    private static int[] square(int side) { return new int[] {side, side}; }

    private static Stream<Kernel> maps() {
        Expr a = Expr.arg(0);
        return Stream.of(map("exp", a.exp()), map("tanh", a.tanh()), map("add", a.plus(Expr.arg(1))),
                map("a*b+c", a.times(Expr.arg(1)).plus(Expr.arg(2)))).flatMap(Function.identity());
    }

    private static Stream<Kernel> map(String name, Expr formula) {
        Program program = Program.of(formula);
        return sized(name, program.args() + 1, (backend, n) -> {
            View[] ins = IntStream.range(0, program.args()).mapToObj(i -> random(backend, DType.FLOAT32, n)).toArray(View[]::new);
            View[] outs = {empty(backend, DType.FLOAT32, n)};
            return () -> backend.map(program, DType.FLOAT32, NO_PARAMS, outs, ins);
        });
    }

    private static Stream<Kernel> reductions() {
        return Stream.of(Reduction.SUM, Reduction.MAX).flatMap(reduction -> sized(
                reduction == Reduction.SUM ? "sum" : "max", 1, (backend, n) -> {
                    View in = random(backend, DType.FLOAT32, n);
                    View out = empty(backend, DType.FLOAT32, 1);
                    return () -> backend.reduce(reduction, DType.FLOAT32, out, in);
                }));
    }

    /** What works on each row of 1000 elements. */
    private static Stream<Kernel> rows() {
        Stream<Kernel> softmax = sized("softmax", 2, (backend, n) -> {
            View in = random(backend, DType.FLOAT32, n / ROW, ROW);
            View out = empty(backend, DType.FLOAT32, n / ROW, ROW);
            return () -> backend.softmax(false, out, in, 1);
        });
        return Stream.concat(softmax, sized("layer norm", 2, (backend, n) -> {
            View in = random(backend, DType.FLOAT32, n / ROW, ROW);
            View scale = random(backend, DType.FLOAT32, 1, ROW);
            View shift = random(backend, DType.FLOAT32, 1, ROW);
            View mean = empty(backend, DType.FLOAT32, n / ROW, 1);
            View rstd = empty(backend, DType.FLOAT32, n / ROW, 1);
            View out = empty(backend, DType.FLOAT32, n / ROW, ROW);
            return () -> backend.normalize(1e-5, mean, rstd, out, in, scale, shift);
        }));
    }

    private static Stream<Kernel> transpositions() {
        return sized("transpose", 2, (backend, n) -> {
            int height = (int) Math.sqrt(n);
            while (n % height != 0) height--;
            View in = random(backend, DType.FLOAT32, height, n / height);
            View out = empty(backend, DType.FLOAT32, n / height, height);
            return () -> backend.copy(out, View.of(in.buffer(), in.layout().transposed()));
        });
    }

    private static Stream<Kernel> orders() {
        return sized("sort", 2, (backend, n) -> {
            View in = random(backend, DType.FLOAT32, n);
            View out = empty(backend, DType.FLOAT32, n);
            return () -> backend.sort(out, null, in, 0, false);
        });
    }

    private static Stream<Kernel> draws() {
        return sized("random normal", 1, (backend, n) -> {
            View out = empty(backend, DType.FLOAT32, n);
            return () -> backend.random(out, Distribution.NORMAL, 0, 1, 1, 0);
        });
    }

    @FunctionalInterface
    private interface Preparation {
        Runnable prepare(Backend backend, int n);
    }

    /** A kernel on float32 arrays at every size, bound by memory. */
    private static Stream<Kernel> sized(String name, int arrays, Preparation preparation) {
        return IntStream.of(SIZES).mapToObj(n -> new Kernel("%s 1e%.0f".formatted(name, Math.log10(n)), DType.FLOAT32, 0,
                4.0 * n * arrays, backend -> preparation.prepare(backend, n)));
    }

    private static View empty(Backend backend, DType dtype, long... shape) {
        return View.of(backend.allocate(dtype, Layout.sizeOf(shape)), Layout.of(shape));
    }

    private static View random(Backend backend, DType dtype, long... shape) {
        View view = empty(backend, dtype, shape);
        backend.random(view, Distribution.NORMAL, 0, 1, 1, 0);
        return view;
    }
}
