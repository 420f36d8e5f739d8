package io.wengert.examples;

import java.nio.file.Path;

/**
 * What the command line of {@link TrainMnist} asks for.
 *
 * @param engine name of the DJL engine
 * @param epochs passes over the training images, at least 1
 * @param batchSize images a step, at least 1
 * @param seed start of every random sequence
 * @param full whether to download all 70,000 images instead of using the shipped 14,000
 * @param limit the most images taken of the training and of the test set each
 * @param output folder of the saved model
 * @param device DJL's name of a device: cpu, gpu, gpu1
 * @param help whether only the usage is wanted
 */
record TrainMnistOptions(String engine, int epochs, int batchSize, int seed, boolean full, long limit, Path output,
        String device, boolean help) {

    static final String USAGE = """
            Usage: TrainMnist [options]
              --engine NAME      DJL engine to train with (Wengert)
              --device NAME      cpu, gpu or gpu1, gpu2, ... (cpu)
              --epochs N         passes over the training images (5)
              --batch-size N     images a step (64)
              --seed N           same seed, same losses (42)
              --limit N          use only the first N images of each set
              --full             download all of MNIST instead of using the shipped 14,000 images
              --output DIR       folder of the saved model (target/mnist-mlp)
              --help             print this""";

    /** Reads the command line; throws {@link IllegalArgumentException} with a message for the user. */
    static TrainMnistOptions parse(String... args) {
        String engine = "Wengert";
        String device = "cpu";
        int epochs = 5;
        int batchSize = 64;
        int seed = 42;
        long limit = Long.MAX_VALUE;
        boolean full = false;
        boolean help = false;
        Path output = Path.of("target", "mnist-mlp");
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--engine" -> engine = value(args, ++i);
                case "--device" -> device = value(args, ++i);
                case "--epochs" -> epochs = positive(args, ++i);
                case "--batch-size" -> batchSize = positive(args, ++i);
                case "--seed" -> seed = integer(args, ++i);
                case "--limit" -> limit = positive(args, ++i);
                case "--full" -> full = true;
                case "--output" -> output = Path.of(value(args, ++i));
                case "--help", "-h" -> help = true;
                default -> throw new IllegalArgumentException("Unknown option: " + args[i]);
            }
        }
        return new TrainMnistOptions(engine, epochs, batchSize, seed, full, limit, output, device, help);
    }

    /**
     * Sets the system properties that DJL reads when its classes are first used, so it must come before them: the
     * default engine (some of DJL's blocks and data sets ask for it whatever the model's engine is) and, with the
     * shipped images, no network and a cache outside the home folder.
     */
    void configureDjl() {
        System.setProperty("ai.djl.default_engine", engine);
        if (!full) {
            System.setProperty("ai.djl.offline", "true");
            if (System.getenv("DJL_CACHE_DIR") == null && System.getProperty("DJL_CACHE_DIR") == null) {
                String folder = "djl-cache-" + System.getProperty("user.name");
                System.setProperty("DJL_CACHE_DIR", Path.of(System.getProperty("java.io.tmpdir"), folder).toString());
            }
        }
    }

    private static String value(String[] args, int i) {
        if (i == args.length) {
            throw new IllegalArgumentException("Option " + args[i - 1] + " needs a value");
        }
        return args[i];
    }

    private static int integer(String[] args, int i) {
        String value = value(args, i);
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("Option " + args[i - 1] + " needs a whole number, got: " + value, e);
        }
    }

    private static int positive(String[] args, int i) {
        int value = integer(args, i);
        if (value < 1) {
            throw new IllegalArgumentException("Option " + args[i - 1] + " must be at least 1, got: " + value);
        }
        return value;
    }
}
