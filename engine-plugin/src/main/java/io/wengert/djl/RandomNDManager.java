package io.wengert.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.wengert.kernel.DType;
import io.wengert.kernel.Distribution;
import io.wengert.op.Sampling;
import io.wengert.op.Sorting;
import io.wengert.replay.Tracer;
import io.wengert.tensor.Tensor;

/** The part of a manager that makes random arrays, all from the engine's one stream. */
abstract class RandomNDManager extends CreationNDManager {

    RandomNDManager(NDManager parent, Device device) { super(parent, device); }

    abstract RandomStream random();

    private WgNDArray draw(String name, Shape shape, DataType type, Distribution d, double a, double b) {
        DType dtype = DTypes.of(type);
        if (d == Distribution.INTEGER ? !dtype.isReal() : !dtype.isFloating()) {
            throw new IllegalArgumentException(name + ": no random numbers of type " + type);
        }
        return give(random().fill(Tensor.empty(backend(), dtype, DTypes.extents(shape)), d, a, b));
    }

    @Override
    public NDArray randomUniform(float low, float high, Shape shape, DataType type) {
        return draw("randomUniform", shape, type, Distribution.UNIFORM, low, high);
    }

    @Override
    public NDArray randomNormal(float loc, float scale, Shape shape, DataType type) {
        return draw("randomNormal", shape, type, Distribution.NORMAL, loc, scale);
    }

    @Override
    public NDArray truncatedNormal(float loc, float scale, Shape shape, DataType type) {
        return draw("truncatedNormal", shape, type, Distribution.TRUNCATED_NORMAL, loc, scale);
    }

    /** Uniform on [low, high). */
    @Override
    public NDArray randomInteger(long low, long high, Shape shape, DataType type) {
        if (low >= high) {
            throw new IllegalArgumentException("randomInteger: no integers from " + low + " to below " + high);
        }
        return draw("randomInteger", shape, type, Distribution.INTEGER, low, high);
    }

    /** By the order of as many uniform numbers. */
    @Override
    public NDArray randomPermutation(long n) {
        if (n < 0) {
            throw new IllegalArgumentException("randomPermutation: of " + n + " numbers");
        }
        try (Tensor keys = random().fill(Tensor.empty(backend(), DType.FLOAT64, n), Distribution.UNIFORM, 0, 1)) {
            Tensor[] sorted = Sorting.SORT.all(new Sorting.Order(0, false), keys);
            sorted[0].close();
            return give(sorted[1]);
        }
    }

    /** {@code (p)} of int64. */
    @Override
    public NDArray randomMultinomial(int n, NDArray pValues) { return randomMultinomial(n, pValues, new Shape()); }

    /** {@code (.., p)} of int64: the shape says how often the n experiments are made. */
    @Override
    public NDArray randomMultinomial(int n, NDArray pValues, Shape shape) {
        return give(random().sample(Sampling.Law.MULTINOMIAL, n, DTypes.extents(shape), Foreign.tensor(pValues, backend())));
    }

    @Override
    public NDArray sampleNormal(NDArray mu, NDArray sigma) { return sampleNormal(mu, sigma, new Shape()); }

    /** The samples of each distribution lie along new last axes; mu and sigma broadcast. */
    @Override
    public NDArray sampleNormal(NDArray mu, NDArray sigma, Shape shape) {
        try (Tensor m = constant(mu); Tensor s = constant(sigma)) {
            return give(Sampling.normal(m, s, DTypes.extents(shape), t -> random().fill(t, Distribution.NORMAL, 0, 1)));
        }
    }

    /** The value of an array that no gradient is to reach. */
    private Tensor constant(NDArray array) {
        Tensor x = Foreign.tensor(array, backend());
        Tensor value = x.share().from(null, 0);
        Tracer tracer = Tracer.current();
        return tracer == null ? value : tracer.stopped(x, value);
    }

    @Override
    public NDArray samplePoisson(NDArray lam) { return samplePoisson(lam, new Shape()); }

    /** The samples of each distribution lie along new last axes. */
    @Override
    public NDArray samplePoisson(NDArray lam, Shape shape) {
        return give(random().sample(Sampling.Law.POISSON, 0, DTypes.extents(shape), Foreign.tensor(lam, backend())));
    }

    @Override
    public NDArray sampleGamma(NDArray alpha, NDArray beta) { return sampleGamma(alpha, beta, new Shape()); }

    /** The samples of each distribution lie along new last axes; alpha and beta broadcast. */
    @Override
    public NDArray sampleGamma(NDArray alpha, NDArray beta, Shape shape) {
        return give(random().sample(Sampling.Law.GAMMA, 0, DTypes.extents(shape), Foreign.tensor(alpha, backend()),
                Foreign.tensor(beta, backend())));
    }
}
