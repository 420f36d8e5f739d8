package io.wengert.kernel.cuda;

import io.wengert.kernel.DType;
import java.lang.ref.Cleaner;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A caching allocator: takes large segments from the driver, which is slow and waits for the device, and hands out pieces.
 *
 * <p>A freed piece is joined with free neighbours of its segment and handed out again at once, to the smallest request first
 * that fits; on the one stream of a device, work of its new holder runs after that of the old one.
 */
final class CudaMemory {

    /** The system property that bounds what is taken from a device: bytes, or a number with the unit k, m or g. */
    static final String LIMIT = "ai.djl.wengert.gpu_memory_limit";

    static final Cleaner CLEANER = Cleaner.create();

    /** Every piece begins and ends at a multiple of it: what vector loads and texture units ask for. */
    private static final long ALIGNMENT = 512;

    /** Requests up to this size come from shared segments of {@link #SMALL_SEGMENT}. */
    private static final long SMALL = 1 << 20;

    private static final long SMALL_SEGMENT = 2 << 20;
    /** Larger ones up to half of this from segments of this size; the largest get segments of their own. */
    private static final long MIDDLE_SEGMENT = 20 << 20;

    /** A piece of a segment. */
    static final class Block {
        private final long address;
        private long bytes;
        /** Neighbours in the segment. */
        private Block before;
        private Block after;
        private boolean free;
        private final boolean small;
        private DType dtype;
        private long size;

        Block(long address, long bytes, boolean small) {
            this.address = address;
            this.bytes = bytes;
            this.small = small;
        }

        long address() { return address; }

        boolean isWholeSegment() { return before == null && after == null; }
    }

    private static final Comparator<Block> BY_SIZE =
            Comparator.<Block>comparingLong(b -> b.bytes).thenComparingLong(b -> b.address);

    private final CudaDevice device;
    private final long limit = limit(System.getProperty(LIMIT));
    private final TreeSet<Block> freeSmall = new TreeSet<>(BY_SIZE);
    private final TreeSet<Block> freeLarge = new TreeSet<>(BY_SIZE);
    private final Set<Block> held = Collections.newSetFromMap(new IdentityHashMap<>());
    private long used;
    private long reserved;

    CudaMemory(CudaDevice device) { this.device = device; }

    /** What the property says, in bytes. */
    static long limit(String text) {
        if (text == null || text.isBlank()) {
            return Long.MAX_VALUE;
        }
        String t = text.strip().toLowerCase(java.util.Locale.ROOT);
        int unit = "kmg".indexOf(t.charAt(t.length() - 1)) + 1;
        try {
            return Long.parseLong(unit == 0 ? t : t.substring(0, t.length() - 1)) << 10 * unit;
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(LIMIT + "=" + text + ": expected bytes, as in 512m or 8g", e);
        }
    }

