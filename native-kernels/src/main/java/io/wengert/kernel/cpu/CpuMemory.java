package io.wengert.kernel.cpu;

import io.wengert.kernel.DType;
import java.lang.reflect.Array;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A pool of primitive arrays in size classes, four to each power of two.
 *
 * <p>Small arrays are left to the garbage collector, which is faster for them; but each thread keeps one small array of floats
 * of each length that it has given back. What the pool keeps is bounded by an eighth of the heap; beyond that, arrays of the
 * class that has been idle longest make room.
 */
final class CpuMemory {

    /** Elements that every array is longer than asked for. */
    static final int SLACK = 16;

    /**
     * From this many bytes on an array is often a region of the heap by itself, whose header is 16 bytes; vectors that begin 48
     * bytes into the array lie within one cache line each then, and loading them costs half. Elsewhere it does not matter.
     */
    private static final int LARGE = 512 << 10;
    private static final int LEAD_BYTES = 48;

    /** Below this many bytes a new array is cheaper than a pooled one. */
    private static final int SMALL = 2048;

    private static final int CLASSES = 31 * 4;

    /** The primitive types that elements are stored in. */
    enum Storage {
        BYTE(byte.class, 1),
        SHORT(short.class, 2),
        INT(int.class, 4),
        LONG(long.class, 8),
        FLOAT(float.class, 4),
        DOUBLE(double.class, 8),
        STRING(String.class, 4);

        private final Class<?> type;
        private final int bytes;
        /** What a pooled array holds more than its class says. */
        private final int extra;

        Storage(Class<?> type, int bytes) {
            this.type = type;
            this.bytes = bytes;
            this.extra = SLACK + LEAD_BYTES / bytes;
        }

        Object make(int length) {
            return switch (this) {
                case FLOAT -> new float[length];
                case DOUBLE -> new double[length];
                case LONG -> new long[length];
                default -> Array.newInstance(type, length);
            };
        }

        static Storage of(DType dtype) {
            return switch (dtype) {
                case BOOL, INT8, UINT8 -> BYTE;
                case INT16, UINT16, FLOAT16, BFLOAT16 -> SHORT;
                case INT32, UINT32 -> INT;
                case INT64, UINT64 -> LONG;
                case FLOAT32, COMPLEX64 -> FLOAT;
                case FLOAT64 -> DOUBLE;
                case STRING -> STRING;
            };
        }
    }

    /** The free arrays of one class. Its lock guards the arrays; when it was used need not be exact. */
    private static final class Shelf {
        final ArrayDeque<Object> arrays = new ArrayDeque<>();
        long lastUse;
    }

    /**
     * The two small arrays of one length that a thread has given back last. They stay here while they are in use, for mostly the same
     * ones come back, and storing a reference into an old object costs a memory barrier.
     */
    private static final class Spare {
        private float[] older;
        private float[] newer;
        private boolean hasOlder;
        private boolean hasNewer;

        /** One that is not in use, or else null. */
        float[] take() {
            if (hasNewer) {
                hasNewer = false;
                return newer;
            }
            if (hasOlder) {
                hasOlder = false;
                return older;
            }
            return null;
        }

        void give(float[] array) {
            if (array == newer) {
                hasNewer = true;
            } else if (array == older) {
                hasOlder = true;
            } else if (!hasNewer && !hasOlder) {
                older = newer;
                newer = array;
                hasNewer = true;
            }
        }
    }

    private final Shelf[][] free = new Shelf[Storage.values().length][CLASSES];
    private final ThreadLocal<Spare[]> spares = ThreadLocal.withInitial(() -> new Spare[SMALL / Float.BYTES]);
    private final AtomicLong pooled = new AtomicLong();
    private final AtomicLong used = new AtomicLong();
    private final long limit;
    private long uses;

    CpuMemory() { this(Runtime.getRuntime().maxMemory() / 8); }

    /** A pool that keeps at most {@code limit} bytes. */
    CpuMemory(long limit) {
        this.limit = limit;
        for (Shelf[] row : free) {
            for (int i = 0; i < CLASSES; i++) {
                row[i] = new Shelf();
            }
        }
    }

    /** How many array elements a buffer of {@code size} elements takes, slack aside. */
    static int length(DType dtype, long size) {
        long n = dtype == DType.COMPLEX64 ? 2 * size : size;
        if (n > Integer.MAX_VALUE - 128) {
            throw new OutOfMemoryError("an array of " + size + " " + dtype.text()
                    + " is more than one Java array holds; split it into parts of less than 2^31 elements");
        }
        return (int) n;
    }

