package io.wengert.facade;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import io.wengert.Autograd;
import io.wengert.op.Call;
import io.wengert.op.Observer;
import io.wengert.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What nobody wants is not computed: operations are counted while a graph is played back. */
class WantedGradientsTest extends Variables {

    /** The names of the operations that some work applies. */
    private static List<String> operations(Runnable work) {
        List<String> names = new ArrayList<>();
        Thread self = Thread.currentThread();
        Observer observer = new Observer() {
            @Override
            public void begins(Call<?> call) {
                if (Thread.currentThread() == self) {
                    names.add(call.op().name());
                }
            }

            @Override
            public void ends(Call<?> call, Tensor[] out) {
                // Counted at its beginning.
            }
        };
        Observer.Installed.add(observer);
        try {
            work.run();
        } finally {
            Observer.Installed.remove(observer);
        }
        return names;
    }

    /** The products of matrices that it takes to differentiate x W1 W2 W3 with some of the weights frozen. */
    private long products(boolean first, boolean second, boolean third) {
        boolean[] learns = {first, second, third};
        NDArray x = manager.ones(new Shape(4, 5));
        NDArray[] w = new NDArray[3];
        for (int i = 0; i < 3; i++) {
            w[i] = manager.ones(new Shape(5, 5));
            w[i].setRequiresGradient(learns[i]);
        }
        NDArray y;
        try (Autograd.Scope recording = Autograd.record()) {
            y = x.matMul(w[0]).matMul(w[1]).matMul(w[2]);
        }
        return operations(() -> Autograd.backward(y)).stream().filter("matmul"::equals).count();
    }

    @Test
    void frozenWeightsCostNothing() {
        assertEquals(5, products(true, true, true), "two each, but for the first, whose input is a constant");
        assertEquals(1, products(false, false, true), "nothing flows past the last weight that learns");
        assertEquals(2 + 1, products(false, true, true));
        assertEquals(2 + 1, products(true, false, false), "two to get there, one for its own");
    }

    @Test
    void constantsAreNotRecorded() {
        NDArray x = manager.ones(new Shape(3));
        NDArray v = variable(1, 2, 3);
        try (Autograd.Scope recording = Autograd.record()) {
            NDArray constant = x.mul(2).exp().add(1);
            NDArray y = constant.mul(v);
            List<String> backward = operations(() -> Autograd.backward(y));
            assertTrue(backward.size() <= 2, "more than filling the head gradient and one product: " + backward);
        }
    }

    @Test
    void gradOfSomeVariablesLeavesOutWhatLiesBehindOthers() {
        NDArray a = variable(1, 2);
        NDArray b = variable(3, 4);
        NDArray y;
        try (Autograd.Scope recording = Autograd.record()) {
            y = a.exp().sin().mul(b);
        }
        List<String> onlyB = operations(() -> Autograd.grad(new NDList(y), new NDList(b), null, true, false));
        List<String> both = operations(() -> Autograd.grad(new NDList(y), new NDList(a, b), null, true, false));
        assertTrue(onlyB.stream().noneMatch(n -> n.contains("sin") || n.contains("exp")), onlyB.toString());
        assertTrue(both.size() > onlyB.size(), both + " and " + onlyB);
    }
}
