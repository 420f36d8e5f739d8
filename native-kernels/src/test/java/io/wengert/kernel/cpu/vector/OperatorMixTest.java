package io.wengert.kernel.cpu.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the JIT compiler takes for certain about operators, in a JVM of its own that meets them one after the other: after the mix
 * there is nothing that would have to be taken back.
 */
class OperatorMixTest {

    /** Enough calls for C2. */
    private static final int CALLS = 40_000;

    private static final Pattern TRAP = Pattern.compile("<uncommon_trap .*reason='([^']*)'.*");
    private static final Pattern PLACE = Pattern.compile(" *<jvms bci='(\\d+)' method='(\\S+ \\S+) .*");
    private static final Pattern SHARED = Pattern.compile("jdk\\.incubator\\.vector\\..*"
            + "(find|opKind|opCode|opCodeRaw|lanewiseTemplate|lanewiseShiftTemplate|reduceLanesTemplate)");

    @Test
    void operatorsThatComeLaterAreNoTraps(@TempDir Path folder) throws Exception {
        Path log = folder.resolve("log.xml");
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules", "jdk.incubator.vector", "-cp", System.getProperty("java.class.path"), "-Xbatch",
                "-XX:CompileCommand=quiet", "-XX:CompileCommand=dontinline,*$ImplCache::find",
                "-XX:+UnlockDiagnosticVMOptions", "-XX:+LogCompilation", "-XX:LogFile=" + log));
        Stream.ofNullable(System.getProperty("ai.djl.wengert.vector_bits"))
                .map(bits -> "-Dai.djl.wengert.vector_bits=" + bits).forEach(command::add);
        command.add(OperatorMixTest.class.getName());
        Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(child.getInputStream().readAllBytes());
        assertEquals(0, child.waitFor(), output);
        assertEquals(List.of(), traps(log));
    }

    /** Checks of types that failed in the methods through which all operators go. */
    private static List<String> traps(Path log) throws IOException {
        List<String> traps = new ArrayList<>();
        String reason = "";
        for (String line : Files.readAllLines(log)) {
            Matcher trap = TRAP.matcher(line);
            Matcher place = PLACE.matcher(line);
            if (trap.matches()) {
                reason = trap.group(1);
            } else if (place.matches()) {
                if (reason.matches("class_check|bimorphic.*") && SHARED.matcher(place.group(2)).matches()) {
                    traps.add(reason + " at " + place.group(1) + " of " + place.group(2));
                }
                reason = "";
            }
        }
        return traps;
    }

    /** The child: additions first, then one operator after the other. */
    public static void main(String[] args) throws InterruptedException {
        OperatorMix.start().join();
        FloatVector x = FloatVector.broadcast(Species.F32, 1.5f);
        IntVector k = IntVector.broadcast(Species.I32, 3);
        DoubleVector z = DoubleVector.broadcast(Species.F64, 1.5);
        float sum = 0;
        for (Step step : new Step[] {() -> x.add(x).lane(0), () -> x.sqrt().lane(0), () -> x.mul(x).lane(0),
            () -> k.lanewise(VectorOperators.LSHR, 1).lane(0), () -> k.lanewise(VectorOperators.XOR, k).lane(0),
            () -> x.reduceLanes(VectorOperators.MAX), () -> k.reduceLanes(VectorOperators.MAX), () -> x.max(x).lane(0),
            () -> k.lanewise(VectorOperators.ASHR, 1).lane(0), () -> x.abs().lane(0), () -> x.div(x).lane(0),
            () -> (float) z.add(z).lane(0), () -> (float) z.fma(z, z).lane(0), () -> k.neg().lane(0)}) {
            for (int i = 0; i < CALLS; i++) {
                sum += step.run();
            }
        }
        System.out.println(sum);
    }

    /** A calculation with one operator. */
    private interface Step {
        float run();
    }
}
