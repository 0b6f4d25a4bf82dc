/**
 * @file
 * Films made up for the tests of filling from other frames: a camera over a texture, holes with a logo in
 * them, and what comes out of a context.
 */
#ifndef DF_TESTS_FILM_H
#define DF_TESTS_FILM_H

#include <errno.h>
#include <math.h>

#include "frame.h"
#include "model_file.h"
#include "image/mask.h"
#include "waves.h"

#define CANVAS_WIDTH 704
#define CANVAS_HEIGHT 192
#define FILM_MOST 64

/** What a camera sees in one frame. */
typedef struct View {
    int x, y;   /**< corner on the canvas */
    int scene;  /**< which canvas, 0..2 */
    int grain;  /**< levels at most */
    int light;  /**< levels added */
    int moment; /**< what the grain depends on; the same one gives the same picture */
    float dim;  /**< share of the light taken away, 0..1: of a limited range, towards 16 and 128 */
    DfRect stands; /**< what the camera does not move, in luma pixels of the frame; empty: nothing */
    int is_bar; /**< 1: that is black; 0: it shows a corner of the canvas */
} View;

/** Rectangles of hole in one frame. */
typedef struct Holes {
    int count; /**< 0: the frame has no mask */
    DfRect rects[2];
} Holes;

typedef struct Film {
    DeepfillFormat format;
    int frames;
    View (*view)(int t);
    Holes (*holes)(int t);
    enum DeepfillShow (*show)(int t); /**< NULL: always the fill */
} Film;

/** How a film is run. */
typedef struct Way {
    int workers, delay, ahead, memory;
} Way;

/** What went in and what came out. */
typedef struct Reel {
    int frames;
    Picture in[FILM_MOST], truth[FILM_MOST], out[FILM_MOST];
    DeepfillMask *mask[FILM_MOST];
    DeepfillResult result[FILM_MOST];
} Reel;

static float canvas[3][CANVAS_HEIGHT][CANVAS_WIDTH];

/** 1: fills have no grain; 2: no texture either. */
static int film_plain;

/** Where the logo is in frame t, whatever the mask says; NULL: in the holes. */
static Holes (*film_marks)(int t);

/** What is kept out of frame t: the mask stays the test's; NULL: nothing. */
static DeepfillMask *film_keep_out;

/** Frames by which masks grow in time. */
static int film_dilate_time;

/** 1: shots alone are told. */
static int film_shots;

/** Something that passes before the scene in frame t, with another texture that moves along; NULL: nothing does. */
static DfRect (*film_thing)(int t);

/** The sketch of frame t, which stays its own; NULL: no frame has one. */
static DeepfillSketch *(*film_sketch)(int t);

static inline void canvas_draw(void)
{
    for (int scene = 0; scene < 3; scene++) {
        Waves waves = waves_make(11 + scene);
        for (int y = 0; y < CANVAS_HEIGHT; y++)
            for (int x = 0; x < CANVAS_WIDTH; x++)
                canvas[scene][y][x] = DF_CLAMP(waves_at(&waves, x, y), 20, 220);
    }
}

/** A random model, the narrowest there is: what it fills in does not matter here. */
static inline int film_open_model(int input_channels)
{
    char path[64];
    ModelFile file = model_file_random(4, input_channels, "");

    model_file_write(path, file.bytes, file.size);
    free(file.bytes);
    int ret = deepfill_model_open(&model, path, NULL);
    unlink(path);
    canvas_draw();
    return ret;
}

static inline int film_open(void **state)
{
    (void)state;
    return film_open_model(5);
}

/** Grain of one sample: -grain .. grain. */
static inline float film_grain(const View *view, int plane, int x, int y)
{
    unsigned seed = ((view->moment * 3u + plane) * 4096u + y) * 4096u + x;

    if (!view->grain)
        return 0;
    seed = (seed ^ seed >> 15) * 0x2c1b3c6du;
    seed = (seed ^ seed >> 12) * 0x297a2d39u;
    return (float)((seed ^ seed >> 15) % 1000) / 500 * view->grain - view->grain;
}

