// Products of large float matrices rounded to tf32, on compute capability 9.0, whose operands lie along K.
#include "matmul_hopper.h"

HOPPER_OF(matmul_hopper_tf32_kk, float, 128, true, true)
HOPPER_OF(matmul_hopper_tf32_wide_kk, float, 256, true, true)

/** Lays an operand along K: to[matrix][row][k] with so many elements from row to row, from any strides. */
WG_KERNEL_OF(256, matmul_hopper_turn, float *to, const float *from, wg_long rows, wg_long k, wg_long line, wg_long row_step,
             wg_long step, wg_long matrix_step) {
    __shared__ float tile[32][33];
    const wg_long r0 = (wg_long)blockIdx.x * 32, k0 = (wg_long)blockIdx.y * 32;
    const int x = threadIdx.x & 31, y = threadIdx.x >> 5;
    from += blockIdx.z * matrix_step;
    for (int i = y; i < 32; i += 8)
        if (k0 + i < k && r0 + x < rows) tile[i][x] = from[(k0 + i) * step + (r0 + x) * row_step];
    __syncthreads();
    for (int i = y; i < 32; i += 8)
        if (r0 + i < rows && k0 + x < k) to[((wg_long)blockIdx.z * rows + r0 + i) * line + k0 + x] = tile[x][i];
}
