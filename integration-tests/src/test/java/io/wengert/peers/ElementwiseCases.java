package io.wengert.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import java.util.List;
import java.util.function.UnaryOperator;

/** Arithmetic, elementary functions, comparisons, logic, activations and conversions. */
final class ElementwiseCases extends PeerCases {

    ElementwiseCases() {
        unary();
        binary();
        numbers();
        inPlace();
        reversed();
        logic();
        activations();
    }

    private void function(String name, double low, double high, UnaryOperator<NDArray> f) {
        one(name, DOUBLES, some(low, high), f);
    }

    private void unary() {
        one("neg", WIDE, some(-3, 3), NDArray::neg);
        one("abs", WIDE, some(-3, 3), NDArray::abs);
        one("square", WIDE, some(-3, 3), NDArray::square);
        one("sign", WIDE, some(-3, 3), NDArray::sign);
        function("sqrt", 0, 9, NDArray::sqrt);
        function("cbrt", 0.1, 3, NDArray::cbrt);
        function("floor", -3, 3, NDArray::floor);
        function("ceil", -3, 3, NDArray::ceil);
        function("round", -3, 3, NDArray::round);
        function("trunc", -3, 3, NDArray::trunc);
        function("exp", -3, 3, NDArray::exp);
        function("gammaln", 0.1, 6, NDArray::gammaln);
        function("log", 0.1, 9, NDArray::log);
        function("log10", 0.1, 9, NDArray::log10);
        function("log2", 0.1, 9, NDArray::log2);
        function("sin", -3, 3, NDArray::sin);
        function("cos", -3, 3, NDArray::cos);
        function("tan", -1.4, 1.4, NDArray::tan);
        function("asin", -1, 1, NDArray::asin);
        function("acos", -1, 1, NDArray::acos);
        function("atan", -3, 3, NDArray::atan);
        function("sinh", -3, 3, NDArray::sinh);
        function("cosh", -3, 3, NDArray::cosh);
        function("tanh", -3, 3, NDArray::tanh);
        function("asinh", -3, 3, NDArray::asinh);
        function("acosh", 1.1, 9, NDArray::acosh);
        function("atanh", -0.9, 0.9, NDArray::atanh);
        function("toDegrees", -3, 3, NDArray::toDegrees);
        function("toRadians", -90, 90, NDArray::toRadians);
        function("erf", -2, 2, NDArray::erf);
        function("erfinv", -0.9, 0.9, NDArray::erfinv);
        function("isNaN of 0/0", 0, 2, x -> x.floor().div(x.floor()).isNaN());
        function("isInfinite of 1/0", 0, 2, x -> x.onesLike().div(x.floor()).isInfinite());
        one("zerosLike", ALL, some(-3, 3), NDArray::zerosLike);
        one("onesLike", ALL, some(-3, 3), NDArray::onesLike);
        one("duplicate", ALL, some(-3, 3), NDArray::duplicate);
        one("exp of integers", List.of(DataType.INT32, DataType.INT64), some(-3, 3), NDArray::exp);
        one("sqrt of integers", List.of(DataType.INT32, DataType.INT64), some(0, 9), NDArray::sqrt);
        for (DataType to : ALL) {
            one("toType " + to, ALL, some(0, 3), x -> x.toType(to, true));
        }
    }

    private void binary() {
        two("add", NUMBERS, pair(-3, 3), NDArray::add);
        two("sub", WIDE, pair(-3, 3), NDArray::sub);
        two("mul", NUMBERS, pair(-3, 3), NDArray::mul);
        two("div", WIDE, pair(1, 9), NDArray::div);
        two("mod", WIDE, pair(1, 9), NDArray::mod);
        two("mod of negatives", WIDE, (r, t) -> new Drawn[] {draw(r, t, -9, -1, 3), draw(r, t, 1, 4, 3)}, NDArray::mod);
        two("pow", WIDE, pair(0.5, 3), NDArray::pow);
        two("maximum", WIDE, pair(-3, 3), NDArray::maximum);
        two("minimum", WIDE, pair(-3, 3), NDArray::minimum);
        two("atan2", DOUBLES, pair(-3, 3), NDArray::atan2);
        two("xlogy", DOUBLES, pair(0.1, 3), NDArray::xlogy);
        two("div of large", DOUBLES, pair(1e4, 1e6), NDArray::div);
        two("add small to wide integers", List.of(DataType.INT8, DataType.UINT8, DataType.BOOLEAN, DataType.INT64),
                (r, t) -> new Drawn[] {draw(r, t, 0, 3, 2, 3), draw(r, DataType.INT32, -3, 3, 3)}, NDArray::add);
        two("mul float64 by float32", FLOATS, (r, t) -> new Drawn[] {draw(r, DataType.FLOAT64, -3, 3, 2, 3), draw(r, t, -3, 3, 3)},
                NDArray::mul);
        two("eq of dtypes", FLOATS, (r, t) -> new Drawn[] {draw(r, DataType.INT32, -1, 1, 2, 3), draw(r, t, -1, 1, 3)}, NDArray::eq);
        two("eq", NUMBERS, pair(-3, 3), NDArray::eq);
        two("neq", NUMBERS, pair(-3, 3), NDArray::neq);
        two("gt", NUMBERS, pair(-3, 3), NDArray::gt);
        two("gte", NUMBERS, pair(-3, 3), NDArray::gte);
        two("lt", NUMBERS, pair(-3, 3), NDArray::lt);
        two("lte", NUMBERS, pair(-3, 3), NDArray::lte);
        two("add int32 to float32", FLOATS, (r, t) -> new Drawn[] {draw(r, t, -3, 3, 2, 3), draw(r, DataType.INT32, -3, 3, 3)},
                NDArray::add);
        two("mul int64 by float32", FLOATS, (r, t) -> new Drawn[] {draw(r, DataType.INT64, -3, 3, 2, 3), draw(r, t, -3, 3, 3)},
                NDArray::mul);
    }

