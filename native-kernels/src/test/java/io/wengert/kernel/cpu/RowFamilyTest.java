package io.wengert.kernel.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.Reduction;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Positions of extrema, running sums and sorting, row by row against plain loops. */
class RowFamilyTest {

    private static final long[][] SHAPES = {{7}, {3, 5}, {2, 1, 4}, {17, 65}, {4, 1021}, {2, 3, 4}, {0, 3}};

    private final CpuBackend backend = CpuBackend.create();

    @Test
    void everyDtypeAxisAndLayout() {
        for (DType type : Numbers.REALS) {
            for (Guarded.Lie lie : Guarded.Lie.values()) {
                for (long[] shape : SHAPES) {
                    for (int axis = 0; axis < shape.length; axis++) {
                        check(type, lie, axis, shape);
                    }
                }
            }
        }
    }

    @Test
    void nanIsTheLargestAndTheFirstExtremumOfAll() {
        for (DType type : new DType[] {DType.FLOAT16, DType.BFLOAT16, DType.FLOAT32, DType.FLOAT64}) {
            double[] x = {1, Double.NEGATIVE_INFINITY, Double.NaN, 3, Double.NaN, Double.POSITIVE_INFINITY, -0.0, 0};
            Guarded in = Guarded.of(backend, type, Guarded.Lie.GAPS, x, x.length);
            Guarded place = Guarded.empty(backend, DType.INT64, Guarded.Lie.WHOLE, 1);
            backend.argReduce(true, place, in, 0);
            assertEquals(2, place.values()[0]);
            backend.argReduce(false, place, in, 0);
            assertEquals(2, place.values()[0]);
            Guarded order = Guarded.empty(backend, DType.INT64, Guarded.Lie.WHOLE, x.length);
            backend.sort(null, order, in, 0, false);
            assertArrayEquals(new double[] {1, 6, 7, 0, 3, 5, 2, 4}, order.values(), "ascending, stable");
            backend.sort(null, order, in, 0, true);
            assertArrayEquals(new double[] {2, 4, 5, 3, 0, 6, 7, 1}, order.values(), "descending, stable");
        }
    }

    @Test
    void wholeRangeOfIntegers() {
        Guarded x = Guarded.empty(backend, DType.INT64, Guarded.Lie.WHOLE, 4);
        backend.write(x.buffer(), 0, new long[] {0, Long.MIN_VALUE, Long.MAX_VALUE, -1}, 0, 4);
        Guarded order = Guarded.empty(backend, DType.INT64, Guarded.Lie.WHOLE, 4);
        backend.sort(null, order, x, 0, false);
        assertArrayEquals(new double[] {1, 3, 0, 2}, order.values());
        Guarded u = Guarded.empty(backend, DType.UINT64, Guarded.Lie.WHOLE, 4);
        backend.write(u.buffer(), 0, new long[] {0, Long.MIN_VALUE, Long.MAX_VALUE, -1}, 0, 4);
        backend.sort(null, order, u, 0, false);
        assertArrayEquals(new double[] {0, 2, 1, 3}, order.values());
    }

    /** Long rows of whole numbers and of float64 are sorted digit by digit as well. */
    @Test
    void longRowsOfSixtyFourBitsAreSortedStably() {
        int n = 4001;
        Random random = new Random(4);
        for (DType type : new DType[] {DType.INT64, DType.FLOAT64, DType.INT32}) {
            double[] x = new double[n];
            for (int i = 0; i < n; i++) {
                x[i] = i % 5 == 0 ? random.nextInt(7) - 3 : random.nextInt() >> random.nextInt(31);
            }
            for (boolean descending : new boolean[] {false, true}) {
                Guarded in = Guarded.of(backend, type, Guarded.Lie.WHOLE, x, n);
                Guarded values = Guarded.empty(backend, type, Guarded.Lie.WHOLE, n);
                Guarded order = Guarded.empty(backend, DType.INT64, Guarded.Lie.WHOLE, n);
                backend.sort(values, order, in, 0, descending);
                Comparator<Integer> by = Comparator.comparingDouble(i -> descending ? -x[i] : x[i]);
                int[] want = IntStream.range(0, n).boxed().sorted(by).mapToInt(i -> i).toArray();
                assertArrayEquals(IntStream.of(want).asDoubleStream().toArray(), order.values(), type + " " + descending);
                assertArrayEquals(IntStream.of(want).mapToDouble(i -> x[i]).toArray(), values.values(), type + " " + descending);
            }
        }
    }

