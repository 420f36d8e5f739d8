// Products of large float16 matrices on compute capability 9.0.
#include "matmul_hopper.h"

HOPPER(matmul_hopper_float16, wg_half, 128)
HOPPER(matmul_hopper_float16_wide, wg_half, 256)