/** Paint something that passes over a picture. */
static inline void film_paint_thing(Picture *p, DfRect thing)
{
    const DeepfillFormat *f = &p->image.format;
    DfRect r = df_rect_clip(thing, (DfRect){ 0, 0, f->width, f->height });

    for (int i = 0; i < df_plane_count(f); i++) {
        int sx = df_plane_sub_x(f, i), sy = df_plane_sub_y(f, i);
        for (int y = r.y0 >> sy; y < df_plane_side(r.y1, sy); y++)
            for (int x = r.x0 >> sx; x < df_plane_side(r.x1, sx); x++) {
                /* Squares, so that it has corners enough to be tracked by. */
                int odd = (((x << sx) - thing.x0) / 6 + ((y << sy) - thing.y0) / 6) & 1;
                df_sample_store(p->image.data[i] + y * p->image.stride[i], x, df_sample_bytes(f),
                                (odd ? 60u : 220u) << (f->depth - 8));
            }
    }
}

static inline void film_paint(Picture *p, const View *view)
{
    const DeepfillFormat *f = &p->image.format;

    memset(p->memory, 0, p->bytes);
    for (int i = 0; i < df_plane_count(f); i++) {
        float black = f->layout == DEEPFILL_RGB ? 0 : i ? 128 : 16;
        int sx = df_plane_sub_x(f, i), sy = df_plane_sub_y(f, i);
        for (int y = 0; y < df_plane_side(f->height, sy); y++)
            for (int x = 0; x < df_plane_side(f->width, sx); x++) {
                int at_x = (view->x + (x << sx) + 31 * i) % CANVAS_WIDTH;
                int at_y = (view->y + (y << sy)) % CANVAS_HEIGHT;
                DfRect pixel = { x << sx, y << sy, (x << sx) + 1, (y << sy) + 1 };
                int stands = df_rect_contains(view->stands, pixel);
                float v = stands ? canvas[view->scene][y << sy][(x << sx) + 31 * i] : canvas[view->scene][at_y][at_x];
                v = stands && view->is_bar ? black : v + view->light + film_grain(view, i, x, y);
                v += view->dim * (black - v);
                df_sample_store(p->image.data[i] + y * p->image.stride[i], x, df_sample_bytes(f),
                                (unsigned)(DF_CLAMP(v, 0, 250) * (1 << (f->depth - 8)) + 0.5f));
            }
    }
}

/** The logo: noise, which no fill is. @return 8 bits */
static inline unsigned film_logo_at(int x, int y)
{
    unsigned seed = (unsigned)(y * 977 + x * 131 + 7);

    return 150 + draw(&seed, 100);
}

/** Put the logo into the holes. */
static inline void film_logo(Picture *p, const Holes *holes)
{
    const DeepfillFormat *f = &p->image.format;

    for (int h = 0; h < holes->count; h++)
        for (int i = 0; i < df_plane_count(f); i++) {
            int sx = df_plane_sub_x(f, i), sy = df_plane_sub_y(f, i);
            DfRect r = df_rect_clip(holes->rects[h], (DfRect){ 0, 0, f->width, f->height });
            for (int y = r.y0 >> sy; y < df_plane_side(r.y1, sy); y++)
                for (int x = r.x0 >> sx; x < df_plane_side(r.x1, sx); x++)
                    df_sample_store(p->image.data[i] + y * p->image.stride[i], x, df_sample_bytes(f),
                                    film_logo_at(x, y) << (f->depth - 8));
        }
}