    /** Long rows of float32 are sorted digit by digit. */
    @Test
    void longRowsAreSortedStably() {
        int n = 5003;
        double[] x = new double[n];
        Random random = new Random(3);
        for (int i = 0; i < n; i++) {
            x[i] = i % 7 == 0 ? random.nextInt(5) - 2 : (float) (random.nextGaussian() * Math.exp(40 * random.nextGaussian()));
        }
        x[17] = Double.NaN;
        x[4000] = Double.NEGATIVE_INFINITY;
        x[4001] = -0.0;
        Guarded in = Guarded.of(backend, DType.FLOAT32, Guarded.Lie.WHOLE, x, n);
        for (boolean descending : new boolean[] {false, true}) {
            Guarded sorted = Guarded.empty(backend, DType.FLOAT32, Guarded.Lie.WHOLE, n);
            Guarded order = Guarded.empty(backend, DType.INT64, Guarded.Lie.WHOLE, n);
            backend.sort(sorted, order, in, 0, descending);
            double[] values = in.values();
            double[] gotPlaces = order.values();
            double[] gotValues = sorted.values();
            Comparator<Integer> ascending = Comparator.comparingDouble(i -> values[i] + 0.0);
            Integer[] places = IntStream.range(0, n).boxed().toArray(Integer[]::new);
            Arrays.sort(places, descending ? ascending.reversed() : ascending);
            for (int i = 0; i < n; i++) {
                assertEquals((int) places[i], gotPlaces[i], "place " + i);
                assertEquals(values[places[i]], gotValues[i], "value " + i);
            }
        }
    }

    private void check(DType type, Guarded.Lie lie, int axis, long... shape) {
        int n = (int) Layout.sizeOf(shape);
        double[] x = Guarded.numbers(n, 4, type);
        Guarded in = Guarded.of(backend, type, lie, x, shape);
        long[] one = shape.clone();
        one[axis] = 1;
        String what = type + " " + lie + " axis " + axis + " of " + Layout.text(shape);
        Guarded most = Guarded.empty(backend, DType.INT64, lie, one);
        Guarded least = Guarded.empty(backend, DType.INT64, lie, one);
        if (shape[axis] > 0) {
            backend.argReduce(true, most, in, axis);
            backend.argReduce(false, least, in, axis);
        }
        Guarded sorted = Guarded.empty(backend, type, lie, shape);
        Guarded order = Guarded.empty(backend, DType.INT64, lie, shape);
        backend.sort(sorted, order, in, axis, true);
        DType sumType = type.accumulated();
        Guarded sum = Guarded.empty(backend, sumType, lie, shape);
        backend.scan(Reduction.SUM, sumType.lane(), sum, in, axis);

        double[][] results = {most.values(), least.values(), sorted.values(), order.values(), sum.values()};
        int length = (int) shape[axis];
        Layout whole = Layout.of(shape);
        int[] starts = Guarded.places(whole.slice(axis, 0, Math.min(1, length), 1));
        int step = (int) whole.stride(axis);
        for (int r = 0; r < starts.length; r++) {
            int start = starts[r];
            double[] row = IntStream.range(0, length).mapToDouble(i -> x[start + i * step]).toArray();
            Integer[] places = IntStream.range(0, length).boxed().toArray(Integer[]::new);
            Arrays.sort(places, Comparator.comparingDouble(i -> -row[i]));
            assertEquals((int) places[0], results[0][r], "largest, " + what);
            assertEquals(IntStream.range(0, length).boxed().min(Comparator.comparingDouble(i -> row[i])).orElseThrow()
                    .doubleValue(), results[1][r], "smallest, " + what);
            double running = 0;
            for (int i = 0; i < length; i++) {
                running += row[i];
                assertEquals(row[places[i]], results[2][start + i * step], "sorted, " + what);
                assertEquals((int) places[i], results[3][start + i * step], "order, " + what);
                double tolerance = sumType == DType.BFLOAT16 ? 0.01 : sumType == DType.FLOAT16 ? 1e-3 : 0;
                assertEquals(running, results[4][start + i * step], tolerance * Math.max(1, Math.abs(running)), "sum, " + what);
            }
        }
        for (Guarded g : new Guarded[] {most, least, sorted, order, sum}) {
            g.assertUnharmed(what);
        }
    }
}
