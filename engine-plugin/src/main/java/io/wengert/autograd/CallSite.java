package io.wengert.autograd;

import java.util.List;
import java.util.stream.Stream;

/** The line of a program that called into the engine. */
public final class CallSite {

    private static final StackWalker WALKER = StackWalker.getInstance();
    private static final List<String> ENGINE = List.of("autograd", "djl", "kernel", "op", "replay", "tensor");
    private static final int DEEPEST = 200;

    private CallSite() {}

    /**
     * The innermost line outside this engine, and if that belongs to DJL, the innermost outside DJL too:
     * {@code Linear.forwardInternal(Linear.java:98), called by Train.main(Train.java:17)}.
     */
    public static String here() {
        return WALKER.walk(frames -> {
            List<StackWalker.StackFrame> outside = frames.limit(DEEPEST).filter(f -> !isEngine(f.getClassName()) && !isJava(f)).toList();
            Stream<String> last = outside.stream().limit(1).map(CallSite::text);
            if (!outside.isEmpty() && isDjl(outside.get(0))) {
                last = Stream.concat(last, outside.stream().filter(f -> !isDjl(f)).limit(1).map(CallSite::text));
            }
            return String.join(", called by ", last.toList());
        });
    }

    private static boolean isEngine(String name) {
        if (!name.startsWith("io.wengert.")) {
            return false;
        }
        String rest = name.substring("io.wengert.".length());
        int dot = rest.indexOf('.');
        return dot < 0 || ENGINE.contains(rest.substring(0, dot));
    }

    private static boolean isJava(StackWalker.StackFrame f) {
        return f.getClassName().startsWith("java.") || f.getClassName().startsWith("jdk.");
    }

    private static boolean isDjl(StackWalker.StackFrame f) { return f.getClassName().startsWith("ai.djl."); }

    private static String text(StackWalker.StackFrame f) {
        String name = f.getClassName();
        return name.substring(name.lastIndexOf('.') + 1) + "." + f.getMethodName() + "(" + f.getFileName() + ":" + f.getLineNumber() + ")";
    }
}
