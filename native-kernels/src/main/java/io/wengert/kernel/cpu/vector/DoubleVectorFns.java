package io.wengert.kernel.cpu.vector;

import static io.wengert.kernel.cpu.vector.Species.F64;

import static jdk.incubator.vector.DoubleVector.broadcast;

import io.wengert.kernel.cpu.DoubleFns;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The functions of element-wise kernels on vectors of doubles: one static method a function, found by its name, each
 * agreeing with its namesake in {@link DoubleFns}.
 *
 * <p>Arithmetic is done on vectors; transcendental functions run the scalar function lane by lane, each in a loop of its
 * own: a loop shared through a lambda would box vectors. The vector operations that the JDK has for them round another way
 * once they are compiled, so that the same program would not give the same bits twice.
 */
public final class DoubleVectorFns extends DoubleVectorMath {

    private DoubleVectorFns() {}

    public static DoubleVector add(DoubleVector x, DoubleVector y) { return x.add(y); }

    public static DoubleVector sub(DoubleVector x, DoubleVector y) { return x.sub(y); }

    public static DoubleVector mul(DoubleVector x, DoubleVector y) { return x.mul(y); }

    public static DoubleVector div(DoubleVector x, DoubleVector y) { return x.div(y); }

    public static DoubleVector mod(DoubleVector x, DoubleVector y) {
        double[] first = x.toArray();
        double[] second = y.toArray();
        for (int i = 0; i < first.length; i++) {
            first[i] = DoubleFns.mod(first[i], second[i]);
        }
        return DoubleVector.fromArray(F64, first, 0);
    }

    public static DoubleVector pow(DoubleVector x, DoubleVector y) {
        double[] first = x.toArray();
        double[] second = y.toArray();
        for (int i = 0; i < first.length; i++) {
            first[i] = DoubleFns.pow(first[i], second[i]);
        }
        return DoubleVector.fromArray(F64, first, 0);
    }

    public static DoubleVector max(DoubleVector x, DoubleVector y) { return x.max(y); }

    public static DoubleVector min(DoubleVector x, DoubleVector y) { return x.min(y); }

    public static DoubleVector atan2(DoubleVector y, DoubleVector x) {
        double[] first = y.toArray();
        double[] second = x.toArray();
        for (int i = 0; i < first.length; i++) {
            first[i] = DoubleFns.atan2(first[i], second[i]);
        }
        return DoubleVector.fromArray(F64, first, 0);
    }

    public static DoubleVector polygamma(DoubleVector n, DoubleVector x) {
        double[] first = n.toArray();
        double[] second = x.toArray();
        for (int i = 0; i < first.length; i++) {
            first[i] = DoubleFns.polygamma(first[i], second[i]);
        }
        return DoubleVector.fromArray(F64, first, 0);
    }

    public static DoubleVector eq(DoubleVector x, DoubleVector y) {
        return broadcast(F64, 0).blend(1, x.compare(VectorOperators.EQ, y));
    }

    public static DoubleVector ne(DoubleVector x, DoubleVector y) {
        return broadcast(F64, 0).blend(1, x.compare(VectorOperators.NE, y));
    }

    public static DoubleVector gt(DoubleVector x, DoubleVector y) {
        return broadcast(F64, 0).blend(1, x.compare(VectorOperators.GT, y));
    }

    public static DoubleVector ge(DoubleVector x, DoubleVector y) {
        return broadcast(F64, 0).blend(1, x.compare(VectorOperators.GE, y));
    }

    public static DoubleVector lt(DoubleVector x, DoubleVector y) {
        return broadcast(F64, 0).blend(1, x.compare(VectorOperators.LT, y));
    }

    public static DoubleVector le(DoubleVector x, DoubleVector y) {
        return broadcast(F64, 0).blend(1, x.compare(VectorOperators.LE, y));
    }

    public static DoubleVector and(DoubleVector x, DoubleVector y) {
        return broadcast(F64, 0).blend(1, x.compare(VectorOperators.NE, 0).and(y.compare(VectorOperators.NE, 0)));
    }

    public static DoubleVector or(DoubleVector x, DoubleVector y) {
        return broadcast(F64, 0).blend(1, x.compare(VectorOperators.NE, 0).or(y.compare(VectorOperators.NE, 0)));
    }

    public static DoubleVector xor(DoubleVector x, DoubleVector y) {
        DoubleVector zero = broadcast(F64, 0);
        DoubleVector p = zero.blend(1, x.compare(VectorOperators.NE, zero));
        DoubleVector q = zero.blend(1, y.compare(VectorOperators.NE, zero));
        return p.sub(q).abs();
    }

    public static DoubleVector neg(DoubleVector x) { return x.neg(); }

    public static DoubleVector abs(DoubleVector x) { return x.abs(); }

    public static DoubleVector sign(DoubleVector x) {
        return x.blend(withSign(broadcast(F64, 1), x), x.abs().compare(VectorOperators.GT, 0));
    }

    public static DoubleVector sqrt(DoubleVector x) { return x.sqrt(); }

