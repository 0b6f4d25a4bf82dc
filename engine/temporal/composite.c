/**
 * @file
 * Colours fetched from where the source map says, row by row, in runs that share a reference.
 */
#include "temporal/composite.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "plane/membrane.h"

/** Known samples around the hole that blending looks at. */
#define MARGIN 2

DfRect df_composite_place(const DfFrameState *s, int i)
{
    const DeepfillFormat *format = &s->image.format;
    int grid_x = 1 << format->sub_x, grid_y = 1 << format->sub_y;
    DfRect r = df_rect_grow(s->areas.items[i].hole, MARGIN);

    /* A margin on every plane: two luma samples may be half of a chroma one. */
    r = (DfRect){ (r.x0 - grid_x) & -grid_x, (r.y0 - grid_y) & -grid_y, df_round_up(r.x1, grid_x) + grid_x,
                  df_round_up(r.y1, grid_y) + grid_y };
    return df_rect_clip(r, (DfRect){ 0, 0, format->width, format->height });
}

/** The first luma sample of the hole that a plane's sample covers. @return NULL: it covers none */
static const DfMapPixel *find_pixel(const DfComposite *c, const DfMapArea *area, int sx, int sy, int px, int py, int *x,
                                    int *y)
{
    int x1 = DF_MIN((px + 1) << sx, area->hole.x1), y1 = DF_MIN((py + 1) << sy, area->hole.y1);

    for (*y = DF_MAX(py << sy, area->hole.y0); *y < y1; ++*y)
        for (*x = DF_MAX(px << sx, area->hole.x0); *x < x1; ++*x)
            if (df_mask_hole(c->state->source->mask, *x, *y))
                return &area->pixels[(size_t)(*y - area->hole.y0) * df_rect_width(area->hole) +
                                     (*x - area->hole.x0)];
    return NULL;
}

/** Where a plane's sample (px, py) comes from whose first luma sample is a map's pixel at (x, y). */
static DfOriginSample origin_of(const DfSourceMap *map, const DfMapPixel *pixel, int sx, int sy, int px, int py, int x,
                                int y)
{
    DfOriginSample origin = { .reference = pixel->reference == DF_NO_REFERENCE ? -1 : pixel->reference };

    if (origin.reference < 0)
        return origin;
    df_source_map_position(map, pixel, x, y, &origin.x, &origin.y);
    if (sx | sy) {
        origin.x = (float)px + (origin.x - (float)x) / (float)(1 << sx);
        origin.y = (float)py + (origin.y - (float)y) / (float)(1 << sy);
    }
    return origin;
}

/**
 * What was to be synthesised in a frame that failed is not there: it is synthesised in this one, for itself alone. A
 * number beyond all references says so.
 */
static void replace_missing(const DfComposite *c, DfOriginSample *origin)
{
    if (origin->reference < 0)
        return;
    const DfReference *reference = &c->map->references[origin->reference];
    if (reference->kind != DF_KIND_SHOWN && reference->source != c->state->source &&
        !reference->source->composite.count)
        origin->reference = c->map->reference_count;
}

/** Find where number `i` of a plane's samples, (px, py), comes from. */
static void lay_out_sample(DfCompositePlane *out, const DfComposite *c, const DfMapArea *area, int sx, int sy, size_t i,
                           int px, int py)
{
    int x, y;
    const DfMapPixel *pixel = find_pixel(c, area, sx, sy, px, py, &x, &y);

    out->hole[i] = pixel != NULL;
    out->origins[i].reference = -1;
    if (!pixel)
        return;
    out->origins[i] = origin_of(c->map, pixel, sx, sy, px, py, x, y);
    replace_missing(c, &out->origins[i]);
    size_t k = pixel - c->map->pixels;
    if (!out->second || !c->map->share[k])
        return;
    out->second[i] = origin_of(c->map, &c->map->second[k], sx, sy, px, py, x, y);
    out->share[i] = c->map->share[k];
}

