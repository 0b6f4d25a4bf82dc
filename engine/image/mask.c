/**
 * @file
 * From a mask picture to weights: each row is looked at once for where its hole begins and ends, and
 * everything after that touches only what lies within reach of a hole.
 */
#include "image/mask.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "image/component.h"
#include "plane/distance.h"

/** The picture as the frame sees it: scaled to its size, its values made into hole or not. */
typedef struct Source {
    const uint8_t *data;
    ptrdiff_t stride;
    int width, height;             /* of the picture */
    int frame_width, frame_height;
    uint8_t inside[256];           /* 1 for the values that are hole */
    uint8_t seed[256];             /* 1 for the values from which it is grown and feathered */
    uint8_t opacity[256];          /* of a soft mask: the values' own weights */
    uint8_t background;            /* the value that empty parts of a clean mask have */
    uint8_t *scaled;               /* one row at the frame's width; NULL where sizes agree */
} Source;

/** Columns x0 <= x < x1 of a row; none where x0 >= x1. */
typedef struct Span {
    int x0, x1;
} Span;

/** What the passes share; coordinates are relative to the extent. */
typedef struct Growth {
    int width, height;
    int reach;          /* dilate + feather */
    Span *near;         /* per row: the columns that a hole sample may reach */
    int16_t *offset;    /* vertical distances */
    int *site, *stack;  /* one row's results and scratch */
    uint8_t *weight_of; /* squared distance, up to reach^2 + 1 -> weight */
} Growth;

static void source_init(Source *source, const DeepfillMaskSettings *settings, const uint8_t *data,
                        ptrdiff_t stride, int width, int height)
{
    int last_outside = (int)floor((double)settings->threshold * 255);

    *source = (Source){ .data = data, .stride = stride, .width = width, .height = height,
                        .frame_width = settings->width, .frame_height = settings->height,
                        .background = settings->invert ? 255 : 0 };
    for (int v = 0; v < 256; v++) {
        int white = settings->invert ? 255 - v : v;
        source->inside[v] = settings->soft ? white > DEEPFILL_SOFT_BLACK
                                           : (v > last_outside) != !!settings->invert;
        source->seed[v] = settings->soft ? white >= DEEPFILL_SOFT_WHITE : source->inside[v];
        int most = DEEPFILL_SOFT_WHITE - DEEPFILL_SOFT_BLACK, above = DF_CLAMP(white - DEEPFILL_SOFT_BLACK, 0, most);
        source->opacity[v] = (uint8_t)((above * DF_WEIGHT_HOLE + most / 2) / most);
    }
}

static const uint8_t *source_row(const Source *source, int y)
{
    const uint8_t *row = source->data + (int64_t)y * source->height / source->frame_height * source->stride;

    if (!source->scaled)
        return row;
    for (int x = 0; x < source->frame_width; x++)
        source->scaled[x] = row[(int64_t)x * source->width / source->frame_width];
    return source->scaled;
}

/** How many samples at the start of a row equal `value`, counted eight at a time. */
static int skip_value(const uint8_t *row, int count, uint8_t value)
{
    uint64_t pattern = value * UINT64_C(0x0101010101010101), word;
    int x = 0;

    for (; x + 8 <= count; x += 8) {
        memcpy(&word, row + x, 8);
        if (word != pattern)
            break;
    }
    return x;
}

static Span hole_span(const Source *source, const uint8_t *row)
{
    int x0 = 0, x1 = source->frame_width;

    if (!source->inside[source->background])
        x0 = skip_value(row, x1, source->background);
    while (x0 < x1 && !source->inside[row[x0]])
        x0++;
    while (x1 > x0 && !source->inside[row[x1 - 1]])
        x1--;
    return (Span){ x0, x1 };
}

/* Values that are neither black nor white: a tenth of the range is left to each. */
#define GREY_LEAST 26
#define GREY_MOST 229

static int is_grey(int value)
{
    return value >= GREY_LEAST && value <= GREY_MOST;
}

