package io.wengert;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.wengert.autograd.Anomaly;
import io.wengert.autograd.Checkpoint;
import io.wengert.autograd.GradReq;
import io.wengert.autograd.Gradient;
import io.wengert.autograd.Gradients;
import io.wengert.autograd.Saving;
import io.wengert.autograd.Session;
import io.wengert.autograd.Tape;
import io.wengert.djl.RandomStream;
import io.wengert.djl.WgEngine;
import io.wengert.djl.WgNDArray;
import io.wengert.djl.WgNDManager;
import io.wengert.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Automatic differentiation beyond DJL's interfaces: all of MXNet's {@code autograd}, and more.
 *
 * <pre>{@code
 * x.setRequiresGradient(true);
 * NDArray y;
 * try (Autograd.Scope recording = Autograd.record()) {
 *     y = x.mul(2).mul(x);
 * }
 * Autograd.backward(y);
 * System.out.println(x.getGradient());
 * }</pre>
 *
 * <p>Programs that stay with {@code GradientCollector} need nothing of this; both can be mixed. Scopes belong to the thread that
 * opens them and are closed in reverse order.
 */
public final class Autograd {

    private Autograd() {}

    /** A stretch of a program, on one thread, which ends when this is closed. */
    public interface Scope extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Records what is computed from variables until the scope is closed, in training mode: MXNet's {@code record()}.
     *
     * <p>The recorded graph lives as long as the arrays that were computed; {@link #backward} may follow after the scope. Inside
     * another recording or an open collector, it goes on recording for that one.
     */
    public static Scope record() { return record(true); }

    /**
     * Records until the scope is closed.
     *
     * @param trainMode what {@link #isTraining} says meanwhile
     */
    public static Scope record(boolean trainMode) {
        Tape.Mode training = Tape.training(trainMode);
        if (Tape.isOwner()) {
            Tape.Mode unpaused = Tape.unpause();
            return () -> {
                unpaused.close();
                training.close();
            };
        }
        Session session = Tape.start();
        Tape.Mode unpaused = Tape.unpause();
        return () -> {
            unpaused.close();
            Tape.leave(session);
            training.close();
        };
    }

    /** Does not record on this thread until the scope is closed, in predict mode: MXNet's {@code pause()}. */
    public static Scope pause() { return pause(false); }

    /**
     * Does not record on this thread until the scope is closed.
     *
     * @param trainMode what {@link #isTraining} says meanwhile
     */
    public static Scope pause(boolean trainMode) {
        Tape.Mode training = Tape.training(trainMode);
        Tape.Mode pause = Tape.pause();
        return () -> {
            pause.close();
            training.close();
        };
    }

    /** Has {@link #isTraining} say yes until the scope is closed, whether recording or not. */
    public static Scope trainMode() { return Tape.training(true)::close; }

    /** Has {@link #isTraining} say no until the scope is closed, whether recording or not. */
    public static Scope predictMode() { return Tape.training(false)::close; }

    /** Whether calls of this thread are being recorded. */
    public static boolean isRecording() { return Tape.recording(); }

    /**
     * Whether layers are to behave as in training, to be handed to {@code block.forward}: as set by the innermost scope, otherwise
     * whether calls are recorded.
     */
    public static boolean isTraining() { return Tape.isTraining(); }

    /**
     * Makes arrays variables: MXNet's {@code mark_variables}.
     *
     * @param requests one for all, or one an array; none for {@link GradReq#ADD}
     * @throws IllegalArgumentException if there are several requests, but not one an array, or an array has no floating or complex
     *     numbers
     */
    public static void markVariables(NDList variables, GradReq... requests) {
        if (requests.length > 1 && requests.length != variables.size()) {
            throw new IllegalArgumentException("markVariables: " + variables.size() + " arrays but " + requests.length + " requests");
        }
        for (int i = 0; i < variables.size(); i++) {
            variables.get(i).setRequiresGradient(true);
            gradReq(variables.get(i), requests.length == 0 ? GradReq.ADD : requests[requests.length == 1 ? 0 : i]);
        }
    }

    /**
     * Sets what backward does with the gradient of a variable: adds to it, overwrites it, or leaves it alone.
     *
     * @throws IllegalArgumentException if the array requires no gradient
     */
    public static void gradReq(NDArray variable, GradReq request) { gradient(variable, "gradReq").req(request); }

    private static Gradient gradient(NDArray x, String what) {
        Gradient g = WgNDArray.own(x, what).gradient();
        if (g == null) {
            throw new IllegalArgumentException(what + ": the array " + x.getShape()
                    + " requires no gradient; call setRequiresGradient(true) on it first");
        }
        return g;
    }

    /** Plays back from arrays, with ones for the gradient of each, and adds to the gradients of their variables. */
    public static void backward(NDArray... heads) { backward(new NDList(heads), null, false, false); }

    /** As {@link #backward(NDList, NDList, boolean, boolean)}, in training mode or not. */
    public static void backward(NDList heads, NDList headGradients, boolean retainGraph, boolean createGraph, boolean trainMode) {
        try (Scope mode = Tape.training(trainMode)::close) {
            backward(heads, headGradients, retainGraph, createGraph);
        }
    }

    /**
     * Plays back from several arrays at once: MXNet's {@code backward}.
     *
     * @param headGradients one a head, of its shape; null for ones, altogether or single
     * @param retainGraph whether the same calls may be played back once more
     * @param createGraph whether playing back is itself recorded, so that gradients can be differentiated; retains the graph
     * @throws EngineException if a head was not recorded, or has been played back without being retained
     * @throws IllegalArgumentException if heads and head gradients do not match
     */
    public static void backward(NDList heads, NDList headGradients, boolean retainGraph, boolean createGraph) {
        Tensor[] h = WgNDArray.tensors(heads, "backward");
        Tensor[] g = tensors(headGradients, h.length, "backward");
        try (Scope recording = createGraph ? record(isTraining()) : () -> {}) {
            Gradients.backward(Tape.current(), h, g, retainGraph, createGraph);
        } catch (IllegalStateException e) {
            throw new EngineException(e.getMessage(), e);
        }
    }

    private static Tensor[] tensors(NDList headGradients, int heads, String what) {
        if (headGradients == null) {
            return null;
        }
        if (headGradients.size() != heads) {
            throw new IllegalArgumentException(what + ": " + heads + " heads but " + headGradients.size() + " head gradients");
        }
        Tensor[] g = new Tensor[heads];
        for (int i = 0; i < heads; i++) {
            g[i] = headGradients.get(i) == null ? null : WgNDArray.own(headGradients.get(i), what).tensor();
        }
        return g;
    }

    /** The gradients of the sum of a head's elements with respect to some arrays; the graph is freed. */
    public static NDList grad(NDArray head, NDArray... variables) {
        return grad(new NDList(head), new NDList(variables), null, false, false);
    }

    /**
     * The gradients of the heads with respect to given arrays, variables or recorded values, leaving all {@code getGradient()} as
     * they are: MXNet's {@code grad}.
     *
     * @param headGradients one a head, of its shape; null for ones, altogether or single
     * @param retainGraph whether the same calls may be played back once more
     * @param createGraph whether playing back is itself recorded, so that the results can be differentiated; retains the graph
     * @return one array a variable, with zeros where the heads do not depend on it, each with the manager of its variable
     * @throws EngineException if a head was not recorded, has been played back without being retained, or a variable is neither a
     *     variable nor recorded
     * @throws IllegalArgumentException if heads and head gradients do not match
     */
    public static NDList grad(NDList heads, NDList variables, NDList headGradients, boolean retainGraph, boolean createGraph) {
        Tensor[] h = WgNDArray.tensors(heads, "grad");
        Tensor[] v = WgNDArray.tensors(variables, "grad");
        Tensor[] seeds = tensors(headGradients, h.length, "grad");
        Tensor[] g;
        try (Scope recording = createGraph ? record(isTraining()) : () -> {}) {
            g = Gradients.grad(Tape.current(), h, v, seeds, retainGraph, createGraph);
        } catch (IllegalStateException e) {
            throw new EngineException(e.getMessage(), e);
        }
        NDList r = new NDList(g.length);
        for (int i = 0; i < g.length; i++) {
            WgNDArray x = (WgNDArray) variables.get(i);
            r.add(g[i] == null ? x.zerosLike() : x.give(g[i]));
        }
        return r;
    }

    /** Sets the gradients of all arrays to zero. */
    public static void zeroGradients() { Gradient.zeroAll(); }

    /**
     * Has a function see, and if it likes replace, each gradient that backward finds for a variable or a recorded value, before it
     * is stored or flows on.
     *
     * @param hook takes the whole gradient of one backward and gives one of the same shape and dtype, or null to leave it; its
     *     argument is closed when it returns
     * @return to be closed when the hook is no longer wanted
     * @throws IllegalArgumentException if the array is neither a variable nor recorded
     */
    public static Scope onGradient(NDArray x, UnaryOperator<NDArray> hook) {
        Gradient g = Gradients.watch(WgNDArray.own(x, "onGradient").tensor());
        if (g == null) {
            throw new IllegalArgumentException("onGradient: the array " + x.getShape() + " is neither a variable nor was it recorded");
        }
        Device device = x.getDevice();
        return g.hook(t -> hooked(hook, t, device))::close;
    }

    private static Tensor hooked(UnaryOperator<NDArray> hook, Tensor g, Device device) {
        try (WgNDManager manager = newManager(device)) {
            NDArray y = hook.apply(manager.give(g.share()));
            if (y == null) {
                return g;
            }
            Tensor t = WgNDArray.own(y, "gradient hook").tensor();
            if (!t.layout().sameShape(g.layout()) || t.dtype() != g.dtype()) {
                throw new IllegalArgumentException("gradient hook: gives " + t.text() + " for a gradient " + g.text());
            }
            return t.share();
        }
    }

    /** A manager for arrays that the engine hands to a program for a while. */
    static WgNDManager newManager(Device device) {
        return (WgNDManager) ai.djl.engine.Engine.getEngine(WgEngine.ENGINE_NAME).newBaseManager(device);
    }

    /**
     * Puts the values that recorded calls save for their gradients away until backward wants them: into another memory, or in a
     * smaller form.
     *
     * @param pack what to keep for a saved array; the array is closed when it returns
     * @param unpack an array of the same shape and dtype from what was kept; may be asked more than once if a graph is retained
     */
    public static <P> Scope saveWith(Function<NDArray, P> pack, Function<P, NDArray> unpack) {
        return Tape.saving(new PackedSaving<>(pack, unpack))::close;
    }

    /** Saved values as arrays, for the program's functions. */
    private record PackedSaving<P>(Function<NDArray, P> pack, Function<P, NDArray> unpack) implements Saving {

        /** What the program keeps, and what it must give back. */
        private record Kept<P>(P value, String text) {}

        @Override
        public Object pack(Tensor t) {
            String text = t.text();
            try (WgNDManager manager = newManager(null); Tape.Mode pause = Tape.pause()) {
                return new Kept<>(pack.apply(manager.give(t)), text);
            }
        }

        @Override
        @SuppressWarnings("unchecked")
        public Tensor unpack(Object packed) {
            Kept<P> kept = (Kept<P>) packed;
            try (Tape.Mode pause = Tape.pause()) {
                Tensor t = WgNDArray.own(unpack.apply(kept.value), "saveWith").tensor();
                if (!t.text().equals(kept.text)) {
                    throw new IllegalStateException("saveWith: " + kept.text + " was packed, but " + t.text() + " unpacked");
                }
                return t.share();
            }
        }

        @Override
        public void drop(Object packed) {
            if (((Kept<?>) packed).value instanceof AutoCloseable c) {
                try {
                    c.close();
                } catch (Exception e) {
                    throw new IllegalStateException("saveWith: cannot close what was packed", e);
                }
            }
        }
    }

    /**
     * Computes a function whose inner values are not kept for backward but computed again there: memory for time. Random numbers
     * (dropout) are the same both times.
     *
     * <p>The function may change arrays in place that it has made itself, but none from outside: those that it uses must stay as they
     * are until backward. Its inputs may change meanwhile, a variable that it takes from elsewhere and that has changed is an error.
     */
    public static NDList checkpoint(Function<NDList, NDList> function, NDList inputs) {
        if (inputs.isEmpty()) {
            throw new IllegalArgumentException("checkpoint: takes at least one array");
        }
        List<Tensor> held = Arrays.asList(WgNDArray.tensors(inputs, "checkpoint"));
        if (!isRecording()) {
            return function.apply(inputs);
        }
        RandomStream random = ((WgEngine) inputs.head().getManager().getEngine()).random();
        RandomStream.Draws draws = new RandomStream.Draws();
        NDList result = new NDList();
        boolean training = isTraining();
        Device device = inputs.head().getDevice();
        Checkpoint.run(held, () -> {
            random.note(draws, () -> {
                NDList y = function.apply(inputs);
                if (y == null) {
                    throw new IllegalArgumentException("checkpoint: the function gives no list");
                }
                result.addAll(y);
            });
            return null;
        }, tensors -> {
            try (WgNDManager manager = newManager(device); Scope mode = Tape.training(training)::close) {
                NDList again = new NDList();
                tensors.forEach(t -> again.add(manager.give(t.share())));
                random.replay(draws, () -> function.apply(again));
            }
        });
        return result;
    }

    /**
     * Looks for the first NaN or infinity until the scope is closed: an operation that gives one from finite inputs throws an
     * {@link ArithmeticException} which names the operation, its shapes and the line; one found in backward names the line of the
     * forward call. On all threads, and slow.
     */
    public static Scope detectAnomaly() { return Anomaly.detect()::close; }
}
