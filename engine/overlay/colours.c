/**
 * @file
 * Colours by a search for each one's luma, with chroma and opacity by least squares.
 *
 * All lines y = (1 - a) x + a c of one colour pass through (c, c), whatever the opacity: that is what tells the
 * colour. Colours are added as long as another one explains more.
 */
#include "overlay/colours.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base.h"

/* What another colour has to explain, in units of the noise a pixel; and how much it differs from others, in levels. */
#define GAIN .05f
#define APART 20.f
/* Rounds of assigning blocks to colours and finding these anew. */
#define ROUNDS 4
/* Blocks that a colour has at least. */
#define LEAST_BLOCKS 4
/* Weight of gray, against blocks that tell nothing. */
#define GRAY 1e-2f
/* Blocks that are looked at in the search; of more, every n-th. */
#define BLOCKS_MOST 6000

/** A search. */
typedef struct Search {
    const DfSums *sums;
    float low[3], high[3]; /* of colours, by plane */
    int *blocks;           /* those with a hole, or every n-th of them */
    int count;
    int pixels;            /* of the hole in these */
    float *left;           /* by block: what is left with the best colour so far */
} Search;

/* ------------------------------------------------------------------------------------- opacity -- */

float df_colours_solve(const DfSums *sums, int block, const float colour[3], float opacity[4])
{
    int half = sums->width / 2, x = block % half * 2, y = block / half * 2;
    DfNormal luma[4], chroma[2] = { { 0 } };
    int inside[4];
    float left = 0, sum = 0, square = 0;
    for (int i = 0; i < 4; i++) {
        size_t at = (size_t)(y + i / 2) * sums->width + x + i % 2;
        const DfMoments *m = &sums->moments[0][at];
        inside[i] = sums->hole[at];
        luma[i] = df_normal(m, colour[0], m->noise);
        opacity[i] = inside[i] ? DF_CLAMP(luma[i].b / fmaxf(luma[i].c, 1e-3f), 0, 1) : 0;
        sum += opacity[i];
        square += opacity[i] * opacity[i];
    }
    /* A chroma sample is no exact mean of four: where opacity varies it says less. */
    float spread = fmaxf(square / 4 - sum * sum / 16, 0);
    for (int p = 1; p < sums->planes; p++) {
        const DfMoments *m = &sums->moments[p][block];
        float away = colour[p] - m->x;
        chroma[p - 1] = df_normal(m, colour[p], m->noise + spread * away * away);
    }
    float b = (chroma[0].b + chroma[1].b) / 4, c = (chroma[0].c + chroma[1].c) / 16;
    for (int round = 0; round < (sums->planes > 1 ? 3 : 0); round++)
        for (int i = 0; i < 4; i++) {
            float others = sum - opacity[i];
            float next = inside[i] ? (luma[i].b + b - c * others) / fmaxf(luma[i].c + c, 1e-3f) : 0;
            opacity[i] = DF_CLAMP(next, 0, 1);
            sum = others + opacity[i];
        }
    for (int i = 0; i < 4; i++)
        if (inside[i])
            left += luma[i].a - 2 * opacity[i] * luma[i].b + opacity[i] * opacity[i] * luma[i].c;
    return left + chroma[0].a + chroma[1].a - 2 * sum * b + sum * sum * c;
}

/* -------------------------------------------------------------------------------------- chroma -- */

/** Chroma of one luma, by least squares over the search's blocks with `mask`, given opacities; all: NULL. */
static void fit_chroma(const Search *search, const uint8_t *mask, float colour[3])
{
    const DfSums *sums = search->sums;
    float up[2] = { GRAY * 128, GRAY * 128 }, down[2] = { GRAY, GRAY };
    for (int k = 0; k < search->count; k++) {
        float opacity[4];
        int block = search->blocks[k];
        if (mask && !mask[k])
            continue;
        df_colours_solve(sums, block, colour, opacity);
        float mean = (opacity[0] + opacity[1] + opacity[2] + opacity[3]) / 4;
        for (int p = 1; p < sums->planes; p++) {
            const DfMoments *m = &sums->moments[p][block];
            up[p - 1] += mean * (m->y - m->x * (1 - mean)) / m->noise;
            down[p - 1] += mean * mean / m->noise;
        }
    }
    for (int p = 1; p < sums->planes; p++)
        colour[p] = DF_CLAMP(up[p - 1] / down[p - 1], search->low[p], search->high[p]);
}

