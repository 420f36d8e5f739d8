package io.wengert.op;

import static io.wengert.op.Primitive.grads;
import static io.wengert.op.Primitive.op;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.View;
import io.wengert.tensor.Scope;
import io.wengert.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/** Operations that move elements or look at them another way, and compute nothing. */
public final class ShapeOps {

    /** The same elements in row-major order under the shape of the attribute; a view where strides allow it. */
    public static final Primitive<long[]> RESHAPE = op("reshape", ShapeOps::reshaped)
            .vjp((c, g) -> grads(ShapeOps.reshape(g, c.shape(0))));

    /** Axes in the order of the attribute; a view. */
    public static final Primitive<int[]> PERMUTE = op("permute", ShapeOps::permuted)
            .vjp((c, g) -> grads(ShapeOps.PERMUTE.with(inverse(permutation(c)), g)));

    /** Repeated to the shape of the attribute by NumPy's rule; a view. The walk sums the gradient down. */
    public static final Primitive<long[]> BROADCAST = op("broadcast", ShapeOps::broadcast).vjp((c, g) -> grads(g));

    /** A regular part of an array; a view. */
    public static final Primitive<Region> SLICE = op("slice", ShapeOps::slice)
            .vjp((c, g) -> grads(ShapeOps.PLACE.with(new Placement(c.attribute(), c.shape(0)), g)));

    /** The transpose of slice: an array of zeros with the input in the region. */
    public static final Primitive<Placement> PLACE = op("place", ShapeOps::place)
            .vjp((c, g) -> grads(ShapeOps.SLICE.with(c.attribute().region(), g)));

    /** The first array with the region replaced by the second, which broadcasts to it. */
    public static final Primitive<Region> REPLACE = op("replace", ShapeOps::replace).takes(2).vjp(ShapeOps::replaceGradient);

    /** Arrays one behind the other along the axis of the attribute. */
    public static final Primitive<Integer> CONCAT = op("concat", ShapeOps::joined).vjp(ShapeOps::concatGradient);

    /**
     * A regular part of an array: for each axis the first place, how many, and the step, which may be negative.
     */
    public record Region(long[] from, long[] count, long[] step) {

        /** All of an array but for one axis. */
        public static Region along(long[] shape, int axis, long from, long count) {
            long[] f = new long[shape.length];
            long[] n = shape.clone();
            long[] s = new long[shape.length];
            Arrays.fill(s, 1);
            f[axis] = from;
            n[axis] = count;
            return new Region(f, n, s);
        }

        /** The first elements of each axis. */
        static Region first(long... count) {
            long[] s = new long[count.length];
            Arrays.fill(s, 1);
            return new Region(new long[count.length], count, s);
        }

        /**
         * The part of an array's layout.
         *
         * @throws IllegalArgumentException if the array has another number of axes or is too small
         */
        Layout of(Layout x) {
            if (from.length != x.rank()) {
                throw new IllegalArgumentException("a region of " + from.length + " axes in an array of " + x.rank());
            }
            Layout l = x;
            for (int i = 0; i < from.length; i++) {
                long last = from[i] + (count[i] - 1) * step[i];
                if (count[i] > 0 && (from[i] < 0 || from[i] >= x.size(i) || last < 0 || last >= x.size(i))) {
                    throw new IllegalArgumentException("a region from " + from[i] + " to " + last + " on axis " + i
                            + ", which has the size " + x.size(i));
                }
                l = from[i] == 0 && step[i] == 1 && count[i] == x.size(i) ? l : l.slice(i, from[i], count[i], step[i]);
            }
            // An empty part must not start beyond the end of the memory.
            return l != x && l.size() == 0 ? Layout.of(count) : l;
        }
    }

    /** A region of an array of a given shape. */
    public record Placement(Region region, long[] shape) {}

    private ShapeOps() {}

    /** The result of a computation whose other tensors are closed when it ends. */
    static Tensor scoped(Supplier<Tensor> computation) {
        try (Scope scope = Scope.open()) {
            return scope.keep(computation.get());
        }
    }

    /** {@link #RESHAPE}, unless the shape is the same already: then the array itself. */
    public static Tensor reshape(Tensor x, long... shape) {
        return x.layout().hasShape(shape) ? x : RESHAPE.with(shape, x);
    }

    private static Tensor reshaped(Call<long[]> c) {
        if (Layout.sizeOf(c.attribute()) != c.in(0).size()) {
            throw c.wrong("no reshape to " + Layout.text(c.attribute()) + ", which has another number of elements");
        }
        return seen(c.in(0), c.attribute());
    }

    /** The same elements under another shape of the same size, for kernels: nothing is recorded. */
    static Tensor seen(Tensor x, long... shape) {
        Layout l = x.layout().reshape(shape);
        if (l != null) {
            return x.view(l);
        }
        Tensor y = Tensor.empty(x.backend(), x.dtype(), shape);
        Layout same = y.layout().reshape(x.shape());
        x.backend().copy(View.of(y.buffer(), same), x);
        return y;
    }

