/**
 * @file
 * Detail taken out, noise put in.
 */
#include "plane/grain.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "kernels/normal.h"

/* ----------------------------------------------------------------------- what is there -- */

/** The low-pass that detail is what is above of: [1 4 6 4 1] / 16 along x and y. */
static const float LOW[5] = { 1 / 16.0f, 4 / 16.0f, 6 / 16.0f, 4 / 16.0f, 1 / 16.0f };

/** The surroundings that the energy of detail is told from, on each side, in samples. */
#define AROUND 4

/** So much more than noise's energy is taken out: what varies about it would be left where it is above. */
#define OVER 1.2f

/** Covariance along an axis of noise of variance 1 with its low-pass, and variance of that. */
static void low_passed(float tap, float *with, float *of)
{
    float all[3] = { 1, 2 * tap / (1 + 2 * tap * tap), tap * tap / (1 + 2 * tap * tap) };

    *with = *of = 0;
    for (int i = -2; i <= 2; i++) {
        *with += LOW[i + 2] * all[i < 0 ? -i : i];
        for (int k = -2; k <= 2; k++) {
            int distance = i > k ? i - k : k - i;
            *of += distance < 3 ? LOW[i + 2] * LOW[k + 2] * all[distance] : 0;
        }
    }
}

/** The share of noise's variance that is detail. */
static float detail_share(const float tap[2])
{
    float with_x, of_x, with_y, of_y;

    low_passed(tap[0], &with_x, &of_x);
    low_passed(tap[1], &with_y, &of_y);
    return 1 - 2 * with_x * with_y + of_x * of_y;
}

/** One row's low-pass along x; edges are replicated. */
static void low_row(float *out, const float *row, int width)
{
    for (int x = 0; x < width; x++) {
        if (x >= 2 && x < width - 2) {
            out[x] = LOW[0] * (row[x - 2] + row[x + 2]) + LOW[1] * (row[x - 1] + row[x + 1]) + LOW[2] * row[x];
            continue;
        }
        out[x] = 0;
        for (int i = -2; i <= 2; i++)
            out[x] += LOW[i + 2] * row[DF_CLAMP(x + i, 0, width - 1)];
    }
}

/** Detail of a plane, and its low-pass along x. */
static void find_detail(DfPlane detail, DfPlane across, DfPlane colour)
{
    int last = colour.height - 1;

    for (int y = 0; y <= last; y++)
        low_row(df_plane_row(across, y), df_plane_row(colour, y), colour.width);
    for (int y = 0; y <= last; y++) {
        const float *rows[5], *here = df_plane_row(colour, y);
        float *out = df_plane_row(detail, y);
        for (int i = 0; i < 5; i++)
            rows[i] = df_plane_row(across, DF_CLAMP(y + i - 2, 0, last));
        for (int x = 0; x < colour.width; x++)
            out[x] = here[x] - (LOW[0] * (rows[0][x] + rows[4][x]) + LOW[1] * (rows[1][x] + rows[3][x]) +
                                LOW[2] * rows[2][x]);
    }
}

/** Mean squares of detail over the samples around each, along x and then y; sums slide. */
static void find_energy(DfPlane energy, DfPlane across, DfPlane detail, double *columns)
{
    int width = detail.width, height = detail.height;

    for (int y = 0; y < height; y++) {
        const float *row = df_plane_row(detail, y);
        float *out = df_plane_row(across, y);
        double sum = 0;
        for (int x = 0; x < DF_MIN(AROUND, width); x++)
            sum += row[x] * row[x];
        for (int x = 0; x < width; x++) {
            int in = x + AROUND, gone = x - AROUND - 1;
            sum += in < width ? row[in] * row[in] : 0;
            sum -= gone >= 0 ? row[gone] * row[gone] : 0;
            out[x] = (float)(sum / (DF_MIN(in, width - 1) - DF_MAX(gone, -1)));
        }
    }
    memset(columns, 0, (size_t)width * sizeof *columns);
    for (int y = -AROUND; y < height; y++) {
        int in = y + AROUND, gone = y - AROUND - 1;
        const float *more = in < height ? df_plane_row(across, in) : NULL;
        const float *less = gone >= 0 ? df_plane_row(across, gone) : NULL;
        float share = 1 / (float)(DF_MIN(in, height - 1) - DF_MAX(gone, -1));
        for (int x = 0; x < width; x++) {
            columns[x] += (more ? more[x] : 0) - (less ? less[x] : 0);
            if (y >= 0)
                df_plane_row(energy, y)[x] = (float)columns[x] * share;
        }
    }
}

/** Standard deviations by luma, in steps. */
#define LUMAS 256
typedef struct Strength {
    float sigma[LUMAS + 1], step;
} Strength;

static void tabulate(Strength *strength, const DfNoise *noise, float highest)
{
    for (int i = 0; i <= LUMAS; i++)
        strength->sigma[i] = df_noise_sigma(noise, (float)i / LUMAS);
    strength->step = LUMAS / highest;
}

/** The luma beside a row's samples. */
static const float *luma_row(const DfGrainPlane *p, int y)
{
    return df_plane_row(p->luma, DF_MIN(p->luma_y + (y << p->sub_y), p->luma.height - 1)) + p->luma_x;
}

static float sigma_at(const DfGrainPlane *p, const Strength *strength, const float *luma, int x)
{
    float at = luma[DF_MIN(x << p->sub_x, p->luma.width - 1 - p->luma_x)] * strength->step + 0.5f;

    return strength->sigma[(int)DF_CLAMP(at, 0, LUMAS)];
}

