package io.wengert.op;

import io.wengert.kernel.Backend;
import io.wengert.kernel.DType;
import io.wengert.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** However the elements of the inputs lie in memory, the results are the same. */
@Tag("lanes")
@Tag("cuda")
class OpLayoutTest {

    private static final int[] SIZES = {1, 7, 8, 15, 16, 17, 63, 64, 65, 1021, 1025};

    private final Backend backend = TestDevice.backend();

    @TestFactory
    Stream<DynamicTest> views() {
        return OpTable.each(s -> {
            List<String> wrong = new ArrayList<>();
            for (DType type : List.of(DType.FLOAT32, DType.FLOAT64, DType.FLOAT16, DType.INT32)) {
                Host[] x = s.types().contains(type) ? s.draw(type) : null;
                if (x == null) {
                    continue;
                }
                Host[] expected = s.expected(x);
                Layouts.all().forEach((name, layout) -> s.differences(type, s.apply(s.tensors(backend, type, layout, x)),
                        expected).forEach(line -> wrong.add(name + ": " + line)));
            }
            return wrong;
        });
    }

    /** An array and a column, so that rows are looped over with one operand repeated. */
    @TestFactory
    Stream<DynamicTest> sizesAroundTheLaneCount() {
        return OpTable.byOp().entrySet().stream().filter(e -> e.getKey() instanceof Elementwise && !e.getValue().isEmpty())
                .map(e -> DynamicTest.dynamicTest(e.getKey().name(), () -> {
                    List<String> wrong = new ArrayList<>();
                    for (int n : SIZES) {
                        for (DType type : List.of(DType.FLOAT32, DType.FLOAT64)) {
                            wrong.addAll(around(e.getValue().get(0).shaped(new long[] {3, n}, new long[] {3, 1}), type));
                        }
                    }
                    if (!wrong.isEmpty()) {
                        throw new AssertionError(String.join("\n", wrong.subList(0, Math.min(10, wrong.size()))));
                    }
                }));
    }

    private List<String> around(Sample<?> s, DType type) {
        Host[] x = s.draw(type);
        Tensor[] out = s.apply(s.tensors(backend, type, x));
        return s.differences(type, out, s.expected(x));
    }
}
