package io.wengert.facade;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A manager for each test, and arrays that require a gradient. */
abstract class Variables {

    NDManager manager;

    @BeforeEach
    void open() { manager = Engine.getEngine("Wengert").newBaseManager(); }

    @AfterEach
    void close() { manager.close(); }

    NDArray variable(float... values) {
        NDArray x = manager.create(values);
        x.setRequiresGradient(true);
        return x;
    }

    static float[] gradient(NDArray x) {
        try (NDArray g = x.getGradient()) {
            return g.toFloatArray();
        }
    }
}