/** Whether a row's greys x0 <= x < x1 lead from black to white or back, and never turn: a soft edge. */
static int is_ramp(const uint8_t *row, int x0, int x1, int width)
{
    if (x0 == 0 || x1 == width || (row[x0 - 1] < GREY_LEAST) == (row[x1] < GREY_LEAST))
        return 0;
    for (int x = x0; x <= x1; x++)
        if (row[x] != row[x - 1] && (row[x] > row[x - 1]) != (row[x1] > row[x0 - 1]))
            return 0;
    return 1;
}

/**
 * Count what neither black nor white explains: the fraction of the picture's own values, and of their runs
 * along the rows how many are soft edges.
 */
static void count_greys(const Source *source, DeepfillMaskInfo *info)
{
    int64_t greys = 0, runs = 0, ramps = 0;

    for (int y = 0; y < source->height; y++) {
        const uint8_t *row = source->data + y * source->stride;
        for (int x = 0, x0; x < source->width; x++) {
            if (row[x] == 0 || row[x] == 255)
                x += skip_value(row + x, source->width - x, row[x]);
            for (x0 = x; x < source->width && is_grey(row[x]); x++)
                ;
            if (x == x0)
                continue;
            greys += x - x0;
            runs++;
            ramps += is_ramp(row, x0, x, source->width);
        }
    }
    info->greys = (double)greys / ((double)source->width * source->height);
    info->ramps = runs ? (double)ramps / (double)runs : 0;
}

/** The hole's columns in every row of the frame, and the rectangle around it all. */
static DfRect find_hole(const Source *source, Span *spans)
{
    DfRect hole = { source->frame_width, source->frame_height, 0, 0 };

    for (int y = 0; y < source->frame_height; y++) {
        spans[y] = hole_span(source, source_row(source, y));
        if (spans[y].x0 < spans[y].x1)
            hole = df_rect_union(hole, (DfRect){ spans[y].x0, y, spans[y].x1, y + 1 });
    }
    return hole;
}

/** Which columns of a row lie within reach of any hole sample's column and row. */
static void find_near(const Span *spans, DfRect extent, Growth *growth)
{
    for (int y = 0; y < growth->height; y++) {
        Span near = { extent.x1, extent.x0 };
        int first = DF_MAX(y - growth->reach, 0), last = DF_MIN(y + growth->reach, growth->height - 1);
        for (int i = first; i <= last; i++) {
            Span span = spans[extent.y0 + i];
            if (span.x0 < span.x1) {
                near.x0 = DF_MIN(near.x0, span.x0 - growth->reach);
                near.x1 = DF_MAX(near.x1, span.x1 + growth->reach);
            }
        }
        growth->near[y] = (Span){ DF_MAX(near.x0, extent.x0) - extent.x0,
                                  DF_MIN(near.x1, extent.x1) - extent.x0 };
    }
}

/** Distance from the hole -> weight: 255 up to `dilate`, then falling; `feather` is the last above 0. */
static void weight_table(uint8_t *weight_of, int dilate, int feather)
{
    int reach = dilate + feather;

    for (int d2 = 0; d2 <= reach * reach + 1; d2++) {
        double beyond = sqrt(d2) - dilate;
        if (beyond <= 0)
            weight_of[d2] = DF_WEIGHT_HOLE;
        else if (beyond > feather)
            weight_of[d2] = 0;
        else
            weight_of[d2] = DF_CLAMP((int)lrint(255 * (1 - beyond / (feather + 1))), 1, DF_WEIGHT_HOLE - 1);
    }
}

static void mark_seeds(const Source *source, const Span *spans, DeepfillMask *mask)
{
    DfRect extent = mask->extent;
    int width = df_rect_width(extent);

    for (int y = extent.y0; y < extent.y1; y++) {
        if (spans[y].x0 >= spans[y].x1)
            continue;
        const uint8_t *row = source_row(source, y);
        uint8_t *seed = mask->weight + (size_t)(y - extent.y0) * width - extent.x0;
        for (int x = spans[y].x0; x < spans[y].x1; x++)
            seed[x] = source->seed[row[x]];
    }
}

