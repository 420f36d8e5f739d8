package io.wengert.kernel.cpu;

import java.util.function.IntUnaryOperator;

/**
 * Convolution where each filter sees one input channel (depthwise, with any number of filters a channel): no matrices.
 */
final class DepthwiseConvolution<T> implements Convolution<T> {

    private final WindowGeometry g;
    private final WindowKernels<T> k;
    private final Phases phases;
    private final int perChannel;
    private final int grain;

    DepthwiseConvolution(WindowGeometry g, WindowKernels<T> kernels) {
        this.g = g;
        this.k = kernels;
        phases = new Phases(g);
        perChannel = g.groupFilters();
        grain = (int) Math.max(1, 20_000 / ((long) perChannel * g.outSize() * g.taps() + g.inSize()));
    }

    private T input() { return k.allocate(phases.size() + k.width()); }

    private T output() { return k.allocate(phases.windows() + k.width()); }

    @Override
    public void forward(T y, int yAt, T x, int xAt, T w, int wAt) { forward(y, yAt, x, xAt, w, f -> wAt + f * g.taps()); }

    /** With weights in reverse order altogether: filters and, as should be, taps. */
    private void backwards(T y, int yAt, T x, int xAt, T w) {
        forward(y, yAt, x, xAt, w, f -> (g.filters() - 1 - f) * g.taps());
    }

    private void forward(T y, int yAt, T x, int xAt, T w, IntUnaryOperator weights) {
        Threads.team().split(g.batch() * g.channels(), grain, 1, (from, to) -> {
            T in = input();
            T out = output();
            for (int p = from; p < to; p++) {
                phases.load(k, x, xAt + p * g.inSize(), in);
                for (int f = 0; f < perChannel; f++) {
                    int filter = p % g.channels() * perChannel + f;
                    k.weigh(phases.windows(), in, phases.offsets(), w, weights.applyAsInt(filter), out);
                    phases.unloadWindows(k, out, y, yAt + (p * perChannel + f) * g.outSize());
                }
            }
        });
    }

    @Override
    public void input(T x, int xAt, T y, int yAt, T w, int wAt) {
        if (g.isDense() && perChannel == 1) {
            T r = k.allocate(g.filters() * g.taps());
            k.take(g.filters() * g.taps(), w, wAt + g.filters() * g.taps() - 1, -1, r, 0);
            new DepthwiseConvolution<>(g.turned(), k).backwards(x, xAt, y, yAt, r);
            return;
        }
        Threads.team().split(g.batch() * g.channels(), grain, 1, (from, to) -> {
            T in = input();
            T out = output();
            for (int p = from; p < to; p++) {
                k.fill(in, 0, phases.size(), 0);
                for (int f = 0; f < perChannel; f++) {
                    int filter = p % g.channels() * perChannel + f;
                    phases.loadWindows(k, y, yAt + (p * perChannel + f) * g.outSize(), out);
                    k.spread(phases.windows(), out, phases.offsets(), w, wAt + filter * g.taps(), in);
                }
                phases.unload(k, in, x, xAt + p * g.inSize());
            }
        });
    }

    @Override
    public void weight(T w, int wAt, T x, int xAt, T y, int yAt) {
        Threads.team().split(g.channels(), Math.max(1, grain / Math.max(1, g.batch())), 1, (from, to) -> {
            T in = input();
            T out = output();
            for (int c = from; c < to; c++) {
                double[][] sums = new double[perChannel][g.taps()];
                for (int n = 0; n < g.batch(); n++) {
                    int p = n * g.channels() + c;
                    phases.load(k, x, xAt + p * g.inSize(), in);
                    for (int f = 0; f < perChannel; f++) {
                        phases.loadWindows(k, y, yAt + (p * perChannel + f) * g.outSize(), out);
                        k.correlate(phases.windows(), out, in, phases.offsets(), sums[f]);
                    }
                }
                for (int f = 0; f < perChannel; f++) {
                    for (int t = 0; t < g.taps(); t++) {
                        k.fill(w, wAt + (c * perChannel + f) * g.taps() + t, 1, sums[f][t]);
                    }
                }
            }
        });
    }
}
