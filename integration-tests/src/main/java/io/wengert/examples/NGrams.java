package io.wengert.examples;

import java.util.HashMap;
import java.util.Map;

/** Character n-grams: the next character's probability is how often it followed the last n - 1 characters. */
final class NGrams {

    /** Added to every count, so that nothing has probability zero. */
    private static final double SMOOTHING = 0.05;

    private final int order;
    private final int alphabetSize;
    private final Map<Long, int[]> counts = new HashMap<>();

    /** Counts the n-grams of {@code tokens}, n being {@code order}. */
    NGrams(int order, int alphabetSize, int[] tokens) {
        this.order = order;
        this.alphabetSize = alphabetSize;
        for (int i = order - 1; i < tokens.length; i++) {
            counts.computeIfAbsent(context(tokens, i), key -> new int[alphabetSize + 1]);
            int[] followers = counts.get(context(tokens, i));
            followers[tokens[i]]++;
            followers[alphabetSize]++;
        }
    }

    /** The mean negative log-probability of a character of {@code tokens}, in nats. */
    double crossEntropy(int[] tokens) {
        double sum = 0;
        int[] none = new int[alphabetSize + 1];
        for (int i = order - 1; i < tokens.length; i++) {
            int[] followers = counts.getOrDefault(context(tokens, i), none);
            sum -= Math.log((followers[tokens[i]] + SMOOTHING) / (followers[alphabetSize] + SMOOTHING * alphabetSize));
        }
        return sum / (tokens.length - order + 1);
    }

    private long context(int[] tokens, int end) {
        long context = 0;
        for (int i = end - order + 1; i < end; i++) context = context * alphabetSize + tokens[i];
        return context;
    }
}
