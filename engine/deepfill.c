/**
 * @file
 * The public functions of contexts and frames: each checks what it was given, calls one room, and returns. Those
 * of masks and sketches are in deepfill_mask.c, those of models in model/.
 */
#include "deepfill.h"

#include <errno.h>

#include "context.h"
#include "cpu.h"
#include "image/packed.h"
#include "kernels/gemm.h"
#include "model/model.h"
#include "overlay/cache.h"
#include "sized.h"

struct DeepfillContext {
    DeepfillSettings settings; /* the model with a reference of our own; the format with planes */
    DeepfillFormat format;     /* as frames come */
    DeepfillInfo info;
    DeepfillModelInfo model;
    DfFrames frames;
    DfRegions *regions;        /* of the latest frame with a hole: the next one's boxes stay where they can */
    DeepfillMask *mask;        /* that they were made of */
    DfOverlayCache overlays[2]; /* of the latest overlay and of another: fields take turns */
};

#define STRING(text) #text
#define VERSION(major, minor, patch) STRING(major) "." STRING(minor) "." STRING(patch)

const char *deepfill_version(void)
{
    return VERSION(DEEPFILL_VERSION_MAJOR, DEEPFILL_VERSION_MINOR, DEEPFILL_VERSION_PATCH);
}

const char *deepfill_error(void)
{
    return df_error_text();
}

/* ----------------------------------------------------------------------------- contexts -- */

static DeepfillSettings default_settings(void)
{
    return (DeepfillSettings){ .delay = -1, .temporal = 1, .ahead = -1, .memory = 512, .texture = 1, .grain = 1,
                               .overlay_fade = 1, .log_level = DEEPFILL_LOG_INFO };
}

void deepfill_defaults_sized(DeepfillSettings *settings, DeepfillModel *model, const DeepfillFormat *format,
                             size_t size)
{
    DeepfillSettings own = default_settings();

    own.model = model;
    own.format = *format;
    df_sized_give(settings, size, &own, sizeof own);
}

static int check_settings(const DeepfillSettings *s)
{
    if (!s->model)
        return df_error(-EINVAL, "a context needs a model");
    if (df_format_check(&s->format) < 0 || (s->size && df_check_range("size", s->size, 64, 4096)) ||
        df_check_range("workers", s->workers, 0, 256) || df_check_range("delay", s->delay, -1, 1024) ||
        df_check_range("temporal", s->temporal, 0, 1) || df_check_range("ahead", s->ahead, -1, 1024) ||
        df_check_range("memory", s->memory, 1, 1 << 20) || df_check_range("preview", s->preview, 0, 1) ||
        df_check_range("texture", s->texture, 0, 1) || df_check_range("grain", s->grain, 0, 1) ||
        df_check_range("dilate_time", s->dilate_time, 0, DF_MOST_HELD) ||
        df_check_range("overlay_fade", s->overlay_fade, 0, 1) ||
        df_check_range("overlay_estimate", s->overlay_estimate, 0, 1) || df_check_range("shots", s->shots, 0, 1) ||
        df_check_range("log level", (int)s->log_level, DEEPFILL_LOG_ERROR, DEEPFILL_LOG_DEBUG))
        return -EINVAL;
    if (s->shots && (!s->temporal || s->preview))
        return df_error(-EINVAL, "shots are told by other frames: temporal is 0, or preview is 1");
    return 0;
}

/**
 * Threads to each box: one where as many frames are in flight as there are workers; else those without a frame
 * help.
 */
static int box_threads(const DeepfillInfo *info)
{
    return DF_MIN(df_ceil_div(info->workers, info->delay + 1), DF_MOST_THREADS);
}

/** Replace defaults by what is chosen. */
static void choose(DeepfillContext *ctx)
{
    DeepfillSettings *s = &ctx->settings;
    int size = s->size ? s->size : ctx->model.size;

    s->size = DF_MAX(size / ctx->model.alignment * ctx->model.alignment,
                     df_round_up(ctx->model.least_side, ctx->model.alignment));
    if (!s->workers)
        s->workers = DF_MIN(df_cpu_count(), 256);
    if (s->delay < 0)
        s->delay = s->workers;
    if (s->preview)
        s->temporal = 0;
    if (!s->temporal)
        s->ahead = 0;
    else if (s->ahead < 0)
        s->ahead = DEEPFILL_DEFAULT_AHEAD;
    ctx->info = (DeepfillInfo){ .size = s->size, .workers = s->workers, .delay = s->delay,
                                .temporal = s->temporal, .ahead = s->ahead, .memory = s->memory,
                                .cpu = df_cpu_name(df_cpu_level()), .preview = s->preview,
                                .texture = s->texture, .grain = s->grain, .warning = df_cpu_warning() };
    if (df_model_uses_blas(s->model)) {
        ctx->info.blas = df_gemm_description();
        if (!ctx->info.warning)
            ctx->info.warning = df_gemm_warning();
    }
}

