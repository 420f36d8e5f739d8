package io.wengert.examples;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.timeseries.distribution.DistributionLoss;
import ai.djl.timeseries.distribution.output.StudentTOutput;
import ai.djl.timeseries.model.deepar.DeepARNetwork;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.ParameterStore;
import ai.djl.training.Trainer;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.CosineTracker;
import java.io.IOException;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Trains DJL's DeepAR, a recurrent network that predicts a distribution, on three years of Seattle's temperatures,
 * and forecasts the fourth: one day ahead against "tomorrow equals today", two weeks ahead as a band.
 */
public final class TrainWeather {

    /**
     * What the forecasts of 2015 came to.
     *
     * @param nextDay mean absolute error of the median one day ahead, in degrees
     * @param nextDayFloor the same of "tomorrow equals today"
     */
    record Result(LossCurve curve, double nextDay, double nextDayFloor, TwoWeeks twoWeeks) {}

    /**
     * What sampled forecasts of two weeks came to.
     *
     * @param errors mean absolute error of their medians, in degrees, by days ahead
     * @param floors the same of "as warm as on the day of the forecast"
     * @param coverage the share of days inside the band from the 10 % to the 90 % quantile
     * @param drawn one of the forecasts
     */
    record TwoWeeks(double[] errors, double[] floors, double coverage, Chart drawn) {}

    private static final List<Integer> LAGS = List.of(0, 1, 2, 3, 4, 5, 6);
    private static final int CONTEXT = 28;
    private static final int HORIZON = 14;
    private static final int SAMPLES = 100;
    private static final int BATCH = 32;
    private static final LocalDate TEST = LocalDate.of(2015, 1, 1);

    private TrainWeather() {}

    static Options options() {
        return Options.of(TrainWeather.class).number("steps", 400, "steps of 32 windows of six weeks");
    }

    /** Trains, forecasts, draws; see {@code --help} for the options. */
    public static void main(String[] args) throws IOException, MalformedModelException {
        Options options = options().start(args);
        Result result = run(options);
        Chart losses = new Chart("Loss of DeepAR on Seattle's temperatures, nats a day", "steps");
        result.curve().drawIn(losses);
        losses.save(options.output("weather-loss.png"));
        result.twoWeeks().drawn().save(options.output("weather-forecast.png"));
        System.out.println(result.twoWeeks().drawn().toText(84, 21));
        System.out.println("mean absolute error over 2015, degrees\n  days ahead   DeepAR   as warm as today");
        for (int day = 0; day < HORIZON; day += day < 2 ? 1 : 4) {
            System.out.printf(Locale.ROOT, "  %10d %8.2f %18.2f%n",
                    day + 1, result.twoWeeks().errors()[day], result.twoWeeks().floors()[day]);
        }
        System.out.printf(Locale.ROOT, "the 80 %% band holds %.0f %% of the days%n", 100 * result.twoWeeks().coverage());
        System.out.printf(Locale.ROOT, "every day of 2015 one day ahead: DeepAR %.3f, tomorrow equals today %.3f%n",
                result.nextDay(), result.nextDayFloor());
    }

    /** Trains a new model on 2012 to 2014 and forecasts 2015. */
    static Result run(Options options) throws IOException, MalformedModelException {
        options.seed();
        WeatherWindows windows = new WeatherWindows(CONTEXT + LAGS.get(LAGS.size() - 1), HORIZON);
        try (Model trained = model(options, network().buildTrainingNetwork());
                Model sampler = model(options, network().buildPredictionNetwork())) {
            LossCurve curve = fit(trained, windows, options);
            int first = WeatherWindows.day(TEST);
            int[] days = IntStream.range(first, windows.days()).toArray();
            double floor = Arrays.stream(days).mapToDouble(d -> Math.abs(windows.high(d) - windows.high(d - 1))).average()
                    .orElseThrow();
            double error = nextDayError(trained, windows, days);
            trained.save(options.output("weather"), "weather");
            sampler.load(options.output("weather"), "weather");
            return new Result(curve, error, floor, forecast(sampler, windows));
        }
    }

    private static DeepARNetwork.Builder network() {
        return DeepARNetwork.builder().setFreq("D").setPredictionLength(HORIZON).optContextLength(CONTEXT)
                .setCardinality(List.of(1)).optLagsSeq(LAGS).optNumLayers(1).optHiddenSize(32).optDropRate(0)
                .optDistrOutput(new StudentTOutput()).optNumParallelSamples(SAMPLES);
    }

    private static Model model(Options options, Block block) {
        Model model = Model.newInstance("weather", options.device(), options.engine());
        model.setBlock(block);
        return model;
    }

