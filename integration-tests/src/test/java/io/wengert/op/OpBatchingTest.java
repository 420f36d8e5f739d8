package io.wengert.op;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.wengert.autograd.Batching;
import io.wengert.autograd.Leaf;
import io.wengert.autograd.Recording;
import io.wengert.autograd.Tape;
import io.wengert.kernel.Backend;
import io.wengert.kernel.Backends;
import io.wengert.kernel.DType;
import io.wengert.tensor.Cell;
import io.wengert.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every operation on a batch gives what it gives on each sample: with all inputs batched, and with each one alone. */
class OpBatchingTest {

    private static final int SAMPLES = 3;

    private final Backend backend = Backends.cpu();

    @BeforeAll
    static void install() { Tape.install(); }

    /** What is done with one sample. */
    private interface OnSample {
        Tensor[] of(Sample<?> s, Tensor... in);
    }

    @TestFactory
    Stream<DynamicTest> batches() {
        return OpTable.each(s -> {
            DType type = Stream.of(DType.FLOAT64, DType.FLOAT32, DType.INT32, DType.BOOL).filter(s.types()::contains).findFirst()
                    .orElse(s.types().get(0));
            return compare(s, type, Sample::apply);
        });
    }

    /** Gradient rules, too, are seen in all that they do. */
    @TestFactory
    Stream<DynamicTest> gradients() {
        return OpTable.each(s -> s.types().contains(DType.FLOAT64) ? compare(s, DType.FLOAT64, OpBatchingTest::gradients) : List.of());
    }

    /** The gradients of the inputs, for ones as those of the outputs; the outputs themselves if there are none. */
    private static Tensor[] gradients(Sample<?> s, Tensor... in) {
        try (Recording recording = new Recording()) {
            Tensor[] x = new Tensor[in.length];
            Arrays.setAll(x, i -> in[i].dtype().isFloating() ? leaf(in[i]) : in[i]);
            Tensor[] y;
            Tape.Mode open = recording.open();
            try {
                y = s.apply(x);
            } finally {
                open.close();
            }
            Tensor[] heads = Arrays.stream(y).filter(Tensor::isTracked).toArray(Tensor[]::new);
            Tensor[] variables = Arrays.stream(x).filter(Tensor::isTracked).toArray(Tensor[]::new);
            if (heads.length == 0) {
                return Arrays.stream(y).map(t -> t.share().from(null, 0)).toArray(Tensor[]::new);
            }
            Tensor[] g = recording.grad(heads, variables, null, false);
            Arrays.setAll(g, i -> g[i] == null ? Conversions.fill(Conversions.copied(variables[i]), 0) : g[i]);
            return g;
        }
    }

    private static Tensor leaf(Tensor t) {
        Cell cell = new Cell(t.share().from(null, 0));
        Leaf.attach(cell);
        return cell.get();
    }

    private List<String> compare(Sample<?> s, DType type, OnSample f) {
        Tensor[][] x = new Tensor[SAMPLES][];
        Random random = new Random(5);
        for (int k = 0; k < SAMPLES; k++) {
            x[k] = draw(s, type, random);
            if (x[k] == null) {
                return List.of();
            }
        }
        int n = x[0].length;
        List<String> wrong = new ArrayList<>(compare(s, type, f, x, IntStream.range(0, n).toArray()));
        for (int i = 0; n > 1 && i < n; i++) {
            wrong.addAll(compare(s, type, f, x, i));
        }
        return wrong;
    }

    private Tensor[] draw(Sample<?> s, DType type, Random random) {
        Tensor[] t = new Tensor[s.inputs().size()];
        for (int i = 0; i < t.length; i++) {
            Host h = s.inputs().get(i).draw(type, random);
            if (h == null) {
                return null;
            }
            t[i] = h.tensor(backend, s.inputs().get(i).type(type));
        }
        return t;
    }

    private static List<String> compare(Sample<?> s, DType type, OnSample f, Tensor[][] x, int... batched) {
        Tensor[] batch = new Tensor[x[0].length];
        for (int i : batched) {
            batch[i] = ShapeOps.stack(0, Arrays.stream(x).map(t -> t[i]).toArray(Tensor[]::new));
        }
        String where = s.text(type) + ", batched " + Arrays.toString(batched);
        Tensor[] out = Batching.run(Arrays.asList(batch), samples -> {
            Tensor[] in = x[0].clone();
            for (int i : batched) {
                in[i] = samples.get(i);
            }
            return f.of(s, in);
        });
        if (out == null) {
            return List.of(where + ": cannot be batched");
        }
        List<String> wrong = new ArrayList<>();
        for (int k = 0; k < SAMPLES; k++) {
            Tensor[] in = x[0].clone();
            for (int i : batched) {
                in[i] = x[k][i];
            }
            Tensor[] alone = f.of(s, in);
            for (int i = 0; i < out.length; i++) {
                Tensor part = out[i].view(out[i].layout().select(0, k));
                wrong.addAll(differences(where + ", sample " + k + ", output " + i, part, alone[i]));
            }
        }
        return wrong.subList(0, Math.min(3, wrong.size()));
    }

    private static List<String> differences(String where, Tensor part, Tensor alone) {
        if (!part.text().equals(alone.text())) {
            return List.of(where + ": " + part.text() + ", not " + alone.text());
        }
        double[] a = Host.of(part).values();
        double[] b = Host.of(alone).values();
        double eps = alone.dtype() == DType.FLOAT64 ? 1e-12 : alone.dtype().isFloating() || alone.dtype().isComplex() ? 1e-5 : 0;
        for (int i = 0; i < a.length; i++) {
            if (!(Math.abs(a[i] - b[i]) <= eps * Math.max(1, Math.abs(b[i]))) && Double.compare(a[i] + 0.0, b[i] + 0.0) != 0) {
                return List.of(where + ", element " + i + ": " + a[i] + ", not " + b[i]);
            }
        }
        return List.of();
    }

    @Test
    void theseGoOneByOne() {
        Set<String> names = new TreeSet<>();
        Catalogue.all().stream().filter(op -> !Batching.isBatched(op)).forEach(op -> names.add(op.name()));
        assertEquals(Set.of("put", "lstm", "gru", "rnn_relu", "rnn_tanh"), names);
    }
}
