package io.wengert;

import ai.djl.ndarray.NDList;
import io.wengert.autograd.Gradients;
import io.wengert.autograd.Leaf;
import io.wengert.autograd.Recording;
import io.wengert.autograd.Tape;
import io.wengert.djl.WgNDArray;
import io.wengert.djl.WgNDManager;
import io.wengert.kernel.Layout;
import io.wengert.op.Conversions;
import io.wengert.op.ShapeOps;
import io.wengert.tensor.Cell;
import io.wengert.tensor.Tensor;
import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * A function at one point: its value, and its derivative as a linear map that can be applied any number of times, forwards
 * ({@link #jvp}) and backwards ({@link #vjp}), without running the function again.
 *
 * <p>Made by {@link Functional#linearize}. Made while calls are being recorded, what it gives is recorded too, and can be
 * differentiated by whoever records. Otherwise what it holds is freed by {@link #close}.
 */
public final class Linearization implements AutoCloseable {

    private final WgNDManager[] managers;
    /** Null if the recording is somebody else's. */
    private final Recording recording;
    private final Tensor[] x;
    private Tensor[] y;
    /** Variables in the place of cotangents, and the cotangents J'u that they are mapped to: what {@link #jvp} differentiates. */
    private Tensor[] u;
    private Tensor[] pulled;
    private boolean closed;

    private Linearization(NDList inputs) {
        managers = new WgNDManager[inputs.size()];
        Arrays.setAll(managers, i -> WgNDArray.own(inputs.get(i), "linearize").manager());
        recording = Tape.recording() ? null : new Recording();
        x = new Tensor[inputs.size()];
    }

    /** Runs a function once. */
    static Linearization of(Function<NDList, NDList> f, NDList inputs) {
        if (inputs.isEmpty()) {
            throw new IllegalArgumentException("a function of no arrays has no derivative");
        }
        Linearization l = new Linearization(inputs);
        boolean training = Autograd.isTraining();
        try (Tape.Mode mode = Tape.training(training); Autograd.Scope scope = l.record()) {
            l.run(f, inputs);
            return l;
        } catch (RuntimeException | Error e) {
            l.close();
            throw e;
        }
    }

    /** The gradients of one number that a function of inputs gives by variables that it uses; with the inputs' first manager. */
    static NDList gradients(Function<NDList, NDList> f, NDList inputs, NDList variables) {
        Tensor[] v = WgNDArray.tensors(variables, "perSampleGradients");
        for (Tensor t : v) {
            if (!t.isTracked()) {
                throw new IllegalArgumentException("perSampleGradients: an array " + t.text() + " requires no gradient; call"
                        + " setRequiresGradient(true) on it first");
            }
        }
        try (Linearization l = of(f, inputs)) {
            boolean record = Tape.recording();
            try (Autograd.Scope scope = record ? Autograd.record(Autograd.isTraining()) : () -> {};
                    Tensor one = Tensor.empty(l.y[0].backend(), l.y[0].dtype(), l.y[0].shape())) {
                Conversions.fill(one, 1);
                return l.given(l.grad(l.y, v, new Tensor[] {one}, record), v, record, true);
            }
        }
    }

    private Autograd.Scope record() { return recording == null ? Autograd.record(Autograd.isTraining()) : recording.open()::close; }

    private void run(Function<NDList, NDList> f, NDList inputs) {
        try (WgNDManager manager = Autograd.newManager(inputs.head().getDevice())) {
            NDList local = new NDList(x.length);
            for (int i = 0; i < x.length; i++) {
                x[i] = variable(WgNDArray.own(inputs.get(i), "linearize").tensor());
                local.add(manager.give(x[i].share()));
                local.get(i).setName(inputs.get(i).getName());
            }
            NDList out = f.apply(local);
            if (out == null || out.isEmpty()) {
                throw new IllegalArgumentException("the function gives no array");
            }
            y = WgNDArray.tensors(out, "the function's result");
            Arrays.setAll(y, i -> y[i].share());
        }
    }

    /** An input that nothing but the function sees: joined to what it was computed from if somebody records that, else cut off. */
    private Tensor variable(Tensor t) {
        if (recording == null && t.isTracked()) {
            try (Tensor same = ShapeOps.BROADCAST.with(t.shape(), t)) {
                return same.share();
            }
        }
        return isDifferentiable(t) ? leaf(t.share()) : t.share().from(null, 0);
    }

    private static boolean isDifferentiable(Tensor t) { return t.dtype().isFloating() || t.dtype().isComplex(); }

    private static Tensor leaf(Tensor t) {
        Cell cell = new Cell(t.from(null, 0));
        Leaf.attach(cell);
        return cell.get();
    }

    /** The function's value: new arrays, with the manager of the first input. */
    public NDList outputs() {
        checkOpen();
        NDList r = new NDList(y.length);
        for (Tensor t : y) {
            r.add(managers[0].give(recording == null ? t.share() : t.share().from(null, 0)));
        }
        return r;
    }

    /**
     * The vector-Jacobian product: what flows back to the inputs. Of complex arrays, the adjoint in the sense of real and
     * imaginary parts, as everywhere in backward.
     *
     * @param cotangents one array an output, of its shape; null for zeros
     * @return one array an input, of its shape and dtype and with its manager; zeros where the outputs do not depend on it
     */
    public NDList vjp(NDList cotangents) {
        Tensor[] g = checked("vjp", "cotangent", cotangents, y);
        boolean record = Tape.recording();
        Tensor[] r;
        try (Autograd.Scope scope = record ? Autograd.record(Autograd.isTraining()) : () -> {}) {
            r = pull(g, record);
        }
        return given(r, x, record, false);
    }

    /**
     * The Jacobian-vector product: how the outputs change along a direction of the inputs. By differentiating the transposed
     * map once more, which is linear (the "double backward" trick).
     *
     * @param tangents one array an input, of its shape; null for zeros
     * @return one array an output, of its shape and dtype and with the manager of the first input
     */
    public NDList jvp(NDList tangents) {
        Tensor[] t = checked("jvp", "tangent", tangents, x);
        boolean record = Tape.recording();
        Tensor[] r;
        transpose();
        try (Autograd.Scope scope = record ? Autograd.record(Autograd.isTraining()) : () -> {}) {
            r = grad(pulled, u, t, record);
        }
        return given(r, y, record, true);
    }

    /** J'u as a recorded function of u, which is zero: being linear, it has the same derivative everywhere. */
    private synchronized void transpose() {
        if (u != null) {
            return;
        }
        Tensor[] zeros = new Tensor[y.length];
        for (int i = 0; i < y.length; i++) {
            Tensor zero = Tensor.empty(y[i].backend(), y[i].dtype(), y[i].shape());
            Conversions.fill(zero, 0);
            zeros[i] = isDifferentiable(zero) ? leaf(zero) : zero;
        }
        try (Autograd.Scope scope = record()) {
            pulled = pull(zeros, true);
        }
        u = zeros;
    }

    private Tensor[] pull(Tensor[] g, boolean createGraph) { return grad(y, x, g, createGraph); }

    /** The gradients of those heads that depend on anything and have a seed; null where there is no dependence. */
    private Tensor[] grad(Tensor[] heads, Tensor[] variables, Tensor[] seeds, boolean createGraph) {
        int[] flows = IntStream.range(0, heads.length)
                .filter(i -> heads[i] != null && seeds[i] != null && heads[i].isTracked()).toArray();
        int[] wanted = IntStream.range(0, variables.length).filter(i -> variables[i].isTracked()).toArray();
        Tensor[] r = new Tensor[variables.length];
        if (flows.length > 0 && wanted.length > 0) {
            Tensor[] h = chosen(heads, flows);
            Tensor[] s = chosen(seeds, flows);
            Tensor[] v = chosen(variables, wanted);
            Tensor[] g = recording == null ? Gradients.grad(Tape.current(), h, v, s, true, createGraph)
                    : recording.grad(h, v, s, createGraph);
            for (int i = 0; i < wanted.length; i++) {
                r[wanted[i]] = g[i];
            }
        }
        return r;
    }

    private static Tensor[] chosen(Tensor[] all, int[] which) {
        return Arrays.stream(which).mapToObj(i -> all[i]).toArray(Tensor[]::new);
    }

    private NDList given(Tensor[] found, Tensor[] like, boolean recorded, boolean toFirst) {
        NDList r = new NDList(found.length);
        for (int i = 0; i < found.length; i++) {
            WgNDManager manager = managers[toFirst ? 0 : i];
            Tensor t = found[i];
            if (t == null) {
                t = Conversions.fill(Tensor.empty(like[i].backend(), like[i].dtype(), like[i].shape()), 0);
            } else if (!recorded) {
                t.from(null, 0);
            }
            r.add(manager.give(t));
        }
        return r;
    }

    private Tensor[] checked(String what, String role, NDList given, Tensor[] like) {
        checkOpen();
        if (given.size() != like.length) {
            throw new IllegalArgumentException(what + ": " + given.size() + " " + role + "s for " + like.length + " arrays");
        }
        Tensor[] r = new Tensor[like.length];
        for (int i = 0; i < r.length; i++) {
            r[i] = given.get(i) == null ? null : WgNDArray.own(given.get(i), what).tensor();
            if (r[i] != null && !r[i].layout().sameShape(like[i].layout())) {
                throw new IllegalArgumentException(what + ": the " + role + " " + i + " has the shape " + Layout.text(r[i].shape())
                        + ", not " + Layout.text(like[i].shape()));
            }
        }
        return r;
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("this linearization has been closed already");
        }
    }

    /** Frees what was recorded; arrays that were given stay. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            if (recording != null) {
                recording.close();
            }
            for (Tensor[] all : new Tensor[][] {x, y, u, pulled}) {
                for (int i = 0; all != null && i < all.length; i++) {
                    if (all[i] != null) {
                        all[i].close();
                    }
                }
            }
        }
    }
}
