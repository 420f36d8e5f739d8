package io.wengert.replay;

import io.wengert.kernel.Layout;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** A shape that may depend on the sizes of inputs. */
public record Extents(List<Extent> axes) {

    public Extents {
        axes = List.copyOf(axes);
    }

    static Extents of(Extent... axes) { return new Extents(List.of(axes)); }

    /** The shape for given sizes of the dimensions. */
    public long[] at(long... sizes) { return axes.stream().mapToLong(e -> e.at(sizes)).toArray(); }

    /** The shape with -1 for what depends on the sizes of inputs. */
    public long[] open() { return axes.stream().mapToLong(e -> e.isConstant() ? e.at() : -1).toArray(); }

    /** Whether an array of this shape may be meant. */
    boolean admits(long... shape) {
        long[] known = open();
        boolean fits = shape.length == known.length;
        for (int i = 0; fits && i < known.length; i++) {
            fits = known[i] < 0 || known[i] == shape[i];
        }
        return fits;
    }

    /** As messages show it: {@code (N, 3)}. */
    String text(List<String> dimensions) {
        return axes.stream().map(e -> e.text(dimensions)).collect(Collectors.joining(", ", "(", ")"));
    }

    @Override
    public String toString() {
        return Arrays.stream(open()).mapToObj(n -> n < 0 ? "?" : "" + n).collect(Collectors.joining(", ", "(", ")"));
    }

    /** The shape of constant extents. */
    static Extents of(long... shape) { return new Extents(Arrays.stream(shape).mapToObj(Extent::of).toList()); }

    /** A shape as messages show it. */
    static String text(long... shape) { return Layout.text(shape); }
}
