package io.wengert.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.BaseNDManager;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import io.wengert.kernel.Backends;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The life of arrays and managers. */
class LifecycleTest {

    private final Engine engine = Engine.getEngine("Wengert");

    @Test
    void aManagerClosesItsArraysAndManagers() {
        NDManager manager = engine.newBaseManager();
        NDManager sub = manager.newSubManager();
        NDArray a = manager.zeros(new Shape(2));
        NDArray b = sub.zeros(new Shape(2));
        assertEquals(2, manager.getManagedArrays().size());
        manager.close();
        assertTrue(a.isReleased() && b.isReleased());
        assertFalse(sub.isOpen());
        assertThrows(IllegalStateException.class, () -> manager.zeros(new Shape(2)));
        IllegalStateException e = assertThrows(IllegalStateException.class, a::toFloatArray);
        assertTrue(e.getMessage().contains("closed"), e.getMessage());
        manager.close();
        a.close();
    }

    @Test
    void anArrayMovesBetweenManagers() {
        NDManager manager = engine.newBaseManager();
        NDArray a;
        NDArray b;
        NDArray c;
        try (NDManager sub = manager.newSubManager()) {
            a = sub.ones(new Shape(2));
            a.attach(manager);
            b = sub.ones(new Shape(2));
            sub.ret(b);
            c = manager.ones(new Shape(3));
            c.tempAttach(sub);
            assertSame(sub, c.getManager());
        }
        assertFalse(a.isReleased() || b.isReleased() || c.isReleased());
        assertSame(manager, a.getManager());
        assertSame(manager, b.getManager());
        assertSame(manager, c.getManager());
        b.detach();
        c.close();
        manager.close();
        assertTrue(a.isReleased());
        assertFalse(b.isReleased());
        assertArrayEquals(new float[] {1, 1}, b.toFloatArray());
        b.close();
    }

    @Test
    void whatIsLentOnComesBackTheSameWay() {
        try (NDManager owner = engine.newBaseManager()) {
            NDArray a = owner.ones(new Shape(2));
            NDArray b = owner.ones(new Shape(2));
            try (NDManager first = owner.newSubManager()) {
                a.tempAttach(first);
                b.tempAttach(first);
                try (NDManager second = owner.newSubManager()) {
                    a.tempAttach(second);
                    b.attach(second);
                    b.attach(first);
                }
                assertSame(first, a.getManager());
                assertSame(first, b.getManager());
            }
            assertSame(owner, a.getManager());
            assertSame(owner, b.getManager());
            assertFalse(a.isReleased() || b.isReleased());
        }
    }

    @Test
    void aCappedManagerTakesNoMoreButGetsBackItsOwn() {
        try (NDManager manager = engine.newBaseManager()) {
            NDArray a = manager.ones(new Shape(2));
            manager.cap();
            assertThrows(IllegalStateException.class, () -> manager.zeros(new Shape(2)));
            try (NDManager sub = engine.newBaseManager()) {
                a.tempAttach(sub);
            }
            assertSame(manager, a.getManager());
            assertFalse(a.isReleased());
        }
    }

