package io.wengert.kernel.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.wengert.kernel.DType;
import io.wengert.kernel.Expr;
import io.wengert.kernel.Layout;
import io.wengert.kernel.Program;
import io.wengert.kernel.View;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Element-wise kernels: every dtype, layout and size gives the program's own values, and nothing else is written. */
@Tag("lanes")
class MapFamilyTest {

    static final int[] SIZES = {0, 1, 7, 8, 15, 16, 17, 63, 64, 65, 1021, 1024, 1025, 5000};

    private static final Program PROGRAM = Program.of(Expr.arg(0).times(Expr.arg(1)).plus(Expr.param(0)),
            Expr.arg(0).max(Expr.arg(1)));

    private final CpuBackend backend = CpuBackend.create();

    @Test
    void everyDtypeAndSize() {
        for (DType type : Numbers.REALS) {
            for (int n : SIZES) {
                check(type, type, Guarded.Lie.WHOLE, Guarded.Lie.WHOLE, n);
                check(type, type, Guarded.Lie.OFFSET, Guarded.Lie.WHOLE, n);
            }
        }
    }

    @Test
    void everyLayout() {
        for (Guarded.Lie out : Guarded.Lie.values()) {
            for (Guarded.Lie in : Guarded.Lie.values()) {
                for (long[] shape : new long[][] {{}, {5, 7}, {3, 1, 65}, {2, 0}, {4, 64}, {3, 32}, {65, 3}, {2, 3, 4, 5}}) {
                    check(DType.FLOAT32, DType.FLOAT32, out, in, shape);
                    check(DType.FLOAT64, DType.FLOAT32, out, in, shape);
                    check(DType.FLOAT16, DType.INT32, out, in, shape);
                }
            }
        }
    }

    @Test
    void anyDtypeToAnyOther() {
        for (DType in : Numbers.REALS) {
            for (DType out : Numbers.REALS) {
                check(out, in, Guarded.Lie.GAPS, Guarded.Lie.WHOLE, 3, 7);
            }
        }
    }

    @Test
    void broadcastInputs() {
        for (long[] shape : new long[][] {{3, 5}, {3, 64}, {64, 48}, {5, 4, 33}}) {
            int rank = shape.length;
            double[] x = Guarded.numbers((int) Layout.sizeOf(shape), 1, DType.FLOAT32);
            double[] y = Guarded.numbers((int) shape[rank - 1], 2, DType.FLOAT32);
            Guarded a = Guarded.of(backend, DType.FLOAT32, Guarded.Lie.WHOLE, x, shape);
            Guarded row = Guarded.of(backend, DType.FLOAT32, Guarded.Lie.OFFSET, y, shape[rank - 1]);
            Guarded out = Guarded.empty(backend, DType.FLOAT32, Guarded.Lie.OFFSET, shape);
            Program sum = Program.of(Expr.arg(0).plus(Expr.arg(1)));
            backend.map(sum, DType.FLOAT32, new Number[0], new View[] {out}, new View[] {a, row});
            double[] expected = new double[x.length];
            Arrays.setAll(expected, i -> x[i] + y[i % y.length]);
            assertArrayEquals(expected, out.values(), "a row, " + Layout.text(shape));
            backend.map(sum, DType.FLOAT32, new Number[0], new View[] {out}, new View[] {a, column(row, shape)});
            int inner = (int) shape[rank - 1];
            Arrays.setAll(expected, i -> x[i] + y[i / inner % (int) shape[rank - 2] % y.length]);
            if (shape[rank - 2] <= y.length) {
                assertArrayEquals(expected, out.values(), "a column, " + Layout.text(shape));
            }
            out.assertUnharmed("broadcasting");
        }
    }

    /** One element of the row for each index of the last axis but one; at most as many as there are. */
    private static View column(Guarded row, long... shape) {
        long n = Math.min(shape[shape.length - 2], row.layout().size());
        return View.of(row.buffer(), Layout.of(new long[] {n == shape[shape.length - 2] ? n : 1, 1}, new long[] {1, 0},
                row.layout().offset()));
    }

    @Test
    void oneThreadAndSeveralAgree() {
        int n = 300_001;
        double[] x = Guarded.numbers(n, 1, DType.FLOAT32);
        Program p = Program.of(Expr.arg(0).exp().sin());
        for (Guarded.Lie lie : new Guarded.Lie[] {Guarded.Lie.WHOLE, Guarded.Lie.OFFSET, Guarded.Lie.GAPS}) {
            Guarded in = Guarded.of(backend, DType.FLOAT32, lie, x, n);
            Guarded many = Guarded.empty(backend, DType.FLOAT32, Guarded.Lie.WHOLE, n);
            backend.map(p, DType.FLOAT32, new Number[0], new View[] {many}, new View[] {in});
            Guarded one = Guarded.empty(backend, DType.FLOAT32, Guarded.Lie.WHOLE, n);
            // Parts below the size at which work is divided.
            for (int at = 0; at < n; at += 4096) {
                int count = Math.min(4096, n - at);
                View y = View.of(one.buffer(), one.layout().slice(0, at, count, 1));
                View v = View.of(in.buffer(), in.layout().slice(0, at, count, 1));
                backend.map(p, DType.FLOAT32, new Number[0], new View[] {y}, new View[] {v});
            }
            assertArrayEquals(one.values(), many.values(), lie.toString());
        }
    }