/** What boxes depend on, but for the mask's feather. */
static DfRules rules_of(const DeepfillContext *ctx)
{
    const DeepfillFormat *format = &ctx->settings.format;

    return (DfRules){
        .width = format->width, .height = format->height, .size = ctx->info.size,
        .alignment = ctx->model.alignment,
        .least_side = df_round_up(ctx->model.least_side, ctx->model.alignment),
        .grid_x = 1 << format->sub_x, .grid_y = 1 << format->sub_y,
    };
}

static int open_frames(DeepfillContext *ctx)
{
    const DeepfillInfo *info = &ctx->info;
    DfFramesSettings settings = {
        .model = ctx->settings.model, .format = ctx->settings.format, .rules = rules_of(ctx),
        .workers = info->workers, .delay = info->delay, .threads = box_threads(info),
        .temporal = info->temporal, .ahead = info->ahead, .texture = info->texture, .grain = info->grain,
        .dilate_time = ctx->settings.dilate_time, .overlay_fade = ctx->settings.overlay_fade,
        .overlay_estimate = ctx->settings.overlay_estimate, .shots = ctx->settings.shots,
        .memory = df_size_mul(info->memory, 1 << 20),
        .log = { ctx->settings.log, ctx->settings.log_opaque, ctx->settings.log_level },
        .ready = ctx->settings.ready, .ready_opaque = ctx->settings.ready_opaque,
    };

    return df_frames_open(&ctx->frames, &settings);
}

/** Tell what was chosen, at VERBOSE. */
static void log_choice(const DeepfillContext *ctx)
{
    const DeepfillFormat *format = &ctx->settings.format;
    const DeepfillInfo *info = &ctx->info;

    df_log(&ctx->frames.log, DEEPFILL_LOG_VERBOSE,
           "libdeepfill %s: model %s, frames %dx%d, %d bits, size %d, workers %d, delay %d, temporal %d, ahead %d, "
           "memory %d MiB, texture %d, grain %d, kernels %s", deepfill_version(), ctx->model.name, format->width,
           format->height, format->depth, info->size, info->workers, info->delay, info->temporal, info->ahead,
           info->memory, info->texture, info->grain, info->cpu);
}

int deepfill_open_sized(DeepfillContext **context, const DeepfillSettings *settings, size_t size)
{
    DeepfillSettings own = default_settings();
    DeepfillContext *ctx;
    int ret;

    df_error_clear();
    if (!context || !settings)
        return df_error(-EINVAL, "a context needs settings");
    if ((ret = df_sized_take(&own, sizeof own, settings, size, "settings")) < 0 || (ret = check_settings(&own)) < 0)
        return ret;
    if (!(ctx = df_alloc(sizeof *ctx)))
        return -ENOMEM;
    ctx->settings = own;
    ctx->format = own.format;
    ctx->settings.format = df_planar_format(&own.format);
    df_model_ref(own.model);
    deepfill_model_info(own.model, &ctx->model);
    if (df_model_uses_blas(own.model))
        df_gemm_open();
    choose(ctx);
    if ((ret = open_frames(ctx)) < 0)
        goto fail;
    log_choice(ctx);
    *context = ctx;
    return 0;
fail:
    deepfill_close(&ctx);
    return ret;
}

void deepfill_info_sized(const DeepfillContext *ctx, DeepfillInfo *info, size_t size)
{
    df_sized_give(info, size, &ctx->info, sizeof ctx->info);
}

int deepfill_delay(const DeepfillContext *ctx)
{
    return ctx->frames.slot_count - 1;
}

DfFrames *df_context_frames(DeepfillContext *ctx)
{
    return &ctx->frames;
}

void deepfill_close(DeepfillContext **context)
{
    DeepfillContext *ctx = context ? *context : NULL;

    if (!ctx)
        return;
    *context = NULL;
    df_frames_close(&ctx->frames);
    df_regions_close(&ctx->regions);
    deepfill_mask_close(&ctx->mask);
    for (size_t i = 0; i < DF_COUNT(ctx->overlays); i++)
        df_overlay_cache_free(&ctx->overlays[i]);
    if (df_model_uses_blas(ctx->settings.model))
        df_gemm_close();
    deepfill_model_close(&ctx->settings.model);
    df_free(ctx);
}

