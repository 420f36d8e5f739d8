package io.wengert.kernel.cpu;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.Reduction;
import io.wengert.kernel.View;
import java.util.Arrays;

/**
 * The reducing family: sums, products and extrema along any axes.
 *
 * <p>The order of combination depends on the shape alone, never on the number of threads. Float sums go in blocks
 * whose results are added in double precision; along outer axes in groups of 128 rows.
 */
final class ReduceFamily {

    private static final int BLOCK = 1024;
    private static final int PART = 32768;
    private static final int GRAIN = 32768;
    private static final int ROWS = 128;

    /** How many elements of rows a thread adds in a nanosecond, at most. */
    private static final int ADDED_A_NANO = 8;

    private final Lanes lanes;
    /** The block of elements that need no conversion and lie one behind the other: as long for each lane. */
    private final int straightBlock;

    ReduceFamily(Lanes lanes) {
        this.lanes = lanes;
        straightBlock = Math.max(BLOCK, BLOCK / 2 * lanes.width(DType.FLOAT32));
    }

    void run(Reduction reduction, DType laneType, View out, View in) {
        if (out.layout().size() == 0) {
            return;
        }
        if (!small(reduction, laneType, out, in)) {
            new Call(reduction, Lane.of(laneType), out, in).run();
        }
    }

    /** A single block of floats to one number, as {@link Call} would do it but without its preparations. */
    private boolean small(Reduction reduction, DType lane, View out, View in) {
        Layout x = in.layout();
        int n = x.size() > straightBlock ? 0 : (int) x.size();
        if (n == 0 || out.layout().size() != 1 || lane != DType.FLOAT32 || in.dtype() != lane || out.dtype() != lane
                || !x.isContiguous()) {
            return false;
        }
        float part = lanes.reduce(reduction, ((CpuBuffer) in.buffer()).floats(), (int) x.offset(), n);
        ((CpuBuffer) out.buffer()).floats()[(int) out.layout().offset()] = (float) reduction.combine(reduction.identity(), part);
        return true;
    }

    private final class Call {
        private final Reduction reduction;
        private final Lane lane;
        private final Object array;
        private final DType type;
        private final View out;
        /** The axes that stay, walked to each result's first element; and the axes that go, walked from there. */
        private final Layout kept;
        private final Layout gone;
        private final int results;
        private final int count;
        /** Where results go, from {@code resultAt} on: the output itself, if they can lie there as they are. */
        private final Object result;
        private final int resultAt;
        private final boolean direct;

        Call(Reduction reduction, Lane lane, View out, View in) {
            this.reduction = reduction;
            this.lane = lane;
            this.out = out;
            this.array = ((CpuBuffer) in.buffer()).array();
            this.type = in.dtype();
            Layout x = in.layout();
            int rank = x.rank();
            int[] keep = new int[rank];
            int[] go = new int[rank];
            int k = 0;
            int g = 0;
            for (int i = 0; i < rank; i++) {
                if (out.layout().size(i) == 1 && x.size(i) != 1) {
                    go[g++] = i;
                } else {
                    keep[k++] = i;
                }
            }
            kept = x.permute(Arrays.copyOf(keep, k)).collapse();
            Layout r = x.permute(Arrays.copyOf(go, g));
            gone = Layout.of(r.shape(), strides(r), 0).collapse();
            results = Math.toIntExact(out.layout().size());
            count = Math.toIntExact(gone.size());
            direct = out.dtype() == lane.dtype() && out.layout().isContiguous() && out.buffer() != in.buffer();
            result = direct ? ((CpuBuffer) out.buffer()).array() : lane.take(results);
            resultAt = direct ? (int) out.layout().offset() : 0;
        }

