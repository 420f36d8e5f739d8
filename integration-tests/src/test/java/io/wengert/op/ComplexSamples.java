package io.wengert.op;

import static io.wengert.op.Input.in;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import java.util.Arrays;

/** Samples of what operations do with complex numbers, held as pairs of a real and an imaginary part. */
final class ComplexSamples extends Samples {

    /** A function of complex numbers, each one a pair. */
    private interface Function {
        double[] of(double[]... z);
    }

    /** A real number of complex ones. */
    private interface ToReal {
        double of(double[]... z);
    }

    /** One part of a result. */
    private interface Part {
        double of(double[][] z, int part);
    }

    private static final double[] ONE = {1, 0};
    private static final double[] I = {0, 1};

    ComplexSamples() {
        each(Arithmetic.ADD, 2, z -> pair(z[0][0] + z[1][0], z[0][1] + z[1][1]));
        each(Arithmetic.SUB, 2, z -> pair(z[0][0] - z[1][0], z[0][1] - z[1][1]));
        each(Arithmetic.MUL, 2, z -> times(z[0], z[1]));
        each(Arithmetic.DIV, 2, z -> times(z[0], reciprocal(z[1])));
        each(Arithmetic.POW, 2, z -> exp(times(z[1], log(z[0]))));
        each(Elementary.NEG, 1, z -> pair(-z[0][0], -z[0][1]));
        each(Elementary.SQUARE, 1, z -> times(z[0], z[0]));
        each(Elementary.SQRT, 1, z -> exp(times(pair(0.5, 0), log(z[0]))));
        each(Elementary.EXP, 1, z -> exp(z[0]));
        each(Elementary.LOG, 1, z -> log(z[0]));
        each(Elementary.SIN, 1, z -> pair(Math.sin(z[0][0]) * Math.cosh(z[0][1]), Math.cos(z[0][0]) * Math.sinh(z[0][1])));
        each(Elementary.COS, 1, z -> pair(Math.cos(z[0][0]) * Math.cosh(z[0][1]), -Math.sin(z[0][0]) * Math.sinh(z[0][1])));
        each(Complex.CONJ, 1, z -> pair(z[0][0], -z[0][1]));
        each(Elementary.RSQRT, 1, z -> exp(times(pair(-0.5, 0), log(z[0]))));
        each(Elementary.RECIPROCAL, 1, z -> reciprocal(z[0]));
        each(Elementary.SIGN, 1, z -> scaled(1 / abs(z[0]), z[0]));
        inverseFunctions();
        withNumbers();
        toReals();
        each(Arithmetic.WHERE, 3, z -> z[0][0] != 0 || z[0][1] != 0 ? z[1] : z[2]);
        products();
    }

    private void inverseFunctions() {
        each(Elementary.LOG1P, 1, z -> log(plus(ONE, z[0])));
        each(Elementary.EXPM1, 1, z -> plus(exp(z[0]), pair(-1, 0)));
        each(Elementary.LOG2, 1, z -> scaled(1 / Math.log(2), log(z[0])));
        each(Elementary.LOG10, 1, z -> scaled(1 / Math.log(10), log(z[0])));
        each(Elementary.TAN, 1, z -> times(pair(0, -1), tanh(times(I, z[0]))));
        each(Elementary.TANH, 1, z -> tanh(z[0]));
        each(Elementary.SINH, 1, z -> scaled(0.5, plus(exp(z[0]), scaled(-1, exp(scaled(-1, z[0]))))));
        each(Elementary.COSH, 1, z -> scaled(0.5, plus(exp(z[0]), exp(scaled(-1, z[0])))));
        each(Elementary.ASIN, 1, z -> times(pair(0, -1), asinh(times(I, z[0]))));
        each(Elementary.ACOS, 1, z -> plus(pair(Math.PI / 2, 0), times(I, asinh(times(I, z[0])))));
        each(Elementary.ASINH, 1, z -> asinh(z[0]));
        each(Elementary.ACOSH, 1, z -> log(plus(z[0], times(sqrt(plus(z[0], ONE)), sqrt(plus(z[0], pair(-1, 0)))))));
        each(Elementary.ATAN, 1, z -> times(pair(0, -1), atanh(times(I, z[0]))));
        each(Elementary.ATANH, 1, z -> atanh(z[0]));
    }

