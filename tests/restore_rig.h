/**
 * @file
 * Frames made by the overlay's equation from a picture that is known, filled by a fill that is made up, and restored.
 */
#ifndef DF_TESTS_RESTORE_RIG_H
#define DF_TESTS_RESTORE_RIG_H

#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "frame.h"
#include "overlay_rig.h"
#include "scratch.h"
#include "overlay/restore.h"

enum { WIDTH = 131, HEIGHT = 97 };

/** Noise of about a normal distribution. */
static inline float noise(unsigned *seed)
{
    float sum = 0;

    for (int i = 0; i < 12; i++)
        sum += (float)draw(seed, 4096) / 4096;
    return sum - 6;
}

/** A picture with detail of all sizes, in levels. */
static inline float scene(int plane, int x, int y)
{
    float u = (float)x, v = (float)y;

    return 120 + 10 * (float)plane + 40 * sinf(0.11f * u + 0.07f * v) + 20 * sinf(0.9f * u - 0.4f * v) +
           12 * sinf(1.7f * v + 0.5f * u);
}

static const DeepfillFormat yuv8 = { WIDTH, HEIGHT, DEEPFILL_YUV, 8, 1, 1, 0, 2 };

/** How a frame is made. */
typedef struct Shot {
    float factor;       /**< of the overlay's opacity */
    float fill_noise;   /**< sigma of what the fill is off by, pixel by pixel */
    float fill_offset;  /**< and everywhere */
    float seen_noise;   /**< sigma of the noise of y */
    int x;              /**< the camera's place */
    unsigned seed;
    DeepfillMask *mask; /**< other holes */
    int is_fading, wants_sources;
} Shot;

/** An overlay, a frame of it, and what is known of it. */
typedef struct Rig {
    DeepfillFormat format;
    DeepfillOverlay *overlay;
    DfOverlayPlanes *planes;
    DfOverlayState states[2];
    DfOverlayFrame frame;
    Picture truth, seen, fill, out;
    int number;
} Rig;

static inline Rig rig_new(DeepfillFormat format, DeepfillOverlay *overlay)
{
    Rig rig = { .format = format, .overlay = overlay };

    assert_int_equal(df_overlay_planes_create(&rig.planes, overlay, &format), 0);
    rig.truth = picture_new(format);
    rig.seen = picture_new(format);
    rig.fill = picture_new(format);
    rig.out = picture_new(format);
    memset(rig.seen.memory, 0, rig.seen.bytes);
    return rig;
}

static inline void rig_free(Rig *rig)
{
    df_overlay_frame_free(&rig->frame);
    df_overlay_state_free(&rig->states[0]);
    df_overlay_state_free(&rig->states[1]);
    df_overlay_planes_close(&rig->planes);
    deepfill_overlay_close(&rig->overlay);
    free(rig->truth.memory);
    free(rig->seen.memory);
    free(rig->fill.memory);
    free(rig->out.memory);
}

/** A plane's sample of the overlay, or -1 where it has none. */
static inline ptrdiff_t at_of(const DfOverlayPlane *plane, int x, int y)
{
    DfRect p = plane->place;

    if (!df_rect_contains(p, (DfRect){ x, y, x + 1, y + 1 }))
        return -1;
    ptrdiff_t at = (ptrdiff_t)(y - p.y0) * df_rect_width(p) + (x - p.x0);
    return plane->covered[at] ? at : -1;
}

static inline void store(Picture *p, int plane, int x, int y, float level)
{
    const DeepfillFormat *f = &p->image.format;
    float code = level * (float)(1 << (f->depth - 8));

    df_sample_store(p->image.data[plane] + y * p->image.stride[plane], x, df_sample_bytes(f),
                    (unsigned)(DF_CLAMP(code, 0, (float)((1 << f->depth) - 1)) + 0.5f));
}

/** Visit each sample of a picture. */
#define EACH_SAMPLE(f, p, x, y) \
    for (int p = 0; p < df_plane_count(f); p++) \
        for (int y = 0; y < df_plane_side((f)->height, df_plane_sub_y(f, p)); y++) \
            for (int x = 0; x < df_plane_side((f)->width, df_plane_sub_x(f, p)); x++)

