package io.wengert.facade;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.Trainer;
import ai.djl.training.initializer.ConstantInitializer;
import ai.djl.training.loss.Loss;
import io.wengert.Autograd;
import io.wengert.Function;
import io.wengert.Functional;
import io.wengert.GradientCheck;
import io.wengert.GradientClipping;
import io.wengert.Linearization;
import io.wengert.LossScaler;
import io.wengert.OptimizerState;
import io.wengert.Profiler;
import io.wengert.RecordedGraph;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The snippets of docs/autograd.md, as they stand there, and that they do what is said of them. */
class AutogradTourTest {

    private static final float[] NONE = {0, 0, 0};

    private NDArray variable(NDManager manager) {
        NDArray x = manager.create(new float[] {1, 2, 3});
        x.setRequiresGradient(true);
        return x;
    }

    private static void assertGradient(NDArray x, float... expected) {
        assertArrayEquals(expected, x.getGradient().toFloatArray(), 1e-3f);
    }

    private static Block linear(NDManager manager) {
        Block block = Linear.builder().setUnits(2).build();
        block.setInitializer(new ConstantInitializer(1), p -> true);
        block.initialize(manager, DataType.FLOAT32, new Shape(2, 3));
        block.getParameters().forEach(p -> p.getValue().getArray().setRequiresGradient(true));
        return block;
    }

    @Test
    void recordAndPlayBack() {
        NDManager manager = Engine.getEngine("Wengert").newBaseManager();
        NDArray x = manager.create(new float[] {1, 2, 3});
        x.setRequiresGradient(true);
        NDArray y;
        try (Autograd.Scope recording = Autograd.record()) {
            y = x.mul(2).mul(x);
        }
        Autograd.backward(y);
        NDArray g = x.getGradient(); // 4 x
        assertArrayEquals(new float[] {4, 8, 12}, g.toFloatArray());
        manager.close();
    }

    @Test
    void gradientsOfGradients() {
        NDManager manager = Engine.getEngine("Wengert").newBaseManager();
        NDArray x = variable(manager);
        NDArray first;
        NDArray second;
        try (Autograd.Scope recording = Autograd.record()) {
            NDArray cube = x.pow(3);
            first = Autograd.grad(new NDList(cube), new NDList(x), null, true, true).head(); // 3 x^2
            second = Autograd.grad(new NDList(first), new NDList(x), null, false, false).head(); // 6 x
        }
        assertArrayEquals(new float[] {3, 12, 27}, first.toFloatArray());
        assertArrayEquals(new float[] {6, 12, 18}, second.toFloatArray());
        assertGradient(x, NONE);
        manager.close();
    }

    @Test
    void hooks() {
        NDManager manager = Engine.getEngine("Wengert").newBaseManager();
        NDArray x = variable(manager);
        try (Autograd.Scope hook = Autograd.onGradient(x, gradient -> gradient.clip(-1, 1))) {
            try (Autograd.Scope recording = Autograd.record()) {
                Autograd.backward(x.square());
            }
        }
        assertGradient(x, 1, 1, 1);
        manager.close();
    }

    @Test
    void anOperationOfOnesOwn() {
        NDManager manager = Engine.getEngine("Wengert").newBaseManager();
        NDArray x = variable(manager);
        Function sigmoid = new Function("my_sigmoid") {
            @Override
            protected NDList forward(Context c, NDList in) {
                NDArray out = in.head().neg().exp().add(1).getNDArrayInternal().rdiv(1);
                c.save(out);
                return new NDList(out);
            }

            @Override
            protected NDList backward(Context c, NDList gradients) {
                NDArray out = c.saved(0);
                return new NDList(gradients.head().mul(out).mul(out.neg().add(1)));
            }
        };
        GradientCheck.check(a -> sigmoid.apply(a).head(), x);
        assertEquals(0.5f, sigmoid.apply(manager.create(0f)).head().getFloat());
        manager.close();
    }

