/**
 * @file
 * The only file that knows the matrix library. OpenBLAS comes in three flavours that differ in what several
 * calling threads may do: serial (not safe: products go one at a time, behind a lock), pthread (one thread
 * count for the whole process) and OpenMP (one for each calling thread).
 */
#include "kernels/gemm.h"

#include <cblas.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { SERIAL, PTHREAD, OPENMP }; /* values of openblas_get_parallel() */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t serial_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t count_lock = PTHREAD_MUTEX_INITIALIZER;
static int flavour;
static char description[128];
static int claims;
static int threads_before;

static void identify(void)
{
    static const char *const names[] = { "serial", "pthread", "OpenMP" };
    int version;
    flavour = openblas_get_parallel();
    if (flavour < SERIAL || flavour > OPENMP)
        flavour = SERIAL; /* unknown: the careful treatment */
    /* The configuration starts with "OpenBLAS x.y.z", then build switches. */
    const char *config = openblas_get_config();
    const char *end = strchr(config, ' ');
    end = end ? strchr(end + 1, ' ') : NULL;
    version = end ? (int)(end - config) : (int)strlen(config);
    snprintf(description, sizeof description, "%.*s %s, %s", version > 40 ? 40 : version, config,
             names[flavour], openblas_get_corename());
}

void df_gemm_open(void)
{
    pthread_once(&once, identify);
    pthread_mutex_lock(&count_lock);
    if (!claims++ && flavour == PTHREAD) {
        threads_before = openblas_get_num_threads();
        openblas_set_num_threads(1);
    }
    pthread_mutex_unlock(&count_lock);
}

void df_gemm_close(void)
{
    pthread_mutex_lock(&count_lock);
    if (!--claims && flavour == PTHREAD)
        openblas_set_num_threads(threads_before);
    pthread_mutex_unlock(&count_lock);
}

const char *df_gemm_description(void)
{
    pthread_once(&once, identify);
    return description;
}

const char *df_gemm_warning(void)
{
    pthread_once(&once, identify);
    if (flavour != SERIAL)
        return NULL;
    return "this OpenBLAS is its serial flavour, which only one worker can use at a time: "
           "install libopenblas0-pthread";
}

/** OpenMP's thread count belongs to the calling thread: each worker's first product sets it. */
static void own_thread_count(void)
{
    static _Thread_local int set;
    if (!set)
        openblas_set_num_threads(1);
    set = 1;
}

/** What a product does to its factors and its result. */
enum { TRANSPOSE_A = 1, TRANSPOSE_B = 2, ADD = 4 };

static void product(int how, int m, int n, int k, const float *a, int lda, const float *b, int ldb, float *out,
                    int ldo)
{
    pthread_once(&once, identify);
    if (flavour == SERIAL)
        pthread_mutex_lock(&serial_lock);
    else if (flavour == OPENMP)
        own_thread_count();
    cblas_sgemm(CblasRowMajor, how & TRANSPOSE_A ? CblasTrans : CblasNoTrans,
                how & TRANSPOSE_B ? CblasTrans : CblasNoTrans, m, n, k, 1, a, lda, b, ldb, how & ADD ? 1 : 0, out,
                ldo);
    if (flavour == SERIAL)
        pthread_mutex_unlock(&serial_lock);
}

void df_gemm(int m, int n, int k, const float *a, int lda, const float *b, int ldb, float *out, int ldo)
{
    product(0, m, n, k, a, lda, b, ldb, out, ldo);
}

void df_gemm_bt(int m, int n, int k, const float *a, int lda, const float *b, int ldb, float *out, int ldo)
{
    product(TRANSPOSE_B, m, n, k, a, lda, b, ldb, out, ldo);
}

void df_gemm_at_add(int m, int n, int k, const float *a, int lda, const float *b, int ldb, float *out, int ldo)
{
    product(TRANSPOSE_A | ADD, m, n, k, a, lda, b, ldb, out, ldo);
}
