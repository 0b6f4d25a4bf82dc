/**
 * @file
 * Blocks around a hole, on a grid, and the noise that they come to.
 */
#include <errno.h>
#include <math.h>

#include "image/grain.h"

/** Distance of blocks from all that the fill may write, in pixels: compression smears a logo a little farther. */
#define CLEARANCE 6

/** Steps in which that is looked at: no hole is smaller. */
#define LOOK 3

/** How far around the hole noise is told from, in pixels. */
#define RING 96

/** Standard deviations, in levels of 8 bits: below the first there is no noise, from the second on all of it counts. */
#define NO_NOISE 0.7f
#define ALL_NOISE 1.1f

/** Evenness: up to the first it is no noise, from the second on it is. Where luma has none, chroma's is chance. */
#define UNEVEN 0.58f
#define EVEN 0.68f

static int is_written(const DeepfillMask *mask, int least, int x, int y)
{
    DfRect e = mask->extent;

    return x >= e.x0 && x < e.x1 && y >= e.y0 && y < e.y1 &&
           mask->weight[(size_t)(y - e.y0) * df_rect_width(e) + (x - e.x0)] >= least;
}

int df_noise_is_clear(const DeepfillMask *mask, int least, DfRect rect)
{
    DfRect near = df_rect_grow(rect, CLEARANCE);

    if (!mask || df_rect_empty(df_rect_clip(near, mask->extent)))
        return 1;
    for (int y = near.y0; y < near.y1 + LOOK; y += LOOK)
        for (int x = near.x0; x < near.x1 + LOOK; x += LOOK)
            if (is_written(mask, least, x, y))
                return 0;
    return 1;
}

/** Read a block, and take what it tells. */
static void look_at(DfNoiseBlock *block, const DfNoiseView *view, int plane)
{
    const DeepfillFormat *format = &view->format;
    int bytes = df_sample_bytes(format), luma = df_noise_luma(format, plane);
    int sx = df_plane_sub_x(format, plane) - df_plane_sub_x(format, luma);
    int sy = df_plane_sub_y(format, plane) - df_plane_sub_y(format, luma);
    int width = df_rect_width(view->place), height = df_rect_height(view->place), sum = 0;
    float samples[DF_NOISE_READ * DF_NOISE_READ];

    /* Of the luma every other sample will do. */
    for (int y = 0; y < DF_NOISE_READ; y++) {
        const uint8_t *row = view->planes.data[plane] + (block->y - 1 + y) * view->planes.stride[plane];
        const uint8_t *light = view->planes.data[luma] +
                               DF_MIN((block->y - 1 + y) << sy, height - 1) * view->planes.stride[luma];
        for (int x = 0; x < DF_NOISE_READ; x++)
            samples[y * DF_NOISE_READ + x] = (float)df_sample_load(row, block->x - 1 + x, bytes);
        for (int x = y % 2; x < DF_NOISE_READ; x += 2)
            sum += (int)df_sample_load(light, DF_MIN((block->x - 1 + x) << sx, width - 1), bytes);
    }
    df_noise_block(block, samples);
    block->luma = (float)sum / (float)(DF_NOISE_READ * DF_NOISE_READ / 2 * ((1 << format->depth) - 1));
}

int df_noise_blocks(const DfNoiseView *view, int plane, DfNoiseBlock *out, int most)
{
    int sx = df_plane_sub_x(&view->format, plane), sy = df_plane_sub_y(&view->format, plane), n = 0;
    int width = df_plane_side(df_rect_width(view->place), sx);
    int height = df_plane_side(df_rect_height(view->place), sy), step = DF_NOISE_READ;

    if (most < 1)
        return 0;
    while ((int64_t)(width / step + 1) * (height / step + 1) > most)
        step++;
    for (int y = 1; y + DF_NOISE_BLOCK < height; y += step) {
        for (int x = 1; x + DF_NOISE_BLOCK < width; x += step) {
            DfRect covered = { view->place.x0 + ((x - 1) << sx), view->place.y0 + ((y - 1) << sy),
                               view->place.x0 + ((x + DF_NOISE_BLOCK + 1) << sx),
                               view->place.y0 + ((y + DF_NOISE_BLOCK + 1) << sy) };
            if (!df_noise_is_clear(view->mask, view->least, covered) ||
                !df_noise_is_clear(view->keep_out, DF_WEIGHT_HOLE, covered))
                continue;
            out[n] = (DfNoiseBlock){ .x = x, .y = y, .fraction = { -1, -1 }, .gain = 1 };
            look_at(&out[n++], view, plane);
        }
    }
    return n;
}

