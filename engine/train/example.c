/**
 * @file
 * Crop, hole, sketch.
 */
#include "train/example.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "train/brush.h"
#include "train/edges.h"

/** Crops that are tried for a hole over known pixels. */
enum { TRIES = 16 };

/** Of a crop's pixels, the most that may be unknown. */
#define MOST_UNKNOWN 0.4

/** @return whether a hole can be learned from: it is large enough, most of it is known, and so is most around it. */
static int is_useful(const uint8_t *hole, const uint8_t *known, int n)
{
    int holes = 0, good = 0, unknown = 0;

    for (int i = 0; i < n; i++) {
        holes += hole[i];
        good += hole[i] & known[i];
        unknown += !known[i];
    }
    return good >= DF_BRUSH_LEAST * n && 2 * good > holes && holes <= DF_BRUSH_MOST * n && unknown <= MOST_UNKNOWN * n;
}

/** Draw a hole shaped like what is not known in some tile. */
static void draw_like(const DfExamples *e, const DfCrop *crop, uint8_t *hole, DfRandom *random)
{
    const DfTile *other = &e->tiles->list[df_random_integer(random, 0, e->tiles->count - 1)];
    DfHolePattern pattern = { other->known, other->width, other->height };

    if (other->known)
        df_brush_pattern(hole, e->size, e->size, &pattern, crop->zoom, random);
    else
        memset(hole, 0, (size_t)e->size * e->size);
}

/** Choose a crop and a hole in it. */
static DfCrop draw_hole(const DfExamples *e, uint8_t *hole, uint8_t *known, DfRandom *random)
{
    int n = e->size * e->size;
    DfCrop crop;

    for (int tries = 0; tries < TRIES; tries++) {
        crop = df_crop_draw(e->tiles, e->like ? &df_crop_film : &df_crop_any, e->size, random);
        df_crop_known(&crop, e->size, known);
        if (e->like)
            draw_like(e, &crop, hole, random);
        if (!e->like || tries > TRIES / 2)
            df_brush_mask(hole, e->size, e->size, random);
        if (is_useful(hole, known, n))
            break;
    }
    return crop;
}

int df_example_draw(const DfExamples *e, enum DfRandomUse use, int64_t step, int index, const DfExample *example,
                    DfArena *scratch)
{
    DfArenaMark mark = df_arena_mark(scratch);
    DfRandom random = df_random_open(e->seed, use, step, index);
    int n = e->size * e->size, ret = 0;
    uint8_t *known = example->known ? example->known : df_arena_take(scratch, n);
    void *of_crop = df_arena_take(scratch, df_crop_scratch(e->size));

    if (!known || !of_crop)
        ret = -ENOMEM;
    if (!ret) {
        DfCrop crop = draw_hole(e, example->hole, known, &random);
        df_crop_image(&crop, e->size, example->image, of_crop);
        for (int i = 0; i < n; i++)
            example->hole[i] |= !known[i];
        if (example->sketch)
            ret = df_edges_sketch(example->sketch, example->image, example->hole, e->size, e->size, &random, scratch);
        /* What is not known may be a logo, whose lines are not the picture's. */
        for (int i = 0; i < n && example->sketch; i++)
            example->sketch[i] *= known[i];
    }
    df_arena_reset(scratch, mark);
    return ret;
}
