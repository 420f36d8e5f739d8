package io.wengert.peers;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.training.GradientCollector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * Wengert gives what DJL's other engines give, wherever they have an answer: values within the rounding of float32, and the same
 * dtypes and shapes, on drawn inputs that lie in memory in several ways. What they are known to do otherwise stands with its
 * reason in {@link KnownDifferences}.
 *
 * <p>{@code -Dwengert.peers.rounds=N} draws N times (4 by default); the same inputs in every run.
 */
@Tag("peers")
class PeerAgreementTest {

    private static final int ROUNDS = Integer.getInteger("wengert.peers.rounds", 4);
    private static final long SEED = 20240229;

    @TestFactory
    Stream<DynamicTest> pyTorch() { return with("PyTorch"); }

    @TestFactory
    Stream<DynamicTest> mxNet() { return with("MXNet"); }

    @TestFactory
    Stream<DynamicTest> gradientsOfPyTorch() { return gradientsWith("PyTorch"); }

    @TestFactory
    Stream<DynamicTest> gradientsOfMxNet() { return gradientsWith("MXNet"); }

    /** The same of gradients: whatever can be played back, with fixed numbers as the gradient of the result. */
    private static Stream<DynamicTest> gradientsWith(String name) {
        return with(name, c -> new PeerCase(KnownDifferences.GRADIENT + c.name(), List.of(DataType.FLOAT32), c.draw(),
                x -> gradients(c.call(), x), 5 * c.tolerance()), c -> c.types().contains(DataType.FLOAT32));
    }

    private static NDList gradients(PeerCase.Call call, NDArray... x) {
        List<NDArray> variables = Arrays.stream(x).filter(a -> a.getDataType() == DataType.FLOAT32).toList();
        variables.forEach(a -> a.setRequiresGradient(true));
        try (GradientCollector c = x[0].getManager().getEngine().newGradientCollector()) {
            NDArray head = null;
            for (NDArray y : call.of(x)) {
                if (y.getDataType() == DataType.FLOAT32) {
                    NDArray part = y.mul(weights(y)).sum();
                    head = head == null ? part : head.add(part);
                }
            }
            c.backward(head);
        }
        return new NDList(variables.stream().map(NDArray::getGradient).toList());
    }

    private static NDArray weights(NDArray like) {
        float[] w = new float[(int) like.size()];
        for (int i = 0; i < w.length; i++) {
            w[i] = (float) Math.cos(1.7 * i + 0.3);
        }
        return like.getManager().create(w, like.getShape());
    }

    private static Stream<DynamicTest> with(String name) { return with(name, c -> c, c -> true); }

    private static Stream<DynamicTest> with(String name, UnaryOperator<PeerCase> change, Predicate<PeerCase> which) {
        Engine peer = load(name);
        Engine own = Engine.getEngine("Wengert");
        List<PeerCase> cases = new ArrayList<>();
        for (PeerCases family : List.of(new ElementwiseCases(), new ArrayCases(), new NetworkCases(),
                new RandomCases())) {
            cases.addAll(family.all());
        }
        return cases.stream().filter(which).map(change).map(c -> DynamicTest.dynamicTest(c.name(), () -> compare(c, own, peer)));
    }

    static Engine load(String name) {
        String why = "";
        try {
            Engine e = Engine.hasEngine(name) ? Engine.getEngine(name) : null;
            if (e != null) {
                e.newBaseManager().close();
                return e;
            }
        } catch (RuntimeException | LinkageError e) {
            why = ": " + e;
        }
        assumeTrue(false, name + " does not load here" + why);
        return null;
    }

    /** Whatever all rounds find, each kind of finding once. */
    private static void compare(PeerCase c, Engine own, Engine peer) {
        Set<String> wrong = new LinkedHashSet<>();
        boolean supported = false;
        for (DataType type : c.types()) {
            for (int round = 0; round < ROUNDS; round++) {
                Drawn[] in = c.draw().of(new Random(SEED + 31L * c.name().hashCode() + round), type);
                Drawn.Lie lie = Drawn.Lie.values()[round % Drawn.Lie.values().length];
                supported |= compare(c, own, peer, lie, in, wrong);
            }
        }
        if (!wrong.isEmpty()) {
            throw new AssertionError(String.join("\n", wrong));
        }
        assumeTrue(supported, () -> peer.getEngineName() + " does not have it");
    }

