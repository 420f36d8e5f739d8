package io.wengert.kernel;

import java.lang.reflect.InvocationTargetException;

/** Finds the backends of this process; the only class that names implementations. */
public final class Backends {

    private static final class Cpu {
        static final Backend INSTANCE = make("io.wengert.kernel.cpu.CpuBackend");
    }

    private Backends() {}

    /** The CPU, which is always there. */
    public static Backend cpu() { return Cpu.INSTANCE; }

    private static Backend make(String name) {
        try {
            return (Backend) Class.forName(name).getMethod("create").invoke(null);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException("cannot start " + name, e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot find " + name, e);
        }
    }
}
