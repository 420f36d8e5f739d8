// Scatter with adding to arrays of less than 2^32 elements.
#include "scatter_add.h"

SCATTER_ADD_ALL(unsigned, 32)