/** The share of a plane's noise that counts, by its evenness. */
static float even_share(float evenness)
{
    return DF_CLAMP((evenness - UNEVEN) / (EVEN - UNEVEN), 0.0f, 1.0f);
}

/** The share of a variance that counts, by its strength. */
static float strong_share(float variance, const DeepfillFormat *format)
{
    float sigma = sqrtf(variance) * 255 / (float)((1 << format->depth) - 1);

    return DF_CLAMP((sigma - NO_NOISE) / (ALL_NOISE - NO_NOISE), 0.0f, 1.0f);
}

int df_noise_passes(const DfNoise *noise, const DeepfillFormat *format)
{
    for (int i = 0; i < DF_NOISE_LEVELS; i++)
        if (even_share(noise->evenness) * strong_share(noise->variance[i], format) > 0)
            return 1;
    return 0;
}

void df_noise_gate(DfFrameNoise *noise, const DeepfillFormat *format)
{
    for (int p = 0; p < df_plane_count(format); p++) {
        DfNoise *own = &noise->planes[p];
        float share = even_share(DF_MIN(own->evenness, noise->planes[0].evenness));
        for (int i = 0; i < DF_NOISE_LEVELS; i++)
            own->variance[i] *= share * strong_share(own->variance[i], format);
    }
}

int df_noise_measure(DfFrameNoise *noise, const DeepfillImage *image, const DeepfillMask *mask,
                     const DeepfillMask *keep_out, int least, DfArena *scratch)
{
    DfArenaMark mark = df_arena_mark(scratch);
    const DeepfillFormat *format = &image->format;
    DfNoiseBlock *blocks = df_arena_take(scratch, DF_NOISE_BLOCKS * sizeof *blocks);
    float *values = df_arena_take(scratch, DF_NOISE_BLOCKS * sizeof *values);
    DfRect r = mask->part_count ? mask->parts[0] : (DfRect){ 0 };
    DfNoiseView view = { .format = *format, .mask = mask, .least = least, .keep_out = keep_out };

    for (int i = 1; i < mask->part_count; i++)
        r = df_rect_union(r, mask->parts[i]);
    r = df_rect_grow(r, RING);
    *noise = (DfFrameNoise){ 0 };
    int ret = blocks && values ? 0 : -ENOMEM;
    view.place = (DfRect){ DF_MAX(r.x0, 0) & -(1 << format->sub_x), DF_MAX(r.y0, 0) & -(1 << format->sub_y),
                           DF_MIN(r.x1, format->width), DF_MIN(r.y1, format->height) };
    for (int p = 0; !ret && p < df_plane_count(format); p++) {
        DfNoise *own = &noise->planes[p];
        view.planes.stride[p] = image->stride[p];
        view.planes.data[p] = image->data[p] + (view.place.y0 >> df_plane_sub_y(format, p)) * image->stride[p] +
                              (ptrdiff_t)(view.place.x0 >> df_plane_sub_x(format, p)) * df_sample_bytes(format);
        noise->is_known |= df_noise_fit(own, blocks, df_noise_blocks(&view, p, blocks, DF_NOISE_BLOCKS), values);
        /* In one picture what is so smooth is texture. */
        if (own->tap[0] >= DF_NOISE_MOST_TAP || own->tap[1] >= DF_NOISE_MOST_TAP)
            own->evenness = 0;
        if (!df_noise_passes(&noise->planes[0], format))
            break;
    }
    df_noise_gate(noise, format);
    df_arena_reset(scratch, mark);
    return ret;
}
