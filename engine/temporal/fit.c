/**
 * @file
 * Means of blocks along the hole's rim, in the frame, in the frame that synthesised, and in the frames ahead.
 */
#include "temporal/fit.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/** How far outside the hole a block's middle lies, and half of a block's side, in pixels. */
#define OUTSIDE 6
#define HALF 3

/** Rim pixels from one block to the next, along either axis. */
#define STEP 4

/** Difference of two blocks' means that noise, coding and imprecise motion make, in levels of 8 bits. */
#define ALIKE 10.0f

/** Share of the blocks that must have changed, and fewest blocks that can tell. */
#define CHANGED 0.3f
#define LEAST_BLOCKS 8

/** One in so many of the frames ahead is looked at. */
#define EVERY 4

/** Fewer pixels, one in so many of the hole, are not worth a renewal. */
#define SLIGHT 16

/** Planes of a frame, or of what was copied of it. */
typedef struct View {
    const uint8_t *data[3];
    const ptrdiff_t *stride;
    DfRect place; /* in luma samples of the frame */
    const DeepfillMask *mask;
} View;

static View view_of_frame(const DfFrameState *s)
{
    View v = { .stride = s->image.stride, .mask = s->source->mask,
               .place = { 0, 0, s->image.format.width, s->image.format.height } };

    for (int p = 0; p < df_plane_count(&s->image.format); p++)
        v.data[p] = s->image.data[p];
    return v;
}

/**
 * What was copied of a source around a luma position, as far as its own shot has it copied.
 * @return 0: nothing
 */
static int view_source(View *v, const DfSource *source, float x, float y)
{
    const DfCopy *copy = df_copies_near(&source->shown, x, y);

    if (!copy || !df_source_has(source, x - HALF - 1, y - HALF - 1) ||
        !df_source_has(source, x + HALF + 1, y + HALF + 1))
        return 0;
    *v = (View){ .stride = copy->planes.stride, .place = copy->place, .mask = source->mask };
    for (int p = 0; p < df_plane_count(&source->format); p++)
        v->data[p] = copy->planes.data[p];
    return 1;
}

static int is_hidden(const DeepfillMask *mask, DfRect r)
{
    return df_mask_hole(mask, r.x0, r.y0) || df_mask_hole(mask, r.x1, r.y0) || df_mask_hole(mask, r.x0, r.y1) ||
           df_mask_hole(mask, r.x1, r.y1) || df_mask_hole(mask, (r.x0 + r.x1) / 2, (r.y0 + r.y1) / 2);
}

/** Means of all planes in the block around (x, y). @return 0: it is not known there */
static int see_block(const View *v, const DeepfillFormat *format, float x, float y, float mean[3])
{
    int at_x = (int)floorf(x + 0.5f), at_y = (int)floorf(y + 0.5f), bytes = df_sample_bytes(format);
    DfRect r = { at_x - HALF, at_y - HALF, at_x + HALF, at_y + HALF };

    if (r.x0 < v->place.x0 || r.y0 < v->place.y0 || r.x1 >= v->place.x1 || r.y1 >= v->place.y1 ||
        (v->mask && is_hidden(v->mask, r)))
        return 0;
    for (int p = 0; p < df_plane_count(format); p++) {
        int sx = df_plane_sub_x(format, p), sy = df_plane_sub_y(format, p);
        int x0 = (r.x0 >> sx) - (v->place.x0 >> sx), x1 = (r.x1 >> sx) - (v->place.x0 >> sx);
        int y0 = (r.y0 >> sy) - (v->place.y0 >> sy), y1 = (r.y1 >> sy) - (v->place.y0 >> sy);
        unsigned sum = 0;
        for (int row = y0; row <= y1; row++)
            for (int column = x0; column <= x1; column++)
                sum += df_sample_load(v->data[p] + row * v->stride[p], column, bytes);
        mean[p] = (float)sum / (float)((x1 - x0 + 1) * (y1 - y0 + 1));
    }
    return 1;
}

/** The greatest difference of any plane, in levels of 8 bits. */
static float difference(const float a[3], const float b[3], const DeepfillFormat *format)
{
    float most = 0;

    for (int p = 0; p < df_plane_count(format); p++)
        most = fmaxf(most, fabsf(a[p] - b[p]));
    return most * 255.0f / (float)((1 << format->depth) - 1);
}

/** What is compared: one area's surroundings with those of one reference, in the layer that its pixels lie in. */
typedef struct Comparison {
    const DfFrameState *state;
    const DfReference *reference;
    const DfForward *forward;
    const DfMapArea *area;
    int area_number;
    int has_layer;
} Comparison;

/** Whether a block looks in any of the frames ahead as it looked when the pixels were synthesised. */
static int comes_back(const Comparison *c, int x, int y, const float then[3])
{
    const DeepfillFormat *format = &c->state->image.format;
    const DfForwardArea *area = &c->forward->areas[2 * c->area_number + c->has_layer];

    for (int k = EVERY - 1; k < c->forward->length; k += EVERY) {
        const DfForwardFrame *frame = &c->forward->frames[k];
        float dx, dy, mean[3];
        View view;
        df_affine_at(&area->motion[k], x, y, &dx, &dy);
        if (frame->light[0].gain > DF_LIGHT_DARK ||
            !view_source(&view, frame->state->source, (float)x + dx, (float)y + dy) ||
            !see_block(&view, format, (float)x + dx, (float)y + dy, mean))
            continue;
        for (int p = 0; p < df_plane_count(format); p++)
            mean[p] = df_light_apply(frame->light[p], mean[p]);
        if (difference(mean, then, format) <= ALIKE)
            return 1;
    }
    return 0;
}

