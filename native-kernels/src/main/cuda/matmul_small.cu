// Products of small 16-bit floating matrices, in float.
#include "matmul.h"

MATMUL(matmul_float16, wg_half, 2, wg_plain_way<float, 64, 64, 16, 4, 4>)
MATMUL(matmul_bfloat16, wg_bfloat, 2, wg_plain_way<float, 64, 64, 16, 4, 4>)
