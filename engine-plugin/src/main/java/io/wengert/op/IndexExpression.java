package io.wengert.op;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What stands between the brackets of {@code x[...]}, with NumPy's meaning: integers, slices, new axes, an ellipsis,
 * index arrays and masks in any mixture.
 *
 * <p>Integers and slices alone give a view. Index arrays and masks (which are the indices of their true elements)
 * broadcast to one shape. Its axes replace the axes they index, if these stand side by side in the expression (integers
 * counted in), and come first otherwise.
 */
public final class IndexExpression {

    /** All of an axis. */
    public static final Item ALL = new Slice(null, null, null);
    /** A new axis of size 1. */
    public static final Item NEW_AXIS = new NewAxis();
    /** All axes that no other item speaks of. */
    public static final Item ELLIPSIS = new Ellipsis();

    /** One item of the expression. */
    public sealed interface Item permits At, Slice, NewAxis, Ellipsis, Places, Mask {

        /** How many axes of the array it speaks of. */
        default int axes() { return 1; }
    }

    /** One place; the axis goes. */
    public record At(long place) implements Item {}

    /** Every step-th place, {@code to} excluded; null is the end that the step comes from or goes to. */
    public record Slice(Long from, Long to, Long step) implements Item {}

    /** The places in an array of integers. */
    public record Places(Tensor index) implements Item {}

    /** The places, over as many axes as the mask has, at which it is not zero. */
    public record Mask(Tensor mask) implements Item {
        @Override
        public int axes() { return mask.rank(); }
    }

    private record NewAxis() implements Item {
        @Override
        public int axes() { return 0; }
    }

    private record Ellipsis() implements Item {
        @Override
        public int axes() { return 0; }
    }

    /**
     * The expression applied to one array.
     *
     * @param region the part that integers and slices leave, of the array's rank
     * @param part its shape, with new axes
     * @param result the shape of {@code x[...]} if there are neither index arrays nor masks: the part without the axes
     *     of integers
     * @param chosen the indices of the others
     * @param together whether these and the integers stand side by side
     * @param first the axis of the part where the first of them stands
     */
    private record Plan(ShapeOps.Region region, long[] part, long[] result, List<Choice> chosen, boolean together,
            int first) {

        boolean isBasic() { return chosen.isEmpty(); }
    }

    /** Indices into neighbouring axes of the part, taken as one; null for an integer, whose axis has size 1. */
    private record Choice(int axis, int axes, Tensor places) {}

    private final List<Item> items;

    /** An expression of the items in order. */
    public IndexExpression(Item... items) { this.items = List.of(items); }

    /** {@code x[...]}, a view if there are only integers, slices and new axes. */
    public Tensor get(Tensor x) {
        return ShapeOps.scoped(() -> {
            Plan plan = plan(x);
            Tensor part = whole(plan.region, x) ? x : ShapeOps.SLICE.with(plan.region, x);
            if (plan.isBasic()) {
                return ShapeOps.reshape(part, plan.result);
            }
            Merged m = merged(plan, ShapeOps.reshape(part, plan.part));
            return IndexOps.TAKE.with(m.axis, m.part, m.index);
        });
    }

    /** {@code x[...]} with integers only. */
    public static Tensor at(Tensor x, long... places) {
        // A bare view would be unknown to observers.
        if (x.isTracked() || Observer.Installed.all() != null || Required.of(places, "indices").length > x.rank()) {
            Item[] items = new Item[places.length];
            Arrays.setAll(items, i -> new At(places[i]));
            return new IndexExpression(items).get(x);
        }
        Layout l = x.layout();
        for (int i = 0; i < places.length; i++) {
            l = l.select(0, place(places[i], i, x));
        }
        return x.view(l.size() == 0 ? Layout.of(l.shape()) : l);
    }

    /** How many elements {@code x[...]} has. */
    public long size(Tensor x) {
        try (Tensor untracked = x.view(x.layout()); Tensor part = get(untracked)) {
            return part.size();
        }
    }

    /**
     * {@code x} after {@code x[...] = value}, in the dtype of x. The value broadcasts to what {@code x[...]} is; of
     * several for one place the last one wins. For a single mask it may also have the shape of x: then the elements at
     * the same places are taken.
     *
     * @param x may be overwritten if nobody else holds its memory
     */
    public Tensor set(Tensor x, Tensor value) {
        return ShapeOps.scoped(() -> {
            Plan plan = plan(x);
            if (plan.isBasic()) {
                return ShapeOps.replaced(x, plan.region, fitting(x, value, plan.result, plan.region.count()));
            }
            boolean whole = whole(plan.region, x);
            Tensor part = whole ? x : ShapeOps.SLICE.with(plan.region, x);
            Merged m = merged(plan, ShapeOps.reshape(part, plan.part));
            Tensor wide = fits(value, m.shape()) ? fitting(x, value, m.shape(), m.shape()) : atSamePlaces(x, m, value);
            Tensor put = IndexOps.PUT.with(m.axis, m.part, m.index, wide);
            Tensor back = ShapeOps.reshape(m.restored(put), part.shape());
            return whole ? back : ShapeOps.replaced(x, plan.region, back);
        });
    }

