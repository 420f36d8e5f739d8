package io.wengert.benchmark;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.Supplier;

/** Operations on a handful of floats, where all the time goes into the way from Java to the kernel and back. */
final class SmallOperations {

    private static final Shape ONE = new Shape(1, 1);
    private static final Shape SIXTEEN = new Shape(16);

    /** Operations in one recording: enough that opening and closing it does not count. */
    private static final int CHAIN = 100;

    private SmallOperations() {}

    static List<Workload> all() {
        return List.of(
                plain("small (1,1) add", ONE, NDArray::add),
                recorded("small (1,1) add +grad", ONE, NDArray::add),
                recorded("small (1,1) mul +grad", ONE, NDArray::mul),
                plain("small (16) add", SIXTEEN, NDArray::add),
                recorded("small (16) add +grad", SIXTEEN, NDArray::add),
                recorded("small (16) mul +grad", SIXTEEN, NDArray::mul),
                Workload.rate("autograd", "autograd orbit 200 ops f3", "1/s", SmallOperations::orbit),
                Workload.rate("autograd", "autograd while loop with reads", "1/s", SmallOperations::whileLoop));
    }

    private static Workload plain(String name, Shape shape, BinaryOperator<NDArray> operation) {
        return Workload.time("small", name, "ns/op", manager -> {
            NDArray a = manager.ones(shape);
            NDArray b = manager.ones(shape);
            return Job.of(Job.NANOSECONDS, () -> operation.apply(a, b));
        });
    }

    /** The time of one link of a chain that is recorded and played back in one go. */
    private static Workload recorded(String name, Shape shape, BinaryOperator<NDArray> operation) {
        return Workload.time("small", name, "ns/op", manager -> {
            NDArray a = manager.ones(shape);
            NDArray b = manager.ones(shape);
            a.setRequiresGradient(true);
            return Job.of(Job.NANOSECONDS / CHAIN, () -> {
                record(() -> chain(a, b, operation), a, b);
                return a.getGradient();
            });
        });
    }

    private static NDArray chain(NDArray a, NDArray b, BinaryOperator<NDArray> operation) {
        NDArray y = a;
        for (int link = 0; link < CHAIN; link++) {
            y = operation.apply(y, b);
        }
        return y;
    }

    /** A body on its way round the sun: 25 leapfrog steps of 8 operations, differentiated by the first position. */
    private static Job orbit(NDManager manager) {
        NDArray start = manager.create(new float[] {1, 0, 0});
        NDArray velocity = manager.create(new float[] {0, 1, 0.1f});
        start.setRequiresGradient(true);
        return Job.of(1, () -> {
            record(() -> orbit(start, velocity), start, velocity);
            return start.getGradient();
        });
    }

    private static NDArray orbit(NDArray start, NDArray velocity) {
        NDArray x = start;
        NDArray v = velocity;
        for (int step = 0; step < 25; step++) {
            NDArray pull = x.mul(x).sum().pow(-1.5);
            v = v.sub(x.mul(pull).mul(0.01));
            x = x.add(v.mul(0.01));
        }
        return x;
    }

    /** MXNet's control-flow tutorial: values read back decide how often the loop runs and which branch is taken. */
    private static Job whileLoop(NDManager manager) {
        NDArray a = manager.create(new float[] {0.3f, -0.2f, 0.5f});
        a.setRequiresGradient(true);
        return Job.of(1, () -> {
            record(() -> whileLoop(a), a);
            return a.getGradient();
        });
    }

    private static NDArray whileLoop(NDArray a) {
        NDArray b = a.mul(2);
        while (b.norm().getFloat() < 1000) {
            b = b.mul(2);
        }
        return b.sum().getFloat() > 0 ? b : b.mul(100);
    }

    /** Records {@code forward} of {@code inputs} and plays it back; what it made in between is closed with it. */
    private static void record(Supplier<NDArray> forward, NDArray... inputs) {
        NDManager home = inputs[0].getManager();
        NDList list = new NDList(inputs);
        try (NDManager scratch = home.newSubManager()) {
            list.attach(scratch);
            try (GradientCollector tape = home.getEngine().newGradientCollector()) {
                tape.backward(forward.get());
            }
            list.attach(home);
        }
    }
}
