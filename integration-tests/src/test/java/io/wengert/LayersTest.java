package io.wengert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The arrows between the packages, and what each may use of the world outside; any other use fails. */
class LayersTest {
    private static final List<String> MODULES = List.of("native-kernels", "engine-plugin", "integration-tests");

    /** For each package the other packages of ours that it may use.. */
    private static final Map<String, Set<String>> ARROWS = Map.of(
            "io.wengert.kernel", Set.of(),
            "io.wengert.kernel.cpu", Set.of("io.wengert.kernel"),
            "io.wengert.kernel.cpu.vector", Set.of("io.wengert.kernel", "io.wengert.kernel.cpu"),
            "io.wengert.kernel.cuda", Set.of("io.wengert.kernel"),
            "io.wengert.tensor", Set.of("io.wengert.kernel"),
            "io.wengert.op", Set.of("io.wengert.tensor", "io.wengert.kernel"),
            "io.wengert.autograd", Set.of("io.wengert.op", "io.wengert.tensor", "io.wengert.kernel"),
            "io.wengert.replay", Set.of("io.wengert.autograd", "io.wengert.op", "io.wengert.tensor",
                    "io.wengert.kernel"),
            "io.wengert.djl", Set.of("io.wengert.replay", "io.wengert.autograd", "io.wengert.op", "io.wengert.tensor",
                    "io.wengert.kernel"),
            "io.wengert", Set.of("io.wengert.djl", "io.wengert.replay", "io.wengert.autograd", "io.wengert.op", "io.wengert.tensor",
                    "io.wengert.kernel"));

    /** Foreign packages that are not for everybody, and who may use them (integration-tests use DJL too). */
    private static final Map<String, Set<String>> OWNERS = Map.of(
            "ai.djl", Set.of("io.wengert.djl", "io.wengert"),
            "jdk.incubator", Set.of("io.wengert.kernel.cpu.vector"),
            "jcuda", Set.of("io.wengert.kernel.cuda"));

    private static final Pattern PACKAGE = Pattern.compile("(?m)^\\s*package\\s+([\\w.]+)\\s*;");
    /** A qualified name of ours or of an owned package: lower-case parts are packages, then a class or a star. */
    private static final Pattern NAME = Pattern.compile(
            "(?<![\\w.])((?:io\\.wengert|ai\\.djl|jdk\\.incubator|jcuda)(?:\\.[a-z]\\w*)*)\\.(?:[A-Z]\\w*|\\*)");
    /** String and character literals (kept out of the search) and comments, whichever begins first. */
    private static final Pattern NOT_CODE = Pattern.compile(
            "\"\"\"(?s:.*?)\"\"\"|\"(?:\\\\.|[^\"\\\\\\n])*\"|'(?:\\\\.|[^'\\\\\\n])+'"
                    + "|//[^\\n]*|/\\*(?s:.*?)\\*/");

