package io.wengert.kernel.cuda;

import io.wengert.kernel.Buffer;
import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.kernel.Reduction;
import io.wengert.kernel.View;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * The reducing family: sums, products and extrema along any axes.
 *
 * <p>A group of threads goes through the elements of a result, or of a part of it if results are few; parts are reduced
 * again. Floats are added up in chains of at most 128, whose sums are added in double precision.
 */
final class ReduceFamily {

    private static final int THREADS = 256;

    /** Elements that a thread combines one by one. */
    private static final int CHAIN = 128;

    private final CudaBackend backend;

    ReduceFamily(CudaBackend backend) { this.backend = backend; }

    void run(Reduction reduction, DType lane, View out, View in) {
        if (out.layout().size() == 0) {
            return;
        }
        Layout x = in.layout();
        int[] gone = IntStream.range(0, x.rank()).filter(i -> out.layout().size(i) == 1 && x.size(i) != 1).toArray();
        int[] kept = Axes.without(x.rank(), gone);
        boolean typed = in.dtype() == lane || lane == DType.FLOAT32 && in.dtype().lane() == lane;
        reduce(reduction, lane, typed, out, out.layout().permute(kept), in, x.permute(kept), x.permute(gone));
    }

    /** @param typed whether elements can be read by the kernels of their own type */
    private void reduce(Reduction reduction, DType lane, boolean typed, View out, Layout to, View in, Layout kept, Layout gone) {
        long results = to.size();
        long count = gone.size();
        int lanes = lanes(kept, gone, results, count);
        long part = Math.max(1, part(results, count, lanes));
        long parts = Math.max(1, Axes.divideUp(count, part));
        DType wide = lane.isFloating() ? DType.FLOAT64 : lane;
        DType type = in.dtype();
        boolean own = typed && type.isFloating();
        CudaKernel kernel = backend.kernel(own ? "reduce" : "reduce_any", "reduce_" + reduction.name().toLowerCase(Locale.ROOT)
                + (own ? "_" + type.text() : "_any_" + lane.text()));
        View target = parts == 1 ? out : View.of(backend.allocate(wide, parts * results), Layout.of(parts, results));
        long blocks = Axes.divideUp(results, THREADS / lanes) * parts;
        long[] call = {results, count, part, parts, lanes, type.ordinal(), target.dtype().ordinal(),
            parts == 1 && lane == DType.FLOAT32 ? 1 : 0};
        backend.launch(kernel, Math.toIntExact(blocks), THREADS, 0, target, in, call, Axes.of(to), Axes.of(kept), Axes.of(gone));
        if (parts > 1) {
            Buffer temporary = target.buffer();
            reduce(reduction, lane, lane.isFloating(), out, to, target, Layout.of(results), Layout.of(new long[] {parts},
                    new long[] {results}, 0));
            temporary.release();
        }
    }

    /** Threads for one result: neighbours take neighbouring elements, of one result or of neighbouring ones. */
    private int lanes(Layout kept, Layout gone, long results, long count) {
        Layout across = kept.collapse();
        Layout along = gone.collapse();
        boolean columns = across.rank() > 0 && across.size(across.rank() - 1) >= 32 && along.rank() > 0
                && Math.abs(across.stride(across.rank() - 1)) < Math.abs(along.stride(along.rank() - 1));
        return columns ? 1 : Math.min(THREADS, Axes.powerOfTwo(Axes.divideUp(count, 4)));
    }

    /** Elements of a part: so many that threads are busy, yet that the device is, too. */
    private long part(long results, long count, int lanes) {
        long most = (long) CHAIN * lanes;
        long busy = (long) backend.gpu().multiprocessors() * 2048;
        long wanted = busy / Math.max(1, results * lanes);
        long each = wanted <= 1 ? count : Axes.divideUp(count, wanted);
        // A part is worth a launch more only if its threads have several elements each.
        long part = Math.max(each, 16L * lanes);
        part = Math.min(part, most);
        return Axes.divideUp(part, 8L * lanes) * 8 * lanes;
    }
}
