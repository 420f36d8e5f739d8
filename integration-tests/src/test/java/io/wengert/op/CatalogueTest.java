package io.wengert.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The catalogue is complete, and so are its samples. */
class CatalogueTest {

    @Test
    void everyOperationHasSamples() {
        List<String> without = OpTable.byOp().entrySet().stream().filter(e -> e.getValue().isEmpty())
                .map(e -> e.getKey().name()).toList();
        assertEquals(List.of(), without, "operations without samples; see OpTable");
    }

    @Test
    void everySampleIsOfAnOperationInTheCatalogueAndStatesItsResult() {
        Set<Op<?>> listed = Set.copyOf(Catalogue.all());
        for (Sample<?> s : OpTable.all()) {
            assertTrue(listed.contains(s.op()), () -> s.op().name() + " is not in the catalogue");
            assertTrue(s.hasReference(), () -> s + " has no reference");
        }
    }

    @Test
    void namesAreUnique() {
        List<String> names = Catalogue.all().stream().map(Op::name).toList();
        assertEquals(names.size(), new HashSet<>(names).size(), names.toString());
    }

    @Test
    void everyPublicOperationIsInTheCatalogue() throws IOException, ReflectiveOperationException {
        Set<Op<?>> listed = Set.copyOf(Catalogue.all());
        List<String> missing = new ArrayList<>();
        for (Class<?> family : families()) {
            for (Field f : family.getDeclaredFields()) {
                int m = f.getModifiers();
                if (Modifier.isStatic(m) && Modifier.isPublic(m) && Op.class.isAssignableFrom(f.getType())
                        && !listed.contains(f.get(null))) {
                    missing.add(family.getSimpleName() + "." + f.getName());
                }
            }
        }
        assertEquals(List.of(), missing);
    }

    /** All public classes of the package, found where the operations' own class file lies. */
    private static List<Class<?>> families() throws IOException, ClassNotFoundException {
        List<Class<?>> r = new ArrayList<>();
        Path at = Path.of(java.net.URI.create(Op.class.getProtectionDomain().getCodeSource().getLocation().toString()));
        if (Files.isRegularFile(at)) {
            try (java.nio.file.FileSystem jar = java.nio.file.FileSystems.newFileSystem(at)) {
                collect(jar.getPath("io/wengert/op"), r);
            }
        } else {
            collect(at.resolve("io/wengert/op"), r);
        }
        return r;
    }

    private static void collect(Path folder, List<Class<?>> to) throws IOException, ClassNotFoundException {
        try (Stream<Path> files = Files.list(folder)) {
            for (String name : files.map(p -> p.getFileName().toString()).filter(n -> n.matches("\\w+\\.class")).toList()) {
                Class<?> c = Class.forName("io.wengert.op." + name.replace(".class", ""));
                if (Modifier.isPublic(c.getModifiers())) {
                    to.add(c);
                }
            }
        }
    }
}