    private static boolean compare(PeerCase c, Engine own, Engine peer, Drawn.Lie lie, Drawn[] in, Set<String> wrong) {
        try (NDManager a = own.newBaseManager(); NDManager b = peer.newBaseManager()) {
            NDList theirs;
            List<Object> expected = new ArrayList<>();
            try {
                theirs = c.call().of(on(b, lie, in));
                theirs.forEach(y -> expected.add(elements(y)));
            } catch (RuntimeException e) {
                return false;
            }
            String at = Arrays.toString(in) + " " + lie.toString().toLowerCase(java.util.Locale.ROOT) + ": ";
            try {
                NDList ours = c.call().of(on(a, lie, in));
                for (String difference : differences(c, ours, theirs, expected)) {
                    if (!KnownDifferences.isKnown(peer.getEngineName(), c.name(), difference)) {
                        wrong.add(at + difference);
                    }
                }
            } catch (RuntimeException e) {
                if (!KnownDifferences.isKnown(peer.getEngineName(), c.name(), "throws")) {
                    wrong.add(at + "throws " + e + ", where the peer gives " + theirs.stream().map(NDArray::getShape).toList());
                }
            }
        }
        return true;
    }

    private static NDArray[] on(NDManager manager, Drawn.Lie lie, Drawn... in) {
        return Arrays.stream(in).map(d -> d.on(manager, lie)).toArray(NDArray[]::new);
    }

    private static List<String> differences(PeerCase c, NDList ours, NDList theirs, List<Object> expected) {
        List<String> r = new ArrayList<>();
        if (ours.size() != theirs.size()) {
            return List.of("shape: " + ours.size() + " results, the peer's " + theirs.size());
        }
        for (int i = 0; i < ours.size(); i++) {
            NDArray x = ours.get(i);
            NDArray y = theirs.get(i);
            String of = ours.size() == 1 ? "" : " of result " + i;
            if (x.getDataType() != y.getDataType()) {
                r.add("dtype" + of + ": " + x.getDataType() + ", the peer's " + y.getDataType());
            }
            if (!x.getShape().equals(y.getShape())) {
                r.add("shape" + of + ": " + x.getShape() + ", the peer's " + y.getShape());
                continue;
            }
            double[] v = (double[]) elements(x);
            double[] e = (double[]) expected.get(i);
            for (int k = 0; k < e.length; k++) {
                double allowed = c.tolerance() * Math.max(1, Math.abs(e[k]));
                if (!(Math.abs(v[k] - e[k]) <= allowed) && Double.compare(v[k] + 0.0, e[k] + 0.0) != 0) {
                    r.add("value" + of + ": " + v[k] + " at " + k + ", the peer's " + e[k] + "; all " + shown(v) + ", the peer's "
                            + shown(e));
                    break;
                }
            }
        }
        return r;
    }

    private static String shown(double... v) { return Arrays.toString(v.length > 8 ? Arrays.copyOf(v, 8) : v); }

    private static Object elements(NDArray a) {
        return switch (a.getDataType()) {
            case FLOAT64 -> a.toDoubleArray();
            case INT64 -> Arrays.stream(a.toLongArray()).asDoubleStream().toArray();
            case INT32 -> Arrays.stream(a.toIntArray()).asDoubleStream().toArray();
            case FLOAT32 -> wide(a.toFloatArray());
            case BOOLEAN -> wide(a.toBooleanArray());
            case UINT8 -> Arrays.stream(a.toUint8Array()).asDoubleStream().toArray();
            case INT8 -> wide(a.toByteArray());
            default -> throw new UnsupportedOperationException("no comparison of " + a.getDataType());
        };
    }

    private static double[] wide(float... v) {
        double[] r = new double[v.length];
        Arrays.setAll(r, i -> v[i]);
        return r;
    }

    private static double[] wide(byte... v) {
        double[] r = new double[v.length];
        Arrays.setAll(r, i -> v[i]);
        return r;
    }

    private static double[] wide(boolean... v) {
        double[] r = new double[v.length];
        Arrays.setAll(r, i -> v[i] ? 1 : 0);
        return r;
    }
}
