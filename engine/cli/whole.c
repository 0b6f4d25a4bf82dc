/**
 * @file
 * A still picture's hole filled in one run of the network.
 */
#include "cli/fill.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base.h"
#include "cli/cli.h"
#include "image/grain.h"
#include "image/mask.h"
#include "image/sketch.h"
#include "kernels/gemm.h"
#include "model/model.h"
#include "texture/texture.h"

/* Memory below this is taken without a word. */
#define MUCH ((size_t)1 << 30)

/** The region: the picture, or its upper left part, and what lies around it. All planes are of its size. */
typedef struct Region {
    int width, height;      /* of the region, in pixels */
    int inside_x, inside_y; /* of the picture in it */
    void *memory;           /* holds all that follows */
    float *image, *result;  /* RGB in -1..1; with --exact, the result is as the network has it */
    float *sketch;          /* NULL: none */
    uint8_t *hole;
    uint8_t *needed;        /* what the picture takes of the result */
    void *workspace;        /* the network's, then the texture's */
} Region;

/* --------------------------------------------------------------------------------------- sizes -- */

static int round_up(int side, int least, int multiple)
{
    return (DF_MAX(side, least) + multiple - 1) / multiple * multiple;
}

/** What --exact makes of the picture's sides: cut off where the original cuts, else as they are. */
static int exact_sides(const DfFillJob *job, const DfStill *still, Region *region)
{
    const DfSemantics *semantics = df_model_semantics(job->model);
    int unit = semantics->alignment, least = semantics->least_side;
    region->width = still->width / unit * unit;
    region->height = still->height / unit * unit;
    int whole = region->width == still->width && region->height == still->height;
    if (region->width >= least && region->height >= least && (whole || semantics->crop))
        return 0;
    return df_error(-EINVAL, "%s: has %dx%d pixels, the original of '%s' takes sides %s multiples of %d from "
                    "%d on: leave --exact out", job->name, still->width, still->height, semantics->name,
                    semantics->crop ? "cut down to" : "that are", unit, least);
}

static int find_sides(const DfFillJob *job, const DfStill *still, Region *region)
{
    DeepfillModelInfo info;
    if (job->exact) {
        int ret = exact_sides(job, still, region);
        region->inside_x = region->width;
        region->inside_y = region->height;
        return ret;
    }
    deepfill_model_info(job->model, &info);
    region->width = round_up(still->width, info.least_side, info.alignment);
    region->height = round_up(still->height, info.least_side, info.alignment);
    region->inside_x = still->width;
    region->inside_y = still->height;
    return 0;
}

/** Say what memory is needed where it is much; refuse what is not there. */
static int check_memory(const DfFillJob *job, const Region *region, size_t bytes)
{
    char needed[32], left[32];
    size_t free = df_memory_free();
    df_memory_text(needed, bytes);
    if (bytes > free)
        return df_error(-ENOMEM, "%s: %dx%d pixels in one region take %s of memory, and %s are left: %s",
                        job->name, region->width, region->height, needed, df_memory_text(left, free),
                        job->exact ? "without --exact, --regions takes less" : "--regions takes less");
    if (bytes >= MUCH)
        df_cli_note("%s: %dx%d pixels in one region take %s of memory", job->name, region->width,
                    region->height, needed);
    return 0;
}

static size_t take(size_t *total, size_t bytes)
{
    size_t at = *total;
    *total = df_size_add(*total, df_size_align(bytes));
    return at;
}

static int alloc_region(const DfFillJob *job, Region *region, const DfPlan *plan)
{
    size_t pixels = df_size_mul(region->width, region->height), bytes = 0;
    size_t image = take(&bytes, df_size_mul(pixels, 3 * sizeof(float)));
    size_t result = take(&bytes, df_size_mul(pixels, 3 * sizeof(float)));
    size_t sketch = take(&bytes, job->sketch ? df_size_mul(pixels, sizeof(float)) : 0);
    size_t hole = take(&bytes, pixels), needed = take(&bytes, pixels);
    size_t texture = job->texture ? df_texture_bytes(region->width, region->height) : 0;
    size_t network = df_plan_workspace(plan), workspace = take(&bytes, DF_MAX(network, texture));
    int ret = check_memory(job, region, bytes);
    if (ret < 0)
        return ret;
    uint8_t *memory = region->memory = df_alloc(bytes);
    if (!memory)
        return -ENOMEM;
    region->image = (float *)(memory + image);
    region->result = (float *)(memory + result);
    region->sketch = job->sketch ? (float *)(memory + sketch) : NULL;
    region->hole = memory + hole;
    region->needed = memory + needed;
    region->workspace = memory + workspace;
    return 0;
}

