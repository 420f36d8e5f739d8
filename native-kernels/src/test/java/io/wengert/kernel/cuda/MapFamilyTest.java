package io.wengert.kernel.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.wengert.kernel.Backends;
import io.wengert.kernel.DType;
import io.wengert.kernel.Expr;
import io.wengert.kernel.Fn;
import io.wengert.kernel.Layout;
import io.wengert.kernel.Program;
import io.wengert.kernel.View;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Element-wise kernels on the GPU give what the CPU gives, for every function, type and layout. */
@Tag("cuda")
class MapFamilyTest {

    private static final List<DType> LANES = List.of(DType.FLOAT32, DType.FLOAT64, DType.INT64, DType.UINT64);

    /** Units in the last place by which functions may differ that are no single instruction. */
    private static final double ULPS = 16;

    /** What the GPU has an instruction for, or what needs no rounding. */
    private static final Set<Fn> EXACT = EnumSet.of(Fn.ADD, Fn.SUB, Fn.MUL, Fn.DIV, Fn.MOD, Fn.MAX, Fn.MIN, Fn.EQ, Fn.NE, Fn.GT,
            Fn.GE, Fn.LT, Fn.LE, Fn.AND, Fn.OR, Fn.XOR, Fn.NEG, Fn.ABS, Fn.SIGN, Fn.SQRT, Fn.FLOOR, Fn.CEIL, Fn.ROUND, Fn.TRUNC,
            Fn.NOT, Fn.ISNAN, Fn.ISINF, Fn.RELU, Fn.STEP, Fn.WHERE);

    private final CudaBackend gpu = EmulatedGpu.get();

