package io.wengert.ndarray;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.wengert.djl.WgGradientCollector;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Fourier transforms against their definition, and their gradients against their adjoints. */
class SpectralTest {

    private final Random random = new Random(7);
    private NDManager manager;

    @BeforeEach
    void open() { manager = Engine.getEngine("Wengert").newBaseManager(); }

    @AfterEach
    void close() { manager.close(); }

    private NDArray real(long... shape) {
        float[] v = new float[(int) new Shape(shape).size()];
        for (int i = 0; i < v.length; i++) {
            v[i] = (float) random.nextGaussian();
        }
        return manager.create(v, new Shape(shape));
    }

    private NDArray complex(long... shape) {
        long[] pairs = java.util.Arrays.copyOf(shape, shape.length + 1);
        pairs[shape.length] = 2;
        return real(pairs).complex();
    }

    /** Real and imaginary parts by turns. */
    private static float[] parts(NDArray z) {
        assertEquals(DataType.COMPLEX64, z.getDataType());
        return z.real().toFloatArray();
    }

    /** The definition, of one row of pairs. */
    private static float[] dft(float[] x, int n, int count, boolean inverse) {
        float[] y = new float[2 * count];
        for (int k = 0; k < count; k++) {
            double re = 0;
            double im = 0;
            for (int j = 0; j < Math.min(n, x.length / 2); j++) {
                double angle = (inverse ? 2 : -2) * Math.PI * ((long) j * k % n) / n;
                re += x[2 * j] * Math.cos(angle) - x[2 * j + 1] * Math.sin(angle);
                im += x[2 * j] * Math.sin(angle) + x[2 * j + 1] * Math.cos(angle);
            }
            y[2 * k] = (float) (inverse ? re / n : re);
            y[2 * k + 1] = (float) (inverse ? im / n : im);
        }
        return y;
    }

    private static float[] withZeros(float[] re) {
        float[] z = new float[2 * re.length];
        for (int i = 0; i < re.length; i++) {
            z[2 * i] = re[i];
        }
        return z;
    }

    private static void close(float[] expected, float[] actual) {
        float largest = 1;
        for (float e : expected) {
            largest = Math.max(largest, Math.abs(e));
        }
        assertArrayEquals(expected, actual, 4e-7f * largest);
    }

