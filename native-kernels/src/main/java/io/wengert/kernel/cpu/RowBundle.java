package io.wengert.kernel.cpu;

import io.wengert.kernel.DType;

/**
 * Rows along an axis that is not the last, brought to lanes several at once: neighbours lie side by side in memory, which is
 * walked along them, not across.
 */
final class RowBundle {

    private static final int MOST = 16;

    /** Elements that a bundle holds at most, unless it is a single row. */
    private static final int ROOM = 1 << 18;

    private final Lane lane;
    private final Object[] rows;
    private final Object across;
    private final int length;

    /** Room for rows of the length. */
    RowBundle(Lane lane, int length) {
        this.lane = lane;
        this.length = length;
        rows = new Object[Math.max(1, Math.min(MOST, ROOM / Math.max(1, length)))];
        across = lane.make(MOST);
    }

    /** Row {@code j} of those that were loaded. */
    Object row(int j) {
        if (rows[j] == null) {
            rows[j] = lane.make(length + CpuMemory.SLACK);
        }
        return rows[j];
    }

    /** Loads as many rows as go together, from number {@code r} on and before {@code end}: how many. */
    int load(Rows x, int r, int end, DType type, Object array) {
        int count = together(x, r, end);
        int start = x.starts()[r];
        if (count == 1) {
            lane.load(type, array, start, x.step(), row(0), 0, length);
            return 1;
        }
        for (int j = 0; j < count; j++) {
            row(j);
        }
        for (int i = 0; i < length; i++) {
            int at = start + i * x.step();
            if (lane == Lane.F32) {
                if (type == DType.FLOAT32) {
                    distribute((float[]) array, at, i, count);
                } else {
                    lane.load(type, array, at, 1, across, 0, count);
                    distribute((float[]) across, 0, i, count);
                }
            } else {
                lane.load(type, array, at, 1, across, 0, count);
                for (int j = 0; j < count; j++) {
                    System.arraycopy(across, j, rows[j], i, 1);
                }
            }
        }
        return count;
    }

    private void distribute(float[] from, int at, int i, int count) {
        for (int j = 0; j < count; j++) {
            ((float[]) rows[j])[i] = from[at + j];
        }
    }

    /** Stores the rows that were loaded. */
    void store(Rows y, int r, int count, DType type, Object array) {
        if (together(y, r, r + count) < count || count == 1) {
            for (int j = 0; j < count; j++) {
                lane.store(rows[j], 0, type, array, y.starts()[r + j], y.step(), length);
            }
            return;
        }
        int start = y.starts()[r];
        for (int i = 0; i < length; i++) {
            if (lane == Lane.F32) {
                float[] to = type == DType.FLOAT32 ? (float[]) array : (float[]) across;
                int at = type == DType.FLOAT32 ? start + i * y.step() : 0;
                collect(to, at, i, count);
                if (type == DType.FLOAT32) {
                    continue;
                }
            } else {
                for (int j = 0; j < count; j++) {
                    System.arraycopy(rows[j], i, across, j, 1);
                }
            }
            lane.store(across, 0, type, array, start + i * y.step(), 1, count);
        }
    }

    private void collect(float[] to, int at, int i, int count) {
        for (int j = 0; j < count; j++) {
            to[at + j] = ((float[]) rows[j])[i];
        }
    }

    /** How many rows from number r on begin one place after the other. */
    private int together(Rows x, int r, int end) {
        int most = x.step() == 1 || x.step() == 0 ? 1 : Math.min(rows.length, end - r);
        int n = 1;
        while (n < most && x.starts()[r + n] == x.starts()[r] + n) {
            n++;
        }
        return n;
    }
}
