package io.wengert.kernel.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** The 16-bit floating types: every bit pattern, and rounding to nearest even. */
class HalfTest {

    @Test
    void everyPatternHasItsValueAndComesBack() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            short h = (short) bits;
            assertEquals(Numbers.value(h, 10, 15), Half.toFloat(h), 0, "binary16 " + Integer.toHexString(bits));
            assertEquals(Numbers.value(h, 7, 127), Half.bfloatToFloat(h), 0, "bfloat16 " + Integer.toHexString(bits));
            if (!Float.isNaN(Half.toFloat(h))) {
                assertEquals(h, Half.fromFloat(Half.toFloat(h)));
            }
            if (!Float.isNaN(Half.bfloatToFloat(h))) {
                assertEquals(h, Half.bfloatFromFloat(Half.bfloatToFloat(h)));
            }
        }
    }

    @Test
    void rounding() {
        Random random = new Random(1);
        for (int i = 0; i < 300_000; i++) {
            // All floats, then those in the range of binary16, then those half-way between two of its numbers.
            float f = Float.intBitsToFloat(random.nextInt());
            check(f);
            check(Math.scalb(random.nextFloat() - 0.5f, random.nextInt(44) - 26));
            float h = Half.toFloat((short) random.nextInt());
            check(h + Math.scalb(Math.ulp(h), 12));
            check(Float.intBitsToFloat(random.nextInt() & 0xFFFF0000 | 0x8000));
        }
        for (float f : new float[] {65504, 65519.996f, 65520, 0x1p-24f, 0x1p-25f, 0x1.000002p-25f, Float.MAX_VALUE,
            Float.MIN_VALUE, Float.POSITIVE_INFINITY, Float.NaN, 0, 0x1.FFp127f}) {
            check(f);
            check(-f);
        }
    }

    private static void check(float f) {
        if (Float.isNaN(f)) {
            assertEquals(Float.NaN, Half.toFloat(Half.fromFloat(f)));
            assertEquals(Float.NaN, Half.bfloatToFloat(Half.bfloatFromFloat(f)));
        } else {
            assertEquals(Numbers.bits(f, 10, 15), Half.fromFloat(f), "binary16 of " + f);
            assertEquals(Numbers.bits(f, 7, 127), Half.bfloatFromFloat(f), "bfloat16 of " + f);
        }
    }
}
