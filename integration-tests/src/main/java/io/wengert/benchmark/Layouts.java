package io.wengert.benchmark;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

/** Moves and broadcasts: what an engine's strides and views are worth. Amounts count the elements written. */
final class Layouts {

    private static final String GROUP = "layout";
    private static final Shape SQUARE = new Shape(1024, 1024);
    private static final Shape HEADS = new Shape(8, 128, 4, 64);

    private Layouts() {}

    static List<Workload> all() {
        return List.of(
                unary("op transpose and flatten 1024x1024", SQUARE, x -> flattened(x.transpose())),
                unary("op swap axes 1 2 and flatten 8x128x4x64", HEADS, x -> flattened(x.swapAxes(1, 2))),
                halfTheColumns(),
                binary("op add row 1024x1024", SQUARE, new Shape(1024), NDArray::add),
                binary("op add column 1024x1024", SQUARE, new Shape(1024, 1), NDArray::add),
                concat());
    }

    /** The elements of a view in its own order; a duplicate of PyTorch's keeps the order in memory, and is no transpose. */
    private static NDArray flattened(NDArray view) {
        try (view) {
            return view.flatten();
        }
    }

    private static Workload unary(String name, Shape shape, UnaryOperator<NDArray> function) {
        return Workload.rate(GROUP, name, "Melem/s", manager -> {
            NDArray x = manager.randomUniform(-1, 1, shape);
            return Job.of(shape.size() * 1e-6, () -> function.apply(x));
        });
    }

    private static Workload binary(String name, Shape left, Shape right, BinaryOperator<NDArray> function) {
        return Workload.rate(GROUP, name, "Melem/s", manager -> {
            NDArray a = manager.randomUniform(-1, 1, left);
            NDArray b = manager.randomUniform(-1, 1, right);
            return Job.of(left.size() * 1e-6, () -> function.apply(a, b));
        });
    }

    private static Workload halfTheColumns() {
        return Workload.rate(GROUP, "op double half the columns of 1024x1024", "Melem/s", manager -> {
            NDArray x = manager.randomUniform(-1, 1, SQUARE);
            return Job.of(SQUARE.size() / 2 * 1e-6, () -> {
                try (NDArray half = x.get(":, :512")) {
                    return half.mul(2);
                }
            });
        });
    }

    private static Workload concat() {
        return Workload.rate(GROUP, "op concat 2 x 1024x1024", "Melem/s", manager -> {
            NDArray a = manager.randomUniform(-1, 1, SQUARE);
            NDArray b = manager.randomUniform(-1, 1, SQUARE);
            return Job.of(2 * SQUARE.size() * 1e-6, () -> NDArrays.concat(new NDList(a, b), 0));
        });
    }
}
