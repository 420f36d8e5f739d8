package io.wengert.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.internal.NDArrayEx;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import io.wengert.autograd.Gradients;
import io.wengert.autograd.Gradient;
import io.wengert.autograd.Leaf;
import io.wengert.kernel.Backend;
import io.wengert.op.Required;
import io.wengert.op.SparseTensor;
import io.wengert.replay.Tracer;
import io.wengert.tensor.Cell;
import io.wengert.tensor.Tensor;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A handle on a value: identity, manager and lifetime. What it can do lies in the interfaces, by family.
 */
public final class WgNDArray implements ElementwiseMethods, InPlaceMethods, ComparisonMethods, ReductionMethods, SortingMethods,
        ShapeMethods, IndexMethods, LinearAlgebraMethods, SoftmaxMethods, SpectralMethods, AccessMethods {

    private static final AtomicLong UIDS = new AtomicLong();

    private final Cell cell;
    private NDManager manager;
    private ArrayRegistry.Entry entry;
    private String name;
    private String uid;
    private Shape shape;
    private NDArrayEx internal;
    private SparseFormat format = SparseFormat.DENSE;
    private boolean closed;
    /** Whether the manager may know this array as one on loan. */
    private boolean temporary;

    /** A handle that takes over one hold on the cell. */
    WgNDArray(WgNDManager manager, Cell cell) { this(manager, cell, ArrayRegistry.WEAK); }

    private WgNDArray(WgNDManager manager, Cell cell, long bytes) {
        this.cell = cell;
        this.manager = manager;
        manager.register(this, bytes);
        NDScope.register(this);
    }

    /** A handle on a cell of its own, which takes the tensor over. */
    static WgNDArray of(WgNDManager manager, Tensor t) {
        Cell cell = new Cell(t);
        return new WgNDArray(manager, cell, bytes(t));
    }

    long bytes() { return cell instanceof SparseCell ? ArrayRegistry.WEAK : bytes(cell.get()); }

    /** What the manager takes an array for; what lies in a GPU's memory says nothing about the heap. */
    private static long bytes(Tensor t) {
        return t.isLight() ? ArrayRegistry.LIGHT : t.backend().ordinal() >= 0 ? ArrayRegistry.WEAK : t.size() * t.dtype().bytes();
    }

    /**
     * An array as one of ours.
     *
     * @throws IllegalArgumentException if it belongs to another engine
     */
    public static WgNDArray own(NDArray array, String what) {
        if (array instanceof WgNDArray own) {
            return own;
        }
        throw new IllegalArgumentException(what + ": the array " + Required.of(array, "an array").getShape() + " belongs to the engine "
                + array.getManager().getEngine().getEngineName() + "; bring it over with manager.from");
    }

    /** The values of arrays, which must be ours. */
    public static Tensor[] tensors(NDList list, String what) {
        Tensor[] t = new Tensor[list.size()];
        for (int i = 0; i < t.length; i++) {
            t[i] = own(list.get(i), what).tensor();
        }
        return t;
    }

    @Override
    public Tensor tensor() {
        if (closed) {
            throw new IllegalStateException("the array " + label() + "has been closed already");
        }
        return cell.get();
    }

    private String label() { return (name == null ? "" : name + " ") + (shape == null ? "" : shape + " "); }

    @Override
    public Cell cell() { return cell; }

    @Override
    public WgNDManager manager() {
        if (manager instanceof WgNDManager own) {
            return own;
        }
        // Attached to a manager of another engine: results go to a manager of ours that nothing closes early.
        return (WgNDManager) ai.djl.engine.Engine.getEngine(WgEngine.ENGINE_NAME).newBaseManager(getDevice());
    }

    ArrayRegistry.Entry entry() { return entry; }

    void entry(ArrayRegistry.Entry e) { entry = e; }

    @Override
    public NDManager getManager() { return manager; }

    @Override
    public String getName() { return name; }

    @Override
    public void setName(String name) { this.name = name; }

    @Override
    public String getUid() {
        if (uid == null) {
            uid = "wengert-" + UIDS.incrementAndGet();
        }
        return uid;
    }

    /** What is stored of an array in a sparse format; null of a dense one, or if its elements have been replaced. */
    SparseTensor sparse() { return !closed && cell instanceof SparseCell s ? s.sparse() : null; }

    @Override
    public Tensor elements() { return sparse() != null ? ((SparseCell) cell).elements() : null; }

    @Override
    public DataType getDataType() {
        SparseTensor s = sparse();
        return DTypes.of(s != null ? s.dtype() : tensor().dtype());
    }

    @Override
    public Device getDevice() {
        SparseTensor s = sparse();
        Backend on = s != null ? s.backend() : cell.get().backend();
        return "gpu".equals(on.device()) ? Device.gpu(on.ordinal()) : Device.cpu();
    }

    @Override
    public Shape getShape() {
        if (shape == null) {
            SparseTensor s = sparse();
            shape = new Shape(s != null ? s.shape() : tensor().shape());
        }
        return shape;
    }

    @Override
    public SparseFormat getSparseFormat() { return format; }

    /** Declares which sparse format this array stands for; what is stored stays as it is. */
    WgNDArray as(SparseFormat sparse) {
        format = sparse;
        return this;
    }

    @Override
    public List<NDArray> getResourceNDArrays() { return Collections.singletonList(this); }

    @Override
    public boolean isReleased() { return closed; }

    @Override
    public void attach(NDManager next) {
        Required.of(next, "a manager");
        leave();
        manager = next;
        join(next);
    }

    private void join(NDManager next) {
        if (next instanceof WgNDManager own && !own.borrows()) {
            own.register(this, bytes());
        } else {
            next.attachInternal(getUid(), this);
            temporary = true;
        }
    }

    @Override
    public void returnResource(NDManager next) {
        Required.of(next, "a manager");
        leave();
        manager = next;
        next.attachUncappedInternal(getUid(), this);
        temporary = true;
    }

    @Override
    public void tempAttach(NDManager next) {
        Required.of(next, "a manager");
        leave();
        NDManager original = manager;
        manager = next;
        next.tempAttachInternal(original, getUid(), this);
        temporary = true;
    }

    @Override
    public void detach() {
        leave();
        manager = manager().engine().system();
    }

    private void leave() {
        if (manager instanceof WgNDManager own) {
            own.unregister(this);
            if (temporary) {
                own.detachInternal(getUid());
            }
        } else {
            manager.detachInternal(getUid());
        }
        temporary = false;
    }

    @Override
    public void close() {
        if (!closed) {
            getShapeQuietly();
            closed = true;
            leave();
            cell.release();
        }
    }

    /** Remembers the shape only if it is needed for messages later and costs nothing. */
    private void getShapeQuietly() {
        if (name != null) {
            getShape();
        }
    }

    @Override
    public void setRequiresGradient(boolean requires) {
        Tensor x = tensor();
        Leaf leaf = Leaf.of(x);
        if (!requires) {
            if (x.origin() != null) {
                cell.put(x.share().from(null, 0));
            }
        } else if (leaf == null) {
            if (!x.dtype().isFloating() && !x.dtype().isComplex()) {
                throw new IllegalArgumentException("setRequiresGradient: only floating and complex arrays have"
                        + " gradients, not " + x.text());
            }
            // Of a value that was computed while recording, the gradient is kept on the way to the variables.
            if (Gradients.gradient(x) == null) {
                Leaf.attach(cell);
            }
        }
    }

    @Override
    public boolean hasGradient() { return gradient() != null; }

    /** The live gradient of this array, or null. */
    public Gradient gradient() { return Gradients.existing(tensor()); }

    @Override
    public NDArray getGradient() {
        Gradient g = gradient();
        if (g == null) {
            throw new IllegalStateException("getGradient: the array " + tensor().text() + " has no gradient; call"
                    + " setRequiresGradient(true) before it is used");
        }
        g.read();
        g.retain();
        return new WgNDArray(manager(), g);
    }

    @Override
    public NDArray stopGradient() {
        Tensor stopped = tensor().share().from(null, 0);
        Tracer tracer = Tracer.current();
        return give(tracer == null ? stopped : tracer.stopped(tensor(), stopped));
    }

    @Override
    public NDArrayEx getNDArrayInternal() {
        if (internal == null) {
            internal = new WgNDArrayEx(this);
        }
        return internal;
    }

    @Override
    public void intern(NDArray replaced) {
        WgNDArray other = own(replaced, "intern");
        Leaf leaf = Leaf.of(tensor());
        Tensor next = other.tensor().share();
        if (leaf != null && next.layout().hasShape(tensor().layout().shape())) {
            next.from(leaf, 0);
        }
        cell.put(next);
        shape = null;
        other.close();
    }

    @Override
    public boolean equals(Object o) { return o == this || o instanceof NDArray a && !closed && contentEquals(a); }

    /** Arrays change in place, so their hash cannot depend on their content. */
    @Override
    public int hashCode() { return 0; }

    @Override
    public String toString() {
        return closed ? "This array is already closed" : toDebugString();
    }

}
