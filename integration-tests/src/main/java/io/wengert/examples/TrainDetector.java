package io.wengert.examples;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.Trainer;
import ai.djl.training.optimizer.Optimizer;
import io.wengert.examples.ShapeScene.Box;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Trains DJL's single-shot detector (or, with {@code --network yolo}, YOLOv3) to find discs, squares and triangles in
 * generated pictures, and draws the boxes that it finds in new ones.
 */
public final class TrainDetector {

    /**
     * What the boxes in new pictures came to; a box is right if it overlaps a shape of its kind by half.
     *
     * @param precision the share of boxes that are right
     * @param recall the share of shapes that were found
     * @param floor the share of shapes "found" by saying "a disc in the middle" of every picture
     */
    record Result(LossCurve curve, List<ShapeScene> scenes, List<List<Box>> found, double precision, double recall,
            double floor) {}

    private static final float HALF = 0.5f;

    private TrainDetector() {}

    static Options options() {
        return Options.of(TrainDetector.class)
                .text("network", "ssd", "NAME", "ssd or yolo")
                .number("steps", 400, "training steps")
                .number("batch-size", 16, "new pictures a step")
                .number("test-pictures", 200, "pictures to measure on");
    }

    /** Trains, detects, draws; see {@code --help} for the options. */
    public static void main(String[] args) throws IOException {
        Options options = options().start(args);
        Result result = run(options);
        Chart chart = new Chart("Loss of " + options.text("network") + " on shapes", "steps");
        result.curve().drawIn(chart);
        System.out.println(chart.toText(72, 13));
        List<ShapeScene> scenes = result.scenes().subList(0, Math.min(12, result.scenes().size()));
        List<TerminalImage> sketches = new ArrayList<>();
        for (int i = 0; i < Math.min(2, scenes.size()); i++) {
            List<Box> found = result.found().get(i);
            List<String> kinds = found.stream().map(box -> ShapeScene.KINDS.get(box.kind())).toList();
            sketches.add(scenes.get(i).sketch(found, "found: " + String.join(", ", kinds)));
        }
        System.out.println(TerminalImage.sideBySide(sketches, 2));
        chart.save(options.output(options.text("network") + "-loss.png"));
        Chart.savePng(() -> ShapeScene.drawn(scenes, result.found(), 4, 4),
                options.output(options.text("network") + "-boxes.png"));
        System.out.printf(Locale.ROOT, "%d new pictures: %.1f %% of the boxes are right, %.1f %% of the shapes are found"
                + " (\"a disc in the middle\" finds %.1f %%), %.0f s%n", result.scenes().size(), 100 * result.precision(),
                100 * result.recall(), 100 * result.floor(), result.curve().seconds());
    }

    /** Trains a new detector and lets it look at new pictures. */
    static Result run(Options options) {
        options.seed();
        Detector detector = Detector.valueOf(options.text("network").toUpperCase(Locale.ROOT));
        int steps = options.number("steps");
        int batch = options.number("batch-size");
        DefaultTrainingConfig config = new DefaultTrainingConfig(detector.newLoss())
                .optOptimizer(Optimizer.adam().optLearningRateTracker(detector.learningRate(steps)).build())
                .optDevices(new Device[] {options.device()});
        Random random = new Random(options.number("seed"));
        LossCurve curve = new LossCurve(options.text("network"), steps);
        try (Model model = Model.newInstance(options.text("network"), options.device(), options.engine())) {
            model.setBlock(detector.newBlock());
            try (Trainer trainer = model.newTrainer(config)) {
                trainer.initialize(new Shape(batch, 3, ShapeScene.SIZE, ShapeScene.SIZE));
                for (int step = 0; step < steps; step++) {
                    try (NDManager manager = trainer.getManager().newSubManager()) {
                        List<ShapeScene> scenes = scenes(random, batch);
                        curve.step(trainer, images(detector, manager, scenes), labels(detector, manager, scenes));
                    }
                }
                return judged(curve, detector, trainer, scenes(random, options.number("test-pictures")));
            }
        }
    }

    private static List<ShapeScene> scenes(Random random, int count) {
        return Stream.generate(() -> ShapeScene.next(random)).limit(count).toList();
    }

    private static NDList images(Detector detector, NDManager manager, List<ShapeScene> scenes) {
        int size = 3 * ShapeScene.SIZE * ShapeScene.SIZE;
        float[] planes = new float[scenes.size() * size];
        for (int i = 0; i < scenes.size(); i++) System.arraycopy(scenes.get(i).planes(), 0, planes, i * size, size);
        return new NDList(detector.images(manager, planes, scenes.size()));
    }

    /** Five numbers for each of three places: (scenes, 3, 5). */
    private static NDList labels(Detector detector, NDManager manager, List<ShapeScene> scenes) {
        float[] labels = new float[scenes.size() * ShapeScene.MOST * 5];
        int next = 0;
        for (ShapeScene scene : scenes) {
            for (int i = 0; i < ShapeScene.MOST; i++) {
                boolean there = i < scene.boxes().size();
                float[] label = detector.label(scene.boxes().get(there ? i : 0));
                System.arraycopy(there ? label : detector.filler(label), 0, labels, next, 5);
                next += 5;
            }
        }
        return new NDList(manager.create(labels, new Shape(scenes.size(), ShapeScene.MOST, 5)));
    }

    private static Result judged(LossCurve curve, Detector detector, Trainer trainer, List<ShapeScene> scenes) {
        List<List<Box>> found = new ArrayList<>();
        for (int from = 0; from < scenes.size(); from += 20) {
            try (NDManager manager = trainer.getManager().newSubManager()) {
                NDList images = images(detector, manager, scenes.subList(from, Math.min(from + 20, scenes.size())));
                NDList output = trainer.evaluate(images);
                output.attach(manager);
                found.addAll(detector.boxes(output));
            }
        }
        Box middle = new Box(0, 1, 0.33f, 0.33f, 0.67f, 0.67f);
        int right = 0;
        int met = 0;
        int floor = 0;
        for (int i = 0; i < scenes.size(); i++) {
            List<Box> truth = scenes.get(i).boxes();
            right += count(found.get(i), truth);
            met += count(truth, found.get(i));
            floor += count(truth, List.of(middle));
        }
        int boxes = found.stream().mapToInt(List::size).sum();
        double shapes = scenes.stream().mapToInt(scene -> scene.boxes().size()).sum();
        return new Result(curve, scenes, found, boxes == 0 ? 0 : right / (double) boxes, met / shapes, floor / shapes);
    }

    /** How many of {@code boxes} have a counterpart in {@code others}. */
    private static int count(List<Box> boxes, List<Box> others) {
        return (int) boxes.stream().filter(box -> others.stream()
                .anyMatch(other -> other.kind() == box.kind() && other.overlap(box) >= HALF)).count();
    }
}
