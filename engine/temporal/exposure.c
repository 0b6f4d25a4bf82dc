/**
 * @file
 * Exposure as a median: what moves or is coded badly around the hole is not asked.
 */
#include "temporal/exposure.h"

#include <math.h>

/**
 * The ring's distances from the hole, in pixels: beyond what the hole smears into, and near enough to matter.
 */
#define RING_FROM 8
#define RING_TO 32

static float texel(const DfTexture *t, int x, int y)
{
    const uint8_t *row = t->data + y * t->stride;

    return (float)df_sample_load(row, x, t->bytes);
}

/** Bilinear: the median forgives what it smooths. */
static float between(const DfTexture *t, float x, float y)
{
    int x0 = DF_CLAMP((int)x, 0, DF_MAX(t->width - 2, 0)), y0 = DF_CLAMP((int)y, 0, DF_MAX(t->height - 2, 0));
    int x1 = DF_MIN(x0 + 1, t->width - 1), y1 = DF_MIN(y0 + 1, t->height - 1);
    float fx = x - (float)x0, fy = y - (float)y0;
    float above = texel(t, x0, y0) + fx * (texel(t, x1, y0) - texel(t, x0, y0));
    float below = texel(t, x0, y1) + fx * (texel(t, x1, y1) - texel(t, x0, y1));

    return above + fy * (below - above);
}

/**
 * Whether the luma sample at (x, y) is on the ring and known, also where it came from; that is (to_x, to_y).
 */
static int is_on_ring(const DfRing *ring, int x, int y, float *to_x, float *to_y)
{
    const DfPlane *luma = &ring->look->pyramid.levels[0];
    float dx, dy, d = ring->look->distance[(size_t)y * luma->width + x];

    if (d <= RING_FROM || d > RING_TO)
        return 0;
    df_affine_at(ring->affine, x, y, &dx, &dy);
    *to_x = (float)x + dx;
    *to_y = (float)y + dy;
    if (!(*to_x >= 0 && *to_x <= (float)(luma->width - 1) && *to_y >= 0 &&
          *to_y <= (float)(luma->height - 1)))
        return 0;
    size_t to = (size_t)(*to_y + 0.5f) * luma->width + (size_t)(*to_x + 0.5f);
    return ring->earlier_look->distance[to] > DF_MOTION_MARGIN;
}

int df_ring_differences(const DfRing *ring, const DfTexture *texture, const DfTexture *earlier, int sub_x,
                        int sub_y, float *out, int most)
{
    const DfPlane *luma = &ring->look->pyramid.levels[0];
    int n = 0, step = 1;
    float to_x, to_y;

    while ((int64_t)texture->width * texture->height / ((int64_t)step * step) > most)
        step++;
    for (int y = 0; y < texture->height; y += step) {
        for (int x = 0; x < texture->width && n < most; x += step) {
            int lx = DF_MIN(x << sub_x, luma->width - 1), ly = DF_MIN(y << sub_y, luma->height - 1);
            if (is_on_ring(ring, lx, ly, &to_x, &to_y))
                out[n++] = texel(texture, x, y) -
                           between(earlier, (float)x + (to_x - (float)lx) / (float)(1 << sub_x),
                                   (float)y + (to_y - (float)ly) / (float)(1 << sub_y));
        }
    }
    return n;
}
