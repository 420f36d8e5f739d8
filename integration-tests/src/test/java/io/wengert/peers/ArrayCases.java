package io.wengert.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;

/** Reductions, shapes, indices, sorting and linear algebra. */
final class ArrayCases extends PeerCases {

    ArrayCases() {
        reductions();
        shapes();
        combinations();
        indices();
        sorting();
        products();
        spectra();
    }

    private void reductions() {
        one("sum", NUMBERS, some(-3, 3), NDArray::sum);
        one("max", WIDE, some(-3, 3), NDArray::max);
        one("min", WIDE, some(-3, 3), NDArray::min);
        one("prod", WIDE, some(-2, 2), NDArray::prod);
        one("mean", DOUBLES, some(-3, 3), NDArray::mean);
        one("sum 1", WIDE, rank(3), x -> x.sum(new int[] {1}));
        one("sum 0 2", WIDE, rank(3), x -> x.sum(new int[] {0, 2}));
        one("sum -1 keep", WIDE, rank(3), x -> x.sum(new int[] {-1}, true));
        one("max 1", WIDE, rank(3), x -> x.max(new int[] {1}));
        one("min 1 keep", WIDE, rank(3), x -> x.min(new int[] {1}, true));
        one("prod 1", WIDE, rank(3), x -> x.prod(new int[] {1}));
        one("mean 1", DOUBLES, rank(3), x -> x.mean(new int[] {1}));
        one("mean 0 1 keep", DOUBLES, rank(3), x -> x.mean(new int[] {0, 1}, true));
        one("mean of integers", List.of(DataType.INT32, DataType.INT64), some(-3, 3), NDArray::mean);
        one("sum of booleans", BOOLEANS, some(0, 1), NDArray::sum);
        one("sum of booleans 0", BOOLEANS, rank(2), x -> x.sum(new int[] {0}));
        one("max of NaN", FLOATS, (r, t) -> new Drawn[] {new Drawn(s(3), t, new double[] {1, Double.NaN, 2})}, NDArray::max);
        one("argMax of equals", WIDE, (r, t) -> new Drawn[] {new Drawn(s(2, 3), t, new double[] {1, 4, 4, 2, 2, 2})}, x -> x.argMax(1));
        one("sum of nothing", WIDE, of(s(0, 3)), NDArray::sum);
        one("sum of nothing 0", WIDE, of(s(0, 3)), x -> x.sum(new int[] {0}));
        one("mean of nothing", FLOATS, of(s(0)), NDArray::mean);
        one("prod of nothing", FLOATS, of(s(0)), NDArray::prod);
        one("max of nothing 1", FLOATS, of(s(0, 3)), x -> x.max(new int[] {1}));
        one("norm", DOUBLES, some(-3, 3), NDArray::norm);
        one("norm 1", DOUBLES, rank(3), x -> x.norm(new int[] {1}));
        one("norm 0 keep", DOUBLES, rank(2), x -> x.norm(new int[] {0}, true));
        one("cumSum 1", WIDE, rank(3), x -> x.cumSum(1));
        one("cumSum", WIDE, rank(1), NDArray::cumSum);
        one("cumProd 1", DOUBLES, rank(3), x -> x.cumProd(1));
        one("countNonzero", WIDE, some(-1, 1), NDArray::countNonzero);
        one("countNonzero 1", WIDE, rank(2), x -> x.countNonzero(1));
        one("percentile", FLOATS, apart(1), x -> x.percentile(50));
        one("median 0", FLOATS, of(s(3, 4)), x -> x.median(new int[] {0}));
        one("normalize", FLOATS, of(s(2, 3)), x -> x.normalize(2, 1));
        one("trace", WIDE, rank(2), NDArray::trace);
        one("argMax", WIDE, apart(2), NDArray::argMax);
        one("argMax 1", WIDE, apart(3), x -> x.argMax(1));
        one("argMin", WIDE, apart(2), NDArray::argMin);
        one("argMin 0", WIDE, apart(3), x -> x.argMin(0));
    }

