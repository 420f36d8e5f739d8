package io.wengert.benchmark;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * The figures of one workload.
 *
 * @param workload what was measured
 * @param rounds for each engine, one figure a round; empty where it has none
 */
record Row(Workload workload, List<double[]> rounds) {

    boolean has(int engine) { return rounds.get(engine).length > 0; }

    /** The middle and the spread of an engine's rounds, if it has any. */
    Optional<Summary> summary(int engine) {
        return has(engine) ? Optional.of(Summary.of(rounds.get(engine))) : Optional.empty();
    }

    /** The engine with the best median beside {@code subject}. */
    OptionalInt bestPeer(int subject) {
        return IntStream.range(0, rounds.size())
                .filter(engine -> engine != subject && has(engine))
                .reduce((a, b) -> workload.timesBetter(median(b), median(a)) > 1 ? b : a);
    }

    private double median(int engine) {
        return Summary.median(rounds.get(engine));
    }

    /** How many times better {@code subject} is than {@code peer}, round against round. */
    Optional<Summary> timesBetter(int subject, int peer) {
        double[] ours = rounds.get(subject);
        double[] theirs = rounds.get(peer);
        int both = Math.min(ours.length, theirs.length);
        if (both == 0) {
            return Optional.empty();
        }
        return Optional.of(Summary.of(IntStream.range(0, both)
                .mapToDouble(round -> workload.timesBetter(ours[round], theirs[round]))
                .toArray()));
    }

    /** How many times better {@code subject} is than the best of the others. */
    Optional<Summary> timesBetterThanBest(int subject) {
        OptionalInt peer = bestPeer(subject);
        return peer.isPresent() ? timesBetter(subject, peer.getAsInt()) : Optional.empty();
    }
}
