/**
 * @file
 * Sums of outer products with AVX2: blocks of 6 x 16 and 12 x 8, twelve sums and a few more in sixteen registers.
 */
#include "train/x86/versions.h"

#include "kernels/x86/lanes.h"

#define VECTOR __m256
#define WIDTH 8
#define LOAD _mm256_loadu_ps
#define STORE _mm256_storeu_ps
#define LOAD_REST(p, n) _mm256_maskload_ps(p, first_lanes(n))
#define STORE_REST store_rest
#define SET _mm256_set1_ps
#define MULTIPLY_ADD _mm256_fmadd_ps
#define WIDE_ROWS 6
#define NARROW_ROWS 12
#include "train/outer_block.h"

void df_outer_add_avx2(const DfOuter *outer)
{
    outer_add(outer);
}