static inline DeepfillMask *film_mask(const DeepfillFormat *f, const Holes *holes)
{
    uint8_t *data = calloc((size_t)f->width * f->height, 1);
    DeepfillMaskSettings settings;
    DeepfillMask *mask = NULL;

    assert_non_null(data);
    for (int h = 0; h < holes->count; h++) {
        DfRect r = df_rect_clip(holes->rects[h], (DfRect){ 0, 0, f->width, f->height });
        for (int y = r.y0; y < r.y1 && r.x0 < r.x1; y++)
            memset(data + (size_t)y * f->width + r.x0, 255, df_rect_width(r));
    }
    deepfill_mask_defaults(&settings, f->width, f->height);
    settings.dilate = settings.feather = 3;
    assert_int_equal(deepfill_mask_create(&mask, &settings, data, f->width, f->width, f->height), 0);
    free(data);
    return mask;
}

/** Frame t as it goes in; a hole that stays keeps its mask. */
static inline void film_shoot(const Film *film, Reel *reel, int t)
{
    View view = film->view(t);
    Holes holes = film->holes(t), marks = film_marks ? film_marks(t) : holes, before = { 0 };
    Picture *all[] = { &reel->truth[t], &reel->in[t], &reel->out[t] };

    for (int i = 0; i < 3; i++) {
        *all[i] = picture_new(film->format);
        film_paint(all[i], &view);
        if (film_thing)
            film_paint_thing(all[i], film_thing(t));
        if (i)
            film_logo(all[i], &marks);
    }
    if (t)
        before = film->holes(t - 1);
    if (holes.count && t && !memcmp(&holes, &before, sizeof holes))
        reel->mask[t] = deepfill_mask_ref(reel->mask[t - 1]);
    else if (holes.count)
        reel->mask[t] = film_mask(&film->format, &holes);
    reel->frames = t + 1;
}

static inline DeepfillContext *film_context(const Film *film, Way way)
{
    DeepfillContext *ctx = NULL;
    DeepfillSettings settings;

    deepfill_defaults(&settings, model, &film->format);
    settings.size = 64;
    settings.workers = way.workers;
    settings.delay = way.delay;
    settings.ahead = way.ahead;
    settings.memory = way.memory ? way.memory : 64;
    settings.grain = !film_plain;
    settings.texture = film_plain < 2;
    settings.dilate_time = film_dilate_time;
    settings.shots = film_shots;
    assert_int_equal(deepfill_open(&ctx, &settings), 0);
    return ctx;
}

static inline DeepfillFrame film_frame(const Film *film, Reel *reel, int t)
{
    enum DeepfillShow show = film->show ? film->show(t) : DEEPFILL_SHOW_FILL;

    return (DeepfillFrame){ .image = reel->out[t].image, .mask = reel->mask[t], .show = show,
                            .opaque = &reel->out[t], .sketch = film_sketch ? film_sketch(t) : NULL,
                            .keep_out = film_keep_out };
}

/** Take the next frame back, which must be number t. */
static inline int film_take(DeepfillContext *ctx, Reel *reel, int t)
{
    int ret = deepfill_receive(ctx, &reel->result[t], 1);

    if (!ret)
        assert_ptr_equal(reel->result[t].opaque, &reel->out[t]);
    return ret;
}

/** Shoot a film and run it in a context without frames, to the end; all frames come, in order. */
static inline void film_run_in(DeepfillContext *ctx, const Film *film, Reel *reel)
{
    DeepfillResult none;
    int taken = 0;

    assert_true(film->frames <= FILM_MOST);
    for (int t = 0; t < film->frames; t++) {
        film_shoot(film, reel, t);
        DeepfillFrame frame = film_frame(film, reel, t);
        int ret;
        while ((ret = deepfill_send(ctx, &frame)) == -EAGAIN) {
            assert_true(t - taken <= deepfill_delay(ctx) + 1);
            assert_int_equal(film_take(ctx, reel, taken++), 0);
        }
        assert_int_equal(ret, 0);
    }
    deepfill_flush(ctx);
    for (; taken < film->frames; taken++)
        assert_int_equal(film_take(ctx, reel, taken), 0);
    assert_int_equal(deepfill_receive(ctx, &none, 1), -EPIPE);
}

