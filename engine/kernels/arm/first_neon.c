/**
 * @file
 * First layers with NEON: a panel is four vectors, eight features and their gates.
 */
#include "kernels/arm/vector.h"
#include "kernels/arm/versions.h"

#define ROWS 4
#include "kernels/vector/first.h"

void df_first_neon(const DfFirst *first)
{
    first_all(first);
}
