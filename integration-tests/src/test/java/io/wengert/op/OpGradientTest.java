package io.wengert.op;

import io.wengert.autograd.Gradients;
import io.wengert.autograd.Leaf;
import io.wengert.autograd.Session;
import io.wengert.autograd.Tape;
import io.wengert.kernel.Backend;
import io.wengert.kernel.DType;
import io.wengert.tensor.Cell;
import io.wengert.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * Every gradient is that of finite differences in float64, at orders 1 and 2.
 *
 * <p>The check is that of HIPS/autograd: for random u and v, {@code <J'u, v> = <u, J v>}, where J v is a central difference;
 * and then the same of the function that maps x and u to J'u. Complex numbers, of which there are float32 only, count as
 * pairs of real ones and are checked with less precision.
 */
@Tag("lanes")
@Tag("cuda")
class OpGradientTest {

    private static final int LARGEST = 100;
    private static final Precision FULL = new Precision(DType.FLOAT64, 1e-5, 1e-6, 1e-4);
    private static final Precision SINGLE = new Precision(DType.FLOAT32, 0x1p-8, 5e-3, 2e-2);

    private final Backend backend = TestDevice.backend();
    private final Random random = new Random(1);

    /** In which real dtype, how far apart, and how near to each other. */
    private record Precision(DType real, double step, double first, double second) {

        boolean has(Tensor t) { return t.dtype() == real || t.dtype().isComplex() && real == DType.FLOAT32; }
    }

    /** A function of several arrays with several results. */
    private interface Function {
        Tensor[] of(Tensor... x);
    }

    @BeforeAll
    static void install() { Tape.install(); }

    @TestFactory
    Stream<DynamicTest> orderOneAndTwo() {
        return OpTable.each(s -> {
            boolean full = s.types().contains(DType.FLOAT64);
            boolean complex = s.op() == Spectral.FOURIER || s.op() == Complex.COMPLEX
                    || s.inputs().stream().anyMatch(i -> i.dtype() == DType.COMPLEX64);
            List<String> wrong = new ArrayList<>();
            if (s.size() <= LARGEST && full) {
                wrong.addAll(check(s, FULL));
            }
            if (s.size() <= LARGEST && complex) {
                wrong.addAll(check(s, SINGLE));
            }
            return wrong;
        });
    }

    /** As the mean of nothing is. */
    private static boolean isUndefined(Host[] y) {
        return Arrays.stream(y).flatMapToDouble(h -> Arrays.stream(h.values())).anyMatch(Double::isNaN);
    }

    private List<String> check(Sample<?> s, Precision p) {
        List<String> wrong = new ArrayList<>();
        Host[] x = s.draw(p.real);
        if (x == null || isUndefined(s.expected(x))) {
            return wrong;
        }
        Tensor[] in = s.tensors(backend, p.real, x);
        int[] open = IntStream.range(0, in.length).filter(i -> p.has(in[i])).toArray();
        Session session = Tape.start();
        try {
            Function f = y -> Arrays.stream(s.apply(replaced(in, open, y))).filter(p::has).toArray(Tensor[]::new);
            Tensor[] start = Arrays.stream(open).mapToObj(i -> in[i]).toArray(Tensor[]::new);
            Tensor[] u = randoms(f.of(start));
            if (u.length == 0 || start.length == 0) {
                return wrong;
            }
            order(wrong, s.text(p.real) + ", order 1", session, f, p.step, p.first, start, u);
            Function rule = y -> gradients(session, f, true, Arrays.copyOf(y, open.length),
                    Arrays.copyOfRange(y, open.length, y.length));
            Tensor[] both = Stream.concat(Stream.of(start), Stream.of(u)).toArray(Tensor[]::new);
            order(wrong, s.text(p.real) + ", order 2", session, rule, p.step, p.second, both, randoms(start));
            subsets(wrong, s, session, f, start, u);
        } finally {
            Tape.stop(session);
        }
        return wrong;
    }

    /** {@code <J'u, v>} against {@code <u, J v>}. */
    private void order(List<String> wrong, String text, Session session, Function f, double step, double tolerance,
            Tensor[] x, Tensor[] u) {
        Tensor[] v = randoms(x);
        Tensor[] g = gradients(session, f, false, x, u);
        double analytic = dot(g, v);
        double numeric = (dot(u, f.of(moved(x, v, step))) - dot(u, f.of(moved(x, v, -step)))) / (2 * step);
        if (!(Math.abs(analytic - numeric) <= tolerance * Math.max(1, Math.abs(numeric)))) {
            wrong.add(text + ": the gradient gives " + analytic + ", finite differences " + numeric);
        }
    }

    /** The gradient of one input alone is what it is with all others. */
    private void subsets(List<String> wrong, Sample<?> s, Session session, Function f, Tensor[] x, Tensor[] u) {
        Tensor[] all = gradients(session, f, false, x, u);
        for (int i = 0; x.length > 1 && i < x.length; i++) {
            int[] one = {i};
            Tensor alone = gradients(session, y -> f.of(replaced(x, one, y)), false, new Tensor[] {x[i]}, u)[0];
            if (!Arrays.equals(Host.of(alone).values(), Host.of(all[i]).values())) {
                wrong.add(s + ": input " + i + " alone has another gradient, " + Host.of(alone) + ", not " + Host.of(all[i]));
            }
        }
    }

    /** J'u; zeros where nothing depends on an input. Inputs that are no variables yet become some. */
    private Tensor[] gradients(Session session, Function f, boolean record, Tensor[] x, Tensor[] u) {
        Tensor[] variables = Arrays.stream(x).map(t -> t.isTracked() ? t : variable(t)).toArray(Tensor[]::new);
        Tensor[] y = f.of(variables);
        int[] heads = IntStream.range(0, y.length).filter(i -> y[i].isTracked()).toArray();
        Tensor[] g = new Tensor[x.length];
        if (heads.length > 0) {
            g = Gradients.grad(session, chosen(y, heads), variables, chosen(u, heads), true, record);
        }
        for (int i = 0; i < g.length; i++) {
            g[i] = g[i] == null ? Conversions.fill(Tensor.empty(backend, x[i].dtype(), x[i].shape()), 0) : g[i];
        }
        return g;
    }

    private static Tensor variable(Tensor t) {
        Cell cell = new Cell(t.share());
        Leaf.attach(cell);
        return cell.get();
    }

    private static Tensor[] chosen(Tensor[] t, int[] which) {
        return Arrays.stream(which).mapToObj(i -> t[i]).toArray(Tensor[]::new);
    }

    private static Tensor[] replaced(Tensor[] all, int[] which, Tensor[] by) {
        Tensor[] r = all.clone();
        for (int i = 0; i < which.length; i++) {
            r[which[i]] = by[i];
        }
        return r;
    }

    private Tensor[] randoms(Tensor[] like) {
        return Arrays.stream(like).map(t -> Host.of(t).like(i -> random.nextGaussian()).tensor(backend, t.dtype()))
                .toArray(Tensor[]::new);
    }

    private Tensor[] moved(Tensor[] x, Tensor[] v, double step) {
        Tensor[] r = new Tensor[x.length];
        for (int k = 0; k < r.length; k++) {
            Host a = Host.of(x[k]);
            Host b = Host.of(v[k]);
            r[k] = a.like(i -> a.at(i) + step * b.at(i)).tensor(backend, x[k].dtype());
        }
        return r;
    }

    private static double dot(Tensor[] a, Tensor[] b) {
        double sum = 0;
        for (int k = 0; k < a.length; k++) {
            double[] x = Host.of(a[k]).values();
            double[] y = Host.of(b[k]).values();
            for (int i = 0; i < x.length; i++) {
                sum += x[i] * y[i];
            }
        }
        return sum;
    }
}
