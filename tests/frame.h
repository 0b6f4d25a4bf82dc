/**
 * @file
 * Frames, contexts and the built-in model, for the tests that go through the public API.
 */
#ifndef DF_TESTS_FRAME_H
#define DF_TESTS_FRAME_H

#include "picture.h"
#include "image/planes.h"

/** The built-in model, for all tests of a program. */
static DeepfillModel *model;

/** A frame of our own. */
typedef struct Picture {
    DeepfillImage image;
    void *memory;
    size_t bytes;
} Picture;

static inline Picture picture_new(DeepfillFormat format)
{
    Picture p = { .image.format = format, .bytes = df_planes_bytes(&format, format.width, format.height) };
    DfPlanes planes;

    p.memory = malloc(p.bytes + DF_ALIGN);
    assert_non_null(p.memory);
    df_planes_carve(&planes, &format, format.width, format.height, p.memory);
    memcpy(p.image.data, planes.data, sizeof planes.data);
    memcpy(p.image.stride, planes.stride, sizeof planes.stride);
    return p;
}

/** A smooth picture with some noise, another one for each seed. */
static inline void picture_draw(Picture *p, unsigned seed)
{
    const DeepfillFormat *f = &p->image.format;
    unsigned slope_x = draw(&seed, 7) + 1, slope_y = draw(&seed, 5) + 1;

    memset(p->memory, 0, p->bytes);
    for (int i = 0; i < df_plane_count(f); i++)
        for (int y = 0; y < df_plane_side(f->height, df_plane_sub_y(f, i)); y++)
            for (int x = 0; x < df_plane_side(f->width, df_plane_sub_x(f, i)); x++) {
                unsigned v = (40 + 30 * i + x * slope_x / 4 + y * slope_y / 3 + draw(&seed, 12)) % 200 + 20;
                df_sample_store(p->image.data[i] + y * p->image.stride[i], x, df_sample_bytes(f),
                                v << (f->depth - 8));
            }
}

static inline unsigned sample_of(const Picture *p, int plane, int x, int y)
{
    return df_sample_load(p->image.data[plane] + y * p->image.stride[plane], x,
                          df_sample_bytes(&p->image.format));
}

/** A context that fills each frame by itself. @param grain  as in DeepfillSettings */
static inline DeepfillContext *context_grainy(DeepfillFormat format, int workers, int delay, int grain)
{
    DeepfillContext *ctx = NULL;
    DeepfillSettings settings;

    deepfill_defaults(&settings, model, &format);
    settings.workers = workers;
    settings.delay = delay;
    settings.temporal = 0;
    settings.grain = grain;
    assert_int_equal(deepfill_open(&ctx, &settings), 0);
    return ctx;
}

static inline DeepfillContext *context_new(DeepfillFormat format, int workers, int delay)
{
    return context_grainy(format, workers, delay, 1);
}

static inline DeepfillResult fill_one(DeepfillContext *ctx, Picture *p, DeepfillMask *mask,
                                      enum DeepfillShow show)
{
    DeepfillFrame frame = { .image = p->image, .mask = mask, .show = show, .opaque = p };
    DeepfillResult result;

    assert_int_equal(deepfill_send(ctx, &frame), 0);
    assert_int_equal(deepfill_receive(ctx, &result, 1), 0);
    assert_ptr_equal(result.opaque, p);
    return result;
}

static inline int open_model(void **state)
{
    (void)state;
    return deepfill_model_open(&model, "small", NULL);
}

static inline int close_model(void **state)
{
    (void)state;
    deepfill_model_close(&model);
    return 0;
}

#endif
