/**
 * @file
 * The attention's loops, plainly. Lanes are loops of a fixed length, which a compiler may make vectors of.
 */
#include "kernels/scores.h"

#include <math.h>
#include <string.h>

#include "base.h"
#include "cpu.h"

/* ----------------------------------------------------------------------------------- products -- */

static void tile_row(float sums[DF_LANES], const float *row, const float *panel, int width, int k)
{
    for (int l = 0; l < k; l++, panel += width)
        for (int j = 0; j < DF_LANES; j++)
            sums[j] += row[l] * panel[j];
}

static void product(float *const *out, int column, const float *const *rows, const float *panel, int m, int n,
                    int k, int add)
{
    int width = df_panel_width(n);
    for (int first = 0; first < n; first += DF_LANES) {
        int lanes = DF_MIN(n - first, DF_LANES);
        for (int i = 0; i < m; i++) {
            float sums[DF_LANES] = { 0 }, *at = out[i] + column + first;
            if (add)
                memcpy(sums, at, lanes * sizeof *sums);
            tile_row(sums, rows[i], panel + first, width, k);
            memcpy(at, sums, lanes * sizeof *sums);
        }
    }
}

/* ---------------------------------------------------------------------------------- diagonals -- */

/* The last three steps of some diagonals. */
typedef struct Lanes {
    float values[3][DF_LANES], scores[3][DF_LANES];
} Lanes;

static void turn(float rows[3][DF_LANES])
{
    memmove(rows[0], rows[1], 2 * sizeof rows[0]);
}

static void take_values(float *values, const DfSteps *s, int t, int p)
{
    for (int i = 0; i < DF_LANES; i++)
        values[i] = s->above[t][p + i] + s->at[t][p + i] + s->below[t][p + i];
}

/* Scores of step t, at key p. */
static void take_scores(Lanes *l, const DfSteps *s, int t, int p)
{
    float *scores = l->scores[2];
    for (int i = 0; i < DF_LANES; i++)
        scores[i] = l->values[1][i] * s->middle[p + i];
    for (int i = 0; s->joined[t] && i < DF_LANES; i++)
        scores[i] += l->values[0][i] * s->left[p + i];
    for (int i = 0; s->joined[t + 1] && i < DF_LANES; i++)
        scores[i] += l->values[2][i] * s->right[p + i];
}

static void put_sums(const Lanes *l, const DfSteps *s, int t, int p)
{
    for (int i = DF_MAX(-p, 0); i < DF_MIN(s->keys - p, DF_LANES); i++)
        s->out[t][p + i] = s->fuse ? l->scores[0][i] + l->scores[1][i] + l->scores[2][i] : l->scores[1][i];
}

static void diagonals(const DfSteps *s, int from, int to)
{
    for (; from < to; from += DF_LANES) {
        Lanes l = { 0 };
        for (int t = 0; t < s->count; t++) {
            turn(l.values);
            take_values(l.values[2], s, t, from + t);
            if (t < 1)
                continue;
            turn(l.scores);
            take_scores(&l, s, t - 1, from + t - 1);
            if (t >= 2 && s->out[t - 2])
                put_sums(&l, s, t - 2, from + t - 2);
        }
    }
}

/* ------------------------------------------------------------------------------------ softmax -- */

static float fuse(float *out, const float *above, const float *at, const float *below, const DfFuseRun *runs,
                  int count)
{
    float max = -INFINITY;
    for (const DfFuseRun *run = runs; run < runs + count; run++)
        for (int i = 0; i < run->length; i++) {
            float sum = above[run->above + i] + at[run->at + i] + below[run->below + i];
            out[run->at + i] = sum;
            max = fmaxf(max, sum);
        }
    return max;
}

static float weigh(float *out, const float *in, const DfKeyRun *runs, int count, float scale, float max)
{
    float sum = 0;
    for (const DfKeyRun *run = runs; run < runs + count; run++)
        for (int i = 0; i < run->length; i++) {
            float exponent = scale * (in[run->from + i] - max);
            float e = exponent < DF_LEAST_EXPONENT ? 0 : expf(exponent);
            out[run->to + i] = e;
            sum += e;
        }
    return sum;
}

/* ------------------------------------------------------------------------------------- phases -- */

static void phases(float *const out[4], const float *const rows[9], const float factors[9],
                   const DfKeyRun *runs, int count)
{
    for (const DfKeyRun *run = runs; run < runs + count; run++)
        for (int i = 0; i < run->length; i++) {
            float upper[3], lower[3];
            for (int x = 0; x < 3; x++) {
                float middle = factors[3 + x] * rows[3 + x][run->from + i];
                upper[x] = middle + factors[x] * rows[x][run->from + i];
                lower[x] = middle + factors[6 + x] * rows[6 + x][run->from + i];
            }
            out[0][run->to + i] = upper[1] + upper[0];
            out[1][run->to + i] = upper[1] + upper[2];
            out[2][run->to + i] = lower[1] + lower[0];
            out[3][run->to + i] = lower[1] + lower[2];
        }
}

const DfScoreKernels df_score_kernels_c = {
    .panel = DF_LANES, .product = product, .diagonals = diagonals, .fuse = fuse, .weigh = weigh,
    .phases = phases,
};

const DfScoreKernels *df_score_kernels(void)
{
#if defined(__x86_64__)
    if (df_cpu_level() >= DF_CPU_AVX512)
        return &df_score_kernels_avx512;
    if (df_cpu_level() >= DF_CPU_AVX2)
        return &df_score_kernels_avx2;
#endif
    return &df_score_kernels_c;
}