/* ------------------------------------------------------------------------------------ the input -- */

static unsigned load(const DfStill *still, int plane, size_t at)
{
    return still->depth == 8 ? still->planes[plane][at] : ((const uint16_t *)still->planes[plane])[at];
}

static void store(DfStill *still, int plane, size_t at, unsigned value)
{
    if (still->depth == 8)
        still->planes[plane][at] = (uint8_t)value;
    else
        ((uint16_t *)still->planes[plane])[at] = (uint16_t)value;
}

/** The index inside 0..length - 1 that `i` reflects; the edge itself is not repeated. */
static int reflect(int i, int length)
{
    int period = 2 * length - 2;
    if (i < length || !period)
        return DF_MIN(i, length - 1);
    i %= period;
    return i < length ? i : period - i;
}

static void put_row(const DfFillJob *job, const DfStill *still, const Region *region, int y)
{
    int from_y = reflect(y, region->inside_y);
    size_t row = (size_t)from_y * still->width, out = (size_t)y * region->width;
    float half = ((1 << still->depth) - 1) / 2.0f;
    uint8_t *hole = region->hole + out, *needed = region->needed + out;
    df_mask_weights(job->mask, from_y, 0, region->inside_x, 0, 0, hole);
    for (int x = 0; x < region->width; x++) {
        int from_x = reflect(x, region->inside_x);
        needed[x] = y < region->inside_y && x < region->inside_x && hole[x];
        hole[x] = x < region->inside_x ? hole[x] == DF_WEIGHT_HOLE : hole[from_x];
        for (int c = 0; c < 3; c++) {
            unsigned value = load(still, still->colours == 3 ? c : 0, row + from_x);
            region->image[3 * (out + x) + c] = value / half - 1;
        }
        if (region->sketch)
            region->sketch[out + x] = df_sketch_line(job->sketch, from_x, from_y);
    }
}

/* --------------------------------------------------------------------------------------- the run -- */

/** Keeps the values of one row: of the last one, those that the original would give. */
typedef struct Capture {
    const char *row;
    float *result;
} Capture;

static void keep(void *opaque, const char *row, DfShape shape, const float *activation)
{
    const Capture *capture = opaque;
    if (!strcmp(row, capture->row))
        memcpy(capture->result, activation, df_shape_count(shape) * sizeof *activation);
}

static void run(const DfFillJob *job, const DfPlan *plan, const Region *region, DfThreadPool *pool)
{
    const DfNet *net = df_model_semantics(job->model)->net;
    int row = job->coarse && net->coarse >= 0 ? net->coarse : net->count - 1;
    Capture capture = { net->rows[row].name, region->result };
    DfRun run = { .image = region->image, .hole = region->hole, .sketch = region->sketch,
                  .needed = region->needed, .pool = pool };
    *(job->coarse ? &run.stage1 : &run.stage2) = region->result;
    if (job->exact) {
        /* The picture in -1..1 is of no use, the input no longer. */
        *(job->coarse ? &run.stage1 : &run.stage2) = region->image;
        run.watch = keep;
        run.opaque = &capture;
    }
    if (df_model_uses_blas(job->model))
        df_gemm_open();
    df_model_run(job->model, plan, region->workspace, &run);
    if (df_model_uses_blas(job->model))
        df_gemm_close();
}

/** Put the fill into the picture and give it texture: where that is done, it is the result. */
static void add_texture(Region *region, const DfParallel *parallel)
{
    uint8_t *state = region->needed;
    DfTexturePicture picture = { region->width, region->height, region->image, state };
    for (int y = 0; y < region->height; y++)
        for (int x = 0; x < region->width; x++) {
            size_t at = (size_t)y * region->width + x;
            size_t from = (size_t)reflect(y, region->inside_y) * region->width + reflect(x, region->inside_x);
            state[at] = region->hole[at] ? region->needed[at] ? DF_TEXTURE_HOLE : DF_TEXTURE_OTHER
                                         : region->needed[at] ? DF_TEXTURE_RING : DF_TEXTURE_KNOWN;
            if (region->hole[at])
                memcpy(region->image + 3 * at, region->result + 3 * from, 3 * sizeof(float));
        }
    if (df_texture(&picture, parallel, region->workspace))
        region->result = region->image;
}

/* ----------------------------------------------------------------------------------- the output -- */

