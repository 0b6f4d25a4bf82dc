/**
 * @file
 * Filling of boxes, in the worker's memory.
 */
#include "image/fill.h"

#include <errno.h>
#include <string.h>

#include "image/color.h"
#include "image/crop.h"
#include "image/nearest.h"
#include "image/prepared.h"
#include "image/roi.h"
#include "texture/texture.h"

/**
 * Pixels around the region of interest that the network makes for the texture, too: patches reach 7 beyond it, the
 * guide is blurred by 4 more. Of these, TEXTURE_AROUND get texture, so that patches at the region's edge are not fewer.
 */
#define TEXTURE_MARGIN 16
#define TEXTURE_AROUND 8

struct DfFiller {
    DeepfillModel *model;
    DfParallel parallel;
    int texture; /* 1: fills get texture */
    DfPreparedStore store;
    _Atomic int64_t spent; /* df_filler_spent() */
    void *memory;
    size_t bytes;
};

/** Where the parts of a worker's memory lie; all begin aligned. */
typedef struct Arena {
    void *network, *color, *scratch;
    void *texture;               /* the texture's own; this and the two below lie where the network's memory was */
    float *native, *native_fill; /* of scaled boxes: RGB at their own size */
    uint8_t *state;              /* of pixels, for the texture */
    uint8_t *hole, *net_hole;
    uint8_t *roi, *net_roi, *line; /* line: of the longer side */
    uint8_t *lines, *net_lines;     /* where the model takes a sketch */
    float *image, *result, *sketch;
    DfPlanes planes; /* the box as it is */
    size_t bytes;
} Arena;

int df_filler_create(DfFiller **filler, DeepfillModel *model, DfParallel parallel, int texture)
{
    DfFiller *f = df_alloc(sizeof *f);

    if (!f)
        return -ENOMEM;
    f->model = df_model_ref(model);
    f->parallel = parallel;
    f->texture = texture;
    *filler = f;
    return 0;
}

void df_filler_close(DfFiller **filler)
{
    DfFiller *f = filler ? *filler : NULL;

    if (!f)
        return;
    *filler = NULL;
    df_prepared_store_free(&f->store);
    deepfill_model_close(&f->model);
    df_free(f->memory);
    df_free(f);
}

void df_fill_free(DfFill *fill)
{
    df_free(fill->memory);
    *fill = (DfFill){ 0 };
}

static size_t take(size_t *total, size_t bytes)
{
    size_t at = *total;

    *total = df_size_add(*total, df_size_align(bytes));
    return at;
}

/** Lay the arena out at `memory`, which may be NULL to learn its size alone. @param texture  1: with room for it */
static Arena arena_of(const DfPrepared *prepared, int texture, uint8_t *memory)
{
    const DfColorKey *key = df_color_key(prepared->color);
    size_t box = df_size_mul(key->format.width, key->format.height);
    size_t net = df_size_mul(key->net_width, key->net_height), total = 0;
    size_t native = take(&total, prepared->native ? df_size_mul(box, 3 * sizeof(float)) : 0);
    size_t native_fill = take(&total, prepared->native ? df_size_mul(box, 3 * sizeof(float)) : 0);
    size_t own = take(&total, texture ? df_texture_bytes(key->format.width, key->format.height) : 0);
    total = DF_MAX(total, df_size_align(df_plan_workspace(prepared->plan)));
    size_t color_bytes = df_color_bytes(prepared->color);
    size_t native_bytes = prepared->native ? df_color_bytes(prepared->native) : 0;
    size_t color = take(&total, DF_MAX(color_bytes, native_bytes));
    size_t scratch = take(&total, df_nearest_bytes(key->format.width, key->format.height));
    size_t hole = take(&total, box), net_hole = take(&total, net);
    size_t roi = take(&total, box), net_roi = take(&total, net);
    int long_side = DF_MAX(key->format.width, key->format.height);
    int net_long_side = DF_MAX(key->net_width, key->net_height);
    size_t line = take(&total, DF_MAX(long_side, net_long_side));
    size_t state = take(&total, texture ? box : 0);
    size_t image = take(&total, df_size_mul(net, 3 * sizeof(float)));
    size_t result = take(&total, df_size_mul(net, 3 * sizeof(float)));
    size_t planes = take(&total, df_planes_bytes(&key->format, key->format.width, key->format.height));
    size_t lines = take(&total, prepared->sketch ? box : 0);
    size_t net_lines = take(&total, prepared->sketch ? net : 0);
    size_t sketch = take(&total, prepared->sketch ? df_size_mul(net, sizeof(float)) : 0);

    if (!memory)
        return (Arena){ .bytes = total };
    Arena arena = {
        .network = memory,
        .texture = memory + own,
        .native = (float *)(memory + native),
        .native_fill = (float *)(memory + native_fill),
        .state = memory + state,
        .color = memory + color,
        .scratch = memory + scratch,
        .hole = memory + hole,
        .net_hole = memory + net_hole,
        .roi = memory + roi,
        .net_roi = memory + net_roi,
        .line = memory + line,
        .lines = memory + lines,
        .net_lines = memory + net_lines,
        .sketch = (float *)(memory + sketch),
        .image = (float *)(memory + image),
        .result = (float *)(memory + result),
        .bytes = total,
    };
    df_planes_carve(&arena.planes, &key->format, key->format.width, key->format.height, memory + planes);
    return arena;
}

