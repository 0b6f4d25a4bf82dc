/**
 * @file
 * Detail taken out, noise put in.
 */
#include "plane/grain.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* ----------------------------------------------------------------------- what is there -- */

/** The low-pass that detail is what is above of: [1 4 6 4 1] / 16 along x and y. */
static const float LOW[5] = { 1 / 16.0f, 4 / 16.0f, 6 / 16.0f, 4 / 16.0f, 1 / 16.0f };

/** Samples on each side over which the energy of detail is averaged; the low-pass reaches 2 farther. */
#define AROUND (DF_GRAIN_APRON - 2)

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

static float low_at(const float *row, int x, int width)
{
    float sum = 0;

    for (int i = -2; i <= 2; i++)
        sum += LOW[i + 2] * row[DF_CLAMP(x + i, 0, width - 1)];
    return sum;
}

/** One row's low-pass along x; edges are replicated. */
static void low_row(float *restrict out, const float *restrict row, int width)
{
    for (int x = 0; x < DF_MIN(2, width); x++)
        out[x] = low_at(row, x, width);
    for (int x = 2; x < width - 2; x++)
        out[x] = LOW[0] * (row[x - 2] + row[x + 2]) + LOW[1] * (row[x - 1] + row[x + 1]) + LOW[2] * row[x];
    for (int x = DF_MAX(width - 2, 2); x < width; x++)
        out[x] = low_at(row, x, width);
}

/** Detail of a plane. @param across  for its low-pass along x */
static void find_detail(DfPlane detail, DfPlane across, DfPlane colour)
{
    int last = colour.height - 1;

    for (int y = 0; y <= last; y++)
        low_row(df_plane_row(across, y), df_plane_row(colour, y), colour.width);
    for (int y = 0; y <= last; y++) {
        const float *rows[5], *here = df_plane_row(colour, y);
        float *restrict out = df_plane_row(detail, y);
        for (int i = 0; i < 5; i++)
            rows[i] = df_plane_row(across, DF_CLAMP(y + i - 2, 0, last));
        for (int x = 0; x < colour.width; x++)
            out[x] = here[x] - (LOW[0] * (rows[0][x] + rows[4][x]) + LOW[1] * (rows[1][x] + rows[3][x]) +
                                LOW[2] * rows[2][x]);
    }
}

static void add_squares(float *restrict sums, const float *restrict row, int n)
{
    for (int x = 0; x < n; x++)
        sums[x] += row[x] * row[x];
}

/** Sums of 2 AROUND + 1 neighbours each. @param sums  begin AROUND before the first; overwritten */
static void add_neighbours(float *restrict out, float *restrict sums, int n)
{
    for (int x = 0; x < n; x++)
        out[x] = sums[x + 2 * AROUND];
    for (int step = 1; step < 2 * AROUND; step *= 2)
        for (int x = 0; x < n + 2 * AROUND - step; x++)
            sums[x] += sums[x + step];
    for (int x = 0; x < n; x++)
        out[x] += sums[x];
}

/**
 * Mean squares of detail over the samples around each. Sums begin anew in each row: the rounding of running sums would
 * depend on the row that they began in.
 *
 * @param sums  room for a row and AROUND on each side of it
 */
