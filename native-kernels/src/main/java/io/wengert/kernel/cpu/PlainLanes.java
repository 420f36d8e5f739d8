package io.wengert.kernel.cpu;

import io.wengert.kernel.DType;
import io.wengert.kernel.Program;
import io.wengert.kernel.Reduction;
import java.lang.invoke.MethodHandles;

/** Inner loops in plain Java: always there, always right. */
public final class PlainLanes implements Lanes {

    private final KernelComposer floats = composer(FloatFns.class, FloatLoop.class, float.class);
    private final KernelComposer doubles = composer(DoubleFns.class, DoubleLoop.class, double.class);
    private final KernelComposer longs = composer(LongFns.class, LongLoop.class, long.class);
    private final KernelComposer unsigned = composer(UnsignedFns.class, LongLoop.class, long.class);
    private final GemmKernels gemm = new PlainGemm();

    private static KernelComposer composer(Class<?> table, Class<?> template, Class<?> lane) {
        return new KernelComposer(MethodHandles.lookup(), table, template, lane, lane.arrayType());
    }

    @Override
    public String description() { return "plain Java"; }

    @Override
    public int width(DType lane) { return 1; }

    @Override
    public MapKernel map(Program program, DType lane) {
        KernelComposer c = switch (Lane.of(lane)) {
            case F32 -> floats;
            case F64 -> doubles;
            case I64 -> longs;
            case U64 -> unsigned;
        };
        return c.compose(program);
    }

    @Override
    public GemmKernels gemm() { return gemm; }

    @Override
    public float reduce(Reduction reduction, float[] x, int at, int n) {
        return switch (reduction) {
            case SUM -> PlainReductions.sum(x, at, n);
            case PROD -> PlainReductions.product(x, at, n);
            case MAX -> PlainReductions.largest(x, at, n);
            case MIN -> PlainReductions.smallest(x, at, n);
        };
    }

    @Override
    public double reduce(Reduction reduction, double[] x, int at, int n) {
        return switch (reduction) {
            case SUM -> PlainReductions.sum(x, at, n);
            case PROD -> PlainReductions.product(x, at, n);
            case MAX -> PlainReductions.largest(x, at, n);
            case MIN -> PlainReductions.smallest(x, at, n);
        };
    }

    @Override
    public void accumulate(Reduction reduction, float[] acc, int accAt, float[] x, int at, int n) {
        switch (reduction) {
            case SUM -> {
                for (int i = 0; i < n; i++) {
                    acc[accAt + i] = acc[accAt + i] + x[at + i];
                }
            }
            case PROD -> {
                for (int i = 0; i < n; i++) {
                    acc[accAt + i] = acc[accAt + i] * x[at + i];
                }
            }
            case MAX -> {
                for (int i = 0; i < n; i++) {
                    acc[accAt + i] = Math.max(acc[accAt + i], x[at + i]);
                }
            }
            case MIN -> {
                for (int i = 0; i < n; i++) {
                    acc[accAt + i] = Math.min(acc[accAt + i], x[at + i]);
                }
            }
        }
    }

    @Override
    public void accumulate(Reduction reduction, double[] acc, int accAt, double[] x, int at, int n) {
        switch (reduction) {
            case SUM -> {
                for (int i = 0; i < n; i++) {
                    acc[accAt + i] = acc[accAt + i] + x[at + i];
                }
            }
            case PROD -> {
                for (int i = 0; i < n; i++) {
                    acc[accAt + i] = acc[accAt + i] * x[at + i];
                }
            }
            case MAX -> {
                for (int i = 0; i < n; i++) {
                    acc[accAt + i] = Math.max(acc[accAt + i], x[at + i]);
                }
            }
            case MIN -> {
                for (int i = 0; i < n; i++) {
                    acc[accAt + i] = Math.min(acc[accAt + i], x[at + i]);
                }
            }
        }
    }

    static double combine(Reduction r, double a, double b) {
        return switch (r) {
            case SUM -> a + b;
            case PROD -> a * b;
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
        };
    }

    static long combine(Reduction r, long a, long b, boolean unsigned) {
        return switch (r) {
            case SUM -> a + b;
            case PROD -> a * b;
            case MAX -> (unsigned ? Long.compareUnsigned(a, b) : Long.compare(a, b)) >= 0 ? a : b;
            case MIN -> (unsigned ? Long.compareUnsigned(a, b) : Long.compare(a, b)) <= 0 ? a : b;
        };
    }

    /** Combines {@code value} with n elements; a loop of its own for each way, so that none is compiled for all. */
    static long reduce(Reduction r, long value, long[] x, int at, int n, boolean unsigned) {
        return switch (r) {
            case SUM -> value + PlainReductions.sum(x, at, n);
            case PROD -> value * PlainReductions.product(x, at, n);
            case MAX -> unsigned ? PlainReductions.max(value ^ Long.MIN_VALUE, x, at, n, Long.MIN_VALUE) ^ Long.MIN_VALUE
                    : PlainReductions.max(value, x, at, n, 0);
            case MIN -> unsigned ? PlainReductions.min(value ^ Long.MIN_VALUE, x, at, n, Long.MIN_VALUE) ^ Long.MIN_VALUE
                    : PlainReductions.min(value, x, at, n, 0);
        };
    }

    static long identity(Reduction r, boolean unsigned) {
        return switch (r) {
            case SUM -> 0;
            case PROD -> 1;
            case MAX -> unsigned ? 0 : Long.MIN_VALUE;
            case MIN -> unsigned ? -1 : Long.MAX_VALUE;
        };
    }
}
