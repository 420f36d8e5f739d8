package io.wengert.kernel.cpu;

import io.wengert.kernel.DType;
import java.lang.reflect.Array;
import java.util.Arrays;

/** The four types that kernels calculate in, as arrays: float, double, long and long without sign. */
enum Lane {
    F32(DType.FLOAT32) {
        @Override
        Object make(int n) { return new float[n]; }

        @Override
        Object[] arrays(int n) { return new float[n][]; }

        @Override
        Object params(Number[] p) {
            float[] r = new float[p.length];
            for (int i = 0; i < r.length; i++) {
                r[i] = p[i].floatValue();
            }
            return r;
        }

        @Override
        void load(DType type, Object array, int at, int step, Object to, int off, int n) {
            if (step == 1 && type == DType.FLOAT32) {
                System.arraycopy(array, at, to, off, n);
            } else if (step == 0 && type == DType.FLOAT32) {
                Arrays.fill((float[]) to, off, off + n, ((float[]) array)[at]);
            } else if (step != 1 || !Straight.load(type, array, at, (float[]) to, off, n)) {
                Elements.load(type, array, at, step, (float[]) to, off, n);
            }
        }

        @Override
        void store(Object from, int off, DType type, Object array, int at, int step, int n) {
            if (step == 1 && type == DType.FLOAT32) {
                System.arraycopy(from, off, array, at, n);
            } else if (step != 1 || !Straight.store((float[]) from, off, type, array, at, n)) {
                Elements.store((float[]) from, off, type, array, at, step, n);
            }
        }
    },
    F64(DType.FLOAT64) {
        @Override
        Object make(int n) { return new double[n]; }

        @Override
        Object[] arrays(int n) { return new double[n][]; }

        @Override
        Object params(Number[] p) {
            double[] r = new double[p.length];
            for (int i = 0; i < r.length; i++) {
                r[i] = p[i].doubleValue();
            }
            return r;
        }

        @Override
        void load(DType type, Object array, int at, int step, Object to, int off, int n) {
            if (step == 1 && type == DType.FLOAT64) {
                System.arraycopy(array, at, to, off, n);
            } else if (step == 0 && type == DType.FLOAT64) {
                Arrays.fill((double[]) to, off, off + n, ((double[]) array)[at]);
            } else if (step != 1 || !Straight.load(type, array, at, (double[]) to, off, n)) {
                Elements.load(type, array, at, step, (double[]) to, off, n);
            }
        }

        @Override
        void store(Object from, int off, DType type, Object array, int at, int step, int n) {
            if (step == 1 && type == DType.FLOAT64) {
                System.arraycopy(from, off, array, at, n);
            } else {
                Elements.store((double[]) from, off, type, array, at, step, n);
            }
        }
    },
    I64(DType.INT64) {
        @Override
        Object make(int n) { return new long[n]; }

        @Override
        Object[] arrays(int n) { return new long[n][]; }

        @Override
        Object params(Number[] p) { return longs(p); }

        @Override
        void load(DType type, Object array, int at, int step, Object to, int off, int n) {
            if (step != 1 || !Straight.load(type, array, at, (long[]) to, off, n)) {
                Elements.load(type, array, at, step, (long[]) to, off, n);
            }
        }

        @Override
        void store(Object from, int off, DType type, Object array, int at, int step, int n) {
            if (step != 1 || !Straight.store((long[]) from, off, type, array, at, n)) {
                Elements.store((long[]) from, off, false, type, array, at, step, n);
            }
        }
    },
    U64(DType.UINT64) {
        @Override
        Object make(int n) { return new long[n]; }

        @Override
        Object[] arrays(int n) { return new long[n][]; }

        @Override
        Object params(Number[] p) { return longs(p); }

        @Override
        void load(DType type, Object array, int at, int step, Object to, int off, int n) {
            if (step != 1 || !Straight.load(type, array, at, (long[]) to, off, n)) {
                Elements.load(type, array, at, step, (long[]) to, off, n);
            }
        }

        @Override
        void store(Object from, int off, DType type, Object array, int at, int step, int n) {
            if (step != 1 || !Straight.store((long[]) from, off, type, array, at, n)) {
                Elements.store((long[]) from, off, true, type, array, at, step, n);
            }
        }
    };

    /** The length of the arrays that a thread keeps, and how many of each lane it keeps at most. */
    private static final int KEPT_LENGTH = 2048 + CpuMemory.SLACK;
    private static final int KEPT = 6;

    private final DType dtype;
    private final ThreadLocal<Object[]> kept = ThreadLocal.withInitial(() -> new Object[KEPT]);

    Lane(DType dtype) { this.dtype = dtype; }

    /** The dtype whose stored arrays are lane arrays themselves. */
    DType dtype() { return dtype; }

    static Lane of(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> F32;
            case FLOAT64 -> F64;
            case INT64 -> I64;
            case UINT64 -> U64;
            default -> throw new IllegalArgumentException(dtype.text() + " is not a lane type");
        };
    }

    /** A new lane array. */
    abstract Object make(int n);

    /**
     * A lane array of at least this length, with undefined contents, from those that this thread keeps; it is nobody else's until
     * it is given back, and garbage if it never is.
     */
    Object take(int n) {
        if (n <= KEPT_LENGTH) {
            Object[] own = kept.get();
            for (int i = 0; i < KEPT; i++) {
                Object a = own[i];
                if (a != null) {
                    own[i] = null;
                    return a;
                }
            }
        }
        return make(Math.max(n, KEPT_LENGTH));
    }

    /** Keeps an array that this thread has taken, unless it is long, for what takes one next. */
    void giveBack(Object array) {
        if (Array.getLength(array) > KEPT_LENGTH) {
            return;
        }
        Object[] own = kept.get();
        for (int i = 0; i < KEPT; i++) {
            if (own[i] == null) {
                own[i] = array;
                return;
            }
        }
    }

    /** An array of lane arrays. */
    abstract Object[] arrays(int n);

    /** Call parameters as a lane array. */
    abstract Object params(Number[] p);

    /** Converts stored elements {@code at, at + step, ...} to lanes. */
    abstract void load(DType type, Object array, int at, int step, Object to, int off, int n);

    /** Converts lanes to stored elements. */
    abstract void store(Object from, int off, DType type, Object array, int at, int step, int n);

    private static long[] longs(Number[] p) {
        long[] r = new long[p.length];
        for (int i = 0; i < r.length; i++) {
            r[i] = p[i].longValue();
        }
        return r;
    }
}
