package io.wengert.op;

/** Arguments that must not be null: the error names the method that the user has called. */
public final class Required {

    private static final String ENGINE = "io.wengert.";
    private static final String ADAPTER = ENGINE + "djl.";

    private Required() {}

    /**
     * The argument itself.
     *
     * @param what it is, such as {@code an array}
     * @throws IllegalArgumentException if it is null
     */
    public static <T> T of(T argument, String what) {
        if (argument == null) {
            throw new IllegalArgumentException(method() + ": takes " + what + ", not null");
        }
        return argument;
    }

    /** The outermost of the adapter's methods on top of the stack, or the innermost that is not of this class. */
    private static String method() {
        return StackWalker.getInstance().walk(frames -> frames
                .filter(f -> !f.getClassName().equals(Required.class.getName()))
                .takeWhile(f -> f.getClassName().startsWith(ENGINE) || f.getClassName().startsWith("java."))
                .filter(f -> !f.getMethodName().contains("$") && !f.getMethodName().startsWith("<"))
                .reduce((inner, outer) -> outer.getClassName().startsWith(ADAPTER) ? outer : inner)
                .map(StackWalker.StackFrame::getMethodName).orElse("an operation"));
    }
}