    private void shapes() {
        one("reshape", ALL, of(s(2, 6)), x -> x.reshape(3, 4));
        one("reshape -1", ALL, of(s(2, 6)), x -> x.reshape(-1, 3));
        one("flatten", ALL, some(-3, 3), NDArray::flatten);
        one("flatten 1 2", ALL, rank(3), x -> x.flatten(1, 2));
        one("expandDims", ALL, rank(2), x -> x.expandDims(1));
        one("expandDims -1", ALL, rank(2), x -> x.expandDims(-1));
        one("squeeze", ALL, of(s(2, 1, 3)), x -> x.squeeze(1));
        one("squeeze all", ALL, of(s(1, 3, 1)), NDArray::squeeze);
        one("transpose", ALL, rank(3), NDArray::transpose);
        one("transpose axes", ALL, rank(3), x -> x.transpose(1, 0, 2));
        one("swapAxes", ALL, rank(3), x -> x.swapAxes(0, 2));
        one("flip", ALL, rank(3), x -> x.flip(0, 2));
        one("rotate90", WIDE, rank(2), x -> x.rotate90(1, new int[] {0, 1}));
        one("broadcast", ALL, of(s(3, 1)), x -> x.broadcast(2, 3, 4));
        one("tile", WIDE, rank(2), x -> x.tile(2));
        one("tile longs", WIDE, rank(2), x -> x.tile(new long[] {2, 3}));
        one("tile axis", WIDE, rank(2), x -> x.tile(1, 2));
        one("repeat", WIDE, rank(2), x -> x.repeat(2));
        one("repeat longs", WIDE, rank(2), x -> x.repeat(new long[] {2, 3}));
        one("repeat axis", WIDE, rank(2), x -> x.repeat(1, 2));
        one("pad", DOUBLES, of(s(2, 3)), x -> x.pad(new Shape(1, 2), 7));
        one("diagonal", WIDE, rank(2), NDArray::diagonal);
        one("diagonal 1", WIDE, of(s(3, 4)), x -> x.diagonal(1));
        one("diagonal axes", WIDE, of(s(3, 4, 2)), x -> x.diagonal(0, 1, 2));
        list("split 2", WIDE, of(s(4, 3)), x -> x[0].split(2));
        list("split places", WIDE, of(s(2, 5)), x -> x[0].split(new long[] {1, 3}, 1));
        one("diff", WIDE, of(s(3, 4)), x -> x.diff(1, 1));
    }

    private void combinations() {
        two("concat 0", ALL, of(s(2, 3), s(1, 3)), (x, y) -> x.concat(y));
        two("concat 1", ALL, of(s(2, 3), s(2, 1)), (x, y) -> x.concat(y, 1));
        two("concat -1", ALL, of(s(2, 3), s(2, 1)), (x, y) -> x.concat(y, -1));
        two("concat with nothing", WIDE, of(s(2, 3), s(0, 3)), (x, y) -> x.concat(y));
        two("stack", ALL, of(s(2, 3), s(2, 3)), (x, y) -> x.stack(y));
        two("stack 1", ALL, of(s(2, 3), s(2, 3)), (x, y) -> x.stack(y, 1));
        any("where", WIDE, masked(s(2, 3), s(2, 3), s(2, 3)), x -> NDArrays.where(x[2], x[0], x[1]));
        any("sequenceMask", FLOATS, indexed(4, s(2), s(2, 4)), x -> x[0].sequenceMask(x[1].toType(DataType.FLOAT32, false), -1));
    }

    private void indices() {
        get("1");
        get("-1");
        get("1:");
        get(":, 1");
        get(":, :2");
        get("..., 1");
        get(":, ::2");
        get("1:3, -1");
        get(":, 1:2, 0");
        get("0:2, 1:3");
        get("*, 0");
        one("reshape of a slice", ALL, of(s(3, 4, 2)), x -> x.get(":, 1:3").reshape(2, 6));
        one("sum of a slice of a transpose", WIDE, of(s(3, 4, 2)), x -> x.transpose(2, 0, 1).get(":, 1:").sum(new int[] {1}));
        two("set slice of integers", List.of(DataType.INT32), of(s(3, 4), s(3, 2)), (x, v) -> {
            x.set(new NDIndex(":, 1:3"), v);
            return x;
        });
        one("get(1)", ALL, of(s(3, 4, 2)), x -> x.get(1));
        one("get(1, 2)", ALL, of(s(3, 4, 2)), x -> x.get(1, 2));
        two("get {}", WIDE, indexed(3, s(4), s(3, 2)), (x, i) -> x.get(new NDIndex("{}", i)));
        two("take", WIDE, indexed(6, s(2, 2), s(2, 3)), (x, i) -> x.take(i));
        two("gather 1", WIDE, indexed(3, s(2, 4), s(2, 3)), (x, i) -> x.gather(i, 1));
        two("gatherNd", WIDE, indexed(2, s(2, 4), s(2, 3, 2)), (x, i) -> x.gatherNd(i));
        two("booleanMask", WIDE, masked(s(3), s(3, 2)), (x, m) -> x.booleanMask(m));
        two("get mask", WIDE, masked(s(3, 2), s(3, 2)), (x, m) -> x.get(m));
        any("scatter", DOUBLES, (r, t) -> new Drawn[] {draw(r, t, -2, 2, 2, 3), new Drawn(s(2, 2), DataType.INT64,
                new double[] {0, 2, 1, 0}), draw(r, t, -2, 2, 2, 2)}, x -> x[0].scatter(x[1], x[2], 1));
        any("put", DOUBLES, (r, t) -> new Drawn[] {draw(r, t, -2, 2, 2, 3), new Drawn(s(2), DataType.INT64,
                new double[] {4, 1}), draw(r, t, -2, 2, 2)}, x -> x[0].put(x[1], x[2]));
        one("set number", WIDE, of(s(3, 4)), x -> set(x, new NDIndex("1:, 2"), 5));
        two("set array", WIDE, of(s(3, 4), s(2, 1)), (x, v) -> {
            x.set(new NDIndex("1:, :2"), v);
            return x;
        });
        two("set mask", WIDE, masked(s(3, 2), s(3, 2)), (x, m) -> set(x, new NDIndex("{}", m), 7));
        any("oneHot", FLOATS, indexed(4, s(2, 3)), x -> x[0].oneHot(4));
        any("oneHot int32", FLOATS, indexed(4, s(2, 3)), x -> x[0].oneHot(4, DataType.INT32));
        one("nonzero", WIDE, of(s(3, 2)), NDArray::nonzero);
    }