static void sweep_columns(const Growth *growth, const uint8_t *seed)
{
    ptrdiff_t width = growth->width;

    memset(growth->offset, (uint8_t)DF_NO_SEED, growth->height * width * sizeof *growth->offset);
    for (int y = 0; y < growth->height; y++) {
        Span near = growth->near[y];
        int16_t *offset = growth->offset + y * width + near.x0;
        const int16_t *above = y ? offset - width : NULL;
        if (near.x0 < near.x1)
            df_distance_down(seed + y * width + near.x0, above, offset, near.x1 - near.x0);
    }
    for (int y = growth->height - 2; y >= 0; y--) {
        Span near = growth->near[y];
        int16_t *offset = growth->offset + y * width + near.x0;
        if (near.x0 < near.x1)
            df_distance_up(offset + width, offset, near.x1 - near.x0);
    }
}

/** Replace the seeds by weights. @return how many samples are hole */
static int64_t weigh(const Growth *growth, uint8_t *weight)
{
    int64_t limit = (int64_t)growth->reach * growth->reach + 1, hole = 0;

    for (int y = 0; y < growth->height; y++) {
        Span near = growth->near[y];
        const int16_t *offset = growth->offset + (ptrdiff_t)y * growth->width + near.x0;
        uint8_t *row = weight + (ptrdiff_t)y * growth->width + near.x0;
        int count = near.x1 - near.x0;
        if (count <= 0)
            continue;
        df_distance_row(offset, count, growth->reach, growth->site, growth->stack);
        for (int x = 0; x < count; x++) {
            int site = growth->site[x];
            int64_t dx = x - site, dy = site < 0 ? 0 : offset[site];
            row[x] = site < 0 ? 0 : growth->weight_of[DF_MIN(dx * dx + dy * dy, limit)];
            hole += row[x] == DF_WEIGHT_HOLE;
        }
    }
    return hole;
}

/**
 * Lay a soft mask's own values over the weights: each sample gets the greater of both, and whatever is not
 * black is hole. @return how many samples became hole by that, -ENOMEM
 */
static int64_t add_greys(const Source *source, const Span *spans, DeepfillMask *mask)
{
    DfRect extent = mask->extent;
    size_t width = df_rect_width(extent), size = width * df_rect_height(extent);
    int64_t hole = 0;

    mask->opacity = df_alloc(size);
    if (!mask->opacity)
        return -ENOMEM;
    memcpy(mask->opacity, mask->weight, size);
    for (int y = extent.y0; y < extent.y1; y++) {
        if (spans[y].x0 >= spans[y].x1)
            continue;
        const uint8_t *row = source_row(source, y);
        uint8_t *weight = mask->weight + (y - extent.y0) * width - extent.x0;
        uint8_t *opacity = mask->opacity + (y - extent.y0) * width - extent.x0;
        for (int x = spans[y].x0; x < spans[y].x1; x++) {
            if (!source->inside[row[x]])
                continue;
            opacity[x] = DF_MAX(weight[x], source->opacity[row[x]]);
            hole += weight[x] != DF_WEIGHT_HOLE;
            weight[x] = DF_WEIGHT_HOLE;
        }
    }
    return hole;
}

static int growth_alloc(Growth *growth, const DeepfillMask *mask)
{
    size_t width = df_rect_width(mask->extent), height = df_rect_height(mask->extent);

    growth->width = (int)width;
    growth->height = (int)height;
    growth->reach = mask->settings.dilate + mask->settings.feather;
    growth->near = df_alloc(height * sizeof *growth->near);
    growth->offset = df_alloc(df_size_mul(df_size_mul(width, height), sizeof *growth->offset));
    growth->site = df_alloc(3 * width * sizeof *growth->site);
    growth->weight_of = df_alloc((size_t)growth->reach * growth->reach + 2);
    if (!growth->near || !growth->offset || !growth->site || !growth->weight_of)
        return -ENOMEM;
    growth->stack = growth->site + width;
    return 0;
}

