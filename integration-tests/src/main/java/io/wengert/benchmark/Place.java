package io.wengert.benchmark;

import ai.djl.Device;
import java.util.List;

/** Where engines compute, and with it what: a setting of their processes. */
enum Place {
    CPU,
    GPU,
    /** Workloads of a GPU, so small that an emulated one gets through them. */
    SMALL_GPU;

    private static final String PROPERTY = "wengert.benchmark.place";

    /** That of this process. */
    static Place current() { return valueOf(System.getProperty(PROPERTY, CPU.name())); }

    /** What a process is started with to be there. */
    String option() { return "-D" + PROPERTY + "=" + name(); }

    Device device() { return this == CPU ? Device.cpu() : Device.gpu(); }

    List<Workload> workloads() { return this == CPU ? Catalogue.all() : GpuWorkloads.all(this == SMALL_GPU); }
}
