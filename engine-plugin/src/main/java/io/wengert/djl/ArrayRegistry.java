package io.wengert.djl;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;

/** The arrays of one manager, weakly held: a doubly linked list, so that joining and leaving cost next to nothing. */
final class ArrayRegistry {

    /** The place of one array in the list of its manager. */
    static final class Entry extends WeakReference<WgNDArray> {
        private Entry previous;
        private Entry next;
        private boolean linked = true;

        Entry(WgNDArray array, ReferenceQueue<WgNDArray> queue) { super(array, queue); }
    }

    private final ReferenceQueue<WgNDArray> collected = new ReferenceQueue<>();
    private Entry first;

    synchronized void add(WgNDArray array) {
        for (Entry dead = (Entry) collected.poll(); dead != null; dead = (Entry) collected.poll()) {
            unlink(dead);
        }
        Entry e = new Entry(array, collected);
        e.next = first;
        if (first != null) {
            first.previous = e;
        }
        first = e;
        array.entry(e);
    }

    synchronized void remove(WgNDArray array) {
        Entry e = array.entry();
        if (e != null) {
            unlink(e);
            array.entry(null);
        }
    }

    private void unlink(Entry e) {
        if (!e.linked) {
            return;
        }
        e.linked = false;
        if (e.previous == null) {
            first = e.next;
        } else {
            e.previous.next = e.next;
        }
        if (e.next != null) {
            e.next.previous = e.previous;
        }
    }

    synchronized List<WgNDArray> list() {
        List<WgNDArray> live = new ArrayList<>();
        for (Entry e = first; e != null; e = e.next) {
            WgNDArray a = e.get();
            if (a != null) {
                live.add(a);
            }
        }
        return live;
    }

    /** Closes all arrays and forgets them. */
    void closeAll() {
        Entry e;
        synchronized (this) {
            e = first;
            first = null;
        }
        for (; e != null; e = e.next) {
            e.linked = false;
            WgNDArray a = e.get();
            if (a != null) {
                a.close();
            }
        }
    }
}