    private static Tensor slice(Call<Region> c) { return c.in(0).view(c.attribute().of(c.layout(0))); }

    private static Tensor permuted(Call<int[]> c) { return c.in(0).view(c.layout(0).permute(permutation(c))); }

    private static int[] permutation(Call<int[]> c) {
        int rank = c.layout(0).rank();
        int[] axes = c.attribute();
        boolean[] seen = new boolean[rank];
        int[] r = new int[axes.length];
        boolean right = axes.length == rank;
        for (int i = 0; right && i < rank; i++) {
            r[i] = axes[i] < 0 ? axes[i] + rank : axes[i];
            right = r[i] >= 0 && r[i] < rank && !seen[r[i]];
            if (right) {
                seen[r[i]] = true;
            }
        }
        if (!right) {
            throw c.wrong("axes " + Arrays.toString(axes) + " are no permutation of the array's");
        }
        return r;
    }

    private static int[] inverse(int[] axes) {
        int[] r = new int[axes.length];
        for (int i = 0; i < axes.length; i++) {
            r[axes[i]] = i;
        }
        return r;
    }

    private static Tensor broadcast(Call<long[]> c) {
        if (!c.layout(0).broadcastsTo(c.attribute())) {
            throw c.wrong("no broadcast to " + Layout.text(c.attribute()));
        }
        return c.in(0).view(c.layout(0).broadcastTo(c.attribute()));
    }

    private static Tensor place(Call<Placement> c) {
        Tensor y = zeros(c.in(0), c.attribute().shape());
        y.backend().copy(View.of(y.buffer(), c.attribute().region().of(y.layout())), c.in(0));
        return y;
    }

    /** Zeros of the dtype and device of x; of strings the empty one. */
    static Tensor zeros(Tensor x, long... shape) {
        Tensor y = Tensor.empty(x.backend(), x.dtype(), shape);
        if (x.dtype().isReal()) {
            return Conversions.fill(y, 0);
        }
        Object zero = x.dtype() == DType.STRING ? new String[] {""} : new float[2];
        try (Tensor one = Tensor.of(x.backend(), x.dtype(), zero)) {
            y.backend().copy(y, one);
        }
        return y;
    }

    /**
     * An array without axes of the dtype and device of x.
     *
     * @throws IllegalArgumentException for strings, and for a number out of the range of an integer dtype
     */
    public static Tensor number(String name, Tensor x, Number value) {
        if (x.dtype() == DType.STRING) {
            throw Op.wrong(name, "a number among strings", x);
        }
        Numbers.check(name, x, value);
        if (x.dtype().isComplex()) {
            return Tensor.of(x.backend(), x.dtype(), new float[] {value.floatValue(), 0});
        }
        return Conversions.fill(Tensor.empty(x.backend(), x.dtype()), value);
    }

    private static Tensor replace(Call<Region> c) {
        Tensor x = c.in(0);
        Layout part = c.attribute().of(Layout.of(x.shape()));
        if (!c.layout(1).broadcastsTo(part.shape())) {
            throw c.wrong("the new values do not broadcast to the region " + Layout.text(part.shape()));
        }
        return scoped(() -> {
            Tensor v = c.dtype(1) == x.dtype() ? c.in(1) : Conversions.CAST.with(x.dtype(), c.in(1));
            Tensor y = c.empty(x.dtype(), x.shape());
            x.backend().copy(y, x);
            x.backend().copy(View.of(y.buffer(), part), v);
            return y;
        });
    }

    /** {@link #REPLACE}, in the memory of x if nobody else sees it and nothing is recorded; x is used no more. */
    static Tensor replaced(Tensor x, Region region, Tensor value) {
        boolean own = x.buffer().isSole() && value.buffer() != x.buffer() && value.dtype() == x.dtype();
        boolean whole = x.layout().isWhole() && x.size() == x.buffer().size();
        if (!own || !whole || x.isTracked() || value.isTracked() || Observer.Installed.all() != null) {
            return REPLACE.with(region, x, value);
        }
        x.buffer().overwritten();
        x.backend().copy(View.of(x.buffer(), region.of(x.layout())), value);
        return x.view(x.layout());
    }

    private static Tensor[] replaceGradient(Call<Region> c, Tensor g) {
        Tensor value = c.wants(1) ? SLICE.with(c.attribute(), g) : null;
        Tensor rest = null;
        if (c.wants(0)) {
            rest = REPLACE.with(c.attribute(), g, zeros(g));
        }
        return grads(rest, value);
    }

