package io.wengert.kernel.cuda;

import io.wengert.kernel.DType;
import io.wengert.kernel.Expr;
import io.wengert.kernel.Program;
import io.wengert.kernel.View;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The element-wise family and strided copies: a kernel for each program, lane type and way in which its operands lie,
 * printed as PTX when it is first needed.
 */
final class MapFamily {

    private static final int THREADS = 256;

    private static final Program IDENTITY = Program.of(Expr.arg(0));
    private static final Number[] NO_PARAMS = {};

    private record Key(Program program, MapShape shape) {}

    private final CudaBackend backend;
    private final Map<Key, CudaKernel> kernels = new ConcurrentHashMap<>();

    MapFamily(CudaBackend backend) { this.backend = backend; }

    void run(Program program, DType lane, Number[] params, View[] outs, View[] ins) {
        if (outs[0].layout().size() > 0) {
            launch(program, lane, params, outs, ins);
        }
    }

    /** Copies elements as they are, between any layouts. */
    void copy(View out, View in) {
        if (out.layout().size() > 0) {
            launch(IDENTITY, null, NO_PARAMS, new View[] {out}, new View[] {in});
        }
    }

    private void launch(Program program, DType lane, Number[] params, View[] outs, View[] ins) {
        MapPlan plan = new MapPlan(lane, outs, ins, program.steps().size());
        Key key = new Key(program, plan.shape());
        CudaKernel kernel = kernels.get(key);
        if (kernel == null) {
            kernel = kernels.computeIfAbsent(key, k -> backend.gpu().modules()
                    .compile(PtxWriter.print(program, k.shape()), PtxWriter.ENTRY));
        }
        int operands = outs.length + ins.length;
        Object[] arguments = new Object[operands + 1 + params.length + (plan.shape().rank() > 0 ? 1 : 0)];
        System.arraycopy(outs, 0, arguments, 0, outs.length);
        System.arraycopy(ins, 0, arguments, outs.length, ins.length);
        arguments[operands] = plan.threads();
        for (int i = 0; i < program.params(); i++) {
            arguments[operands + 1 + i] = number(lane, params[i]);
        }
        int n = operands + 1 + program.params();
        if (plan.shape().rank() > 0) {
            arguments[n++] = plan.axes();
        }
        long blocks = (plan.threads() + THREADS - 1) / THREADS;
        backend.launch(kernel, Math.toIntExact(blocks), THREADS, 0, java.util.Arrays.copyOf(arguments, n));
    }

    private static Number number(DType lane, Number p) {
        return switch (lane) {
            case FLOAT32 -> p.floatValue();
            case FLOAT64 -> (Number) p.doubleValue();
            default -> (Number) p.longValue();
        };
    }
}
