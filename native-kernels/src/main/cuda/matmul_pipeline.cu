// Products of large 16-bit floating matrices whose rows are aligned.
#include "pipeline.h"

PIPELINE(matmul_float16_pipeline, wg_half)
PIPELINE(matmul_bfloat16_pipeline, wg_bfloat)
