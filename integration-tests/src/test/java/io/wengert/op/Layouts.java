package io.wengert.op;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** The ways in which the same elements may lie in memory: each turns a contiguous tensor into such a view. */
final class Layouts {

    private Layouts() {}

    static Map<String, UnaryOperator<Tensor>> all() {
        Map<String, UnaryOperator<Tensor>> r = new TreeMap<>();
        r.put("transposed", Layouts::transposed);
        r.put("every second", x -> strided(x, 2, 1));
        r.put("negative step", x -> strided(x, -1, 0));
        r.put("negative step of three", x -> strided(x, -3, 2));
        r.put("offset", Layouts::offset);
        r.put("broadcast", Layouts::broadcast);
        return r;
    }

    /** In memory the axes come in reverse order. */
    private static Tensor transposed(Tensor x) {
        int[] axes = IntStream.range(0, x.rank()).map(i -> x.rank() - 1 - i).toArray();
        Tensor y = Tensor.empty(x.backend(), x.dtype(), x.layout().permute(axes).shape());
        return filled(y, y.layout().permute(axes), x);
    }

    /** Along all axes with gaps, or backwards. */
    private static Tensor strided(Tensor x, int step, int margin) {
        long[] shape = x.shape();
        for (int i = 0; i < shape.length; i++) {
            shape[i] = shape[i] * Math.abs(step) + 2L * margin;
        }
        Tensor y = Tensor.empty(x.backend(), x.dtype(), shape);
        Layout l = y.layout();
        for (int i = 0; i < x.rank(); i++) {
            long n = x.size(i);
            l = l.slice(i, n == 0 ? 0 : step > 0 ? margin : margin - step * (n - 1), n, step);
        }
        return filled(y, l, x);
    }

    private static Tensor offset(Tensor x) {
        Tensor y = Tensor.empty(x.backend(), x.dtype(), x.size() + 7);
        return filled(y, Layout.of(x.shape(), IntStream.range(0, x.rank()).mapToLong(x.layout()::stride).toArray(), 3), x);
    }

    /** Axes along which all is equal get the stride 0; only arrays of one element a row have such. */
    private static Tensor broadcast(Tensor x) {
        Host h = Host.of(x);
        long[] strides = IntStream.range(0, x.rank()).mapToLong(x.layout()::stride).toArray();
        for (int axis = 0; axis < x.rank(); axis++) {
            int a = axis;
            Host first = h.like(i -> h.at(Host.with(i, a, 0)));
            if (x.size() > 0 && Arrays.equals(first.values(), h.values())) {
                strides[axis] = 0;
            }
        }
        return x.view(Layout.of(x.shape(), strides, x.layout().offset()));
    }

    private static Tensor filled(Tensor memory, Layout l, Tensor x) {
        // Written by hand, so that no kernel tests itself.
        Object from = HostElements.make(x.dtype(), (int) x.buffer().size());
        x.backend().read(x.buffer(), 0, from, 0, (int) x.buffer().size());
        Object to = HostElements.make(x.dtype(), (int) memory.buffer().size());
        int unit = x.dtype() == DType.COMPLEX64 ? 2 : 1;
        Host places = Host.of(i -> l.at(Arrays.stream(i).asLongStream().toArray()), x.shape());
        for (int p = 0; p < places.values().length; p++) {
            System.arraycopy(from, unit * p, to, unit * (int) places.values()[p], unit);
        }
        memory.backend().write(memory.buffer(), 0, to, 0, (int) memory.buffer().size());
        return memory.view(l);
    }
}