    public static DoubleVector cbrt(DoubleVector x) {
        double[] lanes = x.toArray();
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = DoubleFns.cbrt(lanes[i]);
        }
        return DoubleVector.fromArray(F64, lanes, 0);
    }

    public static DoubleVector exp(DoubleVector x) {
        double[] lanes = x.toArray();
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = DoubleFns.exp(lanes[i]);
        }
        return DoubleVector.fromArray(F64, lanes, 0);
    }

    public static DoubleVector expm1(DoubleVector x) {
        double[] lanes = x.toArray();
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = DoubleFns.expm1(lanes[i]);
        }
        return DoubleVector.fromArray(F64, lanes, 0);
    }

    public static DoubleVector log(DoubleVector x) {
        double[] lanes = x.toArray();
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = DoubleFns.log(lanes[i]);
        }
        return DoubleVector.fromArray(F64, lanes, 0);
    }

    public static DoubleVector log1p(DoubleVector x) {
        double[] lanes = x.toArray();
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = DoubleFns.log1p(lanes[i]);
        }
        return DoubleVector.fromArray(F64, lanes, 0);
    }

    public static DoubleVector log2(DoubleVector x) {
        double[] lanes = x.toArray();
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = DoubleFns.log2(lanes[i]);
        }
        return DoubleVector.fromArray(F64, lanes, 0);
    }

    public static DoubleVector log10(DoubleVector x) {
        double[] lanes = x.toArray();
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = DoubleFns.log10(lanes[i]);
        }
        return DoubleVector.fromArray(F64, lanes, 0);
    }

    public static DoubleVector sin(DoubleVector x) {
        double[] lanes = x.toArray();
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = DoubleFns.sin(lanes[i]);
        }
        return DoubleVector.fromArray(F64, lanes, 0);
    }

    public static DoubleVector cos(DoubleVector x) {
        double[] lanes = x.toArray();
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = DoubleFns.cos(lanes[i]);
        }
        return DoubleVector.fromArray(F64, lanes, 0);
    }

    public static DoubleVector tan(DoubleVector x) {
        double[] lanes = x.toArray();
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = DoubleFns.tan(lanes[i]);
        }
        return DoubleVector.fromArray(F64, lanes, 0);
    }

    public static DoubleVector asin(DoubleVector x) {
        double[] lanes = x.toArray();
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = DoubleFns.asin(lanes[i]);
        }
        return DoubleVector.fromArray(F64, lanes, 0);
    }

    public static DoubleVector acos(DoubleVector x) {
        double[] lanes = x.toArray();
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = DoubleFns.acos(lanes[i]);
        }
        return DoubleVector.fromArray(F64, lanes, 0);
    }

    public static DoubleVector atan(DoubleVector x) {
        double[] lanes = x.toArray();
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = DoubleFns.atan(lanes[i]);
        }
        return DoubleVector.fromArray(F64, lanes, 0);
    }

    public static DoubleVector sinh(DoubleVector x) {
        double[] lanes = x.toArray();
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = DoubleFns.sinh(lanes[i]);
        }
        return DoubleVector.fromArray(F64, lanes, 0);
    }

    public static DoubleVector cosh(DoubleVector x) {
        double[] lanes = x.toArray();
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = DoubleFns.cosh(lanes[i]);
        }
        return DoubleVector.fromArray(F64, lanes, 0);
    }

    public static DoubleVector tanh(DoubleVector x) {
        double[] lanes = x.toArray();
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = DoubleFns.tanh(lanes[i]);
        }
        return DoubleVector.fromArray(F64, lanes, 0);
    }

    public static DoubleVector asinh(DoubleVector x) {
        double[] lanes = x.toArray();
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = DoubleFns.asinh(lanes[i]);
        }
        return DoubleVector.fromArray(F64, lanes, 0);
    }

    public static DoubleVector acosh(DoubleVector x) {
        double[] lanes = x.toArray();
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = DoubleFns.acosh(lanes[i]);
        }
        return DoubleVector.fromArray(F64, lanes, 0);
    }

    public static DoubleVector atanh(DoubleVector x) {
        double[] lanes = x.toArray();
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = DoubleFns.atanh(lanes[i]);
        }
        return DoubleVector.fromArray(F64, lanes, 0);
    }

    public static DoubleVector erf(DoubleVector x) {
        double[] lanes = x.toArray();
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = DoubleFns.erf(lanes[i]);
        }
        return DoubleVector.fromArray(F64, lanes, 0);
    }

    public static DoubleVector erfc(DoubleVector x) {
        double[] lanes = x.toArray();
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = DoubleFns.erfc(lanes[i]);
        }
        return DoubleVector.fromArray(F64, lanes, 0);
    }

    public static DoubleVector erfinv(DoubleVector x) {
        double[] lanes = x.toArray();
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = DoubleFns.erfinv(lanes[i]);
        }
        return DoubleVector.fromArray(F64, lanes, 0);
    }

    public static DoubleVector lgamma(DoubleVector x) {
        double[] lanes = x.toArray();
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = DoubleFns.lgamma(lanes[i]);
        }
        return DoubleVector.fromArray(F64, lanes, 0);
    }

    public static DoubleVector not(DoubleVector x) {
        return broadcast(F64, 0).blend(1, x.compare(VectorOperators.EQ, 0));
    }

    public static DoubleVector isnan(DoubleVector x) {
        return broadcast(F64, 0).blend(1, x.compare(VectorOperators.NE, x));
    }

    public static DoubleVector isinf(DoubleVector x) {
        return broadcast(F64, 0).blend(1, x.abs().compare(VectorOperators.EQ, Double.POSITIVE_INFINITY));
    }

    public static DoubleVector relu(DoubleVector x) { return x.max(0); }

    public static DoubleVector step(DoubleVector x) {
        return broadcast(F64, 0).blend(1, x.compare(VectorOperators.GT, 0));
    }

    public static DoubleVector where(DoubleVector c, DoubleVector a, DoubleVector b) {
        return b.blend(a, c.compare(VectorOperators.NE, 0));
    }
}