    private void numbers() {
        one("add 2", WIDE, some(-3, 3), x -> x.add(2));
        one("sub 2", WIDE, some(-3, 3), x -> x.sub(2));
        one("mul 2", WIDE, some(-3, 3), x -> x.mul(2));
        one("div 2", WIDE, some(-3, 3), x -> x.div(2));
        one("mod 2", WIDE, some(-3, 3), x -> x.mod(2));
        one("pow 2", WIDE, some(-3, 3), x -> x.pow(2));
        one("add 1.5", DOUBLES, some(-3, 3), x -> x.add(1.5));
        one("mul 1.5f of integers", List.of(DataType.INT32, DataType.INT64), some(-3, 3), x -> x.mul(1.5f));
        one("add 1.5 to integers", List.of(DataType.INT32, DataType.INT64), some(-3, 3), x -> x.add(1.5));
        one("maximum 1.5 of integers", List.of(DataType.INT32, DataType.INT64), some(-3, 3), x -> x.maximum(1.5));
        one("mul 2 of small integers", List.of(DataType.INT8, DataType.UINT8, DataType.BOOLEAN), some(0, 3), x -> x.mul(2));
        one("gt 1.5 of integers", List.of(DataType.INT32, DataType.INT64, DataType.UINT8), some(0, 3), x -> x.gt(1.5));
        one("maximum 1", WIDE, some(-3, 3), x -> x.maximum(1));
        one("minimum 1", WIDE, some(-3, 3), x -> x.minimum(1));
        one("clip", WIDE, some(-3, 3), x -> x.clip(-1, 1));
        one("eq 1", NUMBERS, some(-3, 3), x -> x.eq(1));
        one("neq 1", NUMBERS, some(-3, 3), x -> x.neq(1));
        one("gt 1", NUMBERS, some(-3, 3), x -> x.gt(1));
        one("gte 1", NUMBERS, some(-3, 3), x -> x.gte(1));
        one("lt 1", NUMBERS, some(-3, 3), x -> x.lt(1));
        one("lte 1", NUMBERS, some(-3, 3), x -> x.lte(1));
    }

    private void inPlace() {
        one("addi 2", WIDE, some(-3, 3), x -> x.addi(2));
        one("subi 2", WIDE, some(-3, 3), x -> x.subi(2));
        one("muli 2", WIDE, some(-3, 3), x -> x.muli(2));
        one("divi 2", DOUBLES, some(-3, 3), x -> x.divi(2));
        one("modi 2", WIDE, some(-3, 3), x -> x.modi(2));
        one("powi 2", WIDE, some(-3, 3), x -> x.powi(2));
        one("negi", WIDE, some(-3, 3), NDArray::negi);
        one("signi", WIDE, some(-3, 3), NDArray::signi);
        PeerCase.Draw same = of(s(2, 3), s(3));
        two("addi", WIDE, same, NDArray::addi);
        two("subi", WIDE, same, NDArray::subi);
        two("muli", WIDE, same, NDArray::muli);
        two("divi", DOUBLES, same, NDArray::divi);
    }

    private void reversed() {
        one("rdiv 2", DOUBLES, some(1, 3), x -> x.getNDArrayInternal().rdiv(2));
        one("rsub 2", WIDE, some(-3, 3), x -> x.getNDArrayInternal().rsub(2));
        one("rmod 2", DOUBLES, some(1, 3), x -> x.getNDArrayInternal().rmod(2));
        one("rpow 2", DOUBLES, some(-3, 3), x -> x.getNDArrayInternal().rpow(2));
        two("rdiv", DOUBLES, pair(1, 3), (x, y) -> x.getNDArrayInternal().rdiv(y));
        two("rsub", WIDE, pair(-3, 3), (x, y) -> x.getNDArrayInternal().rsub(y));
    }

    private void logic() {
        two("logicalAnd", BOOLEANS, pair(0, 1), NDArray::logicalAnd);
        two("logicalOr", BOOLEANS, pair(0, 1), NDArray::logicalOr);
        two("logicalXor", BOOLEANS, pair(0, 1), NDArray::logicalXor);
        one("logicalNot", BOOLEANS, some(0, 1), NDArray::logicalNot);
        one("all", BOOLEANS, some(0, 1), NDArray::all);
        one("any", BOOLEANS, some(0, 1), NDArray::any);
        one("none", BOOLEANS, some(0, 1), NDArray::none);
    }

    private void activations() {
        function("relu", -3, 3, x -> x.getNDArrayInternal().relu());
        function("sigmoid", -3, 3, x -> x.getNDArrayInternal().sigmoid());
        function("softPlus", -3, 3, x -> x.getNDArrayInternal().softPlus());
        function("softSign", -3, 3, x -> x.getNDArrayInternal().softSign());
        function("leakyRelu", -3, 3, x -> x.getNDArrayInternal().leakyRelu(0.1f));
        function("elu", -3, 3, x -> x.getNDArrayInternal().elu(0.7f));
        function("selu", -3, 3, x -> x.getNDArrayInternal().selu());
        function("gelu", -3, 3, x -> x.getNDArrayInternal().gelu());
        function("swish", -3, 3, x -> x.getNDArrayInternal().swish(1.3f));
        function("mish", -3, 3, x -> x.getNDArrayInternal().mish());
        one("softmax", FLOATS, rank(2), x -> x.softmax(1));
        one("softmax -1", FLOATS, rank(3), x -> x.softmax(-1));
        one("logSoftmax", FLOATS, rank(3), x -> x.logSoftmax(1));
    }
}
