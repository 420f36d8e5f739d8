// Convolutions of float and double images without tensor cores.
#include "convolve.h"

CONVOLVE(float32_large, float, 2, wg_plain_way<float, 128, 128, 8, 8, 8>)
CONVOLVE(float32, float, 2, wg_plain_way<float, 64, 64, 16, 4, 4>)
CONVOLVE(float64, double, 2, wg_plain_way<double, 64, 64, 16, 4, 4>)
