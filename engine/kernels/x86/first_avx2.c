/**
 * @file
 * First layers with AVX2: a panel is two vectors, eight features and their gates.
 */
#include "kernels/x86/vector.h"
#include "kernels/x86/versions.h"

#define ROWS 4
#include "kernels/vector/first.h"

void df_first_avx2(const DfFirst *first)
{
    first_all(first);
}
