package io.wengert.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The results as Markdown tables whose columns line up in a terminal too. */
final class Report {

    private static final int FIGURE_WIDTH = 22;
    private static final int RATIO_WIDTH = 19;
    private static final String BEST_PEER = " / best peer";

    private final List<String> engines;
    private final int subject;
    private final int nameWidth;

    /** A report with a column for each engine; the subject is Wengert or, without it, the first engine. */
    Report(List<String> engines, List<Workload> workloads) {
        this.engines = engines;
        this.subject = Math.max(0, engines.indexOf(Settings.WENGERT));
        this.nameWidth = workloads.stream().mapToInt(workload -> workload.name().length()).max().orElse(0);
    }

    /** Which of the engines the others are compared with. */
    int subject() { return subject; }

    /** The heading of the table of figures. */
    String heading() {
        List<Column> columns = new ArrayList<>(List.of(new Column("workload", nameWidth), new Column("unit", 9)));
        engines.forEach(engine -> columns.add(new Column(engine, FIGURE_WIDTH)));
        if (engines.size() > 1) {
            columns.add(new Column(engines.get(subject) + BEST_PEER, RATIO_WIDTH));
        }
        return table(columns);
    }

    /** One workload's line of the table of figures. */
    String line(Row row) {
        List<Column> cells = new ArrayList<>();
        cells.add(new Column(row.workload().name(), nameWidth));
        cells.add(new Column(row.workload().unit(), 9));
        for (int engine = 0; engine < engines.size(); engine++) {
            String figure = row.summary(engine).map(Summary::toString).orElse("-");
            cells.add(new Column(figure, Math.max(FIGURE_WIDTH, engines.get(engine).length())));
        }
        if (engines.size() > 1) {
            String ratio = row.timesBetterThanBest(subject).map(Report::times).orElse("-");
            cells.add(new Column(ratio, Math.max(RATIO_WIDTH, engines.get(subject).length() + BEST_PEER.length())));
        }
        return cells(cells);
    }

    /** The geometric means of the ratios, by group and of all: against the best peer and against each. */
    String groups(List<Row> rows) {
        List<Column> columns = new ArrayList<>(List.of(new Column("group", 12), new Column("workloads", 9)));
        columns.add(new Column(engines.get(subject) + BEST_PEER, 0));
        peers().forEach(peer -> columns.add(new Column(engines.get(subject) + " / " + engines.get(peer), 0)));
        StringBuilder text = new StringBuilder(table(columns));
        rows.stream().map(row -> row.workload().group()).distinct().forEach(group -> {
            List<Row> members = rows.stream().filter(row -> row.workload().group().equals(group)).toList();
            text.append('\n').append(means(group, members, columns));
        });
        return text.append('\n').append(means("all", rows, columns)).toString();
    }

    private String means(String group, List<Row> rows, List<Column> columns) {
        long compared = rows.stream().filter(row -> row.timesBetterThanBest(subject).isPresent()).count();
        List<String> texts = new ArrayList<>(List.of(group, Long.toString(compared)));
        texts.add(mean(rows, row -> row.timesBetterThanBest(subject)));
        peers().forEach(peer -> texts.add(mean(rows, row -> row.timesBetter(subject, peer))));
        return cells(IntStream.range(0, texts.size())
                .mapToObj(i -> new Column(texts.get(i), columns.get(i).width()))
                .toList());
    }

    private static String mean(List<Row> rows, Function<Row, Optional<Summary>> ratio) {
        double[] medians = rows.stream().map(ratio).flatMap(Optional::stream).mapToDouble(Summary::median).toArray();
        return medians.length == 0 ? "-" : Summary.digits(Summary.geometricMean(medians)) + "x";
    }

    private List<Integer> peers() {
        return IntStream.range(0, engines.size()).filter(engine -> engine != subject).boxed().toList();
    }

    /** A ratio with its spread, such as {@code 1.52x (1.43-1.61)}. */
    private static String times(Summary ratio) {
        String text = ratio.toString();
        int blank = text.indexOf(' ');
        return blank < 0 ? text + "x" : text.substring(0, blank) + "x" + text.substring(blank);
    }

    private static String table(List<Column> columns) {
        String rule = columns.stream().map(column -> "-".repeat(column.width() + 2)).collect(Collectors.joining("|"));
        return cells(columns) + "\n|" + rule + "|";
    }

    private static String cells(List<Column> cells) {
        return cells.stream().map(Column::padded).collect(Collectors.joining(" | ", "| ", " |"));
    }

    /** A text in a column of at least a width. */
    private record Column(String text, int width) {

        Column {
            width = Math.max(width, text.length());
        }

        String padded() {
            return text + " ".repeat(width - text.length());
        }
    }
}