static inline void shoot(Rig *rig, const Shot *shot)
{
    unsigned seed = shot->seed;

    EACH_SAMPLE(&rig->format, p, x, y) {
        const DfOverlayPlane *plane = &rig->planes->planes[p];
        ptrdiff_t at = at_of(plane, x, y);
        float truth = scene(p, x + (shot->x >> df_plane_sub_x(&rig->format, p)), y), opacity = 0, light = 0;
        if (at >= 0) {
            opacity = shot->factor * plane->opacity[at];
            light = shot->factor * plane->light[at];
        }
        store(&rig->truth, p, x, y, truth);
        store(&rig->seen, p, x, y, (1 - opacity) * truth + light + shot->seen_noise * noise(&seed));
        store(&rig->fill, p, x, y, truth + shot->fill_offset + shot->fill_noise * noise(&seed));
    }
}

/** Keep, fill what the overlay covers, restore. */
static inline int restore(Rig *rig, const Shot *shot)
{
    df_overlay_frame_free(&rig->frame);
    rig->frame = (DfOverlayFrame){ .planes = df_overlay_planes_ref(rig->planes),
                                   .place = df_overlay_place(rig->planes->planes[0].place, &rig->format),
                                   .mask = shot->mask ? deepfill_mask_ref(shot->mask) : NULL };
    memcpy(rig->out.memory, rig->seen.memory, rig->seen.bytes);
    int ret = df_overlay_keep(&rig->frame, &rig->out.image);
    if (ret < 0)
        return ret;
    EACH_SAMPLE(&rig->format, p, x, y)
        if (at_of(&rig->planes->planes[p], x, y) >= 0)
            df_sample_store(rig->out.image.data[p] + y * rig->out.image.stride[p], x, df_sample_bytes(&rig->format),
                            sample_of(&rig->fill, p, x, y));
    return df_overlay_restore(rig->states, &rig->frame, rig->number++, 0, &rig->out.image, shot->is_fading,
                              shot->wants_sources, &scratch);
}

static inline void run(Rig *rig, Shot shot)
{
    shoot(rig, &shot);
    assert_int_equal(restore(rig, &shot), 0);
    assert_null(rig->frame.memory);
    assert_true(df_arena_mark(&scratch).used == 0);
    /* Outside the overlay nothing is written. */
    EACH_SAMPLE(&rig->format, p, x, y)
        if (at_of(&rig->planes->planes[p], x, y) < 0 && sample_of(&rig->out, p, x, y) != sample_of(&rig->seen, p, x, y))
            fail_msg("plane %d: (%d, %d) is %u, was %u", p, x, y, sample_of(&rig->out, p, x, y),
                     sample_of(&rig->seen, p, x, y));
}

/** Root of the mean square by which a picture is off under the overlay, in levels. */
static inline double error_of(const Rig *rig, const Picture *picture, int plane)
{
    double sum = 0, count = 0, level = 1.0 / (1 << (rig->format.depth - 8));

    EACH_SAMPLE(&rig->format, p, x, y)
        if (p == plane && at_of(&rig->planes->planes[p], x, y) >= 0) {
            double d = level * ((double)sample_of(picture, p, x, y) - sample_of(&rig->truth, p, x, y));
            sum += d * d;
            count++;
        }
    return sqrt(sum / count);
}

static inline DeepfillOverlay *translucent(const DeepfillFormat *f, double alpha)
{
    return overlay_of_rect(f->width, f->height, (DfRect){ 31, 22, 108, 75 }, 1, alpha);
}

/** Strokes of four pixels, like letters. */
static inline DeepfillOverlay *letters(double alpha)
{
    Rgba p = rgba_new(90, 40);
    DeepfillOverlay *overlay = NULL;

    for (int y = 0; y < p.height; y++)
        for (int x = 0; x < p.width; x++)
            rgba_set(p, x, y, 1, 1, 1, x % 9 < 4 || (y % 18 < 4 && x % 27 < 18) ? alpha : 0);
    assert_int_equal(rgba_overlay(&overlay, p, WIDTH, HEIGHT, 21, 30), 0);
    free(p.samples);
    return overlay;
}

#endif
