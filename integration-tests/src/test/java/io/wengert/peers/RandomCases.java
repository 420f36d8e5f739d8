package io.wengert.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.stream.IntStream;

/**
 * Arrays of any shape with arguments drawn at random too: axes, indices, geometry. Every engine draws the same, from the
 * shapes of its inputs.
 */
final class RandomCases extends PeerCases {

    /** Sizes that also cross vectors and small blocks. */
    private static final long[] SIZES = {1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 33};

    RandomCases() {
        elements();
        reductions();
        shapes();
        combinations();
        indices();
        order();
        products();
        layers();
    }

    /** What is drawn for a call; the same for the same shapes. */
    private static Random choices(NDArray... x) {
        return new Random(Arrays.hashCode(Arrays.stream(x).map(a -> a.getShape().toString()).toArray()));
    }

    private static long[] sizes(Random r, int rank) {
        long[] s = new long[rank];
        Arrays.setAll(s, i -> rank < 3 ? SIZES[r.nextInt(SIZES.length)] : SIZES[r.nextInt(6)]);
        return s;
    }

    /** An array of some axes. */
    private static PeerCase.Draw ranks(int least, int most) {
        return (r, t) -> new Drawn[] {draw(r, t, -3, 3, sizes(r, least + r.nextInt(most - least + 1)))};
    }

    private void random(String name, List<DataType> types, PeerCase.Draw draw, BiFunction<NDArray, Random, NDArray> f) {
        one("random " + name, types, draw, x -> f.apply(x, choices(x)));
    }

    private static int rank(NDArray x) { return x.getShape().dimension(); }

    /** Some axis, half of the time counted from the back. */
    private static int axis(NDArray x, Random r) {
        int a = r.nextInt(rank(x));
        return r.nextBoolean() ? a : a - rank(x);
    }

    /** Some axes, at least one. */
    private static int[] axes(NDArray x, Random r) {
        List<Integer> all = new ArrayList<>(IntStream.range(0, rank(x)).boxed().toList());
        Collections.shuffle(all, r);
        return all.stream().limit(1 + r.nextInt(all.size())).mapToInt(i -> r.nextBoolean() ? i : i - rank(x)).toArray();
    }

    private void elements() {
        PeerCase.Draw two = (r, t) -> {
            long[] a = sizes(r, 1 + r.nextInt(3));
            long[] b = a.clone();
            for (int i = 0; i < a.length; i++) {
                int which = r.nextInt(3);
                a[i] = which == 1 ? 1 : a[i];
                b[i] = which == 2 ? 1 : b[i];
            }
            return new Drawn[] {draw(r, t, -3, 3, a), draw(r, t, 0.5, 4, Arrays.copyOfRange(b, r.nextInt(b.length), b.length))};
        };
        two("random add", NUMBERS, two, NDArray::add);
        two("random sub", WIDE, two, NDArray::sub);
        two("random mul", NUMBERS, two, NDArray::mul);
        two("random div", DOUBLES, two, NDArray::div);
        two("random mod", WIDE, two, NDArray::mod);
        two("random maximum", WIDE, two, NDArray::maximum);
        two("random minimum", WIDE, two, NDArray::minimum);
        two("random pow", DOUBLES, two, (x, y) -> x.abs().add(0.1).pow(y));
        two("random lt", NUMBERS, two, NDArray::lt);
        two("random gte", NUMBERS, two, NDArray::gte);
        two("random neq", NUMBERS, two, NDArray::neq);
        two("random formula", DOUBLES, two, (x, y) -> x.mul(y).tanh().sub(y.log()).exp().div(x.square().add(1)));
        any("random where", WIDE, (r, t) -> {
            Drawn[] d = two.of(r, t);
            Drawn condition = draw(r, DataType.BOOLEAN, 0, 1, d[0].shape());
            return new Drawn[] {d[0], draw(r, t, -3, 3, d[0].shape()), condition};
        }, x -> NDArrays.where(x[2], x[0], x[1]));
        random("toType", ALL, ranks(0, 3), (x, r) -> x.toType(ALL.get(r.nextInt(ALL.size())), true));
    }

