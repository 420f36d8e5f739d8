package io.wengert.examples;

import ai.djl.basicmodelzoo.cv.object_detection.ssd.SingleShotDetection;
import ai.djl.basicmodelzoo.cv.object_detection.yolo.YOLOV3;
import ai.djl.modality.cv.MultiBoxDetection;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.BlockList;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.training.initializer.NormalInitializer;
import ai.djl.training.loss.Loss;
import ai.djl.training.loss.SingleShotDetectionLoss;
import ai.djl.training.loss.YOLOv3Loss;
import ai.djl.training.tracker.CosineTracker;
import ai.djl.training.tracker.Tracker;
import ai.djl.training.tracker.WarmUpTracker;
import ai.djl.util.Pair;
import io.wengert.examples.ShapeScene.Box;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** One of DJL's networks that find objects: how it is built, what it is told and how its output is read. */
enum Detector {

    /** Single-shot detection with three maps, of 16, 8 and 4 cells a side. */
    SSD(2e-3f, 0) {
        @Override
        Block newBlock() {
            SequentialBlock base = new SequentialBlock().add(SingleShotDetection.getDownSamplingBlock(16))
                    .add(SingleShotDetection.getDownSamplingBlock(32));
            List<Float> ratios = List.of(1f);
            return SingleShotDetection.builder().setNumClasses(ShapeScene.KINDS.size())
                    .optFeatures(new ArrayList<>(List.of(base, SingleShotDetection.getDownSamplingBlock(64),
                            SingleShotDetection.getDownSamplingBlock(64)))).optGlobalPool(false)
                    .setSizes(List.of(List.of(0.22f, 0.28f), List.of(0.3f, 0.36f), List.of(0.38f, 0.44f)))
                    .setRatios(List.of(ratios, ratios, ratios)).build();
        }

        @Override
        Loss newLoss() { return new SingleShotDetectionLoss(); }

        @Override
        NDArray images(NDManager manager, float[] planes, int count) {
            return manager.create(planes, new Shape(count, 3, ShapeScene.SIZE, ShapeScene.SIZE));
        }

        @Override
        float[] label(Box b) { return new float[] {b.kind(), b.left(), b.top(), b.right(), b.bottom()}; }

        /** Fillers have class -1, which the target ignores. */
        @Override
        float[] filler(float[] label) { return new float[] {-1, 0, 0, 0, 0}; }

        @Override
        List<List<Box>> boxes(NDList output) {
            NDArray probabilities = output.get(1).softmax(-1).transpose(0, 2, 1);
            NDArray found = MultiBoxDetection.builder().optThreshold(THRESHOLD).optNmsThreshold(NMS).optForceSuppress(true)
                    .build().detection(new NDList(probabilities, output.get(2), output.get(0))).head();
            List<List<Box>> boxes = new ArrayList<>();
            for (int i = 0; i < found.size(0); i++) {
                float[] rows = found.get(i).toFloatArray();
                List<Box> here = new ArrayList<>();
                for (int r = 0; r < rows.length; r += 6) {
                    if (rows[r] >= 0) {
                        here.add(new Box((int) rows[r], rows[r + 1], rows[r + 2], rows[r + 3], rows[r + 4], rows[r + 5]));
                    }
                }
                boxes.add(here);
            }
            return boxes;
        }
    },

    /** YOLO version 3 on Darknet-53, 61 million parameters, with maps of 2, 4 and 8 cells a side. */
    YOLO(1e-3f, 15) {
        /** The maps begin close to zero and sure of nothing; else the first hundreds of steps only calm them down. */
        @Override
        Block newBlock() {
            Block block = YOLOV3.builder().setNumClasses(ShapeScene.KINDS.size()).build();
            for (Pair<String, Block> child : block.getChildren()) {
                if (child.getKey().endsWith("Output")) {
                    BlockList layers = child.getValue().getChildren();
                    Block last = layers.valueAt(layers.size() - 1);
                    last.setInitializer(new NormalInitializer(0.01f), Parameter.Type.WEIGHT);
                    last.setInitializer((manager, shape, type) -> manager.create(unsure((int) shape.size()), shape), Parameter.Type.BIAS);
                }
            }
            return block;
        }

        @Override
        Loss newLoss() {
            return YOLOv3Loss.builder().setNumClasses(ShapeScene.KINDS.size()).setAnchorsArray(ANCHORS)
                    .setInputShape(new Shape(ShapeScene.SIZE, ShapeScene.SIZE)).build();
        }

        /** Columns before rows: DJL's loss takes a map's first axis as x. */
        @Override
        NDArray images(NDManager manager, float[] planes, int count) {
            return manager.create(planes, new Shape(count, 3, ShapeScene.SIZE, ShapeScene.SIZE)).transpose(0, 1, 3, 2);
        }

        @Override
        float[] label(Box b) {
            return new float[] {b.kind(), b.left(), b.top(), b.right() - b.left(), b.bottom() - b.top()};
        }

        /** DJL's loss knows no fillers; saying the same box again changes nothing. */
        @Override
        float[] filler(float[] label) { return label; }

        @Override
        List<List<Box>> boxes(NDList output) {
            List<List<Box>> boxes = new ArrayList<>();
            for (int i = 0; i < output.head().size(0); i++) {
                List<Box> here = new ArrayList<>();
                for (int map = 0; map < output.size(); map++) decode(output.get(map).get(i), map, here);
                boxes.add(suppressed(here));
            }
            return boxes;
        }
    };