/** Shoot a film and run it in a context of its own. The reel is to be freed. */
static inline Reel *film_run(const Film *film, Way way)
{
    Reel *reel = calloc(1, sizeof *reel);
    DeepfillContext *ctx = film_context(film, way);

    assert_non_null(reel);
    film_run_in(ctx, film, reel);
    deepfill_close(&ctx);
    return reel;
}

static inline void reel_free(Reel *reel)
{
    for (int t = 0; t < reel->frames; t++) {
        free(reel->in[t].memory);
        free(reel->truth[t].memory);
        free(reel->out[t].memory);
        deepfill_mask_close(&reel->mask[t]);
    }
    free(reel);
}

/** Of one frame: samples changed outside the feather, and percent of the hole where the logo still is. */
static inline void reel_count(const Reel *reel, int t, int *outside, int *logo)
{
    const DeepfillFormat *f = &reel->in[t].image.format;
    uint8_t weights[CANVAS_WIDTH];

    int hole = 1, same = 0;

    *outside = 0;
    for (int p = 0; p < df_plane_count(f); p++) {
        int sx = df_plane_sub_x(f, p), sy = df_plane_sub_y(f, p), width = df_plane_side(f->width, sx);
        for (int y = 0; y < df_plane_side(f->height, sy); y++) {
            memset(weights, 0, sizeof weights);
            if (reel->mask[t])
                df_mask_weights(reel->mask[t], y, 0, width, sx, sy, weights);
            for (int x = 0; x < width; x++) {
                int is_same = sample_of(&reel->out[t], p, x, y) == sample_of(&reel->in[t], p, x, y);
                *outside += !weights[x] && !is_same;
                int is_logo = sample_of(&reel->in[t], p, x, y) != sample_of(&reel->truth[t], p, x, y);
                hole += is_logo;
                same += is_logo && is_same;
            }
        }
    }
    /* By chance a few are. */
    *logo = 100 * same / hole;
    *logo = *logo > 15 ? *logo : 0;
}

/** PSNR of a frame's hole against the truth, over all planes; 100 where they are the same. */
static inline double reel_psnr(const Reel *reel, int t)
{
    const DeepfillFormat *f = &reel->in[t].image.format;
    uint8_t weights[CANVAS_WIDTH];
    double sum = 0, highest = (1 << f->depth) - 1;
    long n = 0;

    for (int p = 0; p < df_plane_count(f); p++) {
        int sx = df_plane_sub_x(f, p), sy = df_plane_sub_y(f, p), width = df_plane_side(f->width, sx);
        for (int y = 0; y < df_plane_side(f->height, sy); y++) {
            df_mask_weights(reel->mask[t], y, 0, width, sx, sy, weights);
            for (int x = 0; x < width; x++) {
                double d = (double)sample_of(&reel->out[t], p, x, y) - sample_of(&reel->truth[t], p, x, y);
                sum += weights[x] == 255 ? d * d : 0;
                n += weights[x] == 255;
            }
        }
    }
    return sum > 0 ? 10 * log10(highest * highest * n / sum) : 100;
}

static inline int frame_is_same(const Reel *a, int t, const Reel *b, int u)
{
    return !memcmp(a->out[t].memory, b->out[u].memory, a->out[t].bytes);
}

/** All frames and what is said of them are the same, bit by bit. */
static inline void assert_reels_equal(const Reel *a, const Reel *b)
{
    assert_int_equal(a->frames, b->frames);
    for (int t = 0; t < a->frames; t++) {
        if (!frame_is_same(a, t, b, t))
            fail_msg("frame %d differs", t);
        assert_int_equal(a->result[t].error, b->result[t].error);
        assert_int_equal(a->result[t].boxes, b->result[t].boxes);
        assert_true(a->result[t].network == b->result[t].network && a->result[t].hole == b->result[t].hole);
    }
}

#endif