    @Test
    void everyFunctionInEveryLane() {
        List<String> wrong = new ArrayList<>();
        for (Fn fn : Fn.values()) {
            Expr[] args = new Expr[fn.arity()];
            Arrays.setAll(args, Expr::arg);
            Program program = Program.of(Expr.call(fn, args));
            for (DType lane : LANES) {
                boolean defined = lane.isFloating() || EXACT.contains(fn) && fn != Fn.SQRT || fn == Fn.POW;
                if (defined) {
                    double tolerance = EXACT.contains(fn) ? 0 : ULPS;
                    wrong.addAll(compare(fn + " " + lane.text(), program, lane, tolerance, lane, inputs(lane, fn.arity(), 2003)));
                }
            }
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void everyTypeToEveryOther() {
        List<String> wrong = new ArrayList<>();
        Program identity = Program.of(Expr.arg(0));
        for (DType from : Twin.REALS) {
            for (DType to : Twin.REALS) {
                for (DType lane : LANES) {
                    Twin[] in = {Twin.mixed(gpu, from, 7, 1000)};
                    wrong.addAll(compare(from.text() + " as " + lane.text() + " to " + to.text(), identity, lane, 0, to, in));
                }
            }
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void everyLayout() {
        List<String> wrong = new ArrayList<>();
        Program program = Program.of(Expr.arg(0).times(Expr.param(0)).plus(Expr.arg(1)), Expr.arg(0).minus(Expr.c(0.25)));
        for (long[] shape : new long[][] {{}, {1}, {5}, {4, 8}, {3, 7}, {1, 6, 1}, {2, 3, 4}, {8, 1, 12}, {3, 0}, {2, 3, 1, 5, 4}}) {
            for (Lie a : Lie.values()) {
                for (Lie b : Lie.values()) {
                    for (Lie out : List.of(Lie.WHOLE, Lie.OFFSET, Lie.TURNED)) {
                        wrong.addAll(compareLayouts(program, a, b, out, shape));
                    }
                }
            }
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void longProgramWithManyOutputs() {
        Expr x = Expr.arg(0);
        List<Expr> outs = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            x = i % 3 == 0 ? x.plus(Expr.param(0)) : i % 3 == 1 ? x.times(Expr.c(0.9)) : x.max(Expr.arg(1)).abs();
            if (i % 30 == 29) {
                outs.add(x);
            }
        }
        Twin[] in = inputs(DType.FLOAT32, 2, 777);
        assertEquals(List.of(), compare("long", Program.of(outs.toArray(new Expr[0])), DType.FLOAT32, 0, DType.FLOAT32, in));
    }

    @Test
    void outputMayBeAnInput() {
        Twin x = Twin.mixed(gpu, DType.FLOAT32, 3, 500);
        Program p = Program.of(Expr.arg(0).plus(Expr.arg(0)));
        Backends.cpu().map(p, DType.FLOAT32, new Number[0], new View[] {x.cpu()}, new View[] {x.cpu()});
        gpu.map(p, DType.FLOAT32, new Number[0], new View[] {x.gpu()}, new View[] {x.gpu()});
        assertEquals(List.of(), x.differences(0));
    }

    private Twin[] inputs(DType type, int n, int size) {
        Twin[] r = new Twin[n];
        Arrays.setAll(r, i -> Twin.mixed(gpu, type, 11 + i, size));
        return r;
    }

    private List<String> compare(String what, Program program, DType lane, double tolerance, DType to, Twin... in) {
        long[] shape = in[0].cpu().layout().shape();
        Twin[] out = new Twin[program.outs()];
        Arrays.setAll(out, i -> Twin.mixed(gpu, to, 99, shape));
        run(program, lane, out, in);
        List<String> wrong = new ArrayList<>();
        for (Twin o : out) {
            // Near their zeros the functions of the gamma family are exact as sums are.
            boolean sums = what.startsWith("LGAMMA") || what.startsWith("POLYGAMMA");
            List<String> d = o.differences(tolerance, sums ? 1 : 0);
            if (!d.isEmpty()) {
                wrong.add(what + ": " + d.size() + " differences, " + d.get(0));
            }
            o.release();
        }
        Arrays.stream(in).forEach(Twin::release);
        return wrong;
    }

    private void run(Program program, DType lane, Twin[] out, Twin... in) {
        Number[] params = new Number[program.params()];
        Arrays.fill(params, 3);
        View[][] v = new View[4][];
        v[0] = Arrays.stream(out).map(Twin::cpu).toArray(View[]::new);
        v[1] = Arrays.stream(in).map(Twin::cpu).toArray(View[]::new);
        v[2] = Arrays.stream(out).map(Twin::gpu).toArray(View[]::new);
        v[3] = Arrays.stream(in).map(Twin::gpu).toArray(View[]::new);
        Backends.cpu().map(program, lane, params, v[0], v[1]);
        gpu.map(program, lane, params, v[2], v[3]);
    }

    private List<String> compareLayouts(Program program, Lie a, Lie b, Lie out, long... shape) {
        Twin[] in = {a.lay(gpu, 1, shape), b.lay(gpu, 2, shape)};
        Twin[] outs = {out.lay(gpu, 3, shape), out.lay(gpu, 4, shape)};
        run(program, DType.FLOAT32, outs, in);
        List<String> wrong = new ArrayList<>();
        for (Twin o : outs) {
            List<String> d = o.differences(0);
            if (!d.isEmpty()) {
                wrong.add(Layout.text(shape) + " " + a + " " + b + " -> " + out + ": " + d.get(0));
            }
            o.release();
        }
        in[0].release();
        in[1].release();
        return wrong;
    }

    /** How an array lies in its buffer. */
    private enum Lie {
        WHOLE,
        OFFSET,
        /** Axes in the opposite order. */
        TURNED,
        /** Every second element of the last axis, backwards. */
        BACKWARDS,
        /** The first axis repeated. */
        REPEATED,
        /** One element for all. */
        SCALAR;

        Twin lay(CudaBackend gpu, long seed, long... shape) {
            int rank = shape.length;
            int[] turned = new int[rank];
            long[] backwards = new long[rank];
            for (int i = 0; i < rank; i++) {
                turned[i] = rank - 1 - i;
                backwards[i] = shape[rank - 1 - i];
            }
            long n = Layout.sizeOf(shape);
            return switch (this) {
                case WHOLE -> twin(gpu, seed, n, Layout.of(shape));
                case OFFSET -> {
                    Layout l = Layout.of(shape);
                    long[] strides = new long[rank];
                    Arrays.setAll(strides, l::stride);
                    yield twin(gpu, seed, n + 9, Layout.of(shape, strides, 5));
                }
                case TURNED -> twin(gpu, seed, n, Layout.of(backwards).permute(turned));
                case BACKWARDS -> {
                    if (rank == 0) {
                        yield twin(gpu, seed, n, Layout.of(shape));
                    }
                    long[] wide = shape.clone();
                    wide[rank - 1] = 2 * shape[rank - 1] + 1;
                    Layout l = Layout.of(wide).slice(rank - 1, 2 * shape[rank - 1], shape[rank - 1], -2);
                    yield twin(gpu, seed, Layout.sizeOf(wide), l);
                }
                case REPEATED -> {
                    long[] one = shape.clone();
                    if (rank > 0) {
                        one[0] = 1;
                    }
                    yield twin(gpu, seed, Layout.sizeOf(one), Layout.of(one).broadcastTo(shape));
                }
                case SCALAR -> twin(gpu, seed, 1, Layout.of().broadcastTo(shape));
            };
        }

        private static Twin twin(CudaBackend gpu, long seed, long size, Layout layout) {
            Twin flat = Twin.mixed(gpu, DType.FLOAT32, seed, size);
            return new Twin(View.of(flat.cpu().buffer(), layout), View.of(flat.gpu().buffer(), layout));
        }
    }
}
