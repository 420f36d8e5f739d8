package io.wengert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a program waits for before its first result: classes, as loading them is most of the time of a young JVM. */
class StartTest {

    /** Each takes a quarter of a millisecond; there were 53 when this was written. */
    private static final int MOST = 65;

    @Test
    void littleIsLoadedForTheFirstProduct(@TempDir Path folder) throws Exception {
        Path log = folder.resolve("classes");
        Process child = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx1g",
                "--add-modules", "jdk.incubator.vector", "-Xlog:class+load:file=" + log + ":none",
                "-cp", System.getProperty("java.class.path"), FirstProduct.class.getName()).redirectErrorStream(true).start();
        String output = new String(child.getInputStream().readAllBytes());
        assertEquals(0, child.waitFor(), output);
        assertTrue(output.contains("[7.0, 10.0, 15.0, 22.0]"), output);
        Set<String> classes = Files.readAllLines(log).stream().map(line -> line.split(" ")[0]).collect(Collectors.toSet());
        assertEquals(List.of(), loaded(classes, "io\\.wengert\\.kernel\\.cuda\\..*"));
        // Those of kernels do not count: most are loaded beside the program.
        List<String> engine = loaded(classes, "io\\.wengert\\.(?!kernel\\.).*");
        assertTrue(engine.size() <= MOST, () -> engine.size() + " classes: " + engine);
    }

    /** Without the hidden ones of lambdas. */
    private static List<String> loaded(Set<String> classes, String pattern) {
        return classes.stream().filter(name -> name.matches(pattern) && !name.contains("$$Lambda")).sorted().toList();
    }

    /** The child. */
    static final class FirstProduct {

        private FirstProduct() {}

        public static void main(String[] args) {
            try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "Wengert")) {
                NDArray x = manager.create(new float[] {1, 2, 3, 4}, new Shape(2, 2));
                System.out.println(Arrays.toString(x.matMul(x).toFloatArray()));
            }
        }
    }
}
