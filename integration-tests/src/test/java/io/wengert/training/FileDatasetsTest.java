package io.wengert.training;

import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Model;
import ai.djl.basicdataset.nlp.TatoebaEnglishFrenchDataset;
import ai.djl.basicdataset.tabular.AirfoilRandomAccess;
import ai.djl.basicdataset.utils.TextData.Configuration;
import ai.djl.basicmodelzoo.nlp.SimpleTextDecoder;
import ai.djl.basicmodelzoo.nlp.SimpleTextEncoder;
import ai.djl.basicmodelzoo.tabular.TabNet;
import ai.djl.engine.Engine;
import ai.djl.metric.Metrics;
import ai.djl.modality.nlp.EncoderDecoder;
import ai.djl.modality.nlp.embedding.TrainableTextEmbedding;
import ai.djl.modality.nlp.preprocess.LowerCaseConvertor;
import ai.djl.modality.nlp.preprocess.PunctuationSeparator;
import ai.djl.modality.nlp.preprocess.SimpleTokenizer;
import ai.djl.modality.nlp.preprocess.TextTerminator;
import ai.djl.modality.nlp.preprocess.TextTruncator;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.recurrent.LSTM;
import ai.djl.repository.Repository;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.Dataset;
import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.evaluator.Accuracy;
import ai.djl.training.listener.TrainingListener;
import ai.djl.training.loss.MaskedSoftmaxCrossEntropyLoss;
import ai.djl.training.loss.TabNetRegressionLoss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.translate.PaddingStackBatchifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** DJL's datasets with files of their format, each read, batched and learnt as DJL's own training example does it. */
class FileDatasetsTest {

    private static final String[] ENGLISH = {"The", "cat", "dog", "runs", "eats", "big"};
    private static final String[] FRENCH = {"Le", "chat", "chien", "court", "mange", "grand"};

    private final Random random = new Random(5);

    @TempDir private Path folder;

    @BeforeEach
    void seed() { Engine.getEngine("Wengert").setRandomSeed(3); }

    private static DefaultTrainingConfig adam(DefaultTrainingConfig config) {
        return config.optOptimizer(Optimizer.adam().optLearningRateTracker(Tracker.fixed(0.01f)).build())
                .addTrainingListeners(TrainingListener.Defaults.basic());
    }

    /** Trains for some epochs and checks that the loss falls below a share of that of the first. */
    private static void learns(Block block, DefaultTrainingConfig config, RandomAccessDataset data, int epochs, float share,
            Shape... inputs) throws Exception {
        try (Model model = Model.newInstance("story", "Wengert")) {
            model.setBlock(block);
            try (Trainer trainer = model.newTrainer(adam(config))) {
                trainer.setMetrics(new Metrics());
                trainer.initialize(inputs);
                EasyTrain.fit(trainer, 1, data, null);
                float first = trainer.getTrainingResult().getTrainLoss();
                EasyTrain.fit(trainer, epochs, data, null);
                float last = trainer.getTrainingResult().getTrainLoss();
                assertTrue(last < share * first, first + " to " + last);
            }
        }
    }

    /** Sentences of several lengths, padded to ten words, with their lengths beside them. */
    @Test
    void sentencesAreTranslated() throws Exception {
        StringBuilder pairs = new StringBuilder();
        for (int i = 0; i < 64; i++) {
            int[] words = random.ints(2 + random.nextInt(4), 0, ENGLISH.length).toArray();
            StringBuilder french = new StringBuilder("\t");
            for (int w : words) {
                pairs.append(ENGLISH[w]).append(' ');
                french.append(FRENCH[w]).append(' ');
            }
            pairs.append('.').append(french).append(".\n");
        }
        Files.writeString(folder.resolve("fra-eng-train.txt"), pairs);
        TatoebaEnglishFrenchDataset data = TatoebaEnglishFrenchDataset.builder().optRepository(Repository.newInstance("pairs", folder))
                .setSampling(16, true, false).optDataBatchifier(padded(0)).optLabelBatchifier(padded(1)).optUsage(Dataset.Usage.TRAIN)
                .setSourceConfiguration(new Configuration().setEmbeddingSize(8).setTextProcessors(List.of(new SimpleTokenizer(),
                        new LowerCaseConvertor(Locale.ENGLISH), new PunctuationSeparator(), new TextTruncator(10))))
                .setTargetConfiguration(new Configuration().setEmbeddingSize(8).setTextProcessors(List.of(new SimpleTokenizer(),
                        new LowerCaseConvertor(Locale.FRENCH), new PunctuationSeparator(), new TextTruncator(8), new TextTerminator())))
                .build();
        data.prepare();
        Block translator = new EncoderDecoder(new SimpleTextEncoder((TrainableTextEmbedding) data.getTextEmbedding(true), lstm(true)),
                new SimpleTextDecoder((TrainableTextEmbedding) data.getTextEmbedding(false), lstm(false),
                        data.getVocabulary(false).size()));
        DefaultTrainingConfig config = Drill.config(new MaskedSoftmaxCrossEntropyLoss()).addEvaluator(new Accuracy("accuracy", 2));
        learns(translator, config, data, 5, 0.8f, new Shape(16, 10), new Shape(16, 9));
    }

    private static PaddingStackBatchifier padded(int value) {
        return PaddingStackBatchifier.builder().optIncludeValidLengths(true)
                .addPad(0, 0, m -> m.full(new Shape(1), (float) value), 10).build();
    }

    private static LSTM lstm(boolean returnState) {
        LSTM.Builder b = LSTM.builder();
        return b.setStateSize(16).setNumLayers(2).optDropRate(0).optBatchFirst(true).optReturnState(returnState).build();
    }

    @Test
    void aTableIsFitted() throws Exception {
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < 128; i++) {
            double[] x = random.doubles(5).toArray();
            for (double v : x) {
                rows.append(v).append('\t');
            }
            rows.append(x[0] + 2 * x[1] - x[2]).append('\n');
        }
        Files.writeString(folder.resolve("airfoil_self_noise.dat"), rows);
        AirfoilRandomAccess.Builder builder = AirfoilRandomAccess.builder().optRepository(Repository.newInstance("table", folder))
                .optUsage(Dataset.Usage.TRAIN);
        for (String name : new String[] {"freq", "aoa", "chordlen", "freestreamvel", "ssdt"}) {
            builder.addNumericFeature(name);
        }
        AirfoilRandomAccess data = builder.addNumericLabel("ssoundpres").setSampling(32, true).build();
        data.prepare();
        learns(TabNet.builder().setInputDim(5).setOutDim(1).optVirtualBatchSize(32).build(), Drill.config(new TabNetRegressionLoss()),
                data, 6, 0.8f, new Shape(32, 5));
    }
}
