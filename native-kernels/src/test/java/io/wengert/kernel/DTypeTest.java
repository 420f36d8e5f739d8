package io.wengert.kernel;

import static io.wengert.kernel.DType.BFLOAT16;
import static io.wengert.kernel.DType.BOOL;
import static io.wengert.kernel.DType.COMPLEX64;
import static io.wengert.kernel.DType.FLOAT16;
import static io.wengert.kernel.DType.FLOAT32;
import static io.wengert.kernel.DType.FLOAT64;
import static io.wengert.kernel.DType.INT16;
import static io.wengert.kernel.DType.INT32;
import static io.wengert.kernel.DType.INT64;
import static io.wengert.kernel.DType.INT8;
import static io.wengert.kernel.DType.STRING;
import static io.wengert.kernel.DType.UINT16;
import static io.wengert.kernel.DType.UINT32;
import static io.wengert.kernel.DType.UINT64;
import static io.wengert.kernel.DType.UINT8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;

/** How element types combine. */
class DTypeTest {

    @Test
    void promotionOfTwoTypes() {
        DType[][] table = {{BOOL, INT8, INT8}, {INT8, UINT8, INT16}, {INT16, UINT8, INT16}, {INT16, UINT16, INT32},
            {INT32, UINT32, INT64}, {INT64, UINT32, INT64}, {INT64, UINT64, FLOAT64}, {UINT8, UINT32, UINT32},
            {INT64, FLOAT32, FLOAT32}, {INT64, FLOAT16, FLOAT16}, {FLOAT16, BFLOAT16, FLOAT32},
            {FLOAT32, FLOAT64, FLOAT64}, {BFLOAT16, FLOAT32, FLOAT32}, {FLOAT64, COMPLEX64, COMPLEX64}};
        for (DType[] row : table) {
            assertEquals(row[2], DType.promote(row[0], row[1]));
            assertEquals(row[2], DType.promote(row[1], row[0]));
        }
    }

    @Test
    void promotionIsACommonType() {
        for (DType a : DType.values()) {
            assertEquals(a, DType.promote(a, a));
            for (DType b : DType.values()) {
                if (a == STRING ^ b == STRING) {
                    assertThrows(IllegalArgumentException.class, () -> DType.promote(a, b));
                } else {
                    DType c = DType.promote(a, b);
                    assertEquals(c, DType.promote(b, a));
                    assertEquals(c, DType.promote(c, a), a + " and " + b + " are held by " + c);
                }
            }
        }
    }

    @Test
    void promotionWithANumber() {
        assertEquals(UINT8, UINT8.promote(300));
        assertEquals(FLOAT32, INT64.promote(0.5));
        assertEquals(FLOAT32, INT64.promote(new BigDecimal("0.5")));
        assertEquals(FLOAT16, FLOAT16.promote(0.5));
        assertEquals(FLOAT16, FLOAT16.promote(5L));
        assertEquals(INT64, BOOL.promote(1));
        assertEquals(FLOAT32, BOOL.promote(1f));
    }

    @Test
    void derivedTypes() {
        assertEquals(FLOAT32, FLOAT16.lane());
        assertEquals(FLOAT32, BFLOAT16.lane());
        assertEquals(INT64, UINT32.lane());
        assertEquals(UINT64, UINT64.lane());
        assertThrows(IllegalArgumentException.class, STRING::lane);
        assertThrows(IllegalArgumentException.class, COMPLEX64::lane);
        assertEquals(FLOAT32, INT32.floating());
        assertEquals(FLOAT16, FLOAT16.floating());
        assertEquals(INT64, BOOL.accumulated());
        assertEquals(UINT64, UINT64.accumulated());
        assertEquals(FLOAT16, FLOAT16.accumulated());
        assertEquals("uint16", UINT16.text());
    }
}
