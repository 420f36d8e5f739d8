package io.wengert.kernel.cuda;

import io.wengert.kernel.DType;
import io.wengert.kernel.Program;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Prints the kernel of a program as PTX text: a straight line from index to addresses, loads, the formula and stores.
 *
 * <p>Its parameters are the operands' addresses, the count of threads, the program's parameters and, for strided operands, a
 * structure of 64-bit numbers: size, multiplier and shift of each axis but the first, then the strides in bytes.
 */
final class PtxWriter {

    static final String ENTRY = "wengert_map";

    private final MapShape shape;
    private final Program program;
    private final PtxRegisters registers = new PtxRegisters();
    private final TreeSet<String> called = new TreeSet<>();
    private final List<String> lines = new ArrayList<>();
    private final PtxElements elements;

    private PtxWriter(Program program, MapShape shape) {
        this.program = program;
        this.shape = shape;
        elements = new PtxElements(lines, registers, shape.lane());
    }

    /** The text of the kernel {@link #ENTRY}. */
    static String print(Program program, MapShape shape) { return new PtxWriter(program, shape).print(); }

    private String print() {
        String index = index();
        String[] addresses = addresses(index);
        String[][] inputs = new String[shape.operands().size() - shape.outs()][];
        for (int i = 0; i < inputs.length; i++) {
            MapShape.Operand o = shape.operands().get(shape.outs() + i);
            inputs[i] = elements.load(o.type(), addresses[shape.outs() + i], o.walk().isSingle() ? 1 : shape.width());
        }
        String[] leaves = leaves();
        String[][] results = new String[shape.outs()][shape.width()];
        for (int e = 0; e < shape.width(); e++) {
            String[] x = new String[inputs.length];
            for (int i = 0; i < x.length; i++) {
                x[i] = inputs[i].length == 1 ? inputs[i][0] : inputs[i][e];
            }
            String[] y = shape.lane() == null ? x : formula(x, leaves);
            for (int o = 0; o < shape.outs(); o++) {
                results[o][e] = y[o];
            }
        }
        for (int o = 0; o < shape.outs(); o++) {
            elements.store(shape.operands().get(o).type(), addresses[o], results[o]);
        }
        return assemble();
    }

    private String assemble() {
        StringBuilder b = new StringBuilder(4096);
        b.append(".version 7.0\n.target sm_80\n.address_size 64\n\n").append(PtxLibrary.text(called));
        b.append(".visible .entry ").append(ENTRY).append('(');
        for (int i = 0; i < shape.operands().size(); i++) {
            b.append(".param .u64 a").append(i).append(", ");
        }
        b.append(".param .u64 n");
        for (int i = 0; i < program.params(); i++) {
            b.append(", .param .").append(elements.suffix()).append(" p").append(i);
        }
        if (shape.rank() > 0) {
            b.append(", .param .align 8 .b8 axes[").append(shape.structure()).append(']');
        }
        b.append(")\n{\n").append(registers.declarations());
        for (String line : lines) {
            boolean statement = !line.equals("{") && !line.equals("}") && !line.startsWith("//");
            b.append(line.startsWith("//") ? "" : "\t").append(line).append(statement ? ";\n" : "\n");
        }
        return b.append("\tret;\n}\n").toString();
    }

    private void line(String format, Object... args) { lines.add(String.format(format, args)); }

    /** The thread's number, in 32 bits or 64; threads beyond the last end here. */
    private String index() {
        String block = registers.word();
        String threads = registers.word();
        String thread = registers.word();
        line("mov.u32 %s, %%ctaid.x", block);
        line("mov.u32 %s, %%ntid.x", threads);
        line("mov.u32 %s, %%tid.x", thread);
        String index = shape.wide() ? registers.twofold() : registers.word();
        String n = shape.wide() ? registers.twofold() : registers.word();
        String type = shape.wide() ? "u64" : "u32";
        if (shape.wide()) {
            String wide = registers.twofold();
            line("cvt.u64.u32 %s, %s", wide, thread);
            line("mul.wide.u32 %s, %s, %s", index, block, threads);
            line("add.s64 %s, %s, %s", index, index, wide);
        } else {
            line("mad.lo.u32 %s, %s, %s, %s", index, block, threads, thread);
        }
        line("ld.param.%s %s, [n]", type, n);
        String beyond = registers.predicate();
        line("setp.ge.%s %s, %s, %s", type, beyond, index, n);
        line("@%s ret", beyond);
        return index;
    }

