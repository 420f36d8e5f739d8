package io.wengert.benchmark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The benchmark's arithmetic and its tables, without an engine. */
class ReportTest {

    private static final double[] NONE = {};
    private static final Workload RATE = Workload.rate("train", "train it", "samples/s", manager -> null);
    private static final Workload TIME = Workload.time("small", "small add", "ns/op", manager -> null);

    @Test
    void summaryIsMedianAndRange() {
        assertEquals(new Summary(3, 1, 9), Summary.of(9, 1, 3));
        assertEquals(new Summary(2.5, 1, 4), Summary.of(4, 1, 3, 2));
        assertEquals(new Summary(7, 7, 7), Summary.of(7));
        assertThrows(IllegalArgumentException.class, Summary::of);
    }

    @Test
    void medianLeavesItsArgumentAlone() {
        double[] values = {3, 1, 2};
        assertEquals(2, Summary.median(values));
        assertEquals(3, values[0]);
    }

    @Test
    void geometricMeanOfAWinAndItsOppositeIsOne() {
        assertEquals(1, Summary.geometricMean(4, 0.25), 1e-12);
        assertEquals(4, Summary.geometricMean(2, 8), 1e-12);
    }

    @Test
    void figuresHaveThreeOrFourDigitsAndNoExponent() {
        assertEquals("0.105", Summary.digits(0.10493));
        assertEquals("4.07", Summary.digits(4.0711));
        assertEquals("15.0", Summary.digits(15));
        assertEquals("999", Summary.digits(999.4));
        assertEquals("37650", Summary.digits(37_648));
        assertEquals("12340000", Summary.digits(12_341_234));
        assertEquals("-", Summary.digits(Double.NaN));
        assertEquals("4.07 (2.62-4.17)", new Summary(4.0711, 2.6249, 4.1666).toString());
        assertEquals("146", Summary.of(146).toString());
    }

    @Test
    void figureIsWorkPerSecondOrTimePerRun() {
        assertEquals(640, RATE.figure(Job.of(32, () -> null), 10, 0.5));
        assertEquals(50, TIME.figure(Job.of(Job.NANOSECONDS, () -> null), 10, 500e-9), 1e-9);
    }

    @Test
    void ratiosAreTimesBetterInBothDirections() {
        Row rate = new Row(RATE, List.of(new double[] {20, 30, 60}, new double[] {10, 10, 10}, new double[] {5, 5, 5}));
        assertEquals(1, rate.bestPeer(0).orElseThrow());
        assertEquals(new Summary(3, 2, 6), rate.timesBetterThanBest(0).orElseThrow());
        Row time = new Row(TIME, List.of(new double[] {5}, new double[] {10}, new double[] {20}));
        assertEquals(1, time.bestPeer(0).orElseThrow());
        assertEquals(2, time.timesBetterThanBest(0).orElseThrow().median());
        assertEquals(0, time.bestPeer(1).orElseThrow());
        assertEquals(0.5, time.timesBetterThanBest(1).orElseThrow().median());
    }

    @Test
    void anEngineWithoutAFigureTakesNoPart() {
        Row row = new Row(RATE, List.of(new double[] {20}, NONE, new double[] {5}));
        assertEquals(2, row.bestPeer(0).orElseThrow());
        assertTrue(row.summary(1).isEmpty());
        assertTrue(row.timesBetter(0, 1).isEmpty());
        Row alone = new Row(RATE, List.of(new double[] {20}, NONE, NONE));
        assertTrue(alone.timesBetterThanBest(0).isEmpty());
        assertTrue(new Row(RATE, List.of(NONE, NONE, new double[] {5})).timesBetterThanBest(0).isEmpty());
    }

    @Test
    void theLinesOfATableAreEquallyLong() {
        List<Workload> workloads = List.of(RATE, TIME);
        Report report = new Report(List.of("PyTorch", "Wengert", "PyTorch (heap malloc) and more"), workloads);
        Row rate = new Row(RATE, List.of(new double[] {10, 20}, new double[] {30, 60}, NONE));
        Row time = new Row(TIME, List.of(NONE, new double[] {3}, NONE));
        String table = report.heading() + "\n" + report.line(rate) + "\n" + report.line(time);
        assertEquals(1, table.lines().map(String::length).distinct().count(), table);
        assertTrue(report.heading().contains("Wengert / best peer"), table);
        assertTrue(report.line(rate).contains("| 3.00x "), table);
        assertTrue(report.line(time).contains("| -  "), table);
        String groups = report.groups(List.of(rate, time));
        assertEquals(1, groups.lines().map(String::length).distinct().count(), groups);
        assertTrue(groups.contains("| train        | 1         | 3.00x"), groups);
        assertTrue(groups.contains("| small        | 0         | - "), groups);
    }

    @Test
    void namesAreUniqueAndThePatternFinds() {
        List<Workload> all = Catalogue.all();
        Set<String> names = all.stream().map(Workload::name).collect(Collectors.toSet());
        assertEquals(all.size(), names.size());
        List<Workload> found = Options.parse("--engines", "Wengert", "--only", "train MLP b32").workloads();
        assertEquals(List.of("train MLP b32"), found.stream().map(Workload::name).toList());
        assertTrue(Catalogue.find(all, "start to first 2x2 matMul, whole process").wantsFreshJvm());
    }

    @Test
    void othersTookWhatWeDidNot() {
        ProcessorTime before = new ProcessorTime(1000, 500, 100);
        assertEquals(0.25, new ProcessorTime(1200, 650, 200).othersSince(before), 1e-12);
        assertEquals(0, new ProcessorTime(1200, 600, 205).othersSince(before));
        assertEquals(0, before.othersSince(before));
    }

    @Test
    void optionsAreChecked() {
        Options options = Options.parse("--engines", "Wengert,PyTorch", "--threads", "3", "--lanes", "plain",
                "--heap-malloc", "--quick");
        assertEquals(List.of("Wengert", "PyTorch", "PyTorch (heap malloc)"),
                options.settings().stream().map(Settings::label).toList());
        assertTrue(options.settings().get(0).jvmOptions().contains("-Dai.djl.wengert.lanes=plain"));
        assertEquals("3", options.settings().get(1).environment().get("OMP_NUM_THREADS"));
        assertEquals(1, options.rounds());
        assertFalse(options.list());
        assertThrows(IllegalArgumentException.class, () -> Options.parse("--round", "3"));
        assertThrows(IllegalArgumentException.class, () -> Options.parse("--rounds"));
        assertThrows(IllegalArgumentException.class, () -> Options.parse("--rounds", "0"));
    }
}
