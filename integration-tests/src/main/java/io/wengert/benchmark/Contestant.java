package io.wengert.benchmark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** An engine in the settings that suit it best, with the child JVM that works for it. */
final class Contestant implements AutoCloseable {

    /** The longest that one answer may take; a hung native library ends there. */
    private static final int PATIENCE_SECONDS = 300;

    private static final String END = "";

    private final Settings settings;
    private final Options options;
    private final Path log;
    private Process process;
    private PrintStream questions;
    private BlockingQueue<String> answers;

    Contestant(Settings settings, Options options) {
        this.settings = settings;
        this.options = options;
        try {
            log = Files.createTempFile("benchmark-", ".log");
            log.toFile().deleteOnExit();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String label() {
        return settings.label();
    }

    /** The child, if it is up. */
    Stream<ProcessHandle> process() {
        return Stream.ofNullable(process).map(Process::toHandle);
    }

    /**
     * Starts the child and returns the engine's version.
     *
     * @throws Refusal if the engine does not load
     */
    String start() throws Refusal {
        launch(settings.engine());
        return answer();
    }

    /**
     * The figures of one turn: one for each repetition.
     *
     * @throws Refusal if the engine cannot do the workload, with the reason
     */
    double[] turn(Workload workload) throws Refusal {
        if (workload.wantsFreshJvm()) {
            close();
            launch(settings.engine(), Instant.now().toString(), workload.name());
            try {
                return figures(answer());
            } finally {
                close();
            }
        }
        if (process == null) {
            start();
        }
        questions.println(options.repetitions() + " " + options.repetitionSeconds() + " "
                + options.warmUpSeconds() + " " + workload.name());
        return figures(answer());
    }

    /** Lets go of the current workload's arrays. */
    void release() {
        if (process == null) {
            return;
        }
        try {
            questions.println();
            answer();
        } catch (Refusal e) {
            close();
        }
    }

    private static double[] figures(String answer) {
        return Arrays.stream(answer.split(" ")).mapToDouble(Double::parseDouble).toArray();
    }

    private void launch(String... arguments) {
        List<String> command = new ArrayList<>(List.of(options.java(), "-cp", options.classPath()));
        command.addAll(settings.jvmOptions());
        command.add(Worker.class.getName());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
        builder.environment().putAll(settings.environment());
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + options.java(), e);
        }
        questions = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        answers = new LinkedBlockingQueue<>();
        Thread reader = new Thread(() -> read(process, answers), "answers of " + label());
        reader.setDaemon(true);
        reader.start();
    }

    private static void read(Process process, BlockingQueue<String> answers) {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            lines.lines().filter(line -> line.startsWith("@")).forEach(answers::add);
        } catch (IOException | UncheckedIOException e) {
            // A child that is ended in the middle of a line closes its stream like one that is done.
        }
        answers.add(END);
    }

    /** The next answer without its mark. */
    private String answer() throws Refusal {
        String answer;
        try {
            answer = answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            answer = null;
        }
        if (answer != null && answer.startsWith(Worker.OK.strip())) {
            return answer.substring(Worker.OK.strip().length()).strip();
        }
        if (answer != null && answer.startsWith(Worker.NO)) {
            throw new Refusal(answer.substring(Worker.NO.length()));
        }
        close();
        String fate = answer == null ? "no answer in " + PATIENCE_SECONDS + " s" : "the process died" + lastWords();
        throw new Refusal(fate);
    }

    /** What the child printed last before its end. */
    private String lastWords() {
        try {
            List<String> lines = Files.readString(log, StandardCharsets.ISO_8859_1).lines()
                    .map(String::strip).filter(line -> line.length() > 1).toList();
            return lines.isEmpty() ? "" : ": " + lines.get(lines.size() - 1);
        } catch (IOException e) {
            return "";
        }
    }

    /** Ends the child; the next turn starts another. */
    @Override
    public void close() {
        if (process == null) {
            return;
        }
        questions.close();
        try {
            if (!process.waitFor(2, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
        process = null;
    }

    /** Why an engine has no figure. */
    static final class Refusal extends Exception {

        private static final long serialVersionUID = 1;

        Refusal(String reason) {
            super(reason);
        }
    }
}
