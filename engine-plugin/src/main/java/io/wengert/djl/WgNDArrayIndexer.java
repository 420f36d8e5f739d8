package io.wengert.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDArrayIndexer;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.index.dim.NDIndexAll;
import ai.djl.ndarray.index.dim.NDIndexBooleans;
import ai.djl.ndarray.index.dim.NDIndexElement;
import ai.djl.ndarray.index.dim.NDIndexFixed;
import ai.djl.ndarray.index.dim.NDIndexNull;
import ai.djl.ndarray.index.dim.NDIndexPick;
import ai.djl.ndarray.index.dim.NDIndexSlice;
import ai.djl.ndarray.index.dim.NDIndexTake;
import ai.djl.ndarray.index.full.NDIndexFullPick;
import ai.djl.ndarray.index.full.NDIndexFullSlice;
import ai.djl.ndarray.index.full.NDIndexFullTake;
import io.wengert.op.IndexExpression;
import io.wengert.op.IndexExpression.Item;
import io.wengert.op.IndexOps;
import io.wengert.op.Required;
import io.wengert.op.ShapeOps;
import io.wengert.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Reads and writes parts of an array that an {@link NDIndex} names, by NumPy's rules. */
final class WgNDArrayIndexer extends NDArrayIndexer {

    private final WgNDArray own;
    private final NDManager manager;

    /** An indexer of an array whose results go to the manager. */
    WgNDArrayIndexer(WgNDArray array, NDManager manager) {
        this.own = array;
        this.manager = manager;
    }

    /** A result in a manager of any engine. */
    static WgNDArray give(WgNDArray array, NDManager manager, Tensor t) {
        if (manager instanceof WgNDManager m) {
            return m.give(t);
        }
        WgNDArray r = array.give(t);
        r.attach(manager);
        return r;
    }

    /** The part at integers along the first axes. */
    static WgNDArray get(WgNDArray array, NDManager manager, long... indices) {
        return give(array, manager, IndexExpression.at(array.tensor(), indices));
    }

    /** The element at integers, without axes if there is one for each axis. */
    static WgNDArray scalar(WgNDArray array, long... indices) {
        Tensor t = IndexExpression.at(array.tensor(), indices);
        if (t.size() != 1) {
            t.close();
            throw new IllegalArgumentException("getScalar: " + indices.length + " indices name more than one element of"
                    + " " + array.tensor().text());
        }
        return array.give(t);
    }

    @Override
    public NDArray get(NDArray array, NDIndex index) {
        WgNDArray a = own(array);
        int axis = pickedAxis(index);
        return give(a, manager, axis >= 0 ? IndexOps.pick(a.tensor(), picked(a, index), axis)
                : expression(a, index).get(a.tensor()));
    }

    @Override
    public void set(NDArray array, NDIndex index, Object value) {
        WgNDArray a = own(array);
        Tensor v = value(a, value);
        int axis = pickedAxis(index);
        if (axis >= 0) {
            Tensor places = picked(a, index);
            a.update("set", x -> IndexOps.replacePicked(x, places, axis, v));
        } else {
            IndexExpression e = expression(a, index);
            a.update("set", x -> e.set(x, v));
        }
    }

    @Override
    public void setScalar(NDArray array, NDIndex index, Number value) {
        WgNDArray a = own(array);
        if (pickedAxis(index) >= 0 || expression(a, index).size(a.tensor()) != 1) {
            throw new IllegalArgumentException("setScalar: the index must name one element of " + a.tensor().text());
        }
        set(array, index, value);
    }

    private WgNDArray own(NDArray array) { return array == own ? own : WgNDArray.own(array, "index"); }

    private static Tensor value(WgNDArray a, Object value) {
        if (value instanceof NDArray v) {
            return a.operand(v);
        }
        if (value instanceof Number n) {
            return ShapeOps.number("set", a.tensor(), n);
        }
        throw new IllegalArgumentException("set: the value is an NDArray or a Number, not "
                + (value == null ? "null" : value.getClass().getName()));
    }

    // DJL's index as items.