    private void withNumbers() {
        number(Arithmetic.ADD_NUMBER, 3, z -> plus(z[0], pair(3, 0)));
        number(Arithmetic.SUB_NUMBER, 0.75, z -> plus(z[0], pair(-0.75, 0)));
        number(Arithmetic.RSUB_NUMBER, 3, z -> plus(pair(3, 0), scaled(-1, z[0])));
        number(Arithmetic.MUL_NUMBER, -3, z -> scaled(-3, z[0]));
        number(Arithmetic.DIV_NUMBER, 4, z -> scaled(0.25, z[0]));
        number(Arithmetic.RDIV_NUMBER, 3, z -> scaled(3, reciprocal(z[0])));
        number(Arithmetic.POW_NUMBER, -1.5, z -> exp(scaled(-1.5, log(z[0]))));
        number(Arithmetic.RPOW_NUMBER, 2, z -> exp(scaled(Math.log(2), z[0])));
        number(Arithmetic.RPOW_NUMBER, -2, z -> exp(times(log(pair(-2, 0)), z[0])));
    }

    /** Of whole numbers, so that some are equal, or 0. */
    private void toReals() {
        Input x = in(2, 3, 2).between(0.5, 2).of(DType.COMPLEX64);
        real(Elementary.ABS, z -> abs(z[0]), x);
        Input whole = in(6, 2).between(0, 1).of(DType.COMPLEX64);
        real(Comparisons.IS_NAN, z -> 0, whole);
        real(Comparisons.IS_INFINITE, z -> 0, whole);
        real(Comparisons.EQ, z -> Arrays.equals(z[0], z[1]) ? 1 : 0, whole, whole.shaped(1, 2));
        real(Comparisons.NEQ, z -> Arrays.equals(z[0], z[1]) ? 0 : 1, whole, whole.shaped(6, 2));
        real(Comparisons.AND, z -> abs(z[0]) != 0 && abs(z[1]) != 0 ? 1 : 0, whole, whole);
        real(Comparisons.OR, z -> abs(z[0]) != 0 || abs(z[1]) != 0 ? 1 : 0, whole, whole.shaped(2));
        real(Comparisons.XOR, z -> abs(z[0]) != 0 ^ abs(z[1]) != 0 ? 1 : 0, whole, whole);
        real(Comparisons.NOT, z -> abs(z[0]) == 0 ? 1 : 0, whole);
        elements(Comparisons.EQ_NUMBER, numbers(1), (z, part) -> Arrays.equals(z[0], ONE) ? 1 : 0, 0, whole);
        elements(Comparisons.NEQ_NUMBER, numbers(1), (z, part) -> Arrays.equals(z[0], ONE) ? 0 : 1, 0, whole);
    }

    /** Along axes, and of matrices. */
    private void products() {
        Input x = in(2, 3, 2).between(0.5, 2).of(DType.COMPLEX64);
        sample(Reductions.PROD, new Axes(false, 1), x).in(DType.FLOAT32).terms(16)
                .is(z -> Host.of(i -> product(z[0], i[0], 3)[i[1]], 2, 2));
        sample(Reductions.PROD, new Axes(true, 0, 1), x.shaped(1, 5, 2)).in(DType.FLOAT32).terms(32)
                .is(z -> Host.of(i -> product(z[0], 0, 5)[i[2]], 1, 1, 2));
        sample(Reductions.PROD, new Axes(false, 1), x.shaped(2, 0, 2)).in(DType.FLOAT32)
                .is(z -> Host.of(i -> ONE[i[1]], 2, 2));
        sample(Sorting.CUM_PROD, 1, x).in(DType.FLOAT32).terms(16)
                .is(z -> Host.of(i -> product(z[0], i[0], i[1] + 1)[i[2]], 2, 3, 2));
        sample(Sorting.CUM_PROD, -2, x.shaped(5, 1, 2)).in(DType.FLOAT32).terms(32)
                .is(z -> Host.of(i -> product(z[0].as(1, 5, 2), 0, i[0] + 1)[i[2]], 5, 1, 2));
        Input a = in(2, 3, 2).of(DType.COMPLEX64);
        sample(LinearAlgebra.MATMUL, a, a.shaped(3, 4, 2)).in(DType.FLOAT32).terms(16)
                .is(z -> Host.of(i -> inner(z[0], z[1], i[0], i[1])[i[2]], 2, 4, 2));
        sample(LinearAlgebra.INVERSE, in(2, 2, 2).between(0.5, 2).apart().of(DType.COMPLEX64)).in(DType.FLOAT32).terms(32)
                .is(ComplexSamples::inverse);
    }

    private static double[] product(Host z, int row, int count) {
        double[] p = ONE;
        for (int k = 0; k < count; k++) {
            p = times(p, pair(z.at(row, k, 0), z.at(row, k, 1)));
        }
        return p;
    }

    private static double[] inner(Host a, Host b, int row, int column) {
        double[] sum = pair(0, 0);
        for (int k = 0; k < a.size(1); k++) {
            double[] left = pair(a.at(row, k, 0), a.at(row, k, 1));
            sum = plus(sum, times(left, pair(b.at(k, column, 0), b.at(k, column, 1))));
        }
        return sum;
    }

