/**
 * @file
 * Frames in a row whose motion is known exactly, and the trails along it.
 */
#ifndef DF_TESTS_CHAIN_H
#define DF_TESTS_CHAIN_H

#include "camera.h"
#include "temporal/trail.h"

#define MOST 40

/** Frames in a row with the links between them; a source's id is its frame's number. */
typedef struct Chain {
    DeepfillFormat format;
    int frames;
    Camera camera[MOST];
    DeepfillMask *mask[MOST];
    DfLink link[MOST];   /* to the frame before */
    DfTrail trail[MOST];
    DfEntry ledger[MOST];
} Chain;

/** A source that shows all of its frame; there are no samples in it, which trails do not read. */
static inline DfSource *source_of(const DeepfillFormat *format, int frame, DeepfillMask *mask)
{
    DfSource *source = NULL;

    assert_int_equal(df_source_create(&source, format, frame, mask), 0);
    source->id = frame;
    source->shown.items = df_alloc(sizeof *source->shown.items);
    assert_non_null(source->shown.items);
    source->shown.items[0].place = (DfRect){ 0, 0, format->width, format->height };
    source->shown.count = 1;
    return source;
}

static inline void lay_out(DfTrail *trail, const DeepfillFormat *format, DeepfillMask *mask)
{
    DfAreas areas = { 0 };

    assert_int_equal(df_areas_create(&areas, format, &mask, 1), 0);
    assert_int_equal(df_trail_begin(trail, &areas), 0);
    df_areas_free(&areas);
}

/** Sources, links and empty trails of frames whose cameras and masks are set. */
static inline void chain_link(Chain *c)
{
    for (int t = 0; t < c->frames; t++) {
        c->ledger[t].source = source_of(&c->format, t, c->mask[t]);
        lay_out(&c->trail[t], &c->format, c->mask[t]);
        if (t)
            camera_link(&c->link[t], &c->format, 1, &c->camera[t], c->mask[t], &c->camera[t - 1],
                        c->mask[t - 1]);
    }
}

static inline Chain *chain_new(int width, int height, int frames)
{
    Chain *c = calloc(1, sizeof *c);

    assert_non_null(c);
    c->format = (DeepfillFormat){ .width = width, .height = height, .layout = DEEPFILL_GRAY, .depth = 8 };
    c->frames = frames;
    return c;
}

/** Free a chain and its masks, which may be shared by all frames. */
static inline void chain_free(Chain *c)
{
    for (int t = 0; t < c->frames; t++) {
        df_source_close(&c->ledger[t].source);
        df_link_free(&c->link[t]);
        df_trail_free(&c->trail[t]);
        if (t + 1 == c->frames || c->mask[t] != c->mask[t + 1])
            deepfill_mask_close(&c->mask[t]);
    }
    free(c);
}

static inline DfStride stride_to(const Chain *c, int from, int to)
{
    int backwards = to < from;

    return (DfStride){ .from = c->mask[from], .link = &c->link[backwards ? from : to], .backwards = backwards,
                       .to = c->ledger[to].source, .trail = &c->trail[to], .ledger = c->ledger,
                       .kinds = 1u << DF_PLACE_SHOWN, .shown = 1 };
}

/** Follow all frames, one after the other, from the past or from the future. */
static inline void chain_follow(Chain *c, int backwards)
{
    for (int i = 1; i < c->frames; i++) {
        int t = backwards ? i : c->frames - 1 - i;
        DfStride stride = stride_to(c, t, backwards ? t - 1 : t + 1);
        df_trail_follow(&c->trail[t], &stride);
    }
}

#endif
