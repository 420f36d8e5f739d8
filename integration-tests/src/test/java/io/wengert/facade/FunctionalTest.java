package io.wengert.facade;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.training.GradientCollector;
import io.wengert.Autograd;
import io.wengert.Functional;
import io.wengert.Linearization;
import io.wengert.kernel.Backends;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Derivatives of lambdas. */
class FunctionalTest {

    private static final double NEAR = 1e-10;

    private final NDManager manager = Engine.getEngine("Wengert").newBaseManager();

    @AfterEach
    void close() {
        manager.close();
        assertFalse(Autograd.isRecording());
    }

    private NDArray array(double... x) { return manager.create(x); }

    private static void assertNear(double[] expected, NDArray x) { assertArrayEquals(expected, x.toDoubleArray(), NEAR); }

    @Test
    void aGradientAndItsValue() {
        Functional.ValueAndGradient r = Functional.valueAndGrad(x -> x.pow(3).sum(), array(1, 2, 3));
        assertEquals(36, r.value().getDouble(), NEAR);
        assertNear(new double[] {3, 12, 27}, r.gradient());
    }

    @Test
    void gradientsOfSeveralInputs() {
        NDList g = Functional.grad(x -> x.get(0).mul(x.get(1)).sum(), new NDList(array(1, 2), array(3, 4)));
        assertNear(new double[] {3, 4}, g.get(0));
        assertNear(new double[] {1, 2}, g.get(1));
    }

    @Test
    void anInputThatDoesNotCountHasZeros() {
        NDArray labels = manager.create(new int[] {1, 0});
        NDList g = Functional.grad(x -> x.get(0).mul(x.get(1)).sum(), new NDList(array(1, 2), labels, array(5)));
        assertNear(new double[] {1, 0}, g.get(0));
        assertArrayEquals(new int[] {0, 0}, g.get(1).toIntArray());
        assertNear(new double[] {0}, g.get(2));
        assertNear(new double[] {0}, Functional.grad(x -> manager.create(2.0), array(1)));
        assertNear(new double[] {0}, Functional.jvp(x -> array(7), array(1), array(1)));
    }

    @Test
    void gradientsNestToAnyDepth() {
        UnaryOperator<NDArray> fourth = x -> x.pow(4).sum();
        NDArray x = array(1, 2);
        assertNear(new double[] {24, 48}, Functional.grad(
                p -> Functional.grad(q -> Functional.grad(fourth, q).sum(), p).sum(), x));
        // d/dx (x * d/dy (x y)) = d/dx x^2: the inner x is the outer one's constant.
        assertNear(new double[] {2, 4}, Functional.grad(p -> p.mul(Functional.grad(q -> p.mul(q).sum(), p)).sum(), x));
    }

    /** The first and the second derivatives of each element of a function that works on elements. */
    private static NDArray derivatives(UnaryOperator<NDArray> f, NDArray x) {
        UnaryOperator<NDArray> first = a -> Functional.grad(b -> f.apply(b).sum(), a);
        return first.apply(x).concat(Functional.grad(a -> first.apply(a).sum(), x));
    }

    @Test
    void derivativesAtZero() {
        NDArray zero = manager.create(new double[] {0, 0});
        NDArray y = manager.create(new double[] {2, 0});
        double log2 = Math.log(2);
        assertNear(new double[] {0, 0, 0, 0}, derivatives(x -> x.pow(0), zero));
        assertNear(new double[] {0, 0, 2, 2}, derivatives(x -> x.pow(2), zero));
        assertNear(new double[] {0, 0, 2, 0}, derivatives(x -> x.pow(y), zero));
        assertNear(new double[] {0, 0, 0, 0}, derivatives(zero::pow, y));
        assertNear(new double[] {log2, 0, 0, 0}, derivatives(x -> x.xlogy(y), zero));
        assertNear(new double[] {0, 0, 0, 0}, derivatives(zero::xlogy, y));
        NDArray mixed = Functional.grad(x -> Functional.grad(b -> x.xlogy(b).sum(), y).get(0), zero);
        assertEquals(0.5, mixed.getDouble(0), "1 / y, of x log y by both");
        assertNear(new double[] {0, 0, 0, 0}, derivatives(NDArray::norm, zero));
        assertNear(new double[] {0, 0, 0, 0}, derivatives(x -> x.norm(3, new int[] {0}, false), zero));
    }