/** Copy the frame's own samples and find where every hole sample comes from. */
static void lay_out(DfCompositePlane *out, const DfComposite *c, const DfMapArea *area, int plane)
{
    const DeepfillImage *image = &c->state->image;
    int sx = df_plane_sub_x(&image->format, plane), sy = df_plane_sub_y(&image->format, plane);
    int bytes = df_sample_bytes(&image->format), width = df_rect_width(out->place);

    for (int y = 0; y < df_rect_height(out->place); y++) {
        const uint8_t *from = image->data[plane] + (out->place.y0 + y) * image->stride[plane];
        float *row = df_plane_row(out->colour, y);
        for (int x = 0; x < width; x++) {
            row[x] = (float)df_sample_load(from, out->place.x0 + x, bytes);
            lay_out_sample(out, c, area, sx, sy, (size_t)y * width + x, out->place.x0 + x, out->place.y0 + y);
        }
    }
}

static int take_plane(DfCompositePlane *out, DfRect luma, const DeepfillFormat *format, int plane, DfArena *arena)
{
    int sx = df_plane_sub_x(format, plane), sy = df_plane_sub_y(format, plane);
    DfRect r = { luma.x0 >> sx, luma.y0 >> sy, df_plane_side(luma.x1, sx), df_plane_side(luma.y1, sy) };
    size_t samples = df_rect_area(r);

    *out = (DfCompositePlane){
        .place = r,
        .colour = df_plane_take(arena, df_rect_width(r), df_rect_height(r)),
        .hole = df_arena_take(arena, samples),
        .origins = df_arena_take(arena, df_size_mul(samples, sizeof *out->origins)),
    };
    return out->colour.data && out->hole && out->origins ? 0 : -ENOMEM;
}

/** Room for second sources, none of them there. */
static int take_second(DfCompositePlane *out, DfArena *arena)
{
    size_t samples = df_rect_area(out->place);

    out->second = df_arena_take(arena, df_size_mul(samples, sizeof *out->second));
    out->share = df_arena_take(arena, samples);
    if (!out->second || !out->share)
        return -ENOMEM;
    for (size_t i = 0; i < samples; i++)
        out->second[i].reference = -1;
    return 0;
}

/**
 * The copy that holds a position; NULL: there is none, which the planner does not let happen. Positions may lie a
 * little outside: chroma by part of a sample, what is synthesised by as far as it was carried along on a slow pan.
 */
static const DfCopy *find_copy(const DfReference *reference, int plane, float x, float y)
{
    const DfSource *source = reference->source;
    const DfCopies *copies = reference->kind == DF_KIND_SHOWN ? &source->shown : &source->composite;

    if (copies->count == 1)
        return copies->items;
    return df_copies_near(copies, x * (float)(1 << df_plane_sub_x(&source->format, plane)),
                          y * (float)(1 << df_plane_sub_y(&source->format, plane)));
}

/** Sample n positions that lie in one copy. */
static void sample_copy(const DfReference *reference, int plane, const DfCopy *copy, float *x, float *y, float *out,
                        int n)
{
    const DeepfillFormat *format = &reference->source->format;
    DfTexture texture = df_copy_texture(copy, format, plane);
    float left = (float)(copy->place.x0 >> df_plane_sub_x(format, plane));
    float top = (float)(copy->place.y0 >> df_plane_sub_y(format, plane));

    for (int i = 0; i < n; i++) {
        x[i] -= left;
        y[i] -= top;
    }
    df_sample_cubic(out, &texture, x, y, n);
    for (int i = 0; i < n; i++)
        out[i] = df_light_apply(reference->light[plane], out[i]);
}