/* ------------------------------------------------------------------------------- frames -- */

static int check_mask_size(const DeepfillContext *ctx, const DeepfillMask *mask)
{
    const DeepfillFormat *format = &ctx->settings.format;

    if (mask->settings.width != format->width || mask->settings.height != format->height)
        return df_error(-EINVAL, "the mask is for frames of %dx%d, these are %dx%d", mask->settings.width,
                        mask->settings.height, format->width, format->height);
    return 0;
}

static int check_overlay_size(const DeepfillContext *ctx, const DeepfillOverlay *overlay)
{
    const DeepfillFormat *format = &ctx->settings.format;

    if (overlay->width != format->width || overlay->height != format->height)
        return df_error(-EINVAL, "the overlay is for frames of %dx%d, these are %dx%d", overlay->width,
                        overlay->height, format->width, format->height);
    return 0;
}

static int check_sketch(const DeepfillContext *ctx, const DeepfillSketch *sketch)
{
    const DeepfillFormat *format = &ctx->settings.format;

    if (!ctx->model.sketch)
        return df_error(-EINVAL, "model '%s' takes no sketch: it was trained without", ctx->model.name);
    if (sketch->width != format->width || sketch->height != format->height)
        return df_error(-EINVAL, "the sketch is for frames of %dx%d, these are %dx%d", sketch->width,
                        sketch->height, format->width, format->height);
    return 0;
}

static int check_plane(const DeepfillImage *image, int plane)
{
    int bytes = df_sample_bytes(&image->format);
    int width = df_plane_side(image->format.width, df_plane_sub_x(&image->format, plane)) *
                df_packed_step(image->format.layout);
    ptrdiff_t stride = image->stride[plane];

    if (!image->data[plane])
        return df_error(-EINVAL, "plane %d of the frame is missing", plane);
    /* A frame of one row needs no distance to the next. */
    if (image->format.height > 1 && (stride < 0 ? -stride : stride) < (ptrdiff_t)width * bytes)
        return df_error(-EINVAL, "plane %d: rows are %td bytes apart, too near for %d samples", plane, stride,
                        width);
    if (((uintptr_t)image->data[plane] | (uintptr_t)stride) % bytes)
        return df_error(-EINVAL, "plane %d: 16-bit samples must lie at even addresses", plane);
    return 0;
}

static int check_frame(const DeepfillContext *ctx, const DeepfillFrame *frame)
{
    const DeepfillFormat *own = &ctx->format, *given = &frame->image.format;

    if (!df_format_same_planes(own, given))
        return df_error(-EINVAL,
                        "a frame of %dx%d, %d bits, layout %d came, expected were %dx%d, %d bits, layout %d",
                        given->width, given->height, given->depth, (int)given->layout,
                        own->width, own->height, own->depth, (int)own->layout);
    if (df_check_range("show", (int)frame->show, DEEPFILL_SHOW_FILL, DEEPFILL_SHOW_OVERLAY) < 0)
        return -EINVAL;
    if (ctx->info.preview && (frame->show == DEEPFILL_SHOW_FILL || frame->show == DEEPFILL_SHOW_SOURCES))
        return df_error(-EINVAL, "a preview fills no frame: show is %d", (int)frame->show);
    if (ctx->settings.shots && frame->show != DEEPFILL_SHOW_FRAME)
        return df_error(-EINVAL, "where shots alone are told no frame is filled: show is %d", (int)frame->show);
    for (int p = 0; df_frames_read(&ctx->frames, frame) && p < df_plane_count(own); p++)
        if (check_plane(&frame->image, p) < 0)
            return -EINVAL;
    if (frame->mask && check_mask_size(ctx, frame->mask) < 0)
        return -EINVAL;
    if (frame->keep_out && check_mask_size(ctx, frame->keep_out) < 0)
        return -EINVAL;
    if (frame->overlay && check_overlay_size(ctx, frame->overlay) < 0)
        return -EINVAL;
    return frame->sketch ? check_sketch(ctx, frame->sketch) : 0;
}

/** The boxes of a mask, as they follow from those of the frame before. @return 0 or -ENOMEM */
static int regions_of(const DeepfillContext *ctx, const DeepfillMask *mask, DfRegions **regions)
{
    DfRules rules = rules_of(ctx);

    rules.feather = mask->settings.feather;

    if (mask == ctx->mask) {
        *regions = df_regions_ref(ctx->regions);
        return 0;
    }
    return df_regions_create(regions, &rules, mask->parts, mask->part_count, ctx->regions);
}