    @Test
    void aScopeClosesWhatWasMadeInIt() {
        try (NDManager manager = engine.newBaseManager()) {
            NDArray inside;
            NDArray kept;
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                inside = manager.ones(new Shape(2)).add(1);
                kept = inside.mul(2);
                NDScope.unregister(kept);
            }
            assertTrue(inside.isReleased());
            assertFalse(kept.isReleased());
        }
    }

    /** Managers hold large arrays up to a quarter of the heap in all: beyond, what has been forgotten first goes. */
    @Test
    void whatNobodyClosesIsCollected() throws InterruptedException {
        int elements = 1 << 20;
        int quarter = (int) (Runtime.getRuntime().maxMemory() / 4 / (Float.BYTES * elements));
        try (NDManager manager = engine.newBaseManager(); NDManager other = engine.newBaseManager()) {
            List<WeakReference<NDArray>> forgotten = new ArrayList<>();
            for (int i = 0; i < 2 * quarter; i++) {
                forgotten.add(new WeakReference<>((i % 2 == 0 ? manager : other).zeros(new Shape(elements))));
            }
            for (int i = 0; i < 50 && alive(forgotten) > quarter; i++) {
                System.gc();
                Thread.sleep(20);
            }
            assertTrue(alive(forgotten) <= quarter, alive(forgotten) + " of " + forgotten.size() + ", a quarter is " + quarter);
            assertNull(forgotten.get(0).get());
            assertEquals(alive(forgotten), manager.getManagedArrays().size() + other.getManagedArrays().size());
        }
    }

    private static int alive(List<WeakReference<NDArray>> arrays) { return (int) arrays.stream().filter(r -> r.get() != null).count(); }

    /** Or else what blocks forget in the middle of a network would be memory that nobody gives back for the next step. */
    @Test
    void whatIsForgottenInAManagerThatClosesSoonComesBack() {
        try (NDManager manager = engine.newBaseManager()) {
            for (int i = 0; i < 10; i++) {
                try (NDManager step = manager.newSubManager()) {
                    WeakReference<NDArray> forgotten = new WeakReference<>(step.zeros(new Shape(100_000)));
                    System.gc();
                    assertEquals(1, step.getManagedArrays().size());
                    assertFalse(forgotten.get().isReleased());
                }
            }
        }
    }

    @Test
    void smallArraysThatNobodyClosesAreCollectedWhenOthersHaveFollowed() throws InterruptedException {
        try (NDManager manager = engine.newBaseManager()) {
            WeakReference<NDArray> first = new WeakReference<>(manager.ones(new Shape(2)));
            for (int i = 0; i < 1000; i++) {
                manager.ones(new Shape(2));
            }
            for (int i = 0; i < 50 && first.get() != null; i++) {
                System.gc();
                Thread.sleep(20);
            }
            assertNull(first.get());
            assertTrue(manager.getManagedArrays().size() < 500);
        }
    }

    @Test
    void aManagerKeepsCountOfArraysThatComeAndGo() {
        List<NDArray> kept = new ArrayList<>();
        NDManager manager = engine.newBaseManager();
        for (int i = 0; i < 1000; i++) {
            NDArray x = manager.create(i);
            if (i % 7 == 0) {
                kept.add(x);
            } else {
                x.close();
            }
        }
        assertEquals(kept.size(), manager.getManagedArrays().size());
        for (int i = 0; i < kept.size(); i++) {
            assertEquals(7 * i, kept.get(i).getInt());
        }
        manager.close();
        assertTrue(kept.stream().allMatch(NDArray::isReleased));
    }

    @Test
    void closingGivesMemoryBackAtOnce() {
        NDManager manager = engine.newBaseManager();
        long before = Backends.cpu().memory().used();
        NDArray a = manager.ones(new Shape(1 << 16));
        NDArray square = a.reshape(256, 256);
        NDArray view = square.transpose();
        assertTrue(Backends.cpu().memory().used() >= before + (1 << 18));
        a.close();
        assertEquals(256 * 256, view.sum().getFloat());
        view.close();
        square.close();
        manager.close();
        assertTrue(Backends.cpu().memory().used() <= before);
    }

    @Test
    void handlesAndIdentity() {
        try (NDManager manager = engine.newBaseManager()) {
            NDArray a = manager.create(new float[] {1, 2});
            assertNull(a.getName());
            a.setName("weight");
            assertEquals("weight", a.getName());
            assertEquals(a, manager.create(new float[] {1, 2}));
            assertFalse(a.equals(manager.create(new double[] {1, 2})));
            assertTrue(a.toString().contains("weight"), a.toString());
            NDArray b = manager.create(new float[] {5, 6, 7});
            a.intern(b);
            assertTrue(b.isReleased());
            assertEquals(new Shape(3), a.getShape());
            ((BaseNDManager) manager).debugDump(0);
            assertThrows(IllegalArgumentException.class, () -> engine.newBaseManager(Device.gpu()));
            assertThrows(IllegalArgumentException.class, () -> a.toDevice(Device.gpu(), false));
            assertThrows(IllegalStateException.class, () -> manager.getParentManager().close());
        }
    }

    @Test
    void theEngineTellsWhatItIs() {
        assertEquals("Wengert", engine.getEngineName());
        assertTrue(engine.getRank() >= 5 && engine.getRank() <= 9);
        assertTrue(engine.getVersion().matches("\\d+\\.\\d+\\.\\d+.*"), engine.getVersion());
        assertTrue(engine.toString().matches("Wengert:.*CPU: .*\\d+ threads?.*"), engine.toString());
        assertFalse(engine.hasCapability("CUDA"));
        assertEquals(Device.cpu(), engine.defaultDevice());
        assertTrue(Engine.getAllEngines().contains("Wengert"));
        assertNull(engine.getAlternativeEngine());
    }
}