    @Test
    void knownTransforms() {
        NDArray x = manager.create(new float[] {1, 2, 3, 4});
        assertArrayEquals(new float[] {10, 0, -2, 2, -2, 0, -2, -2}, parts(x.fft(4)), 1e-6f);
        assertArrayEquals(new float[] {10, 0, -2, 2, -2, 0}, parts(x.rfft(4)), 1e-6f);
        assertArrayEquals(new float[] {2.5f, 0, -0.5f, -0.5f, -0.5f, 0, -0.5f, 0.5f}, parts(x.ifft(4)), 1e-6f);
        assertArrayEquals(new float[] {3, 0, -1, 0}, parts(x.fft(2)), 1e-6f);
        assertArrayEquals(new float[] {1, 2, 3, 4}, x.rfft(4).irfft(4).toFloatArray(), 1e-6f);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 12, 15, 16, 31, 37, 49, 60, 74, 97, 128, 187, 211, 256, 1000, 1009})
    void everyLength(int n) {
        float[] re = real(n).toFloatArray();
        float[] both = parts(complex(n));
        NDArray x = manager.create(re);
        NDArray z = manager.create(both, new Shape(n, 2)).complex();
        close(dft(both, n, n, false), parts(z.fft(n)));
        close(dft(both, n, n, true), parts(z.ifft(n)));
        close(dft(withZeros(re), n, n, false), parts(x.fft(n)));
        close(dft(withZeros(re), n, n, true), parts(x.ifft(n)));
        close(dft(withZeros(re), n, n / 2 + 1, false), parts(x.rfft(n)));
        close(re, x.rfft(n).irfft(n).toFloatArray());
        close(both, parts(z.fft(n).ifft(n)));
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 6, 9, 16})
    void lengthsOtherThanTheArrays(int n) {
        float[] both = parts(complex(8));
        NDArray z = manager.create(both, new Shape(8, 2)).complex();
        close(dft(both, n, n, false), parts(z.fft(n)));
        float[] re = real(8).toFloatArray();
        close(dft(withZeros(re), n, n / 2 + 1, false), parts(manager.create(re).rfft(n)));
        NDArray whole = manager.create(re).rfft(8);
        NDArray cut = n / 2 + 1 <= 5 ? whole.get(":" + (n / 2 + 1)) : manager.create(re).rfft(8);
        close(cut.irfft(n).toFloatArray(), whole.irfft(n).toFloatArray());
    }

    @Test
    void anyAxisAndAnyLayout() {
        NDArray x = real(3, 5, 4);
        NDArray along = x.fft(5, 1);
        assertEquals(new Shape(3, 5, 4), along.getShape());
        close(parts(x.transpose(0, 2, 1).duplicate().fft(5).transpose(0, 2, 1)), parts(along));
        close(parts(x.fft(7, 0)), parts(x.transpose(2, 1, 0).fft(7, -1).transpose(2, 1, 0)));
        close(parts(x.get("1:, ::2").duplicate().rfft(4)), parts(x.get("1:, ::2").rfft(4)));
        close(parts(x.toType(DataType.FLOAT64, false).fft(4)), parts(x.fft(4)));
        NDArray integers = manager.create(new int[] {0, 1, 2, 3});
        assertArrayEquals(new float[] {6, 0, -2, 2, -2, 0, -2, -2}, parts(integers.fft(4)), 1e-6f);
        assertEquals(new Shape(0, 4), manager.zeros(new Shape(0, 3)).fft(4).getShape());
    }

    @Test
    void rowsDoNotMeet() {
        NDArray x = real(40, 6);
        float[] clean = parts(x.rfft(6).get("4:"));
        x.set(new NDIndex("3, 2"), Float.NaN);
        assertArrayEquals(clean, parts(x.rfft(6).get("4:")));
        assertArrayEquals(clean, parts(x.transpose().rfft(6, 0).transpose().get("4:")));
        assertEquals(4, x.rfft(6).isNaN().sum().getLong());
    }

    @Test
    void inTwoDimensions() {
        NDArray x = real(2, 3, 4);
        close(parts(x.fft(6, 1).fft(5, 2)), parts(x.fft2(new long[] {6, 5})));
        close(parts(x.fft(2, 0).fft(4, 2)), parts(x.fft2(new long[] {2, 4}, new long[] {0, 2})));
        close(withZeros(x.toFloatArray()), parts(x.fft2(new long[] {3, 4}).ifft2(new long[] {3, 4})));
    }

    @Test
    void shortTimeTransform() {
        NDArray x = real(2, 20);
        NDArray window = manager.hanningWindow(8);
        NDArray y = x.stft(8, 3, false, window, true);
        assertEquals(new Shape(2, 5, 5), y.getShape());
        for (int f = 0; f < 5; f++) {
            NDArray frame = x.get(":, " + 3 * f + ":" + (3 * f + 8)).mul(window).rfft(8);
            close(parts(frame), parts(y.get(":, :, " + f)));
        }
        NDArray centred = x.stft(8, 3, true, window, true, false);
        assertEquals(new Shape(2, 5, 7, 2), centred.getShape());
        float[] v = x.get(0).toFloatArray();
        float[] reflected = {v[4], v[3], v[2], v[1], v[0], v[1], v[2], v[3]};
        NDArray first = manager.create(reflected).mul(window).rfft(8).real().div(Math.sqrt(8));
        close(first.toFloatArray(), centred.get("0, :, 0").toFloatArray());
        assertEquals(new Shape(2, 8, 5), complex(2, 20).stft(8, 3, false, window, true).getShape());
    }

    /** The gradient of {@code <w, A x>} is the adjoint of A applied to w: {@code <w, A v> = <A'w, v>} for every v. */
    private void adjoint(UnaryOperator<NDArray> f, NDArray x, NDArray v) {
        x.setRequiresGradient(true);
        NDArray w = real(flat(f.apply(x)).getShape().getShape());
        try (WgGradientCollector c = (WgGradientCollector) Engine.getEngine("Wengert").newGradientCollector()) {
            c.backward(flat(f.apply(x)).mul(w).sum());
        }
        double left = w.mul(flat(f.apply(v))).sum().getFloat();
        double right = flat(x.getGradient()).mul(flat(v)).sum().getFloat();
        assertEquals(x.getDataType(), x.getGradient().getDataType());
        assertEquals(left, right, 2e-5 * Math.max(1, Math.abs(left)));
    }

    private static NDArray flat(NDArray a) { return a.getDataType() == DataType.COMPLEX64 ? a.real() : a; }

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 8, 9, 13, 37})
    void gradientsAreAdjoints(int n) {
        adjoint(x -> x.fft(n), real(2, 8), real(2, 8));
        adjoint(x -> x.fft(n, 0), complex(8, 2), complex(8, 2));
        adjoint(x -> x.ifft(n), complex(2, 8), complex(2, 8));
        adjoint(x -> x.rfft(n), real(2, 8), real(2, 8));
        adjoint(x -> x.irfft(n), complex(2, 8), complex(2, 8));
        adjoint(x -> x.irfft(n, 0), complex(3, 2), complex(3, 2));
        adjoint(x -> x.fft2(new long[] {n, 6}), real(7, 5), real(7, 5));
        adjoint(x -> x.stft(6, 2, true, manager.hanningWindow(6), true), real(2, n + 6), real(2, n + 6));
    }

    @Test
    void windowsOverlapInTheGradientOfComplexNumbersToo() {
        adjoint(x -> x.stft(4, 1, true, null, true), complex(2, 9), complex(2, 9));
    }

    /** By Parseval's theorem the power of a spectrum is n times that of the sequence. */
    @Test
    void secondDerivative() {
        NDArray x = real(6);
        x.setRequiresGradient(true);
        try (WgGradientCollector c = (WgGradientCollector) Engine.getEngine("Wengert").newGradientCollector()) {
            NDArray power = x.fft(6).abs().square().sum();
            NDArray g = c.grad(new NDList(power), new NDList(x), null, true, true).get(0);
            close(x.mul(12).toFloatArray(), g.toFloatArray());
            c.backward(g.mul(manager.arange(6f)).sum());
        }
        close(new float[] {0, 12, 24, 36, 48, 60}, x.getGradient().toFloatArray());
    }

    @Test
    void wrongArguments() {
        NDArray x = real(2, 8);
        assertThrows(IllegalArgumentException.class, () -> x.fft(0));
        assertThrows(IndexOutOfBoundsException.class, () -> x.fft(4, 2));
        assertThrows(IllegalArgumentException.class, () -> x.fft(4).rfft(4));
        assertThrows(IllegalArgumentException.class, () -> x.fft2(new long[] {2}));
        assertThrows(IllegalArgumentException.class, () -> x.fft2(new long[] {2, 2}, new long[] {1, -1}));
        assertThrows(IllegalArgumentException.class, () -> x.stft(9, 1, false, null, true));
        assertThrows(IllegalArgumentException.class, () -> x.stft(4, 0, false, null, true));
        assertThrows(IllegalArgumentException.class, () -> x.stft(4, 1, false, manager.ones(new Shape(3)), true));
        assertThrows(IllegalArgumentException.class, () -> manager.create(new String[] {"a"}).fft(1, 0));
    }
}
