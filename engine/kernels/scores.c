/**
 * @file
 * The attention's loops, plainly. Lanes are loops of a fixed length, which a compiler may make vectors of.
 */
#include "kernels/scores.h"

#include <math.h>
#include <string.h>

#include "base.h"

/* ----------------------------------------------------------------------------------- products -- */

enum { TILE_ROWS = 4, TILE_COLUMNS = 8 };

typedef float Four __attribute__((vector_size(16)));

static Four four_at(const float *from)
{
    Four v;
    memcpy(&v, from, sizeof v);
    return v;
}

/** Four rows and eight columns: 16 sums in the registers of the compiler's vectors of four floats. */
static void tile(float sums[TILE_ROWS][TILE_COLUMNS], const float *const rows[TILE_ROWS], const float *panel,
                 int width, int k)
{
    Four a0 = four_at(sums[0]), a1 = four_at(sums[1]), a2 = four_at(sums[2]), a3 = four_at(sums[3]);
    Four b0 = four_at(sums[0] + 4), b1 = four_at(sums[1] + 4), b2 = four_at(sums[2] + 4),
         b3 = four_at(sums[3] + 4);
    for (int l = 0; l < k; l++, panel += width) {
        Four a = four_at(panel), b = four_at(panel + 4);
        a0 += rows[0][l] * a;
        b0 += rows[0][l] * b;
        a1 += rows[1][l] * a;
        b1 += rows[1][l] * b;
        a2 += rows[2][l] * a;
        b2 += rows[2][l] * b;
        a3 += rows[3][l] * a;
        b3 += rows[3][l] * b;
    }
    Four all[TILE_ROWS][2] = { { a0, b0 }, { a1, b1 }, { a2, b2 }, { a3, b3 } };
    memcpy(sums, all, sizeof all);
}

static void product(float *const *out, int column, const float *const *rows, const float *panel, int m, int n,
                    int k, int add)
{
    for (int i = 0; i < m; i += TILE_ROWS)
        for (int j = 0; j < n; j += TILE_COLUMNS) {
            float sums[TILE_ROWS][TILE_COLUMNS] = { 0 };
            const float *tall[TILE_ROWS];
            size_t bytes = DF_MIN(n - j, TILE_COLUMNS) * sizeof(float);
            for (int r = 0; r < TILE_ROWS; r++)
                tall[r] = rows[DF_MIN(i + r, m - 1)]; /* beyond the last: that again */
            for (int r = 0; add && r < DF_MIN(m - i, TILE_ROWS); r++)
                memcpy(sums[r], out[i + r] + column + j, bytes);
            tile(sums, tall, panel + j, df_panel_width(n), k);
            for (int r = 0; r < DF_MIN(m - i, TILE_ROWS); r++)
                memcpy(out[i + r] + column + j, sums[r], bytes);
        }
}

/* ---------------------------------------------------------------------------------- diagonals -- */

/** The last three steps of some diagonals. */
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

/** Scores of step t, at key p. */
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

const DfScoreKernels df_scores_c = {
    .panel = DF_LANES, .product = product, .diagonals = diagonals, .fuse = fuse, .weigh = weigh,
    .phases = phases,
};
