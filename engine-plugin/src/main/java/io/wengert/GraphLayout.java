package io.wengert;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * A layered drawing of an acyclic graph (Sugiyama, Tagawa and Toda, 1981): every edge goes down, through places of its own in the
 * layers between, with few crossings and short ways.
 */
final class GraphLayout {

    private static final int SWEEPS = 12;
    private static final double WEAK = 0.01;
    private static final double GAP = 26;
    /** Beyond so many places for edges they go straight: the drawing would take longer than it is worth. */
    private static final int MOST_BENDS = 60_000;

    /** A node, or a place where an edge passes a layer. */
    private static final class Spot {
        final int layer;
        final double width;
        final boolean bend;
        /** How much what it is joined to follows it: sources go where they are needed, and pull nobody aside. */
        final double pull;
        final List<Spot> up = new ArrayList<>();
        final List<Spot> down = new ArrayList<>();
        /** Where edges from here pass the layers below. */
        final List<Spot> trunk = new ArrayList<>();
        double order;
        double x;

        Spot(int layer, double width, boolean bend, double pull) {
            this.layer = layer;
            this.width = width;
            this.bend = bend;
            this.pull = pull;
        }

        /** Whether it is a bend between bends: long edges are to be straight in their middle. */
        boolean isInner() { return bend && up.stream().allMatch(s -> s.bend) && down.stream().allMatch(s -> s.bend); }

        /** The middle of some spots, as far as they pull; NaN if there are none. */
        static double middle(List<Spot> of, ToDoubleFunction<Spot> at) {
            double sum = 0;
            double weight = 0;
            for (Spot s : of) {
                sum += s.pull * at.applyAsDouble(s);
                weight += s.pull;
            }
            return sum / weight;
        }
    }

    private final Spot[] nodes;
    private final List<List<Spot>> layers = new ArrayList<>();
    private final List<List<Spot>> paths = new ArrayList<>();

    /**
     * Lays a graph out.
     *
     * @param widths of the nodes, each after all that it has an edge from
     * @param sources nodes that are drawn just above where they go to, as variables are
     * @param edges pairs from, to
     */
    GraphLayout(double[] widths, boolean[] sources, List<int[]> edges) {
        int[] layer = layers(widths.length, sources, edges);
        nodes = new Spot[widths.length];
        for (int i = 0; i < nodes.length; i++) {
            nodes[i] = add(new Spot(layer[i], widths[i], false, sources[i] ? WEAK : 1));
        }
        long[] span = new long[nodes.length];
        edges.forEach(e -> span[e[0]] = Math.max(span[e[0]], layer[e[1]] - layer[e[0]] - 1));
        long bends = Arrays.stream(span).sum();
        for (int[] e : edges) {
            paths.add(path(nodes[e[0]], nodes[e[1]], bends <= MOST_BENDS));
        }
        order();
        place();
    }

    private static int[] layers(int n, boolean[] sources, List<int[]> edges) {
        int[] layer = new int[n];
        List<int[]> sorted = new ArrayList<>(edges);
        sorted.sort(Comparator.comparingInt(e -> e[1]));
        for (int[] e : sorted) {
            layer[e[1]] = Math.max(layer[e[1]], layer[e[0]] + 1);
        }
        int[] least = new int[n];
        Arrays.fill(least, Integer.MAX_VALUE);
        for (int[] e : edges) {
            least[e[0]] = Math.min(least[e[0]], layer[e[1]] - 1);
        }
        for (int i = 0; i < n; i++) {
            layer[i] = sources[i] && least[i] != Integer.MAX_VALUE ? least[i] : layer[i];
        }
        return layer;
    }

    private Spot add(Spot s) {
        while (layers.size() <= s.layer) {
            layers.add(new ArrayList<>());
        }
        layers.get(s.layer).add(s);
        return s;
    }

    /**
     * The way from a node down, as far as it has not been gone by an edge before: edges from one node go together until they leave
     * for their ends.
     */
    private List<Spot> path(Spot from, Spot to, boolean bends) {
        List<Spot> path = new ArrayList<>();
        int known = bends ? Math.min(from.trunk.size(), to.layer - from.layer - 1) : 0;
        path.add(known == 0 ? from : from.trunk.get(known - 1));
        for (int l = from.layer + known + 1; bends && l < to.layer; l++) {
            Spot bend = add(new Spot(l, 10, true, from.pull));
            from.trunk.add(join(path.get(path.size() - 1), bend));
            path.add(bend);
        }
        if (bends) {
            join(path.get(path.size() - 1), to);
        }
        path.add(to);
        return path;
    }