/** Grow a block of memory that need not keep its contents. */
static int reserve(void **memory, size_t *bytes, size_t needed)
{
    if (needed <= *bytes)
        return 0;
    df_free(*memory);
    *bytes = 0;
    *memory = df_alloc(needed);
    if (!*memory)
        return -ENOMEM;
    *bytes = needed;
    return 0;
}

/**
 * Cut the box out, with nothing of the hole left in planes that are resampled, or in any where there will be texture,
 * which blurs. @return known luma samples
 */
static int cut_out(const Arena *arena, const DfColorKey *key, const DeepfillImage *image,
                   const DeepfillMask *mask, const DfBox *box, int texture)
{
    const DeepfillFormat *format = &key->format;
    int all = df_color_is_scaled(key) || texture, known = 0, sub_x = -1, sub_y = -1;

    for (int p = df_plane_count(format) - 1; p >= 0; p--) {
        int px = df_plane_sub_x(format, p), py = df_plane_sub_y(format, p);
        int width = format->width >> px, height = format->height >> py;
        df_crop_plane(image, p, box->place, arena->planes.data[p], arena->planes.stride[p]);
        if (px != sub_x || py != sub_y)
            known = df_crop_hole(mask, box->place, px, py, arena->hole);
        sub_x = px;
        sub_y = py;
        if (all || px || py || !known)
            df_nearest_fill(arena->planes.data[p], arena->planes.stride[p], df_sample_bytes(format),
                            arena->hole, width, height, 1u << (format->depth - 1), arena->scratch);
    }
    return known;
}

/**
 * What is marked in the box as the network sees it: a pixel is marked where any of the box's that it stands
 * for is, so that neither a hole nor a thin line is lost.
 */
static void scale_marks(const uint8_t *marks, const DfColorKey *key, uint8_t *net_marks)
{
    int width = key->format.width, height = key->format.height;

    memset(net_marks, 0, (size_t)key->net_width * key->net_height);
    for (ptrdiff_t y = 0; y < key->net_height; y++) {
        int y0 = (int)(y * height / key->net_height);
        int y1 = df_ceil_div((int)(y + 1) * height, key->net_height);
        uint8_t *out = net_marks + y * key->net_width;
        for (; y0 < y1; y0++) {
            const uint8_t *row = marks + (ptrdiff_t)y0 * width;
            for (int x = 0; x < key->net_width; x++) {
                int x0 = (int)((int64_t)x * width / key->net_width);
                int x1 = df_ceil_div((x + 1) * width, key->net_width);
                out[x] |= memchr(row + x0, 1, x1 - x0) != NULL;
            }
        }
    }
}

