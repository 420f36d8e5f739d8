package io.wengert.ndarray;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import io.wengert.nn.FiniteDifferences;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every differentiable method of DJL's arrays, called as a program calls it: gradients of first and second order in float64.
 * Complex numbers, which have single precision only, are checked in the operations' own suite.
 */
class MethodGradientsTest {

    /** Where a function is looked at: shapes of its inputs, and how their elements are made. */
    private record Case(Shape[] shapes, Domain domain, Function<NDArray[], NDArray> f) {}

    private enum Domain {
        /** Between about -2 and 2, no two alike, none near a whole or half number. */
        ANY,
        /** Between 0.3 and 2. */
        POSITIVE,
        /** Between -0.8 and 0.8. */
        UNIT,
        /** Between 1.2 and 3. */
        ABOVE_ONE;

        double value(int k, int n) {
            double u = ((k * 7 + 3) % n + 0.37) / n;
            return switch (this) {
                case ANY -> 4 * u - 2.013;
                case POSITIVE -> 0.3 + 1.7 * u;
                case UNIT -> 1.6 * u - 0.8;
                case ABOVE_ONE -> 1.2 + 1.8 * u;
            };
        }
    }

    private static final Shape S = new Shape(3, 4);

    private final Map<String, Case> cases = new LinkedHashMap<>();

    private void one(String name, UnaryOperator<NDArray> f) { on(Domain.ANY, name, x -> f.apply(x[0]), S); }

    private void one(Domain d, String name, UnaryOperator<NDArray> f) { on(d, name, x -> f.apply(x[0]), S); }

    private void one(String name, Shape shape, UnaryOperator<NDArray> f) { on(Domain.ANY, name, x -> f.apply(x[0]), shape); }

    private void two(String name, BinaryOperator<NDArray> f) { two(Domain.ANY, name, f, S, S); }

    private void two(Domain d, String name, BinaryOperator<NDArray> f, Shape a, Shape b) {
        on(d, name + " " + a + " " + b, x -> f.apply(x[0], x[1]), a, b);
    }

    private void on(Domain d, String name, Function<NDArray[], NDArray> f, Shape... shapes) {
        if (cases.put(name, new Case(shapes, d, f)) != null) {
            throw new IllegalStateException("two cases are named " + name);
        }
    }

    @TestFactory
    Stream<DynamicTest> firstAndSecondDerivatives() {
        functions();
        arithmetic();
        inPlace();
        reductions();
        shapes();
        indexing();
        setting();
        sorting();
        linearAlgebra();
        conversions();
        combinations();
        extended();
        return cases.entrySet().stream().map(e -> DynamicTest.dynamicTest(e.getKey(), () -> check(e.getValue())));
    }

    private static void check(Case c) {
        try (NDManager manager = Engine.getEngine("Wengert").newBaseManager()) {
            NDArray[] x = new NDArray[c.shapes.length];
            for (int i = 0; i < x.length; i++) {
                double[] v = new double[(int) c.shapes[i].size()];
                for (int k = 0; k < v.length; k++) {
                    v[k] = c.domain.value(k + i, v.length) * (1 - 0.11 * i);
                }
                x[i] = manager.create(v, c.shapes[i]);
            }
            FiniteDifferences.check(c.f, x);
        }
    }

    private static NDArray ints(NDArray like, long... values) { return like.getManager().create(values); }

