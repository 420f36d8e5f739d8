package io.wengert.kernel.cpu.vector;

import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The one vector shape of this JVM: the widest the processor likes, or the one that
 * {@code ai.djl.wengert.vector_bits} forces. There is only one on purpose: a second float species in the same
 * process makes JDK 17 box vectors everywhere (measured: ten times slower and more).
 */
final class Species {

    private static final VectorShape SHAPE = shape();

    static final VectorSpecies<Float> F32 = VectorSpecies.of(float.class, SHAPE);
    static final VectorSpecies<Double> F64 = VectorSpecies.of(double.class, SHAPE);
    static final VectorSpecies<Integer> I32 = VectorSpecies.of(int.class, SHAPE);

    private Species() {}

    private static VectorShape shape() {
        int bits = Integer.getInteger("ai.djl.wengert.vector_bits", 0);
        return bits == 0 ? VectorShape.preferredShape() : VectorShape.forBitSize(bits);
    }
}
