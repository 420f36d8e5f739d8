package io.wengert.op;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The index of all operations, by name: what tests, listings and documentation iterate over. */
public final class Catalogue {

    private static final Map<String, Op<?>> OPS = new LinkedHashMap<>();

    private Catalogue() {}

    /** All operations that have been declared. */
    public static synchronized List<Op<?>> all() {
        for (Class<?> family : families()) {
            try {
                Class.forName(family.getName());
            } catch (ClassNotFoundException e) {
                throw new IllegalStateException(e);
            }
        }
        return new ArrayList<>(OPS.values());
    }

    /** In a method, so that using one family does not load the others. */
    private static Class<?>[] families() {
        return new Class<?>[] {Arithmetic.class, Elementary.class, Comparisons.class, Activations.class, Reductions.class,
            ShapeOps.class, Conversions.class, IndexOps.class, LinearAlgebra.class, Sorting.class, Networks.class, Complex.class,
            Spectral.class, Normalization.class, Windows.class, Recurrent.class};
    }

    static synchronized <T extends Op<?>> T add(T op) {
        if (OPS.putIfAbsent(op.name(), op) != null) {
            throw new IllegalStateException("two operations named " + op.name());
        }
        return op;
    }
}