/**
 * Compare the block around (x, y).
 * @param[in,out] changed  raised by 1 where it has changed for good
 * @return 1; 0 where it is not known in both frames
 */
static int compare_block(const Comparison *c, const View *now, int x, int y, int *changed)
{
    const DeepfillFormat *format = &c->state->image.format;
    float dx, dy, here[3], then[3];
    View view;

    df_affine_at(&c->reference->motion, x, y, &dx, &dy);
    if (df_layer_has(&c->area->layer, (float)x, (float)y) != c->has_layer ||
        !see_block(now, format, (float)x, (float)y, here) ||
        !view_source(&view, c->reference->source, (float)x + dx, (float)y + dy) ||
        !see_block(&view, format, (float)x + dx, (float)y + dy, then))
        return 0;
    for (int p = 0; p < df_plane_count(format); p++)
        then[p] = df_light_apply(c->reference->light[p], then[p]);
    *changed += difference(here, then, format) > ALIKE && !comes_back(c, x, y, then);
    return 1;
}

/** Whether enough of an area's surroundings have changed for good. */
static int is_unfit(const Comparison *c)
{
    static const int directions[][2] = { { 1, 0 }, { -1, 0 }, { 0, 1 }, { 0, -1 } };
    const DeepfillMask *mask = c->state->source->mask;
    DfRect hole = c->area->hole;
    View now = view_of_frame(c->state);
    int known = 0, changed = 0;

    for (int y = hole.y0; y < hole.y1; y++)
        for (int x = hole.x0 + (STEP - y % STEP) % STEP; x < hole.x1; x += STEP)
            for (int i = 0; df_mask_rim(mask, x, y) && i < 4; i++) {
                int dx = directions[i][0], dy = directions[i][1];
                if (!df_mask_hole(mask, x + dx, y + dy))
                    known += compare_block(c, &now, x + OUTSIDE * dx, y + OUTSIDE * dy, &changed);
            }
    return known >= LEAST_BLOCKS && (float)changed > CHANGED * (float)known;
}

/** What an area has from one reference. */
typedef struct Share {
    int64_t pixels;
    int has_layer;
} Share;

/** Count the pixels of an area by reference. @return those that were synthesised in an earlier frame */
static int64_t count_pixels(const DfSourceMap *map, const DfMapArea *area, Share *shares)
{
    size_t k = area->pixels - map->pixels;
    int64_t synthesised = 0;

    memset(shares, 0, map->reference_count * sizeof *shares);
    for (int y = area->hole.y0; y < area->hole.y1; y++)
        for (int x = area->hole.x0; x < area->hole.x1; x++, k++) {
            uint16_t reference = map->pixels[k].reference;
            if (reference == DF_NO_REFERENCE)
                continue;
            /* All pixels of a reference lie in one layer. */
            if (!shares[reference].pixels++)
                shares[reference].has_layer = df_layer_has(&area->layer, (float)x, (float)y);
            if (map->share && map->share[k] && !shares[map->second[k].reference].pixels++)
                shares[map->second[k].reference].has_layer = df_layer_has(&area->layer, (float)x, (float)y);
            synthesised += map->references[reference].kind == DF_KIND_SYNTHESISED;
        }
    return synthesised;
}

/**
 * Mark one area's unfit references: those that synthesised enough of it and, once one of these is unfit, all others
 * that it has pixels from.
 * @return how many
 */
static int find_in_area(const DfSourceMap *map, Comparison *c, const Share *shares, int64_t synthesised,
                        uint8_t *unfit)
{
    int found = 0;

    memset(unfit, 0, map->reference_count);
    for (int all = 0; all <= (found > 0); all++)
        for (int i = 0; i < map->reference_count; i++) {
            int is_major = map->references[i].kind == DF_KIND_SYNTHESISED && shares[i].pixels * SLIGHT > synthesised;
            if (!shares[i].pixels || is_major == all)
                continue;
            c->reference = &map->references[i];
            c->has_layer = shares[i].has_layer;
            unfit[i] = (uint8_t)is_unfit(c);
            found += unfit[i];
        }
    return found;
}

int df_fit_find(const DfSourceMap *map, const DfForward *forward, const DfFrameState *state, uint8_t *unfit)
{
    Share *shares = df_alloc(df_size_mul(DF_MAX(map->reference_count, 1), sizeof *shares));
    int found = 0;

    if (!shares)
        return -ENOMEM;
    for (int a = 0; a < map->area_count; a++) {
        Comparison c = { .state = state, .forward = forward, .area = &map->areas[a], .area_number = a };
        int64_t synthesised = count_pixels(map, c.area, shares);
        found += find_in_area(map, &c, shares, synthesised, unfit + (size_t)a * map->reference_count);
    }
    df_free(shares);
    return found;
}
