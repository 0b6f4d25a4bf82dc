/**
 * @file
 * For tests that run the network without a context: a group's set-up and tear-down, which claim and release
 * single-threaded products as contexts do.
 */
#ifndef TESTS_PRODUCTS_H
#define TESTS_PRODUCTS_H

#include "kernels/gemm.h"

static inline int claim_products(void **state)
{
    (void)state;
    df_gemm_open();
    return 0;
}

static inline int release_products(void **state)
{
    (void)state;
    df_gemm_close();
    return 0;
}

#endif
