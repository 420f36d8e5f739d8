package io.wengert.op;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import java.util.Arrays;
import java.util.Random;

/**
 * What one input of a sample looks like: its shape, and the domain that its elements are drawn from.
 *
 * @param kinks values that no element comes near to: poles, ties, corners
 * @param dtype the only dtype it may have; null for the one under test
 * @param distinct whether no two elements are equal or nearly so
 */
record Input(long[] shape, double low, double high, double[] kinks, DType dtype, boolean distinct) {

    private static final double DISTANCE = 0.05;

    /** An array of a shape, with elements between -2 and 2. */
    static Input in(long... shape) { return new Input(shape, -2, 2, new double[0], null, false); }

    /** The same of an element-wise operation, whose shapes are not stated. */
    static Input any() { return in(); }

    Input between(double from, double to) { return new Input(shape, from, to, kinks, dtype, distinct); }

    Input awayFrom(double... values) { return new Input(shape, low, high, values, dtype, distinct); }

    Input apart() { return new Input(shape, low, high, kinks, dtype, true); }

    Input of(DType type) { return new Input(shape, low, high, kinks, type, distinct); }

    /** Indices (int64) of an axis of size n, some of them from the back. */
    Input indices(int n) { return between(-n, n - 1).of(DType.INT64); }

    /** Different places (int64) on an axis of size n. */
    Input places(int n) { return between(0, n - 1).of(DType.INT64).apart(); }

    Input shaped(long... other) { return new Input(other, low, high, kinks, dtype, distinct); }

    DType type(DType underTest) { return dtype != null ? dtype : underTest; }

    /** Values that the dtype holds exactly; null if the domain has none in it. */
    Host draw(DType underTest, Random random) {
        DType type = type(underTest);
        int n = (int) Layout.sizeOf(shape);
        double[] v = new double[n];
        if (distinct) {
            Integer[] order = new Integer[n];
            Arrays.setAll(order, i -> i);
            java.util.Collections.shuffle(Arrays.asList(order), random);
            for (int i = 0; i < n; i++) {
                double at = type.isFloating() ? (order[i] + 0.25 + 0.5 * random.nextDouble()) / n : order[i];
                v[i] = HostElements.rounded(type, type.isFloating() ? low + (high - low) * at : Math.max(low, 0) + at);
            }
            return new Host(shape, v);
        }
        for (int i = 0; i < n; i++) {
            v[i] = one(type, random);
            if (Double.isNaN(v[i])) {
                return null;
            }
        }
        return new Host(shape, v);
    }

    private double one(DType type, Random random) {
        for (int tries = 0; tries < 1000; tries++) {
            double v = low + (high - low) * random.nextDouble();
            if (!type.isFloating()) {
                double from = Math.ceil(Math.max(low, type.family() == DType.Family.SIGNED ? low : 0));
                double to = Math.min(Math.floor(high), type == DType.BOOL ? 1 : high);
                v = Math.floor(from + random.nextDouble() * (Math.floor(to) - from + 1));
                if (to < from) {
                    return Double.NaN;
                }
            }
            double r = HostElements.rounded(type, v);
            boolean near = r < low || r > high;
            for (double k : kinks) {
                near |= Math.abs(r - k) < DISTANCE;
            }
            if (!near) {
                return r;
            }
        }
        return Double.NaN;
    }
}