    private void functions() {
        one("neg", NDArray::neg);
        one("abs", NDArray::abs);
        one("square", NDArray::square);
        one(Domain.POSITIVE, "sqrt", NDArray::sqrt);
        one(Domain.POSITIVE, "cbrt", NDArray::cbrt);
        one("exp", NDArray::exp);
        one(Domain.POSITIVE, "log", NDArray::log);
        one(Domain.POSITIVE, "log2", NDArray::log2);
        one(Domain.POSITIVE, "log10", NDArray::log10);
        one("sin", NDArray::sin);
        one("cos", NDArray::cos);
        one(Domain.UNIT, "tan", NDArray::tan);
        one(Domain.UNIT, "asin", NDArray::asin);
        one(Domain.UNIT, "acos", NDArray::acos);
        one("atan", NDArray::atan);
        one("sinh", NDArray::sinh);
        one("cosh", NDArray::cosh);
        one("tanh", NDArray::tanh);
        one("asinh", NDArray::asinh);
        one(Domain.ABOVE_ONE, "acosh", NDArray::acosh);
        one(Domain.UNIT, "atanh", NDArray::atanh);
        one("toDegrees", NDArray::toDegrees);
        one("toRadians", NDArray::toRadians);
        one("erf", NDArray::erf);
        one(Domain.UNIT, "erfinv", NDArray::erfinv);
        one(Domain.POSITIVE, "gammaln", NDArray::gammaln);
        one("softmax", x -> x.softmax(1));
        one("logSoftmax", x -> x.logSoftmax(0));
        one("clip", x -> x.clip(-0.9, 1.1).mul(x));
        one("sign", x -> x.sign().mul(x.square()));
        one("round, floor, ceil, trunc", x -> x.round().add(x.floor()).add(x.ceil()).add(x.trunc()).mul(x));
        one("scaleGradient", x -> x.square().mul(2).scaleGradient(1));
        one("stopGradient", x -> x.mul(x.mul(0).stopGradient().add(2)));
    }

    private void arithmetic() {
        Shape row = new Shape(4);
        Shape column = new Shape(3, 1);
        two("add", NDArray::add);
        two(Domain.ANY, "add", NDArray::add, S, row);
        two("sub", NDArray::sub);
        two(Domain.ANY, "sub", NDArray::sub, column, row);
        two("mul", NDArray::mul);
        two(Domain.ANY, "mul", NDArray::mul, S, new Shape());
        two(Domain.POSITIVE, "div", NDArray::div, S, S);
        two(Domain.POSITIVE, "div", NDArray::div, row, column);
        two(Domain.POSITIVE, "mod", NDArray::mod, S, column);
        two(Domain.POSITIVE, "pow", NDArray::pow, S, S);
        two(Domain.POSITIVE, "pow", NDArray::pow, S, row);
        two("maximum", NDArray::maximum);
        two(Domain.ANY, "minimum", NDArray::minimum, S, column);
        two(Domain.POSITIVE, "xlogy", NDArray::xlogy, S, S);
        two("atan2", NDArray::atan2);
        two("neg maximum of products", (x, y) -> x.mul(y).maximum(x.add(y)).neg());
        one("numbers", x -> x.add(2).sub(0.5).mul(3).div(7).mul(x));
        one("pow number", x -> x.pow(3).add(x.pow(2)).add(x.pow(1)));
        one(Domain.POSITIVE, "pow fraction", x -> x.pow(-1.5));
        one("maximum number", x -> x.maximum(0.1).mul(x).add(x.minimum(0.7)));
        one(Domain.POSITIVE, "mod number", x -> x.mod(0.71).mul(x));
        one("x used three times", x -> x.mul(x).mul(x));
    }

    private void inPlace() {
        two("addi", (x, y) -> x.mul(1).addi(y.square()));
        two("subi", (x, y) -> x.square().subi(y));
        two("muli", (x, y) -> x.mul(2).muli(y));
        two(Domain.POSITIVE, "divi", (x, y) -> x.mul(2).divi(y), S, S);
        two(Domain.POSITIVE, "powi", (x, y) -> x.mul(2).powi(y), S, S);
        one("numbers in place", x -> x.mul(1).addi(3).muli(2).subi(1).divi(4).powi(2));
        one("negi", x -> x.square().negi());
        one(Domain.POSITIVE, "modi", x -> x.mul(2).modi(0.77).mul(x));
        one("a saved value changed afterwards", x -> {
            NDArray a = x.mul(2);
            NDArray b = a.exp().mul(a);
            a.addi(5);
            return b.mul(a);
        });
        one("a view of what is changed", x -> {
            NDArray a = x.mul(2);
            NDArray view = a.get("1:, :2");
            a.muli(a);
            return view.mul(a.get("1:, :2"));
        });
    }