    private Tensor atSamePlaces(Tensor x, Merged m, Tensor value) {
        if (items.size() == 1 && items.get(0) instanceof Mask && value.layout().broadcastsTo(x.shape())) {
            return get(ShapeOps.BROADCAST.with(x.shape(), value));
        }
        throw unfit(x, value, m.shape());
    }

    private static IllegalArgumentException unfit(Tensor x, Tensor value, long[] shape) {
        return Op.wrong("set", "the value does not broadcast to the part named, " + Layout.text(shape), x, value);
    }

    private static boolean whole(ShapeOps.Region r, Tensor x) { return r.of(x.layout()) == x.layout(); }

    /** Whether a value broadcasts to a shape, leading axes of size 1 aside. */
    private static boolean fits(Tensor value, long[] shape) {
        return Layout.of(trimmed(value, shape.length)).broadcastsTo(shape);
    }

    /** A value broadcast to a shape, and then seen as another that differs in axes of size 1 only. */
    private static Tensor fitting(Tensor x, Tensor value, long[] shape, long[] as) {
        if (!fits(value, shape)) {
            throw unfit(x, value, shape);
        }
        Tensor v = ShapeOps.reshape(value, trimmed(value, shape.length));
        if (Arrays.equals(shape, as)) {
            return v;
        }
        return ShapeOps.reshape(v.layout().hasShape(shape) ? v : ShapeOps.BROADCAST.with(shape, v), as);
    }

    /** The shape without the leading ones that are more than the rank. */
    private static long[] trimmed(Tensor value, int rank) {
        int from = 0;
        while (value.rank() - from > rank && value.size(from) == 1) {
            from++;
        }
        return Arrays.copyOfRange(value.shape(), from, value.rank());
    }

    // Planning: which axes each item speaks of.

    private Plan plan(Tensor x) {
        List<Item> all = completed(x);
        int rank = x.rank();
        ShapeOps.Region region = new ShapeOps.Region(new long[rank], x.shape(), new long[rank]);
        Arrays.fill(region.step(), 1);
        List<Long> part = new ArrayList<>();
        List<Long> result = new ArrayList<>();
        List<Choice> chosen = new ArrayList<>();
        List<Integer> positions = new ArrayList<>();
        boolean advanced = false;
        int axis = 0;
        for (int i = 0; i < all.size(); i++) {
            Item item = all.get(i);
            if (item instanceof NewAxis) {
                result.add(1L);
                part.add(1L);
            } else if (item instanceof Slice s) {
                cut(s, region, axis, x);
                result.add(region.count()[axis]);
                part.add(region.count()[axis]);
            } else {
                advanced |= !(item instanceof At);
                positions.add(i);
                chosen.add(choice(item, part.size(), region, axis, x));
                for (int k = axis; k < axis + item.axes(); k++) {
                    part.add(region.count()[k]);
                }
            }
            axis += item.axes();
        }
        int n = positions.size();
        boolean together = n == 0 || positions.get(n - 1) - positions.get(0) == n - 1;
        int first = together && n > 0 ? chosen.get(0).axis : 0;
        return new Plan(region, longs(part), longs(result), advanced ? chosen : List.of(), together, first);
    }

    private static long[] longs(List<Long> l) { return l.stream().mapToLong(n -> n).toArray(); }

    /** The items with an all for every axis that none of them speaks of, instead of the ellipsis or at the end. */
    private List<Item> completed(Tensor x) {
        int axes = items.stream().mapToInt(Item::axes).sum();
        if (axes > x.rank()) {
            throw Op.wrong("index", axes + " indices are too many", x);
        }
        List<Item> all = new ArrayList<>();
        int missing = x.rank() - axes;
        boolean found = false;
        for (Item item : items) {
            if (!(item instanceof Ellipsis)) {
                all.add(item);
            } else if (found) {
                throw Op.wrong("index", "more than one ellipsis", x);
            } else {
                found = true;
                for (int k = 0; k < missing; k++) {
                    all.add(ALL);
                }
            }
        }
        for (int k = 0; k < missing && !found; k++) {
            all.add(ALL);
        }
        return all;
    }

