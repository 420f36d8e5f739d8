package io.wengert.examples;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.time.LocalDate;
import java.util.List;

/**
 * Seattle's daily highest temperatures of 2012 to 2015 in degrees Celsius, cut into windows as DJL's DeepAR takes
 * them: a history and the days to forecast, with the season as time feature.
 */
final class WeatherWindows {

    private static final LocalDate FIRST_DAY = LocalDate.of(2012, 1, 1);

    private final float[] highs;
    private final int history;
    private final int horizon;

    /** Reads the series; a window is {@code history} days and then {@code horizon} days to forecast. */
    WeatherWindows(int history, int horizon) throws IOException {
        List<String> lines = ShippedFile.lines("tabular/seattle-weather.csv.gz");
        int column = List.of(lines.get(0).split(",")).indexOf("temp_max");
        highs = new float[lines.size() - 1];
        for (int day = 0; day < highs.length; day++) {
            highs[day] = Float.parseFloat(lines.get(day + 1).split(",")[column]);
        }
        this.history = history;
        this.horizon = horizon;
    }

    /** The number of days. */
    int days() { return highs.length; }

    /** The number of a day, 0 being the series' first. */
    static int day(LocalDate date) { return (int) FIRST_DAY.datesUntil(date).count(); }

    /** The highest temperature of a day. */
    float high(int day) { return highs[day]; }

    /** The longest history, so the first day whose forecast can be asked for. */
    int history() { return history; }

    /** The nine inputs of a {@code DeepARTrainingNetwork} for windows whose forecasts begin on these days. */
    NDList trainingInputs(NDManager manager, int[] starts) {
        NDList inputs = new NDList(manager.zeros(new Shape(starts.length, 1), DataType.INT32),
                manager.zeros(new Shape(starts.length, 1)),
                season(manager, starts, -history, 0), values(manager, starts, -history, 0),
                manager.ones(new Shape(starts.length, history)), manager.zeros(new Shape(starts.length, history)),
                season(manager, starts, 0, horizon), values(manager, starts, 0, horizon),
                manager.ones(new Shape(starts.length, horizon)));
        return inputs;
    }

    /** The seven inputs of a {@code DeepARPredictionNetwork}, which does not see the days to forecast. */
    NDList predictionInputs(NDManager manager, int[] starts) {
        NDList all = trainingInputs(manager, starts);
        return new NDList(all.get(0), all.get(1), all.get(2), all.get(3), all.get(4), all.get(6), all.get(5));
    }

    /** What the training network predicts: the last {@code context - 1} days of the history and those to forecast. */
    NDList labels(NDManager manager, int[] starts, int context) {
        return new NDList(values(manager, starts, 1 - context, horizon));
    }

    private NDArray values(NDManager manager, int[] starts, int from, int to) {
        float[] values = new float[starts.length * (to - from)];
        for (int i = 0; i < starts.length; i++) {
            System.arraycopy(highs, starts[i] + from, values, i * (to - from), to - from);
        }
        return manager.create(values, new Shape(starts.length, to - from));
    }

    /** The place in the year as a point on a circle: (windows, days, 2). */
    private static NDArray season(NDManager manager, int[] starts, int from, int to) {
        float[] features = new float[starts.length * (to - from) * 2];
        int next = 0;
        for (int start : starts) {
            for (int day = start + from; day < start + to; day++) {
                double angle = 2 * Math.PI * day / 365.25;
                features[next++] = (float) Math.sin(angle);
                features[next++] = (float) Math.cos(angle);
            }
        }
        return manager.create(features, new Shape(starts.length, to - from, 2));
    }
}
