package io.wengert.kernel.cuda;

/** The virtual registers of a kernel under way, by their kinds; a GPU's own are given out by its driver. */
final class PtxRegisters {

    private int predicates;
    private int halves;
    private int words;
    private int twofolds;
    private int singles;
    private int doubles;

    String predicate() { return "%p" + predicates++; }

    /** 16 bits. */
    String half() { return "%h" + halves++; }

    /** 32 bits of integer. */
    String word() { return "%r" + words++; }

    /** 64 bits of integer. */
    String twofold() { return "%d" + twofolds++; }

    /** A float. */
    String single() { return "%f" + singles++; }

    /** A double. */
    String dual() { return "%g" + doubles++; }

    String declarations() {
        return declaration("pred", "p", predicates) + declaration("b16", "h", halves) + declaration("b32", "r", words)
                + declaration("b64", "d", twofolds) + declaration("f32", "f", singles) + declaration("f64", "g", doubles);
    }

    private static String declaration(String type, String name, int n) {
        return n == 0 ? "" : "\t.reg ." + type + " %" + name + "<" + n + ">;\n";
    }
}