/** The lines of a box as the network takes them. Those outside the hole must not come into it by scaling. */
static void draw_sketch(const Arena *arena, const DfColorKey *key, const DeepfillSketch *sketch, DfRect place)
{
    const uint8_t *lines = df_color_is_scaled(key) ? arena->net_lines : arena->lines;
    size_t count = (size_t)key->net_width * key->net_height;

    df_crop_sketch(sketch, place, arena->lines);
    for (size_t i = 0; i < (size_t)df_rect_area(place); i++)
        arena->lines[i] &= arena->hole[i];
    if (df_color_is_scaled(key))
        scale_marks(arena->lines, key, arena->net_lines);
    for (size_t i = 0; i < count; i++)
        arena->sketch[i] = lines[i];
}

/**
 * How far from a sample in the region of interest the network's pixels lie that it is made of, at most: zimg's bicubic
 * filter reaches two samples of the coarser side, on chroma's grid two or four pixels apart.
 */
static int reach_of(const DfColorKey *key)
{
    int sub = DF_MAX(key->format.sub_x, key->format.sub_y);

    return df_color_is_scaled(key) || sub ? 4 << sub : 0;
}

/** Tell the texture what is known, and what to make. */
static void set_states(const Arena *arena, const DfColorKey *key)
{
    size_t count = (size_t)key->format.width * key->format.height;

    memcpy(arena->state, arena->roi, count);
    df_roi_grow(arena->state, key->format.width, key->format.height, TEXTURE_AROUND, arena->line);
    for (size_t i = 0; i < count; i++)
        arena->state[i] = arena->hole[i]  ? arena->state[i] ? DF_TEXTURE_HOLE : DF_TEXTURE_OTHER
                          : arena->roi[i] ? DF_TEXTURE_RING
                                          : DF_TEXTURE_KNOWN;
}

/** What of the network's picture the frame will be made of. */
static const uint8_t *find_roi(const Arena *arena, const DfColorKey *key, const DeepfillMask *mask,
                               const DfBox *box, int texture)
{
    uint8_t *roi = df_color_is_scaled(key) ? arena->net_roi : arena->roi;
    int margin = reach_of(key) + (texture ? TEXTURE_MARGIN : 0);

    df_roi_mark(mask, box, key->format.sub_x, key->format.sub_y, arena->roi);
    if (texture)
        set_states(arena, key);
    if (df_color_is_scaled(key))
        scale_marks(arena->roi, key, roi);
    df_roi_grow(roi, key->net_width, key->net_height, margin, arena->line);
    return roi;
}

static int run_network(DfFiller *filler, const DfPrepared *prepared, const Arena *arena, const uint8_t *roi,
                       int sketched, int coarse)
{
    const DfColorKey *key = df_color_key(prepared->color);

    if (df_color_is_scaled(key))
        scale_marks(arena->hole, key, arena->net_hole);
    DfRun run = {
        .image = arena->image,
        .hole = df_color_is_scaled(key) ? arena->net_hole : arena->hole,
        .sketch = sketched ? arena->sketch : NULL,
        .needed = roi,
        .pool = filler->parallel.pool,
        .stage1 = coarse ? arena->result : NULL,
        .stage2 = coarse ? NULL : arena->result,
    };
    int64_t start = df_parallel_time();
    int ret = df_model_run(filler->model, prepared->plan, arena->network, &run);
    filler->spent += df_parallel_time() - start;
    return ret;
}

/** Put the fill into the hole of the picture, both RGB at the box's own size, and give it texture. @return 1: it has */
static int add_texture(const DfFiller *filler, const Arena *arena, const DfColorKey *key, float *rgb, const float *fill)
{
    DfTexturePicture picture = { key->format.width, key->format.height, rgb, arena->state };

    for (size_t i = 0; i < (size_t)picture.width * picture.height; i++)
        if (arena->state[i] == DF_TEXTURE_HOLE)
            memcpy(rgb + 3 * i, fill + 3 * i, 3 * sizeof *rgb);
    return df_texture(&picture, &filler->parallel, arena->texture);
}

