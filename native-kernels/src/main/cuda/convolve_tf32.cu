// Convolutions of float images rounded to tf32, by tensor cores.
#include "convolve.h"

CONVOLVE(tf32, float, 1, wg_tensor_way<wg_rounded, 16>)
