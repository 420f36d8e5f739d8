package io.wengert.kernel.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Softmax and normalization along rows, fused or composed as the layout allows, against their formulas in double precision. */
@Tag("lanes")
class FusedRowsTest {

    private static final int[] LENGTHS = {1, 5, 16, 17, 64, 100, 1024, 4099, 9000};

    private final CpuBackend backend = CpuBackend.create();

    private static double[] numbers(int n) {
        double[] x = new double[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) (7 * Math.sin(1.7 * i) + i % 5);
        }
        return x;
    }

    @Test
    void softmaxOfRowsOfAnyLength() {
        for (int n : LENGTHS) {
            for (Guarded.Lie lie : Guarded.Lie.values()) {
                double[] x = numbers(3 * n);
                Guarded in = Guarded.of(backend, DType.FLOAT32, lie, x, 3, n);
                Guarded y = Guarded.empty(backend, DType.FLOAT32, lie, 3, n);
                Guarded log = Guarded.empty(backend, DType.FLOAT32, lie, 3, n);
                backend.softmax(false, y, in, 1);
                backend.softmax(true, log, in, 1);
                double[] got = y.values();
                double[] logs = log.values();
                for (int r = 0; r < 3; r++) {
                    double[] row = Arrays.copyOfRange(x, r * n, (r + 1) * n);
                    double max = Arrays.stream(row).max().orElseThrow();
                    double sum = Arrays.stream(row).map(v -> Math.exp(v - max)).sum();
                    for (int i = 0; i < n; i++) {
                        double want = Math.exp(row[i] - max) / sum;
                        assertEquals(want, got[r * n + i], 4e-6 * want, lie + " " + n);
                        assertEquals(row[i] - max - Math.log(sum), logs[r * n + i], 4e-6, lie + " log " + n);
                    }
                }
                y.assertUnharmed(lie + " " + n);
                log.assertUnharmed(lie + " log " + n);
            }
        }
    }

    /** Many rows at once are, to the last bit, what each is alone. */
    @Test
    void softmaxOfManyShortRows() {
        for (int n = 1; n <= 17; n++) {
            for (int rows : new int[] {4, 8, 15, 16, 17, 100}) {
                double[] x = numbers(rows * n);
                x[n / 2] = Double.NEGATIVE_INFINITY;
                x[(rows / 2) * n] = Double.NaN;
                x[rows * n - 1] = Double.POSITIVE_INFINITY;
                Guarded in = Guarded.of(backend, DType.FLOAT32, Guarded.Lie.OFFSET, x, rows, n);
                for (boolean logarithm : new boolean[] {false, true}) {
                    Guarded y = Guarded.empty(backend, DType.FLOAT32, Guarded.Lie.OFFSET, rows, n);
                    backend.softmax(logarithm, y, in, 1);
                    y.assertUnharmed(rows + " rows of " + n);
                    for (int r = 0; r < rows; r++) {
                        double[] row = Arrays.copyOfRange(x, r * n, (r + 1) * n);
                        Guarded alone = Guarded.of(backend, DType.FLOAT32, Guarded.Lie.WHOLE, row, 1, n);
                        backend.softmax(logarithm, alone, alone, 1);
                        assertArrayEquals(alone.values(), Arrays.copyOfRange(y.values(), r * n, (r + 1) * n), rows + " rows of " + n);
                    }
                }
            }
        }
    }

    @Test
    void softmaxOfWhatIsNotFinite() {
        for (int n : new int[] {3, 40}) {
            assertSoftmax(n, Double.NaN, Double.NaN);
            assertSoftmax(n, Double.NEGATIVE_INFINITY, 1.0 / (n - 1));
            assertSoftmax(n, Double.POSITIVE_INFINITY, Double.NaN);
        }
    }

    /** A row of zeros with one special number: what the last element becomes. */
    private void assertSoftmax(int n, double special, double want) {
        double[] x = new double[n];
        x[0] = special;
        Guarded in = Guarded.of(backend, DType.FLOAT32, Guarded.Lie.WHOLE, x, n);
        Guarded y = Guarded.empty(backend, DType.FLOAT32, Guarded.Lie.WHOLE, n);
        backend.softmax(false, y, in, 0);
        double got = y.values()[n - 1];
        boolean isZeroBesideInfinity = special == Double.POSITIVE_INFINITY && got == 0;
        assertTrue(isZeroBesideInfinity || Double.isNaN(want) == Double.isNaN(got), n + " with " + special + ": " + got);
        if (!Double.isNaN(want)) {
            assertEquals(want, got, 1e-6, n + " with " + special);
        }
    }

    @Test
    void normalizationOfRowsOfAnyLength() {
        for (int n : LENGTHS) {
            for (Guarded.Lie lie : Guarded.Lie.values()) {
                for (int given = 0; given < 4; given++) {
                    normalize(n, lie, (given & 1) != 0, (given & 2) != 0);
                }
            }
        }
    }

    private void normalize(int n, Guarded.Lie lie, boolean scaled, boolean shifted) {
        double[] x = numbers(2 * n);
        double[] gamma = numbers(n);
        double[] beta = Arrays.stream(numbers(n)).map(v -> 3 - v).toArray();
        Guarded in = Guarded.of(backend, DType.FLOAT32, lie, x, 2, n);
        Guarded y = Guarded.empty(backend, DType.FLOAT32, lie, 2, n);
        Guarded mean = Guarded.empty(backend, DType.FLOAT32, Guarded.Lie.WHOLE, 2, 1);
        Guarded rstd = Guarded.empty(backend, DType.FLOAT32, Guarded.Lie.WHOLE, 2, 1);
        Guarded scale = scaled ? Guarded.of(backend, DType.FLOAT32, Guarded.Lie.WHOLE, gamma, n) : null;
        Guarded shift = shifted ? Guarded.of(backend, DType.FLOAT32, Guarded.Lie.WHOLE, beta, n) : null;
        backend.normalize(0.01, mean, rstd, y, in, scale, shift);
        double[] got = y.values();
        String what = n + " " + lie + (scaled ? " scaled" : "") + (shifted ? " shifted" : "");
        for (int r = 0; r < 2; r++) {
            double[] row = Arrays.copyOfRange(x, r * n, (r + 1) * n);
            double m = Arrays.stream(row).average().orElseThrow();
            double s = 1 / Math.sqrt(Arrays.stream(row).map(v -> (v - m) * (v - m)).average().orElseThrow() + 0.01);
            assertEquals(m, mean.values()[r], 1e-5, "mean of " + what);
            assertEquals(s, rstd.values()[r], 1e-5 * s, "rstd of " + what);
            for (int i = 0; i < n; i++) {
                double want = (row[i] - m) * s * (scaled ? gamma[i] : 1) + (shifted ? beta[i] : 0);
                assertEquals(want, got[r * n + i], 1e-4, what);
            }
        }
        y.assertUnharmed(what);
    }

    /** Along the first axis rows are brought together, sixteen at a time. */
    @Test
    void softmaxAlongTheFirstAxis() {
        int n = 37;
        int columns = 41;
        double[] x = numbers(n * columns);
        for (DType type : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            for (boolean logarithm : new boolean[] {false, true}) {
                Guarded in = Guarded.of(backend, type, Guarded.Lie.WHOLE, x, n, columns);
                Guarded y = Guarded.empty(backend, type, Guarded.Lie.WHOLE, n, columns);
                backend.softmax(logarithm, y, in, 0);
                double[] got = y.values();
                for (int c = 0; c < columns; c++) {
                    int column = c;
                    double sum = IntStream.range(0, n).mapToDouble(i -> Math.exp(x[i * columns + column])).sum();
                    for (int i = 0; i < n; i++) {
                        double want = x[i * columns + c] - Math.log(sum);
                        assertEquals(logarithm ? want : Math.exp(want), got[i * columns + c], 4e-6, type + " " + i + " " + c);
                    }
                }
                y.assertUnharmed(type + " along the first axis");
            }
        }
    }

    @Test
    void normalizationOfChannels() {
        for (int n : new int[] {3, 8, 16, 25, 100}) {
            for (int given = 0; given < 4; given++) {
                channels(n, (given & 1) != 0, (given & 2) != 0);
            }
        }
    }

    private void channels(int n, boolean scaled, boolean shifted) {
        int batch = 3;
        int channels = 4;
        double[] x = numbers(batch * channels * n);
        double[] gamma = numbers(channels);
        double[] beta = Arrays.stream(numbers(channels)).map(v -> 3 - v).toArray();
        Guarded in = Guarded.of(backend, DType.FLOAT32, Guarded.Lie.WHOLE, x, batch, channels, n);
        Guarded y = Guarded.empty(backend, DType.FLOAT32, Guarded.Lie.WHOLE, batch, channels, n);
        Guarded mean = Guarded.empty(backend, DType.FLOAT32, Guarded.Lie.WHOLE, 1, channels, 1);
        Guarded rstd = Guarded.empty(backend, DType.FLOAT32, Guarded.Lie.WHOLE, 1, channels, 1);
        Guarded scale = scaled ? Guarded.of(backend, DType.FLOAT32, Guarded.Lie.WHOLE, gamma, 1, channels, 1) : null;
        Guarded shift = shifted ? Guarded.of(backend, DType.FLOAT32, Guarded.Lie.WHOLE, beta, channels, 1) : null;
        backend.normalize(0.01, mean, rstd, y, in, scale, shift);
        double[] got = y.values();
        for (int c = 0; c < channels; c++) {
            int channel = c;
            double[] all = IntStream.range(0, batch * n)
                    .mapToDouble(i -> x[(i / n * channels + channel) * n + i % n]).toArray();
            double m = Arrays.stream(all).average().orElseThrow();
            double s = 1 / Math.sqrt(Arrays.stream(all).map(v -> (v - m) * (v - m)).average().orElseThrow() + 0.01);
            assertEquals(m, mean.values()[c], 1e-5);
            assertEquals(s, rstd.values()[c], 1e-5 * s);
            for (int i = 0; i < batch * n; i++) {
                double want = (all[i] - m) * s * (scaled ? gamma[c] : 1) + (shifted ? beta[c] : 0);
                assertEquals(want, got[(i / n * channels + c) * n + i % n], 1e-4, n + " channel " + c + " at " + i);
            }
        }
        y.assertUnharmed("channels of " + n);
    }

    @Test
    void channelsByGivenStatistics() {
        for (int n : new int[] {8, 16, 25, 100, 1500}) {
            for (int batch : new int[] {1, 3}) {
                channelsBy(batch, n, n % 2 == 0, batch == 3);
                channelsBy(batch, n, true, true);
            }
        }
    }

    private void channelsBy(int batch, int n, boolean scaled, boolean shifted) {
        int channels = 5;
        double[] x = numbers(batch * channels * n);
        double[] m = numbers(channels);
        double[] v = Arrays.stream(numbers(channels)).map(a -> 0.5 + a * a).toArray();
        double[] gamma = Arrays.stream(m).map(a -> 2 * a - 1).toArray();
        double[] beta = Arrays.stream(m).map(a -> 3 - a).toArray();
        Guarded in = Guarded.of(backend, DType.FLOAT32, Guarded.Lie.WHOLE, x, batch, channels, n);
        Guarded y = Guarded.empty(backend, DType.FLOAT32, Guarded.Lie.WHOLE, batch, channels, n);
        Guarded mean = Guarded.of(backend, DType.FLOAT32, Guarded.Lie.WHOLE, m, channels, 1);
        Guarded variance = Guarded.of(backend, DType.FLOAT32, Guarded.Lie.WHOLE, v, 1, channels, 1);
        Guarded scale = scaled ? Guarded.of(backend, DType.FLOAT32, Guarded.Lie.WHOLE, gamma, 1, channels, 1) : null;
        Guarded shift = shifted ? Guarded.of(backend, DType.FLOAT32, Guarded.Lie.WHOLE, beta, channels, 1) : null;
        if (!backend.normalizeBy(0.01, y, in, mean, variance, scale, shift)) {
            assertTrue(backend.description().contains("plain"), "vectors have a fused way");
            return;
        }
        double[] got = y.values();
        for (int i = 0; i < got.length; i++) {
            int c = i / n % channels;
            double want = (x[i] - m[c]) / Math.sqrt(v[c] + 0.01) * (scaled ? gamma[c] : 1) + (shifted ? beta[c] : 0);
            assertEquals(want, got[i], 1e-5 * (1 + Math.abs(want)), n + " channel " + c + " at " + i);
        }
        y.assertUnharmed("channels of " + n);
    }

    @Test
    void theWayBackThroughChannels() {
        for (int n : new int[] {8, 16, 25, 100, 1500}) {
            for (boolean scaled : new boolean[] {false, true}) {
                channelsBack(n, scaled);
            }
        }
    }

    private void channelsBack(int n, boolean scaled) {
        int batch = 3;
        int channels = 5;
        int size = batch * channels * n;
        double[] x = numbers(size);
        double[] g = Arrays.stream(numbers(size)).map(v -> v * v - 0.3 * v).toArray();
        double[] gamma = numbers(channels);
        Guarded in = Guarded.of(backend, DType.FLOAT32, Guarded.Lie.WHOLE, x, batch, channels, n);
        Guarded dy = Guarded.of(backend, DType.FLOAT32, Guarded.Lie.WHOLE, g, batch, channels, n);
        Guarded[] y = new Guarded[6];
        for (int i = 0; i < 6; i++) {
            long[] shape = i < 2 ? new long[] {batch, channels, n} : new long[] {1, channels, 1};
            y[i] = Guarded.empty(backend, DType.FLOAT32, Guarded.Lie.WHOLE, shape);
        }
        Guarded scale = scaled ? Guarded.of(backend, DType.FLOAT32, Guarded.Lie.WHOLE, gamma, channels, 1) : null;
        backend.normalize(0.01, y[4], y[5], y[0], in, scale, null);
        if (!backend.normalizeGradient(y[1], y[2], y[3], dy, in, y[4], y[5], scale)) {
            assertTrue(backend.description().contains("plain"), "vectors have a fused way");
            return;
        }
        double[] got = y[1].values();
        double[] sums = y[2].values();
        double[] alongs = y[3].values();
        double[] mean = y[4].values();
        double[] rstd = y[5].values();
        for (int c = 0; c < channels; c++) {
            double m = mean[c];
            double r = rstd[c];
            double sum = 0;
            double along = 0;
            for (int i = 0; i < batch * n; i++) {
                int at = (i / n * channels + c) * n + i % n;
                sum += g[at];
                along += g[at] * (x[at] - m) * r;
            }
            assertEquals(sum, sums[c], 1e-4 * n, n + " sum " + c);
            assertEquals(along, alongs[c], 1e-4 * n, n + " along " + c);
            for (int i = 0; i < batch * n; i++) {
                int at = (i / n * channels + c) * n + i % n;
                double want = r * (scaled ? gamma[c] : 1) * (g[at] - sum / batch / n - (x[at] - m) * r * along / batch / n);
                assertEquals(want, got[at], 1e-4 * (1 + Math.abs(want)), n + " channel " + c + " at " + i);
            }
        }
        y[1].assertUnharmed("the gradient of channels of " + n);
    }

    /** A scale for each row, as batch normalization has it for channels, is not what the fused loop takes. */
    @Test
    void scaleAlongTheLeadingAxisIsComposed() {
        int n = 4;
        double[] x = numbers(n * n);
        Guarded in = Guarded.of(backend, DType.FLOAT32, Guarded.Lie.WHOLE, x, n, n);
        Guarded y = Guarded.empty(backend, DType.FLOAT32, Guarded.Lie.WHOLE, n, n);
        Guarded z = Guarded.empty(backend, DType.FLOAT32, Guarded.Lie.WHOLE, n, n);
        Guarded mean = Guarded.empty(backend, DType.FLOAT32, Guarded.Lie.WHOLE, n, 1);
        Guarded rstd = Guarded.empty(backend, DType.FLOAT32, Guarded.Lie.WHOLE, n, 1);
        Guarded scale = Guarded.of(backend, DType.FLOAT32, Guarded.Lie.WHOLE, new double[] {1, 2, 3, 4}, n, 1);
        backend.normalize(0, mean, rstd, z, in, null, null);
        backend.normalize(0, mean, rstd, y, in, scale, null);
        for (int i = 0; i < n * n; i++) {
            assertEquals((1 + i / n) * z.values()[i], y.values()[i], 1e-5, Layout.text(Guarded.index(i, n, n)));
        }
    }
}
