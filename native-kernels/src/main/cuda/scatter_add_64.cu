// Scatter with adding to arrays of 2^32 elements or more.
#include "scatter_add.h"

SCATTER_ADD_ALL(wg_ulong, 64)