    /**
     * Memory for so many elements; null for none.
     *
     * @throws OutOfMemoryError if there is not enough, naming what holds most of it
     */
    Block take(DType dtype, long size) {
        if (size == 0) {
            return null;
        }
        if (size > Long.MAX_VALUE / 16) {
            throw new OutOfMemoryError(size + " " + dtype.text() + " are more than any device holds");
        }
        long bytes = (size * dtype.bytes() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        Block b = find(bytes);
        for (int attempt = 0; b == null && attempt < 3; attempt++) {
            // Buffers that nobody has released are garbage that only a collection finds.
            System.gc();
            pause();
            b = find(bytes);
        }
        if (b == null) {
            throw exhausted(dtype, size, bytes);
        }
        synchronized (this) {
            b.dtype = dtype;
            b.size = size;
            held.add(b);
            used += b.bytes;
        }
        return b;
    }

    private static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized Block find(long bytes) {
        boolean small = bytes <= SMALL;
        TreeSet<Block> free = small ? freeSmall : freeLarge;
        Block b = free.ceiling(new Block(0, bytes, small));
        if (b != null && !small && b.bytes > 2 * bytes && b.bytes > MIDDLE_SEGMENT) {
            // A segment of its own that is much larger waits for a request of its size, while the device has room.
            Block fresh = segment(bytes, false);
            b = fresh == null ? b : fresh;
        }
        if (b == null) {
            b = segment(bytes, small);
        }
        if (b == null && reserved > 0) {
            emptyCache();
            b = segment(bytes, small);
        }
        if (b == null) {
            return null;
        }
        free.remove(b);
        b.free = false;
        return split(b, bytes, free);
    }

    /** A new free segment for a request, or null if the device or the limit gives none. */
    private Block segment(long bytes, boolean small) {
        long n = small ? SMALL_SEGMENT : bytes <= MIDDLE_SEGMENT / 2 ? MIDDLE_SEGMENT
                : (bytes + SMALL_SEGMENT - 1) / SMALL_SEGMENT * SMALL_SEGMENT;
        if (n > limit - reserved) {
            n = bytes;
        }
        if (n > limit - reserved) {
            return null;
        }
        device.enter();
        long address = CudaDriver.allocate(n);
        if (address == 0) {
            return null;
        }
        reserved += n;
        return new Block(address, n, small);
    }

    /** Cuts what is left over off a block, if it is worth it. */
    private static Block split(Block b, long bytes, TreeSet<Block> free) {
        long left = b.bytes - bytes;
        if (left < (b.small ? ALIGNMENT : SMALL)) {
            return b;
        }
        Block rest = new Block(b.address + bytes, left, b.small);
        rest.before = b;
        rest.after = b.after;
        if (b.after != null) {
            b.after.before = rest;
        }
        b.after = rest;
        b.bytes = bytes;
        rest.free = true;
        free.add(rest);
        return b;
    }

    /** Takes a block back; null is none. */
    synchronized void give(Block b) {
        if (b == null || !held.remove(b)) {
            return;
        }
        used -= b.bytes;
        TreeSet<Block> free = b.small ? freeSmall : freeLarge;
        Block first = b;
        if (b.before != null && b.before.free) {
            first = b.before;
            free.remove(first);
            join(first, b);
        }
        if (first.after != null && first.after.free) {
            free.remove(first.after);
            join(first, first.after);
        }
        first.free = true;
        free.add(first);
    }

    private static void join(Block a, Block b) {
        a.bytes += b.bytes;
        a.after = b.after;
        if (b.after != null) {
            b.after.before = a;
        }
    }

    /** Gives free segments back to the driver. A device that is lost has nothing to give back. */
    synchronized void emptyCache() {
        try {
            device.synchronize();
        } catch (CudaException e) {
            if (e.isLasting()) {
                return;
            }
            throw e;
        }
        for (TreeSet<Block> free : List.of(freeSmall, freeLarge)) {
            for (Block b : List.copyOf(free)) {
                if (b.isWholeSegment()) {
                    free.remove(b);
                    CudaDriver.free(b.address);
                    reserved -= b.bytes;
                }
            }
        }
    }

    synchronized long used() { return used; }

    synchronized long pooled() { return reserved - used; }

    private synchronized OutOfMemoryError exhausted(DType dtype, long size, long bytes) {
        record Kind(DType dtype, long size) {}
        Map<Kind, long[]> kinds = new HashMap<>();
        for (Block b : held) {
            long[] sum = kinds.computeIfAbsent(new Kind(b.dtype, b.size), k -> new long[2]);
            sum[0]++;
            sum[1] += b.bytes;
        }
        List<Map.Entry<Kind, long[]>> largest = new ArrayList<>(kinds.entrySet());
        largest.sort((x, y) -> Long.compare(y.getValue()[1], x.getValue()[1]));
        StringBuilder text = new StringBuilder("no room on gpu(" + device.ordinal() + ") for " + size + " " + dtype.text() + " ("
                + megabytes(bytes) + "): " + held.size() + " arrays hold " + megabytes(used) + " of " + megabytes(room()));
        String separator = "; most of it ";
        for (Map.Entry<Kind, long[]> e : largest.subList(0, Math.min(5, largest.size()))) {
            text.append(separator).append(e.getValue()[0]).append(" of ").append(e.getKey().size()).append(' ')
                    .append(e.getKey().dtype().text()).append(" (").append(megabytes(e.getValue()[1])).append(')');
            separator = ", ";
        }
        return new OutOfMemoryError(text + "; close arrays or managers that are no longer needed, or use smaller batches");
    }

    private long room() {
        device.enter();
        return Math.min(limit, CudaDriver.memory()[1]);
    }

    private static String megabytes(long bytes) { return (bytes + (1 << 20) - 1 >> 20) + " MB"; }
}
