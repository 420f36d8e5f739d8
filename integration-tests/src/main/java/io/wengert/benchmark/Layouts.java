package io.wengert.benchmark;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

/** Moves and broadcasts: what an engine's strides and views are worth. Amounts count the elements written. */
final class Layouts {

    private static final String GROUP = "layout";
    private Layouts() {}

    static List<Workload> all() {
        List<Workload> all = new ArrayList<>();
        for (int side : new int[] {64, 1024}) {
            Shape square = new Shape(side, side);
            String shape = " " + side + "x" + side;
            all.add(unary("transpose and flatten" + shape, square, x -> flattened(x.transpose())));
            all.add(halfTheColumns(side));
            all.add(binary("add row" + shape, square, new Shape(side), NDArray::add));
            all.add(binary("add column" + shape, square, new Shape(side, 1), NDArray::add));
            all.add(concat(side));
        }
        for (int batch : new int[] {1, 8}) {
            all.add(unary("swap axes 1 2 and flatten " + batch + "x128x4x64", new Shape(batch, 128, 4, 64),
                    x -> flattened(x.swapAxes(1, 2))));
        }
        return all;
    }

    /** The elements of a view in its own order; a duplicate of PyTorch's keeps the order in memory, and is no transpose. */
    private static NDArray flattened(NDArray view) {
        try (view) {
            return view.flatten();
        }
    }

    private static Workload unary(String name, Shape shape, UnaryOperator<NDArray> function) {
        return Workload.rate(GROUP, "op " + name, "Melem/s", manager -> {
            NDArray x = manager.randomUniform(-1, 1, shape);
            return Job.of(shape.size() * 1e-6, () -> function.apply(x));
        });
    }

    private static Workload binary(String name, Shape left, Shape right, BinaryOperator<NDArray> function) {
        return Workload.rate(GROUP, "op " + name, "Melem/s", manager -> {
            NDArray a = manager.randomUniform(-1, 1, left);
            NDArray b = manager.randomUniform(-1, 1, right);
            return Job.of(left.size() * 1e-6, () -> function.apply(a, b));
        });
    }

    private static Workload halfTheColumns(int side) {
        return Workload.rate(GROUP, "op double half the columns of " + side + "x" + side, "Melem/s", manager -> {
            NDArray x = manager.randomUniform(-1, 1, new Shape(side, side));
            String left = ":, :" + side / 2;
            return Job.of(x.size() / 2 * 1e-6, () -> {
                try (NDArray half = x.get(left)) {
                    return half.mul(2);
                }
            });
        });
    }

    private static Workload concat(int side) {
        return Workload.rate(GROUP, "op concat 2 x " + side + "x" + side, "Melem/s", manager -> {
            NDArray a = manager.randomUniform(-1, 1, new Shape(side, side));
            NDArray b = manager.randomUniform(-1, 1, new Shape(side, side));
            return Job.of(2 * a.size() * 1e-6, () -> NDArrays.concat(new NDList(a, b), 0));
        });
    }
}
