/**
 * @file
 * Which difference two neighbours should have: what their sources say of it. Between pixels of one source that
 * is the difference of what was sampled; at the rim, and where two sources meet, each source is asked what the
 * neighbour looks like there.
 */
#include "video/blend.h"

#include <errno.h>
#include <math.h>

#include "plane/poisson.h"

/** Neighbours whose places differ by a step less than this, in samples, are neighbours in their source too. */
#define SAME_STEP 0.125f

/** Largest error of the colours against the exact solution, in the frame's levels. */
#define TOLERANCE 0.25f

/** A draft's plane and where in it. */
typedef struct Where {
    const DfDraft *draft;
    const DfDraftPlane *out;
    int plane;
} Where;

static const DfPlace *place_at(const Where *w, int x, int y)
{
    return &w->out->places[(size_t)y * df_rect_width(w->out->place) + x];
}

static int is_made(const DfPlace *place)
{
    return place->source >= 0 && place->source % DF_PLACE_KINDS != DF_PLACE_SHOWN;
}

/** Whether two neighbours' sampled colours may simply be subtracted. */
static int are_alike(const DfPlace *p, const DfPlace *q, int dx, int dy)
{
    if (p->source < 0 || q->source < 0)
        return 0;
    if (is_made(p) || is_made(q))
        return is_made(p) && is_made(q);
    return p->source == q->source && fabsf(q->x - p->x - (float)dx) < SAME_STEP &&
           fabsf(q->y - p->y - (float)dy) < SAME_STEP;
}

/** Whether a source's frame shows plane position (x, y): no sample that the interpolation leans on is hole. */
static int source_shows(const DfSource *source, int sub_x, int sub_y, float x, float y)
{
    float lx = x * (float)(1 << sub_x), ly = y * (float)(1 << sub_y);
    int x0 = (int)floorf(lx), y0 = (int)floorf(ly);
    int x1 = (int)ceilf(lx) + (1 << sub_x) - 1, y1 = (int)ceilf(ly) + (1 << sub_y) - 1;

    if (x0 < 0 || y0 < 0 || x1 >= source->format.width || y1 >= source->format.height)
        return 0;
    return !source->mask ||
           !(df_mask_hole(source->mask, x0, y0) || df_mask_hole(source->mask, x1, y0) ||
             df_mask_hole(source->mask, x0, y1) || df_mask_hole(source->mask, x1, y1));
}

/** What a sample's own source says of the difference to its neighbour at (dx, dy). @return 0: nothing */
static int difference_of(const Where *w, int x, int y, int dx, int dy, float *difference)
{
    const DfPlace *p = place_at(w, x, y);
    const DfMoment *m = w->draft->moment;

    if (p->source < 0 || p->source % DF_PLACE_KINDS != DF_PLACE_SHOWN)
        return 0;
    const DfSource *source = m->uses[p->source / DF_PLACE_KINDS].source;
    float to_x = p->x + (float)dx, to_y = p->y + (float)dy;
    if (!source_shows(source, df_plane_sub_x(&source->format, w->plane), df_plane_sub_y(&source->format, w->plane),
                      to_x, to_y))
        return 0;
    *difference = df_draft_sample(m, w->plane, p, to_x, to_y) - df_plane_row(w->out->colour, y)[x];
    return 1;
}

/** The wanted difference from (x, y) to its neighbour at (dx, dy), one of them hole. */
static float wanted(const Where *w, int x, int y, int dx, int dy)
{
    float there = 0, back = 0;

    if (are_alike(place_at(w, x, y), place_at(w, x + dx, y + dy), dx, dy))
        return df_plane_row(w->out->colour, y + dy)[x + dx] - df_plane_row(w->out->colour, y)[x];
    int n = difference_of(w, x, y, dx, dy, &there) + difference_of(w, x + dx, y + dy, -dx, -dy, &back);
    return n ? (there - back) / (float)n : 0;
}

/** Wanted differences of a whole plane; between known samples they are not read. */
static void differences(const Where *w, DfPlane gx, DfPlane gy)
{
    int width = gx.width, height = gx.height;

    for (int y = 0; y < height; y++) {
        const uint8_t *hole = w->out->hole + (size_t)y * width;
        float *right = df_plane_row(gx, y), *down = df_plane_row(gy, y);
        for (int x = 0; x < width; x++) {
            right[x] = x + 1 < width && (hole[x] | hole[x + 1]) ? wanted(w, x, y, 1, 0) : 0;
            down[x] = y + 1 < height && (hole[x] | hole[x + width]) ? wanted(w, x, y, 0, 1) : 0;
        }
    }
}

int df_blend(const DfDraft *draft, DfDraftPlane *out, int plane, DfArena *scratch)
{
    DfArenaMark mark = df_arena_mark(scratch);
    Where where = { draft, out, plane };
    DfPlane gx = df_plane_take(scratch, out->colour.width, out->colour.height);
    DfPlane gy = df_plane_take(scratch, out->colour.width, out->colour.height);
    int ret = gx.data && gy.data ? 0 : -ENOMEM;

    if (!ret) {
        differences(&where, gx, gy);
        ret = df_poisson(out->colour, gx, gy, out->hole, TOLERANCE, scratch);
    }
    df_arena_reset(scratch, mark);
    return ret;
}