    private void reductions() {
        random("sum", WIDE, ranks(1, 4), (x, r) -> x.sum(axes(x, r), r.nextBoolean()));
        random("mean", DOUBLES, ranks(1, 4), (x, r) -> x.mean(axes(x, r), r.nextBoolean()));
        random("prod", DOUBLES, ranks(1, 3), (x, r) -> x.div(3).add(0.5).prod(new int[] {axis(x, r)}, r.nextBoolean()));
        random("max", WIDE, ranks(1, 4), (x, r) -> x.max(new int[] {axis(x, r)}, r.nextBoolean()));
        random("min", WIDE, ranks(1, 4), (x, r) -> x.min(new int[] {axis(x, r)}, r.nextBoolean()));
        random("max of axes", DOUBLES, ranks(2, 4), (x, r) -> x.max(axes(x, r), r.nextBoolean()));
        random("norm", DOUBLES, ranks(1, 3), (x, r) -> x.norm(axes(x, r), r.nextBoolean()));
        random("cumSum", WIDE, ranks(1, 4), (x, r) -> x.cumSum(axis(x, r)));
        random("cumProd", DOUBLES, ranks(1, 3), (x, r) -> x.div(3).add(0.5).cumProd(axis(x, r)));
        random("countNonzero", WIDE, ranks(1, 3), (x, r) -> x.countNonzero(axis(x, r)));
        random("softmax", DOUBLES, ranks(1, 4), (x, r) -> x.softmax(axis(x, r)));
        random("logSoftmax", DOUBLES, ranks(1, 4), (x, r) -> x.logSoftmax(axis(x, r)));
        random("normalize", DOUBLES, ranks(1, 3), (x, r) -> x.normalize(2, r.nextInt(rank(x))));
        random("trace", WIDE, ranks(2, 2), (x, r) -> x.trace());
    }

    private void shapes() {
        random("transpose", ALL, ranks(1, 4), (x, r) -> x.transpose(order(x, r)));
        random("sum of a transpose", DOUBLES, ranks(2, 4), (x, r) -> x.transpose(order(x, r)).mul(2).sum(new int[] {axis(x, r)}));
        random("swapAxes", ALL, ranks(2, 4), (x, r) -> x.swapAxes(r.nextInt(rank(x)), r.nextInt(rank(x))));
        random("flip", ALL, ranks(1, 4), (x, r) -> x.flip(axes(x, r)));
        random("expandDims", ALL, ranks(0, 3), (x, r) -> x.expandDims(r.nextInt(rank(x) + 1)));
        random("reshape", ALL, ranks(1, 4), (x, r) -> x.transpose().reshape(x.getShape().get(r.nextInt(rank(x))), -1));
        random("flatten", ALL, ranks(2, 4), (x, r) -> {
            int from = r.nextInt(rank(x));
            return x.flatten(from, from + r.nextInt(rank(x) - from));
        });
        random("tile", WIDE, ranks(1, 3), (x, r) -> x.tile(r.nextInt(rank(x)), 1 + r.nextInt(3)));
        random("tile longs", WIDE, ranks(1, 3), (x, r) -> x.tile(IntStream.range(0, rank(x)).mapToLong(i -> 1 + r.nextInt(2)).toArray()));
        random("repeat", WIDE, ranks(1, 3), (x, r) -> x.repeat(r.nextInt(rank(x)), 1 + r.nextInt(3)));
        random("broadcast", ALL, ranks(1, 2), (x, r) -> x.expandDims(1).broadcast(broadcast(x, r)));
        random("rotate90", WIDE, ranks(2, 3), (x, r) -> {
            int first = r.nextInt(rank(x));
            return x.rotate90(r.nextInt(5), new int[] {first, (first + 1) % rank(x)});
        });
        random("diagonal", WIDE, ranks(2, 2), (x, r) -> x.diagonal(r.nextInt(2)));
        random("pad", DOUBLES, ranks(1, 3), (x, r) -> x.pad(new Shape(r.nextInt(3), r.nextInt(3)), 1.5));
        random("diff", WIDE, ranks(1, 3), (x, r) -> x.diff(r.nextInt(3), axis(x, r)));
        list("random split", WIDE, (r, t) -> new Drawn[] {draw(r, t, -3, 3, 6, sizes(r, 1)[0], 12)},
                x -> x[0].split(choices(x).nextBoolean() ? 3 : 2, choices(x).nextBoolean() ? 0 : 2));
        list("random chunks", WIDE, ranks(1, 3), x -> x[0].split(new long[] {x[0].getShape().get(0) / 2}, 0));
    }

    private static int[] order(NDArray x, Random r) {
        List<Integer> all = new ArrayList<>(IntStream.range(0, rank(x)).boxed().toList());
        Collections.shuffle(all, r);
        return all.stream().mapToInt(i -> i).toArray();
    }

    private static long[] broadcast(NDArray x, Random r) {
        long[] s = new long[rank(x) + 2];
        s[0] = 1 + r.nextInt(3);
        s[1] = x.getShape().get(0);
        s[2] = 1 + r.nextInt(4);
        for (int i = 1; i < rank(x); i++) {
            s[i + 2] = x.getShape().get(i);
        }
        return s;
    }