    @Test
    void everyArrowPointsDown() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (String module : MODULES) wrong.addAll(wrongArrows(repository(), module));
        assertTrue(wrong.isEmpty(), () -> "arrows that the design does not have:\n" + String.join("\n", wrong));
    }

    @Test
    void linesFitIn140ColumnsButInTables() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (String module : MODULES) {
            for (Path file : sources(repository().resolve(module).resolve("src"))) {
                List<String> lines = Files.readAllLines(file);
                boolean table = false;
                for (int i = 0; i < lines.size(); i++) {
                    String line = lines.get(i);
                    table = line.contains("@formatter:off") || table && !line.contains("@formatter:on");
                    if (!table && line.codePointCount(0, line.length()) > 140) {
                        wrong.add(repository().relativize(file) + ":" + (i + 1));
                    }
                }
            }
        }
        assertTrue(wrong.isEmpty(), () -> "lines over 140 columns:\n" + String.join("\n", wrong));
    }

    @Test
    void aWrongArrowIsFound(@TempDir Path root) throws IOException {
        write(root, "engine-plugin", "io/wengert/op/Up.java", """
                package io.wengert.op;
                import io.wengert.autograd.Recorder;
                import static io.wengert.tensor.Tensor.of;
                import io.wengert.kernel.cpu.CpuBackend;
                /* import ai.djl.Device; */
                class Up { // ai.djl.Model
                    String text = "ai.djl.Device \\" io.wengert.djl.WgModel";
                    Object o = ai.djl.ndarray.NDArray.class;
                }
                """);
        String file = Path.of("engine-plugin/src/main/java/io/wengert/op/Up.java").toString();
        assertEquals(List.of(file + ": ai.djl.ndarray.NDArray", file + ": io.wengert.autograd.Recorder",
                file + ": io.wengert.kernel.cpu.CpuBackend"), wrongArrows(root, "engine-plugin"));
    }

    @Test
    void whatIsAllowedPasses(@TempDir Path root) throws IOException {
        write(root, "native-kernels", "io/wengert/kernel/cpu/vector/Loop.java", """
                package io.wengert.kernel.cpu.vector;
                import io.wengert.kernel.cpu.Lanes;
                import jdk.incubator.vector.*;
                class Loop { Loop2 o = io.wengert.kernel.cpu.vector.Loop2.A; char c = '"'; }
                """);
        assertEquals(List.of(), wrongArrows(root, "native-kernels"));
    }

    @Test
    void ownedAndUnknownPackagesAreFound(@TempDir Path root) throws IOException {
        write(root, "native-kernels", "io/wengert/kernel/cpu/A.java",
                "package io.wengert.kernel.cpu;\nimport jdk.incubator.vector.*;\nimport jcuda.driver.JCudaDriver;\n");
        write(root, "native-kernels", "ai/djl/nn/B.java", "package ai.djl.nn;\nclass B {}\n");
        write(root, "integration-tests", "io/wengert/examples/C.java",
                "package io.wengert.examples;\nimport ai.djl.Model;\nimport io.wengert.djl.WgModel;\n"
                        + "import jdk.incubator.vector.FloatVector;\n");
        assertEquals(3, wrongArrows(root, "native-kernels").size());
        assertEquals(1, wrongArrows(root, "integration-tests").size());
    }

    /** The uses in the main sources of a module that no arrow allows, as "file: name", in order. */
    private static List<String> wrongArrows(Path root, String module) throws IOException {
        Set<String> wrong = new TreeSet<>();
        for (Path file : sources(root.resolve(module).resolve("src").resolve("main").resolve("java"))) {
            String code = code(Files.readString(file));
            Matcher declared = PACKAGE.matcher(code);
            String from = declared.find() ? declared.group(1) : "";
            boolean tests = module.equals("integration-tests");
            if (!tests && !ARROWS.containsKey(from)) wrong.add(root.relativize(file) + ": unknown package " + from);
            Matcher name = NAME.matcher(code);
            while (name.find()) {
                if (!allowed(tests, from, name.group(1))) wrong.add(root.relativize(file) + ": " + name.group());
            }
        }
        return List.copyOf(wrong);
    }

    private static boolean allowed(boolean tests, String from, String to) {
        for (Map.Entry<String, Set<String>> owner : OWNERS.entrySet()) {
            if (to.equals(owner.getKey()) || to.startsWith(owner.getKey() + ".")) {
                return owner.getValue().contains(from) || tests && owner.getKey().equals("ai.djl");
            }
        }
        return tests || from.equals(to) || ARROWS.getOrDefault(from, Set.of()).contains(to);
    }

    private static String code(String source) { return NOT_CODE.matcher(source).replaceAll(" "); }

    private static List<Path> sources(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) return List.of();
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(f -> f.toString().endsWith(".java")).sorted().toList();
        }
    }

    /** The folder that holds the modules: the parent of the module whose tests run. */
    private static Path repository() {
        Path here = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
        while (here != null && !Files.isDirectory(here.resolve(MODULES.get(0)))) here = here.getParent();
        if (here == null) throw new IllegalStateException("no folder above this one holds " + MODULES.get(0));
        return here;
    }

    private static void write(Path root, String module, String file, String text) throws IOException {
        Path path = root.resolve(module).resolve("src/main/java").resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
