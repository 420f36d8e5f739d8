package io.wengert.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.training.ParameterServer;
import ai.djl.training.optimizer.Optimizer;

/**
 * Updates a parameter that is mirrored on several devices once, on the first of them, by the sum of all gradients; the other
 * devices get copies.
 *
 * <p>DJL's {@code LocalParameterServer} has every mirror updated by itself. Mirrors then drift apart: a momentum of the second
 * device starts with what the first has made of it, and Adam counts a step for each device.
 */
final class WgParameterServer implements ParameterServer {

    private final Optimizer optimizer;

    WgParameterServer(Optimizer optimizer) { this.optimizer = optimizer; }

    @Override
    public void init(String parameterId, NDArray[] value) {}

    @Override
    public void update(String parameterId, NDArray[] grads, NDArray[] params) {
        if (grads.length == 1) {
            optimizer.update(parameterId, params[0], grads[0]);
            return;
        }
        try (NDArray sum = grads[0].duplicate()) {
            for (int i = 1; i < grads.length; i++) {
                try (NDArray there = grads[i].toDevice(params[0].getDevice(), true)) {
                    sum.addi(there);
                }
            }
            optimizer.update(parameterId, params[0], sum);
        }
        for (int i = 1; i < params.length; i++) {
            params[0].copyTo(params[i]);
        }
    }

    @Override
    public void close() {}
}