    private void combinations() {
        PeerCase.Draw alike = (r, t) -> {
            long[] s = sizes(r, 1 + r.nextInt(3));
            return new Drawn[] {draw(r, t, -3, 3, s), draw(r, t, -3, 3, s), draw(r, t, -3, 3, s)};
        };
        any("random concat", ALL, alike, x -> NDArrays.concat(new NDList(x), choices(x).nextInt(rank(x[0]))));
        any("random stack", ALL, alike, x -> NDArrays.stack(new NDList(x), choices(x).nextInt(rank(x[0]) + 1)));
        any("random concat of transposes", DOUBLES, alike,
                x -> x[0].transpose().concat(x[1].transpose(), choices(x).nextInt(rank(x[0]))).mul(2));
    }

    private void indices() {
        random("get", ALL, ranks(1, 4), (x, r) -> x.get(new NDIndex(index(x, r))));
        random("get of a transpose", DOUBLES, ranks(1, 4), (x, r) -> x.transpose().get(new NDIndex(index(x.transpose(), r))).mul(3));
        random("set", WIDE, ranks(1, 3), (x, r) -> {
            NDArray y = x.mul(1);
            y.set(new NDIndex(index(x, r)), 2);
            return y;
        });
        random("set array", WIDE, ranks(1, 3), (x, r) -> {
            NDArray y = x.mul(1);
            NDIndex at = new NDIndex(index(x, r));
            y.set(at, x.get(at).mul(5));
            return y;
        });
        two("random gather", WIDE, (r, t) -> {
            long[] s = sizes(r, 2);
            return new Drawn[] {draw(r, t, -3, 3, s), draw(r, DataType.INT64, 0, s[1] - 1, s[0], 1 + r.nextInt(9))};
        }, (x, i) -> x.gather(i, 1));
        two("random take", WIDE, (r, t) -> {
            long[] s = sizes(r, 2);
            return new Drawn[] {draw(r, t, -3, 3, s), draw(r, DataType.INT64, 0, s[0] * s[1] - 1, sizes(r, 2))};
        }, NDArray::take);
        two("random rows", WIDE, (r, t) -> {
            long[] s = sizes(r, 3);
            return new Drawn[] {draw(r, t, -3, 3, s), draw(r, DataType.INT64, 0, s[0] - 1, sizes(r, 1))};
        }, (x, i) -> x.get(new NDIndex("{}", i)));
        any("random scatter", DOUBLES, (r, t) -> {
            long[] s = sizes(r, 2);
            Drawn[] rows = new Drawn[] {draw(r, t, -3, 3, s), draw(r, DataType.INT64, 0, 0, s[0], 1), draw(r, t, -3, 3, s[0], 1)};
            for (int i = 0; i < s[0]; i++) {
                rows[1].values()[i] = r.nextInt((int) s[1]);
            }
            return rows;
        }, x -> x[0].scatter(x[1], x[2], 1));
        two("random booleanMask", WIDE, (r, t) -> {
            long[] s = sizes(r, 2);
            Drawn mask = draw(r, DataType.BOOLEAN, 0, 1, s[0]);
            mask.values()[0] = 1;
            return new Drawn[] {draw(r, t, -3, 3, s), mask};
        }, (x, m) -> x.booleanMask(m));
        random("nonzero", WIDE, ranks(1, 3), (x, r) -> x.nonzero());
        any("random oneHot", FLOATS, (r, t) -> new Drawn[] {draw(r, DataType.INT64, 0, 6, sizes(r, 2))}, x -> x[0].oneHot(7));
    }

    /** Slices, integers and all of an axis, mixed. */
    private static String index(NDArray x, Random r) {
        List<String> items = new ArrayList<>();
        for (int i = 0; i < rank(x); i++) {
            int n = (int) x.getShape().get(i);
            int from = r.nextInt(n);
            int to = from + 1 + r.nextInt(n - from);
            items.add(switch (r.nextInt(5)) {
                case 0 -> String.valueOf(r.nextBoolean() ? from : from - n);
                case 1 -> from + ":" + to;
                case 2 -> from + ":" + to + ":" + (1 + r.nextInt(3));
                case 3 -> from + ":";
                default -> ":";
            });
        }
        return String.join(", ", items);
    }

    /** Of different elements, so that there is one answer. */
    private void order() {
        random("sort", WIDE, apart(3), (x, r) -> x.sort(axis(x, r)));
        random("argSort", WIDE, apart(2), (x, r) -> x.argSort(r.nextInt(rank(x)), r.nextBoolean()));
        random("argMax", WIDE, apart(3), (x, r) -> x.argMax(r.nextInt(rank(x))));
        random("argMin", WIDE, apart(3), (x, r) -> x.argMin(r.nextInt(rank(x))));
        list("random topK", WIDE, apart(2), x -> x[0].topK(1 + choices(x).nextInt((int) x[0].getShape().get(1)), 1));
        list("random unique", WIDE, (r, t) -> new Drawn[] {draw(r, t, -9, 9, sizes(r, 1))}, x -> x[0].unique(null, true, true, true));
        random("median", DOUBLES, (r, t) -> new Drawn[] {draw(r, t, -3, 3, 1 + 2 * r.nextInt(9), 3)}, (x, r) -> x.median(new int[] {0}));
    }