        void run() {
            if (count == 0) {
                fill();
            } else if (type == lane.dtype() && byColumns()) {
                columns();
            } else if (results == 1 && count >= 2 * PART) {
                parts();
            } else {
                int grain = Math.max(1, GRAIN / Math.max(1, count));
                Threads.team().split(results, grain, 1, this::rows);
            }
            if (!direct) {
                Runs.of(out.layout()).store(lane, result, out.dtype(), ((CpuBuffer) out.buffer()).array(), 0, 0, results);
                lane.giveBack(result);
            }
        }

        private static long[] strides(Layout l) {
            long[] s = new long[l.rank()];
            Arrays.setAll(s, l::stride);
            return s;
        }

        private void fill() {
            int end = resultAt + results;
            switch (lane) {
                case F32 -> Arrays.fill((float[]) result, resultAt, end, (float) reduction.identity());
                case F64 -> Arrays.fill((double[]) result, resultAt, end, reduction.identity());
                default -> Arrays.fill((long[]) result, resultAt, end, PlainLanes.identity(reduction, lane == Lane.U64));
            }
        }

        /** Results [from, to), each one a walk over its own elements. */
        private void rows(int from, int to) {
            Runs walk = Runs.of(gone);
            boolean straight = walk.isContiguous() && type == lane.dtype();
            Object scratch = straight ? null : lane.take(Math.min(BLOCK, count));
            Runs.of(kept).walk(from, to - from, (at, step, done, n) -> {
                for (int i = 0; i < n; i++) {
                    int start = at + i * step;
                    put(from + done + i, straight ? new Accumulator().direct(start, 0, count)
                            : new Accumulator().staged(walk, scratch, start, 0, count));
                }
            });
            if (!straight) {
                lane.giveBack(scratch);
            }
        }

        /** One result over many elements: fixed parts, in parallel, combined in order. */
        private void parts() {
            int n = (count + PART - 1) / PART;
            Accumulator[] parts = new Accumulator[n];
            int start = (int) kept.offset();
            Threads.team().split(n, 1, 1, (from, to) -> {
                Runs walk = Runs.of(gone);
                boolean straight = walk.isContiguous() && type == lane.dtype();
                Object scratch = straight ? null : lane.take(BLOCK);
                for (int i = from; i < to; i++) {
                    int size = Math.min(PART, count - i * PART);
                    parts[i] = straight ? new Accumulator().direct(start, i * PART, size)
                            : new Accumulator().staged(walk, scratch, start, i * PART, size);
                }
                if (!straight) {
                    lane.giveBack(scratch);
                }
            });
            Accumulator all = new Accumulator();
            for (Accumulator p : parts) {
                all.merge(p);
            }
            put(0, all);
        }

        private void put(int i, Accumulator a) {
            switch (lane) {
                case F32 -> ((float[]) result)[resultAt + i] = (float) a.value;
                case F64 -> ((double[]) result)[resultAt + i] = a.value;
                default -> ((long[]) result)[resultAt + i] = a.integer;
            }
        }

        /** Whether neighbouring results come from neighbouring elements, so that whole rows can be combined at once. */
        private boolean byColumns() {
            int last = kept.rank() - 1;
            return (lane == Lane.F32 || lane == Lane.F64) && last >= 0 && kept.stride(last) == 1 && kept.size(last) >= 8
                    && !(gone.rank() == 1 && gone.stride(0) == 1);
        }

        /** By groups of rows, or by blocks of columns if these are more. */
        private void columns() {
            int width = (int) kept.size(kept.rank() - 1);
            int block = Math.min(width, BLOCK);
            int blocks = (width + block - 1) / block;
            int tasks = results / width * blocks;
            int groups = (count + ROWS - 1) / ROWS;
            if (groups < tasks) {
                int grain = Math.max(1, GRAIN / (block * count));
                Threads.team().split(tasks, grain, 1, (from, to) -> {
                    Object sums = lane.take(block);
                    columns(from, to, blocks, 0, groups, sums, -1);
                    lane.giveBack(sums);
                });
                return;
            }
            Object sums = lane.take(groups * results);
            int grain = Math.max(1, GRAIN / (ROWS * results));
            long nanos = (long) count * results / ADDED_A_NANO;
            Threads.team().split(groups, grain, 1, nanos, (from, to) -> columns(0, tasks, blocks, from, to, sums, results));
            for (int g = 0; g < groups; g++) {
                combine(g, sums, g * results, 0, results);
            }
            lane.giveBack(sums);
        }

