package io.wengert;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** javac's lint over this module, where -Werror cannot be: the note of an incubating module alone may come. */
class LintTest {
    private static final String INCUBATING = "compiler.warn.incubating.modules";

    @TempDir private Path folder;

    @Test
    void sourcesHaveNoWarnings() throws IOException {
        Path src = Path.of(System.getProperty("basedir", "")).resolve("src");
        List<Path> files = new ArrayList<>(sources(src.resolve("main").resolve("java")));
        files.addAll(sources(src.resolve("test").resolve("java")));
        assertEquals("", String.join("\n", warnings(files)));
    }

    @Test
    void aWarningIsFound() throws IOException {
        Path file = folder.resolve("Raw.java");
        Files.writeString(file, "import java.util.List;\nclass Raw { List raw; }\n");
        assertEquals(1, warnings(List.of(file)).size());
    }

    private List<String> warnings(List<Path> files) throws IOException {
        JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
        // Newer JDKs warn of every overridable call in a constructor of a public class.
        String lint = Runtime.version().feature() < 21 ? "-Xlint:all,-options" : "-Xlint:all,-options,-this-escape";
        List<String> options = List.of(lint, "-source", "17", "-target", "17", "-proc:none",
                "--add-modules", "jdk.incubator.vector", "-d", folder.toString(),
                "-cp", System.getProperty("java.class.path"));
        try (StandardJavaFileManager manager = javac.getStandardFileManager(found, null, null)) {
            javac.getTask(null, manager, found, options, null, manager.getJavaFileObjectsFromPaths(files)).call();
        }
        return found.getDiagnostics().stream().filter(d -> !d.getCode().equals(INCUBATING)
                && d.getKind() != Diagnostic.Kind.NOTE).map(Object::toString).toList();
    }

    private static List<Path> sources(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(f -> f.toString().endsWith(".java")).toList();
        }
    }
}
