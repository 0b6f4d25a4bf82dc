/**
 * @file
 * Overlays and logo data files made up for tests.
 */
#ifndef DF_TESTS_OVERLAY_RIG_H
#define DF_TESTS_OVERLAY_RIG_H

#include "picture.h"
#include "overlay/overlay.h"

/** A picture of red, green, blue and alpha, 16 bits each. */
typedef struct Rgba {
    int width, height;
    uint16_t *samples;
} Rgba;

static inline Rgba rgba_new(int width, int height)
{
    Rgba p = { width, height, calloc((size_t)width * height, 4 * sizeof *p.samples) };

    assert_non_null(p.samples);
    return p;
}

static inline uint16_t *rgba_at(Rgba p, int x, int y)
{
    return p.samples + 4 * ((size_t)y * p.width + x);
}

static inline void rgba_set(Rgba p, int x, int y, double red, double green, double blue, double alpha)
{
    const double values[4] = { red, green, blue, alpha };

    for (int i = 0; i < 4; i++)
        rgba_at(p, x, y)[i] = (uint16_t)(values[i] * 65535 + 0.5);
}

/** Random colours and opacities, among them none, those that do not count, and all. */
static inline Rgba rgba_random(int width, int height, unsigned seed)
{
    static const double alphas[] = { 0, 0.001, 0.0019, 0.0021, 0.01, 0.3, 0.5, 0.72, 0.949, 0.96, 1 };
    Rgba p = rgba_new(width, height);

    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            rgba_set(p, x, y, draw(&seed, 256) / 255.0, draw(&seed, 256) / 255.0, draw(&seed, 256) / 255.0,
                     alphas[draw(&seed, DF_COUNT(alphas))]);
    return p;
}

static inline int rgba_overlay(DeepfillOverlay **overlay, Rgba p, int frame_width, int frame_height, int x, int y)
{
    return deepfill_overlay_create(overlay, frame_width, frame_height, x, y, p.samples, 8 * (ptrdiff_t)p.width, p.width,
                                   p.height);
}

/** One colour and opacity in a rectangle of the frame. */
static inline DeepfillOverlay *overlay_of_rect(int frame_width, int frame_height, DfRect r, double grey, double alpha)
{
    Rgba p = rgba_new(df_rect_width(r), df_rect_height(r));
    DeepfillOverlay *overlay = NULL;

    for (int y = 0; y < p.height; y++)
        for (int x = 0; x < p.width; x++)
            rgba_set(p, x, y, grey, grey, grey, alpha);
    assert_int_equal(rgba_overlay(&overlay, p, frame_width, frame_height, r.x0, r.y0), 0);
    free(p.samples);
    return overlay;
}

/** A logo data file that is being written. */
typedef struct LgdFile {
    uint8_t bytes[1 << 16];
    size_t size;
} LgdFile;

static inline void lgd_int16(LgdFile *file, int value)
{
    assert_true(file->size + 2 <= sizeof file->bytes);
    file->bytes[file->size++] = (uint8_t)(value & 255);
    file->bytes[file->size++] = (uint8_t)(value >> 8 & 255);
}

/** @param version  the digit after "0." */
static inline void lgd_begin(LgdFile *file, int version, unsigned logos)
{
    *file = (LgdFile){ .size = 28 };
    snprintf((char *)file->bytes, 28, "<logo data file ver0.%d>", version);
    for (int shift = 24; shift >= 0; shift -= 8)
        file->bytes[file->size++] = (uint8_t)(logos >> shift);
}

/** The header of a logo. */
static inline void lgd_logo(LgdFile *file, int version, int x, int y, int width, int height)
{
    snprintf((char *)file->bytes + file->size, 32, "logo");
    file->size += version == 2 ? 256 : 32;
    lgd_int16(file, x);
    lgd_int16(file, y);
    lgd_int16(file, height);
    lgd_int16(file, width);
    for (int i = 0; i < 4; i++)
        lgd_int16(file, 0);
    file->size += version == 2 ? 240 : 0;
    assert_true(file->size <= sizeof file->bytes);
}

static inline void lgd_pixel(LgdFile *file, const int opacity[3], const int value[3])
{
    for (int p = 0; p < 3; p++) {
        lgd_int16(file, opacity[p]);
        lgd_int16(file, value[p]);
    }
}

#endif
