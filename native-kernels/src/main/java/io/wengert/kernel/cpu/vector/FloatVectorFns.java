package io.wengert.kernel.cpu.vector;

import static io.wengert.kernel.cpu.vector.Species.F32;

import static jdk.incubator.vector.FloatVector.broadcast;

import io.wengert.kernel.cpu.FloatFns;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The functions of element-wise kernels on vectors of floats: one static method a function, found by its name, each
 * agreeing with its namesake in {@link FloatFns}.
 *
 * <p>Common functions run in vector arithmetic ({@link VectorMath} states the bounds).
 * Rare ones run the scalar function lane by lane, each in a loop of its own: a loop shared through a lambda would
 * box vectors.
 */
public class FloatVectorFns extends VectorMath {

    /** This table, or the one for vectors of 16 lanes. */
    static final Class<?> TABLE = F32.length() == 16 ? FloatSegmentFns.class : FloatVectorFns.class;

    FloatVectorFns() {}

    public static FloatVector add(FloatVector x, FloatVector y) { return x.add(y); }

    public static FloatVector sub(FloatVector x, FloatVector y) { return x.sub(y); }

    public static FloatVector mul(FloatVector x, FloatVector y) { return x.mul(y); }

    public static FloatVector div(FloatVector x, FloatVector y) { return x.div(y); }

    public static FloatVector mod(FloatVector x, FloatVector y) {
        float[] first = x.toArray();
        float[] second = y.toArray();
        for (int i = 0; i < first.length; i++) {
            first[i] = FloatFns.mod(first[i], second[i]);
        }
        return FloatVector.fromArray(F32, first, 0);
    }

    public static FloatVector max(FloatVector x, FloatVector y) { return x.max(y); }

    public static FloatVector min(FloatVector x, FloatVector y) { return x.min(y); }

    public static FloatVector atan2(FloatVector y, FloatVector x) {
        float[] first = y.toArray();
        float[] second = x.toArray();
        for (int i = 0; i < first.length; i++) {
            first[i] = FloatFns.atan2(first[i], second[i]);
        }
        return FloatVector.fromArray(F32, first, 0);
    }

    public static FloatVector polygamma(FloatVector n, FloatVector x) {
        float[] first = n.toArray();
        float[] second = x.toArray();
        for (int i = 0; i < first.length; i++) {
            first[i] = FloatFns.polygamma(first[i], second[i]);
        }
        return FloatVector.fromArray(F32, first, 0);
    }

    public static FloatVector eq(FloatVector x, FloatVector y) {
        return broadcast(F32, 0f).blend(1f, x.compare(VectorOperators.EQ, y));
    }

    public static FloatVector ne(FloatVector x, FloatVector y) {
        return broadcast(F32, 0f).blend(1f, x.compare(VectorOperators.NE, y));
    }

    public static FloatVector gt(FloatVector x, FloatVector y) {
        return broadcast(F32, 0f).blend(1f, x.compare(VectorOperators.GT, y));
    }

    public static FloatVector ge(FloatVector x, FloatVector y) {
        return broadcast(F32, 0f).blend(1f, x.compare(VectorOperators.GE, y));
    }

    public static FloatVector lt(FloatVector x, FloatVector y) {
        return broadcast(F32, 0f).blend(1f, x.compare(VectorOperators.LT, y));
    }

    public static FloatVector le(FloatVector x, FloatVector y) {
        return broadcast(F32, 0f).blend(1f, x.compare(VectorOperators.LE, y));
    }

    public static FloatVector and(FloatVector x, FloatVector y) {
        return broadcast(F32, 0f).blend(1f, x.compare(VectorOperators.NE, 0f).and(y.compare(VectorOperators.NE, 0f)));
    }

    public static FloatVector or(FloatVector x, FloatVector y) {
        return broadcast(F32, 0f).blend(1f, x.compare(VectorOperators.NE, 0f).or(y.compare(VectorOperators.NE, 0f)));
    }

