package io.wengert.djl;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.BaseNDManager;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.wengert.kernel.Backend;
import io.wengert.op.SparseTensor;
import io.wengert.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Owns arrays: closing it closes them.
 *
 * <p>Arrays are held in a list that costs a few nanoseconds an array; what nobody closes is collected, but not before it is worth
 * it. Other resources are held strongly, as in DJL's base class.
 */
public class WgNDManager extends RandomNDManager {

    private final WgEngine engine;
    private final Backend backend;
    private final ArrayRegistry arrays = new ArrayRegistry();

    WgNDManager(WgEngine engine, NDManager parent, Device device) {
        super(parent, device);
        this.engine = engine;
        this.backend = engine.backend(this.device);
    }

    /** The root, which lives as long as the process. */
    static WgNDManager system(WgEngine engine) {
        WgNDManager m = new Root(engine);
        m.setName("system");
        return m;
    }

    private static final class Root extends WgNDManager implements SystemNDManager {
        Root(WgEngine engine) { super(engine, null, Device.cpu()); }

        /** The root keeps nothing alive: what is attached to it lives as long as somebody uses it. */
        @Override
        void register(WgNDArray array, long bytes) {
            // Nothing to close later.
        }

        @Override
        public synchronized void attachUncappedInternal(String id, AutoCloseable resource) {
            if (!(resource instanceof WgNDManager)) {
                super.attachUncappedInternal(id, resource);
            }
        }
    }

    @Override
    public Engine getEngine() {
        // The constructor of the base class asks before the field is set.
        return engine != null ? engine : WgEngineProvider.engine();
    }

    WgEngine engine() { return engine; }

    @Override
    Backend backend() { return backend; }

    @Override
    RandomStream random() { return engine.random(); }

    @Override
    public WgNDArray give(Tensor t) { return WgNDArray.of(this, t); }

    @Override
    WgNDArray give(SparseTensor s) { return new WgNDArray(this, new SparseCell(s)).as(DTypes.of(s.format())); }

    @Override
    public NDManager newSubManager(Device device) {
        WgNDManager m = new WgNDManager(engine, this, device == null ? getDevice() : device);
        attachUncappedInternal(m.uid(), m);
        return m;
    }

    private String uid() { return uid; }

    /** An array of this manager with the value of any array: itself if it is one of ours. */
    @Override
    public NDArray from(NDArray array) {
        if (array == null || array instanceof WgNDArray) {
            return array;
        }
        NDArray r = give(Foreign.tensor(array, backend));
        r.setName(array.getName());
        return r;
    }

    /** Takes an array in. */
    void register(WgNDArray array, long bytes) {
        if (capped.get()) {
            throw new IllegalStateException("NDManager " + getName() + " is capped: it takes no more arrays");
        }
        adopt(array, bytes);
    }

    private void adopt(WgNDArray array, long bytes) {
        if (closed.get()) {
            throw new IllegalStateException("NDManager " + getName() + " has been closed already");
        }
        arrays.add(array, bytes);
    }

    /** Whether it has arrays on loan. */
    boolean borrows() { return !tempResources.isEmpty(); }

    /** Lets an array go. */
    void unregister(WgNDArray array) { arrays.remove(array); }

    @Override
    public synchronized void attachUncappedInternal(String id, AutoCloseable resource) {
        // What this manager has on loan stays on loan when it comes back from a loan to another: the base class sees to that.
        if (resource instanceof WgNDArray array && !tempResources.containsKey(id)) {
            adopt(array, array.bytes());
        } else {
            super.attachUncappedInternal(id, resource);
        }
    }

    @Override
    public List<NDArray> getManagedArrays() {
        List<NDArray> all = new ArrayList<>(arrays.list());
        all.addAll(super.getManagedArrays());
        return all;
    }

    @Override
    public void close() {
        if (!closed.get() && !(this instanceof SystemNDManager)) {
            arrays.closeAll();
        }
        super.close();
        arrays.closeAll();
    }

    @Override
    public void debugDump(int level) {
        List<NDArray> live = new ArrayList<>(arrays.list());
        System.out.println("    ".repeat(level) + "\\--- NDManager(" + getName() + ") arrays: " + live.size());
        for (NDArray a : live) {
            System.out.println("    ".repeat(level + 1) + a.getName() + " " + a.getShape() + " " + a.getDataType());
        }
        for (AutoCloseable c : resources.values()) {
            if (c instanceof BaseNDManager m) {
                m.debugDump(level + 1);
            }
        }
    }

    @Override
    public String toString() {
        return "NDManager " + getName() + " on " + device + (isOpen() ? "" : ", closed") + ", arrays: " + arrays.list().size();
    }
}
