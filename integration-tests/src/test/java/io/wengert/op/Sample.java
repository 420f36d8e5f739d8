package io.wengert.op;

import io.wengert.kernel.Backend;
import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;

/** One application of an operation that the tests try: attribute, inputs, and what must come out. */
final class Sample<A> {

    static final List<DType> FLOATS = List.of(DType.FLOAT64, DType.FLOAT32, DType.FLOAT16, DType.BFLOAT16);
    static final List<DType> NUMBERS = List.of(DType.FLOAT64, DType.FLOAT32, DType.FLOAT16, DType.BFLOAT16, DType.INT8,
            DType.INT16, DType.INT32, DType.INT64, DType.UINT8, DType.UINT16, DType.UINT32, DType.UINT64);
    static final List<DType> SIGNED = List.of(DType.FLOAT64, DType.FLOAT32, DType.FLOAT16, DType.BFLOAT16, DType.INT8,
            DType.INT16, DType.INT32, DType.INT64);
    static final List<DType> REALS = List.of(DType.FLOAT64, DType.FLOAT32, DType.FLOAT16, DType.BFLOAT16, DType.INT8,
            DType.INT16, DType.INT32, DType.INT64, DType.UINT8, DType.UINT16, DType.UINT32, DType.UINT64, DType.BOOL);

    /** The results in double precision, from the inputs. */
    interface Reference {
        Host[] of(Host... in);
    }

    private final Op<A> op;
    private final A attribute;
    private final List<Input> inputs;
    private Reference reference;
    private List<DType> types = REALS;
    private double terms;

    Sample(Op<A> op, A attribute, Input... inputs) {
        this.op = op;
        this.attribute = attribute;
        this.inputs = List.of(inputs);
    }

    /** States the only result. */
    Sample<A> is(java.util.function.Function<Host[], Host> f) { return are(x -> new Host[] {f.apply(x)}); }

    /** States all results. */
    Sample<A> are(Reference r) {
        reference = r;
        return this;
    }

    /** Tries these dtypes only. */
    Sample<A> in(DType... only) { return in(List.of(only)); }

    Sample<A> in(List<DType> only) {
        types = only;
        return this;
    }

    /** Allows for the rounding of so many terms in each result. */
    Sample<A> terms(int n) {
        terms = n;
        return this;
    }

    /** The same with other shapes of the inputs, the last one of all that follow. */
    Sample<A> shaped(long[]... shapes) {
        Input[] in = new Input[inputs.size()];
        Arrays.setAll(in, i -> inputs.get(i).shaped(shapes[Math.min(i, shapes.length - 1)]));
        Sample<A> s = new Sample<>(op, attribute, in);
        s.reference = reference;
        s.types = types;
        return s;
    }

    Op<A> op() { return op; }

    A attribute() { return attribute; }

    List<Input> inputs() { return inputs; }

    List<DType> types() { return types; }

    boolean hasReference() { return reference != null; }

    Host[] expected(Host... in) { return reference.of(in); }

    /** The number of elements of the largest input. */
    long size() { return inputs.stream().mapToLong(i -> Layout.sizeOf(i.shape())).max().orElse(0); }

    /** Elements for all inputs, the same ones every time; null if the domain has none of this dtype. */
    Host[] draw(DType type) {
        Random random = new Random(op.name().hashCode() * 31L + Arrays.hashCode(inputs.get(0).shape()));
        Host[] x = new Host[inputs.size()];
        for (int i = 0; i < x.length; i++) {
            x[i] = inputs.get(i).draw(type, random);
            if (x[i] == null) {
                return null;
            }
        }
        return x;
    }

    Tensor[] tensors(Backend backend, DType type, Host... x) { return tensors(backend, type, UnaryOperator.identity(), x); }

    /** Tensors of the drawn elements, in whatever layout. */
    Tensor[] tensors(Backend backend, DType type, UnaryOperator<Tensor> layout, Host... x) {
        Tensor[] t = new Tensor[x.length];
        for (int i = 0; i < t.length; i++) {
            t[i] = layout.apply(x[i].tensor(backend, inputs.get(i).type(type)));
        }
        return t;
    }

    Tensor[] apply(Tensor... in) { return op.all(attribute, in); }

    /** What is wrong with results, one line a difference; empty if nothing is. */
    List<String> differences(DType type, Tensor[] results, Host[] expected) {
        List<String> wrong = new ArrayList<>();
        for (int k = 0; k < expected.length; k++) {
            Host y = Host.of(results[k]);
            if (!Arrays.equals(y.shape(), expected[k].shape())) {
                wrong.add(text(type) + ": shape " + Layout.text(y.shape()) + ", not " + Layout.text(expected[k].shape()));
                continue;
            }
            double largest = Arrays.stream(expected[k].values()).map(Math::abs).filter(Double::isFinite).max().orElse(0);
            for (int i = 0; i < y.values().length && wrong.size() < 5; i++) {
                double e = HostElements.rounded(results[k].dtype(), expected[k].values()[i]);
                double tolerance = tolerance(results[k].dtype(), e, largest);
                if (!(Math.abs(y.values()[i] - e) <= tolerance) && Double.compare(y.values()[i] + 0.0, e + 0.0) != 0) {
                    wrong.add(text(type) + ": result " + k + " at " + Arrays.toString(y.index(i)) + " is " + y.values()[i]
                            + ", not " + e + " within " + tolerance);
                }
            }
        }
        return wrong;
    }

    /** Some units in the last place of a result of size one; the rounding of many terms goes with the largest result. */
    private double tolerance(DType type, double value, double largest) {
        double eps = HostElements.epsilon(type);
        double lane = type.isFloating() ? HostElements.epsilon(type.lane()) : 0;
        return 8 * eps * Math.max(1, Math.abs(value)) + terms * lane * Math.max(1, largest);
    }

    String text(DType type) {
        StringBuilder b = new StringBuilder(op.name());
        for (Input i : inputs) {
            b.append(' ').append(i.type(type).text()).append(Layout.text(i.shape()));
        }
        return b.append(attribute == null ? "" : " with " + show(attribute)).toString();
    }

    private static String show(Object a) {
        String all = Arrays.deepToString(new Object[] {a instanceof Record r ? parts(r) : a});
        return all.substring(1, all.length() - 1);
    }

    /** The components of a record, since arrays in its own text are but addresses. */
    private static Object[] parts(Record r) {
        return Arrays.stream(r.getClass().getRecordComponents()).map(c -> {
            try {
                Object v = c.getAccessor().invoke(r);
                return v instanceof Record inner && inner.getClass().getPackage() == Sample.class.getPackage() ? parts(inner) : v;
            } catch (ReflectiveOperationException e) {
                return "?";
            }
        }).toArray();
    }

    @Override
    public String toString() { return text(DType.FLOAT64); }
}
