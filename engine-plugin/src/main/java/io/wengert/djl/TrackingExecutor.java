package io.wengert.djl;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;

/** An executor that hands everything on to another one and knows when the tasks that a thread gave it are done. */
final class TrackingExecutor extends AbstractExecutorService {

    private final ExecutorService executor;
    private final ThreadLocal<Stretch> current = new ThreadLocal<>();

    TrackingExecutor(ExecutorService executor) { this.executor = executor; }

    /** Tasks that one thread gives. */
    final class Stretch implements AutoCloseable {
        /** This stretch itself, and its tasks that are not done. */
        private final Phaser running = new Phaser(1);

        /** Waits for the tasks, whether they succeed or fail. */
        @Override
        public void close() {
            current.remove();
            running.arriveAndAwaitAdvance();
        }
    }

    /** From now on this thread's tasks are watched, until the stretch is closed. */
    Stretch begin() {
        Stretch s = new Stretch();
        current.set(s);
        return s;
    }

    @Override
    public void execute(Runnable task) {
        Stretch stretch = current.get();
        if (stretch == null) {
            executor.execute(task);
            return;
        }
        stretch.running.register();
        boolean given = false;
        try {
            executor.execute(() -> {
                try {
                    task.run();
                } finally {
                    stretch.running.arriveAndDeregister();
                }
            });
            given = true;
        } finally {
            if (!given) {
                stretch.running.arriveAndDeregister();
            }
        }
    }

    @Override
    public void shutdown() { executor.shutdown(); }

    @Override
    public List<Runnable> shutdownNow() { return executor.shutdownNow(); }

    @Override
    public boolean isShutdown() { return executor.isShutdown(); }

    @Override
    public boolean isTerminated() { return executor.isTerminated(); }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return executor.awaitTermination(timeout, unit);
    }
}
