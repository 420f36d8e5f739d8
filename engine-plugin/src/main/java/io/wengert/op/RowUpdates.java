package io.wengert.op;

import io.wengert.kernel.Layout;
import io.wengert.tensor.Tensor;

/**
 * Optimizer steps by a gradient of some rows: weight and states change in these rows only, as MXNet's lazy updates do. A
 * state of another row, such as a momentum, waits until the row has a gradient again.
 */
public final class RowUpdates {

    private RowUpdates() {}

    /**
     * Computes one step.
     *
     * @param numbers the step's own numbers
     * @param overwrite whether the memory of weight and states may be used for the results where nobody else holds it
     * @param gradient whose rows are distinct
     * @param in the weight, null, and the states
     * @return the next weight and states, as {@link Updates#step}
     */
    public static Tensor[] step(Updates.Step step, Updates.Start start, Number[] numbers, boolean overwrite,
            SparseTensor gradient, Tensor... in) {
        Tensor rows = gradient.rows();
        Tensor[] part = new Tensor[in.length];
        for (int i = 0; i < in.length; i++) {
            if (i != 1 && !in[i].layout().hasShape(gradient.shape())) {
                throw Op.wrong(step.name(), "an array of the gradient's shape " + Layout.text(gradient.shape())
                        + " is needed, not", in[i]);
            }
            part[i] = i == 1 ? gradient.values() : taken(in[i], rows);
        }
        Tensor[] moved = Updates.step(step, start, numbers, true, part);
        Tensor[] next = new Tensor[moved.length];
        for (int i = 0; i < next.length; i++) {
            int k = i == 0 ? 0 : i + 1;
            try (Tensor values = moved[i]; Tensor before = part[k]) {
                next[i] = before.size() == 0 ? in[k].share() : replaced(in[k], rows, values, overwrite);
            }
        }
        return next;
    }

    private static Tensor replaced(Tensor old, Tensor rows, Tensor values, boolean overwrite) {
        return ShapeOps.scoped(() -> {
            Tensor next = Updates.target(old, overwrite);
            if (next.buffer() != old.buffer()) {
                next.backend().copy(next, old);
            }
            IndexOps.store(next, rows, values, 0, false);
            return next;
        });
    }

    private static Tensor taken(Tensor x, Tensor rows) {
        try (Tensor own = x.view(x.layout())) {
            return IndexOps.TAKE.with(0, own, rows);
        }
    }
}
