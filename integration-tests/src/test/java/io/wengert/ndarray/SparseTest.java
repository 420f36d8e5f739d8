package io.wengert.ndarray;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.internal.NDArrayEx;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.training.GradientCollector;
import io.wengert.kernel.Backends;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sparse arrays: what they store, conversions between formats, and optimizer steps by sparse gradients. */
class SparseTest {

    private static final List<SparseFormat> FORMATS = List.of(SparseFormat.COO, SparseFormat.CSR, SparseFormat.ROW_SPARSE);

    private NDManager manager;

    @BeforeEach
    void open() { manager = Engine.getEngine("Wengert").newBaseManager(); }

    @AfterEach
    void close() { manager.close(); }

    private static long used() { return Backends.cpu().memory().used(); }

    /** A matrix of mostly zeros. */
    private NDArray matrix(long rows, long columns, DataType type) {
        Random random = new Random(rows * 31 + columns);
        float[] v = new float[(int) (rows * columns)];
        for (int i = 0; i < v.length; i++) {
            v[i] = random.nextInt(4) == 0 ? 1 + random.nextInt(9) : 0;
        }
        return manager.create(v, new Shape(rows, columns)).toType(type, true);
    }

    @Test
    void everyFormatGivesTheElementsBack() {
        for (DataType type : List.of(DataType.FLOAT32, DataType.FLOAT64, DataType.FLOAT16, DataType.INT8, DataType.INT64,
                DataType.UINT8, DataType.BOOLEAN, DataType.COMPLEX64)) {
            for (long[] shape : new long[][] {{5, 7}, {1, 9}, {9, 1}, {0, 3}, {3, 0}}) {
                NDArray x = matrix(shape[0], shape[1], type);
                for (SparseFormat format : FORMATS) {
                    NDArray s = x.toSparse(format);
                    String what = format + " " + type + " " + x.getShape();
                    assertEquals(format, s.getSparseFormat(), what);
                    assertEquals(x.getShape(), s.getShape(), what);
                    assertEquals(type, s.getDataType(), what);
                    assertTrue(x.contentEquals(s.toDense()), what);
                    assertFalse(s.toDense().isSparse(), what);
                    assertArrayEquals(x.toByteArray(), s.toByteArray(), what);
                    assertTrue(s.toSparse(SparseFormat.COO).toDense().contentEquals(x), what);
                    assertTrue(s.add(1).contentEquals(x.add(1)), what);
                    NDArray back = NDArray.decode(manager, s.encode());
                    assertEquals(format, back.getSparseFormat(), what);
                    assertTrue(back.toDense().contentEquals(x), what);
                }
            }
        }
        NDArray cube = manager.arange(24f).reshape(2, 3, 4).mul(manager.create(new float[] {0, 1, 0, 0}));
        assertTrue(cube.toSparse(SparseFormat.COO).toDense().contentEquals(cube));
        assertTrue(cube.toSparse(SparseFormat.ROW_SPARSE).toDense().contentEquals(cube));
        assertThrows(IllegalArgumentException.class, () -> manager.create(new String[] {"a"}).toSparse(SparseFormat.COO));
        assertThrows(IllegalArgumentException.class, () -> cube.toSparse(null));
    }

    @Test
    void onlyWhatIsNotZeroTakesMemory() {
        Shape huge = new Shape(1_000_000, 1_000);
        long before = used();
        NDArray csr = manager.createCSR(new float[] {1, 2}, starts(1_000_001), new long[] {7, 999}, huge, manager.getDevice());
        NDArray coo = manager.createCoo(LongBuffer.wrap(new long[] {3}), new long[][] {{999_999}, {0}}, huge);
        NDArray rows = manager.createRowSparse(FloatBuffer.allocate(2000), new Shape(2, 1000), new long[] {5, 0}, huge);
        for (NDArray x : List.of(csr, coo, rows)) {
            assertEquals(huge, x.getShape());
            assertTrue(x.isSparse());
        }
        assertTrue(used() - before < 17_000_000, "used " + (used() - before));
        csr.close();
        assertTrue(used() - before < 1_000_000, "used " + (used() - before));
        coo.close();
        rows.close();
        assertEquals(before, used());
    }

    private static long[] starts(int n) {
        long[] s = new long[n];
        java.util.Arrays.fill(s, n / 2, n, 2);
        return s;
    }

