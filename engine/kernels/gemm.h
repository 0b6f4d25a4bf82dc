/**
 * @file
 * Matrix products, and the one process-wide setting of the library that does them.
 */
#ifndef DF_GEMM_H
#define DF_GEMM_H

/**
 * Claim single-threaded products, as long as a context lives whose model calls them; counted. With OpenBLAS's
 * pthread flavour the first claim sets its thread count to 1, the last df_gemm_close() restores it.
 * Thread-safety: any thread.
 */
void df_gemm_open(void);
void df_gemm_close(void);

/**
 * @return the library, its flavour and core, "OpenBLAS 0.3.21 pthread, Haswell" (static).
 * Thread-safety: any thread.
 */
const char *df_gemm_description(void);

/**
 * @return NULL, or a sentence on what makes products of several workers slow (static).
 * Thread-safety: any thread.
 */
const char *df_gemm_warning(void);

/**
 * out[m][n] = sum over k of a[m][k] * b[k][n], all row-major.
 * @param lda,ldb,ldo  floats from a row to the next
 * Thread-safety: any thread.
 */
void df_gemm(int m, int n, int k, const float *a, int lda, const float *b, int ldb, float *out, int ldo);

/** The same with b transposed: out[m][n] = sum over k of a[m][k] * b[n][k]. Thread-safety: any thread. */
void df_gemm_bt(int m, int n, int k, const float *a, int lda, const float *b, int ldb, float *out, int ldo);

/** With a transposed, added: out[m][n] += sum over k of a[k][m] * b[k][n]. Thread-safety: any thread. */
void df_gemm_at_add(int m, int n, int k, const float *a, int lda, const float *b, int ldb, float *out, int ldo);

#endif
