package io.wengert.op;

import io.wengert.kernel.Backend;
import io.wengert.kernel.Backends;
import io.wengert.kernel.Buffer;
import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.tensor.Tensor;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Wrong arguments meet an error that names the operation, and never reach a kernel. */
@Tag("cuda")
class BadArgumentsTest {

    private static final long[][] SHAPES = {{7, 11}, {}, {5, 1, 7, 11}, {0}, {13}};

    private static final Map<Op<?>, List<Sample<?>>> SAMPLES = OpTable.byOp();

    private final Backend backend = TestDevice.backend();

    @TestFactory
    Stream<DynamicTest> wrongNumberOfArrays() {
        return OpTable.each(s -> {
            List<String> wrong = new ArrayList<>();
            wrong.addAll(attempt(s, true, "no arrays"));
            Tensor[] in = inputs(s);
            boolean optional = SAMPLES.get(s.op()).stream().anyMatch(o -> o.inputs().size() == in.length - 1);
            if (in.length > 1 && !optional) {
                wrong.addAll(attempt(s, true, "one array too few", Arrays.copyOf(in, in.length - 1)));
            }
            if (s.op() instanceof Elementwise) {
                Tensor[] more = Arrays.copyOf(in, in.length + 1);
                more[in.length] = in[0];
                wrong.addAll(attempt(s, true, "one array too many", more));
            }
            return wrong;
        });
    }

    @TestFactory
    Stream<DynamicTest> wrongShapes() {
        return OpTable.each(s -> {
            List<String> wrong = new ArrayList<>();
            Tensor[] in = inputs(s);
            for (int i = 0; i < in.length; i++) {
                for (long[] shape : SHAPES) {
                    Tensor[] x = in.clone();
                    x[i] = Conversions.fill(Tensor.empty(backend, in[i].dtype(), shape), 0);
                    boolean fails = s.op() instanceof Elementwise && in.length > 1 && !broadcast(x);
                    wrong.addAll(attempt(s, fails, "another shape for input " + i, x));
                }
            }
            return wrong;
        });
    }

    @TestFactory
    Stream<DynamicTest> wrongDtypes() {
        return OpTable.each(s -> {
            List<String> wrong = new ArrayList<>();
            Tensor[] in = inputs(s);
            for (int i = 0; i < in.length; i++) {
                for (DType type : List.of(DType.STRING, DType.COMPLEX64, DType.BOOL, DType.UINT64)) {
                    Tensor[] x = in.clone();
                    int n = (int) in[i].size();
                    // Texts live on the CPU whatever the device.
                    Backend home = type == DType.STRING ? Backends.cpu() : backend;
                    x[i] = Tensor.of(home, type, HostElements.pack(type, new double[n]), in[i].shape());
                    boolean condition = i == 0 && s.op() == Arithmetic.WHERE;
                    boolean fails = s.op() instanceof Elementwise && type == DType.STRING && !condition;
                    wrong.addAll(attempt(s, fails, type.text() + " as input " + i, x));
                }
            }
            return wrong;
        });
    }

    @TestFactory
    Stream<DynamicTest> closedArrays() {
        return OpTable.each(s -> {
            List<String> wrong = new ArrayList<>();
            for (int i = 0; i < s.inputs().size(); i++) {
                Tensor[] in = inputs(s);
                in[i].close();
                wrong.addAll(attempt(s, true, "input " + i + " closed", in));
            }
            return wrong;
        });
    }

    @TestFactory
    Stream<DynamicTest> arraysOnDifferentDevices() {
        Backend other = elsewhere();
        return OpTable.each(s -> {
            List<String> wrong = new ArrayList<>();
            Tensor[] in = inputs(s);
            for (int i = 0; in.length > 1 && i < in.length; i++) {
                Tensor[] x = in.clone();
                x[i] = new Tensor(new Memory(other, in[i].dtype(), in[i].size()), Layout.of(in[i].shape()));
                wrong.addAll(attempt(s, true, "input " + i + " on another device", x));
            }
            return wrong;
        });
    }

    /** A device that only has a name: no operation may get to use it. */
    private static Backend elsewhere() {
        Class<?>[] types = {Backend.class};
        return (Backend) Proxy.newProxyInstance(Backend.class.getClassLoader(), types, (p, m, a) -> switch (m.getName()) {
            case "device" -> "elsewhere";
            case "ordinal" -> 7;
            case "place" -> "elsewhere(7)";
            default -> throw new AssertionError(m + " is called");
        });
    }

    private static final class Memory extends Buffer {
        Memory(Backend backend, DType dtype, long size) { super(backend, dtype, size); }

        @Override
        public Buffer parts() { throw new AssertionError("read"); }

        @Override
        protected void free() {
            // Nothing is held.
        }
    }

    private Tensor[] inputs(Sample<?> s) {
        DType type = s.types().get(0);
        return s.tensors(backend, type, s.draw(type));
    }

    private static boolean broadcast(Tensor... x) {
        try {
            Op.broadcast("", x);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static List<String> attempt(Sample<?> s, boolean fails, String what, Tensor... in) {
        try {
            s.apply(in);
            return fails ? List.of(s + ": " + what + " is accepted") : List.of();
        } catch (RuntimeException e) {
            Class<?> c = e.getClass();
            boolean kind = c == IllegalArgumentException.class || c == IllegalStateException.class
                    || c == IndexOutOfBoundsException.class;
            if (!kind) {
                StackTraceElement at = e.getStackTrace()[0];
                return List.of(s + ": " + what + " gives " + e + " at " + at);
            }
            boolean named = e.getMessage() != null && e.getMessage().contains(s.op().name());
            return named ? List.of() : List.of(s + ": " + what + " gives a message that does not name it: " + e);
        }
    }
}
