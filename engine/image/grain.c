/**
 * @file
 * Grain put into a picture, some rows at a time.
 */
#include "image/grain.h"

#include <errno.h>
#include <string.h>

/** Luma rows that are done at once. BAND >> 2, of chroma at a quarter of the height, is at least DF_GRAIN_APRON. */
#define BAND 64

/** A band of one plane. */
typedef struct Band {
    DfRect rect;      /* with the apron, in the plane's samples of the frame */
    int y0, y1;       /* rows that are written */
    uint8_t *share;   /* of the fill, by sample */
    uint8_t *classes;
} Band;

/** A band's last rows before it was written: the next band's apron. */
typedef struct Above {
    int is_set; /* 0: the picture still has them, as the band before wrote nothing */
    DfPlane rows;
} Above;

/** Restore a band's upper apron, then keep the rows that are the next band's. @param colour  the band with its apron */
static void exchange_above(Above *above, const Band *band, DfPlane colour)
{
    int apron = band->y0 - band->rect.y0, kept = above->rows.height, last = band->y1 - band->rect.y0 - kept;
    size_t bytes = (size_t)colour.width * sizeof(float);

    for (int y = 0; above->is_set && y < apron; y++)
        memcpy(df_plane_row(colour, y), df_plane_row(above->rows, kept - apron + y), bytes);
    for (int y = 0; last >= 0 && y < kept; y++)
        memcpy(df_plane_row(above->rows, y), df_plane_row(colour, last + y), bytes);
    above->is_set = 1;
}

static void load_plane(DfPlane out, const DeepfillImage *image, int plane, DfRect r)
{
    int bytes = df_sample_bytes(&image->format);

    for (int y = r.y0; y < r.y1; y++) {
        const uint8_t *row = image->data[plane] + y * image->stride[plane];
        float *to = df_plane_row(out, y - r.y0);
        for (int x = r.x0; x < r.x1; x++)
            to[x - r.x0] = (float)df_sample_load(row, x, bytes);
    }
}

/** What the fill has all of is made anew; what the feather mixes keeps the noise that it has. @return 1: any */
static int classify(const Band *band, const DeepfillMask *mask, int sx, int sy)
{
    DfRect r = band->rect;
    int width = df_rect_width(r), any = 0;

    for (int y = r.y0; y < r.y1; y++) {
        uint8_t *share = band->share + (size_t)(y - r.y0) * width;
        uint8_t *classes = band->classes + (size_t)(y - r.y0) * width;
        any |= df_mask_opacities(mask, y, r.x0, r.x1, sx, sy, share) && y >= band->y0 && y < band->y1;
        for (int x = 0; x < width; x++)
            classes[x] = share[x] ? DF_GRAIN_NEW : DF_GRAIN_NOTHING;
    }
    return any;
}

static void store_band(const Band *band, const DeepfillImage *image, int plane, DfPlane colour)
{
    int bytes = df_sample_bytes(&image->format), width = df_rect_width(band->rect);
    float highest = (float)((1 << image->format.depth) - 1);

    for (int y = band->y0; y < band->y1; y++) {
        const float *from = df_plane_row(colour, y - band->rect.y0);
        const uint8_t *share = band->share + (size_t)(y - band->rect.y0) * width;
        uint8_t *row = image->data[plane] + y * image->stride[plane];
        for (int i = 0; i < width; i++) {
            int x = band->rect.x0 + i;
            if (!share[i])
                continue;
            float was = (float)df_sample_load(row, x, bytes);
            float now = was + (from[i] - was) * (float)share[i] / 255;
            df_sample_store(row, x, bytes, (unsigned)(DF_CLAMP(now, 0, highest) + 0.5f));
        }
    }
}