    @Test
    void functionsOfFunctions() {
        NDManager manager = Engine.getEngine("Wengert").newBaseManager();
        NDArray x = variable(manager);
        NDArray gradient = Functional.grad(a -> a.pow(3).sum(), x); // 3 x^2
        NDArray hessian = Functional.hessian(a -> a.pow(3).sum(), x); // diag(6 x)
        NDArray jacobian = Functional.jacobian(a -> a.mul(a.sum()), x); // (3, 3)
        NDArray v = manager.create(new float[] {1, 10, 100});
        NDArray hv = Functional.hvp(a -> a.pow(3).sum(), x, v); // the Hessian times v
        NDArray jv = Functional.jvp(a -> a.mul(a.sum()), x, v); // the Jacobian times v
        NDArray vj = Functional.vjp(a -> a.mul(a.sum()), x, v); // v times the Jacobian
        try (Linearization l = Functional.linearize(in -> new NDList(in.get(0).mul(in.get(1))), new NDList(x, v))) {
            NDList forwards = l.jvp(new NDList(v, x));
            NDList backwards = l.vjp(new NDList(v));
        }
        NDArray w = manager.create(new float[] {1, 1, 1});
        w.setRequiresGradient(true);
        try (Autograd.Scope recording = Autograd.record()) {
            NDArray slope = Functional.grad(a -> a.mul(w).sum().square(), x);
            Autograd.backward(slope.square().sum());
        }
        assertArrayEquals(new float[] {3, 12, 27}, gradient.toFloatArray());
        assertArrayEquals(new float[] {6, 0, 0, 0, 12, 0, 0, 0, 18}, hessian.toFloatArray(), 1e-4f);
        assertArrayEquals(new float[] {7, 1, 1, 2, 8, 2, 3, 3, 9}, jacobian.toFloatArray());
        assertArrayEquals(new float[] {6, 120, 1800}, hv.toFloatArray(), 1e-3f);
        assertArrayEquals(new float[] {117, 282, 933}, jv.toFloatArray());
        assertArrayEquals(new float[] {327, 381, 921}, vj.toFloatArray());
        // The slope is 2 (w x) w with w x = 6; of the sum of its squares 4 (w x)^2 w w, twice over.
        assertGradient(w, 432, 576, 720);
        manager.close();
    }

    @Test
    void batches() {
        NDManager manager = Engine.getEngine("Wengert").newBaseManager();
        NDArray batch = manager.arange(6f).reshape(2, 3);
        NDArray scaled = Functional.vmap(a -> a.mul(a.sum()), batch); // (2, 3)
        NDArray slopes = Functional.vmap(a -> Functional.grad(b -> b.pow(3).sum(), a), batch);
        assertArrayEquals(new float[] {0, 3, 6, 36, 48, 60}, scaled.toFloatArray());
        assertArrayEquals(new float[] {0, 3, 12, 27, 48, 75}, slopes.toFloatArray());
        Block block = linear(manager);
        NDArray targets = manager.zeros(new Shape(2, 2));
        NDList bySample = Functional.perSampleGradients(block, Loss.l2Loss(), new NDList(batch), new NDList(targets));
        Shape shape = bySample.head().getShape(); // (2, units, 3)
        assertEquals(new Shape(2, 2, 3), shape);
        manager.close();
    }

    @Test
    void memory() {
        NDManager manager = Engine.getEngine("Wengert").newBaseManager();
        NDArray x = variable(manager);
        try (Autograd.Scope recording = Autograd.record()) {
            NDArray deep = Autograd.checkpoint(in -> new NDList(in.head().tanh().exp().tanh()), new NDList(x)).head();
            Autograd.backward(deep);
        }
        NDArray again = Functional.grad(a -> a.tanh().exp().tanh().sum(), x);
        assertGradient(x, again.toFloatArray());
        try (Autograd.Scope saving = Autograd.saveWith(a -> a.toType(DataType.FLOAT16, false).toByteBuffer(),
                bytes -> manager.create(bytes, new Shape(3), DataType.FLOAT16).toType(DataType.FLOAT32, false));
                Autograd.Scope recording = Autograd.record()) {
            Autograd.backward(x.exp());
        }
        assertArrayEquals(x.exp().toFloatArray(), x.getGradient().toFloatArray(), 0.02f);
        manager.close();
    }