    @Test
    void infiniteGradientsOfWhatWasNotTakenDoNotCount() {
        NDArray zero = manager.zeros(new Shape(2), DataType.FLOAT64);
        List<UnaryOperator<NDArray>> roots = List.of(x -> NDArrays.where(x.gt(0), x, zero).sqrt(), x -> x.clip(0, 5).sqrt(),
                x -> x.maximum(0).sqrt(), x -> x.maximum(zero).sqrt(), x -> x.neg().minimum(zero).neg().sqrt(),
                x -> Activation.relu(x).sqrt());
        for (UnaryOperator<NDArray> root : roots) {
            assertNear(new double[] {0, 0.25, 0, -1.0 / 32}, derivatives(root, array(-1, 4)));
        }
    }

    @Test
    void jacobiansOfAllOutputsByAllInputs() {
        Function<NDList, NDList> f = x -> new NDList(x.get(0).mul(x.get(1).sum()), x.get(1).square());
        List<NDList> j = Functional.jacobian(f, new NDList(array(1, 2), array(3, 4, 5)));
        assertEquals(new Shape(2, 2), j.get(0).get(0).getShape());
        assertNear(new double[] {12, 0, 0, 12}, j.get(0).get(0));
        assertNear(new double[] {1, 1, 1, 2, 2, 2}, j.get(0).get(1));
        assertNear(new double[] {0, 0, 0, 0, 0, 0}, j.get(1).get(0));
        assertNear(new double[] {6, 0, 0, 0, 8, 0, 0, 0, 10}, j.get(1).get(1));
    }

    @Test
    void theJacobianKeepsBothShapes() {
        NDArray x = manager.arange(6).toType(DataType.FLOAT64, false).reshape(2, 3);
        NDArray j = Functional.jacobian(a -> a.transpose(), x);
        assertEquals(new Shape(3, 2, 2, 3), j.getShape());
        assertEquals(1, j.getDouble(2, 1, 1, 2));
        assertEquals(6, j.sum().getDouble());
    }

    @Test
    void hessians() {
        assertNear(new double[] {2, 1, 1, 12}, Functional.hessian(
                x -> x.get("0").square().add(x.get("0").mul(x.get("1"))).add(x.get("1").pow(3)), array(1, 2)));
        List<NDList> h = Functional.hessian(x -> x.get(0).mul(x.get(1).square()).sum(), new NDList(array(2), array(3)));
        assertNear(new double[] {0}, h.get(0).get(0));
        assertNear(new double[] {6}, h.get(0).get(1));
        assertNear(new double[] {6}, h.get(1).get(0));
        assertNear(new double[] {4}, h.get(1).get(1));
    }

    @Test
    void productsAgreeWithTheMatrices() {
        UnaryOperator<NDArray> f = x -> x.tanh().mul(x.sum()).matMul(manager.create(new double[] {1, 2, 3, 4, 5, 6}, new Shape(3, 2)));
        NDArray x = array(0.3, -0.2, 0.9);
        NDArray t = array(1, -2, 0.5);
        NDArray u = array(0.7, -1.1);
        NDArray j = Functional.jacobian(f, x);
        assertNear(j.matMul(t).toDoubleArray(), Functional.jvp(f, x, t));
        assertNear(u.matMul(j).toDoubleArray(), Functional.vjp(f, x, u));
        UnaryOperator<NDArray> s = a -> f.apply(a).square().sum();
        NDArray h = Functional.hessian(s, x);
        assertNear(h.matMul(t).toDoubleArray(), Functional.hvp(s, x, t));
        assertNear(h.matMul(t).toDoubleArray(), Functional.vhp(s, x, t));
        assertNear(h.matMul(t).toDoubleArray(), Functional.jvp(a -> Functional.grad(s, a), x, t));
        // The Hessian of a Jacobian-vector product.
        NDArray third = Functional.hessian(a -> Functional.jvp(s, a, t), x);
        assertEquals(new Shape(3, 3), third.getShape());
        assertNear(third.toDoubleArray(), third.transpose());
        assertNear(third.matMul(t).toDoubleArray(), Functional.grad(a -> Functional.hvp(s, a, t).mul(t).sum(), x));
    }