    private void reductions() {
        one("sum", NDArray::sum);
        one("sum axes", x -> x.square().sum(new int[] {1}, true));
        one("mean", x -> x.square().mean());
        one("mean axes", x -> x.square().mean(new int[] {0}));
        one("prod", NDArray::prod);
        one("prod axes", x -> x.prod(new int[] {1}));
        one("max", x -> x.max().mul(x.max()));
        one("max axes", x -> x.mul(x).max(new int[] {0}, true));
        one("min", x -> x.min().square());
        one("min axes", x -> x.exp().min(new int[] {1}));
        one("norm", x -> x.norm());
        one("norm axes", x -> x.norm(new int[] {1}, true));
        one("norm of order 1", x -> x.norm(1, new int[] {0}, false).square());
        one("normalize", x -> x.normalize(2, 1, 1e-12));
        one("normalize of order 3", x -> x.normalize(3, 0, 1e-12));
        one("cumSum", x -> x.square().cumSum(1));
        one("cumProd", x -> x.cumProd(0));
        one("trace", x -> x.matMul(x.transpose()).trace());
        one("variance by hand", x -> x.sub(x.mean(new int[] {1}, true)).square().mean(new int[] {1}));
    }

    private void shapes() {
        one("reshape", x -> x.reshape(2, 6).square());
        one("flatten", x -> x.flatten().exp());
        one("flatten axes", x -> x.reshape(3, 2, 2).flatten(1, 2).exp());
        one("transpose", x -> x.transpose().square());
        one("transpose axes", x -> x.reshape(3, 2, 2).transpose(2, 0, 1).square());
        one("swapAxes", x -> x.reshape(3, 2, 2).swapAxes(0, 2).square());
        one("expandDims and squeeze", x -> x.expandDims(1).square().squeeze(1));
        one("broadcast", x -> x.get("0").broadcast(3, 4).mul(x));
        one("flip", x -> x.flip(0).mul(x));
        one("flip both", x -> x.flip(0, 1).exp());
        one("rotate90", x -> x.rotate90(1, new int[] {0, 1}).exp());
        one("pad", x -> x.square().pad(new Shape(1, 2, 0, 1), 3));
        one("tile", x -> x.tile(new long[] {2, 1}).square());
        one("tile axis", x -> x.tile(1, 2).square());
        one("repeat", x -> x.repeat(new long[] {1, 2}).exp());
        one("repeat axis", x -> x.repeat(0, 3).exp());
        one("split", x -> NDArrays.concat(new NDList(x.split(2, 1).get(1), x.square().split(new long[] {1}, 1).get(0)), 1));
        one("diagonal", x -> x.square().diagonal(1));
        one("diagonal axes", x -> x.reshape(3, 2, 2).square().diagonal(0, 1, 2));
        one("diff", x -> x.square().diff(1, 1));
        one("diff twice", x -> x.exp().diff(2, 1));
        one("duplicate", x -> x.square().duplicate().mul(x));
        one("a slice of a transposed slice", x -> x.transpose().get("1:, ::2").transpose().square());
    }