/** A value of -1..1 as a level of the picture's depth. */
static unsigned level(const DfStill *still, float value)
{
    float most = (1 << still->depth) - 1;
    return (unsigned)lrintf(DF_CLAMP((value + 1) * 0.5f * most, 0, most));
}

/** The luma of BT.601: channels of a gray picture are near equal anyway. */
static float gray(const float *rgb)
{
    return 0.299f * rgb[0] + 0.587f * rgb[1] + 0.114f * rgb[2];
}

/** What the fill has a share in of one row; all else stays as it is. */
static void paste_row(const DfFillJob *job, DfStill *still, const Region *region, int y, uint8_t *share)
{
    const float *rgb = region->result + 3 * (size_t)y * region->width;
    if (!df_mask_opacities(job->mask, y, 0, still->width, 0, 0, share))
        return;
    for (int x = 0; x < still->width; x++, rgb += 3) {
        size_t at = (size_t)y * still->width + x;
        for (int c = 0; share[x] && c < still->colours; c++) {
            uint32_t fill = level(still, still->colours == 3 ? rgb[c] : gray(rgb));
            uint32_t mixed = load(still, c, at) * (DF_WEIGHT_HOLE - share[x]) + fill * share[x];
            store(still, c, at, (mixed + DF_WEIGHT_HOLE / 2) / DF_WEIGHT_HOLE);
        }
    }
}

/** The original's own arithmetic for every pixel: known ones go to values and back, too. */
static int write_exact(const DfFillJob *job, DfStill *still, const Region *region)
{
    const DfSemantics *semantics = df_model_semantics(job->model);
    int reversed = df_model_order(job->model) == DF_BGR;
    DfStill out = { .width = region->width, .height = region->height, .depth = 8, .colours = 3 };
    if (df_picture_alloc(&out) < 0)
        return -ENOMEM;
    for (int y = 0; y < out.height; y++)
        for (int x = 0; x < out.width; x++) {
            size_t at = (size_t)y * out.width + x, from = (size_t)y * still->width + x;
            for (int c = 0; c < 3; c++) {
                int plane = still->colours == 3 ? c : 0;
                float value = region->hole[at] ? region->result[3 * at + (reversed ? 2 - c : c)]
                                               : semantics->load(load(still, plane, from), c);
                out.planes[c][at] = semantics->store(value, c);
            }
        }
    /* A profile of grays is none of colours. */
    if (still->colours != 3) {
        df_free(still->profile);
        still->profile = NULL;
    }
    df_free(still->planes[0]);
    still->width = out.width;
    still->height = out.height;
    still->colours = out.colours;
    still->alpha = 0;
    memcpy(still->planes, out.planes, sizeof still->planes);
    return 0;
}

static int paste(const DfFillJob *job, DfStill *still, const Region *region)
{
    uint8_t *share = df_alloc(still->width);
    if (!share)
        return -ENOMEM;
    for (int y = 0; y < still->height; y++)
        paste_row(job, still, region, y, share);
    df_free(share);
    return 0;
}

static int add_grain(const DfFillJob *job, DfStill *still)
{
    DeepfillImage image = df_picture_image(still);
    DfArena scratch = { 0 };
    int ret = df_grain_picture(&image, job->mask, NULL, &scratch);
    df_arena_free(&scratch);
    return ret;
}

int df_fill_whole(const DfFillJob *job, DfStill *still, DfFillReport *report)
{
    int threads = DF_MIN(df_cpu_count(), DF_MOST_THREADS);
    DfPlan *plan = NULL;
    DfThreadPool *pool = NULL;
    Region region = { 0 };
    int ret = find_sides(job, still, &region);
    *report = (DfFillReport){ 0 };
    if (ret < 0)
        return ret;
    if (!job->exact && !job->mask->part_count)
        return 0;
    ret = df_plan_create(&plan, job->model, region.width, region.height, threads);
    if (!ret)
        ret = alloc_region(job, &region, plan);
    if (!ret)
        ret = df_thread_pool_open(&pool, threads - 1);
    if (!ret) {
        for (int y = 0; y < region.height; y++)
            put_row(job, still, &region, y);
        run(job, plan, &region, pool);
        if (job->texture)
            add_texture(&region, &(DfParallel){ pool, threads });
        *report = (DfFillReport){ 1, region.width, region.height };
        ret = job->exact ? write_exact(job, still, &region) : paste(job, still, &region);
        if (!ret && job->grain && !job->exact && !job->coarse)
            ret = add_grain(job, still);
    }
    df_thread_pool_close(&pool);
    df_plan_close(&plan);
    df_free(region.memory);
    return ret;
}
