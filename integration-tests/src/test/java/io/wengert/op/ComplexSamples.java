package io.wengert.op;

import static io.wengert.op.Input.in;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import java.util.Arrays;

/** Samples of what element-wise operations do with complex numbers, held as pairs of a real and an imaginary part. */
final class ComplexSamples extends Samples {

    /** A function of complex numbers, each one a pair. */
    private interface Function {
        double[] of(double[]... z);
    }

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
    }

    private void each(Elementwise op, int arity, Function f) {
        Input x = in(2, 3, 2).between(0.5, 2).of(DType.COMPLEX64);
        if (arity == 1) {
            add(op, f, x);
            add(op, f, x.shaped(65, 2));
            add(op, f, x.shaped(2));
        } else {
            add(op, f, x, x);
            add(op, f, x, x.shaped(3, 2));
            add(op, f, x.shaped(2, 1, 2), x.shaped(1, 3, 2));
            add(op, f, x.shaped(0, 3, 2), x.shaped(2));
        }
    }

    private void add(Elementwise op, Function f, Input... in) {
        sample(op, new Number[0], in).in(DType.FLOAT32).terms(8).is(x -> {
            Layout shape = Layout.of(x[0].shape());
            for (Host h : x) {
                shape = Layout.of(Layout.broadcast(shape, Layout.of(h.shape())));
            }
            return Host.of(i -> {
                int last = i.length - 1;
                double[][] z = Arrays.stream(x).map(h -> pair(h.at(Host.with(i, last, 0)), h.at(Host.with(i, last, 1))))
                        .toArray(double[][]::new);
                return f.of(z)[i[last]];
            }, shape.shape());
        });
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
