package io.wengert.djl;

import io.wengert.tensor.Cell;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * The weights whose gradients were asked for in a sparse format: optimizers change only the rows that have a gradient.
 */
final class SparseWeights {

    private static final Map<Cell, Boolean> CELLS = Collections.synchronizedMap(new WeakHashMap<>());
    private static volatile boolean any;

    private SparseWeights() {}

    static void add(Cell cell) {
        if (!contains(cell)) {
            CELLS.put(cell, true);
            any = true;
        }
    }

    static boolean contains(Cell cell) { return any && CELLS.containsKey(cell); }
}
