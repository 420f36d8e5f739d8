package io.wengert.kernel.cpu;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;

/** How a loop template gets at its formula. */
public final class KernelFormula {

    private KernelFormula() {}

    /** The formula in the class data of a hidden copy; null in the template itself. */
    public static MethodHandle of(MethodHandles.Lookup copy) {
        try {
            return MethodHandles.classData(copy, "_", MethodHandle.class);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("no formula in " + copy.lookupClass(), e);
        }
    }

    /** What a kernel throws on is an error of its caller. */
    public static RuntimeException failed(Throwable e) {
        if (e instanceof RuntimeException r) {
            throw r;
        }
        if (e instanceof Error x) {
            throw x;
        }
        return new IllegalStateException(e);
    }
}