    private void indexing() {
        one("get rows", x -> x.get("1:").square());
        one("get step", x -> x.get(":, ::2").exp());
        one("get backwards", x -> x.get("::-1, 1:3").mul(x.get(":, 1:3")));
        one("get element", x -> x.get(1, 2).square());
        one("get ellipsis and new axis", x -> x.get(new NDIndex("..., 1")).square());
        one("get by integers", x -> x.get(ints(x, 2, 0, 2, 2)).square());
        one("get by mask", x -> x.get(x.gt(0)).square());
        one("get by integers in two axes", x -> x.get(new NDIndex("{}, {}", ints(x, 0, 2, 0), ints(x, 3, 1, 3))).exp());
        one("get by pick", x -> x.get(new NDIndex().addAllDim().addPickDim(ints(x, 3, 0, 1))).square());
        one("booleanMask", x -> x.booleanMask(x.gt(0)).exp());
        one("booleanMask axis", x -> x.booleanMask(x.getManager().create(new boolean[] {true, false, true}), 0).exp());
        one("sequenceMask", x -> x.square().sequenceMask(x.getManager().create(new float[] {1, 3, 2}), 0.5f));
        one("gather", x -> x.gather(ints(x, 1, 0, 2, 2, 0, 1).reshape(3, 2), 1).square());
        one("gatherNd", x -> x.gatherNd(ints(x, 0, 2, 1, 3).reshape(2, 2)).square());
        one("take", x -> x.take(ints(x, 5, 5, 0)).square());
    }

    private void setting() {
        two(Domain.ANY, "put", (x, v) -> x.mul(1).put(ints(x, 1, 5, 7), v).square(), S, new Shape(3));
        two(Domain.ANY, "scatter", (x, v) -> x.square().scatter(ints(x, 1, 0, 2, 3, 0, 2).reshape(3, 2), v, 1).exp(), S, new Shape(3, 2));
        two(Domain.ANY, "set row", (x, v) -> set(x, "1", v), S, new Shape(4));
        two(Domain.ANY, "set column step", (x, v) -> set(x, ":, ::2", v), S, new Shape(3, 2));
        two(Domain.ANY, "set broadcast", (x, v) -> set(x, "1:, 1:", v), S, new Shape());
        one("set number", x -> {
            NDArray y = x.mul(2);
            y.set(new NDIndex("0, 1:"), 7);
            return y.square();
        });
        one("set by a function", x -> {
            NDArray y = x.mul(1);
            y.set(new NDIndex(":2"), NDArray::exp);
            return y.mul(x);
        });
        two(Domain.ANY, "set by mask", (x, v) -> {
            NDArray y = x.mul(3);
            y.set(x.gt(0), 2);
            return y.mul(v);
        }, S, S);
        two(Domain.ANY, "copyTo", (x, v) -> {
            NDArray y = x.mul(3);
            v.square().copyTo(y);
            return y.mul(x);
        }, S, S);
    }

    private static NDArray set(NDArray x, String index, NDArray value) {
        NDArray y = x.mul(2);
        y.set(new NDIndex(index), value.square());
        return y.mul(x).add(y.square());
    }

    private void sorting() {
        one("sort", x -> x.sort(1).square().mul(x));
        one("sort first axis", x -> x.sort(0).exp());
        one("topK", x -> x.topK(2, 1, true, true).get(0).square());
        one("smallest", x -> x.topK(2, 0, false, true).get(0).exp());
        one("median", x -> x.median().square());
        one("median axes", x -> x.exp().median(new int[] {1}));
        one("percentile", x -> x.percentile(37).square());
        one("percentile axes", x -> x.exp().percentile(80, new int[] {0}));
        one("sorted by argSort", x -> x.gather(x.argSort(1), 1).mul(x));
    }

    private void linearAlgebra() {
        two(Domain.ANY, "dot", NDArray::dot, S, new Shape(4, 2));
        two(Domain.ANY, "dot", NDArray::dot, new Shape(5), new Shape(5));
        two(Domain.ANY, "dot", NDArray::dot, S, new Shape(4));
        two(Domain.ANY, "matMul", NDArray::matMul, S, new Shape(4, 2));
        two(Domain.ANY, "matMul", NDArray::matMul, new Shape(2, 2, 3), new Shape(3, 2));
        two(Domain.ANY, "matMul", NDArray::matMul, new Shape(2, 1, 2, 3), new Shape(3, 3, 2));
        two(Domain.ANY, "matMul", NDArray::matMul, new Shape(3), new Shape(3, 2));
        two(Domain.ANY, "batchDot", NDArray::batchDot, new Shape(2, 2, 3), new Shape(2, 3, 2));
        two(Domain.ANY, "batchMatMul", NDArray::batchMatMul, new Shape(2, 2, 3), new Shape(2, 3, 2));
        two(Domain.ANY, "transposed matMul", (x, y) -> x.transpose().matMul(y.transpose()), S, new Shape(2, 3));
        one("inverse", new Shape(3, 3), x -> x.add(x.getManager().eye(3).toType(DataType.FLOAT64, false).mul(4)).inverse());
        one("inverses", new Shape(2, 2, 2),
                x -> x.add(x.getManager().eye(2).toType(DataType.FLOAT64, false).mul(4)).inverse());
        one("a quadratic form", new Shape(4), x -> x.reshape(1, 4).matMul(x.reshape(4, 1)).exp());
    }