    private static IndexExpression expression(WgNDArray a, NDIndex index) {
        List<Item> items = new ArrayList<>();
        List<NDIndexElement> elements = Required.of(index, "an index").getIndices();
        for (int i = 0; i < elements.size(); i++) {
            if (i == index.getEllipsisIndex()) {
                items.add(IndexExpression.ELLIPSIS);
            }
            items.add(item(a, elements.get(i)));
        }
        if (index.getEllipsisIndex() >= elements.size()) {
            items.add(IndexExpression.ELLIPSIS);
        }
        return new IndexExpression(items.toArray(new Item[0]));
    }

    private static Item item(WgNDArray a, NDIndexElement e) {
        if (e instanceof NDIndexFixed f) {
            return new IndexExpression.At(f.getIndex());
        } else if (e instanceof NDIndexSlice s) {
            return new IndexExpression.Slice(s.getMin(), s.getMax(), s.getStep());
        } else if (e instanceof NDIndexAll) {
            return IndexExpression.ALL;
        } else if (e instanceof NDIndexNull) {
            return IndexExpression.NEW_AXIS;
        } else if (e instanceof NDIndexBooleans b) {
            return new IndexExpression.Mask(a.operand(b.getIndex()));
        } else if (e instanceof NDIndexTake t) {
            return new IndexExpression.Places(a.operand(t.getIndex()));
        }
        throw new IllegalArgumentException("index: " + e.getClass().getSimpleName()
                + " stands alone, after nothing but full axes, or not at all");
    }

    /** The axis of an index that is nothing but full axes and then a pick, or -1. */
    private static int pickedAxis(NDIndex index) {
        List<NDIndexElement> elements = Required.of(index, "an index").getIndices();
        for (int i = 0; i < elements.size(); i++) {
            if (elements.get(i) instanceof NDIndexPick) {
                return isFull(elements, i + 1) && index.getEllipsisIndex() < 0 ? i : -1;
            }
            if (!(elements.get(i) instanceof NDIndexAll)) {
                return -1;
            }
        }
        return -1;
    }

    private static boolean isFull(List<NDIndexElement> elements, int from) {
        return elements.subList(from, elements.size()).stream().allMatch(e -> e instanceof NDIndexAll);
    }

    private static Tensor picked(WgNDArray a, NDIndex index) {
        return a.operand(((NDIndexPick) index.get(pickedAxis(index))).getIndex());
    }

    // The simplified forms that DJL's base class falls back to.

    @Override
    public NDArray get(NDArray array, NDIndexFullPick pick) {
        WgNDArray a = own(array);
        return give(a, manager, IndexOps.pick(a.tensor(), a.operand(Required.of(pick, "an index").getIndices()), pick.getAxis()));
    }

    @Override
    public NDArray get(NDArray array, NDIndexFullTake take) {
        WgNDArray a = own(array);
        return give(a, manager, IndexOps.TAKE.with(Required.of(take, "an index").getAxis(), a.tensor(), a.operand(take.getIndices())));
    }

    @Override
    public NDArray get(NDArray array, NDIndexFullSlice slice) {
        WgNDArray a = own(array);
        return give(a, manager, expression(slice).get(a.tensor()));
    }

    @Override
    public void set(NDArray array, NDIndexFullSlice slice, NDArray value) { setSlice(own(array), slice, value); }

    @Override
    public void set(NDArray array, NDIndexFullSlice slice, Number value) { setSlice(own(array), slice, value); }

    private static void setSlice(WgNDArray a, NDIndexFullSlice slice, Object value) {
        Tensor v = value(a, value);
        IndexExpression e = expression(slice);
        a.update("set", x -> e.set(x, v));
    }

    @Override
    public void set(NDArray array, NDIndexBooleans mask, NDArray value) {
        WgNDArray a = own(array);
        Tensor v = a.operand(value);
        IndexExpression e = new IndexExpression(item(a, Required.of(mask, "an index")));
        a.update("set", x -> e.set(x, v));
    }

    private static IndexExpression expression(NDIndexFullSlice slice) {
        Item[] items = new Item[Required.of(slice, "an index").getMin().length];
        for (int i = 0; i < items.length; i++) {
            items[i] = new IndexExpression.Slice(slice.getMin()[i], slice.getMax()[i], slice.getStep()[i]);
        }
        for (int axis : slice.getToSqueeze()) {
            items[axis] = new IndexExpression.At(slice.getMin()[axis]);
        }
        return new IndexExpression(items);
    }
}
