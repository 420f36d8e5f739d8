package io.wengert.examples;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.basicdataset.tabular.CsvDataset;
import ai.djl.basicdataset.tabular.utils.Feature;
import ai.djl.basicmodelzoo.basic.Mlp;
import ai.djl.basicmodelzoo.tabular.TabNet;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.loss.Loss;
import ai.djl.training.loss.TabNetClassificationLoss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.CosineTracker;
import ai.djl.translate.TranslateException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.commons.csv.CSVFormat;

/**
 * Trains a multilayer perceptron and DJL's TabNet on two tables, one of tumours and one of handwritten digits, and
 * measures them on a fifth of the rows beside "always the most frequent class".
 */
public final class TrainTabular {

    /** A table that ships with the examples; the column {@code label} holds one of the classes. */
    enum Table {
        /** 569 tumours, 30 measures each. */
        TUMOURS("tabular/wdbc.csv.gz", "diagnosis", true, List.of("benign", "malignant")),
        /** 1,797 digits of 8 x 8 pixels. */
        DIGITS("tabular/optdigits.csv.gz", "digit", false, List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"));

        private final String file;
        private final String label;
        /** Whether columns differ in scale; DJL's normalization would divide the always white pixels by 0. */
        private final boolean normalized;
        private final List<String> classes;

        Table(String file, String label, boolean normalized, List<String> classes) {
            this.file = file;
            this.label = label;
            this.normalized = normalized;
            this.classes = classes;
        }
    }

    /** What one network came to on one table; accuracies on rows that it did not train on, from 0 to 1. */
    record Result(Table table, String network, LossCurve curve, Score score, double floor) {}

    private static final int BATCH = 32;

    private TrainTabular() {}

    static Options options() {
        return Options.of(TrainTabular.class).number("epochs", 15, "passes over each table");
    }

    /** Trains both networks on both tables; see {@code --help} for the options. */
    public static void main(String[] args) throws IOException, TranslateException {
        Options options = options().start(args);
        List<Result> results = new ArrayList<>();
        for (Table table : Table.values()) {
            results.add(run(options, table, "MLP"));
            results.add(run(options, table, "TabNet"));
        }
        Chart chart = new Chart("Losses on tables, nats a row", "steps");
        for (Result result : results) result.curve().drawIn(chart);
        System.out.println(chart.toText(72, 17));
        chart.save(options.output("tabular.png"));
        System.out.println("\nTabNet on digits:\n" + results.get(3).score().table());
        System.out.println("table     network   test accuracy   most frequent class   seconds");
        for (Result r : results) {
            System.out.printf(Locale.ROOT, "%-9s %-9s %13.3f %21.3f %9.1f%n", r.table(), r.network(),
                    r.score().accuracy(), r.floor(), r.curve().seconds());
        }
    }

    /** Trains a new network, "MLP" or "TabNet", on four fifths of a table. */
    static Result run(Options options, Table table, String network) throws IOException, TranslateException {
        options.seed();
        CsvDataset rows = rows(table);
        RandomAccessDataset[] parts = rows.randomSplit(4, 1);
        boolean tabNet = network.equals("TabNet");
        int width = rows.getFeatureSize();
        int classes = table.classes.size();
        Block block = tabNet
                ? TabNet.builder().setInputDim(width).setOutDim(classes).optNumD(16).optNumA(16).optNumSteps(3).build()
                : new Mlp(width, classes, new int[] {64, 32});
        int epochs = options.number("epochs");
        int steps = epochs * (int) ((parts[0].size() + BATCH - 1) / BATCH);
        DefaultTrainingConfig config = new DefaultTrainingConfig(
                tabNet ? new TabNetClassificationLoss() : Loss.softmaxCrossEntropyLoss())
                .optOptimizer(Optimizer.adam().optLearningRateTracker(CosineTracker.builder()
                        .setBaseValue(0.01f).optFinalValue(0.0005f).setMaxUpdates(steps).build()).build())
                .optDevices(new Device[] {options.device()});
        LossCurve curve = new LossCurve(network + " on " + table.name().toLowerCase(Locale.ROOT), steps);
        try (Model model = Model.newInstance(network, options.device(), options.engine())) {
            model.setBlock(block);
            try (Trainer trainer = model.newTrainer(config)) {
                trainer.initialize(new Shape(BATCH, width));
                for (int epoch = 0; epoch < epochs; epoch++) {
                    for (Batch batch : trainer.iterateDataset(parts[0])) {
                        try (batch) {
                            curve.step(trainer, batch.getData(), batch.getLabels());
                        }
                    }
                }
                return new Result(table, network, curve, Score.of(trainer, parts[1], classes), floor(rows, table));
            }
        }
    }

    /** The table as DJL's data set: features (batch, columns), labels (batch, 1). */
    private static CsvDataset rows(Table table) throws IOException, TranslateException {
        Map<String, Integer> numbers = new HashMap<>();
        for (String name : table.classes) numbers.put(name, numbers.size());
        CsvDataset.CsvBuilder<?> builder = CsvDataset.builder()
                .optCsvFile(ShippedFile.copy(table.file))
                .setCsvFormat(CSVFormat.DEFAULT.builder().setHeader().setSkipHeaderRecord(true).get())
                .setSampling(BATCH, true)
                .addCategoricalLabel(table.label, numbers, false);
        for (String column : ShippedFile.lines(table.file).get(0).split(",")) {
            if (!column.equals(table.label)) {
                builder.addNumericFeature(column, table.normalized);
            }
        }
        CsvDataset rows = builder.build();
        rows.prepare();
        return rows;
    }

    /** The share of the most frequent class. */
    private static double floor(CsvDataset rows, Table table) {
        List<String> labels = new ArrayList<>();
        Feature label = rows.getLabels().get(0);
        for (int i = 0; i < rows.size(); i++) labels.addAll(rows.getRowDirect(i, List.of(label)));
        return table.classes.stream().mapToInt(name -> Collections.frequency(labels, name)).max().orElseThrow()
                / (double) labels.size();
    }
}