    @Test
    void convertedArraysTakeLessMemory() {
        float[] v = new float[1000 * 1000];
        v[12_345] = 6;
        NDArray x = manager.create(v, new Shape(1000, 1000));
        for (SparseFormat format : FORMATS) {
            long before = used();
            NDArray s = x.toSparse(format);
            byte[] bytes = s.encode();
            assertTrue(used() - before < 100_000, format + " takes " + (used() - before));
            NDArray back = manager.decode(bytes);
            assertTrue(used() - before < 200_000, format + " decoded takes " + (used() - before));
            assertEquals(6, back.sum().getFloat());
            assertTrue(used() - before >= 4_000_000, "all elements have been made");
            back.close();
            s.close();
        }
    }

    @Test
    void inPlaceChangesAreSeen() {
        NDArray s = matrix(4, 5, DataType.FLOAT32).toSparse(SparseFormat.CSR);
        NDArray expected = s.toDense().add(2);
        s.addi(2);
        assertTrue(s.contentEquals(expected));
        assertTrue(s.toDense().contentEquals(expected));
        assertTrue(NDArray.decode(manager, s.encode()).toDense().contentEquals(expected));
        s.close();
        assertThrows(IllegalStateException.class, s::getDataType);
        assertThrows(IllegalStateException.class, s::toDense);
    }

    /** Of some rows, the first of them twice. */
    private NDArray gradient() {
        return manager.createRowSparse(FloatBuffer.wrap(new float[] {1, -2, 3, 4, 0.5f, 0.25f}), new Shape(3, 2),
                new long[] {3, 1, 3}, new Shape(5, 2));
    }

    /** One optimizer step on a weight and its states. */
    private interface Step {
        void run(NDArrayEx ex, NDList inputs, NDList weights);
    }

    /** As with a dense gradient in the rows that have one; others stay as they are. */
    private void check(int states, boolean othersMove, Step step) {
        NDArray[] dense = new NDArray[states + 1];
        NDArray[] lazy = new NDArray[states + 1];
        for (int i = 0; i <= states; i++) {
            dense[i] = manager.arange(10f).add(i + 1).div(10).reshape(5, 2);
            lazy[i] = dense[i].duplicate();
        }
        NDArray before = dense[0].duplicate();
        NDArray g = gradient();
        step.run(dense[0].getNDArrayInternal(), inputs(dense, g.toDense()), new NDList(dense[0]));
        step.run(lazy[0].getNDArrayInternal(), inputs(lazy, g), new NDList(lazy[0]));
        for (int i = 0; i <= states; i++) {
            for (int row : new int[] {1, 3}) {
                assertArrayEquals(dense[i].get(row).toFloatArray(), lazy[i].get(row).toFloatArray(), i + ", row " + row);
            }
        }
        for (int row : new int[] {0, 2, 4}) {
            assertArrayEquals(before.get(row).toFloatArray(), lazy[0].get(row).toFloatArray());
            assertEquals(!othersMove, before.get(row).contentEquals(dense[0].get(row)));
        }
    }

    private static NDList inputs(NDArray[] weightAndStates, NDArray gradient) {
        NDList in = new NDList(weightAndStates[0], gradient);
        for (int i = 1; i < weightAndStates.length; i++) {
            in.add(weightAndStates[i]);
        }
        return in;
    }

    @Test
    void lazyUpdatesTouchOnlyRowsWithAGradient() {
        check(0, false, (ex, in, w) -> ex.sgdUpdate(in, w, 0.1f, 0, 1, -1, 0, true));
        check(0, true, (ex, in, w) -> ex.sgdUpdate(in, w, 0.1f, 0.01f, 0.5f, 1, 0, true));
        check(1, true, (ex, in, w) -> ex.sgdUpdate(in, w, 0.1f, 0, 1, -1, 0.9f, true));
        check(2, true, (ex, in, w) -> ex.adamUpdate(in, w, 0.1f, 0.1f, 0, 1, -1, 0.9f, 0.99f, 1e-8f, true, false));
        check(2, true, (ex, in, w) -> ex.adamUpdate(in, w, 0.1f, 0.1f, 0.1f, 1, -1, 0.9f, 0.99f, 1e-8f, true, true));
        check(1, false, (ex, in, w) -> ex.adagradUpdate(in, w, 0.1f, 0, 1, -1, 1e-7f));
    }

