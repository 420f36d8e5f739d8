// Convolutions of 16-bit floating images by tensor cores, with float sums.
#include "convolve.h"

CONVOLVE(float16_tensor, wg_half, 1, wg_tensor_way<wg_half, 32>)
CONVOLVE(bfloat16_tensor, wg_bfloat, 1, wg_tensor_way<wg_bfloat, 32>)
