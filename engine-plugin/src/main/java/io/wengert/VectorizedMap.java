package io.wengert;

import ai.djl.ndarray.NDList;
import io.wengert.autograd.Batching;
import io.wengert.autograd.Tape;
import io.wengert.djl.RandomStream;
import io.wengert.djl.WgEngine;
import io.wengert.djl.WgNDArray;
import io.wengert.djl.WgNDManager;
import io.wengert.kernel.Layout;
import io.wengert.op.ShapeOps;
import io.wengert.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** A function of samples as a function of batches: what {@link Functional#vmap} gives. */
final class VectorizedMap implements Function<NDList, NDList> {

    private final Function<NDList, NDList> function;
    private final int[] inAxes;
    private final int[] outAxes;

    /** With null for axes, the first of all arrays. */
    VectorizedMap(Function<NDList, NDList> function, int[] inAxes, int[] outAxes) {
        this.function = function;
        this.inAxes = inAxes;
        this.outAxes = outAxes;
    }

    @Override
    public NDList apply(NDList inputs) {
        Tensor[] in = WgNDArray.tensors(inputs, "vmap");
        WgNDManager manager = WgNDArray.own(inputs.head(), "vmap").manager();
        Tensor[] batches = batches(in);
        boolean training = Autograd.isTraining();
        RandomStream random = ((WgEngine) manager.getEngine()).random();
        RandomStream.Draws draws = new RandomStream.Draws();
        try (Tape.Mode mode = Tape.training(training)) {
            Tensor[] out = Batching.run(Arrays.asList(batches), samples -> {
                List<Tensor> given = new ArrayList<>();
                random.note(draws, () -> given.addAll(Arrays.asList(one(inputs, in, samples))));
                return given.toArray(Tensor[]::new);
            });
            return given(manager, out != null ? out : oneByOne(inputs, in, batches, random, draws));
        } finally {
            close(batches);
        }
    }

    private static void close(Tensor... tensors) {
        for (Tensor t : tensors) {
            if (t != null) {
                t.close();
            }
        }
    }

    /** The inputs with their samples along axis 0; null for those that are not mapped. */
    private Tensor[] batches(Tensor[] in) {
        if (inAxes != null && inAxes.length != in.length) {
            throw new IllegalArgumentException("vmap: " + inAxes.length + " axes for " + in.length + " inputs");
        }
        Tensor[] r = new Tensor[in.length];
        long size = -1;
        for (int i = 0; i < in.length; i++) {
            int axis = inAxes == null ? 0 : inAxes[i];
            if (axis == Functional.NOT_MAPPED) {
                continue;
            }
            int rank = in[i].rank();
            int a = axis < 0 ? axis + rank : axis;
            if (a < 0 || a >= rank) {
                throw new IndexOutOfBoundsException("vmap: input " + i + ", " + in[i].text() + ", has no axis " + axis);
            }
            if (size >= 0 && in[i].size(a) != size) {
                throw new IllegalArgumentException("vmap: input " + i + ", " + in[i].text() + ", has " + in[i].size(a)
                        + " samples along axis " + axis + ", others have " + size);
            }
            size = in[i].size(a);
            r[i] = moved(in[i], a, 0);
        }
        if (size < 1) {
            throw new IllegalArgumentException(size < 0 ? "vmap: no input is mapped" : "vmap: there are no samples");
        }
        return r;
    }

    /** With one axis elsewhere; the caller closes it. */
    private static Tensor moved(Tensor x, int from, int to) {
        if (from == to) {
            return x.share();
        }
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < x.rank(); i++) {
            order.add(i);
        }
        order.add(to, order.remove(from));
        try (Tensor y = ShapeOps.PERMUTE.with(order.stream().mapToInt(i -> i).toArray(), x)) {
            return y.share();
        }
    }

    /** Runs the function on one sample; the caller closes the outputs. */
    private Tensor[] one(NDList inputs, Tensor[] in, List<Tensor> samples) {
        try (WgNDManager manager = Autograd.newManager(inputs.head().getDevice())) {
            NDList local = new NDList();
            for (int i = 0; i < in.length; i++) {
                local.add(manager.give((samples.get(i) == null ? in[i] : samples.get(i)).share()));
                local.get(i).setName(inputs.get(i).getName());
            }
            NDList out = function.apply(local);
            if (out == null || out.isEmpty()) {
                throw new IllegalArgumentException("vmap: the function gives no array");
            }
            Tensor[] r = WgNDArray.tensors(out, "vmap");
            Arrays.setAll(r, i -> r[i].share());
            return r;
        }
    }

    /** Each sample in its turn, with the same random numbers. */
    private Tensor[] oneByOne(NDList inputs, Tensor[] in, Tensor[] batches, RandomStream random, RandomStream.Draws draws) {
        List<Tensor[]> all = new ArrayList<>();
        int size = Math.toIntExact(Arrays.stream(batches).filter(b -> b != null).findFirst().orElseThrow().size(0));
        for (int k = 0; k < size; k++) {
            List<Tensor> samples = new ArrayList<>();
            for (Tensor b : batches) {
                samples.add(b == null ? null : sample(b, k));
            }
            random.replay(draws, () -> all.add(one(inputs, in, samples)));
            close(samples.toArray(Tensor[]::new));
        }
        Tensor[] r = new Tensor[all.get(0).length];
        for (int i = 0; i < r.length; i++) {
            Tensor[] parts = new Tensor[size];
            for (int k = 0; k < size; k++) {
                parts[k] = all.get(k)[i];
                if (!parts[k].layout().sameShape(parts[0].layout())) {
                    throw new IllegalArgumentException("vmap: output " + i + " has the shape " + Layout.text(parts[0].shape())
                            + " for the first sample, but " + Layout.text(parts[k].shape()) + " for sample " + k);
                }
            }
            try (Tensor stacked = ShapeOps.stack(0, parts)) {
                r[i] = stacked.share();
            }
            close(parts);
        }
        return r;
    }

    private static Tensor sample(Tensor batch, int k) {
        try (Tensor part = ShapeOps.SLICE.with(ShapeOps.Region.along(batch.shape(), 0, k, 1), batch);
                Tensor one = ShapeOps.reshape(part, Arrays.copyOfRange(batch.shape(), 1, batch.rank()))) {
            return one.share();
        }
    }

    private NDList given(WgNDManager manager, Tensor[] out) {
        if (outAxes != null && outAxes.length != out.length) {
            throw new IllegalArgumentException("vmap: " + outAxes.length + " axes for " + out.length + " outputs");
        }
        NDList r = new NDList();
        for (int i = 0; i < out.length; i++) {
            int axis = outAxes == null ? 0 : outAxes[i] < 0 ? outAxes[i] + out[i].rank() : outAxes[i];
            if (axis < 0 || axis >= out[i].rank()) {
                throw new IndexOutOfBoundsException("vmap: output " + i + ", " + out[i].text() + ", has no axis " + outAxes[i]);
            }
            r.add(manager.give(moved(out[i], 0, axis)));
            out[i].close();
        }
        return r;
    }
}
