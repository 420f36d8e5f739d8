package io.wengert.benchmark;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/**
 * The child process that works for one engine.
 *
 * <p>Started with an engine's name it says {@code @ok VERSION}, then answers each line
 * {@code REPETITIONS SECONDS WARMUP NAME} with {@code @ok FIGURE...}, one figure a repetition of about so many
 * seconds, or with {@code @no REASON}. The workload stays warm until another one is asked for; an empty line lets go of
 * it, and the end of the input ends the process. Started with a launch time and a workload's name as well it gives the
 * one figure of a young JVM and ends.
 */
public final class Worker {

    static final String OK = "@ok ";
    static final String NO = "@no ";

    private final String engine;
    private Workload current;
    private NDManager manager;
    private Job job;
    private long runs;

    private Worker(String engine) {
        this.engine = engine;
    }

    /** Arguments: the engine's name and, for a fresh figure, the launch time (ISO 8601) and the workload's name. */
    public static void main(String[] args) throws IOException {
        PrintStream answers = System.out;
        System.setOut(System.err);
        if (args.length == 3) {
            answers.println(fresh(args[0], Instant.parse(args[1]), args[2]));
        } else {
            new Worker(args[0]).serve(answers);
        }
        answers.flush();
        // Some native libraries hang or crash in their exit handlers.
        Runtime.getRuntime().halt(0);
    }

    private static String fresh(String engine, Instant launched, String name) {
        try {
            Workload workload = Catalogue.find(WholeProcess.all(), name);
            return OK + ((Workload.Fresh) workload.factory()).measure(engine, launched);
        } catch (Exception | LinkageError | OutOfMemoryError e) {
            return NO + reason(e);
        }
    }

    private void serve(PrintStream answers) throws IOException {
        List<Workload> all = Place.current().workloads();
        try {
            if (Place.current() != Place.CPU && Engine.getEngine(engine).getGpuCount() == 0) {
                answers.println(NO + "it finds no GPU");
                return;
            }
            answers.println(OK + Engine.getEngine(engine).getVersion());
        } catch (Exception | LinkageError e) {
            answers.println(NO + reason(e));
            return;
        }
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = questions.readLine(); line != null; line = questions.readLine()) {
            answers.println(answer(all, line));
        }
    }

    private String answer(List<Workload> all, String line) {
        try {
            if (line.isEmpty()) {
                release();
                return OK;
            }
            String[] words = line.split(" ", 4);
            double seconds = Double.parseDouble(words[1]);
            if (current == null || !current.name().equals(words[3])) {
                release();
                prepare(Catalogue.find(all, words[3]), seconds, Double.parseDouble(words[2]));
            }
            return OK + figures(Integer.parseInt(words[0]));
        } catch (Exception | LinkageError | OutOfMemoryError | StackOverflowError e) {
            return NO + reason(e);
        }
    }

    /** Makes the inputs, warms up and finds out how many runs fill a repetition. */
    private void prepare(Workload workload, double seconds, double warmUp) throws Exception {
        manager = NDManager.newBaseManager(Place.current().device(), engine);
        job = ((Workload.Warm) workload.factory()).prepare(manager);
        long end = System.nanoTime() + (long) (warmUp * 1e9);
        runs = 1;
        double fastest = job.secondsFor(manager, 1);
        do {
            runs = Math.max(1, Math.min(2 * runs, Math.round(seconds / fastest)));
            fastest = Math.min(fastest, job.secondsFor(manager, runs) / runs);
        } while (System.nanoTime() < end);
        runs = Math.max(1, Math.round(seconds / fastest));
        current = workload;
    }

    private String figures(int repetitions) throws Exception {
        StringBuilder figures = new StringBuilder();
        // The other engines have had the caches since: one repetition goes unnoticed.
        job.secondsFor(manager, runs);
        for (int repetition = 0; repetition < repetitions; repetition++) {
            figures.append(current.figure(job, runs, job.secondsFor(manager, runs))).append(' ');
        }
        return figures.toString().strip();
    }

    private void release() throws Exception {
        Job old = job;
        NDManager oldManager = manager;
        current = null;
        job = null;
        manager = null;
        try (oldManager; old) {
            runs = 0;
        }
    }

    /** One line that says what went wrong. */
    private static String reason(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null && (cause.getMessage() == null || cause instanceof LinkageError)) {
            cause = cause.getCause();
        }
        String text = cause.getClass().getSimpleName() + ": " + String.valueOf(cause.getMessage()).strip();
        String line = text.lines().findFirst().orElse(text).replace('|', '/');
        return line.length() <= 160 ? line : line.substring(0, 157) + "...";
    }
}