/** One plane of the luma rows y0 .. y1 - 1. */
static int do_band(const DeepfillImage *image, const DeepfillMask *mask, int plane, int y0, int y1, Above *above,
                   const DfNoise *noise, uint32_t seed, DfArena *scratch)
{
    const DeepfillFormat *format = &image->format;
    int sx = df_plane_sub_x(format, plane), sy = df_plane_sub_y(format, plane), of = df_noise_luma(format, plane);
    int width = df_plane_side(format->width, sx), height = df_plane_side(format->height, sy);
    DfRect r = { mask->extent.x0 >> sx, y0 >> sy, df_plane_side(mask->extent.x1, sx), df_plane_side(y1, sy) };
    Band band = { .rect = df_rect_clip(df_rect_grow(r, DF_GRAIN_APRON), (DfRect){ 0, 0, width, height }),
                  .y0 = r.y0, .y1 = r.y1 };
    size_t samples = df_rect_area(band.rect);
    DfRect beside = { band.rect.x0 << sx, band.rect.y0 << sy, DF_MIN(band.rect.x1 << sx, format->width),
                      DF_MIN(band.rect.y1 << sy, format->height) };
    DfPlane colour = df_plane_take(scratch, df_rect_width(band.rect), df_rect_height(band.rect)), luma = colour;

    band.share = df_arena_take(scratch, samples);
    band.classes = df_arena_take(scratch, samples);
    if (of != plane)
        luma = df_plane_take(scratch, df_rect_width(beside), df_rect_height(beside));
    if (!colour.data || !luma.data || !band.share || !band.classes)
        return -ENOMEM;
    if (!classify(&band, mask, sx, sy)) {
        above->is_set = 0;
        return 0;
    }
    load_plane(colour, image, plane, band.rect);
    exchange_above(above, &band, colour);
    if (of != plane)
        load_plane(luma, image, of, beside);
    DfGrainPlane grain = {
        .colour = colour, .x = band.rect.x0, .y = band.rect.y0, .classes = band.classes, .luma = luma,
        .sub_x = sx, .sub_y = sy, .highest = (float)((1 << format->depth) - 1), .seed = df_hash(seed + plane),
    };
    if (df_grain_apply(&grain, noise, scratch) < 0)
        return -ENOMEM;
    store_band(&band, image, plane, colour);
    return 0;
}

int df_grain_image(const DeepfillImage *image, const DeepfillMask *mask, const DfFrameNoise *noise, uint32_t seed,
                   DfArena *scratch)
{
    DfArenaMark before = df_arena_mark(scratch);
    DfRect e = mask->extent;
    Above above = { 0, df_plane_take(scratch, df_rect_width(e) + 2 * DF_GRAIN_APRON, DF_GRAIN_APRON) };
    DfArenaMark mark = df_arena_mark(scratch);
    int ret = above.rows.data ? 0 : -ENOMEM;

    /* Chroma first: its noise goes by the luma as it was. */
    for (int p = df_plane_count(&image->format) - 1; p >= 0; p--) {
        above.is_set = 0;
        for (int y = e.y0 / BAND * BAND; !ret && y < e.y1 && df_noise_is_any(&noise->planes[p]); y += BAND) {
            ret = do_band(image, mask, p, y, DF_MIN(y + BAND, image->format.height), &above, &noise->planes[p], seed,
                          scratch);
            df_arena_reset(scratch, mark);
        }
    }
    df_arena_reset(scratch, before);
    return ret;
}

/** Samples of the seed's rows are this far apart. */
#define SEED_STEP 3

static uint32_t seed_of(const DeepfillImage *image, const DeepfillMask *mask)
{
    const DeepfillFormat *format = &image->format;
    int rows[] = { DF_MAX(mask->extent.y0 - 2, 0), DF_MIN(mask->extent.y1 + 1, format->height - 1) };
    uint32_t seed = 0;

    for (size_t i = 0; i < DF_COUNT(rows); i++) {
        const uint8_t *row = image->data[0] + rows[i] * image->stride[0];
        for (int x = 0; x < format->width; x += SEED_STEP)
            if (!df_mask_hole(mask, x, rows[i]))
                seed = df_hash(seed + df_sample_load(row, x, df_sample_bytes(format)));
    }
    return seed;
}

int df_grain_picture(const DeepfillImage *image, const DeepfillMask *mask, const DeepfillMask *keep_out,
                     DfArena *scratch)
{
    DfFrameNoise noise;
    int ret = df_noise_measure(&noise, image, mask, keep_out, 1, scratch);

    return ret < 0 ? ret : df_grain_image(image, mask, &noise, seed_of(image, mask), scratch);
}
