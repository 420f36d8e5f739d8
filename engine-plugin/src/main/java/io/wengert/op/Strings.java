package io.wengert.op;

import io.wengert.kernel.DType;
import io.wengert.kernel.Layout;
import io.wengert.tensor.Tensor;

/** Comparison of strings, which lie in the memory of the JVM and which no kernel reads. */
final class Strings {

    private Strings() {}

    /** Whether strings at the same place are equal, or whether they are not; the arrays broadcast. */
    static Tensor compare(String name, boolean equal, Tensor x, Tensor y) {
        long[] shape = Op.broadcast(name, x, y);
        String[] a = elements(x, shape);
        String[] b = elements(y, shape);
        byte[] r = new byte[a.length];
        for (int i = 0; i < r.length; i++) {
            r[i] = (byte) (a[i].equals(b[i]) == equal ? 1 : 0);
        }
        return Tensor.of(x.backend(), DType.BOOL, r, shape);
    }

    private static String[] elements(Tensor x, long... shape) {
        String[] s = new String[Math.toIntExact(Layout.sizeOf(shape))];
        try (Tensor wide = x.view(x.layout().broadcastTo(shape)); Tensor rows = Conversions.copied(wide)) {
            rows.backend().read(rows.buffer(), 0, s, 0, s.length);
        }
        return s;
    }
}