/** Take detail out of what is new, so much that noise would be gone and what is above it stays. */
static int take_out(const DfGrainPlane *p, const DfNoise *noise, const Strength *strength, DfArena *scratch)
{
    int width = p->colour.width, height = p->colour.height;
    DfPlane detail = df_plane_take(scratch, width, height), across = df_plane_take(scratch, width, height);
    DfPlane energy = df_plane_take(scratch, width, height);
    double *columns = df_arena_take(scratch, df_size_mul(width, sizeof *columns));
    float share = detail_share(noise->tap);

    if (!detail.data || !across.data || !energy.data || !columns)
        return -ENOMEM;
    find_detail(detail, across, p->colour);
    find_energy(energy, across, detail, columns);
    for (int y = 0; y < height; y++) {
        const uint8_t *classes = p->classes + (size_t)y * width;
        float *row = df_plane_row(p->colour, y);
        const float *luma = luma_row(p, y);
        for (int x = 0; x < width; x++) {
            if (classes[x] != DF_GRAIN_NEW)
                continue;
            float sigma = sigma_at(p, strength, luma, x);
            float of_noise = OVER * share * sigma * sigma, all = df_plane_row(energy, y)[x];
            float keep = all > of_noise ? sqrtf(1 - of_noise / all) : 0;
            row[x] -= (1 - keep) * df_plane_row(detail, y)[x];
        }
    }
    return 0;
}

/* ------------------------------------------------------------------------ what is put in -- */

/** White noise made into what a class lacks: through [tap, 1, tap] along x and y, times a factor. */
typedef struct Filter {
    float factor, tap[2];
} Filter;

/** What makes the variance 1. */
static float factor_of(const float tap[2])
{
    return 1 / sqrtf((1 + 2 * tap[0] * tap[0]) * (1 + 2 * tap[1] * tap[1]));
}

/** The least tap of what interpolation takes: fine detail above all. */
#define LEAST_TAP (-0.5f)

/** What noise has that its interpolation has not, by mean squares of second differences (noise.h). */
static Filter lacking(const float tap[2], float fraction_x, float fraction_y)
{
    DfNoiseAxis x = df_noise_axis(tap[0], 0), y = df_noise_axis(tap[1], 0);
    DfNoiseAxis left_x = df_noise_axis(tap[0], fraction_x), left_y = df_noise_axis(tap[1], fraction_y);
    float xx = x.q - left_x.q * left_y.variance, yy = y.q - left_x.variance * left_y.q;
    float xy = x.q * y.q - left_x.q * left_y.q;
    Filter f = { 0 };

    /* Smooth noise overshoots a little. */
    if (xx <= 0 || yy <= 0 || xy <= 1e-3f)
        return f;
    f.tap[0] = df_noise_tap(xy / yy, LEAST_TAP);
    f.tap[1] = df_noise_tap(xy / xx, LEAST_TAP);
    f.factor = factor_of(f.tap) * sqrtf(xy / (df_noise_axis(f.tap[0], 0).q * df_noise_axis(f.tap[1], 0).q));
    return f;
}

static void make_filters(Filter filters[DF_GRAIN_CLASSES], const float tap[2])
{
    for (int y = 0; y < DF_GRAIN_STEPS; y++)
        for (int x = 0; x < DF_GRAIN_STEPS; x++)
            filters[y * DF_GRAIN_STEPS + x] = lacking(tap, (float)x / 16, (float)y / 16);
    filters[DF_GRAIN_NEW] = (Filter){ factor_of(tap), { tap[0], tap[1] } };
}

/** Put noise into a row. @param white  the rows of white noise above, beside and below it, from x = -1 on */
static void put_row(const DfGrainPlane *p, const Strength *strength, const Filter *filters,
                    const float *const white[3], int y)
{
    const float *luma = luma_row(p, y);
    const uint8_t *classes = p->classes + (size_t)y * p->colour.width;
    float *row = df_plane_row(p->colour, y);

    for (int x = 0; x < p->colour.width; x++) {
        const Filter *f = &filters[classes[x]];
        if (f->factor == 0)
            continue;
        float sum[3];
        for (int i = 0; i < 3; i++)
            sum[i] = white[i][x + 1] + f->tap[0] * (white[i][x] + white[i][x + 2]);
        row[x] += f->factor * sigma_at(p, strength, luma, x) * (sum[1] + f->tap[1] * (sum[0] + sum[2]));
    }
}

static int put_in(const DfGrainPlane *p, const DfNoise *noise, const Strength *strength, DfArena *scratch)
{
    int n = p->colour.width + 2;
    float *memory = df_arena_take(scratch, df_size_mul(3 * (size_t)n, sizeof *memory));
    Filter filters[DF_GRAIN_CLASSES];

    if (!memory)
        return -ENOMEM;
    make_filters(filters, noise->tap);
    for (int y = -1; y <= p->colour.height; y++) {
        float *rows[3];
        for (int i = 0; i < 3; i++)
            rows[i] = memory + (size_t)n * ((y + 1 + i) % 3);
        df_normal_row(rows[2], df_hash(df_hash(p->seed) + (uint32_t)(p->y + y)), p->x - 1, n);
        if (y >= 1)
            put_row(p, strength, filters, (const float *const *)rows, y - 1);
    }
    return 0;
}

int df_grain_apply(const DfGrainPlane *p, const DfNoise *noise, DfArena *scratch)
{
    DfArenaMark mark = df_arena_mark(scratch);
    size_t samples = (size_t)p->colour.width * p->colour.height;
    Strength strength;
    int ret = 0;

    tabulate(&strength, noise, p->highest);
    if (memchr(p->classes, DF_GRAIN_NEW, samples))
        ret = take_out(p, noise, &strength, scratch);
    if (!ret)
        ret = put_in(p, noise, &strength, scratch);
    df_arena_reset(scratch, mark);
    return ret;
}
