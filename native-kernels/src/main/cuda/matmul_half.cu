// Products of 16-bit floating matrices by tensor cores, with float sums.
#include "matmul.h"

MATMUL(matmul_float16_tensor, wg_half, 1, wg_tensor_way<wg_half, 32>)
MATMUL(matmul_bfloat16_tensor, wg_bfloat, 1, wg_tensor_way<wg_bfloat, 32>)
