package io.wengert.examples;

import ai.djl.Device;
import ai.djl.engine.Engine;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The command line of an example: named values with defaults and a line of help each. All examples know
 * {@code --engine}, {@code --device}, {@code --seed}, {@code --output} and {@code --help}.
 */
final class Options {

    private record Option(String defaultValue, String placeholder, String help) {}

    private final String program;
    private final Map<String, Option> known = new LinkedHashMap<>();
    private final Map<String, String> given = new LinkedHashMap<>();

    private Options(String program) { this.program = program; }

    /** The options that all examples have, for the example of that name. */
    static Options of(Class<?> program) {
        String name = program.getSimpleName();
        return new Options(name)
                .text("engine", "Wengert", "NAME", "DJL engine to train with")
                .text("device", "cpu", "NAME", "cpu, gpu or gpu1, gpu2, ...")
                .number("seed", 42, "same seed, same losses")
                .text("output", Path.of("target", "examples").toString(), "DIR", "folder of models and figures");
    }

    /** Adds an option with a whole number of at least 1 as value. */
    Options number(String name, int defaultValue, String help) {
        return text(name, String.valueOf(defaultValue), "N", help);
    }

    /** Adds an option with a text as value. */
    Options text(String name, String defaultValue, String placeholder, String help) {
        known.put(name, new Option(defaultValue, placeholder, help));
        return this;
    }

    /** Adds an option without a value. */
    Options flag(String name, String help) {
        known.put(name, new Option(null, "", help));
        return this;
    }

    /** Reads the command line of a main method: a wrong one or {@code --help} prints the usage and ends the program. */
    Options start(String[] args) {
        try {
            parse(args);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.err.println(usage());
            System.exit(2);
        }
        if (given.containsKey("help")) {
            System.out.println(usage());
            System.exit(0);
        }
        return this;
    }

    /**
     * Reads a command line and makes its engine DJL's default: some of DJL's blocks and data sets ask for the default
     * engine whatever the model's engine is.
     *
     * @throws IllegalArgumentException with a message for the user
     */
    Options parse(String... args) {
        for (int i = 0; i < args.length; i++) {
            String name = args[i].startsWith("--") ? args[i].substring(2) : "";
            Option option = known.get(name);
            if (name.equals("help")) {
                given.put(name, "");
            } else if (option == null) {
                throw new IllegalArgumentException("Unknown option: " + args[i]);
            } else if (option.defaultValue == null) {
                given.put(name, "");
            } else if (i + 1 == args.length) {
                throw new IllegalArgumentException("Option " + args[i] + " needs a value");
            } else {
                given.put(name, args[++i]);
                if (option.placeholder.equals("N")) {
                    number(name);
                }
            }
        }
        System.setProperty("ai.djl.default_engine", engine());
        return this;
    }

    /** The value of an option with a text. */
    String text(String name) { return given.getOrDefault(name, known.get(name).defaultValue); }

    /** The value of an option with a number. */
    int number(String name) {
        String value = text(name);
        int number;
        try {
            number = Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("Option --" + name + " needs a whole number, got: " + value, e);
        }
        if (number < 1) {
            throw new IllegalArgumentException("Option --" + name + " must be at least 1, got: " + value);
        }
        return number;
    }

    /** Whether an option without a value was given. */
    boolean flag(String name) { return given.containsKey(name); }

    /** The name of the engine. */
    String engine() { return text("engine"); }

    /** The device to train on. */
    Device device() { return device(text("device"), engine()); }

    /** A device by its name; {@code gpu} is the first, where DJL by itself makes a device of it that is none of the engine's. */
    static Device device(String name, String engine) {
        return Device.fromName("gpu".equals(name) ? "gpu0" : name, Engine.getEngine(engine));
    }

    /** Where a file of that name goes. */
    Path output(String file) { return Path.of(text("output")).resolve(file); }

    /** Makes the engine's random numbers, and DJL's own, start from {@code --seed}. */
    void seed() { Engine.getEngine(engine()).setRandomSeed(number("seed")); }

    private String usage() {
        StringBuilder usage = new StringBuilder("Usage: " + program + " [options]\n");
        known.forEach((name, option) -> usage.append(String.format(Locale.ROOT, "  %-18s %s%s%n",
                "--" + name + ' ' + option.placeholder, option.help,
                option.defaultValue == null ? "" : " (" + option.defaultValue + ")")));
        return usage.append("  --help             print this").toString();
    }
}