    private void products() {
        PeerCase.Draw matrices = (r, t) -> {
            long[] s = {SIZES[r.nextInt(11)], SIZES[r.nextInt(11)], SIZES[r.nextInt(11)]};
            return new Drawn[] {draw(r, t, -2, 2, s[0], s[1]), draw(r, t, -2, 2, s[1], s[2])};
        };
        PeerCase.Draw batches = (r, t) -> {
            long[] s = sizes(r, 5);
            return new Drawn[] {draw(r, t, -2, 2, s[0], s[1], s[2], s[3]), draw(r, t, -2, 2, r.nextBoolean() ? 1 : s[0], s[1], s[3], s[4])};
        };
        two("random matMul", DOUBLES, matrices, NDArray::matMul);
        two("random matMul of transposes", DOUBLES, matrices, (x, y) -> y.transpose().matMul(x.transpose()));
        two("random matMul in batches", DOUBLES, batches, NDArray::matMul);
        two("random dot", DOUBLES, matrices, NDArray::dot);
        two("random linear", FLOATS, matrices,
                (x, y) -> x.getNDArrayInternal().linear(x, y.transpose(), null).head());
        random("inverse", DOUBLES, (r, t) -> {
            int n = 1 + r.nextInt(12);
            Drawn d = draw(r, t, -0.3, 0.3, n, n);
            for (int i = 0; i < n; i++) {
                d.values()[i * n + i] += 4;
            }
            return new Drawn[] {d};
        }, (x, r) -> x.inverse());
    }

    private void layers() {
        any("random convolution", FLOATS, (r, t) -> {
            long[] s = {1 + r.nextInt(3), 1 + r.nextInt(5), 5 + r.nextInt(8), 5 + r.nextInt(8)};
            long filters = 1 + r.nextInt(6);
            return new Drawn[] {draw(r, t, -1, 1, s), draw(r, t, -1, 1, filters, s[1], 1 + r.nextInt(3), 1 + r.nextInt(3)),
                draw(r, t, -1, 1, filters)};
        }, x -> {
            Random r = choices(x);
            return x[0].getNDArrayInternal().convolution(x[0], x[1], x[2], pair(r, 1, 2), pair(r, 0, 2), pair(r, 1, 2), 1).head();
        });
        PeerCase.Draw image = (r, t) -> {
            long[] s = {1 + r.nextInt(3), 1 + r.nextInt(4), 6 + r.nextInt(8), 6 + r.nextInt(8)};
            return apartOf(r, t, s);
        };
        random("maxPool", FLOATS, image, (x, r) -> x.getNDArrayInternal()
                .maxPool(pair(r, 2, 3), pair(r, 1, 3), pair(r, 0, 1), r.nextBoolean()));
        random("avgPool", FLOATS, image, (x, r) -> x.getNDArrayInternal()
                .avgPool(pair(r, 2, 3), pair(r, 1, 3), pair(r, 0, 1), false, true));
        any("random layerNorm", FLOATS, (r, t) -> {
            long[] s = sizes(r, 3);
            s[2] += 2;
            return new Drawn[] {draw(r, t, -2, 2, s), draw(r, t, -2, 2, s[2]), draw(r, t, -2, 2, s[2])};
        }, x -> x[0].getNDArrayInternal().layerNorm(x[0], x[1].getShape(), x[1], x[2], 1e-3f).head());
        any("random batchNorm", FLOATS, (r, t) -> {
            long[] s = {4 + r.nextInt(4), 1 + r.nextInt(5), 1 + r.nextInt(4), 1 + r.nextInt(4)};
            return new Drawn[] {draw(r, t, -2, 2, s), draw(r, t, -2, 2, s[1]), draw(r, t, -2, 2, s[1])};
        }, x -> x[0].getNDArrayInternal().batchNorm(x[0], x[1].zerosLike(), x[1].onesLike(), x[1], x[2], 1, 0.9f, 1e-2f, true).head());
    }

    private static Shape pair(Random r, int least, int most) {
        return new Shape(least + r.nextInt(most - least + 1), least + r.nextInt(most - least + 1));
    }

    private static Drawn[] apartOf(Random r, DataType type, long... shape) {
        int n = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        List<Integer> order = new ArrayList<>(IntStream.range(0, n).boxed().toList());
        Collections.shuffle(order, r);
        return new Drawn[] {new Drawn(shape, type, order.stream().mapToDouble(i -> (float) (4.0 * i / n - 2)).toArray())};
    }
}