    /** Of a matrix with two rows. */
    private static Host inverse(Host... x) {
        double[][] z = new double[4][];
        Arrays.setAll(z, i -> pair(x[0].values()[2 * i], x[0].values()[2 * i + 1]));
        double[] factor = reciprocal(plus(times(z[0], z[3]), scaled(-1, times(z[1], z[2]))));
        double[][] y = {z[3], scaled(-1, z[1]), scaled(-1, z[2]), z[0]};
        return x[0].like(i -> times(factor, y[2 * i[0] + i[1]])[i[2]]);
    }

    private void each(Elementwise op, int arity, Function f) {
        Input x = in(2, 3, 2).between(0.5, 2).of(DType.COMPLEX64);
        if (arity == 1) {
            add(op, f, x);
            add(op, f, x.shaped(65, 2));
            add(op, f, x.shaped(2));
        } else {
            Input[] rest = new Input[arity - 2];
            Arrays.fill(rest, x.shaped(2));
            add(op, f, joined(x, x, rest));
            add(op, f, joined(x, x.shaped(3, 2), rest));
            add(op, f, joined(x.shaped(2, 1, 2), x.shaped(1, 3, 2), rest));
            add(op, f, joined(x.shaped(0, 3, 2), x.shaped(2), rest));
        }
    }

    private static Input[] joined(Input a, Input b, Input... rest) {
        Input[] all = new Input[rest.length + 2];
        all[0] = a;
        all[1] = b;
        System.arraycopy(rest, 0, all, 2, rest.length);
        return all;
    }

    private void add(Elementwise op, Function f, Input... in) {
        elements(op, new Number[0], (z, part) -> f.of(z)[part], 2, in);
    }

    private void number(Elementwise op, Number n, Function f) {
        Input x = in(2, 3, 2).between(0.5, 2).of(DType.COMPLEX64);
        elements(op, numbers(n), (z, part) -> f.of(z)[part], 2, x);
    }

    private void real(Elementwise op, ToReal f, Input... in) {
        elements(op, new Number[0], (z, part) -> f.of(z), 0, in);
    }

    /** A sample with a reference of numbers at one place: of both parts, or of one real number. */
    private void elements(Elementwise op, Number[] numbers, Part f, int parts, Input... in) {
        sample(op, numbers, in).in(DType.FLOAT32).terms(8).is(x -> {
            Layout shape = Layout.of(x[0].shape());
            for (Host h : x) {
                shape = Layout.of(Layout.broadcast(shape, Layout.of(h.shape())));
            }
            long[] whole = shape.shape();
            int last = whole.length - 1;
            return Host.of(i -> {
                int[] at = Arrays.copyOf(i, last + 1);
                double[][] z = Arrays.stream(x).map(h -> pair(h.at(Host.with(at, last, 0)), h.at(Host.with(at, last, 1))))
                        .toArray(double[][]::new);
                return f.of(z, parts == 2 ? i[last] : 0);
            }, parts == 2 ? whole : Arrays.copyOf(whole, last));
        });
    }

    private static double[] plus(double[] a, double[] b) { return pair(a[0] + b[0], a[1] + b[1]); }

    private static double[] scaled(double k, double[] z) { return pair(k * z[0], k * z[1]); }

    private static double abs(double[] z) { return Math.hypot(z[0], z[1]); }

    private static double[] sqrt(double[] z) { return exp(scaled(0.5, log(z))); }

    private static double[] asinh(double[] z) { return log(plus(z, sqrt(plus(times(z, z), ONE)))); }

    private static double[] atanh(double[] z) {
        return scaled(0.5, plus(log(plus(ONE, z)), scaled(-1, log(plus(ONE, scaled(-1, z))))));
    }

    private static double[] tanh(double[] z) {
        double[] e = exp(scaled(2, z));
        return times(plus(e, pair(-1, 0)), reciprocal(plus(e, ONE)));
    }

    private static double[] pair(double re, double im) { return new double[] {re, im}; }

    private static double[] times(double[] a, double[] b) { return pair(a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]); }

    private static double[] reciprocal(double[] a) {
        double square = a[0] * a[0] + a[1] * a[1];
        return pair(a[0] / square, -a[1] / square);
    }

    private static double[] exp(double[] a) { return pair(Math.exp(a[0]) * Math.cos(a[1]), Math.exp(a[0]) * Math.sin(a[1])); }

    private static double[] log(double[] a) { return pair(Math.log(Math.hypot(a[0], a[1])), Math.atan2(a[1], a[0])); }
}
