package io.wengert.djl;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.training.GradientCollector;
import io.wengert.autograd.Gradients;
import io.wengert.autograd.Gradient;
import io.wengert.autograd.Session;
import io.wengert.autograd.Tape;
import io.wengert.tensor.Tensor;

/**
 * Records while it is open, and plays back.
 *
 * <p>Beyond DJL's interface it takes head gradients, several heads, and can keep the graph or record the playing back, for
 * higher derivatives: MXNet's {@code autograd.backward}.
 */
public final class WgGradientCollector implements GradientCollector {

    private final Session session = Tape.start();

    WgGradientCollector() {}

    @Override
    public void backward(NDArray target) { backward(target, null); }

    /**
     * Plays back with a given gradient of the head.
     *
     * @param headGradient an array of the head's shape, or null for ones
     */
    public void backward(NDArray head, NDArray headGradient) {
        backward(new NDList(head), headGradient == null ? null : new NDList(headGradient), false, false);
    }

    /**
     * Plays back from several heads at once.
     *
     * @param headGradients one a head, of its shape; null for ones
     * @param retainGraph whether the same calls may be played back once more
     * @param createGraph whether playing back is itself recorded, so that gradients can be differentiated; retains the graph
     * @throws EngineException if a head was not recorded, or has been played back without being retained
     * @throws IllegalArgumentException if heads and head gradients do not match
     */
    public void backward(NDList heads, NDList headGradients, boolean retainGraph, boolean createGraph) {
        Tensor[] h = WgNDArray.tensors(heads, "backward");
        Tensor[] g = headGradients == null ? null : WgNDArray.tensors(headGradients, "backward");
        if (g != null && g.length != h.length) {
            throw new IllegalArgumentException("backward: " + h.length + " heads but " + g.length + " head gradients");
        }
        try {
            Gradients.backward(session, h, g, retainGraph, createGraph);
        } catch (IllegalStateException e) {
            throw new EngineException(e.getMessage(), e);
        }
    }

    /**
     * The gradients of the heads with respect to given arrays, leaving all {@code getGradient()} as they are: MXNet's
     * {@code autograd.grad}.
     *
     * @return one array a variable, with zeros where the heads do not depend on it
     */
    public NDList grad(NDList heads, NDList variables, NDList headGradients, boolean retainGraph, boolean createGraph) {
        Tensor[] h = WgNDArray.tensors(heads, "grad");
        Tensor[] v = WgNDArray.tensors(variables, "grad");
        Tensor[] seeds = headGradients == null ? null : WgNDArray.tensors(headGradients, "grad");
        Tensor[] g;
        try {
            g = Gradients.grad(session, h, v, seeds, retainGraph, createGraph);
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

    @Override
    public void zeroGradients() { Gradient.zeroAll(); }

    @Override
    public void close() { Tape.stop(session); }
}
