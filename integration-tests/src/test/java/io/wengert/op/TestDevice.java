package io.wengert.op;

import io.wengert.kernel.Backend;
import io.wengert.kernel.Backends;

/** The device that tests of the catalogue run on: the CPU, or the GPU that {@code -Dwengert.test.device=gpu} asks for. */
public final class TestDevice {

    private TestDevice() {}

    public static boolean isGpu() { return "gpu".equals(System.getProperty("wengert.test.device")); }

    public static Backend backend() { return isGpu() ? Backends.gpu(0) : Backends.cpu(); }
}
