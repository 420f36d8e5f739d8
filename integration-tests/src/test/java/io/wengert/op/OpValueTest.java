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

/** Every operation gives what its double-precision reference gives, in every dtype that it is for. */
@Tag("lanes")
@Tag("cuda")
class OpValueTest {

    private final Backend backend = TestDevice.backend();

    @TestFactory
    Stream<DynamicTest> values() {
        return OpTable.each(s -> {
            List<String> wrong = new ArrayList<>();
            for (DType type : s.types()) {
                Host[] x = s.draw(type);
                if (x != null) {
                    wrong.addAll(value(s, type, x));
                }
            }
            return wrong;
        });
    }

    private List<String> value(Sample<?> s, DType type, Host... x) {
        Tensor[] in = s.tensors(backend, type, x);
        Tensor[] out = s.apply(in);
        List<String> wrong = new ArrayList<>(s.differences(type, out, s.expected(x)));
        if (s.op() instanceof Elementwise e && resultType(e, in) != out[0].dtype()) {
            wrong.add(s.text(type) + ": gives " + out[0].dtype().text() + ", not " + resultType(e, in).text());
        }
        for (int i = 0; i < in.length; i++) {
            if (!java.util.Arrays.equals(Host.of(in[i]).values(), x[i].values())) {
                wrong.add(s.text(type) + ": changes input " + i);
            }
        }
        return wrong;
    }

    private static DType resultType(Elementwise op, Tensor... in) {
        DType t = in[in.length - 1].dtype();
        for (int i = op.typing() == Elementwise.Typing.CHOICE ? 1 : 0; i < in.length; i++) {
            t = DType.promote(t, in[i].dtype());
        }
        if (t.isComplex() && op == Elementary.ABS) {
            return DType.FLOAT32;
        }
        return switch (op.typing()) {
            case BOOLEAN -> DType.BOOL;
            case FLOATING -> t.floating();
            default -> t;
        };
    }
}
