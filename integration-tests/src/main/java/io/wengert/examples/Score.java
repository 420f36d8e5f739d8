package io.wengert.examples;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.Dataset;
import ai.djl.translate.TranslateException;
import java.io.IOException;
import java.util.Arrays;

/**
 * How often a classifier said which class: {@code confusion[truth][said]}.
 *
 * @param confusion counts of examples
 */
record Score(int[][] confusion) {

    /** Asks the model of a trainer about every example of a set; its first output holds a number for each class. */
    static Score of(Trainer trainer, Dataset examples, int classes) throws IOException, TranslateException {
        int[][] confusion = new int[classes][classes];
        for (Batch batch : trainer.iterateDataset(examples)) {
            try (batch; NDList predictions = trainer.evaluate(batch.getData())) {
                try (NDArray said = predictions.get(0).argMax(-1)) {
                    float[] truths = batch.getLabels().head().toType(DataType.FLOAT32, false)
                            .toFloatArray();
                    long[] answers = said.toLongArray();
                    for (int i = 0; i < answers.length; i++) confusion[(int) truths[i]][(int) answers[i]]++;
                }
            }
        }
        return new Score(confusion);
    }

    /** The share of right answers, 0 to 1. */
    double accuracy() {
        double right = 0;
        for (int i = 0; i < confusion.length; i++) right += confusion[i][i];
        return right / Arrays.stream(confusion).flatMapToInt(Arrays::stream).sum();
    }

    /** A table of the truth (down) and the answers (across). */
    String table() {
        StringBuilder table = new StringBuilder("truth \\ said");
        for (int said = 0; said < confusion.length; said++) table.append(String.format("%5d", said));
        for (int truth = 0; truth < confusion.length; truth++) {
            table.append(String.format("%n%12d", truth));
            for (int count : confusion[truth]) table.append(String.format("%5s", count == 0 ? "." : String.valueOf(count)));
        }
        return table.append('\n').toString();
    }
}
