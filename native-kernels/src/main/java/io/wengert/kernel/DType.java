package io.wengert.kernel;

/**
 * An element type: its storage size, its family, and the rules by which types combine.
 *
 * <p>The families are ordered {@code BOOL < UNSIGNED, SIGNED < FLOAT < COMPLEX}; {@code STRING} stands apart.
 * {@link #promote} follows NumPy between integers and PyTorch between an integer and a floating type (the floating
 * type is kept, so {@code int64 + float32} is {@code float32}).
 */
public enum DType {
    BOOL(Family.BOOL, 1),
    INT8(Family.SIGNED, 1),
    INT16(Family.SIGNED, 2),
    INT32(Family.SIGNED, 4),
    INT64(Family.SIGNED, 8),
    UINT8(Family.UNSIGNED, 1),
    UINT16(Family.UNSIGNED, 2),
    UINT32(Family.UNSIGNED, 4),
    UINT64(Family.UNSIGNED, 8),
    FLOAT16(Family.FLOAT, 2),
    BFLOAT16(Family.FLOAT, 2),
    FLOAT32(Family.FLOAT, 4),
    FLOAT64(Family.FLOAT, 8),
    /** Two float32 an element: real part, imaginary part. */
    COMPLEX64(Family.COMPLEX, 8),
    /** A reference to an immutable Java string; no arithmetic. */
    STRING(Family.STRING, 0);

    /** What kind of number an element is. */
    public enum Family {
        BOOL,
        SIGNED,
        UNSIGNED,
        FLOAT,
        COMPLEX,
        STRING
    }

    private final Family family;
    private final int bytes;

    DType(Family family, int bytes) {
        this.family = family;
        this.bytes = bytes;
    }

    /** Bytes an element takes; 0 for strings, which have no fixed size. */
    public int bytes() { return bytes; }

    public Family family() { return family; }

    public boolean isFloating() { return family == Family.FLOAT; }

    /** True for signed and unsigned integers, not for booleans. */
    public boolean isInteger() { return family == Family.SIGNED || family == Family.UNSIGNED; }

    public boolean isComplex() { return family == Family.COMPLEX; }

    /** True for everything that has an order and arithmetic on the real line: booleans, integers, floating types. */
    public boolean isReal() { return family.ordinal() <= Family.FLOAT.ordinal(); }

    /**
     * The type that kernels calculate in for elements of this type: float32 for the half types, int64 for booleans and
     * signed or short unsigned integers, uint64 for itself.
     *
     * @throws IllegalArgumentException for complex64 and string, which have no lane type of their own
     */
    public DType lane() {
        return switch (this) {
            case FLOAT16, BFLOAT16, FLOAT32 -> FLOAT32;
            case FLOAT64 -> FLOAT64;
            case UINT64 -> UINT64;
            case COMPLEX64, STRING -> throw new IllegalArgumentException("no arithmetic on " + text());
            default -> INT64;
        };
    }

    /** The type of a result that is never an integer: itself if floating or complex, float32 otherwise. */
    public DType floating() { return isFloating() || isComplex() ? this : FLOAT32; }

    /** The type in which a sum or product of such elements is given: int64 for booleans and integers (uint64 if unsigned). */
    public DType accumulated() {
        return switch (family) {
            case BOOL, SIGNED -> INT64;
            case UNSIGNED -> this == UINT64 ? UINT64 : INT64;
            default -> this;
        };
    }

    /** A new Java array for the storage of n elements, as {@link Backend#write} takes it. */
    public Object array(int n) {
        return switch (this) {
            case BOOL, INT8, UINT8 -> new byte[n];
            case INT16, UINT16, FLOAT16, BFLOAT16 -> new short[n];
            case INT32, UINT32 -> new int[n];
            case INT64, UINT64 -> new long[n];
            case FLOAT32 -> new float[n];
            case COMPLEX64 -> new float[2 * n];
            case FLOAT64 -> new double[n];
            case STRING -> new String[n];
        };
    }

    /** The name in lower case, as messages show it. */
    public String text() { return name().toLowerCase(java.util.Locale.ROOT); }

    /**
     * The type of a result that combines both: the smallest that holds both ranges.
     *
     * <p>uint64 with a signed type gives float64, as in NumPy; float16 with bfloat16 gives float32; strings only combine
     * with strings.
     *
     * @throws IllegalArgumentException for a string with a number
     */
    public static DType promote(DType a, DType b) {
        if (a == b) {
            return a;
        }
        if (a == STRING || b == STRING) {
            throw new IllegalArgumentException("no common type of " + a.text() + " and " + b.text());
        }
        if (a.isComplex() || b.isComplex()) {
            return COMPLEX64;
        }
        if (a.isFloating() || b.isFloating()) {
            return a.isFloating() && b.isFloating() ? widerFloat(a, b) : a.isFloating() ? a : b;
        }
        if (a == BOOL || b == BOOL) {
            return a == BOOL ? b : a;
        }
        if (a.family == b.family) {
            return a.bytes >= b.bytes ? a : b;
        }
        DType signed = a.family == Family.SIGNED ? a : b;
        DType unsigned = a.family == Family.SIGNED ? b : a;
        if (signed.bytes > unsigned.bytes) {
            return signed;
        }
        return switch (unsigned) {
            case UINT8 -> INT16;
            case UINT16 -> INT32;
            case UINT32 -> INT64;
            default -> FLOAT64;
        };
    }

    private static DType widerFloat(DType a, DType b) {
        if (a.bytes == b.bytes) {
            return FLOAT32;
        }
        return a.bytes > b.bytes ? a : b;
    }

    /**
     * The type of {@code array op number}: the array's own, unless the number is of a higher family (a fraction with an
     * integer array gives float32, any number with a boolean array gives int64 or float32).
     */
    public DType promote(Number scalar) {
        boolean fraction = scalar instanceof Float || scalar instanceof Double || scalar instanceof java.math.BigDecimal;
        if (fraction) {
            return floating();
        }
        return this == BOOL ? INT64 : this;
    }
}