    private static Tensor joined(Call<Integer> c) {
        Tensor[] in = c.inputs();
        int axis = c.layout(0).axis(c.attribute());
        long[] shape = c.shape(0);
        for (int i = 1; i < in.length; i++) {
            long[] s = c.shape(i);
            boolean fits = s.length == shape.length && c.dtype(i) == c.dtype(0);
            for (int k = 0; fits && k < s.length; k++) {
                fits = k == axis || s[k] == shape[k];
            }
            if (!fits) {
                throw c.wrong("arrays must agree in dtype and in all axes but " + axis);
            }
            shape[axis] += s[axis];
        }
        Tensor y = c.empty(c.dtype(0), shape);
        long at = 0;
        for (Tensor x : in) {
            Layout part = y.layout().slice(axis, at, x.size(axis), 1);
            y.backend().copy(View.of(y.buffer(), part), x);
            at += x.size(axis);
        }
        return y;
    }

    private static Tensor[] concatGradient(Call<Integer> c, Tensor g) {
        int axis = c.layout(0).axis(c.attribute());
        Tensor[] r = new Tensor[c.arity()];
        long at = 0;
        for (int i = 0; i < r.length; i++) {
            long n = c.layout(i).size(axis);
            r[i] = c.wants(i) ? SLICE.with(Region.along(g.shape(), axis, at, n), g) : null;
            at += n;
        }
        return r;
    }

    /** A reshape in which one extent may be -1, which is then worked out. */
    public static Tensor reshapeTo(Tensor x, long... shape) {
        long[] s = Required.of(shape, "a shape").clone();
        int unknown = -1;
        long known = 1;
        for (int i = 0; i < s.length; i++) {
            if (s[i] < -1 || s[i] == -1 && unknown >= 0) {
                throw Op.wrong("reshape", Layout.text(shape) + " is no shape: one -1 is allowed, and nothing less", x);
            }
            unknown = s[i] == -1 ? i : unknown;
            known *= s[i] == -1 ? 1 : s[i];
        }
        if (unknown >= 0) {
            if (known == 0 || x.size() % known != 0) {
                throw Op.wrong("reshape", "no extent for -1 in " + Layout.text(shape) + " fits", x);
            }
            s[unknown] = x.size() / known;
        }
        return RESHAPE.with(s, x);
    }

    /** A new axis of size 1; it has the place {@code axis} in the result, whose rank is one more. */
    public static Tensor expandDims(Tensor x, int axis) {
        return RESHAPE.with(x.layout().expand(Layout.axis(axis, x.rank() + 1)).shape(), x);
    }

    /**
     * Without some axes of size 1.
     *
     * @throws IllegalArgumentException if one has another size
     */
    public static Tensor squeeze(Tensor x, int... axes) {
        boolean[] gone = new boolean[x.rank()];
        for (int a : Required.of(axes, "axes")) {
            int i = x.layout().axis(a);
            if (x.size(i) != 1) {
                throw Op.wrong("squeeze", "axis " + a + " has the size " + x.size(i) + ", not 1", x);
            }
            gone[i] = true;
        }
        List<Long> shape = new ArrayList<>();
        for (int i = 0; i < gone.length; i++) {
            if (!gone[i]) {
                shape.add(x.size(i));
            }
        }
        return RESHAPE.with(shape.stream().mapToLong(n -> n).toArray(), x);
    }

    /** Axes from start to end, both inclusive, as one; an array without axes gets one. */
    public static Tensor flatten(Tensor x, int start, int end) {
        int rank = Math.max(1, x.rank());
        int from = Layout.axis(start, rank);
        int to = Layout.axis(end, rank);
        if (from > to) {
            throw Op.wrong("flatten", "the first axis " + start + " comes after the last, " + end, x);
        }
        long[] s = x.rank() == 0 ? new long[] {1} : x.shape();
        long[] r = Arrays.copyOf(s, rank - (to - from));
        r[from] = Layout.sizeOf(Arrays.copyOfRange(s, from, to + 1));
        System.arraycopy(s, to + 1, r, from + 1, rank - to - 1);
        return RESHAPE.with(r, x);
    }

    /** The array in equal parts along an axis, as views. */
    public static Tensor[] split(Tensor x, long sections, int axis) {
        int a = x.layout().axis(axis);
        if (sections <= 0 || x.size(a) % sections != 0) {
            throw Op.wrong("split", "no " + sections + " equal parts of axis " + axis + ", of size " + x.size(a), x);
        }
        long n = x.size(a) / sections;
        Tensor[] parts = new Tensor[Math.toIntExact(sections)];
        Arrays.setAll(parts, i -> SLICE.with(Region.along(x.shape(), a, i * n, n), x));
        return parts;
    }