static int describe(const DeepfillContext *ctx, const DfBox *box, DeepfillBox *out)
{
    *out = (DeepfillBox){ .x = box->place.x0, .y = box->place.y0, .width = df_rect_width(box->place),
                          .height = df_rect_height(box->place), .net_width = box->net_width,
                          .net_height = box->net_height };
    return df_fill_workspace(ctx->settings.model, &ctx->settings.format, box, box_threads(&ctx->info),
                             ctx->info.texture, &out->workspace);
}

int deepfill_boxes_sized(DeepfillContext *ctx, const DeepfillMask *mask, DeepfillBox *boxes, int max, size_t size)
{
    DfRegions *regions;
    int ret;

    df_error_clear();
    if (!mask || (max > 0 && !boxes))
        return df_error(-EINVAL, "boxes of what mask, and where to?");
    if ((ret = check_mask_size(ctx, mask)) < 0 || (ret = regions_of(ctx, mask, &regions)) < 0)
        return ret;
    ret = regions->box_count;
    for (int i = 0; i < regions->box_count && i < max; i++) {
        DeepfillBox own;
        int failed = describe(ctx, &regions->boxes[i], &own);
        if (failed < 0) {
            ret = failed;
            break;
        }
        df_sized_give((uint8_t *)boxes + i * size, size, &own, sizeof own);
    }
    df_regions_close(&regions);
    return ret;
}

/** Remember whose boxes the next frame's should stay in. Takes over the reference to the regions. */
static void remember(DeepfillContext *ctx, DeepfillMask *mask, DfRegions *regions)
{
    df_regions_close(&ctx->regions);
    ctx->regions = regions;
    if (mask != ctx->mask) {
        deepfill_mask_close(&ctx->mask);
        ctx->mask = deepfill_mask_ref(mask);
    }
}

int deepfill_send_sized(DeepfillContext *ctx, const DeepfillFrame *given, size_t size)
{
    DeepfillFrame frame = { 0 };
    DfOverlayPlanes *planes = NULL;
    DeepfillMask *beside = NULL;
    DfRegions *regions = NULL;
    int ret;

    df_error_clear();
    if (!given)
        return df_error(-EINVAL, "no frame was given");
    if ((ret = df_sized_take(&frame, sizeof frame, given, size, "a frame")) < 0)
        return ret;
    if ((ret = df_frames_room(&ctx->frames)) < 0)
        return ret == -EPIPE ? df_error(ret, "a frame was sent after the flush") : ret;
    if ((ret = check_frame(ctx, &frame)) < 0)
        return ret;
    if (frame.overlay) {
        DeepfillFormat format = df_planar_format(&frame.image.format);
        if ((ret = df_overlay_cache_update(ctx->overlays, frame.overlay, frame.mask, &format)) < 0)
            return ret;
        planes = ctx->overlays[0].planes;
        beside = ctx->overlays[0].mask;
        frame.mask = ctx->overlays[0].hole;
    }
    if (frame.mask && frame.mask->part_count && frame.show != DEEPFILL_SHOW_FRAME &&
        (ret = regions_of(ctx, frame.mask, &regions)) < 0)
        return ret;
    ret = df_frames_send(&ctx->frames, &frame, regions, planes, beside);
    if (ret >= 0 && regions)
        remember(ctx, frame.mask, regions);
    else
        df_regions_close(&regions);
    return ret;
}

int deepfill_receive_sized(DeepfillContext *ctx, DeepfillResult *result, int wait, size_t size)
{
    DeepfillResult own;
    int ret;

    df_error_clear();
    if (!result)
        return df_error(-EINVAL, "no place for the result was given");
    if ((ret = df_frames_receive(&ctx->frames, &own, wait)) >= 0)
        df_sized_give(result, size, &own, sizeof own);
    return ret;
}

void deepfill_flush(DeepfillContext *ctx)
{
    df_pipeline_flush(ctx->frames.pipeline);
}

void deepfill_reset(DeepfillContext *ctx)
{
    df_frames_reset(&ctx->frames);
    df_regions_close(&ctx->regions);
    deepfill_mask_close(&ctx->mask);
    for (size_t i = 0; i < DF_COUNT(ctx->overlays); i++)
        df_overlay_cache_free(&ctx->overlays[i]);
}
