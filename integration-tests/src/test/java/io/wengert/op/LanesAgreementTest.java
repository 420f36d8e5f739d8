package io.wengert.op;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wengert.kernel.Backend;
import io.wengert.kernel.DType;
import io.wengert.kernel.cpu.CpuBackend;
import io.wengert.kernel.cpu.Lanes;
import io.wengert.kernel.cpu.PlainLanes;
import io.wengert.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Kernels of the Vector API agree with those in plain Java. */
class LanesAgreementTest {

    @TestFactory
    Stream<DynamicTest> vectorAndPlain() throws ReflectiveOperationException {
        assumeTrue(ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent(), "without the Vector API");
        Class<?> found = Class.forName("io.wengert.kernel.cpu.vector.VectorLanes");
        Backend vector = CpuBackend.with((Lanes) found.getConstructor().newInstance());
        Backend plain = CpuBackend.with(new PlainLanes());
        return OpTable.each(s -> {
            List<String> wrong = new ArrayList<>();
            for (DType type : List.of(DType.FLOAT32, DType.FLOAT64)) {
                Host[] x = s.types().contains(type) ? s.draw(type) : null;
                if (x != null) {
                    Tensor[] a = s.apply(s.tensors(vector, type, x));
                    Tensor[] b = s.apply(s.tensors(plain, type, x));
                    wrong.addAll(s.differences(type, a, Arrays.stream(b).map(Host::of).toArray(Host[]::new)));
                }
            }
            return wrong;
        });
    }
}
