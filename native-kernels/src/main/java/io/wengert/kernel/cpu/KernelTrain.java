package io.wengert.kernel.cpu;

import io.wengert.kernel.Expr;
import io.wengert.kernel.Program;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * A program too long for one kernel (higher derivatives grow fast) as several kernels in a row, which hand values on in
 * blocks. Only the last one writes outputs, since these may lie where inputs do.
 */
final class KernelTrain implements MapKernel {

    private static final int BLOCK = 256;

    /** Few enough that a stage fits a kernel even if no two of its operands are the same. */
    private static final int STEPS = 24;

    /** A kernel, and the numbers of the values that it reads and that it hands on. */
    private record Stage(MapKernel kernel, int[] in, int[] out) {}

    private final Lane lane;
    private final int args;
    private final List<Stage> stages = new ArrayList<>();
    /** Where in the scratch memory a handed on value lies, by value number. */
    private final int[] slots;
    private int slotCount;

    private KernelTrain(Program p, Lane lane, Function<Program, MapKernel> maker) {
        this.lane = lane;
        this.args = p.args();
        int first = p.args() + p.params() + p.constants();
        int values = first + p.steps().size();
        slots = new int[values];
        int[] lastUse = lastUses(p, first);
        for (int from = 0; from < p.steps().size(); from += STEPS) {
            int to = Math.min(from + STEPS, p.steps().size());
            boolean last = to == p.steps().size();
            Formulas f = new Formulas(p, first);
            for (int i = from; i < to; i++) {
                f.add(i);
            }
            List<Integer> handed = new ArrayList<>();
            for (int v = first + from; v < first + to && !last; v++) {
                if (lastUse[v] >= to) {
                    slots[v] = slotCount++;
                    handed.add(v);
                }
            }
            int[] out = handed.stream().mapToInt(v -> v).toArray();
            Expr[] outputs = new Expr[last ? p.outs() : out.length];
            Arrays.setAll(outputs, k -> f.value(last ? p.out(k) : out[k]));
            stages.add(new Stage(maker.apply(Program.of(outputs)), f.in.stream().mapToInt(v -> v).toArray(), last ? null : out));
        }
    }

    /** One kernel if the program fits into one, else several. */
    static MapKernel of(Program p, Lane lane, Function<Program, MapKernel> maker) {
        int values = p.args() + p.params() + p.constants() + p.steps().size();
        return values <= KernelComposer.MAX_VALUES ? maker.apply(p) : new KernelTrain(p, lane, maker);
    }

    /** The last step that reads each value; an output is read at the end. */
    private static int[] lastUses(Program p, int first) {
        int[] last = new int[first + p.steps().size()];
        for (int i = 0; i < p.steps().size(); i++) {
            Program.Step s = p.steps().get(i);
            for (int v : new int[] {s.x(), s.y(), s.z()}) {
                if (v >= 0) {
                    last[v] = i;
                }
            }
        }
        for (int k = 0; k < p.outs(); k++) {
            last[p.out(k)] = p.steps().size();
        }
        return last;
    }

    /** The values of one stage as formulas of those that it reads. */
    private static final class Formulas {
        private final Program p;
        private final int first;
        private final Expr[] made;
        /** The numbers of the values that are read, in the order of the arguments. */
        private final List<Integer> in = new ArrayList<>();

        Formulas(Program p, int first) {
            this.p = p;
            this.first = first;
            made = new Expr[first + p.steps().size()];
        }

        void add(int step) {
            Program.Step s = p.steps().get(step);
            made[first + step] = new Expr.Call(s.fn(), value(s.x()), s.y() < 0 ? null : value(s.y()),
                    s.z() < 0 ? null : value(s.z()));
        }

        Expr value(int v) {
            if (made[v] == null) {
                int k = v - p.args();
                if (k >= 0 && v < first) {
                    made[v] = k < p.params() ? Expr.param(k) : Expr.c(p.constant(k - p.params()));
                } else {
                    made[v] = Expr.arg(in.size());
                    in.add(v);
                }
            }
            return made[v];
        }
    }

    @Override
    public void run(Object[] in, int[] inAt, Object params, Object[] out, int[] outAt, int n) {
        Object[] scratch = new Object[slotCount];
        Arrays.setAll(scratch, i -> lane.make(Math.min(n, BLOCK) + CpuMemory.SLACK));
        for (int done = 0; done < n; done += BLOCK) {
            int m = Math.min(BLOCK, n - done);
            for (Stage s : stages) {
                Object[] x = lane.arrays(s.in.length);
                int[] xAt = new int[s.in.length];
                for (int i = 0; i < x.length; i++) {
                    int v = s.in[i];
                    x[i] = v < args ? in[v] : scratch[slots[v]];
                    xAt[i] = v < args ? inAt[v] + done : 0;
                }
                int outs = s.out == null ? out.length : s.out.length;
                Object[] y = lane.arrays(outs);
                int[] yAt = new int[outs];
                for (int i = 0; i < outs; i++) {
                    y[i] = s.out == null ? out[i] : scratch[slots[s.out[i]]];
                    yAt[i] = s.out == null ? outAt[i] + done : 0;
                }
                s.kernel.run(x, xAt, params, y, yAt, m);
            }
        }
    }
}
