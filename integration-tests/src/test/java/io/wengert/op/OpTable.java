package io.wengert.op;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/**
 * The samples of all operations: what every test of the catalogue runs over. An operation without one fails the build.
 *
 * <p>A new operation adds a line to its family's file of samples. An element-wise one states its domain where that is not
 * all of R (inputs stay away from kinks and poles), and numbers if it takes some; shapes and reference follow:
 * <pre>{@code
 * each(Arithmetic.DIV, any(), any().between(0.5, 2));
 * each(Arithmetic.CLIP, numbers(-1, 1), any().awayFrom(-1, 1));
 * }</pre>
 *
 * Any other gives its attribute, its inputs and, as a function of plain arrays of doubles, what must come out:
 * <pre>{@code
 * sample(Reductions.SUM, new Axes(false, 1), in(2, 3)).is(x -> Host.of(i -> sum(3, k -> x[0].at(i[0], k)), 2)).terms(3);
 * }</pre>
 *
 * It is tried in all real dtypes, or in those that {@code .in(...)} names. {@code in(4).indices(3)}, {@code .of(dtype)} and
 * {@code .apart()} describe inputs that are not just numbers. {@code terms(n)} says how many rounded terms a result has.
 */
final class OpTable {

    private static final List<Samples> FAMILIES = List.of(new ArithmeticSamples(), new ElementarySamples(),
            new ComparisonSamples(), new ActivationSamples(), new ReductionSamples(), new ShapeSamples(),
            new ConversionSamples(), new IndexSamples(), new LinearAlgebraSamples(), new SortingSamples(),
            new NormalizationSamples(), new WindowSamples(), new SpectralSamples(), new RecurrentSamples(),
            new ComplexSamples());

    private OpTable() {}

    static List<Sample<?>> all() {
        List<Sample<?>> r = new ArrayList<>();
        FAMILIES.forEach(f -> r.addAll(f.all()));
        return r;
    }

    /** The samples of each operation of the catalogue. */
    static Map<Op<?>, List<Sample<?>>> byOp() {
        Map<Op<?>, List<Sample<?>>> r = new LinkedHashMap<>();
        Catalogue.all().forEach(op -> r.put(op, new ArrayList<>()));
        all().forEach(s -> r.computeIfAbsent(s.op(), k -> new ArrayList<>()).add(s));
        return r;
    }

    /** A check of all samples of one operation. */
    interface Check {
        /** What is wrong, one line each. */
        List<String> of(Sample<?> sample);
    }

    /** One test an operation, which fails with all that is wrong. */
    static Stream<DynamicTest> each(Check check) {
        return byOp().entrySet().stream().map(e -> DynamicTest.dynamicTest(e.getKey().name(), () -> {
            List<String> wrong = new ArrayList<>();
            e.getValue().forEach(s -> wrong.addAll(check.of(s)));
            if (!wrong.isEmpty()) {
                throw new AssertionError(String.join("\n", wrong.subList(0, Math.min(wrong.size(), 20))));
            }
        }));
    }
}
