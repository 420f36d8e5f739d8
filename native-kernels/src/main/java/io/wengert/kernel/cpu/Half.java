package io.wengert.kernel.cpu;

/**
 * The two 16-bit floating types: IEEE 754 binary16 and bfloat16 (the upper half of a float), rounded to nearest, ties to
 * even.
 */
final class Half {

    private Half() {}

    /** The value of a binary16. */
    static float toFloat(short h) {
        int sign = (h & 0x8000) << 16;
        int exponent = h >>> 10 & 0x1F;
        int fraction = h & 0x3FF;
        if (exponent == 0) {
            float magnitude = fraction * 0x1p-24f;
            return sign == 0 ? magnitude : -magnitude;
        }
        int biased = exponent == 0x1F ? 0xFF : exponent + 112;
        return Float.intBitsToFloat(sign | biased << 23 | fraction << 13);
    }

    /** The nearest binary16. */
    static short fromFloat(float f) {
        int bits = Float.floatToRawIntBits(f);
        int sign = bits >>> 16 & 0x8000;
        int magnitude = bits & 0x7FFFFFFF;
        if (magnitude > 0x7F800000) {
            return (short) (sign | 0x7E00);
        }
        if (magnitude >= 0x477FF000) {
            return (short) (sign | 0x7C00);
        }
        if (magnitude < 0x38800000) {
            // Subnormal or zero: adding 0.5 lets the float unit round at the right bit.
            int rounded = Float.floatToRawIntBits(Float.intBitsToFloat(magnitude) + 0.5f) - Float.floatToRawIntBits(0.5f);
            return (short) (sign | rounded);
        }
        int rounded = magnitude - 0x38000000 + 0xFFF + (magnitude >>> 13 & 1);
        return (short) (sign | rounded >>> 13);
    }

    /** The value of a bfloat16. */
    static float bfloatToFloat(short b) { return Float.intBitsToFloat(b << 16); }

    /** The nearest bfloat16. */
    static short bfloatFromFloat(float f) {
        int bits = Float.floatToRawIntBits(f);
        if ((bits & 0x7FFFFFFF) > 0x7F800000) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
    }
}