    private void get(String index) { one("get " + index, ALL, of(s(3, 4, 2)), x -> x.get(index)); }

    private static NDArray set(NDArray x, NDIndex at, Number value) {
        x.set(at, value);
        return x;
    }

    private void sorting() {
        one("sort", WIDE, apart(2), NDArray::sort);
        one("sort 0", WIDE, apart(2), x -> x.sort(0));
        one("argSort", WIDE, apart(2), NDArray::argSort);
        one("argSort 0 descending", WIDE, apart(3), x -> x.argSort(0, false));
        list("topK", WIDE, (r, t) -> new Drawn[] {new Drawn(s(2, 4), t, new double[] {3, 1, 2, 0, 5, 7, 6, 4})},
                x -> x[0].topK(2, 1));
        list("topK smallest", WIDE, (r, t) -> new Drawn[] {new Drawn(s(2, 4), t, new double[] {3, 1, 2, 0, 5, 7, 6, 4})},
                x -> x[0].topK(3, 1, false, true));
        list("unique", WIDE, rank(2), x -> x[0].unique(null, true, true, true));
        list("unique 0", WIDE, of(s(4, 1)), x -> x[0].unique(0, true, true, true));
    }

    private void products() {
        two("matMul", DOUBLES, of(s(3, 4), s(4, 2)), NDArray::matMul);
        two("matMul batch", DOUBLES, of(s(2, 3, 4), s(2, 4, 2)), NDArray::matMul);
        two("matMul broadcast", DOUBLES, of(s(2, 3, 4), s(4, 2)), NDArray::matMul);
        two("matMul vector", DOUBLES, of(s(3, 4), s(4)), NDArray::matMul);
        two("matMul integers", List.of(DataType.INT32, DataType.INT64), of(s(3, 4), s(4, 2)), NDArray::matMul);
        two("matMul over nothing", FLOATS, of(s(2, 0), s(0, 3)), NDArray::matMul);
        two("matMul of nothing", FLOATS, of(s(0, 2), s(2, 3)), NDArray::matMul);
        two("dot vectors", DOUBLES, of(s(4), s(4)), NDArray::dot);
        two("dot", DOUBLES, of(s(3, 4), s(4, 2)), NDArray::dot);
        two("dot vector", DOUBLES, of(s(3, 4), s(4)), NDArray::dot);
        two("batchMatMul", DOUBLES, of(s(2, 3, 4), s(2, 4, 2)), NDArray::batchMatMul);
        two("batchDot", DOUBLES, of(s(2, 3, 4), s(2, 4, 2)), NDArray::batchDot);
        one("inverse", DOUBLES, (r, t) -> {
            Drawn d = draw(r, t, -0.3, 0.3, 2, 3, 3);
            for (int i = 0; i < 18; i++) {
                d.values()[i] += i % 9 % 4 == 0 ? 2 : 0;
            }
            return new Drawn[] {d};
        }, NDArray::inverse);
    }

    private void spectra() {
        list("fft", FLOATS, of(s(2, 6)), x -> parts(x[0].fft(6)));
        list("fft axis 0, longer", FLOATS, of(s(3, 2)), x -> parts(x[0].fft(5, 0)));
        list("rfft", FLOATS, of(s(2, 7)), x -> parts(x[0].rfft(7)));
        list("ifft of fft", FLOATS, of(s(2, 6)), x -> parts(x[0].fft(6).ifft(6)));
        one("irfft of rfft", FLOATS, of(s(2, 6)), x -> x.rfft(6).irfft(6));
    }

    private static NDList parts(NDArray complex) { return new NDList(complex.real()); }
}
