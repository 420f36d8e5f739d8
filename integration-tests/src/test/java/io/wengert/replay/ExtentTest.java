package io.wengert.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Numbers that depend on the sizes of inputs. */
class ExtentTest {

    private static final List<String> NAMES = List.of("N", "T", "U");

    private interface Polynomial {
        long of(long n, long t, long u);
    }

    private static Extent fitted(Polynomial p, long[] low, long[] high) {
        long[] corners = new long[8];
        for (int k = 0; k < 8; k++) {
            corners[k] = p.of((k & 1) == 0 ? low[0] : high[0], (k & 2) == 0 ? low[1] : high[1], (k & 4) == 0 ? low[2] : high[2]);
        }
        return Extent.through(corners, low, high);
    }

    @Test
    void aPolynomialIsFoundFromItsCorners() {
        Random random = new Random(1);
        for (int i = 0; i < 200; i++) {
            long[] c = random.longs(8, -9, 10).toArray();
            Polynomial p = (n, t, u) -> c[0] + c[1] * n + c[2] * t + c[3] * n * t
                    + u * (c[4] + c[5] * n + c[6] * t + c[7] * n * t);
            long[] low = random.longs(3, 1, 9).toArray();
            long[] high = {low[0] + 1, low[1] + 1 + i % 3, low[2] + 2};
            Extent e = fitted(p, low, high);
            assertNotNull(e);
            assertEquals(p.of(17, 5, 11), e.at(17, 5, 11));
            assertEquals(e, Extent.parse(e.text(NAMES), NAMES));
        }
    }

    @Test
    void whatIsNoPolynomialIsNoExtent() {
        assertNull(Extent.through(new long[] {3, 4}, new long[] {6}, new long[] {9}));
        assertTrue(Extent.through(new long[] {3, 3}, new long[] {6}, new long[] {9}).isConstant());
    }

    @Test
    void textsAreSumsOfProducts() {
        assertEquals("-1*U+12*N*T+3", Extent.parse("3+N*12*T+-1*U", NAMES).text(NAMES));
        assertEquals(53, Extent.parse("2*N*N0+1", List.of("N", "N0")).at(2, 13));
        assertEquals("0", Extent.of(0).text(NAMES));
        for (String wrong : new String[] {"", "X", "N*N", "N+", "1.5", "N-1"}) {
            assertThrows(IllegalArgumentException.class, () -> Extent.parse(wrong, NAMES), wrong);
        }
    }

    @Test
    void numbersThatAreTooLargeAreNoticed() {
        assertThrows(ArithmeticException.class, () -> Extent.parse("4611686018427387904*N", NAMES).at(4, 1, 1));
    }
}