    @Test
    void lookingInside(@TempDir Path folder) throws IOException {
        NDManager manager = Engine.getEngine("Wengert").newBaseManager();
        NDArray x = variable(manager);
        Block block = linear(manager);
        NDArray batch = manager.ones(new Shape(2, 3));
        try (Autograd.Scope recording = Autograd.record()) {
            NDArray loss = block.forward(new ParameterStore(manager, false), new NDList(batch), true).head().square().sum();
            RecordedGraph graph = RecordedGraph.of(block, loss);
            System.out.println(graph.summary());
            Files.writeString(folder.resolve("graph.html"), graph.toHtml());
        }
        assertTrue(Files.readString(folder.resolve("graph.html")).contains("weight"));
        try (Profiler profiler = Profiler.start(); Autograd.Scope recording = Autograd.record()) {
            Autograd.backward(x.exp().sum());
            System.out.println(profiler);
        }
        assertArrayEquals(x.exp().toFloatArray(), x.getGradient().toFloatArray(), 1e-3f);
        try (Autograd.Scope search = Autograd.detectAnomaly()) {
            x.sub(5).sqrt();
        } catch (ArithmeticException e) {
            System.out.println(e.getMessage());
        }
        manager.close();
    }

    @Test
    void training(@TempDir Path folder) throws Exception {
        try (Model model = Model.newInstance("tour", "Wengert")) {
            model.setBlock(Linear.builder().setUnits(2).build());
            try (Trainer trainer = model.newTrainer(new DefaultTrainingConfig(Loss.l2Loss()).optDevices(new Device[] {Device.cpu()}))) {
                trainer.initialize(new Shape(2, 3));
                train(trainer, model.getNDManager(), folder);
            }
        }
    }

    private static void train(Trainer trainer, NDManager manager, Path folder) throws Exception {
        NDArray batch = manager.ones(new Shape(2, 3));
        NDArray targets = manager.ones(new Shape(2, 2)).mul(100);
        try (GradientCollector collector = trainer.newGradientCollector()) {
            collector.backward(trainer.getLoss().evaluate(new NDList(targets), trainer.forward(new NDList(batch))));
        }
        double norm = GradientClipping.byGlobalNorm(trainer.getModel().getBlock(), 1.0);
        trainer.step();
        assertTrue(norm > 1, "norm " + norm);
        LossScaler scaler = new LossScaler();
        try (GradientCollector collector = trainer.newGradientCollector()) {
            NDArray loss = trainer.getLoss().evaluate(new NDList(targets), trainer.forward(new NDList(batch)));
            collector.backward(scaler.scale(loss));
        }
        boolean taken = scaler.step(trainer);
        assertTrue(taken);
        trainer.getModel().save(folder, "net");
        OptimizerState.save(trainer, folder.resolve("net.state"));
        OptimizerState.load(trainer, folder.resolve("net.state"));
    }

    @Test
    void everySnippetOfTheTourIsRunHere() throws IOException {
        String here = squeezed(Files.readString(file("integration-tests/src/test/java/io/wengert/facade/AutogradTourTest.java")));
        Matcher m = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(file("docs/autograd.md")));
        int count = 0;
        while (m.find()) {
            assertTrue(here.contains(squeezed(m.group(1))), () -> "this snippet is not run:\n" + m.group(1));
            count++;
        }
        assertTrue(count > 15, "snippets: " + count);
    }

    private static String squeezed(String s) { return s.replaceAll("\\s+", " ").strip(); }

    /** A file of the repository, whichever of its folders the tests run in. */
    private static Path file(String name) {
        Path here = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
        while (here != null && !Files.exists(here.resolve(name))) {
            here = here.getParent();
        }
        return here.resolve(name);
    }
}
