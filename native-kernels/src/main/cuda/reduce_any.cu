// Reductions of elements of any dtype in any lane.
#include "reduce.h"

REDUCE_ALL(any_float32, wg_untyped<float>)
REDUCE_ALL(any_float64, wg_untyped<double>)
REDUCE_ALL(any_int64, wg_untyped<wg_long>)
REDUCE_ALL(any_uint64, wg_untyped<wg_ulong>)
