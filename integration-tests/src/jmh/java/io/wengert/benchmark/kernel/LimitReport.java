package io.wengert.benchmark.kernel;

import io.wengert.benchmark.Summary;
import io.wengert.kernel.Backends;
import io.wengert.kernel.DType;
import java.io.PrintStream;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormat;
import org.openjdk.jmh.util.Statistics;

/**
 * A Markdown table of kernels with the part of the machine's limit that each reaches: the least time that its arithmetic and
 * its memory would take at the rates of {@link MachineLimits}, whichever is longer, over the time that it took.
 */
final class LimitReport implements ResultFormat {

    private static final String LINE = "| %-48s | %-30s | %-15s | %-8s | %9s |%n";

    /** The percentile of calls that nothing disturbs, even where another program takes turns with this one. */
    private static final double FAST = 10;

    private final PrintStream out;
    private final Map<String, Kernel> kernels;

    /** Operations in a microsecond by type, and bytes in a microsecond by the size of the three arrays of a triad. */
    private final Map<DType, Double> flops = new EnumMap<>(DType.class);
    private final NavigableMap<Double, Double> bytes = new TreeMap<>();

    LimitReport(PrintStream out, List<Kernel> kernels) {
        this.out = out;
        this.kernels = kernels.stream().collect(Collectors.toMap(Kernel::name, Function.identity()));
    }

    /** The limits, which come first, and the table's heading; or the lines of kernels. */
    @Override
    public void writeOut(Collection<RunResult> results) {
        Map<Boolean, List<RunResult>> byKind = results.stream().collect(Collectors.partitioningBy(LimitReport::isKernel));
        byKind.get(false).forEach(this::take);
        if (!byKind.get(false).isEmpty()) heading();
        byKind.get(true).forEach(this::line);
    }

    private static boolean isKernel(RunResult r) { return r.getParams().getBenchmark().startsWith(KernelBenchmarks.class.getName()); }

    private void take(RunResult r) {
        double micros = statistics(r).getPercentile(FAST);
        String method = r.getPrimaryResult().getLabel();
        switch (method) {
            case "fmaFloat32" -> flops.put(DType.FLOAT32, MachineLimits.FLOPS / micros);
            case "fmaFloat64" -> flops.put(DType.FLOAT64, MachineLimits.FLOPS / micros);
            case "triad" -> {
                double size = MachineLimits.triadBytes(Integer.parseInt(r.getParams().getParam("elements")));
                bytes.put(size, size / micros);
            }
            default -> throw new IllegalArgumentException("no limit is called " + method);
        }
    }

    private void heading() {
        out.printf("# Kernels and the machine's limits%n%n* Java %s, %s %s; %s%n", System.getProperty("java.version"),
                System.getProperty("os.name"), System.getProperty("os.arch"), Backends.cpu().description());
        flops.forEach((dtype, rate) -> out.printf("* FMA peak of all threads, %s: %s GFLOP/s%n", dtype.name().toLowerCase(Locale.ROOT),
                giga(rate)));
        bytes.forEach((size, rate) -> out.printf("* triad through %s MB: %s GB/s%n", Summary.digits(size / 1e6), giga(rate)));
        out.printf("%nTime: median (10th to 90th percentile) of the calls. Limits: their 10th percentile. A kernel's memory is "
                + "compared with the%ntriad nearest in size, arrays counted once; operations are those of the definition, fewer with "
                + "Winograd's convolution.%nWhat only reads can pass the triad, whose stores fetch their lines first.%n%n");
        out.printf(LINE, "kernel", "time, us", "rate", "limit", "of limit");
        out.printf("|%s|%s|%s|%s|%s:|%n", "-".repeat(50), "-".repeat(32), "-".repeat(17), "-".repeat(10), "-".repeat(10));
    }

    private void line(RunResult r) {
        Kernel k = kernels.get(r.getParams().getParam("kernel"));
        Statistics s = statistics(r);
        Summary time = new Summary(s.getPercentile(50), s.getPercentile(FAST), s.getPercentile(100 - FAST));
        double arithmetic = k.flops() / flops.get(k.dtype());
        double memory = k.bytes() / nearestTriad(k.bytes());
        String rate = k.flops() > 0 ? giga(k.flops() / time.median()) + " GFLOP/s" : giga(k.bytes() / time.median()) + " GB/s";
        out.printf(LINE, k.name(), time, rate, arithmetic > memory ? "FMA" : "memory",
                Summary.digits(100 * Math.max(arithmetic, memory) / time.median()) + " %");
    }

    private double nearestTriad(double size) {
        return bytes.entrySet().stream().min(Comparator.comparingDouble(e -> Math.abs(Math.log(e.getKey() / size)))).orElseThrow()
                .getValue();
    }

    private static Statistics statistics(RunResult r) { return r.getPrimaryResult().getStatistics(); }

    private static String giga(double perMicrosecond) { return Summary.digits(perMicrosecond / 1e3); }
}
