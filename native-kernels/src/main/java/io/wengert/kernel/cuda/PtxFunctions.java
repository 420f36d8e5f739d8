package io.wengert.kernel.cuda;

import io.wengert.kernel.DType;
import io.wengert.kernel.Fn;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Prints the functions of formulas for one lane type: single instructions where the GPU has them with the meaning of the
 * CPU's tables, functions of {@code functions.cu} for the rest, in place or called.
 */
final class PtxFunctions {

    private final DType lane;
    private final List<String> lines;
    private final PtxRegisters registers;
    private final Set<String> called;
    /** The lane in the names of called functions, and of signed or floating instructions. */
    private final String kind;
    /** The lane as mere bits. */
    private final String bits;
    private final boolean floating;

    private PtxFunctions(DType lane, List<String> lines, PtxRegisters registers, Set<String> called) {
        this.lane = lane;
        this.lines = lines;
        this.registers = registers;
        this.called = called;
        kind = switch (lane) {
            case FLOAT32 -> "f32";
            case FLOAT64 -> "f64";
            case UINT64 -> "u64";
            default -> "s64";
        };
        floating = lane.isFloating();
        bits = floating ? kind : "b64";
    }

    /** @param called the functions of {@code functions.cu} that get called are added to it */
    static PtxFunctions of(DType lane, List<String> lines, PtxRegisters registers, Set<String> called) {
        return new PtxFunctions(lane, lines, registers, called);
    }

    private String register() {
        return lane == DType.FLOAT32 ? registers.single() : floating ? registers.dual() : registers.twofold();
    }

    private String emit(String op, String... operands) {
        String to = op.startsWith("setp") || op.endsWith(".pred") ? registers.predicate() : register();
        lines.add(op + " " + to + ", " + String.join(", ", operands));
        return to;
    }

    private String number(int value) {
        return lane == DType.FLOAT32 ? String.format(Locale.ROOT, "0f%08X", Float.floatToRawIntBits(value))
                : floating ? String.format(Locale.ROOT, "0d%016X", Double.doubleToRawLongBits(value))
                        : Integer.toString(value);
    }

    /** The result of a function, in a new register. */
    String call(Fn fn, String x, String y, String z) {
        return switch (fn) {
            case ADD -> arithmetic("add", x, y);
            case SUB -> arithmetic("sub", x, y);
            case MUL -> floating ? arithmetic("mul", x, y) : emit("mul.lo.s64", x, y);
            case DIV -> floating ? arithmetic("div", x, y) : function(fn, x, y);
            case NEG -> emit(floating ? "neg." + kind : "neg.s64", x);
            case ABS -> kind.equals("u64") ? x : emit("abs." + kind, x);
            case SQRT -> emit("sqrt.rn." + kind, x);
            case MAX, MIN -> extreme(fn.method(), x, y);
            case RELU -> kind.equals("u64") ? x : extreme("max", x, zero());
            case SIGN -> sign(x);
            case EQ, GT, GE, LT, LE -> truth(compare(fn.method(), x, y));
            case NE -> truth(compare(floating ? "neu" : "ne", x, y));
            case STEP -> truth(compare("gt", x, number(0)));
            case NOT -> truth(compare("eq", x, number(0)));
            case AND -> truth(emit("and.pred", isTrue(x), isTrue(y)));
            case OR -> truth(emit("or.pred", isTrue(x), isTrue(y)));
            case XOR -> truth(emit("xor.pred", isTrue(x), isTrue(y)));
            case WHERE -> emit("selp." + bits, y, z, isTrue(x));
            case FLOOR -> rounded("rmi", x);
            case CEIL -> rounded("rpi", x);
            case ROUND -> rounded("rni", x);
            case TRUNC -> rounded("rzi", x);
            case ISNAN -> floating ? truth(compare("nan", x, x)) : zero();
            case ISINF -> floating ? truth(compare("eq", emit("abs." + kind, x), infinity())) : zero();
            default -> fn.arity() == 1 ? function(fn, x) : function(fn, x, y);
        };
    }

    private String arithmetic(String op, String x, String y) { return emit(op + (floating ? ".rn." + kind : ".s64"), x, y); }

    private String zero() { return emit("mov." + bits, number(0)); }

    private String infinity() { return lane == DType.FLOAT32 ? "0f7F800000" : "0d7FF0000000000000"; }

    private String compare(String how, String x, String y) { return emit("setp." + how + "." + kind, x, y); }

    /** Anything but zero, NaN included. */
    private String isTrue(String x) { return compare(floating ? "neu" : "ne", x, number(0)); }

    private String truth(String predicate) { return emit("selp." + bits, number(1), number(0), predicate); }

    private String rounded(String how, String x) { return floating ? emit("cvt." + how + "." + kind + "." + kind, x) : x; }

    /** The larger or smaller, NaN if there is one. */
    private String extreme(String op, String x, String y) {
        if (lane == DType.FLOAT32) {
            return emit(op + ".NaN.f32", x, y);
        }
        String r = emit(op + "." + kind, x, y);
        if (!floating) {
            return r;
        }
        r = emit("selp.f64", x, r, compare("nan", x, x));
        return emit("selp.f64", y, r, compare("nan", y, y));
    }

    /** 1 or -1 with the sign of x; x itself if it is zero or NaN. */
    private String sign(String x) {
        String positive = emit("selp." + bits, number(1), x, compare("gt", x, number(0)));
        return kind.equals("u64") ? positive : emit("selp." + bits, number(-1), positive, compare("lt", x, number(0)));
    }

    private String function(Fn fn, String... x) {
        String name = "wg_" + fn.method() + "_" + kind;
        if (!PtxLibrary.has(name)) {
            throw new IllegalArgumentException(fn.method() + " is not defined for " + lane.text());
        }
        if (PtxLibrary.isShort(name)) {
            String to = register();
            lines.add(PtxLibrary.inline(name, to, List.of(x), lines.size()));
            return to;
        }
        called.add(name);
        String size = lane == DType.FLOAT32 ? "b32" : "b64";
        String to = register();
        lines.add("{");
        StringBuilder args = new StringBuilder();
        for (int i = 0; i < x.length; i++) {
            lines.add(".param ." + size + " x" + i);
            lines.add("st.param." + bits + " [x" + i + "], " + x[i]);
            args.append(i == 0 ? "" : ", ").append('x').append(i);
        }
        lines.add(".param ." + size + " y");
        lines.add("call.uni (y), " + name + ", (" + args + ")");
        lines.add("ld.param." + bits + " " + to + ", [y]");
        lines.add("}");
        return to;
    }
}
