// Products of double matrices, and of integer ones, whose sums wrap around.
#include "matmul.h"

MATMUL(matmul_float64, double, 2, wg_plain_way<double, 64, 64, 16, 4, 4>)
MATMUL(matmul_int32, unsigned, 2, wg_plain_way<unsigned, 64, 64, 16, 4, 4>)
MATMUL(matmul_int64, wg_ulong, 2, wg_plain_way<wg_ulong, 64, 64, 16, 4, 4>)

/** Of any narrow integer type or of booleans: a thread for each element, summing in 64 bits. */
WG_KERNEL_OF(256, matmul_any, void *c, const void *a, const void *b, int dtype, wg_matmul_call call, wg_walk<3> batch) {
    WG_FOR(i, call.batch * call.m * call.n) {
        const wg_long q = i / call.n, column = i - q * call.n, row = q % call.m;
        wg_long at[3];
        wg_places(batch, q / call.m, at);
        const wg_long x = at[1] + row * call.a_row, y = at[2] + column * call.b_column;
        wg_ulong sum = 0;
        for (wg_long k = 0; k < call.k; ++k)
            sum += wg_read<wg_ulong>(a, x + k * call.a_step, dtype) * wg_read<wg_ulong>(b, y + k * call.b_step, dtype);
        wg_write<wg_long>(c, at[0] + row * call.c_row + column * call.c_column, dtype, (wg_long)sum);
    }
}