    private static void cut(Slice s, ShapeOps.Region region, int axis, Tensor x) {
        long n = x.size(axis);
        long step = s.step == null ? 1 : s.step;
        if (step == 0) {
            throw Op.wrong("index", "a slice of step 0", x);
        }
        long low = step > 0 ? 0 : -1;
        long high = step > 0 ? n : n - 1;
        long from = s.from == null ? step > 0 ? low : high : bound(s.from, n, low, high);
        long to = s.to == null ? step > 0 ? high : low : bound(s.to, n, low, high);
        long distance = step > 0 ? to - from : from - to;
        long stride = Math.abs(step);
        long count = distance <= 0 ? 0 : (distance - 1) / stride + 1;
        region.from()[axis] = count == 0 ? 0 : from;
        region.count()[axis] = count;
        region.step()[axis] = step;
    }

    private static long bound(long place, long n, long low, long high) {
        return Math.max(low, Math.min(high, place < 0 ? place + n : place));
    }

    private static long place(long index, int axis, Tensor x) {
        long n = x.size(axis);
        if (index < -n || index >= n) {
            throw new IndexOutOfBoundsException("index " + index + " is out of range for axis " + axis + " of size " + n
                    + " of the array " + x.text());
        }
        return index < 0 ? index + n : index;
    }

    private static Choice choice(Item item, int at, ShapeOps.Region region, int axis, Tensor x) {
        if (item instanceof At a) {
            region.from()[axis] = place(a.place, axis, x);
            region.count()[axis] = 1;
            return new Choice(at, 1, null);
        }
        if (item instanceof Places p) {
            return new Choice(at, 1, IndexOps.places("index", p.index, x.size(axis), x.text()));
        }
        Tensor mask = ((Mask) item).mask;
        for (int k = 0; k < mask.rank(); k++) {
            if (mask.size(k) != x.size(axis + k)) {
                throw Op.wrong("index", "the mask has not the size of the axes from " + axis + " on", x, mask);
            }
        }
        return new Choice(at, mask.rank(), IndexMasks.places(mask));
    }

    // Index arrays: the axes they index are brought together and become one, and so do the indices.

    /**
     * @param part the array with all indexed axes as one, {@code axis}
     * @param index places along it
     * @param back the shape of the part before these axes became one
     * @param order the order its axes were brought into before that, or null
     */
    private record Merged(Tensor part, Tensor index, int axis, long[] back, int[] order) {

        /** The shape of {@code x[...]}. */
        long[] shape() { return IndexOps.spliced(part.shape(), axis, index.shape()); }

        /** From the merged form to the part again. */
        Tensor restored(Tensor merged) {
            Tensor t = ShapeOps.reshape(merged, back);
            if (order == null) {
                return t;
            }
            int[] inverse = new int[order.length];
            for (int i = 0; i < order.length; i++) {
                inverse[order[i]] = i;
            }
            return ShapeOps.PERMUTE.with(inverse, t);
        }
    }

    private static Merged merged(Plan plan, Tensor part) {
        int rank = part.rank();
        boolean[] indexed = new boolean[rank];
        int n = 0;
        for (Choice c : plan.chosen) {
            Arrays.fill(indexed, c.axis, c.axis + c.axes, true);
            n += c.axes;
        }
        int[] order = null;
        Tensor ordered = part;
        if (!plan.together) {
            order = new int[rank];
            for (int i = 0, front = 0, behind = n; i < rank; i++) {
                order[indexed[i] ? front++ : behind++] = i;
            }
            ordered = ShapeOps.PERMUTE.with(order, part);
        }
        long[] shape = ordered.shape();
        int first = plan.first;
        long[] flat = new long[rank - n + 1];
        System.arraycopy(shape, 0, flat, 0, first);
        flat[first] = Layout.sizeOf(Arrays.copyOfRange(shape, first, first + n));
        System.arraycopy(shape, first + n, flat, first + 1, rank - first - n);
        return new Merged(ShapeOps.reshape(ordered, flat), together(plan, part), first, shape, order);
    }

    /** All indices as one array of places in the merged axis. */
    private static Tensor together(Plan plan, Tensor part) {
        Tensor sum = null;
        for (Choice c : plan.chosen) {
            if (c.places == null) {
                continue;
            }
            long extent = 1;
            for (int k = c.axis; k < c.axis + c.axes; k++) {
                extent *= part.size(k);
            }
            if (sum == null) {
                sum = c.places;
            } else if (Layout.broadcast(sum.layout(), c.places.layout()) == null) {
                throw Op.wrong("index", "index arrays do not broadcast to one shape", sum, c.places);
            } else {
                sum = Arithmetic.ADD.on(Arithmetic.MUL_NUMBER.with(sum, extent), c.places);
            }
        }
        return sum.dtype() == DType.INT64 ? sum : Conversions.CAST.with(DType.INT64, sum);
    }
}
