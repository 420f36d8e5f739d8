package io.wengert.kernel.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.wengert.kernel.Backends;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each thing that may be missing is found by name, in a process of its own, without a word on stderr. */
@Tag("cuda")
class CudaProbeTest {

    @TempDir private Path folder;

    /** What the process under test runs. */
    public static final class Main {
        private Main() {}

        public static void main(String[] args) {
            CudaProbe p = CudaProbe.get();
            boolean opens = Backends.gpus() > 0 && Backends.gpu(0).device().equals("gpu");
            System.out.println(p.state() + " " + p.devices() + " " + opens + " " + p.reason());
        }
    }

    private String probe(String without, Map<String, String> environment, String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(options));
        if (Runtime.version().feature() >= 24) {
            // Newer JDKs warn of every native library.
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.add("-cp");
        command.add(Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(p -> without.isEmpty() || !Path.of(p).getFileName().toString().startsWith(without))
                .collect(Collectors.joining(File.pathSeparator)));
        command.add(Main.class.getName());
        ProcessBuilder b = new ProcessBuilder(command);
        b.environment().putAll(environment);
        Path err = folder.resolve("err");
        Process p = b.redirectError(err.toFile()).start();
        String out = new String(p.getInputStream().readAllBytes()).strip();
        assertEquals(0, p.waitFor(), () -> read(err));
        assertEquals("", read(err));
        return out;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static String driver() {
        EmulatedGpu.get();
        Assumptions.assumeTrue(EmulatedGpu.isEmulated(), "there is a real driver");
        return "-D" + CudaProbe.DRIVER + "=" + System.getProperty(CudaProbe.DRIVER);
    }

    private String emulated(String settings) throws Exception { return probe("", Map.of("WENGERT_EMULATOR", settings), driver()); }

    @Test
    void withoutJCuda() throws Exception {
        assertEquals("NO_BINDING 0 false org.jcuda:jcuda is not on the class path", probe("jcuda-", Map.of()));
    }

    @Test
    void withoutJna() throws Exception {
        assertEquals("OK 2 true 2 devices", probe("jna-", Map.of(), driver()), "only cuBLAS needs it");
    }

    @Test
    void withoutItsNatives() throws Exception {
        assertEquals("NO_BINDING 0 false org.jcuda:jcuda-natives for this system is not on the class path",
                probe("jcuda-natives", Map.of(), driver()));
    }

    @Test
    void withoutDriver() throws Exception {
        Assumptions.assumeTrue(!Files.exists(Path.of("/dev/nvidiactl")), "there is a real driver");
        String expected = "NO_DRIVER 0 false no NVIDIA driver is installed";
        assertEquals(expected, probe("", Map.of()));
        assertEquals(expected, probe("", Map.of(), "-D" + CudaProbe.DRIVER + "="), "a path of nothing is none");
    }

    @Test
    void withDriverThatIsNotThere() throws Exception {
        Path missing = folder.resolve("libcuda.so.1");
        String said = probe("", Map.of(), "-D" + CudaProbe.DRIVER + "=" + missing);
        assertTrue(said.startsWith("NO_DRIVER 0 false the driver " + missing + " does not load: "), said);
    }

    @Test
    void withoutDevice() throws Exception {
        assertEquals("NO_DEVICE 0 false the driver finds no device", emulated("devices=0"));
    }

    @Test
    void withDevices() throws Exception {
        assertEquals("OK 1 true 1 device", emulated("devices=1"));
        assertEquals("OK 3 true 3 devices", emulated("devices=3"));
    }

    @Test
    void withOldDriver() throws Exception {
        assertEquals("NO_DRIVER 0 false the NVIDIA driver is one for CUDA 10.2, and 11.0 is the oldest that serves: a newer driver is "
                + "needed", emulated("version=10020"));
        assertEquals("OK 2 true 2 devices", emulated("version=11000"));
    }

    @Test
    void withOldDevice() throws Exception {
        String old = ", emulated device, has compute capability 7.5, and 8.0 is needed";
        assertEquals("NO_DEVICE 0 false gpu(0)" + old, emulated("capability=75"));
        assertEquals("OK 1 true 1 device; gpu(1)" + old, emulated("devices=2 last=75"));
    }

    @Test
    void leavesNothingInTheTemporaryFolder() throws Exception {
        Path temporary = Files.createDirectory(folder.resolve("tmp"));
        probe("", Map.of(), driver(), "-Djava.io.tmpdir=" + temporary);
        try (java.util.stream.Stream<Path> files = Files.list(temporary)) {
            assertEquals(List.of(), files.filter(f -> !f.getFileName().toString().startsWith("hsperf")).toList());
        }
    }
}