    public static FloatVector xor(FloatVector x, FloatVector y) {
        FloatVector zero = broadcast(F32, 0f);
        FloatVector p = zero.blend(1f, x.compare(VectorOperators.NE, zero));
        FloatVector q = zero.blend(1f, y.compare(VectorOperators.NE, zero));
        return p.sub(q).abs();
    }

    public static FloatVector neg(FloatVector x) { return x.neg(); }

    public static FloatVector abs(FloatVector x) { return x.abs(); }

    public static FloatVector sign(FloatVector x) {
        return x.blend(withSign(broadcast(F32, 1), x), x.abs().compare(VectorOperators.GT, 0f));
    }

    public static FloatVector sqrt(FloatVector x) { return x.sqrt(); }

    public static FloatVector cbrt(FloatVector x) {
        float[] lanes = x.toArray();
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = FloatFns.cbrt(lanes[i]);
        }
        return FloatVector.fromArray(F32, lanes, 0);
    }

    public static FloatVector asin(FloatVector x) {
        float[] lanes = x.toArray();
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = FloatFns.asin(lanes[i]);
        }
        return FloatVector.fromArray(F32, lanes, 0);
    }

    public static FloatVector acos(FloatVector x) {
        float[] lanes = x.toArray();
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = FloatFns.acos(lanes[i]);
        }
        return FloatVector.fromArray(F32, lanes, 0);
    }

    public static FloatVector atan(FloatVector x) {
        float[] lanes = x.toArray();
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = FloatFns.atan(lanes[i]);
        }
        return FloatVector.fromArray(F32, lanes, 0);
    }

    public static FloatVector asinh(FloatVector x) {
        float[] lanes = x.toArray();
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = FloatFns.asinh(lanes[i]);
        }
        return FloatVector.fromArray(F32, lanes, 0);
    }

    public static FloatVector acosh(FloatVector x) {
        float[] lanes = x.toArray();
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = FloatFns.acosh(lanes[i]);
        }
        return FloatVector.fromArray(F32, lanes, 0);
    }

    public static FloatVector atanh(FloatVector x) {
        float[] lanes = x.toArray();
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = FloatFns.atanh(lanes[i]);
        }
        return FloatVector.fromArray(F32, lanes, 0);
    }

    public static FloatVector erfc(FloatVector x) {
        float[] lanes = x.toArray();
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = FloatFns.erfc(lanes[i]);
        }
        return FloatVector.fromArray(F32, lanes, 0);
    }

    public static FloatVector erfinv(FloatVector x) {
        float[] lanes = x.toArray();
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = FloatFns.erfinv(lanes[i]);
        }
        return FloatVector.fromArray(F32, lanes, 0);
    }

    public static FloatVector lgamma(FloatVector x) {
        float[] lanes = x.toArray();
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = FloatFns.lgamma(lanes[i]);
        }
        return FloatVector.fromArray(F32, lanes, 0);
    }

    public static FloatVector not(FloatVector x) {
        return broadcast(F32, 0f).blend(1f, x.compare(VectorOperators.EQ, 0f));
    }

    public static FloatVector isnan(FloatVector x) {
        return broadcast(F32, 0f).blend(1f, x.compare(VectorOperators.NE, x));
    }

    public static FloatVector isinf(FloatVector x) {
        return broadcast(F32, 0f).blend(1f, x.abs().compare(VectorOperators.EQ, Float.POSITIVE_INFINITY));
    }

    public static FloatVector relu(FloatVector x) { return x.max(0f); }

    public static FloatVector step(FloatVector x) {
        return broadcast(F32, 0f).blend(1f, x.compare(VectorOperators.GT, 0f));
    }

    public static FloatVector where(FloatVector c, FloatVector a, FloatVector b) {
        return b.blend(a, c.compare(VectorOperators.NE, 0f));
    }
}
