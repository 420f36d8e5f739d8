// Products of large bfloat16 matrices on compute capability 9.0.
#include "matmul_hopper.h"

HOPPER(matmul_hopper_bfloat16, wg_bfloat, 128)
HOPPER(matmul_hopper_bfloat16_wide, wg_bfloat, 256)
