package io.wengert.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What Wengert is to reach on a GPU: shares of another engine's speed, and of the speed at which memory is copied. */
final class GpuTargets {

    private final List<Row> rows;
    private final int subject;
    private final boolean tf32;

    GpuTargets(List<Row> rows, int subject, boolean tf32) {
        this.rows = rows;
        this.subject = subject;
        this.tf32 = tf32;
    }

    /** A table of the targets and whether they are met; a dash where the figure to compare with is missing. */
    String table() {
        List<String> lines = new ArrayList<>(List.of("| workload | of | at least | is | met |", "|---|---|---|---|---|"));
        for (Row row : rows) {
            String group = row.workload().group();
            if (group.equals(GpuWorkloads.GEMM)) {
                boolean full = row.workload().name().contains("float32") && !tf32;
                lines.add(line(row, "the best peer", full ? 0.9 : 0.8, row.timesBetterThanBest(subject).map(Summary::median)));
            } else if (group.equals(GpuWorkloads.TRAIN)) {
                lines.add(line(row, "the best peer", 1, row.timesBetterThanBest(subject).map(Summary::median)));
            } else if (!group.equals(GpuWorkloads.COPY)) {
                lines.add(line(row, "the copy", 0.9, shareOfCopy(row)));
            }
        }
        return String.join("\n", lines);
    }

    private Optional<Double> shareOfCopy(Row row) {
        return rows.stream().filter(r -> r.workload().group().equals(GpuWorkloads.COPY)).findFirst()
                .flatMap(copy -> copy.summary(subject))
                .flatMap(copy -> row.summary(subject).map(s -> s.median() / copy.median()));
    }

    private static String line(Row row, String of, double least, Optional<Double> is) {
        return String.format(Locale.ROOT, "| %s | %s | %.2f | %s | %s |", row.workload().name(), of, least,
                is.map(Summary::digits).orElse("-"), is.map(r -> r >= least ? "yes" : "no").orElse("-"));
    }
}
