// Products of float matrices, in float throughout.
#include "matmul.h"

MATMUL(matmul_float32_large, float, 2, wg_plain_way<float, 128, 128, 8, 8, 8, true>)
MATMUL(matmul_float32, float, 2, wg_plain_way<float, 64, 64, 16, 4, 4>)