void df_composite_sample(const DfSourceMap *map, int plane, int number, float *x, float *y, float *out, int n)
{
    const DfReference *reference = &map->references[number];

    for (int i = 0, to; i < n; i = to) {
        const DfCopy *copy = find_copy(reference, plane, x[i], y[i]);
        for (to = i + 1; to < n && find_copy(reference, plane, x[to], y[to]) == copy; to++)
            ;
        if (copy)
            sample_copy(reference, plane, copy, x + i, y + i, out + i, to - i);
        for (int k = i; !copy && k < to; k++)
            out[k] = 0;
    }
}

/** Positions of a row, and colours of second sources there. */
typedef struct Run {
    float *x, *y, *second;
} Run;

static void sample_row(const DfComposite *c, int plane, const DfOriginSample *origins, int width, const Run *run,
                       float *out)
{
    for (int x = 0, to; x < width; x = to) {
        to = x + 1;
        if (origins[x].reference < 0 || df_composite_is_fresh(c, &origins[x]))
            continue;
        while (to < width && origins[to].reference == origins[x].reference)
            to++;
        for (int k = x; k < to; k++) {
            run->x[k] = origins[k].x;
            run->y[k] = origins[k].y;
        }
        df_composite_sample(c->map, plane, origins[x].reference, run->x + x, run->y + x, out + x, to - x);
    }
}

/** Room for a run of the widest plane. */
static int take_run(Run *run, int width, DfArena *arena)
{
    size_t bytes = df_size_mul(width, sizeof *run->x);

    *run = (Run){ df_arena_take(arena, bytes), df_arena_take(arena, bytes), df_arena_take(arena, bytes) };
    return run->x && run->y && run->second ? 0 : -ENOMEM;
}

/** Mix second sources into a row of a plane. */
static void mix_row(const DfComposite *c, const DfCompositePlane *plane, int p, int y, const Run *run)
{
    int width = df_rect_width(plane->place);
    const DfOriginSample *second = plane->second + (size_t)y * width;
    const uint8_t *share = plane->share + (size_t)y * width;
    float *out = df_plane_row(plane->colour, y);

    sample_row(c, p, second, width, run, run->second);
    for (int x = 0; x < width; x++)
        if (second[x].reference >= 0)
            out[x] += (float)share[x] / DF_SHARE_STEPS * (run->second[x] - out[x]);
}

/** Sample a plane of an area. */
static int make_plane(DfComposite *c, DfCompositePlane *plane, int number, int p, const Run *run, DfArena *arena)
{
    int width;

    if (take_plane(plane, c->areas[number].place, &c->state->image.format, p, arena) < 0 ||
        (c->map->second && take_second(plane, arena) < 0))
        return -ENOMEM;
    plane->layer = c->map->areas[number].layer;
    lay_out(plane, c, &c->map->areas[number], p);
    width = df_rect_width(plane->place);
    for (int y = 0; y < df_rect_height(plane->place); y++) {
        sample_row(c, p, plane->origins + (size_t)y * width, width, run, df_plane_row(plane->colour, y));
        if (plane->second)
            mix_row(c, plane, p, y, run);
    }
    return 0;
}

int df_composite_make(DfComposite *c, const DfFrameState *s, DfArena *arena)
{
    const DeepfillFormat *format = &s->image.format;
    Run run;

    *c = (DfComposite){
        s, s->map, 0, df_arena_take(arena, df_size_mul(DF_MAX(s->map->area_count, 1), sizeof *c->areas)),
    };
    if (!c->areas || take_run(&run, format->width, arena) < 0)
        return -ENOMEM;
    for (; c->count < s->map->area_count; c->count++) {
        DfCompositeArea *area = &c->areas[c->count];
        area->place = df_composite_place(s, c->count);
        for (int p = 0; p < df_plane_count(format); p++)
            if (make_plane(c, &area->planes[p], c->count, p, &run, arena) < 0)
                return -ENOMEM;
    }
    return 0;
}

/**
 * Mix the former colours of one plane in. Synthesised samples that had none take part in what that changes beside them,
 * the less the farther away: else the former's edge would show.
 */