    private void conversions() {
        one("toType of the same type", x -> x.square().toType(DataType.FLOAT64, true).mul(x));
        one("toDevice", x -> x.square().toDevice(x.getDevice(), true).mul(x));
        one("toSparse and toDense", x -> x.square().toSparse(SparseFormat.ROW_SPARSE).toDense().mul(x));
        one("get by manager", x -> x.get(x.getManager().newSubManager(), new NDIndex("1")).square());
    }

    private void combinations() {
        two("concat", (x, y) -> x.concat(y.square(), 1).exp());
        two("stack", (x, y) -> x.stack(y, 1).square());
        two("where", (x, y) -> NDArrays.where(x.gt(y), x.square(), y.exp()));
        two(Domain.ANY, "where broadcast", (x, y) -> NDArrays.where(x.gt(0), x.square(), y), S, new Shape(4));
        two("NDArrays.add of many", (x, y) -> NDArrays.add(x, y, x.mul(y)));
        two("NDArrays.mul of many", (x, y) -> NDArrays.mul(x, y, x));
        two("NDArrays.maximum", (x, y) -> NDArrays.maximum(x, y).square());
        two("NDArrays.dot", (x, y) -> NDArrays.dot(x, y.transpose()));
        one("NDArrays.sub of a number", x -> NDArrays.sub(3, x).mul(x));
        one(Domain.POSITIVE, "NDArrays.div of a number", x -> NDArrays.div(3, x));
        one("NDArrays.pow of a number", x -> NDArrays.pow(1.7, x));
    }

    private void extended() {
        one("relu", x -> x.getNDArrayInternal().relu().mul(x));
        one("sigmoid", x -> x.getNDArrayInternal().sigmoid());
        one("tanh activation", x -> x.getNDArrayInternal().tanh());
        one("softPlus", x -> x.getNDArrayInternal().softPlus());
        one("softSign", x -> x.getNDArrayInternal().softSign());
        one("leakyRelu", x -> x.getNDArrayInternal().leakyRelu(0.2f).mul(x));
        one("elu", x -> x.getNDArrayInternal().elu(0.7f));
        one("selu", x -> x.getNDArrayInternal().selu());
        one("gelu", x -> x.getNDArrayInternal().gelu());
        one("swish", x -> x.getNDArrayInternal().swish(1.3f));
        one("mish", x -> x.getNDArrayInternal().mish());
        one("rsub", x -> x.getNDArrayInternal().rsub(2).mul(x));
        one(Domain.POSITIVE, "rdiv", x -> x.getNDArrayInternal().rdiv(2));
        one("rpow", x -> x.getNDArrayInternal().rpow(2));
        two(Domain.POSITIVE, "rmod", (x, y) -> x.getNDArrayInternal().rmod(y).mul(x), S, S);
        two(Domain.POSITIVE, "rdivi", (x, y) -> x.mul(1).getNDArrayInternal().rdivi(y), S, S);
        one("normalize of an image", new Shape(2, 3, 3),
                x -> x.getNDArrayInternal().normalize(new float[] {0.1f, 0.2f}, new float[] {2, 3}).square());
    }
}
