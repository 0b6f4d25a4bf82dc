/**
 * @file
 * Sums of outer products with AVX-512: blocks of 12 x 32, twenty-four sums in thirty-two registers.
 */
#include "train/x86/versions.h"

#include <immintrin.h>

#define MASK(n) ((__mmask16)((1 << (n)) - 1))

#define VECTOR __m512
#define WIDTH 16
#define LOAD _mm512_loadu_ps
#define STORE _mm512_storeu_ps
#define LOAD_REST(p, n) _mm512_maskz_loadu_ps(MASK(n), p)
#define STORE_REST(p, v, n) _mm512_mask_storeu_ps(p, MASK(n), v)
#define SET _mm512_set1_ps
#define MULTIPLY_ADD _mm512_fmadd_ps
#define WIDE_ROWS 12
#define NARROW_ROWS 12
#include "train/outer_block.h"

void df_outer_add_avx512(const DfOuter *outer)
{
    outer_add(outer);
}
