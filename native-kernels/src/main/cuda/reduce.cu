// Reductions of the floating types in their own lanes, several elements at once where they lie side by side.
#include "reduce.h"

REDUCE_ALL(float32, wg_typed<float>)
REDUCE_ALL(float64, wg_typed<double>)
REDUCE_ALL(float16, wg_typed<wg_half>)
REDUCE_ALL(bfloat16, wg_typed<wg_bfloat>)