static void growth_free(Growth *growth)
{
    df_free(growth->near);
    df_free(growth->offset);
    df_free(growth->site);
    df_free(growth->weight_of);
}

/** Fill in everything that depends on where the hole is. */
static int grow(DeepfillMask *mask, const Source *source, const Span *spans, DfRect hole)
{
    const DeepfillMaskSettings *settings = &mask->settings;
    Growth growth = { 0 };
    int64_t count, greys = 0;
    int ret = -ENOMEM;

    mask->extent = df_rect_clip(df_rect_grow(hole, settings->dilate + settings->feather),
                                (DfRect){ 0, 0, settings->width, settings->height });
    mask->info.first_row = mask->extent.y0;
    mask->info.end_row = mask->extent.y1;
    mask->weight = df_alloc(df_size_mul(df_rect_width(mask->extent), df_rect_height(mask->extent)));
    if (!mask->weight || growth_alloc(&growth, mask) < 0)
        goto done;
    weight_table(growth.weight_of, settings->dilate, settings->feather);
    find_near(spans, mask->extent, &growth);
    mark_seeds(source, spans, mask);
    sweep_columns(&growth, mask->weight);
    count = weigh(&growth, mask->weight);
    if (settings->soft && (greys = add_greys(source, spans, mask)) < 0)
        goto done;
    mask->info.hole = (double)(count + greys) / ((double)settings->width * settings->height);
    ret = df_components(&mask->parts, mask->weight, growth.width, growth.width, growth.height);
    if (ret < 0)
        goto done;
    mask->part_count = ret;
    for (int i = 0; i < mask->part_count; i++)
        mask->parts[i] = (DfRect){ mask->parts[i].x0 + mask->extent.x0, mask->parts[i].y0 + mask->extent.y0,
                                   mask->parts[i].x1 + mask->extent.x0, mask->parts[i].y1 + mask->extent.y0 };
    ret = 0;
done:
    growth_free(&growth);
    return ret;
}

int df_mask_create(DeepfillMask **mask_out, const DeepfillMaskSettings *settings, const uint8_t *data,
                   ptrdiff_t stride, int width, int height)
{
    int scaled = width != settings->width || height != settings->height, ret = -ENOMEM;
    DeepfillMask *mask = df_alloc(sizeof *mask);
    Span *spans = df_alloc(settings->height * sizeof *spans);
    Source source;

    source_init(&source, settings, data, stride, width, height);
    if (scaled)
        source.scaled = df_alloc(settings->width);
    if (!mask || !spans || (scaled && !source.scaled))
        goto fail;
    atomic_init(&mask->references, 1);
    mask->settings = *settings;
    mask->info.scaled = scaled;
    count_greys(&source, &mask->info);
    DfRect hole = find_hole(&source, spans);
    if (!df_rect_empty(hole) && (ret = grow(mask, &source, spans, hole)) < 0)
        goto fail;
    *mask_out = mask;
    mask = NULL;
    ret = 0;
fail:
    df_free(source.scaled);
    df_free(spans);
    deepfill_mask_close(&mask);
    return ret;
}

DeepfillMask *deepfill_mask_ref(DeepfillMask *mask)
{
    atomic_fetch_add_explicit(&mask->references, 1, memory_order_relaxed);
    return mask;
}

void deepfill_mask_close(DeepfillMask **mask)
{
    DeepfillMask *gone = mask ? *mask : NULL;

    if (!gone)
        return;
    *mask = NULL;
    /* A half-built mask has no reference yet. */
    if (atomic_fetch_sub_explicit(&gone->references, 1, memory_order_acq_rel) > 1)
        return;
    df_free(gone->weight);
    df_free(gone->opacity);
    df_free(gone->parts);
    df_free(gone);
}
