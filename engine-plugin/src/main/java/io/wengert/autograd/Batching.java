package io.wengert.autograd;

import io.wengert.kernel.Layout;
import io.wengert.op.Conversions;
import io.wengert.op.Op;
import io.wengert.op.Recorder;
import io.wengert.op.ShapeOps;
import io.wengert.tensor.Cell;
import io.wengert.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * A function of one sample made into one of a batch: it is run once on the first sample, and what it did is done again on all
 * samples at once, by the {@link BatchRules} of its operations.
 */
public final class Batching {

    private final List<Tensor> batches;
    private final long size;

    private Batching(List<Tensor> batches, long size) {
        this.batches = batches;
        this.size = size;
    }

    /**
     * Runs a function on batches.
     *
     * @param batches along their axis 0 the samples, all of the same number, at least one; null for what is not mapped
     * @param samples gives the outputs for the first sample, which it is handed in the places of the batches (null elsewhere);
     *     they are closed
     * @return the outputs with the samples along axis 0, which the caller closes; null if the function cannot be run so
     */
    public static Tensor[] run(List<Tensor> batches, Function<List<Tensor>, Tensor[]> samples) {
        long size = 0;
        List<Tensor> first = new ArrayList<>();
        for (Tensor b : batches) {
            size = b == null ? size : b.size(0);
            first.add(b == null ? null : sample(b));
        }
        CallTrace trace = CallTrace.start(first);
        try (trace) {
            CallTrace.Argument[] out;
            try {
                Tensor[] one = samples.apply(first);
                out = Arrays.stream(one).map(trace::argument).toArray(CallTrace.Argument[]::new);
                close(Arrays.asList(one));
            } finally {
                trace.stop();
                close(first);
            }
            return trace.refusal() != null ? null : new Batching(batches, size).play(trace.steps(), out);
        }
    }

    /** The first sample, as a variable if the batch is tracked: so that it is seen which calls are recorded. */
    private static Tensor sample(Tensor batch) {
        Layout one = batch.layout().select(0, 0);
        try (Tensor view = batch.view(one)) {
            // A copy: the samples must not share their memory with anything that the function may know from elsewhere.
            Tensor copy = Conversions.copied(view);
            Cell cell = new Cell(copy.share().from(null, 0));
            copy.close();
            boolean variable = batch.isTracked() && Tape.recording();
            if (variable) {
                Leaf.attach(cell);
            }
            return cell.get();
        }
    }

    private static void close(List<Tensor> tensors) {
        for (Tensor t : tensors) {
            if (t != null) {
                t.close();
            }
        }
    }

    private Tensor[] play(List<CallTrace.Step> steps, CallTrace.Argument[] out) {
        int[] last = lastUses(steps, out);
        Tensor[][] values = new Tensor[steps.size()][];
        List<List<Integer>> dying = new ArrayList<>();
        for (int i = 0; i <= steps.size(); i++) {
            dying.add(new ArrayList<>());
        }
        for (int i = 0; i < steps.size(); i++) {
            if (last[i] >= 0 && last[i] < steps.size()) {
                dying.get(last[i]).add(i);
            }
        }
        try {
            for (int i = 0; i < values.length; i++) {
                if (last[i] >= 0) {
                    values[i] = again(steps.get(i), values);
                }
                dying.get(i).forEach(k -> closeRow(values, k));
            }
            Tensor[] r = new Tensor[out.length];
            for (int i = 0; i < r.length; i++) {
                r[i] = whole(out[i], values);
            }
            return r;
        } finally {
            for (int i = 0; i < values.length; i++) {
                closeRow(values, i);
            }
        }
    }

    private static void closeRow(Tensor[][] values, int i) {
        if (values[i] != null) {
            close(Arrays.asList(values[i]));
            values[i] = null;
        }
    }

    /** By step the last one that needs it, the number of steps for what goes out; -1 for what nobody needs. */
    private static int[] lastUses(List<CallTrace.Step> steps, CallTrace.Argument[] out) {
        int[] last = new int[steps.size()];
        Arrays.fill(last, -1);
        for (CallTrace.Argument a : out) {
            if (!a.isConstant() && a.place().step() >= 0) {
                last[a.place().step()] = steps.size();
            }
        }
        for (int i = steps.size() - 1; i >= 0; i--) {
            for (CallTrace.Argument a : last[i] < 0 ? new CallTrace.Argument[0] : steps.get(i).in()) {
                if (!a.isConstant() && a.place().step() >= 0) {
                    last[a.place().step()] = Math.max(last[a.place().step()], i);
                }
            }
        }
        return last;
    }

    private Tensor[] again(CallTrace.Step step, Tensor[][] values) {
        Tensor[] in = new Tensor[step.in().length];
        List<Tensor> made = new ArrayList<>();
        for (int i = 0; i < in.length; i++) {
            CallTrace.Argument a = step.in()[i];
            in[i] = a.isConstant() ? a.constant() : value(a.place(), values, made);
        }
        try {
            BatchRules rules = new BatchRules(step, in, size);
            return step.recorded() ? rules.apply() : Recorder.Installed.get().unrecorded(rules::apply);
        } finally {
            close(made);
        }
    }

    private Tensor value(CallTrace.Place place, Tensor[][] values, List<Tensor> made) {
        Tensor t = place.step() < 0 ? batches.get(place.output()) : values[place.step()][place.output()];
        if (!place.stopped() || t.origin() == null) {
            return t;
        }
        Tensor cut = t.share().from(null, 0);
        made.add(cut);
        return cut;
    }

    /** An output; what is the same for all samples is repeated. */
    private Tensor whole(CallTrace.Argument a, Tensor[][] values) {
        List<Tensor> made = new ArrayList<>();
        Tensor t;
        if (a.isConstant()) {
            t = ShapeOps.BROADCAST.with(joined(size, a.shape()), a.constant());
            made.add(t);
        } else {
            t = value(a.place(), values, made);
        }
        Tensor r = t.share();
        close(made);
        return r;
    }

    static long[] joined(long first, long... rest) {
        long[] r = new long[rest.length + 1];
        r[0] = first;
        System.arraycopy(rest, 0, r, 1, rest.length);
        return r;
    }

    /** Whether an operation can be done on all samples at once, and not one by one. */
    public static boolean isBatched(Op<?> op) { return BatchRules.has(op); }
}
