package io.wengert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.internal.NDArrayEx;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Keeps docs/support.md in step with the code: every method of DJL's array interfaces, and who serves it. To write it anew, run
 * this test with {@code -Dwengert.write.docs=true}.
 */
class SupportTableTest {

    private static final Pattern MISSING = Pattern.compile(
            "default \\S+ (\\w+)\\(([^)]*)\\) \\{ throw TensorArray\\.missing\\(|"
                    + "public \\S+ (\\w+)\\(([^)]*)\\) \\{ throw TensorArray\\.missing\\(");

    @Test
    void docsAreInStepWithTheCode() throws IOException {
        Path file = root().resolve("docs/support.md");
        String table = table();
        if (Boolean.getBoolean("wengert.write.docs")) {
            Files.writeString(file, table);
        }
        assertTrue(Files.exists(file), "docs/support.md is not there");
        assertEquals(table, Files.readString(file), "docs/support.md is out of date; run this test with -Dwengert.write.docs=true");
    }

    private static String table() throws IOException {
        StringBuilder b = new StringBuilder("# What Wengert has of DJL's array interfaces\n\n"
                + "Generated from the code. *own*: implemented by this engine; *DJL*: DJL's own default method on top of those;\n"
                + "**missing**: throws `UnsupportedOperationException` with the method's name.\n");
        for (Map.Entry<Class<?>, String> e : List.of(Map.<Class<?>, String>entry(NDManager.class, "WgNDManager"),
                Map.<Class<?>, String>entry(NDArray.class, "WgNDArray"), Map.<Class<?>, String>entry(NDArrayEx.class, "WgNDArrayEx"))) {
            Map<String, String> rows = rows(e.getKey(), e.getValue());
            Map<String, Long> count = rows.values().stream().collect(Collectors.groupingBy(s -> s, TreeMap::new, Collectors.counting()));
            b.append("\n## ").append(e.getKey().getSimpleName()).append("\n\n");
            count.forEach((k, n) -> b.append(n).append(' ').append(k).append(".  "));
            b.append("\n\n| method | |\n| --- | --- |\n");
            rows.forEach((k, v) -> b.append("| `").append(k).append("` | ").append(v).append(" |\n"));
        }
        return b.toString();
    }

    private static Map<String, String> rows(Class<?> api, String implementation) throws IOException {
        Class<?> own;
        try {
            own = Class.forName("io.wengert.djl." + implementation);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
        Map<String, String> rows = new TreeMap<>(Comparator.naturalOrder());
        for (Method m : api.getMethods()) {
            if (Modifier.isStatic(m.getModifiers()) || m.isSynthetic()) {
                continue;
            }
            String parameters = Arrays.stream(m.getParameterTypes()).map(Class::getSimpleName).collect(Collectors.joining(", "));
            rows.put(m.getName() + "(" + parameters + ")", state(own, m));
        }
        return rows;
    }

    private static String state(Class<?> own, Method m) throws IOException {
        Method served;
        try {
            served = own.getMethod(m.getName(), m.getParameterTypes());
        } catch (NoSuchMethodException e) {
            return "**missing**";
        }
        Class<?> in = served.getDeclaringClass();
        if (!in.getName().startsWith("io.wengert.")) {
            boolean throwing = in.getSimpleName().equals("BaseNDManager") && THROWING.contains(m.getName());
            return throwing ? "**missing**" : "DJL";
        }
        Path source = root().resolve("engine-plugin/src/main/java/" + in.getName().replace('.', '/') + ".java");
        Matcher found = MISSING.matcher(Files.readString(source));
        while (found.find()) {
            String name = found.group(1) != null ? found.group(1) : found.group(3);
            String list = found.group(1) != null ? found.group(2) : found.group(4);
            int n = list.isBlank() ? 0 : list.split(",").length;
            if (name.equals(m.getName()) && n == m.getParameterCount()) {
                return "**missing**";
            }
        }
        return "own";
    }

    /** What DJL's base manager only throws for. */
    private static final List<String> THROWING = List.of("createCSR", "createRowSparse", "createCoo", "load", "invoke",
            "randomMultinomial", "sampleNormal", "samplePoisson", "sampleGamma");

    private static Path root() {
        Path p = Path.of("").toAbsolutePath();
        while (!Files.exists(p.resolve("engine-plugin"))) {
            p = p.getParent();
        }
        return p;
    }
}
