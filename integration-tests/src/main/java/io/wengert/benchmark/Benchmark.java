package io.wengert.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/**
 * DJL engines side by side: the same short pieces of DJL code, in turns, in one run.
 *
 * <p>Each engine works in a process of its own that stays warm. Only one works at a time, and they alternate round by
 * round, so that whatever else the machine does meets all of them. A figure is the median over the rounds of each
 * round's median repetition; behind it stands the range over the rounds. Figures of different runs do not compare;
 * ratios do.
 */
public final class Benchmark {

    /** How long the threads of one engine get to fall asleep before the next one works. */
    private static final int PAUSE_MILLISECONDS = 20;

    /** The share of the processors from which on other programs are said to have disturbed a workload. */
    private static final double DISTURBANCE = 0.1;

    private final Options options;
    private final List<Contestant> contestants = new ArrayList<>();
    private final Map<String, String> refusals = new LinkedHashMap<>();
    private final List<String> disturbed = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();

    private Benchmark(Options options) {
        this.options = options;
    }

    /** Runs the benchmark; {@link Options#USAGE} tells the options. */
    public static void main(String[] args) throws IOException, InterruptedException {
        Options options;
        try {
            options = Options.parse(args);
        } catch (PatternSyntaxException e) {
            System.err.println("--only: " + e.getDescription());
            System.exit(2);
            return;
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n" + Options.USAGE);
            System.exit(2);
            return;
        }
        if (options.list()) {
            options.workloads().forEach(w -> System.out.println(w.group() + ": " + w.name() + " [" + w.unit() + "]"));
        } else {
            new Benchmark(options).run();
        }
    }

    private void run() throws IOException, InterruptedException {
        List<Workload> workloads = options.workloads();
        try {
            say("# DJL engines side by side\n");
            enter();
            if (contestants.isEmpty() || workloads.isEmpty()) {
                say(contestants.isEmpty() ? "No engine on the class path." : "No workload of that name.");
                return;
            }
            Report report = new Report(contestants.stream().map(Contestant::label).toList(), workloads);
            say("* " + machine() + "\n* " + method() + "\n");
            say(report.heading());
            List<Row> rows = new ArrayList<>();
            for (Workload workload : workloads) {
                Row row = measure(workload);
                rows.add(row);
                say(report.line(row));
            }
            if (contestants.size() > 1) {
                say("\nGeometric means:\n\n" + report.groups(rows));
            }
            if (options.place() != Place.CPU) {
                say("\nTargets:\n\n" + new GpuTargets(rows, report.subject(), options.tf32()).table());
            }
            if (!refusals.isEmpty()) {
                say("\nWithout a figure:\n");
                refusals.forEach((who, why) -> say("* " + who + ": " + why));
            }
            if (!disturbed.isEmpty()) {
                say("\nNot to be trusted, because other programs took so much of the processors meanwhile:\n");
                disturbed.forEach(name -> say("* " + name));
            }
        } finally {
            contestants.forEach(Contestant::close);
        }
        if (options.output() != null) {
            Files.writeString(options.output(), text);
        }
    }

    /** Starts the engines; one that does not load is named and left out. */
    private void enter() {
        for (Settings settings : options.settings()) {
            Contestant contestant = new Contestant(settings, options);
            try {
                String version = contestant.start();
                contestants.add(contestant);
                say("* " + settings.label() + " " + version + ": " + settings.summary());
            } catch (Contestant.Refusal refusal) {
                contestant.close();
                say("* " + settings.label() + " is not here: " + refusal.getMessage());
            }
        }
    }

    private String machine() {
        return options.threads() + " threads, " + System.getProperty("os.name") + " " + System.getProperty("os.arch")
                + ", " + options.java();
    }

    private String method() {
        return "median (range) of " + options.rounds() + " rounds of " + options.repetitions()
                + " repetitions; for .../s and samples more is better, for ns, ms and MB less; ratios above 1 are wins";
    }

    /** Every engine's rounds at one workload, in turns that each time another engine begins. */
    private Row measure(Workload workload) throws InterruptedException {
        int engines = contestants.size();
        List<List<Double>> figures = new ArrayList<>();
        contestants.forEach(contestant -> figures.add(new ArrayList<>()));
        boolean[] out = new boolean[engines];
        ProcessorTime before = clocks();
        for (int round = 0; round < options.rounds(); round++) {
            for (int turn = 0; turn < engines; turn++) {
                int engine = (round + turn) % engines;
                if (!out[engine]) {
                    Thread.sleep(PAUSE_MILLISECONDS);
                    out[engine] = !take(contestants.get(engine), workload, figures.get(engine));
                }
            }
        }
        note(workload, clocks().othersSince(before));
        contestants.forEach(Contestant::release);
        return new Row(workload, figures.stream().map(Benchmark::array).toList());
    }

    private ProcessorTime clocks() {
        Stream<ProcessHandle> children = contestants.stream().flatMap(Contestant::process);
        return ProcessorTime.now(Stream.concat(Stream.of(ProcessHandle.current()), children));
    }

    /** Remembers a workload beside which others worked; of JVMs that come and go that is not known. */
    private void note(Workload workload, double others) {
        if (others > DISTURBANCE && !workload.wantsFreshJvm()) {
            disturbed.add(String.format(Locale.ROOT, "%s (%.0f %%)", workload.name(), 100 * others));
        }
    }

    /** One turn; false, with the reason noted, where the engine cannot. */
    private boolean take(Contestant contestant, Workload workload, List<Double> figures) {
        try {
            figures.add(Summary.median(contestant.turn(workload)));
            return true;
        } catch (Contestant.Refusal refusal) {
            figures.clear();
            refusals.put(contestant.label() + ", " + workload.name(), refusal.getMessage());
            return false;
        }
    }

    private static double[] array(List<Double> figures) {
        return figures.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private void say(String line) {
        System.out.println(line);
        text.append(line).append('\n');
    }
}