    /** How many elements of the array a buffer of {@code size} elements is to leave free before its first. */
    static int lead(DType dtype, int size) {
        int bytes = Storage.of(dtype).bytes;
        return dtype != DType.COMPLEX64 && (long) size * bytes >= LARGE ? LEAD_BYTES / bytes : 0;
    }

    /** An array for {@code size} elements behind those of {@link #lead}. */
    Object take(DType dtype, int size) {
        Storage s = Storage.of(dtype);
        int length = length(dtype, size);
        if ((long) length * s.bytes < SMALL) {
            return s == Storage.FLOAT ? takeSmall(length) : s.make(length + SLACK);
        }
        int k = classOf(length);
        int rounded = lengthOf(k) + s.extra;
        used.getAndAdd((long) rounded * s.bytes);
        Shelf shelf = free[s.ordinal()][k];
        Object a;
        synchronized (shelf) {
            shelf.lastUse = ++uses;
            a = shelf.arrays.pollLast();
        }
        if (a != null) {
            pooled.getAndAdd(-(long) rounded * s.bytes);
            return a;
        }
        return s.make(rounded);
    }

    private float[] takeSmall(int length) {
        Spare spare = spares.get()[length];
        float[] a = spare == null ? null : spare.take();
        return a == null ? new float[length + SLACK] : a;
    }

    private void giveSmall(float[] array) {
        Spare[] own = spares.get();
        int length = array.length - SLACK;
        if (own[length] == null) {
            own[length] = new Spare();
        }
        own[length].give(array);
    }

    void give(DType dtype, Object array) {
        Storage s = Storage.of(dtype);
        int length = Array.getLength(array);
        long bytes = (long) length * s.bytes;
        if ((long) (length - SLACK) * s.bytes < SMALL) {
            if (s == Storage.FLOAT) {
                giveSmall((float[]) array);
            }
            return;
        }
        used.getAndAdd(-bytes);
        if (s == Storage.STRING || bytes > limit) {
            return;
        }
        Shelf shelf = free[s.ordinal()][classOf(length - s.extra)];
        synchronized (shelf) {
            shelf.lastUse = ++uses;
            shelf.arrays.addLast(array);
        }
        if (pooled.addAndGet(bytes) > limit) {
            shrink();
        }
    }

    /** Drops arrays of the classes that have been idle longest, until the rest is within the limit. */
    private void shrink() {
        while (pooled.get() > limit) {
            Storage of = null;
            int idle = 0;
            for (Storage s : Storage.values()) {
                for (int k = 0; k < CLASSES; k++) {
                    Shelf shelf = free[s.ordinal()][k];
                    if (!shelf.arrays.isEmpty() && (of == null || shelf.lastUse < free[of.ordinal()][idle].lastUse)) {
                        of = s;
                        idle = k;
                    }
                }
            }
            if (of == null) {
                return;
            }
            Shelf shelf = free[of.ordinal()][idle];
            synchronized (shelf) {
                while (pooled.get() > limit && shelf.arrays.pollFirst() != null) {
                    pooled.getAndAdd(-(long) (lengthOf(idle) + of.extra) * of.bytes);
                }
            }
        }
    }

    long pooled() { return pooled.get(); }

    long used() { return used.get(); }

    void clear() {
        for (Storage s : Storage.values()) {
            for (int k = 0; k < CLASSES; k++) {
                Shelf shelf = free[s.ordinal()][k];
                synchronized (shelf) {
                    pooled.getAndAdd(-(long) shelf.arrays.size() * (lengthOf(k) + s.extra) * s.bytes);
                    shelf.arrays.clear();
                }
            }
        }
    }

    /** The smallest class that holds {@code length} elements. */
    private static int classOf(int length) {
        int p = 31 - Integer.numberOfLeadingZeros(length);
        int quarter = Math.max(1, 1 << Math.max(0, p - 2));
        return 4 * p + (length - (1 << p) + quarter - 1) / quarter;
    }

    private static int lengthOf(int k) {
        int p = k / 4;
        long n = (1L << p) + (long) (k % 4) * Math.max(1, 1 << Math.max(0, p - 2));
        return (int) Math.min(n, Integer.MAX_VALUE - 128);
    }
}