    /** The address of the thread's first element in each operand. */
    private String[] addresses(String index) {
        int n = shape.operands().size();
        String[] at = new String[n];
        for (int i = 0; i < n; i++) {
            MapShape.Operand o = shape.operands().get(i);
            at[i] = registers.twofold();
            line("ld.param.u64 %s, [a%d]", at[i], i);
            if (o.walk() == MapShape.Walk.LINEAR) {
                int step = shape.width() * o.type().bytes();
                if (shape.wide()) {
                    line("mad.lo.s64 %s, %s, %d, %s", at[i], index, step, at[i]);
                } else {
                    line("mad.wide.u32 %s, %s, %d, %s", at[i], index, step, at[i]);
                }
            }
        }
        String rest = index;
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            String place = rest;
            if (axis > 0) {
                String quotient = shape.wide() ? divideWide(rest, axis) : divide(rest, axis);
                place = remainder(rest, quotient, axis);
                rest = quotient;
            }
            step(at, place, axis);
        }
        return at;
    }

    /**
     * The quotient of an index below 2^31 by an axis's size, by multiplication (Granlund and Montgomery, Division by
     * Invariant Integers using Multiplication, 1994).
     */
    private String divide(String index, int axis) {
        String q = registers.word();
        String multiplier = registers.word();
        String shift = registers.word();
        line("ld.param.u32 %s, [axes+%d]", multiplier, MapShape.axisAt(axis) + 8);
        line("ld.param.u32 %s, [axes+%d]", shift, MapShape.axisAt(axis) + 16);
        line("mul.hi.u32 %s, %s, %s", q, index, multiplier);
        line("add.u32 %s, %s, %s", q, q, index);
        line("shr.u32 %s, %s, %s", q, q, shift);
        return q;
    }

    private String divideWide(String index, int axis) {
        String q = registers.twofold();
        String size = registers.twofold();
        line("ld.param.u64 %s, [axes+%d]", size, MapShape.axisAt(axis));
        line("div.u64 %s, %s, %s", q, index, size);
        return q;
    }

    private String remainder(String index, String quotient, int axis) {
        String size = shape.wide() ? registers.twofold() : registers.word();
        String r = shape.wide() ? registers.twofold() : registers.word();
        String type = shape.wide() ? "u64" : "u32";
        line("ld.param.%s %s, [axes+%d]", type, size, MapShape.axisAt(axis));
        line("mul.lo.%s %s, %s, %s", type, r, quotient, size);
        line("sub.%s %s, %s, %s", type, r, index, r);
        return r;
    }

    /** Moves the addresses of strided operands along an axis. */
    private void step(String[] at, String place, int axis) {
        String wide = place;
        if (!shape.wide()) {
            wide = registers.twofold();
            line("cvt.u64.u32 %s, %s", wide, place);
        }
        for (int i = 0, k = 0; i < at.length; i++) {
            if (shape.operands().get(i).walk().isStrided()) {
                String stride = registers.twofold();
                line("ld.param.u64 %s, [axes+%d]", stride, shape.stridesAt(k++) + 8 * axis);
                line("mad.lo.s64 %s, %s, %s, %s", at[i], wide, stride, at[i]);
            }
        }
    }

    /** Parameters and constants, in registers. */
    private String[] leaves() {
        String[] r = new String[program.params() + program.constants()];
        for (int i = 0; i < r.length && shape.lane() != null; i++) {
            r[i] = elements.register();
            if (i < program.params()) {
                line("ld.param.%s %s, [p%d]", elements.suffix(), r[i], i);
            } else {
                elements.constant(r[i], program.constant(i - program.params()));
            }
        }
        return r;
    }

    private String[] formula(String[] x, String[] leaves) {
        List<String> values = new ArrayList<>(List.of(x).subList(0, program.args()));
        values.addAll(List.of(leaves));
        PtxFunctions functions = PtxFunctions.of(shape.lane(), lines, registers, called);
        for (Program.Step s : program.steps()) {
            values.add(functions.call(s.fn(), values.get(s.x()), s.y() < 0 ? null : values.get(s.y()),
                    s.z() < 0 ? null : values.get(s.z())));
        }
        String[] y = new String[program.outs()];
        for (int i = 0; i < y.length; i++) {
            y[i] = values.get(program.out(i));
        }
        return y;
    }
}
