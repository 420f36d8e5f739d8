package io.wengert.benchmark;

import ai.djl.engine.EngineProvider;
import java.io.File;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.ServiceLoader;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The command line of {@link Benchmark}. */
final class Options {

    static final String USAGE = """
            Options:
              --engines A,B     the engines to compare (default: Wengert, PyTorch and MXNet, whichever are present)
              --only REGEX      the workloads in whose name REGEX is found (default: all)
              --list            print the workloads and end
              --rounds N        turns of every engine at every workload (default 4)
              --warm-up N       seconds that a workload is run before its first turn is timed (default 5)
              --quick           one short round: does everything run?
              --threads N       threads of every engine (default: all cores)
              --jvm PATH        the java command of the engines' processes (default: this one's)
              --device KIND     cpu or gpu: where the engines compute, and with it which workloads there are (default: cpu)
              --tf32            let products of float32 on a GPU round their inputs to tf32
              --lanes KIND      vector or plain: how Wengert computes (default: vector where there is one)
              --heap-malloc     a further column: PyTorch with an allocator that keeps its pages (glibc)
              --output FILE     write the results there too, as Markdown
            """;

    private static final List<String> KNOWN = List.of(Settings.WENGERT, "PyTorch", "MXNet");

    private List<String> engines;
    private Pattern only = Pattern.compile("");
    private boolean list;
    private boolean quick;
    private boolean heapMalloc;
    private boolean gpu;
    private boolean tf32;
    private int rounds;
    private int warmUp = 5;
    private int threads = Runtime.getRuntime().availableProcessors();
    private String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    private String lanes;
    private Path output;

    private Options() {}

    /**
     * Reads a command line.
     *
     * @throws IllegalArgumentException if there is an unknown option or a value is missing or makes no sense
     */
    static Options parse(String... args) {
        Options options = new Options();
        Deque<String> words = new ArrayDeque<>(Arrays.asList(args));
        while (!words.isEmpty()) {
            options.set(words.pop(), words);
        }
        if (options.engines == null) {
            List<String> present = present();
            options.engines = KNOWN.stream().filter(present::contains).toList();
        }
        if (options.rounds == 0) {
            options.rounds = options.quick ? 1 : 4;
        }
        return options;
    }

    private void set(String option, Deque<String> words) {
        switch (option) {
            case "--engines" -> engines = List.of(value(option, words).split(","));
            case "--only" -> only = Pattern.compile(value(option, words));
            case "--list" -> list = true;
            case "--quick" -> quick = true;
            case "--device" -> gpu = isGpu(value(option, words));
            case "--tf32" -> tf32 = true;
            case "--heap-malloc" -> heapMalloc = true;
            case "--rounds" -> rounds = positive(option, words);
            case "--warm-up" -> warmUp = positive(option, words);
            case "--threads" -> threads = positive(option, words);
            case "--jvm" -> java = value(option, words);
            case "--lanes" -> lanes = value(option, words);
            case "--output" -> output = Path.of(value(option, words));
            default -> throw new IllegalArgumentException("unknown option " + option);
        }
    }

    private static String value(String option, Deque<String> words) {
        if (words.isEmpty()) {
            throw new IllegalArgumentException(option + " wants a value");
        }
        return words.pop();
    }

    private static boolean isGpu(String device) {
        if (!List.of("cpu", "gpu").contains(device)) {
            throw new IllegalArgumentException("--device wants cpu or gpu, not " + device);
        }
        return device.equals("gpu");
    }

    private static int positive(String option, Deque<String> words) {
        String word = value(option, words);
        if (!word.matches("[1-9]\\d{0,5}")) {
            throw new IllegalArgumentException(option + " wants a positive number, not " + word);
        }
        return Integer.parseInt(word);
    }

    /** The engines on the class path, by the names that they give themselves; nothing native is loaded. */
    private static List<String> present() {
        return ServiceLoader.load(EngineProvider.class).stream().map(found -> found.get().getEngineName()).toList();
    }

    /** The engines' settings in the order of the columns. */
    List<Settings> settings() {
        Stream<Settings> plain = engines.stream().map(engine -> Settings.of(engine, threads, lanes).on(place(), tf32));
        boolean further = heapMalloc && engines.contains("PyTorch");
        return (further ? Stream.concat(plain, Stream.of(Settings.heapMallocPyTorch(threads))) : plain).toList();
    }

    List<Workload> workloads() { return place().workloads().stream().filter(w -> only.matcher(w.name()).find()).toList(); }

    Place place() { return !gpu ? Place.CPU : quick ? Place.SMALL_GPU : Place.GPU; }

    boolean tf32() { return tf32; }

    boolean list() { return list; }

    int rounds() { return rounds; }

    int threads() { return threads; }

    String java() { return java; }

    /** The file for the results, or null. */
    Path output() { return output; }

    /** Timed repetitions in a turn. */
    int repetitions() { return quick ? 3 : 9; }

    /** How long a repetition should take. */
    double repetitionSeconds() { return quick ? 0.01 : 0.03; }

    /**
     * How long a workload is run before its first turn is timed: until a JIT compiler is through with it. What users see before
     * that has rows of its own.
     */
    double warmUpSeconds() { return quick ? 0.1 : warmUp; }

    /** The class path of the engines' processes: this one's, even when a class loader of Maven holds it. */
    String classPath() {
        if (!(Options.class.getClassLoader() instanceof URLClassLoader loader)) {
            return System.getProperty("java.class.path");
        }
        return Arrays.stream(loader.getURLs()).map(Options::path).collect(Collectors.joining(File.pathSeparator));
    }

    private static String path(URL url) {
        return Path.of(URI.create(url.toString())).toString();
    }
}
