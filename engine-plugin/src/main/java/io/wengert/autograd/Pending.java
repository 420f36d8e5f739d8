package io.wengert.autograd;

import io.wengert.tensor.Tensor;

/**
 * The recorded calls that gradients have flowed to on a walk and that are yet to be played back, with what has flowed to each.
 *
 * <p>In the order of recording. As a rule there are few, and a new one belongs near one of the ends; who comes in between moves the
 * shorter side.
 */
final class Pending {

    private Node[] nodes = new Node[16];
    private Tensor[][] gradients = new Tensor[16][];
    /** Where the earliest is, and where the next latest would be. */
    private int from = 8;
    private int to = 8;

    boolean isEmpty() { return from == to; }

    /** What has flowed to each output of a call so far, for the caller to add to; a call that is new comes in. */
    Tensor[] of(Node n) {
        int i = place(n.sequence());
        for (; i < to && nodes[i].sequence() == n.sequence(); i++) {
            if (nodes[i] == n) {
                return gradients[i];
            }
        }
        return insert(i, n);
    }

    /** The first place from which on no call is earlier. */
    private int place(long sequence) {
        int low = from;
        int high = to;
        while (low < high) {
            int middle = low + high >>> 1;
            if (nodes[middle].sequence() < sequence) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private Tensor[] insert(int i, Node n) {
        int at = i;
        if (i - from < to - i) {
            if (from == 0) {
                at += grow();
            }
            move(from, from - 1, at - from);
            from--;
            at--;
        } else {
            if (to == nodes.length) {
                at += grow();
            }
            move(at, at + 1, to - at);
            to++;
        }
        nodes[at] = n;
        gradients[at] = new Tensor[n.call().outputs()];
        return gradients[at];
    }

    private void move(int start, int target, int count) {
        System.arraycopy(nodes, start, nodes, target, count);
        System.arraycopy(gradients, start, gradients, target, count);
    }

    /** Makes room on both sides; returns by how much all are moved. */
    private int grow() {
        int size = to - from;
        int start = Math.max(8, size);
        Node[] n = new Node[size + 2 * start];
        Tensor[][] g = new Tensor[n.length][];
        System.arraycopy(nodes, from, n, start, size);
        System.arraycopy(gradients, from, g, start, size);
        int by = start - from;
        nodes = n;
        gradients = g;
        from = start;
        to = start + size;
        return by;
    }

    /** The latest call. */
    Node latest() { return nodes[to - 1]; }

    /** Takes the latest call out; returns what has flowed to it. */
    Tensor[] removeLatest() {
        Tensor[] g = gradients[--to];
        nodes[to] = null;
        gradients[to] = null;
        return g;
    }
}