    private static LossCurve fit(Model model, WeatherWindows windows, Options options) {
        int steps = options.number("steps");
        DefaultTrainingConfig config = new DefaultTrainingConfig(new DistributionLoss("loss", new StudentTOutput()))
                .optOptimizer(Optimizer.adamW().optWeightDecays(1e-3f).optLearningRateTracker(CosineTracker.builder()
                        .setBaseValue(5e-3f).optFinalValue(1e-4f).setMaxUpdates(steps).build()).build())
                .optDevices(new Device[] {options.device()});
        Random random = new Random(options.number("seed"));
        LossCurve curve = new LossCurve("training", steps);
        int lastStart = WeatherWindows.day(TEST) - HORIZON;
        try (Trainer trainer = model.newTrainer(config)) {
            Shape[] shapes = windows.trainingInputs(trainer.getManager(), new int[] {windows.history()}).getShapes();
            trainer.initialize(shapes);
            for (int step = 0; step < steps; step++) {
                try (NDManager manager = trainer.getManager().newSubManager()) {
                    int[] starts = random.ints(BATCH, windows.history(), lastStart + 1).toArray();
                    curve.step(trainer, windows.trainingInputs(manager, starts), windows.labels(manager, starts, CONTEXT));
                }
            }
        }
        return curve;
    }

    /** The mean absolute error of the distributions' centres for these days, each with all days before it known. */
    private static double nextDayError(Model model, WeatherWindows windows, int[] days) {
        try (NDManager manager = model.getNDManager().newSubManager()) {
            int[] starts = Arrays.stream(days).map(day -> day - HORIZON + 1).toArray();
            NDList output = forward(model, windows.trainingInputs(manager, starts));
            NDArray centres = output.get("mu").get(":, -1").mul(output.get("scale").flatten());
            NDArray truth = windows.labels(manager, starts, CONTEXT).head().get(":, -1");
            return centres.sub(truth).abs().mean().getFloat();
        }
    }

    /** Samples two weeks from every fifth day of the year; draws those from 1 May, or the first day after it. */
    private static TwoWeeks forecast(Model model, WeatherWindows windows) {
        int[] starts = IntStream.iterate(WeatherWindows.day(TEST), s -> s <= windows.days() - HORIZON, s -> s + 5)
                .toArray();
        int may = WeatherWindows.day(TEST.withMonth(5));
        double[] errors = new double[HORIZON];
        double[] floors = new double[HORIZON];
        Chart chart = null;
        int inside = 0;
        try (NDManager manager = model.getNDManager().newSubManager()) {
            NDArray samples = forward(model, windows.predictionInputs(manager, starts)).head();
            for (int i = 0; i < starts.length; i++) {
                double[][] quantiles = quantiles(samples.get(i).toFloatArray());
                for (int day = 0; day < HORIZON; day++) {
                    float truth = windows.high(starts[i] + day);
                    errors[day] += Math.abs(quantiles[1][day] - truth) / starts.length;
                    floors[day] += Math.abs(windows.high(starts[i] - 1) - truth) / starts.length;
                    inside += quantiles[0][day] <= truth && truth <= quantiles[2][day] ? 1 : 0;
                }
                if (chart == null && starts[i] >= may) {
                    chart = chart(windows, starts[i], quantiles);
                }
            }
        }
        return new TwoWeeks(errors, floors, inside / (double) (starts.length * HORIZON), chart);
    }

    /** The 10 %, 50 % and 90 % quantiles of each day of (samples, days). */
    private static double[][] quantiles(float[] samples) {
        double[][] quantiles = new double[3][HORIZON];
        for (int day = 0; day < HORIZON; day++) {
            int place = day;
            double[] sorted = IntStream.range(0, SAMPLES).mapToDouble(s -> samples[s * HORIZON + place]).sorted().toArray();
            for (int q = 0; q < 3; q++) quantiles[q][day] = sorted[(int) (SAMPLES * (0.1 + 0.4 * q))];
        }
        return quantiles;
    }

    private static Chart chart(WeatherWindows windows, int start, double[][] quantiles) {
        double[] ahead = IntStream.rangeClosed(1, HORIZON).asDoubleStream().toArray();
        double[] days = IntStream.rangeClosed(1 - CONTEXT, HORIZON).asDoubleStream().toArray();
        double[] truth = Arrays.stream(days).map(d -> windows.high(start - 1 + (int) d)).toArray();
        LocalDate date = TEST.plusDays(start - WeatherWindows.day(TEST));
        return new Chart("Highest temperature in Seattle, degrees C, forecast for " + date, "days ahead")
                .band("80 % of the forecast", ahead, quantiles[0], quantiles[2])
                .line("median of the forecast", ahead, quantiles[1])
                .line("measured", days, truth);
    }

    private static NDList forward(Model model, NDList inputs) {
        return model.getBlock().forward(new ParameterStore(inputs.head().getManager(), false), inputs, false);
    }
}