    @Test
    void anOutputMayBeAnInput() {
        for (Guarded.Lie lie : Guarded.Lie.values()) {
            double[] x = Guarded.numbers(5 * 67, 3, DType.FLOAT32);
            Guarded a = Guarded.of(backend, DType.FLOAT32, lie, x, 5, 67);
            backend.map(Program.of(Expr.arg(0).squared()), DType.FLOAT32, new Number[0], new View[] {a}, new View[] {a});
            assertArrayEquals(Arrays.stream(x).map(v -> v * v).toArray(), a.values(), lie.toString());
        }
    }

    /** Also where the output lies on an input that later steps read again. */
    @Test
    void formulasTooLongForOneKernel() {
        Expr e = Expr.arg(0);
        for (int i = 0; i < 150; i++) {
            e = e.times(Expr.param(0)).plus(Expr.arg(i % 2)).sin().plus(Expr.c(i));
        }
        Program p = Program.of(e, Expr.arg(1), e.times(Expr.arg(0)));
        for (DType type : new DType[] {DType.FLOAT64, DType.FLOAT32}) {
            for (int n : new int[] {1, 17, 255, 257, 1025, 40_000}) {
                double[] x = Guarded.numbers(n, 1, type);
                double[] y = Guarded.numbers(n, 2, type);
                Guarded a = Guarded.of(backend, type, Guarded.Lie.OFFSET, x, n);
                Guarded b = Guarded.of(backend, type, Guarded.Lie.GAPS, y, n);
                Guarded c = Guarded.empty(backend, type, Guarded.Lie.OFFSET, n);
                backend.map(p, type, new Number[] {0.5}, new View[] {a, c, b}, new View[] {a, b});
                double[] first = a.values();
                double[] third = b.values();
                for (int i = 0; i < n; i += 1 + n / 50) {
                    double[] expected = p.eval(new double[] {x[i], y[i]}, 0.5);
                    assertEquals(expected[0], first[i], type == DType.FLOAT64 ? 1e-9 : 1e-2, type + " " + n + " at " + i);
                    assertEquals(expected[2], third[i], type == DType.FLOAT64 ? 1e-9 : 1e-2, type + " " + n + " at " + i);
                }
                assertArrayEquals(y, c.values());
                c.assertUnharmed("a train of kernels");
            }
        }
    }

    private void check(DType outType, DType inType, Guarded.Lie outLie, Guarded.Lie inLie, long... shape) {
        int n = (int) Layout.sizeOf(shape);
        double[] x = Guarded.numbers(n, 1, inType);
        double[] y = Guarded.numbers(n, 2, inType);
        Guarded a = Guarded.of(backend, inType, inLie, x, shape);
        Guarded b = Guarded.of(backend, inType, inLie, y, shape);
        Guarded first = Guarded.empty(backend, outType, outLie, shape);
        Guarded second = Guarded.empty(backend, outType, outLie, shape);
        backend.map(PROGRAM, inType.lane(), new Number[] {2}, new View[] {first, second}, new View[] {a, b});
        String what = "map " + inType + " " + inLie + " to " + outType + " " + outLie + " " + Layout.text(shape);
        double[] p = first.values();
        double[] q = second.values();
        for (int i = 0; i < n; i++) {
            double[] e = PROGRAM.eval(new double[] {x[i], y[i]}, 2);
            assertEquals(held(outType, inType, e[0]), p[i], what);
            assertEquals(held(outType, inType, e[1]), q[i], what);
        }
        first.assertUnharmed(what);
        second.assertUnharmed(what);
    }

    /** The value as the dtype keeps it: towards zero, wrapped, or rounded; the lane of uint64 has no negative numbers. */
    private static double held(DType type, DType in, double v) {
        double lane = in == DType.UINT64 && v < 0 ? v + 0x1p64 : v;
        return switch (type) {
            case BOOL -> v != 0 ? 1 : 0;
            case FLOAT16 -> Numbers.value(Numbers.bits(lane, 10, 15), 10, 15);
            case BFLOAT16 -> Numbers.value(Numbers.bits(lane, 7, 127), 7, 127);
            case FLOAT32 -> (float) lane;
            case FLOAT64 -> lane;
            default -> {
                Object a = CpuMemory.Storage.of(type).make(1);
                Numbers.set(type, a, 0, (long) v);
                yield Numbers.get(type, a, 0);
            }
        };
    }
}
