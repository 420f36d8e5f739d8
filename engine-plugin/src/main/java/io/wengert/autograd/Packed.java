package io.wengert.autograd;

import io.wengert.op.Call;
import io.wengert.tensor.Origin;
import io.wengert.tensor.Tensor;

/** The saved values of one recorded call, put away by a {@link Saving}. */
final class Packed {

    private final Saving saving;
    private final Value[] in;
    private final Value[] out;

    private record Value(Object packed, Origin origin, int output) {}

    private Packed(Saving saving, Call<?> call) {
        this.saving = saving;
        in = pack(call.inputs());
        out = pack(call.results());
    }

    /** Puts the values of a call away; the call is left with none. */
    static Packed of(Saving saving, Call<?> call) { return new Packed(saving, call); }

    private Value[] pack(Tensor[] tensors) {
        Value[] values = new Value[tensors.length];
        for (int i = 0; i < tensors.length; i++) {
            Tensor t = tensors[i];
            if (t != null) {
                Origin origin = t.origin();
                int output = t.output();
                tensors[i] = null;
                values[i] = new Value(saving.pack(t), origin, output);
            }
        }
        return values;
    }

    /** The inputs and the outputs that were put away, brought back for the caller to close; null for what was not saved. */
    Tensor[][] unpack() { return new Tensor[][] {unpack(in), unpack(out)}; }

    private Tensor[] unpack(Value[] values) {
        Tensor[] tensors = new Tensor[values.length];
        for (int i = 0; i < values.length; i++) {
            if (values[i] != null) {
                tensors[i] = saving.unpack(values[i].packed).from(values[i].origin, values[i].output);
            }
        }
        return tensors;
    }

    void drop() {
        drop(in);
        drop(out);
    }

    private void drop(Value[] values) {
        for (Value v : values) {
            if (v != null) {
                saving.drop(v.packed);
            }
        }
    }
}