    @Test
    void whatIsNotLazyIsTheSameAsWithADenseGradient() {
        for (float decay : new float[] {0, 0.1f}) {
            NDArray a = manager.ones(new Shape(5, 2));
            NDArray b = manager.ones(new Shape(5, 2));
            a.getNDArrayInternal().sgdUpdate(new NDList(a, gradient()), new NDList(a), 0.1f, decay, 1, -1, 0, false);
            b.getNDArrayInternal().sgdUpdate(new NDList(b, gradient().toDense()), new NDList(b), 0.1f, decay, 1, -1, 0, false);
            assertTrue(a.contentEquals(b));
            NDArray h = manager.ones(new Shape(5, 2));
            NDArray k = manager.ones(new Shape(5, 2));
            a.getNDArrayInternal().adagradUpdate(new NDList(a, gradient(), h), new NDList(a), 0.1f, decay, 1, -1, 1e-7f);
            b.getNDArrayInternal().adagradUpdate(new NDList(b, gradient().toDense(), k), new NDList(b), 0.1f, decay, 1, -1,
                    1e-7f);
            assertTrue(a.contentEquals(b));
            assertTrue(h.contentEquals(k));
        }
    }

    @Test
    void rowsOfAnEmbeddingWithoutAGradientStay() {
        NDArray index = manager.create(new long[] {1, 3, 1});
        NDArray[] table = {manager.ones(new Shape(5, 2)), manager.ones(new Shape(5, 2))};
        SparseFormat[] formats = {SparseFormat.DENSE, SparseFormat.ROW_SPARSE};
        for (int i = 0; i < 2; i++) {
            table[i].setRequiresGradient(true);
            NDArray momentum = manager.ones(new Shape(5, 2));
            try (GradientCollector c = Engine.getEngine("Wengert").newGradientCollector()) {
                c.backward(index.getNDArrayInternal().embedding(index, table[i], formats[i]).head().square().sum());
            }
            NDList in = new NDList(table[i], table[i].getGradient(), momentum);
            table[i].getNDArrayInternal().sgdUpdate(in, new NDList(table[i]), 0.1f, 0, 1, -1, 0.5f, true);
            assertTrue(table[i].hasGradient());
        }
        assertArrayEquals(new float[] {0.5f, 0.5f, 0.1f, 0.1f, 0.5f, 0.5f, 0.3f, 0.3f, 0.5f, 0.5f}, table[0].toFloatArray(), 1e-6f);
        assertArrayEquals(new float[] {1, 1, 0.1f, 0.1f, 1, 1, 0.3f, 0.3f, 1, 1}, table[1].toFloatArray(), 1e-6f);
    }

    /** Adagrad asks for sparse rows whatever the gradient is; a live gradient shares its memory. */
    @Test
    void adagradOfALiveGradient() {
        NDArray index = manager.create(new long[] {1, 3, 1});
        NDArray[] table = {manager.ones(new Shape(5, 2)), manager.ones(new Shape(5, 2))};
        SparseFormat[] formats = {SparseFormat.DENSE, SparseFormat.ROW_SPARSE};
        for (int i = 0; i < 2; i++) {
            table[i].setRequiresGradient(true);
            NDArray history = manager.zeros(new Shape(5, 2));
            for (int step = 0; step < 3; step++) {
                try (GradientCollector c = Engine.getEngine("Wengert").newGradientCollector()) {
                    c.backward(index.getNDArrayInternal().embedding(index, table[i], formats[i]).head().square().sum());
                }
                NDArray g = table[i].getGradient().toSparse(SparseFormat.ROW_SPARSE);
                assertTrue(g.isSparse());
                table[i].getNDArrayInternal().adagradUpdate(new NDList(table[i], g, history), new NDList(table[i]), 0.1f, 0, 1,
                        -1, 1e-7f);
            }
        }
        assertArrayEquals(table[0].toFloatArray(), table[1].toFloatArray());
        assertEquals(1, table[1].getFloat(0, 0));
        assertTrue(table[1].getFloat(1, 0) < 0.9f);
    }

    @Test
    void aStepByASparseGradientOfAnotherShapeChangesNothing() {
        NDArray w = manager.ones(new Shape(4, 2));
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> w.getNDArrayInternal()
                .sgdUpdate(new NDList(w, gradient().toDense().toSparse(SparseFormat.ROW_SPARSE)), new NDList(w), 1, 0, 1, -1, 0, true));
        assertTrue(e.getMessage().startsWith("sgd: "), e.getMessage());
        assertEquals(8, w.sum().getFloat());
    }
}