    @Test
    void aLinearizationIsAppliedManyTimes() {
        int[] runs = {0};
        try (Linearization l = Functional.linearize(x -> {
            runs[0]++;
            return new NDList(x.get(0).mul(x.get(1)), x.get(0).exp());
        }, new NDList(array(1, 2), array(3, 4)))) {
            assertNear(new double[] {3, 8}, l.outputs().get(0));
            for (int k = 1; k < 4; k++) {
                NDList dy = l.jvp(new NDList(array(k, 0), array(0, 1)));
                assertNear(new double[] {3 * k, 2}, dy.get(0));
                assertNear(new double[] {k * Math.E, 0}, dy.get(1));
                NDList dx = l.vjp(new NDList(array(k, k), null));
                assertNear(new double[] {3 * k, 4 * k}, dx.get(0));
                assertNear(new double[] {k, 2 * k}, dx.get(1));
            }
            NDList wrong = new NDList(array(1));
            assertThrows(IllegalArgumentException.class, () -> l.vjp(wrong));
            NDList wrongShape = new NDList(array(1, 2, 3), null);
            assertTrue(assertThrows(IllegalArgumentException.class, () -> l.jvp(wrongShape)).getMessage().contains("(3)"));
        }
        assertEquals(1, runs[0]);
    }

    @Test
    void complexFunctions() {
        NDArray z = manager.create(new float[] {1, 2, 3, -1}, new Shape(2, 2)).complex();
        // Holomorphic: d(z^2)/dz = 2 z.
        float[] j = Functional.jacobian(a -> a.mul(a), z).real().toFloatArray();
        assertArrayEquals(new float[] {2, 4, 0, 0, 0, 0, 6, -2}, j, 1e-5f);
        // From real to complex: x -> x + i x^2.
        NDArray x = manager.create(new float[] {1, 3});
        float[] c = Functional.jacobian(a -> ai.djl.ndarray.NDArrays.stack(new NDList(a, a.square()), 1).complex(), x)
                .real().toFloatArray();
        assertArrayEquals(new float[] {1, 2, 0, 0, 0, 0, 1, 6}, c, 1e-5f);
        // |z|^2 as a function of real and imaginary part has the gradient 2 z; second derivatives 2 in all directions.
        assertArrayEquals(new float[] {2, 4, 6, -2}, Functional.grad(a -> a.abs().square().sum(), z).real().toFloatArray(), 1e-4f);
        assertArrayEquals(new float[] {2, 4, 6, -2},
                Functional.hvp(a -> a.mul(a.conj()).real().get("..., 0").sum(), z, z).real().toFloatArray(), 1e-4f);
    }

    @Test
    void variablesAndTheirGradientsStayAsTheyAre() {
        NDArray w = array(2);
        w.setRequiresGradient(true);
        NDArray x = array(5);
        x.setRequiresGradient(true);
        try (GradientCollector c = Engine.getEngine("Wengert").newGradientCollector()) {
            c.backward(w.mul(x));
        }
        assertNear(new double[] {2}, Functional.grad(a -> a.mul(w).sum(), x));
        assertNear(new double[] {5}, w.getGradient());
        assertNear(new double[] {2}, x.getGradient());
        assertTrue(x.hasGradient());
    }

    @Test
    void insideARecordingItCanBeDifferentiated() {
        NDArray w = array(3);
        w.setRequiresGradient(true);
        try (GradientCollector c = Engine.getEngine("Wengert").newGradientCollector()) {
            // A gradient penalty: d/dw (d/dx (w x^2))^2 at x = 2 is d/dw (4 w)^2.
            NDArray g = Functional.grad(x -> x.square().mul(w).sum(), array(2));
            c.backward(g.square().sum());
        }
        assertNear(new double[] {96}, w.getGradient());
    }

