package io.wengert.kernel.cpu;

import io.wengert.kernel.DType;
import io.wengert.kernel.Pooling;
import io.wengert.kernel.View;
import io.wengert.kernel.Window;
import java.util.Arrays;

/** The pooling family: one channel of one image at a time, split into {@link Phases}. */
final class PoolFamily {

    /** Windows that short rows are filled up to where that does no harm: a whole vector. */
    private static final int RUN = 16;

    private final CpuBackend backend;
    private final WindowLoops loops;
    private final RowKernels rows;

    PoolFamily(CpuBackend backend, Lanes lanes, WindowLoops loops) {
        this.backend = backend;
        this.loops = loops;
        this.rows = lanes.rows();
    }

    void pool(Pooling pooling, View out, View in, View guide, Window window) {
        if (out.layout().size() == 0) {
            return;
        }
        DType lane = out.dtype().lane();
        boolean guided = pooling == Pooling.MAX && guide != in;
        try (Dense y = Dense.out(out, lane, backend); Dense x = Dense.in(in, lane, backend);
                Dense by = guided ? Dense.in(guide, lane, backend) : null) {
            call(pooling, in, out, window, lane).forward(y, x, by);
        }
    }

    void poolInput(Pooling pooling, View in, View out, View guide, Window window) {
        if (in.layout().size() == 0) {
            return;
        }
        DType lane = out.dtype().lane();
        try (Dense x = Dense.out(in, lane, backend); Dense y = Dense.in(out, lane, backend);
                Dense by = pooling == Pooling.MAX ? Dense.in(guide, lane, backend) : null) {
            call(pooling, in, out, window, lane).backward(x, y, by);
        }
    }

    private Call<?> call(Pooling pooling, View in, View out, Window window, DType lane) {
        WindowGeometry g = WindowGeometry.of(in.layout(), out.layout(), window, 1);
        return lane == DType.FLOAT64 ? new Call<>(pooling, g, loops.f64(), null) : new Call<>(pooling, g, loops.f32(), rows);
    }

    private static final class Call<T> {
        private final Pooling pooling;
        private final WindowGeometry g;
        private final WindowKernels<T> k;
        /** Loops over rows of T; null if there are none. */
        private final RowKernels rowLoops;
        private final Phases phases;
        private final int planes;
        private final int grain;
        private final T ones;

        Call(Pooling pooling, WindowGeometry g, WindowKernels<T> k, RowKernels rowLoops) {
            this.pooling = pooling;
            this.g = g;
            this.k = k;
            this.rowLoops = rowLoops;
            phases = new Phases(g);
            planes = g.batch() * g.channels();
            // A tap of a window and an element copied take about a tenth of a nanosecond each at best.
            grain = (int) Math.max(1, 10_000 / ((long) g.outSize() * g.taps() + g.inSize()));
            ones = k.allocate(g.taps());
            k.fill(ones, 0, g.taps(), 1);
        }

        private T input(double padding) {
            T a = k.allocate(phases.size() + k.width());
            if (padding != 0) {
                k.fill(a, 0, phases.size(), padding);
            }
            return a;
        }

        private T output() { return k.allocate(phases.windows() + k.width()); }

        /** Whether windows are 2 by 2, side by side and without padding: then rows are combined as they lie. */
        private boolean isHalving() {
            int[] one = {1, 2, 2};
            return Arrays.equals(g.kernel(), one) && Arrays.equals(g.stride(), one) && Arrays.equals(g.padding(), new int[3])
                    && 2 * g.out()[1] <= g.in()[1] && 2 * g.out()[2] <= g.in()[2];
        }

        private void halve(Dense y, Dense x) {
            double factor = pooling == Pooling.SUM ? 1 : 0.25;
            int n = g.out()[2];
            int width = g.in()[2];
            Threads.team().split(planes, grain, 1, (from, to) -> {
                int end = y.at() + to * g.outSize();
                for (int r = from * lines(); r < to * lines(); r++) {
                    int at = x.at() + line(r) * width;
                    int o = y.at() + r * n;
                    // Short rows run on into the next one, which is written after them.
                    int m = k.width() > 1 && n < RUN && o + RUN <= end ? RUN : n;
                    if (pooling == Pooling.MAX) {
                        k.maxOfPairs(m, x.elements(), at, x.elements(), at + width, y.elements(), o);
                    } else {
                        k.sumOfPairs(m, x.elements(), at, x.elements(), at + width, factor, y.elements(), o);
                    }
                }
            });
        }

        /** Rows of the output in a plane. */
        private int lines() { return g.out()[0] * g.out()[1]; }

        /** The first of the two rows of the input that row r of the output, of all planes, is made of. */
        private int line(int r) {
            int plane = r / lines();
            int rest = r % lines();
            return (plane * g.in()[0] + rest / g.out()[1]) * g.in()[1] + 2 * (rest % g.out()[1]);
        }

