package io.wengert.benchmark;

import java.util.List;
import java.util.stream.Stream;

/** Every workload, in the order of the report. */
final class Catalogue {

    private Catalogue() {}

    static List<Workload> all() {
        return Stream.of(
                MatrixProducts.all(),
                Convolutions.all(),
                Training.all(),
                Prediction.all(),
                WholeProcess.all(),
                SmallOperations.all(),
                Elementwise.all(),
                Reductions.all(),
                Layouts.all())
                .flatMap(List::stream)
                .toList();
    }

    /** The workload of that name among {@code workloads}. */
    static Workload find(List<Workload> workloads, String name) {
        return workloads.stream().filter(workload -> workload.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no workload " + name));
    }
}
