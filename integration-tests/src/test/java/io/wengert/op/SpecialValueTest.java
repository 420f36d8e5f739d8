package io.wengert.op;

import io.wengert.kernel.Backend;
import io.wengert.kernel.DType;
import io.wengert.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Zeros, infinities, NaN, large and tiny numbers through every element-wise operation: NaN where the reference has it. */
@Tag("lanes")
@Tag("cuda")
class SpecialValueTest {

    private static final double INF = Double.POSITIVE_INFINITY;
    private static final double[] VALUES = {0, -0.0, 1, -1, 0.5, -2, INF, -INF, Double.NaN, 1e4, -1e4, 1e-40, -1e-40, 1e-310};

    private final Backend backend = TestDevice.backend();

    @TestFactory
    Stream<DynamicTest> classes() {
        return OpTable.each(s -> {
            if (!(s.op() instanceof Elementwise e) || s.types().equals(List.of(DType.FLOAT32))) {
                return List.of();
            }
            List<String> wrong = new ArrayList<>();
            wrong.addAll(special(s, e, DType.FLOAT32));
            wrong.addAll(special(s, e, DType.FLOAT64));
            return wrong;
        });
    }

    /** Every value of every input with every value of all others. */
    private List<String> special(Sample<?> sample, Elementwise op, DType type) {
        long[][] shapes = new long[op.arity()][op.arity()];
        for (int i = 0; i < op.arity(); i++) {
            Arrays.fill(shapes[i], 1);
            shapes[i][i] = VALUES.length;
        }
        Sample<?> s = sample.shaped(shapes);
        Host[] x = new Host[op.arity()];
        for (int i = 0; i < x.length; i++) {
            DType t = s.inputs().get(i).type(type);
            double[] v = Arrays.stream(VALUES).map(a -> HostElements.rounded(t, a)).toArray();
            x[i] = new Host(shapes[i], v);
        }
        Tensor out = s.apply(s.tensors(backend, type, x))[0];
        Host y = Host.of(out);
        Host expected = s.expected(x)[0];
        List<String> wrong = new ArrayList<>();
        for (int p = 0; p < y.values().length && wrong.size() < 6; p++) {
            double e = HostElements.rounded(out.dtype(), expected.values()[p]);
            if (Double.isNaN(e) != Double.isNaN(y.values()[p]) || Double.isInfinite(e) && e != y.values()[p]
                    || Double.isInfinite(y.values()[p]) && Double.isFinite(e)) {
                int[] at = y.index(p);
                double[] args = new double[x.length];
                Arrays.setAll(args, i -> x[i].at(at));
                wrong.add(s.text(type) + " of " + Arrays.toString(args) + " is " + y.values()[p] + ", not " + e);
            }
        }
        return wrong;
    }
}
