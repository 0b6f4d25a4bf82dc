/**
 * @file
 * Frames in a row whose motion is known exactly, and the source maps along it.
 */
#ifndef DF_TESTS_CHAIN_H
#define DF_TESTS_CHAIN_H

#include "camera.h"
#include "temporal/frame_state.h"

#define MOST 40

/** Frames in a row, each related to the one before. */
typedef struct Chain {
    DfAccount account;
    DeepfillFormat format;
    int frames;
    Camera camera[MOST];
    DeepfillMask *mask[MOST];
    DfFrameState states[MOST];
    DfSourceMap *map[MOST];
} Chain;

static inline Chain *chain_new(int width, int height, int frames)
{
    Chain *c = calloc(1, sizeof *c);

    assert_non_null(c);
    c->format = (DeepfillFormat){ .width = width, .height = height, .layout = DEEPFILL_GRAY, .depth = 8 };
    c->frames = frames;
    for (int t = 0; t < frames; t++)
        c->camera[t] = camera_pan(0, 0);
    return c;
}

/** Relate a frame to one `back` frames before it; 0: to none. */
static inline void chain_relate(Chain *c, int t, int back)
{
    camera_relate(&c->states[t].motion, &c->format, back, &c->camera[t], c->mask[t], &c->camera[t - back],
                  c->mask[t - back]);
}

/** Begin frames whose cameras and masks are set: each shows all of itself but its hole, and has an empty map. */
static inline void chain_begin(Chain *c)
{
    DeepfillImage image = { .format = c->format };

    for (int t = 0; t < c->frames; t++) {
        DfFrameState *s = &c->states[t];
        assert_int_equal(df_frame_state_begin(s, &c->account, t, &image, c->mask[t]), 0);
        s->source->usable.items = df_alloc(sizeof *s->source->usable.items);
        assert_non_null(s->source->usable.items);
        s->source->usable.items[0].outer = (DfRect){ 0, 0, c->format.width, c->format.height };
        s->source->usable.count = 1;
        assert_int_equal(df_source_map_create(&c->map[t], &c->account, &s->areas), 0);
        chain_relate(c, t, t > 0);
    }
}

/** Free a chain and its masks, which may be shared by frames in a row. Nothing is left on account. */
static inline void chain_free(Chain *c)
{
    for (int t = 0; t < c->frames; t++)
        df_source_map_close(&c->map[t]);
    for (int t = 0; t < c->frames; t++) {
        df_frame_state_free(&c->states[t]);
        if (t + 1 == c->frames || c->mask[t] != c->mask[t + 1])
            deepfill_mask_close(&c->mask[t]);
    }
    assert_int_equal(df_account_bytes(&c->account), 0);
    free(c);
}

/** The step from a frame to the one before it. */
static inline DfFollow chain_step(const Chain *c, int t)
{
    return (DfFollow){ .mask = c->mask[t], .motion = &c->states[t].motion, .earlier = c->states[t - 1].source,
                       .map = c->map[t - 1], .kinds = 1u << DF_KIND_SHOWN, .shown = 1 };
}

/** Follow all frames into their past, one after the other. */
static inline void chain_follow(Chain *c, const DfParallel *parallel)
{
    for (int t = 1; t < c->frames; t++) {
        DfFollow follow = chain_step(c, t);
        assert_true(df_source_map_follow(c->map[t], &follow, parallel) >= 0);
        df_source_map_compact(c->map[t]);
    }
}

/** Residual planes of a motion, all 0, on account; df_frame_motion_free() frees them. */
static inline DfResidual chain_residual(Chain *c, DfFrameMotion *motion, int x0, int y0, int width, int height)
{
    ptrdiff_t row_floats = (width + 15) / 16 * 16;
    float *data = df_account_alloc(&c->account, 2 * sizeof *data * row_floats * height);

    assert_non_null(data);
    motion->account = &c->account;
    return (DfResidual){ x0, y0, { { data, width, height, row_floats },
                                   { data + row_floats * height, width, height, row_floats } } };
}

#endif