static void find_energy(DfPlane energy, DfPlane detail, float *sums)
{
    int width = detail.width, height = detail.height;

    for (int y = 0; y < height; y++) {
        int first = DF_MAX(y - AROUND, 0), last = DF_MIN(y + AROUND, height - 1);
        float *out = df_plane_row(energy, y), rows = (float)(last - first + 1);
        memset(sums, 0, ((size_t)width + 2 * AROUND) * sizeof *sums);
        for (int v = first; v <= last; v++)
            add_squares(sums + AROUND, df_plane_row(detail, v), width);
        add_neighbours(out, sums, width);
        for (int x = 0; x < width; x++)
            out[x] /= rows * (float)(DF_MIN(x + AROUND, width - 1) - DF_MAX(x - AROUND - 1, -1));
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

/** The smallest rectangle around what is new, with what its detail and energy are told from. */
static DfRect find_new(const DfGrainPlane *p)
{
    int width = p->colour.width;
    DfRect found = { width, p->colour.height, 0, 0 };

    for (int y = 0; y < p->colour.height; y++) {
        const uint8_t *row = p->classes + (size_t)y * width, *first = memchr(row, DF_GRAIN_NEW, width);
        int last = width;
        if (!first)
            continue;
        while (row[last - 1] != DF_GRAIN_NEW)
            last--;
        found = (DfRect){ DF_MIN(found.x0, (int)(first - row)), DF_MIN(found.y0, y), DF_MAX(found.x1, last), y + 1 };
    }
    return df_rect_empty(found) ? found : df_rect_clip(df_rect_grow(found, DF_GRAIN_APRON),
                                                       (DfRect){ 0, 0, width, p->colour.height });
}

/** Leave of a row's detail the share of its energy that is above noise. */
static void take_out_row(float *restrict row, const float *restrict detail, const float *restrict energy,
                         const float *restrict of_noise, int n)
{
    for (int x = 0; x < n; x++) {
        float above = 1 - of_noise[x] / (energy[x] + 1e-6f);
        row[x] -= (1 - sqrtf(above > 0 ? above : 0)) * detail[x];
    }
}

/** Take detail out of what is new, so much that noise would be gone and what is above it stays. */
static int take_out(const DfGrainPlane *p, DfRect r, const float tap[2], const Strength *strength, DfArena *scratch)
{
    int width = df_rect_width(r), height = df_rect_height(r);
    DfPlane colour = { df_plane_row(p->colour, r.y0) + r.x0, width, height, p->colour.row_floats };
    DfPlane detail = df_plane_take(scratch, width, height), energy = df_plane_take(scratch, width, height);
    float *sums = df_arena_take(scratch, df_size_mul((size_t)width + 2 * AROUND, sizeof *sums));
    float *of_noise = sums, share = OVER * detail_share(tap);

    if (!detail.data || !energy.data || !sums)
        return -ENOMEM;
    find_detail(detail, energy, colour);
    find_energy(energy, detail, sums);
    for (int y = 0; y < height; y++) {
        const uint8_t *classes = p->classes + (size_t)(r.y0 + y) * p->colour.width + r.x0;
        const float *luma = luma_row(p, r.y0 + y);
        for (int x = 0; x < width; x++) {
            float sigma = classes[x] == DF_GRAIN_NEW ? sigma_at(p, strength, luma, r.x0 + x) : 0;
            of_noise[x] = share * sigma * sigma;
        }
        take_out_row(df_plane_row(colour, y), df_plane_row(detail, y), df_plane_row(energy, y), of_noise, width);
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
static Filter lacking(DfNoiseAxis x, DfNoiseAxis y, DfNoiseAxis left_x, DfNoiseAxis left_y)
{
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
    DfNoiseAxis left_x[DF_GRAIN_STEPS], left_y[DF_GRAIN_STEPS];

    for (int i = 0; i < DF_GRAIN_STEPS; i++) {
        left_x[i] = df_noise_axis(tap[0], (float)i / 16);
        left_y[i] = df_noise_axis(tap[1], (float)i / 16);
    }
    for (int i = 0; i < DF_GRAIN_NEW; i++)
        filters[i] = lacking(left_x[0], left_y[0], left_x[i % DF_GRAIN_STEPS], left_y[i / DF_GRAIN_STEPS]);
    filters[DF_GRAIN_NEW] = (Filter){ factor_of(tap), { tap[0], tap[1] } };
}

/** White noise through [tap, 1, tap] along x and y. @param white  its rows above, beside and below, from x = -1 on */
static void filter_run(float *restrict out, const Filter *f, const float *const white[3], int x, int n)
{
    const float *restrict above = white[0] + x, *restrict here = white[1] + x, *restrict below = white[2] + x;
    float side = f->tap[0], up = f->tap[1];

    for (int i = 0; i < n; i++) {
        float middle = here[i + 1] + side * (here[i] + here[i + 2]);
        float others = above[i + 1] + below[i + 1] + side * (above[i] + above[i + 2] + below[i] + below[i + 2]);
        out[i] = f->factor * (middle + up * others);
    }
}

/** Put noise into a row, run by run of one class. */
static void put_row(const DfGrainPlane *p, const Strength *strength, const Filter *filters,
                    const float *const white[3], float *noise, int y)
{
    const uint8_t *classes = p->classes + (size_t)y * p->colour.width;
    float *row = df_plane_row(p->colour, y);
    const float *luma = luma_row(p, y);

    for (int x = 0, to; x < p->colour.width; x = to) {
        const Filter *f = &filters[classes[x]];
        for (to = x + 1; to < p->colour.width && classes[to] == classes[x]; to++)
            ;
        if (f->factor == 0)
            continue;
        filter_run(noise, f, white, x, to - x);
        for (int i = x; i < to; i++)
            row[i] += noise[i - x] * sigma_at(p, strength, luma, i);
    }
}

static int put_in(const DfGrainPlane *p, const float tap[2], const Strength *strength, DfArena *scratch)
{
    int n = p->colour.width + 2;
    float *memory = df_arena_take(scratch, df_size_mul(4 * (size_t)n, sizeof *memory));
    Filter filters[DF_GRAIN_CLASSES];

    if (!memory)
        return -ENOMEM;
    make_filters(filters, tap);
    for (int y = -1; y <= p->colour.height; y++) {
        float *rows[3];
        for (int i = 0; i < 3; i++)
            rows[i] = memory + (size_t)n * ((y + 1 + i) % 3);
        df_normal_row(rows[2], df_hash(df_hash(p->seed) + (uint32_t)(p->y + y)), p->x - 1, n);
        if (y >= 1)
            put_row(p, strength, filters, (const float *const *)rows, memory + 3 * (size_t)n, y - 1);
    }
    return 0;
}

int df_grain_apply(const DfGrainPlane *p, const DfNoise *noise, DfArena *scratch)
{
    DfArenaMark mark = df_arena_mark(scratch);
    DfRect renewed = find_new(p);
    Strength strength;
    int ret = 0;

    tabulate(&strength, noise, p->highest);
    if (!df_rect_empty(renewed))
        ret = take_out(p, renewed, noise->tap, &strength, scratch);
    if (!ret)
        ret = put_in(p, noise->tap, &strength, scratch);
    df_arena_reset(scratch, mark);
    return ret;
}