/** What a colour leaves, over blocks with `mask`. */
static float left_of(const Search *search, const uint8_t *mask, const float colour[3])
{
    float sum = 0, opacity[4];
    for (int k = 0; k < search->count; k++)
        if (!mask || mask[k])
            sum += df_colours_solve(search->sums, search->blocks[k], colour, opacity);
    return sum;
}

/** The best colour of blocks with `mask`, with lumas of a range. */
static void scan(const Search *search, const uint8_t *mask, float colour[3], float from, float to, float step)
{
    float best = INFINITY, found[3];
    for (float luma = fmaxf(from, search->low[0]); luma <= fminf(to, search->high[0]); luma += step) {
        float next[3] = { luma, colour[1], colour[2] };
        fit_chroma(search, mask, next);
        fit_chroma(search, mask, next);
        float left = left_of(search, mask, next);
        if (left < best) {
            best = left;
            memcpy(found, next, sizeof found);
        }
    }
    if (best < INFINITY)
        memcpy(colour, found, sizeof found);
}

/* ------------------------------------------------------------------------------------- colours -- */

/** Mark the blocks that a colour explains better than what is at hand. @return how much better in all */
static float gain_of(const Search *search, const float colour[3], uint8_t *mask)
{
    float sum = 0, opacity[4];
    for (int k = 0; k < search->count; k++) {
        float gain = search->left[k] - df_colours_solve(search->sums, search->blocks[k], colour, opacity);
        mask[k] = gain > 0;
        sum += fmaxf(gain, 0);
    }
    return sum;
}

/** The colour that explains most of what is left. */
static void next_colour(const Search *search, float colour[3], uint8_t *mask)
{
    float best = -1, step = (search->high[0] - search->low[0]) / 20;
    for (int i = 0; i <= 20; i++) {
        float next[3] = { search->low[0] + i * step, 128, 128 };
        for (int round = 0; round < 3; round++) {
            gain_of(search, next, mask);
            fit_chroma(search, mask, next);
        }
        float gain = gain_of(search, next, mask);
        if (gain > best) {
            best = gain;
            memcpy(colour, next, sizeof next);
        }
    }
}

/** The colour that explains a block best. */
static int best_of(const DfSums *sums, int block, float colours[][3], int count, float *left, float opacity[4])
{
    int best = 0;
    float other[4];
    *left = df_colours_solve(sums, block, colours[0], opacity);
    for (int i = 1; i < count; i++) {
        float next = df_colours_solve(sums, block, colours[i], other);
        if (next < *left) {
            *left = next;
            best = i;
            memcpy(opacity, other, sizeof other);
        }
    }
    return best;
}

/** Find colours anew, each from the blocks that it explains best. @return what all of them leave, a pixel */
static float refine(const Search *search, float colours[][3], int count, uint8_t *which, uint8_t *mask, float *left)
{
    float sum = 0, opacity[4];
    for (int round = 0; round <= ROUNDS; round++) {
        sum = 0;
        for (int k = 0; k < search->count; k++) {
            which[k] = best_of(search->sums, search->blocks[k], colours, count, &left[k], opacity);
            sum += left[k];
        }
        for (int i = 0; i < count && round < ROUNDS; i++) {
            int blocks = 0;
            for (int k = 0; k < search->count; k++)
                blocks += mask[k] = which[k] == i;
            float reach = round < 2 ? 12 : 3;
            if (blocks >= LEAST_BLOCKS)
                scan(search, mask, colours[i], colours[i][0] - reach, colours[i][0] + reach, reach / 3);
        }
    }
    return sum / search->pixels;
}

/** Least difference of two of the colours, in the plane where they differ most. */
static float apart(float colours[][3], int count)
{
    float least = INFINITY;
    for (int i = 0; i < count; i++)
        for (int j = 0; j < i; j++) {
            float most = 0;
            for (int p = 0; p < 3; p++)
                most = fmaxf(most, fabsf(colours[i][p] - colours[j][p]));
            least = fminf(least, most);
        }
    return least;
}

