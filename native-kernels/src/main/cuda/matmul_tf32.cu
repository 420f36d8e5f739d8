// Products of float matrices rounded to tf32, by tensor cores, with float sums.
#include "matmul.h"

MATMUL(matmul_tf32, float, 1, wg_tensor_way<wg_rounded, 16>)
