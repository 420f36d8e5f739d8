package io.wengert.kernel.cuda;

import io.wengert.kernel.DType;
import java.util.List;
import java.util.Locale;

/**
 * Prints how stored elements become lanes and lanes stored elements, by the rules of the CPU: floating to integer goes
 * towards zero and saturates, NaN becomes 0, then the low bits are kept; anything but zero becomes true.
 */
final class PtxElements {

    private final List<String> lines;
    private final PtxRegisters registers;
    private final DType lane;

    /** @param lane null to move elements as they are */
    PtxElements(List<String> lines, PtxRegisters registers, DType lane) {
        this.lines = lines;
        this.registers = registers;
        this.lane = lane;
    }

    private String line(String format, Object... args) {
        lines.add(String.format(Locale.ROOT, format, args));
        return (String) args[0];
    }

    private boolean isSingle() { return lane == DType.FLOAT32; }

    private boolean isFloating() { return lane.isFloating(); }

    /** The type of lane registers and parameters in instructions. */
    String suffix() { return lane == null ? "b64" : isSingle() ? "f32" : lane == DType.FLOAT64 ? "f64" : "u64"; }

    /** A new register for a lane. */
    String register() { return isSingle() ? registers.single() : isFloating() ? registers.dual() : registers.twofold(); }

    void constant(String to, double value) {
        if (isSingle()) {
            line("mov.f32 %s, 0f%08X", to, Float.floatToRawIntBits((float) value));
        } else if (isFloating()) {
            line("mov.f64 %s, 0d%016X", to, Double.doubleToRawLongBits(value));
        } else {
            line("mov.u64 %s, %d", to, (long) value);
        }
    }

    /** How memory is read: the type in the instruction, which for integers also says how they are widened. */
    private String access(DType type) {
        if (lane == null) {
            return type.bytes() == 1 ? "u8" : "b" + 8 * type.bytes();
        }
        return switch (type) {
            case BOOL, INT8 -> "s8";
            case UINT8 -> "u8";
            case INT16 -> "s16";
            case UINT16 -> "u16";
            case FLOAT16, BFLOAT16 -> "b16";
            case INT32 -> "s32";
            case UINT32 -> "u32";
            case INT64, UINT64 -> "u64";
            case FLOAT32 -> "f32";
            case FLOAT64 -> "f64";
            default -> throw new IllegalArgumentException("no arithmetic on " + type.text());
        };
    }

    /** A register for what is read of or written to memory. */
    private String stored(DType type) {
        if (lane == null) {
            return type.bytes() == 2 ? registers.half() : type.bytes() == 8 ? registers.twofold() : registers.word();
        }
        return switch (type) {
            case FLOAT32 -> registers.single();
            case FLOAT64 -> registers.dual();
            case FLOAT16, BFLOAT16 -> registers.half();
            case INT64, UINT64 -> registers.twofold();
            default -> registers.word();
        };
    }

    /** Reads consecutive elements as lanes. */
    String[] load(DType type, String address, int n) {
        String[] raw = new String[n];
        for (int i = 0; i < n; i++) {
            raw[i] = stored(type);
        }
        access("ld.global", type, address, raw);
        for (int i = 0; lane != null && i < n; i++) {
            raw[i] = isFloating() ? toFloating(type, raw[i]) : toInteger(type, raw[i]);
        }
        return raw;
    }

    /** Writes lanes as consecutive elements. */
    void store(DType type, String address, String... values) {
        String[] raw = new String[values.length];
        for (int i = 0; i < raw.length; i++) {
            raw[i] = lane == null ? values[i] : isFloating() ? fromFloating(type, values[i]) : fromInteger(type, values[i]);
        }
        access("st.global", type, address, raw);
    }

    /** Loads or stores, at most 16 bytes with one instruction. */
    private void access(String op, DType type, String address, String... raw) {
        int most = Math.min(raw.length, 16 / type.bytes());
        for (int i = 0; i < raw.length; i += most) {
            String at = "[" + address + "+" + i * type.bytes() + "]";
            String group = most == 1 ? raw[i] : "{" + String.join(", ", List.of(raw).subList(i, i + most)) + "}";
            String vector = most == 1 ? "" : ".v" + most;
            boolean load = op.startsWith("ld");
            lines.add(op + vector + "." + access(type) + " " + (load ? group + ", " + at : at + ", " + group));
        }
    }