static void search_colours(DfColours *colours, Search *search, uint8_t *which, uint8_t *mask, float *left)
{
    const float gray[3] = { 128, 128, 128 };
    float at_hand = INFINITY;
    while (colours->count < DF_COLOURS_MOST) {
        float trial[DF_COLOURS_MOST][3];
        memcpy(trial, colours->colours, sizeof trial);
        if (colours->count) {
            next_colour(search, trial[colours->count], mask);
        } else {
            memcpy(trial[0], gray, sizeof gray);
            scan(search, NULL, trial[0], search->low[0], search->high[0], (search->high[0] - search->low[0]) / 36);
        }
        float now = refine(search, trial, colours->count + 1, which, mask, left);
        if (colours->count && (at_hand - now < GAIN || apart(trial, colours->count + 1) < APART))
            return;
        memcpy(colours->colours, trial, sizeof trial);
        memcpy(search->left, left, search->count * sizeof *left);
        at_hand = now;
        colours->count++;
    }
}

/** List the blocks with a hole, or every n-th. @return 0 or -ENOMEM */
static int list_blocks(Search *search)
{
    const DfSums *sums = search->sums;
    int half = sums->width / 2, all = half * (sums->height / 2), holes = 0, step;
    search->blocks = df_alloc(df_size_mul(DF_MAX(all, 1), sizeof(int)));
    if (!search->blocks)
        return -ENOMEM;
    for (int pass = 0; pass < 2; pass++) {
        step = pass ? DF_MAX(holes / BLOCKS_MOST, 1) : 1;
        holes = 0;
        search->count = 0;
        for (int i = 0; i < all; i++) {
            const uint8_t *at = sums->hole + (size_t)(i / half) * 2 * sums->width + i % half * 2;
            int inside = !!at[0] + !!at[1] + !!at[sums->width] + !!at[sums->width + 1];
            if (!inside || holes++ % step)
                continue;
            search->blocks[search->count++] = i;
            search->pixels += pass ? inside : 0;
        }
    }
    return 0;
}

static int open_colours(DfColours *colours, const DfSums *sums)
{
    size_t luma = (size_t)sums->width * sums->height;
    *colours = (DfColours){ .width = sums->width, .height = sums->height };
    for (int i = 0; i < DF_COLOURS_MOST; i++)
        for (int p = 0; p < 3; p++)
            colours->colours[i][p] = 128;
    colours->which = df_alloc(luma / 4);
    colours->opacity = df_alloc(luma * sizeof(float));
    return colours->which && colours->opacity ? 0 : -ENOMEM;
}

/** The opacity of every pixel, with the colour that explains its block best. */
static void take_opacity(DfColours *colours, const DfSums *sums)
{
    int half = sums->width / 2, blocks = half * (sums->height / 2);
    for (int i = 0; i < blocks; i++) {
        float opacity[4], left;
        colours->which[i] = best_of(sums, i, colours->colours, colours->count, &left, opacity);
        for (int k = 0; k < 4; k++)
            colours->opacity[(size_t)(i / half * 2 + k / 2) * sums->width + i % half * 2 + k % 2] = opacity[k];
    }
}

int df_colours_find(DfColours *colours, const DfSums *sums, int full_range)
{
    Search search = { .sums = sums, .low = { 16, 16, 16 }, .high = { 235, 240, 240 } };
    if (full_range)
        search = (Search){ .sums = sums, .low = { 0, 0, 0 }, .high = { 255, 255, 255 } };
    int ret = open_colours(colours, sums);
    if (!ret)
        ret = list_blocks(&search);
    size_t count = DF_MAX(search.count, 1);
    uint8_t *which = df_alloc(count), *mask = df_alloc(count);
    float *left = df_alloc(count * sizeof *left);
    search.left = df_alloc(count * sizeof *left);
    if (!which || !mask || !left || !search.left)
        ret = -ENOMEM;
    if (!ret && search.count) {
        search_colours(colours, &search, which, mask, left);
        take_opacity(colours, sums);
    }
    df_free(which);
    df_free(mask);
    df_free(left);
    df_free(search.left);
    df_free(search.blocks);
    return ret;
}

void df_colours_free(DfColours *colours)
{
    df_free(colours->which);
    df_free(colours->opacity);
    *colours = (DfColours){ 0 };
}
