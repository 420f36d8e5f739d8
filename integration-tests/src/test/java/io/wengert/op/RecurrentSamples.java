package io.wengert.op;

import static io.wengert.op.Host.sum;
import static io.wengert.op.Input.in;

import io.wengert.kernel.DType;
import java.util.Arrays;

/** Samples of {@link Recurrent}. */
final class RecurrentSamples extends Samples {

    private static final int UNITS = 2;

    /** The new states of a unit, from its gates (of input and state), and its states before. */
    private interface Step {
        double[] of(double[] input, double[] state, double... before);
    }

    RecurrentSamples() {
        sample(Recurrent.UNSTACK, 0, in(2, 3)).are(x -> new Host[] {part(x[0], 0), part(x[0], 1)});
        sample(Recurrent.UNSTACK, -1, in(1, 1, 1)).are(x -> new Host[] {x[0].as(1, 1)});
        layer(Recurrent.RNN_RELU, (x, a, s) -> new double[] {Math.max(0, x[0] + a[0])});
        layer(Recurrent.RNN_TANH, (x, a, s) -> new double[] {Math.tanh(x[0] + a[0])});
        layer(Recurrent.GRU, (x, a, s) -> {
            double z = sigmoid(x[1] + a[1]);
            return new double[] {(1 - z) * Math.tanh(x[2] + sigmoid(x[0] + a[0]) * a[2]) + z * s[0]};
        });
        layer(Recurrent.LSTM, (x, a, s) -> {
            double c = sigmoid(x[1] + a[1]) * s[1] + sigmoid(x[0] + a[0]) * Math.tanh(x[2] + a[2]);
            return new double[] {sigmoid(x[3] + a[3]) * Math.tanh(c), c};
        });
    }

    private static Host part(Host x, int i) { return Host.of(k -> x.at(i, k[0]), x.size(1)); }

    private static double sigmoid(double x) { return 1 / (1 + Math.exp(-x)); }

    private void layer(Recurrence op, Step step) {
        for (int i = 0; i < 4; i++) {
            Recurrence.Time time = new Recurrence.Time(i / 2, i % 2 == 1);
            int rows = op.gates() * UNITS;
            Input[] in = new Input[2 + op.states() + (op.takesBias() ? 1 : 0)];
            Arrays.fill(in, in(time.axis() == 0 ? 2 : 3, UNITS));
            in[0] = in(3, 2, rows);
            in[1] = in(rows, UNITS);
            if (op.takesBias()) {
                in[in.length - 1] = in(rows);
            }
            sample(op, time, in).in(DType.FLOAT64, DType.FLOAT32).terms(100).are(x -> run(op, time, step, x));
        }
    }

    private static Host[] run(Recurrence op, Recurrence.Time time, Step step, Host... x) {
        int states = op.states();
        Host[] r = new Host[states + 1];
        for (int i = 0; i < states; i++) {
            r[i] = Host.of(k -> 0, x[0].size(0), x[0].size(1), UNITS);
        }
        r[states] = x[0].like(k -> 0);
        int steps = x[0].size(time.axis());
        Host[] before = Arrays.copyOfRange(x, 2, 2 + states);
        for (int s = 0; s < steps; s++) {
            int t = time.backwards() ? steps - 1 - s : s;
            Host[] last = before;
            Host share = x[0].like(k -> sum(UNITS, u -> x[1].at(k[2], u) * last[0].at(k[1 - time.axis()], u))
                    + (op.takesBias() ? x[x.length - 1].at(k[2]) : 0));
            before = new Host[states];
            for (int i = 0; i < states; i++) {
                int kind = i;
                before[i] = last[i].like(k -> step.of(gates(op, time, t, x[0], k), gates(op, time, t, share, k),
                        Arrays.stream(last).mapToDouble(h -> h.at(k)).toArray())[kind]);
                Host now = before[i];
                Host all = r[i];
                r[i] = all.like(k -> k[time.axis()] == t ? now.at(k[1 - time.axis()], k[2]) : all.at(k));
            }
            Host all = r[states];
            r[states] = all.like(k -> k[time.axis()] != t ? all.at(k) : share.at(k) + (op.takesBias() ? 0 : x[0].at(k)));
        }
        return r;
    }

    /** The gates of one unit, of one of the batch, at one time. */
    private static double[] gates(Recurrence op, Recurrence.Time time, int t, Host all, int... k) {
        double[] r = new double[op.gates()];
        Arrays.setAll(r, g -> all.at(time.axis() == 0 ? t : k[0], time.axis() == 0 ? k[0] : t, g * UNITS + k[1]));
        return r;
    }
}
