package io.wengert.op;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The index of all operations, by name: what tests, listings and documentation iterate over. */
public final class Catalogue {

    private static final Map<String, Op<?>> OPS = new LinkedHashMap<>();

    private static final Class<?>[] FAMILIES = {Arithmetic.class, Elementary.class, Comparisons.class, Activations.class,
        Reductions.class, ShapeOps.class, Conversions.class, IndexOps.class, LinearAlgebra.class, Sorting.class, Networks.class,
        Complex.class, Spectral.class, Normalization.class, Windows.class, Recurrent.class};

    private Catalogue() {}

    /** All operations that have been declared. */
    public static synchronized List<Op<?>> all() {
        for (Class<?> family : FAMILIES) {
            try {
                Class.forName(family.getName());
            } catch (ClassNotFoundException e) {
                throw new IllegalStateException(e);
            }
        }
        return new ArrayList<>(OPS.values());
    }

    static synchronized <T extends Op<?>> T add(T op) {
        if (OPS.putIfAbsent(op.name(), op) != null) {
            throw new IllegalStateException("two operations named " + op.name());
        }
        return op;
    }
}
