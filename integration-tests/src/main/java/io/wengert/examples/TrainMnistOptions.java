package io.wengert.examples;

import java.nio.file.Path;

/**
 * What the command line of {@link TrainMnist} asks for.
 *
 * @param engine name of the DJL engine
 * @param network what is trained
 * @param epochs passes over the training images, at least 1
 * @param batchSize images a step, at least 1
 * @param seed start of every random sequence
 * @param full whether to download all 70,000 images instead of using the shipped 14,000
 * @param limit the most images taken of the training and of the test set each
 * @param output folder of the saved model
 * @param device DJL's name of a device: cpu, gpu, gpu1
 */
record TrainMnistOptions(String engine, MnistNetwork network, int epochs, int batchSize, int seed, boolean full,
        long limit, Path output, String device) {

    private static final int ALL = 60_000;

    /** Reads the command line; throws {@link IllegalArgumentException} with a message for the user. */
    static TrainMnistOptions parse(String... args) { return of(options().parse(args)); }

    /** Reads the command line of a main method: a wrong one or {@code --help} prints the usage and ends the program. */
    static TrainMnistOptions start(String... args) { return of(options().start(args)); }

    /**
     * Sets the system properties that DJL reads when its classes are first used, so it must come before them: the
     * default engine and, with the shipped images, no network and a cache outside the home folder.
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

    private static Options options() {
        return Options.of(TrainMnist.class)
                .text("network", MnistNetwork.MLP.id(), "NAME", "one of " + MnistNetwork.names())
                .number("epochs", 5, "passes over the training images")
                .number("batch-size", 64, "images a step")
                .number("limit", ALL, "use only the first N images of each set")
                .flag("full", "download all of MNIST instead of using the shipped 14,000 images");
    }

    private static TrainMnistOptions of(Options o) {
        return new TrainMnistOptions(o.engine(), MnistNetwork.of(o.text("network")), o.number("epochs"),
                o.number("batch-size"), o.number("seed"), o.flag("full"), o.number("limit"),
                Path.of(o.text("output")), o.text("device"));
    }
}