    private static Spot join(Spot up, Spot down) {
        up.down.add(down);
        down.up.add(up);
        return down;
    }

    /** Has everything go near the middle of what it is joined to, from above and from below in turn. */
    private void order() {
        for (List<Spot> l : layers) {
            number(l);
        }
        for (int sweep = 0; sweep < SWEEPS; sweep++) {
            boolean down = sweep % 2 == 0;
            for (int i = 0; i < layers.size(); i++) {
                List<Spot> l = layers.get(down ? i : layers.size() - 1 - i);
                for (Spot s : l) {
                    double middle = Spot.middle(down ? s.up : s.down, t -> t.order);
                    s.order = middle == middle ? middle : s.order;
                }
                l.sort(Comparator.comparingDouble(s -> s.order));
                number(l);
            }
        }
    }

    /** Orders of all layers are in the same measure, so that averages mean something. */
    private static void number(List<Spot> layer) {
        for (int i = 0; i < layer.size(); i++) {
            layer.get(i).order = i - (layer.size() - 1) / 2.0;
        }
    }

    private void place() {
        for (List<Spot> l : layers) {
            double x = 0;
            for (Spot s : l) {
                s.x = x + s.width / 2;
                x += s.width + GAP;
            }
            for (Spot s : l) {
                s.x -= (x - GAP) / 2;
            }
        }
        for (int sweep = 0; sweep < 2 * SWEEPS; sweep++) {
            boolean down = sweep % 2 == 0;
            for (int i = 0; i < layers.size(); i++) {
                near(layers.get(down ? i : layers.size() - 1 - i), down);
            }
        }
        double left = layers.stream().flatMap(List::stream).mapToDouble(s -> s.x - s.width / 2).min().orElse(0);
        layers.forEach(l -> l.forEach(s -> s.x -= left));
    }

    /**
     * Puts a layer as near to where its spots would like to be as order and distances allow, in the sense of least squares: by
     * pooling adjacent violators.
     */
    private static void near(List<Spot> layer, boolean down) {
        int n = layer.size();
        double[] offset = new double[n];
        double[] mean = new double[n];
        double[] weight = new double[n];
        int[] size = new int[n];
        int blocks = 0;
        for (int i = 0; i < n; i++) {
            Spot s = layer.get(i);
            if (i > 0) {
                double gap = s.bend && layer.get(i - 1).bend ? GAP / 2 : GAP;
                offset[i] = offset[i - 1] + (layer.get(i - 1).width + s.width) / 2 + gap;
            }
            double there = Spot.middle(down ? s.up : s.down, t -> t.x);
            double back = there == there ? there : Spot.middle(down ? s.down : s.up, t -> t.x);
            mean[blocks] = (back == back ? back : s.x) - offset[i];
            weight[blocks] = s.isInner() ? 4 * s.pull : s.pull;
            size[blocks++] = 1;
            while (blocks > 1 && mean[blocks - 2] > mean[blocks - 1]) {
                blocks--;
                double w = weight[blocks - 1] + weight[blocks];
                mean[blocks - 1] = (mean[blocks - 1] * weight[blocks - 1] + mean[blocks] * weight[blocks]) / w;
                weight[blocks - 1] = w;
                size[blocks - 1] += size[blocks];
            }
        }
        int i = 0;
        for (int b = 0; b < blocks; b++) {
            for (int k = 0; k < size[b]; k++, i++) {
                layer.get(i).x = mean[b] + offset[i];
            }
        }
    }

    /** The middle of a node; the leftmost edge of all is at 0. */
    double x(int node) { return nodes[node].x; }

    int layer(int node) { return nodes[node].layer; }

    int layers() { return layers.size(); }

    /** Where an edge passes, as pairs of a layer and x; from where it leaves earlier ones of the same node. */
    List<double[]> path(int edge) { return paths.get(edge).stream().map(s -> new double[] {s.layer, s.x}).toList(); }

    double width() { return layers.stream().flatMap(List::stream).mapToDouble(s -> s.x + s.width / 2).max().orElse(0); }
}
