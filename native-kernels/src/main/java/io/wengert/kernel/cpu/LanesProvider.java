package io.wengert.kernel.cpu;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses the lanes once, at start, and says so in one log line. */
final class LanesProvider {

    private static final Logger LOGGER = LoggerFactory.getLogger(LanesProvider.class);
    private static final String PROPERTY = "ai.djl.wengert.lanes";
    private static final String VECTOR = "io.wengert.kernel.cpu.vector.VectorLanes";

    private static Lanes lanes;

    private LanesProvider() {}

    /**
     * The Vector API's lanes if the module is there, else plain ones.
     *
     * @throws IllegalStateException if {@code ai.djl.wengert.lanes} asks for what is not there
     */
    static synchronized Lanes lookup() {
        if (lanes == null) {
            lanes = choose();
        }
        return lanes;
    }

    private static String wish() { return System.getProperty(PROPERTY, ""); }

    private static boolean hasVectorApi() { return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent(); }

    /**
     * Lets a program that cannot have the lanes it asks for know so at its start.
     *
     * @throws IllegalStateException if {@code ai.djl.wengert.lanes} asks for what is not there
     */
    static void check() {
        String wish = wish();
        if (!wish.isEmpty() && !wish.equals("vector") && !wish.equals("plain")) {
            throw new IllegalStateException(PROPERTY + " is " + wish + "; it may be vector or plain");
        }
        if (wish.equals("vector") && !hasVectorApi()) {
            throw new IllegalStateException(PROPERTY + " asks for the Vector API, which this JVM was started without; "
                    + "add --add-modules jdk.incubator.vector");
        }
    }

    private static Lanes choose() {
        check();
        String wish = wish();
        if (wish.equals("plain")) {
            LOGGER.info("CPU kernels in plain Java, as {} asks", PROPERTY);
            return new PlainLanes();
        }
        if (!hasVectorApi()) {
            LOGGER.info("CPU kernels in plain Java; for speed start the JVM with --add-modules jdk.incubator.vector");
            return new PlainLanes();
        }
        try {
            Lanes lanes = (Lanes) Class.forName(VECTOR).getConstructor().newInstance();
            LOGGER.info("CPU kernels with the {}", lanes.description());
            return lanes;
        } catch (ReflectiveOperationException | LinkageError e) {
            if (wish.equals("vector")) {
                throw new IllegalStateException("the Vector API does not work in this JVM", e);
            }
            LOGGER.warn("CPU kernels in plain Java; the Vector API does not work in this JVM", e);
            return new PlainLanes();
        }
    }
}