        private void unhalve(Dense x, Dense y, Dense by) {
            int n = g.out()[2];
            int width = g.in()[2];
            int piece = rowLoops == null ? 0 : rowLoops.windows();
            boolean covers = width == 2 * n && g.in()[1] == 2 * g.out()[1] && g.in()[0] == g.out()[0];
            Threads.team().split(planes, grain, 1, (from, to) -> {
                if (!covers) {
                    k.fill(x.elements(), x.at() + from * g.inSize(), (to - from) * g.inSize(), 0);
                }
                int end = x.at() + to * g.inSize();
                for (int r = from * lines(); r < to * lines(); r++) {
                    int line = line(r) * width;
                    int o = x.at() + line;
                    // Short rows run on into the next two, by one piece at most: a second would spoil the first one's lower row.
                    int m = covers && n < piece && o + width + 2 * piece <= end ? piece : n;
                    deliver(m, by.elements(), by.at() + line, width, y.elements(), y.at() + r * n, x.elements(), o);
                }
            });
        }

        private void deliver(int n, Object guide, int at, int width, Object out, int from, Object to, int o) {
            if (rowLoops != null) {
                rowLoops.deliver(n, (float[]) guide, at, width, (float[]) out, from, (float[]) to, o);
            } else if (guide instanceof float[] floats) {
                Halving.deliver(n, floats, at, width, (float[]) out, from, (float[]) to, o);
            } else {
                Halving.deliver(n, (double[]) guide, at, width, (double[]) out, from, (double[]) to, o);
            }
        }

        void forward(Dense y, Dense x, Dense by) {
            if (by == null && isHalving()) {
                halve(y, x);
                return;
            }
            boolean max = pooling == Pooling.MAX;
            T scale = scale();
            Threads.team().split(planes, grain, 1, (from, to) -> {
                T in = input(max && by == null ? Double.NEGATIVE_INFINITY : 0);
                T guide = by == null ? null : input(Double.NEGATIVE_INFINITY);
                T out = output();
                for (int p = from; p < to; p++) {
                    phases.load(k, x.elements(), x.at() + p * g.inSize(), in);
                    if (!max) {
                        k.weigh(phases.windows(), in, phases.offsets(), ones, 0, out);
                    } else if (by == null) {
                        k.max(phases.windows(), in, phases.offsets(), out);
                    } else {
                        phases.load(k, by.elements(), by.at() + p * g.inSize(), guide);
                        k.select(phases.windows(), guide, phases.offsets(), in, out);
                    }
                    int at = y.at() + p * g.outSize();
                    phases.unloadWindows(k, out, y.<T>elements(), at);
                    if (scale != null) {
                        k.multiply(g.outSize(), y.elements(), at, scale, 0, y.elements(), at);
                    }
                }
            });
        }

        void backward(Dense x, Dense y, Dense by) {
            if (by != null && isHalving() && by.elements() != x.elements()) {
                unhalve(x, y, by);
                return;
            }
            T scale = scale();
            Threads.team().split(planes, grain, 1, (from, to) -> {
                T in = input(0);
                T guide = by == null ? null : input(Double.NEGATIVE_INFINITY);
                T out = output();
                T scaled = scale == null ? null : k.allocate(g.outSize());
                for (int p = from; p < to; p++) {
                    int at = y.at() + p * g.outSize();
                    if (scale == null) {
                        phases.loadWindows(k, y.<T>elements(), at, out);
                    } else {
                        k.multiply(g.outSize(), y.elements(), at, scale, 0, scaled, 0);
                        phases.loadWindows(k, scaled, 0, out);
                    }
                    k.fill(in, 0, phases.size(), 0);
                    if (by == null) {
                        k.spread(phases.windows(), out, phases.offsets(), ones, 0, in);
                    } else {
                        phases.load(k, by.elements(), by.at() + p * g.inSize(), guide);
                        k.deliver(phases.windows(), guide, phases.offsets(), out, in);
                    }
                    phases.unload(k, in, x.elements(), x.at() + p * g.inSize());
                }
            });
        }

        /** One over how many elements count, for each place of an output channel; null for no scaling. */
        private T scale() {
            if (pooling == Pooling.MAX || pooling == Pooling.SUM) {
                return null;
            }
            T scale = k.allocate(g.outSize());
            int[] o = g.out();
            for (int i = 0; i < g.outSize(); i++) {
                double n = (double) counted(0, i / (o[1] * o[2])) * counted(1, i / o[2] % o[1]) * counted(2, i % o[2]);
                k.fill(scale, i, 1, n == 0 ? 0 : 1 / n);
            }
            return scale;
        }

        private int counted(int axis, int place) {
            int margin = pooling == Pooling.MEAN_PADDED ? g.padding()[axis] : 0;
            int n = 0;
            for (int t = 0; t < g.kernel()[axis]; t++) {
                int i = place * g.stride()[axis] - g.padding()[axis] + t * g.dilation()[axis];
                n += i >= -margin && i < g.in()[axis] + margin ? 1 : 0;
            }
            return n;
        }
    }
}