/** The network's picture as samples of the frame, with texture where there may be. */
static int finish(DfFiller *filler, const DfPrepared *prepared, const Arena *arena, int texture, const DfPlanes *planes)
{
    const DfColorKey *key = df_color_key(prepared->color);
    const float *result = arena->result;
    int ret;

    if (texture && !prepared->native && add_texture(filler, arena, key, arena->image, arena->result))
        result = arena->image;
    ret = df_color_from_rgb(prepared->color, arena->color, result, planes);
    if (ret < 0 || !texture || !prepared->native)
        return ret;
    if ((ret = df_color_to_rgb(prepared->native, arena->color, &arena->planes, arena->native)) < 0 ||
        (ret = df_color_to_rgb(prepared->native, arena->color, planes, arena->native_fill)) < 0)
        return ret;
    if (add_texture(filler, arena, key, arena->native, arena->native_fill))
        ret = df_color_from_rgb(prepared->native, arena->color, arena->native, planes);
    return ret;
}

int64_t df_filler_spent(const DfFiller *filler)
{
    return filler->spent;
}

int df_fill_reserve(DfFill *fill, const DeepfillFormat *format, int width, int height)
{
    int ret = reserve(&fill->memory, &fill->bytes, df_planes_bytes(format, width, height));

    if (ret >= 0)
        df_planes_carve(&fill->planes, format, width, height, fill->memory);
    return ret;
}

int df_fills_reserve(DfFill **fills, int *room, int count)
{
    if (count <= *room)
        return 0;
    DfFill *grown = df_alloc(df_size_mul(count, sizeof *grown));
    if (!grown)
        return -ENOMEM;
    if (*room)
        memcpy(grown, *fills, *room * sizeof *grown);
    df_free(*fills);
    *fills = grown;
    *room = count;
    return 0;
}

int df_fill_box(DfFiller *filler, const DeepfillImage *image, const DeepfillMask *mask,
                const DeepfillSketch *sketch, const DfBox *box, int coarse, DfFill *fill)
{
    DfColorKey key = df_color_key_of(&image->format, box);
    const DeepfillFormat *format = &key.format;
    DfPrepared *prepared;
    int ret = df_prepared_find(&filler->store, filler->model, &key, filler->parallel.threads, filler->texture,
                               &prepared);

    if (ret < 0)
        return ret;
    if ((ret = reserve(&filler->memory, &filler->bytes, arena_of(prepared, filler->texture, NULL).bytes)) < 0)
        return ret;
    if ((ret = df_fill_reserve(fill, format, format->width, format->height)) < 0)
        return ret;
    Arena arena = arena_of(prepared, filler->texture, filler->memory);

    fill->no_context = !cut_out(&arena, &key, image, mask, box, filler->texture);
    int texture = filler->texture && !coarse && !fill->no_context;
    if ((ret = df_color_to_rgb(prepared->color, arena.color, &arena.planes, arena.image)) < 0)
        return ret;
    if (sketch && prepared->sketch)
        draw_sketch(&arena, &key, sketch, box->place);
    const uint8_t *roi = find_roi(&arena, &key, mask, box, texture);
    if ((ret = run_network(filler, prepared, &arena, roi, sketch && prepared->sketch, coarse)) < 0)
        return ret;
    return finish(filler, prepared, &arena, texture, &fill->planes);
}

int df_fill_workspace(const DeepfillModel *model, const DeepfillFormat *format, const DfBox *box, int threads,
                      int texture, size_t *bytes)
{
    DfColorKey key = df_color_key_of(format, box);
    DfPrepared prepared = { 0 };
    int ret = df_prepare(&prepared, model, &key, threads, texture);

    if (ret >= 0)
        *bytes = arena_of(&prepared, texture, NULL).bytes;
    df_prepared_free(&prepared);
    return ret;
}
