// Convolutions of 16-bit floating images without tensor cores, for those of few filters.
#include "convolve.h"

CONVOLVE(float16, wg_half, 2, wg_plain_way<float, 64, 64, 16, 4, 4>)
CONVOLVE(bfloat16, wg_bfloat, 2, wg_plain_way<float, 64, 64, 16, 4, 4>)
