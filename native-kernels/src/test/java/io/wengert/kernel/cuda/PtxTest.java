package io.wengert.kernel.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.wengert.kernel.DType;
import io.wengert.kernel.Expr;
import io.wengert.kernel.Fn;
import io.wengert.kernel.Program;
import io.wengert.kernel.cuda.MapShape.Operand;
import io.wengert.kernel.cuda.MapShape.Walk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jcuda.nvptxcompiler.JNvPTXCompiler;
import jcuda.nvptxcompiler.nvPTXCompilerHandle;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The PTX that a driver gets: it is what nvcc makes of the sources, and NVIDIA's compiler takes it. */
@Tag("cuda")
class PtxTest {

    private static final Path SOURCES = Path.of("src", "main", "cuda");
    private static final Path MADE = Path.of("src", "main", "resources", "io", "wengert", "kernel", "cuda");

    @Test
    void committedTextIsOfTheseSources() throws Exception {
        Map<String, String> recorded = new TreeMap<>();
        for (String line : Files.readAllLines(MADE.resolve("sources.sha256"))) {
            recorded.put(line.substring(line.indexOf(' ') + 1), line.substring(0, line.indexOf(' ')));
        }
        Map<String, String> actual = new TreeMap<>();
        for (Path source : sources(".cu")) {
            MessageDigest hash = MessageDigest.getInstance("SHA-256");
            for (Path header : sources(".h")) {
                hash.update(Files.readAllBytes(header));
            }
            hash.update(Files.readAllBytes(source));
            actual.put(source.getFileName().toString(), HexFormat.of().formatHex(hash.digest()));
        }
        assertEquals(recorded, actual, "run .ci/cuda-kernels");
    }

