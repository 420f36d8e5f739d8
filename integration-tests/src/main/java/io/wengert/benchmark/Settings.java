package io.wengert.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What an engine's process is started with.
 *
 * @param label the column's heading
 * @param engine DJL's name of the engine
 * @param jvmOptions options of the JVM, without the class path
 * @param environment variables that are set in addition
 */
record Settings(String label, String engine, List<String> jvmOptions, Map<String, String> environment) {

    static final String WENGERT = "Wengert";

    private static final String PYTORCH = "PyTorch";
    private static final String MXNET = "MXNet";

    /** The best settings that are known for an engine on {@code threads} threads. */
    static Settings of(String engine, int threads, String lanes) {
        List<String> jvm = new ArrayList<>(List.of("-Dai.djl.default_engine=" + engine, "-Dai.djl.offline=true"));
        Map<String, String> environment = new TreeMap<>(Map.of("OPT_OUT_TRACKING", "true"));
        switch (engine) {
            case WENGERT -> {
                jvm.addAll(List.of("--add-modules", "jdk.incubator.vector", "-Dai.djl.wengert.num_threads=" + threads));
                if (lanes != null) {
                    jvm.add("-Dai.djl.wengert.lanes=" + lanes);
                }
            }
            case PYTORCH -> {
                jvm.add("-Dai.djl.pytorch.num_threads=" + threads);
                jvm.add("-Dai.djl.pytorch.num_interop_threads=" + threads);
                environment.put("OMP_NUM_THREADS", Integer.toString(threads));
            }
            case MXNET -> {
                environment.put("OMP_NUM_THREADS", Integer.toString(threads));
                if (hasAvx512()) {
                    // The bundled OpenBLAS is older than many processors and falls back to a slow kernel on them.
                    environment.put("OPENBLAS_CORETYPE", "SkylakeX");
                }
            }
            default -> environment.put("OMP_NUM_THREADS", Integer.toString(threads));
        }
        return new Settings(engine, engine, List.copyOf(jvm), Map.copyOf(environment));
    }

    /** PyTorch with a C allocator (glibc) that keeps large buffers instead of handing their pages back each time. */
    static Settings heapMallocPyTorch(int threads) {
        Settings plain = of(PYTORCH, threads, null);
        Map<String, String> environment = new TreeMap<>(plain.environment());
        environment.put("MALLOC_MMAP_MAX_", "0");
        environment.put("MALLOC_TRIM_THRESHOLD_", "100000000000");
        environment.put("MALLOC_TOP_PAD_", "268435456");
        return new Settings("PyTorch (heap malloc)", PYTORCH, plain.jvmOptions(), Map.copyOf(environment));
    }

    /** The same on a device, and with products of float32 rounded to tf32 if so wanted. */
    Settings on(Place place, boolean tf32) {
        if (place == Place.CPU) {
            return this;
        }
        List<String> jvm = new ArrayList<>(jvmOptions);
        Map<String, String> variables = new TreeMap<>(environment);
        jvm.add(place.option());
        // The driver is where this process was told that it is.
        System.getProperties().stringPropertyNames().stream().filter(name -> name.equals("ai.djl.wengert.cuda_driver"))
                .forEach(name -> jvm.add("-D" + name + "=" + System.getProperty(name)));
        if (tf32) {
            jvm.add("-Dai.djl.wengert.tf32=true");
            variables.put("TORCH_ALLOW_TF32_CUBLAS_OVERRIDE", "1");
        }
        return new Settings(label, engine, List.copyOf(jvm), Map.copyOf(variables));
    }

    /** The variables and options as one would type them. */
    String summary() {
        Stream<String> variables = new TreeMap<>(environment).entrySet().stream().map(Map.Entry::toString);
        return Stream.concat(variables, jvmOptions.stream()).collect(Collectors.joining(" ", "`", "`"));
    }

    private static boolean hasAvx512() {
        try {
            return Files.readString(Path.of("/proc/cpuinfo")).contains(" avx512f");
        } catch (IOException e) {
            return false;
        }
    }
}