    /** The parts between the given places along an axis, one more than places; NumPy's rule for places out of order. */
    public static Tensor[] split(Tensor x, long[] places, int axis) {
        int a = x.layout().axis(axis);
        long n = x.size(a);
        Tensor[] parts = new Tensor[Required.of(places, "places").length + 1];
        for (int i = 0; i < parts.length; i++) {
            long from = i == 0 ? 0 : within(places[i - 1], n);
            long to = i == places.length ? n : within(places[i], n);
            parts[i] = SLICE.with(Region.along(x.shape(), a, Math.min(from, to), Math.max(0, to - from)), x);
        }
        return parts;
    }

    private static long within(long place, long n) { return Math.max(0, Math.min(n, place < 0 ? place + n : place)); }

    /** Axes in reverse order; a view. */
    public static Tensor transpose(Tensor x) {
        int[] axes = new int[x.rank()];
        Arrays.setAll(axes, i -> axes.length - 1 - i);
        return PERMUTE.with(axes, x);
    }

    /** Two axes exchanged; a view. */
    public static Tensor swapAxes(Tensor x, int axis1, int axis2) {
        int[] axes = new int[x.rank()];
        Arrays.setAll(axes, i -> i);
        int a = x.layout().axis(axis1);
        int b = x.layout().axis(axis2);
        axes[a] = b;
        axes[b] = a;
        return PERMUTE.with(axes, x);
    }

    /** Backwards along the axes given; a view. */
    public static Tensor flip(Tensor x, int... axes) {
        Region r = new Region(new long[x.rank()], x.shape(), new long[x.rank()]);
        Arrays.fill(r.step(), 1);
        for (int axis : Required.of(axes, "axes")) {
            int a = x.layout().axis(axis);
            r.from()[a] = Math.max(0, x.size(a) - 1);
            r.step()[a] = -1;
        }
        return SLICE.with(r, x);
    }

    /** Turned in the plane of two axes, from the first towards the second, by a multiple of 90 degrees; a view. */
    public static Tensor rotate90(Tensor x, int times, int... axes) {
        if (Required.of(axes, "axes").length != 2 || x.layout().axis(axes[0]) == x.layout().axis(axes[1])) {
            throw Op.wrong("rotate90", "two different axes span the plane, not " + Arrays.toString(axes), x);
        }
        return scoped(() -> switch (Math.floorMod(times, 4)) {
            case 0 -> flip(x);
            case 1 -> swapAxes(flip(x, axes[1]), axes[0], axes[1]);
            case 2 -> flip(x, axes);
            default -> flip(swapAxes(x, axes[0], axes[1]), axes[1]);
        });
    }

    /**
     * Surrounded by a number.
     *
     * @param padding how many before and after, in pairs, the last axis first
     */
    public static Tensor pad(Tensor x, long[] padding, Number value) {
        long[] shape = x.shape();
        long[] from = new long[shape.length];
        long[] step = new long[shape.length];
        Arrays.fill(step, 1);
        if (padding.length % 2 != 0 || padding.length > 2 * shape.length) {
            throw Op.wrong("pad", "takes pairs for axes from the last one on, not " + Layout.text(padding), x);
        }
        for (int i = 0; i < padding.length / 2; i++) {
            int axis = shape.length - 1 - i;
            if (padding[2 * i] < 0 || padding[2 * i + 1] < 0) {
                throw Op.wrong("pad", "a negative padding in " + Layout.text(padding), x);
            }
            from[axis] = padding[2 * i];
            shape[axis] += padding[2 * i] + padding[2 * i + 1];
        }
        return scoped(() -> {
            Tensor number = number("pad", x, value);
            return REPLACE.with(new Region(from, x.shape(), step), number.view(number.layout().broadcastTo(shape)), x);
        });
    }

    /** Arrays one behind the other along an axis, in their common dtype. */
    public static Tensor concat(int axis, Tensor... in) { return scoped(() -> CONCAT.with(axis, common(in))); }

    /** Arrays of one shape side by side along a new axis, which has the place {@code axis} in the result. */
    public static Tensor stack(int axis, Tensor... in) {
        for (Tensor x : in) {
            if (!x.layout().sameShape(in[0].layout())) {
                throw Op.wrong("stack", "arrays must have one shape", in);
            }
        }
        return scoped(() -> {
            Tensor[] expanded = common(in);
            for (int i = 0; i < in.length; i++) {
                expanded[i] = expandDims(expanded[i], axis);
            }
            return CONCAT.with(Layout.axis(axis, in[0].rank() + 1), expanded);
        });
    }

    private static Tensor[] common(Tensor[] in) {
        DType type = in[0].dtype();
        for (Tensor x : in) {
            type = DType.promote(type, x.dtype());
        }
        Tensor[] r = in.clone();
        for (int i = 0; i < r.length; i++) {
            r[i] = r[i].dtype() == type ? r[i] : Conversions.CAST.with(type, r[i]);
        }
        return r;
    }
}
