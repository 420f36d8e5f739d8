package io.wengert.djl;

import io.wengert.op.SparseTensor;
import io.wengert.tensor.Cell;
import io.wengert.tensor.Tensor;

/**
 * A cell whose value is stored sparsely. All elements are made when an operation asks for them, and kept then; once they
 * are replaced, the cell is like any other.
 */
final class SparseCell extends Cell {

    private SparseTensor sparse;

    /** A cell that takes over the sparse tensor. */
    SparseCell(SparseTensor sparse) {
        super(null);
        this.sparse = sparse;
    }

    /** What is stored; null if the value has been replaced. */
    synchronized SparseTensor sparse() { return sparse; }

    /** All elements, as a tensor to be closed; not kept. */
    synchronized Tensor elements() {
        Tensor made = super.get();
        return made == null ? sparse.dense() : made.share();
    }

    @Override
    public synchronized Tensor get() {
        if (super.get() == null && sparse != null) {
            super.put(sparse.dense());
        }
        return super.get();
    }

    @Override
    public synchronized void put(Tensor next) {
        ended();
        super.put(next);
    }

    @Override
    protected synchronized void ended() {
        if (sparse != null) {
            sparse.close();
            sparse = null;
        }
    }
}
