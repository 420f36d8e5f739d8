package io.wengert.kernel.cpu.vector;

import io.wengert.kernel.DType;
import io.wengert.kernel.Program;
import io.wengert.kernel.Reduction;
import io.wengert.kernel.cpu.GemmKernels;
import io.wengert.kernel.cpu.KernelComposer;
import io.wengert.kernel.cpu.Lanes;
import io.wengert.kernel.cpu.MapKernel;
import io.wengert.kernel.cpu.PlainLanes;
import io.wengert.kernel.cpu.RowKernels;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;

/** Inner loops with the Vector API; integers, whose kernels the JIT compiler vectorises well enough, stay plain. */
public final class VectorLanes implements Lanes {

    private final PlainLanes plain = new PlainLanes();
    private final KernelComposer floats = new KernelComposer(MethodHandles.lookup(), FloatVectorFns.TABLE,
            FloatVectorLoop.class, FloatVector.class, float[].class);
    private final KernelComposer doubles = new KernelComposer(MethodHandles.lookup(), DoubleVectorFns.class,
            DoubleVectorLoop.class, DoubleVector.class, double[].class);
    private final GemmKernels gemm = new VectorGemm();
    private final RowKernels rows = new FloatRows();

    public VectorLanes() { OperatorMix.start(); }

    @Override
    public String description() { return "Vector API, " + Species.F32.vectorBitSize() + " bits"; }

    @Override
    public int width(DType lane) {
        return lane == DType.FLOAT32 ? Species.F32.length() : lane == DType.FLOAT64 ? Species.F64.length() : 1;
    }

    @Override
    public MapKernel map(Program program, DType lane) {
        return switch (lane) {
            case FLOAT32 -> floats.compose(program);
            case FLOAT64 -> doubles.compose(program);
            default -> plain.map(program, lane);
        };
    }

    @Override
    public GemmKernels gemm() { return gemm; }

    @Override
    public RowKernels rows() { return rows; }

    @Override
    public int transposedSize() { return FloatTiledTranspose.FITS ? Species.F32.length() : Integer.MAX_VALUE; }

    @Override
    public void transpose(int lines, int from, int to, float[] s, int so, int sLine, float[] d, int o, int dLine) {
        FloatTiledTranspose.transpose(lines, from, to, s, so, sLine, d, o, dLine);
    }

    @Override
    public float reduce(Reduction reduction, float[] x, int at, int n) {
        return switch (reduction) {
            case SUM -> FloatReductions.sum(x, at, n);
            case MAX -> FloatReductions.max(x, at, n);
            case MIN -> FloatReductions.min(x, at, n);
            case PROD -> plain.reduce(reduction, x, at, n);
        };
    }

    @Override
    public double reduce(Reduction reduction, double[] x, int at, int n) {
        return switch (reduction) {
            case SUM -> DoubleReductions.sum(x, at, n);
            case MAX -> DoubleReductions.max(x, at, n);
            case MIN -> DoubleReductions.min(x, at, n);
            case PROD -> plain.reduce(reduction, x, at, n);
        };
    }

    @Override
    public void accumulate(Reduction reduction, float[] acc, int accAt, float[] x, int at, int n) {
        switch (reduction) {
            case SUM -> FloatReductions.add(acc, accAt, x, at, n);
            case PROD -> FloatReductions.multiply(acc, accAt, x, at, n);
            case MAX -> FloatReductions.max(acc, accAt, x, at, n);
            case MIN -> FloatReductions.min(acc, accAt, x, at, n);
        }
    }

    @Override
    public void accumulate(Reduction reduction, float[] acc, int accAt, float[] x, int at, int step, int rows, int n) {
        int r = 0;
        for (; reduction == Reduction.SUM && r + 8 <= rows; r += 8) {
            FloatReductions.addEight(acc, accAt, x, at + r * step, step, n);
        }
        Lanes.super.accumulate(reduction, acc, accAt, x, at + r * step, step, rows - r, n);
    }

    @Override
    public void accumulate(Reduction reduction, double[] acc, int accAt, double[] x, int at, int n) {
        if (reduction == Reduction.SUM) {
            DoubleReductions.add(acc, accAt, x, at, n);
        } else {
            plain.accumulate(reduction, acc, accAt, x, at, n);
        }
    }
}
