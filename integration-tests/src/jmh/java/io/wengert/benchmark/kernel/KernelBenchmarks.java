package io.wengert.benchmark.kernel;

import io.wengert.kernel.Backends;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Single kernels of the CPU beside what the machine gives at most, each in a JVM of its own.
 *
 * <p>The arguments are those of JMH; its regular expressions select from the names of the kernels.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Benchmark)
@Fork(1)
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 6, time = 250, timeUnit = TimeUnit.MILLISECONDS)
public class KernelBenchmarks {

    /** Which kernel; {@link #main} sets it. */
    @Param("") String kernel;

    private Runnable call;

    /** Allocates and fills the kernel's arrays. */
    @Setup
    public void prepare() {
        call = Kernels.all().stream().filter(k -> k.name().equals(kernel)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no kernel is called \"" + kernel + "\""))
                .preparation().apply(Backends.cpu());
    }

    @Benchmark
    public void run() { call.run(); }

    /** Measures the machine's limits, then the kernels one after the other, and prints a table as it goes. */
    public static void main(String[] args) throws CommandLineOptionException, IOException, RunnerException {
        CommandLineOptions options = new CommandLineOptions(args);
        List<Pattern> wanted = options.getIncludes().stream().map(Pattern::compile).toList();
        List<Kernel> kernels = Kernels.all().stream()
                .filter(k -> wanted.isEmpty() || wanted.stream().anyMatch(p -> p.matcher(k.name()).find())).toList();
        if (options.shouldHelp() || kernels.isEmpty()) {
            System.err.println(kernels.isEmpty() ? "No kernel of that name; -l lists them." : "JMH's options, and regular expressions:");
            options.showHelp();
        } else if (options.shouldList()) {
            kernels.forEach(k -> System.out.println(k.name()));
        } else {
            LimitReport report = new LimitReport(System.out, kernels);
            report.writeOut(measure(about(MachineLimits.class, options)));
            for (Kernel k : kernels) {
                report.writeOut(measure(about(KernelBenchmarks.class, options).param("kernel", k.name())));
            }
        }
    }

    private static ChainedOptionsBuilder about(Class<?> benchmarks, CommandLineOptions options) {
        return new OptionsBuilder().parent(options).include(Pattern.quote(benchmarks.getName() + "."))
                .shouldFailOnError(true);
    }

    /** Measures; JMH and the JVMs that it starts say nothing to the report, unless asked to: {@code -v NORMAL}. */
    private static Collection<RunResult> measure(ChainedOptionsBuilder about) throws RunnerException {
        Options options = about.build();
        VerboseMode mode = options.verbosity().orElse(VerboseMode.SILENT);
        PrintStream out = mode == VerboseMode.SILENT ? new PrintStream(OutputStream.nullOutputStream()) : System.out;
        return new Runner(options, OutputFormatFactory.createFormatInstance(out, mode)).run();
    }
}
