package io.wengert.kernel.cuda;

import java.util.ArrayDeque;
import java.util.Deque;
import jcuda.driver.CUevent;
import jcuda.driver.CUstream;

/**
 * The page-locked memory of one device that copies between it and Java arrays go through.
 *
 * <p>An upload is taken over into page-locked memory and queued; the caller does not wait for the device, which reads it when
 * its turn comes. A download waits for what was queued before it, and keeps nobody else from queueing more meanwhile.
 */
final class Staging {

    private static final int CHUNK = 2 << 20;

    /** 128 MB are the most that uploads may lie waiting in; who brings more has to wait. */
    private static final int MOST_CHUNKS = 64;

    private static final int ALIGNMENT = 64;

    /** A piece of page-locked memory, and when the device is done with it. */
    private static final class Chunk {
        final CudaDriver.Pinned memory = CudaDriver.Pinned.allocate(CHUNK);
        final CUevent done = CudaDriver.event();
        int filled;
    }

    private final CudaDevice device;
    private final CUstream stream;
    /** Full chunks in the order in which the device will be done with them. */
    private final Deque<Chunk> full = new ArrayDeque<>();
    /** The one that small uploads are put into one behind the other, or null. */
    private Chunk filling;
    /** Chunks in pairs for downloads, one pair for each thread that downloads at the moment. */
    private final Deque<Chunk[]> pairs = new ArrayDeque<>();

    Staging(CudaDevice device, CUstream stream) {
        this.device = device;
        this.stream = stream;
    }

    /** Copies {@code bytes} of a Java array, from a place in bytes, to device memory; the array may change at once. */
    synchronized void upload(long to, Object array, long from, long bytes) {
        device.enter();
        for (long done = 0; done < bytes;) {
            if (filling == null || filling.filled == CHUNK) {
                next();
            }
            int n = (int) Math.min(CHUNK - filling.filled, bytes - done);
            HostArrays.get(array, from + done, n, filling.memory.part(filling.filled, n));
            CudaDriver.upload(to + done, filling.memory.withByteOffset(filling.filled), n, stream);
            filling.filled += n + ALIGNMENT - 1 & -ALIGNMENT;
            done += n;
        }
    }

    /** Sends the full chunk on its way, and looks for an empty one. */
    private void next() {
        if (filling != null) {
            CudaDriver.record(filling.done, stream);
            full.add(filling);
            filling = null;
        }
        Chunk oldest = full.peek();
        if (oldest == null || full.size() < MOST_CHUNKS && !CudaDriver.isDone(oldest.done)) {
            filling = new Chunk();
        } else {
            CudaDriver.await(oldest.done);
            filling = full.remove();
            filling.filled = 0;
        }
    }

    /** Copies device memory to a Java array, when all work that was queued before is done. */
    void download(long from, Object array, long to, long bytes) {
        device.enter();
        Chunk[] pair = takePair();
        try {
            download(from, array, to, bytes, pair);
        } finally {
            givePair(pair);
        }
    }

    /** The device fills one chunk while the other is emptied. */
    private void download(long from, Object array, long to, long bytes, Chunk[] pair) {
        for (long at = 0, previous = -1; at < bytes || previous >= 0; at += CHUNK) {
            Chunk next = pair[(int) (at / CHUNK & 1)];
            if (at < bytes) {
                CudaDriver.download(next.memory, from + at, Math.min(CHUNK, bytes - at), stream);
                CudaDriver.record(next.done, stream);
            }
            if (previous >= 0) {
                Chunk last = pair[(int) (previous / CHUNK & 1)];
                CudaDriver.await(last.done);
                int n = (int) Math.min(CHUNK, bytes - previous);
                HostArrays.put(array, to + previous, n, last.memory.part(0, n));
            }
            previous = at < bytes ? at : -1;
        }
    }

    private synchronized Chunk[] takePair() {
        Chunk[] pair = pairs.poll();
        return pair == null ? new Chunk[] {new Chunk(), new Chunk()} : pair;
    }

    private synchronized void givePair(Chunk[] pair) { pairs.push(pair); }
}
