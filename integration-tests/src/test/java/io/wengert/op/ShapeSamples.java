package io.wengert.op;

import static io.wengert.op.Input.in;

/** Samples of {@link ShapeOps}. */
final class ShapeSamples extends Samples {

    private static final ShapeOps.Region MIDDLE = region(new long[] {1, 3}, new long[] {2, 2}, new long[] {1, -2});
    private static final ShapeOps.Region NOTHING = region(new long[] {0, 0}, new long[] {2, 0}, new long[] {1, 1});

    ShapeSamples() {
        sample(ShapeOps.RESHAPE, shape(3, 2), in(2, 3)).is(x -> x[0].as(3, 2));
        sample(ShapeOps.RESHAPE, shape(), in(1, 1)).is(x -> x[0].as());
        sample(ShapeOps.RESHAPE, shape(1, 2, 3, 1), in(6)).is(x -> x[0].as(1, 2, 3, 1));
        sample(ShapeOps.RESHAPE, shape(3, 0), in(0, 2)).is(x -> x[0].as(3, 0));
        sample(ShapeOps.PERMUTE, new int[] {1, 0}, in(2, 3)).is(x -> Host.of(i -> x[0].at(i[1], i[0]), 3, 2));
        sample(ShapeOps.PERMUTE, new int[] {2, 0, 1}, in(2, 3, 4)).is(x -> Host.of(i -> x[0].at(i[1], i[2], i[0]), 4, 2, 3));
        sample(ShapeOps.PERMUTE, new int[0], in()).is(x -> x[0]);
        sample(ShapeOps.BROADCAST, shape(2, 3), in(3)).is(x -> Host.of(i -> x[0].at(i[1]), 2, 3));
        sample(ShapeOps.BROADCAST, shape(4, 2, 3), in(2, 1)).is(x -> Host.of(i -> x[0].at(i[1], 0), 4, 2, 3));
        sample(ShapeOps.BROADCAST, shape(0, 3), in(1, 3)).is(x -> new Host(shape(0, 3), new double[0]));
        sample(ShapeOps.SLICE, MIDDLE, in(4, 5)).is(x -> Host.of(i -> x[0].at(1 + i[0], 3 - 2 * i[1]), 2, 2));
        sample(ShapeOps.SLICE, NOTHING, in(2, 3)).is(x -> new Host(shape(2, 0), new double[0]));
        sample(ShapeOps.PLACE, new ShapeOps.Placement(MIDDLE, shape(4, 5)), in(2, 2)).is(x -> Host.of(i -> {
            return inside(i) ? x[0].at(i[0] - 1, (3 - i[1]) / 2) : 0;
        }, 4, 5));
        sample(ShapeOps.REPLACE, MIDDLE, in(4, 5), in(2, 2)).is(x -> x[0].like(i -> {
            return inside(i) ? x[1].at(i[0] - 1, (3 - i[1]) / 2) : x[0].at(i);
        }));
        sample(ShapeOps.REPLACE, MIDDLE, in(4, 5), in(2, 1)).is(x -> x[0].like(i -> {
            return inside(i) ? x[1].at(i[0] - 1, 0) : x[0].at(i);
        }));
        sample(ShapeOps.CONCAT, 1, in(2, 3), in(2, 1), in(2, 0)).is(x -> Host.of(i -> {
            return i[1] < 3 ? x[0].at(i) : x[1].at(i[0], 0);
        }, 2, 4));
        sample(ShapeOps.CONCAT, -2, in(2, 3), in(1, 3)).is(x -> Host.of(i -> i[0] < 2 ? x[0].at(i) : x[1].at(0, i[1]), 3, 3));
        sample(ShapeOps.CONCAT, 0, in(2)).is(x -> x[0]);
    }

    private static ShapeOps.Region region(long[] from, long[] count, long[] step) {
        return new ShapeOps.Region(from, count, step);
    }

    private static boolean inside(int[] i) { return (i[0] == 1 || i[0] == 2) && (i[1] == 3 || i[1] == 1); }

    private static long[] shape(long... s) { return s; }
}