        /**
         * Sums of some groups in some blocks of columns: group g's from {@code g * step} of {@code sums} on; or, if that is
         * negative, one after the other at its start and from there into the result.
         */
        private void columns(int from, int to, int blocks, int group, int end, Object sums, int step) {
            int width = (int) kept.size(kept.rank() - 1);
            Runs rows = Runs.of(gone);
            for (int t = from; t < to; t++) {
                int column = t % blocks * BLOCK;
                int n = Math.min(BLOCK, width - column);
                int at = t / blocks * width + column;
                Runs.of(kept).walk(at, 1, (start, s, d, m) -> {
                    for (int g = group; g < end; g++) {
                        int sum = step < 0 ? 0 : g * step + at;
                        clear(sums, sum, n);
                        rows.walk(start, g * ROWS, Math.min(ROWS, count - g * ROWS),
                                (first, distance, done, k) -> accumulate(sums, sum, first, distance, k, n));
                        if (step < 0) {
                            combine(g, sums, 0, at, n);
                        }
                    }
                });
            }
        }

        /** Adds, so to speak, n sums of a group to the results. */
        private void combine(int group, Object sums, int at, int to, int n) {
            if (group == 0) {
                System.arraycopy(sums, at, result, resultAt + to, n);
            } else if (lane == Lane.F32) {
                lanes.accumulate(reduction, (float[]) result, resultAt + to, (float[]) sums, at, n);
            } else {
                lanes.accumulate(reduction, (double[]) result, resultAt + to, (double[]) sums, at, n);
            }
        }

        private void clear(Object a, int at, int n) {
            if (lane == Lane.F32) {
                Arrays.fill((float[]) a, at, at + n, (float) reduction.identity());
            } else {
                Arrays.fill((double[]) a, at, at + n, reduction.identity());
            }
        }

        /** Rows of the input. */
        private void accumulate(Object sums, int sum, int at, int step, int rows, int n) {
            if (lane == Lane.F32) {
                lanes.accumulate(reduction, (float[]) sums, sum, (float[]) array, at, step, rows, n);
                return;
            }
            for (int r = 0; r < rows; r++) {
                lanes.accumulate(reduction, (double[]) sums, sum, (double[]) array, at + r * step, n);
            }
        }

        /** A result on its way, wider than its elements. */
        private final class Accumulator {
            private double value = reduction.identity();
            private long integer = PlainLanes.identity(reduction, lane == Lane.U64);

            Accumulator direct(int start, int from, int n) {
                for (int i = 0; i < n; i += straightBlock) {
                    block(array, start + from + i, Math.min(straightBlock, n - i));
                }
                return this;
            }

            Accumulator staged(Runs walk, Object scratch, int start, int from, int n) {
                for (int i = 0; i < n; i += BLOCK) {
                    int m = Math.min(BLOCK, n - i);
                    walk.load(lane, type, array, start, from + i, m, scratch);
                    block(scratch, 0, m);
                }
                return this;
            }

            private void block(Object x, int at, int n) {
                switch (lane) {
                    case F32 -> value = reduction.combine(value, lanes.reduce(reduction, (float[]) x, at, n));
                    case F64 -> value = reduction.combine(value, lanes.reduce(reduction, (double[]) x, at, n));
                    default -> integer = PlainLanes.reduce(reduction, integer, (long[]) x, at, n, lane == Lane.U64);
                }
            }

            void merge(Accumulator o) {
                value = reduction.combine(value, o.value);
                integer = PlainLanes.combine(reduction, integer, o.integer, lane == Lane.U64);
            }
        }
    }
}
