package io.wengert.autograd;

import io.wengert.tensor.Cell;
import io.wengert.tensor.Origin;
import io.wengert.tensor.Tensor;

/** A variable: where gradients end up. */
public final class Leaf implements Origin {

    private final Gradient gradient;

    private Leaf(Gradient gradient) { this.gradient = gradient; }

    /** Makes the value in a cell a variable; it is cut off from what it was computed from. */
    public static Leaf attach(Cell cell) {
        Leaf leaf = new Leaf(new Gradient(cell.get(), true));
        cell.put(cell.get().share().from(leaf, 0));
        return leaf;
    }

    /** The leaf of a value, or null if it is not a variable. */
    public static Leaf of(Tensor t) { return t.origin() instanceof Leaf l ? l : null; }

    public Gradient gradient() { return gradient; }

    @Override
    public boolean isLive() { return gradient.req() != GradReq.NULL; }
}
