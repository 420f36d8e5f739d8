package io.wengert.examples;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;

/** Thirty measures of cell nuclei (n, 30), of mean 0 and variance 1, and diagnoses (n, 1), 1 for malignant. */
record TumourCases(NDArray x, NDArray y) {

    /** Training cases, and every fifth one held out; scaled by the training cases' mean and deviation. */
    static TumourCases[] read(NDManager manager) throws IOException {
        List<String> lines = ShippedFile.lines("tabular/wdbc.csv.gz");
        TumourCases train = read(manager, lines, false);
        TumourCases test = read(manager, lines, true);
        NDArray mean = train.x.mean(new int[] {0});
        NDArray deviation = train.x.sub(mean).square().mean(new int[] {0}).sqrt();
        return new TumourCases[] {train.scaled(mean, deviation), test.scaled(mean, deviation)};
    }

    private TumourCases scaled(NDArray mean, NDArray deviation) { return new TumourCases(x.sub(mean).div(deviation), y); }

    private static TumourCases read(NDManager manager, List<String> lines, boolean fifth) {
        String[][] rows = IntStream.range(1, lines.size()).filter(i -> i % 5 == 0 == fifth)
                .mapToObj(i -> lines.get(i).split(",")).toArray(String[][]::new);
        float[][] x = new float[rows.length][30];
        float[][] y = new float[rows.length][1];
        for (int i = 0; i < rows.length; i++) {
            for (int k = 0; k < 30; k++) x[i][k] = Float.parseFloat(rows[i][k]);
            y[i][0] = rows[i][30].equals("malignant") ? 1 : 0;
        }
        return new TumourCases(manager.create(x), manager.create(y));
    }

    /** The negative log likelihood, in nats a case, of log odds z: log(1 + exp(z)) - y z. */
    NDArray loss(NDArray z) { return z.exp().add(1).log().sub(y.mul(z)).mean(); }

    /** The share of cases whose log odds have the right sign. */
    double accuracy(NDArray z) { return (double) z.gt(0).eq(y.gt(0.5f)).countNonzero().getLong() / y.size(); }

    /** The accuracy of always saying benign. */
    double floor() { return (double) y.eq(0).countNonzero().getLong() / y.size(); }
}