static int fade_plane(const DfComposite *c, const DfCompositePlane *plane, const DfComposite *before,
                      const DfCompositePlane *former, int p, const Run *run, DfArena *scratch)
{
    int width = df_rect_width(plane->place), height = df_rect_height(plane->place), any = 0;
    DfPlane change = df_plane_take(scratch, width, height);
    uint8_t *without = df_arena_take(scratch, df_size_mul(width, height));

    if (!change.data || !without)
        return -ENOMEM;
    for (int y = 0; y < height; y++) {
        const DfOriginSample *now = plane->origins + (size_t)y * width;
        const DfOriginSample *old = former->origins + (size_t)y * width;
        float *out = df_plane_row(plane->colour, y), *row = df_plane_row(former->colour, y);
        sample_row(before, p, old, width, run, row);
        for (int x = 0; x < width; x++) {
            int is_made = df_composite_is_made(c, &now[x]);
            int has_former = old[x].reference >= 0 && !df_composite_is_fresh(before, &old[x]);
            df_plane_row(change, y)[x] = is_made && has_former ? c->state->fade * (row[x] - out[x]) : 0;
            any |= without[(size_t)y * width + x] = (uint8_t)(is_made && !has_former);
        }
    }
    if (any && df_membrane(&change, 1, without, scratch) < 0)
        return -ENOMEM;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            df_plane_row(plane->colour, y)[x] += df_plane_row(change, y)[x];
    return 0;
}

int df_composite_fade(DfComposite *c, DfArena *scratch)
{
    const DfFrameState *s = c->state;
    const DfComposite before = { .state = s, .map = s->former };
    const DeepfillFormat *format = &s->image.format;
    DfArenaMark mark = df_arena_mark(scratch);
    DfCompositePlane former;
    Run run;
    int ret = take_run(&run, format->width, scratch);

    for (int i = 0; !ret && i < c->count; i++) {
        for (int p = 0; !ret && p < df_plane_count(format); p++) {
            if ((ret = take_plane(&former, c->areas[i].place, format, p, scratch)) < 0)
                break;
            lay_out(&former, &before, &s->former->areas[i], p);
            ret = fade_plane(c, &c->areas[i].planes[p], &before, &former, p, &run, scratch);
        }
    }
    df_arena_reset(scratch, mark);
    return ret;
}

void df_composite_round(const DfCompositePlane *plane, const DeepfillFormat *format, uint8_t *out,
                        ptrdiff_t stride)
{
    float highest = (float)((1 << format->depth) - 1);
    int bytes = df_sample_bytes(format);

    for (int y = 0; y < df_rect_height(plane->place); y++) {
        const float *row = df_plane_row(plane->colour, y);
        for (int x = 0; x < df_rect_width(plane->place); x++)
            df_sample_store(out + y * stride, x, bytes, (unsigned)(DF_CLAMP(row[x], 0, highest) + 0.5f));
    }
}

int df_composite_keep(const DfComposite *c)
{
    const DfFrameState *s = c->state;
    const DeepfillFormat *format = &s->image.format;
    DfSource *source = s->source;
    DfCopies kept = { .items = df_alloc(df_size_mul(DF_MAX(c->count, 1), sizeof *kept.items)) };

    if (!kept.items)
        return -ENOMEM;
    for (; kept.count < c->count; kept.count++) {
        const DfCompositeArea *area = &c->areas[kept.count];
        DfCopy copy = df_copy_create(source->account, format, area->place);
        if (!copy.memory) {
            df_copies_free(&kept, source->account, format);
            return -ENOMEM;
        }
        for (int p = 0; p < df_plane_count(format); p++)
            df_composite_round(&area->planes[p], format, copy.planes.data[p], copy.planes.stride[p]);
        kept.items[kept.count] = copy;
    }
    source->composite = kept;
    return 0;
}