    private static final float THRESHOLD = 0.5f;
    private static final float NMS = 0.4f;
    /**
     * Width and height in pixels, three for each map, the largest first. Two cells at least: DJL's loss takes an anchor
     * that lies beside an empty cell's corner for one that overlaps it.
     */
    private static final float[] ANCHORS = {96, 96, 80, 80, 64, 64, 48, 48, 40, 40, 32, 32, 28, 28, 22, 22, 17, 17};
    private static final int MOST_BOXES = 10;

    private final float learningRate;
    private final int warmUpSteps;

    Detector(float learningRate, int warmUpSteps) {
        this.learningRate = learningRate;
        this.warmUpSteps = warmUpSteps;
    }

    /** How far Adam may go in a step: up to a peak, then down along a cosine. */
    Tracker learningRate(int steps) {
        Tracker cosine = CosineTracker.builder().setBaseValue(learningRate).optFinalValue(learningRate / 20).setMaxUpdates(steps).build();
        return warmUpSteps == 0 ? cosine : WarmUpTracker.builder().setMainTracker(cosine).optWarmUpBeginValue(learningRate / 100)
                .optWarmUpSteps(Math.min(warmUpSteps, steps / 2)).build();
    }

    /** Offsets of a map, three anchors: a confidence of 5 %, else nothing. */
    private static float[] unsure(int size) {
        float[] offsets = new float[size];
        for (int i = 4; i < size; i += size / 3) {
            offsets[i] = -3;
        }
        return offsets;
    }

    /** A new network without parameters. */
    abstract Block newBlock();

    /** What is wrong with its output. */
    abstract Loss newLoss();

    /** The input (count, 3, 64, 64). */
    abstract NDArray images(NDManager manager, float[] planes, int count);

    /** Five numbers that tell it where a shape is. */
    abstract float[] label(Box box);

    /** Five numbers for a place that needs filling because a scene has fewer shapes than another. */
    abstract float[] filler(float[] label);

    /** The boxes in each image of a batch that it is sure enough of. */
    abstract List<List<Box>> boxes(NDList output);

    /** Reads a map (3 anchors x (4 coordinates, confidence, classes), x, y). */
    private static void decode(NDArray output, int map, List<Box> boxes) {
        int cells = (int) output.size(1);
        int attributes = (int) (output.size(0) / 3);
        float[] v = output.toFloatArray();
        for (int place = 0; place < 3 * cells * cells; place++) {
            int anchor = place / (cells * cells);
            int cell = place % (cells * cells);
            int base = anchor * attributes * cells * cells + cell;
            int step = cells * cells;
            float score = sigmoid(v[base + 4 * step]);
            if (score > THRESHOLD) {
                float x = (cell / cells + sigmoid(v[base])) / cells;
                float y = (cell % cells + sigmoid(v[base + step])) / cells;
                float w = (float) Math.exp(v[base + 2 * step]) * ANCHORS[map * 6 + anchor * 2] / ShapeScene.SIZE / 2;
                float h = (float) Math.exp(v[base + 3 * step]) * ANCHORS[map * 6 + anchor * 2 + 1] / ShapeScene.SIZE / 2;
                int kind = 0;
                for (int k = 1; k < attributes - 5; k++) {
                    kind = v[base + (5 + k) * step] > v[base + (5 + kind) * step] ? k : kind;
                }
                boxes.add(new Box(kind, score, x - w, y - h, x + w, y + h));
            }
        }
    }

    /** Of boxes that overlap, the surest; {@link #MOST_BOXES} at most. */
    private static List<Box> suppressed(List<Box> boxes) {
        Box[] sorted = boxes.toArray(new Box[0]);
        Arrays.sort(sorted, Comparator.comparing(Box::score).reversed());
        List<Box> kept = new ArrayList<>();
        for (Box box : sorted) {
            if (kept.size() < MOST_BOXES && kept.stream().allMatch(other -> other.overlap(box) < NMS)) {
                kept.add(box);
            }
        }
        return kept;
    }

    private static float sigmoid(float x) { return (float) (1 / (1 + Math.exp(-x))); }
}
