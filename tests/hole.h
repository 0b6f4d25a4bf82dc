/**
 * @file
 * For tests through the public API: what holds of a hole, whatever model fills it.
 */
#ifndef DF_TESTS_HOLE_H
#define DF_TESTS_HOLE_H

#include "frame.h"
#include "image/mask.h"

/** Told of each sample: the weight of the mask there, 0 outside the feather, 255 in the hole. */
typedef void HoleVisitor(void *opaque, int plane, int x, int y, int weight);

static inline void hole_visit(const Picture *picture, DeepfillMask *mask, HoleVisitor *visitor, void *opaque)
{
    const DeepfillFormat *f = &picture->image.format;
    for (int p = 0; p < df_plane_count(f); p++)
        for (int y = 0; y < df_plane_side(f->height, df_plane_sub_y(f, p)); y++)
            for (int x = 0; x < df_plane_side(f->width, df_plane_sub_x(f, p)); x++) {
                uint8_t weight;
                df_mask_weights(mask, y, x, x + 1, df_plane_sub_x(f, p), df_plane_sub_y(f, p), &weight);
                visitor(opaque, p, x, y, weight);
            }
}

/** A visitor: what the hole holds becomes white. */
static inline void hole_stain(void *opaque, int plane, int x, int y, int weight)
{
    Picture *p = opaque;
    const DeepfillFormat *f = &p->image.format;
    if (weight == 255)
        df_sample_store(p->image.data[plane] + y * p->image.stride[plane], x, df_sample_bytes(f),
                        (1u << f->depth) - 1);
}

/** A picture before and after it was filled. */
typedef struct HoleChange {
    const Picture *before, *after;
    int changed; /**< samples */
} HoleChange;

/** A visitor: outside nothing changes. */
static inline void hole_compare(void *opaque, int plane, int x, int y, int weight)
{
    HoleChange *change = opaque;
    int same = sample_of(change->before, plane, x, y) == sample_of(change->after, plane, x, y);
    assert_true(weight || same);
    change->changed += !same;
}

static inline Picture picture_copy(const Picture *from)
{
    Picture p = picture_new(from->image.format);
    memcpy(p.memory, from->memory, p.bytes);
    return p;
}

/** Outside the mask of a rectangle nothing changes; inside, what the hole held has no say. */
static inline void check_hole_alone(DeepfillFormat f, int x0, int y0, int x1, int y1)
{
    DeepfillContext *ctx = context_new(f, 1, 0);
    DeepfillMask *mask = mask_of_rect(f.width, f.height, x0, y0, x1, y1, 2, 3);
    Picture in = picture_new(f);
    picture_draw(&in, 1);
    Picture clean = picture_copy(&in), dirty = picture_copy(&in);
    HoleChange change = { &in, &clean, 0 };
    hole_visit(&dirty, mask, hole_stain, &dirty);
    DeepfillResult result = fill_one(ctx, &clean, mask, DEEPFILL_SHOW_FILL);
    fill_one(ctx, &dirty, mask, DEEPFILL_SHOW_FILL);
    assert_int_equal(result.error + result.no_context, 0);
    assert_int_equal(result.boxes, 1);
    assert_memory_equal(clean.memory, dirty.memory, in.bytes);
    hole_visit(&in, mask, hole_compare, &change);
    assert_true(change.changed > 100);
    free(in.memory);
    free(clean.memory);
    free(dirty.memory);
    deepfill_mask_close(&mask);
    deepfill_close(&ctx);
}

#endif