    @Test
    void inAPauseItWorksAllTheSame() {
        try (Autograd.Scope recording = Autograd.record(); Autograd.Scope pause = Autograd.pause()) {
            assertNear(new double[] {4}, Functional.grad(x -> x.square().sum(), array(2)));
            assertFalse(Autograd.isRecording());
        }
    }

    @Test
    void resultsBelongToTheInputsAndEverythingElseIsClosed() {
        NDArray[] inside = new NDArray[1];
        NDArray x = array(1, 2);
        NDManager other = manager.newSubManager();
        NDArray y = other.create(new double[] {1, 1});
        NDList g = Functional.grad(a -> {
            inside[0] = a.get(0).mul(a.get(1));
            return inside[0].sum();
        }, new NDList(x, y));
        assertTrue(inside[0].isReleased());
        assertSame(manager, g.get(0).getManager());
        assertSame(other, g.get(1).getManager());
        assertFalse(x.isReleased());
    }

    @Test
    void anErrorInTheFunctionLeavesNothingOpen() {
        assertThrows(IllegalStateException.class, () -> Functional.grad(x -> {
            throw new IllegalStateException("no");
        }, array(1)));
        assertFalse(Autograd.isRecording());
        String message = assertThrows(IllegalArgumentException.class, () -> Functional.grad(x -> x.mul(2), array(1, 2))).getMessage();
        assertTrue(message.contains("(2)") && message.contains("jacobian"), message);
    }

    @Test
    void memoryGoesBackToThePoolAtOnce() {
        NDArray x = manager.randomNormal(new Shape(40, 200));
        NDArray w = manager.randomNormal(new Shape(200, 200));
        UnaryOperator<NDArray> f = a -> a.matMul(w).tanh().sum();
        long before = 0;
        for (int i = 0; i < 6; i++) {
            Functional.grad(f, x).close();
            Functional.hvp(f, x, x).close();
            Functional.jvp(a -> a.matMul(w).tanh(), x, x).close();
            Functional.vmap(a -> a.expandDims(0).matMul(w).tanh(), x).close();
            Functional.jacobian(a -> a.matMul(w).get(":, :5").sum(new int[] {0}), x).close();
            long used = Backends.cpu().memory().used();
            // The first rounds still find out what the pool needs.
            if (i == 2) {
                before = used;
            } else if (i > 2) {
                assertTrue(used - before < 40 * 200 * 4, "round " + i + ": " + (used - before) + " bytes more in use");
            }
        }
    }

    @Test
    void largeJacobiansGoInParts() {
        NDArray x = manager.arange(700).toType(DataType.FLOAT64, false);
        NDArray j = Functional.jacobian(a -> a.square().flip(0), x);
        assertEquals(new Shape(700, 700), j.getShape());
        assertEquals(2 * 399, j.getDouble(300, 399));
        assertEquals(699 * 700, j.sum().getDouble());
    }

    @Test
    void besideACollectorOfAnotherThread() throws Exception {
        CountDownLatch open = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        CompletableFuture<double[]> other = CompletableFuture.supplyAsync(() -> {
            NDArray w = array(3);
            w.setRequiresGradient(true);
            try (GradientCollector c = Engine.getEngine("Wengert").newGradientCollector()) {
                NDArray y = w.square();
                open.countDown();
                done.await();
                c.backward(y);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return w.getGradient().toDoubleArray();
        });
        open.await();
        try {
            assertNear(new double[] {6, 0, 0, 12}, Functional.hessian(x -> x.pow(3).sum(), array(1, 2)));
            assertNear(new double[] {2, 4}, Functional.vmap(x -> Functional.grad(a -> a.square(), x), array(1, 2)));
        } finally {
            done.countDown();
        }
        assertArrayEquals(new double[] {6}, other.get());
    }
}
