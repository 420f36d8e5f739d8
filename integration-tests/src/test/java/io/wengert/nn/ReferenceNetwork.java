package io.wengert.nn;

/** Recurrent networks in plain loops of doubles, straight from the formulas in DJL's Javadoc: what the engine is held to. */
final class ReferenceNetwork {

    /** Which formulas. */
    enum Kind {
        RNN_RELU(1),
        RNN_TANH(1),
        GRU(3),
        LSTM(4);

        final int gates;

        Kind(int gates) { this.gates = gates; }
    }

    private final Kind kind;
    private final int layers;
    private final int directions;
    private final boolean biases;
    private final int units;

    ReferenceNetwork(Kind kind, int layers, boolean bidirectional, boolean biases, int units) {
        this.kind = kind;
        this.layers = layers;
        this.directions = bidirectional ? 2 : 1;
        this.biases = biases;
        this.units = units;
    }

    /** The number of parameter arrays. */
    int parameters() { return layers * directions * (biases ? 4 : 2); }

    /** The shape of parameter i, by DJL's order: layer, weights before biases, direction, input before state. */
    long[] shape(int i, int features) {
        int perLayer = directions * (biases ? 4 : 2);
        int in = i / perLayer == 0 ? features : units * directions;
        int k = i % perLayer;
        long rows = (long) kind.gates * units;
        return k >= 2 * directions ? new long[] {rows} : new long[] {rows, k % 2 == 0 ? in : units};
    }

    /**
     * Runs the network; {@code h} and {@code c}, by [layer x direction][batch][unit], become the last states.
     *
     * @param x by [time][batch][feature]
     * @param p the parameters, row by row
     * @return the output of the last layer by [time][batch][direction x unit]
     */
    double[][][] run(double[][][] x, double[][][] h, double[][][] c, double[]... p) {
        double[][][] y = x;
        for (int l = 0; l < layers; l++) {
            double[][][] next = new double[x.length][x[0].length][units * directions];
            for (int d = 0; d < directions; d++) {
                int weight = l * directions * (biases ? 4 : 2) + 2 * d;
                int bias = weight + 2 * directions;
                double[] none = new double[kind.gates * units];
                double[][] own = {p[weight], p[weight + 1], biases ? p[bias] : none, biases ? p[bias + 1] : none};
                for (int s = 0; s < x.length; s++) {
                    int t = d == 0 ? s : x.length - 1 - s;
                    for (int b = 0; b < x[0].length; b++) {
                        int state = l * directions + d;
                        step(y[t][b], h[state][b], c[state][b], own);
                        System.arraycopy(h[state][b], 0, next[t][b], d * units, units);
                    }
                }
            }
            y = next;
        }
        return y;
    }

    private void step(double[] x, double[] h, double[] c, double[]... p) {
        double[] a = product(p[0], x, p[2]);
        double[] b = product(p[1], h, p[3]);
        for (int u = 0; u < units; u++) {
            int v = units + u;
            int w = 2 * units + u;
            switch (kind) {
                case RNN_RELU -> h[u] = Math.max(0, a[u] + b[u]);
                case RNN_TANH -> h[u] = Math.tanh(a[u] + b[u]);
                case GRU -> {
                    double r = sigmoid(a[u] + b[u]);
                    double z = sigmoid(a[v] + b[v]);
                    double n = Math.tanh(a[w] + r * b[w]);
                    h[u] = (1 - z) * n + z * h[u];
                }
                default -> {
                    double o = sigmoid(a[w + units] + b[w + units]);
                    c[u] = sigmoid(a[v] + b[v]) * c[u] + sigmoid(a[u] + b[u]) * Math.tanh(a[w] + b[w]);
                    h[u] = o * Math.tanh(c[u]);
                }
            }
        }
    }

    private static double[] product(double[] matrix, double[] x, double[] bias) {
        double[] y = bias.clone();
        for (int i = 0; i < y.length; i++) {
            for (int k = 0; k < x.length; k++) {
                y[i] += matrix[i * x.length + k] * x[k];
            }
        }
        return y;
    }

    private static double sigmoid(double x) { return 1 / (1 + Math.exp(-x)); }
}