    private String toFloating(DType type, String x) {
        String f = suffix();
        return switch (type) {
            case FLOAT32 -> isSingle() ? x : line("cvt.f64.f32 %s, %s", registers.dual(), x);
            case FLOAT64 -> isSingle() ? line("cvt.rn.f32.f64 %s, %s", registers.single(), x) : x;
            case FLOAT16, BFLOAT16 -> isSingle() ? half(type, x) : line("cvt.f64.f32 %s, %s", registers.dual(), half(type, x));
            case UINT64 -> {
                // Through double, as on the CPU.
                String d = line("cvt.rn.f64.u64 %s, %s", registers.dual(), x);
                yield isSingle() ? line("cvt.rn.f32.f64 %s, %s", registers.single(), d) : d;
            }
            case INT64 -> line("cvt.rn." + f + ".s64 %s, %s", register(), x);
            case UINT32 -> line("cvt.rn." + f + ".u32 %s, %s", register(), x);
            default -> line("cvt.rn." + f + ".s32 %s, %s", register(), x);
        };
    }

    /** The value of a 16-bit float. */
    private String half(DType type, String x) {
        String f = registers.single();
        if (type == DType.FLOAT16) {
            return line("cvt.f32.f16 %s, %s", f, x);
        }
        String r = line("cvt.u32.u16 %s, %s", registers.word(), x);
        line("shl.b32 %s, %s, 16", r, r);
        return line("mov.b32 %s, %s", f, r);
    }

    private String toInteger(DType type, String x) {
        return switch (type) {
            case FLOAT32 -> truncated("s64", "f32", x);
            case FLOAT64 -> truncated("s64", "f64", x);
            case FLOAT16, BFLOAT16 -> truncated("s64", "f32", half(type, x));
            case INT64, UINT64 -> x;
            case UINT32 -> line("cvt.u64.u32 %s, %s", registers.twofold(), x);
            default -> line("cvt.s64.s32 %s, %s", registers.twofold(), x);
        };
    }

    /** The integer towards zero, saturated; 0 for NaN, where the instruction alone gives this or that. */
    private String truncated(String to, String from, String x) {
        boolean word = to.endsWith("32");
        String r = line("cvt.rzi." + to + "." + from + " %s, %s", word ? registers.word() : registers.twofold(), x);
        String nan = line("setp.nan." + from + " %s, %s, %s", registers.predicate(), x, x);
        return line("selp." + (word ? "b32" : "b64") + " %s, 0, %s, %s", r, r, nan);
    }

    private String fromFloating(DType type, String x) {
        String f = suffix();
        return switch (type) {
            case FLOAT32 -> single(x);
            case FLOAT64 -> isSingle() ? line("cvt.f64.f32 %s, %s", registers.dual(), x) : x;
            case FLOAT16 -> line("cvt.rn.f16.f32 %s, %s", registers.half(), single(x));
            case BFLOAT16 -> line("cvt.rn.bf16.f32 %s, %s", registers.half(), single(x));
            case BOOL -> truth("setp.neu." + f, isSingle() ? "0f00000000" : "0d0000000000000000", x);
            case UINT32 -> line("cvt.u32.u64 %s, %s", registers.word(), truncated("s64", f, x));
            case INT64 -> truncated("s64", f, x);
            case UINT64 -> unsigned(isSingle() ? line("cvt.f64.f32 %s, %s", registers.dual(), x) : x);
            default -> truncated("s32", f, x);
        };
    }

    private String single(String x) {
        return isSingle() ? x : line("cvt.rn.f32.f64 %s, %s", registers.single(), x);
    }

    /** The 64 bits of a double: from 2^63 on without sign, below as a signed number, so that negative ones wrap around. */
    private String unsigned(String x) {
        String signed = truncated("s64", "f64", x);
        String large = line("cvt.rzi.u64.f64 %s, %s", registers.twofold(), x);
        String isLarge = line("setp.ge.f64 %s, %s, 0d43E0000000000000", registers.predicate(), x);
        return line("selp.b64 %s, %s, %s, %s", signed, large, signed, isLarge);
    }

    private String truth(String test, String zero, String x) {
        String p = line(test + " %s, %s, " + zero, registers.predicate(), x);
        return line("selp.b32 %s, 1, 0, %s", registers.word(), p);
    }

    private String fromInteger(DType type, String x) {
        boolean unsigned = lane == DType.UINT64;
        return switch (type) {
            case FLOAT32, FLOAT16, BFLOAT16 -> {
                String f = unsigned
                        ? line("cvt.rn.f32.f64 %s, %s", registers.single(), line("cvt.rn.f64.u64 %s, %s", registers.dual(), x))
                        : line("cvt.rn.f32.s64 %s, %s", registers.single(), x);
                yield type == DType.FLOAT32 ? f : type == DType.FLOAT16
                        ? line("cvt.rn.f16.f32 %s, %s", registers.half(), f) : line("cvt.rn.bf16.f32 %s, %s", registers.half(), f);
            }
            case FLOAT64 -> line("cvt.rn.f64." + (unsigned ? "u64" : "s64") + " %s, %s", registers.dual(), x);
            case BOOL -> truth("setp.ne.s64", "0", x);
            case INT64, UINT64 -> x;
            default -> line("cvt.u32.u64 %s, %s", registers.word(), x);
        };
    }
}