    @Test
    void nvccMakesTheCommittedText() throws Exception {
        Path script = Path.of("..", ".ci", "cuda-kernels");
        Assumptions.assumeTrue(Files.exists(script), "a packed bundle cannot compile kernels");
        assumeNvcc();
        Process p = start("sh", script.toString(), "check");
        String output = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, p.waitFor(), output);
    }

    /** Another release makes another text, and other code of it, which need not be worse. */
    private static void assumeNvcc() throws Exception {
        Process p = start("sh", "-c", "nvcc --version");
        String version = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Assumptions.assumeTrue(p.waitFor() == 0 && version.contains("release 13.0"), "no nvcc 13.0, but " + version);
    }

    private static Process start(String... command) throws IOException {
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static List<Path> sources(String ending) throws IOException {
        try (Stream<Path> all = Files.list(SOURCES)) {
            return all.filter(f -> f.toString().endsWith(ending)).sorted().collect(Collectors.toList());
        }
    }

    @Test
    void compilerTakesEveryFunction() {
        List<String> wrong = new ArrayList<>();
        for (Fn fn : Fn.values()) {
            for (DType lane : List.of(DType.FLOAT32, DType.FLOAT64, DType.INT64, DType.UINT64)) {
                Expr[] args = new Expr[fn.arity()];
                Arrays.setAll(args, Expr::arg);
                if (!lane.isFloating() && !isOfIntegers(fn, lane)) {
                    continue;
                }
                Operand[] operands = new Operand[1 + fn.arity()];
                Arrays.fill(operands, new Operand(lane, Walk.LINEAR));
                MapShape shape = new MapShape(List.of(operands), 1, lane, 0, false, 2);
                wrong.addAll(compile(fn + " " + lane, PtxWriter.print(Program.of(Expr.call(fn, args)), shape)));
            }
        }
        assertEquals(List.of(), wrong);
    }

    private static boolean isOfIntegers(Fn fn, DType lane) {
        String kind = lane == DType.UINT64 ? "u64" : "s64";
        return fn == Fn.ADD || fn == Fn.WHERE || fn == Fn.MAX || fn == Fn.SIGN || fn == Fn.AND
                || PtxLibrary.has("wg_" + fn.method() + "_" + kind);
    }

    @Test
    void compilerTakesEveryTypeAndWalk() {
        List<String> wrong = new ArrayList<>();
        Program p = Program.of(Expr.arg(0).plus(Expr.arg(1)).plus(Expr.param(0)));
        for (DType lane : List.of(DType.FLOAT32, DType.FLOAT64, DType.INT64, DType.UINT64)) {
            for (DType type : Twin.REALS) {
                for (int width : new int[] {1, 4}) {
                    List<Operand> o = List.of(new Operand(type, Walk.STRIDED), new Operand(type, Walk.REPEATED),
                            new Operand(type, Walk.SCALAR));
                    MapShape shape = new MapShape(o, 1, lane, 3, width == 1, width);
                    wrong.addAll(compile(type + " in " + lane + " by " + width, PtxWriter.print(p, shape)));
                }
            }
        }
        for (DType type : List.of(DType.INT8, DType.FLOAT16, DType.INT32, DType.COMPLEX64)) {
            List<Operand> o = List.of(new Operand(type, Walk.LINEAR), new Operand(type, Walk.STRIDED));
            MapShape shape = new MapShape(o, 1, null, 2, false, 4);
            wrong.addAll(compile("copy of " + type, PtxWriter.print(Program.of(Expr.arg(0)), shape)));
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void compilerTakesEveryFile() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (Path source : sources(".cu")) {
            String name = source.getFileName().toString().replace(".cu", "");
            String text = KernelModules.ptx(name);
            assertFalse(text.isBlank(), name);
            // JCuda's compiler is older than what the kernels for compute capability 9.0 are written in.
            if (!text.contains(".target sm_90a")) {
                wrong.addAll(compile(name, text));
            }
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void assemblerSpillsNoRegisterOfHopperKernels(@TempDir Path folder) throws Exception {
        assumeNvcc();
        for (DType type : List.of(DType.FLOAT16, DType.BFLOAT16, DType.FLOAT32)) {
            String name = HopperMatmul.file(type);
            Path text = Files.writeString(folder.resolve(name + ".ptx"), KernelModules.ptx(name));
            Process p = start("nvcc", "-cubin", "-gencode=arch=compute_90a,code=sm_90a", "-Xptxas", "-v", text.toString(), "-o",
                    folder.resolve(name + ".cubin").toString());
            String said = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, p.waitFor(), said);
            long kernels = said.lines().filter(l -> l.contains("Compiling entry function")).count();
            assertEquals(type == DType.FLOAT32 ? 3 : 8, kernels, said);
            assertEquals(kernels, said.lines().filter(l -> l.contains("0 bytes spill stores, 0 bytes spill loads")).count(), said);
            // Products that wait for each other, or registers that stay where they are, would be told of.
            assertFalse(said.contains("warning") || said.contains("C75"), said);
        }
    }

    /** What NVIDIA's compiler, which JCuda brings along, has against a text. */
    private static List<String> compile(String what, String text) {
        byte[] ptx = (text + "\0").getBytes(StandardCharsets.US_ASCII);
        nvPTXCompilerHandle h = new nvPTXCompilerHandle();
        assertEquals(0, JNvPTXCompiler.nvPTXCompilerCreate(h, ptx.length, ptx), what);
        int status = JNvPTXCompiler.nvPTXCompilerCompile(h, 2, new String[] {"--gpu-name=sm_80", "-O0"});
        List<String> wrong = new ArrayList<>();
        if (status != 0) {
            long[] n = new long[1];
            JNvPTXCompiler.nvPTXCompilerGetErrorLogSize(h, n);
            byte[] log = new byte[(int) n[0] + 1];
            JNvPTXCompiler.nvPTXCompilerGetErrorLog(h, log);
            String message = new String(log, StandardCharsets.US_ASCII).strip();
            wrong.add(what + ": " + message.lines().findFirst().orElse("status " + status));
        }
        JNvPTXCompiler.nvPTXCompilerDestroy(h);
        assertTrue(text.startsWith(".version") || text.contains("\n.version"), what);
        return wrong;
    }
}
