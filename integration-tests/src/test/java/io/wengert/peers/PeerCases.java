package io.wengert.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** The cases of one family of methods; a subclass lists them in its constructor. */
abstract class PeerCases {

    static final List<DataType> FLOATS = List.of(DataType.FLOAT32);
    static final List<DataType> DOUBLES = List.of(DataType.FLOAT32, DataType.FLOAT64);
    static final List<DataType> NUMBERS = List.of(DataType.FLOAT32, DataType.FLOAT64, DataType.INT32, DataType.INT64,
            DataType.INT8, DataType.UINT8);
    static final List<DataType> WIDE = List.of(DataType.FLOAT32, DataType.FLOAT64, DataType.INT32, DataType.INT64);
    static final List<DataType> ALL = List.of(DataType.FLOAT32, DataType.FLOAT64, DataType.INT32, DataType.INT64,
            DataType.INT8, DataType.UINT8, DataType.BOOLEAN);
    static final List<DataType> BOOLEANS = List.of(DataType.BOOLEAN);

    private static final double TOLERANCE = 2e-5;

    private final List<PeerCase> all = new ArrayList<>();

    List<PeerCase> all() { return all; }

    /** A method of one array. */
    final void one(String name, List<DataType> types, PeerCase.Draw draw, UnaryOperator<NDArray> f) {
        list(name, types, draw, x -> new NDList(f.apply(x[0])));
    }

    /** A method of two arrays. */
    final void two(String name, List<DataType> types, PeerCase.Draw draw, BinaryOperator<NDArray> f) {
        list(name, types, draw, x -> new NDList(f.apply(x[0], x[1])));
    }

    /** A method of any number of arrays. */
    final void any(String name, List<DataType> types, PeerCase.Draw draw, Function<NDArray[], NDArray> f) {
        list(name, types, draw, x -> new NDList(f.apply(x)));
    }

    /** A method with several results. */
    final void list(String name, List<DataType> types, PeerCase.Draw draw, PeerCase.Call f) {
        all.add(new PeerCase(name, types, draw, f, TOLERANCE));
    }

    /** An array of 0 to 3 axes, with elements of a domain. */
    static PeerCase.Draw some(double low, double high) {
        return (r, type) -> new Drawn[] {draw(r, type, low, high, shape(r, r.nextInt(4)))};
    }

    /** An array of as many axes as said, with different elements between -3 and 3 (integers: from 0 on). */
    static PeerCase.Draw apart(int rank) {
        return (r, type) -> {
            long[] shape = shape(r, rank);
            List<Integer> order = new ArrayList<>();
            for (int i = 0; i < size(shape); i++) {
                order.add(i);
            }
            Collections.shuffle(order, r);
            double n = Math.max(1, order.size());
            return new Drawn[] {new Drawn(shape, type, order.stream()
                    .mapToDouble(i -> type.isFloating() ? 6 * (i + 0.5) / n - 3 : i).toArray())};
        };
    }

    /** An array of as many axes as said, with elements between -3 and 3. */
    static PeerCase.Draw rank(int rank) { return (r, type) -> new Drawn[] {draw(r, type, -3, 3, shape(r, rank))}; }

    /** Two arrays that broadcast, the elements of the second from a domain. */
    static PeerCase.Draw pair(double low, double high) {
        return (r, type) -> {
            long[] a = shape(r, 1 + r.nextInt(3));
            long[] b = Arrays.copyOfRange(a, r.nextInt(a.length), a.length);
            b[r.nextInt(b.length)] = r.nextBoolean() ? 1 : b[b.length - 1] == 1 ? 1 : a[a.length - 1];
            for (int i = 0; i < b.length; i++) {
                b[i] = b[i] == 1 ? 1 : a[a.length - b.length + i];
            }
            return new Drawn[] {draw(r, type, low, high, a), draw(r, type, low, high, b)};
        };
    }

    /** Arrays of given shapes, with elements between -2 and 2. */
    static PeerCase.Draw of(long[]... shapes) {
        return (r, type) -> Arrays.stream(shapes).map(s -> draw(r, type, -2, 2, s)).toArray(Drawn[]::new);
    }

    /** The inputs of one draw, and behind them an int64 array of a shape with elements from 0 to n - 1. */
    static PeerCase.Draw indexed(long n, long[] indices, long[]... shapes) {
        return (r, type) -> {
            Drawn[] d = of(shapes).of(r, type);
            Drawn[] all = Arrays.copyOf(d, d.length + 1);
            all[d.length] = draw(r, DataType.INT64, 0, n - 1, indices);
            return all;
        };
    }

    /** The inputs of one draw, and behind them a boolean array of a shape. */
    static PeerCase.Draw masked(long[] mask, long[]... shapes) {
        return (r, type) -> {
            Drawn[] d = of(shapes).of(r, type);
            Drawn[] all = Arrays.copyOf(d, d.length + 1);
            all[d.length] = draw(r, DataType.BOOLEAN, 0, 1, mask);
            all[d.length].values()[0] = 1;
            return all;
        };
    }

    static long[] s(long... shape) { return shape; }

    static long[] shape(Random r, int rank) { return r.longs(rank, 1, 5).toArray(); }

    static Drawn draw(Random r, DataType type, double low, double high, long... shape) {
        double[] v = new double[size(shape)];
        for (int i = 0; i < v.length; i++) {
            double from = type == DataType.UINT8 || type == DataType.BOOLEAN ? Math.max(0, low) : low;
            double to = type == DataType.BOOLEAN ? 1 : high;
            v[i] = type.isFloating() ? (float) (low + (high - low) * r.nextDouble())
                    : Math.ceil(from) + r.nextInt((int) (Math.floor(to) - Math.ceil(from)) + 1);
        }
        return new Drawn(shape, type, v);
    }

    private static int size(long... shape) { return (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b); }
}
