/**
 * @file
 * Colours fetched from where the trail says, row by row, in runs that share a source.
 */
#include "temporal/draft.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/** Known samples around the hole that blending looks at. */
#define MARGIN 2

DfRect df_draft_place(const DfMoment *m, int i)
{
    const DeepfillFormat *format = &m->image.format;
    int grid_x = 1 << format->sub_x, grid_y = 1 << format->sub_y;
    DfRect r = df_rect_grow(m->areas.items[i].hole, MARGIN);

    /* A margin on every plane: two luma samples may be half of a chroma one. */
    r = (DfRect){ (r.x0 - grid_x) & -grid_x, (r.y0 - grid_y) & -grid_y, df_round_up(r.x1, grid_x) + grid_x,
                  df_round_up(r.y1, grid_y) + grid_y };
    return df_rect_clip(r, (DfRect){ 0, 0, format->width, format->height });
}

/** The place of the first luma sample of the hole that a plane's sample covers. @return 0: it covers none */
static int find_place(const DfMoment *m, const DfTrailArea *area, int sx, int sy, int px, int py,
                      DfPlace *place)
{
    int x1 = DF_MIN((px + 1) << sx, area->hole.x1), y1 = DF_MIN((py + 1) << sy, area->hole.y1);

    for (int y = DF_MAX(py << sy, area->hole.y0); y < y1; y++) {
        for (int x = DF_MAX(px << sx, area->hole.x0); x < x1; x++) {
            if (!df_mask_hole(m->source->mask, x, y))
                continue;
            const DfPlace *luma = &area->places[(size_t)(y - area->hole.y0) * df_rect_width(area->hole) +
                                                (x - area->hole.x0)];
            *place = *luma;
            if (sx | sy) {
                place->x = (float)px + (luma->x - (float)x) / (float)(1 << sx);
                place->y = (float)py + (luma->y - (float)y) / (float)(1 << sy);
            }
            return 1;
        }
    }
    return 0;
}

/**
 * What was to be synthesised in a frame that failed is not there: it is synthesised in this one, for itself
 * alone. An id beyond all uses says so.
 */
static void replace_unmade(const DfMoment *m, DfPlace *place)
{
    if (place->source < 0 || place->source % DF_PLACE_KINDS == DF_PLACE_SHOWN)
        return;
    const DfSource *source = m->uses[place->source / DF_PLACE_KINDS].source;
    if (source != m->source && !source->made.count)
        place->source = m->use_count * DF_PLACE_KINDS + DF_PLACE_MADE;
}

/** Copy the frame's own samples and find every hole sample's place. */
static void lay_out(DfDraftPlane *out, const DfMoment *m, const DfTrailArea *area, int plane)
{
    int sx = df_plane_sub_x(&m->image.format, plane), sy = df_plane_sub_y(&m->image.format, plane);
    const DeepfillImage *image = &m->image;
    int bytes = df_sample_bytes(&image->format), width = df_rect_width(out->place);

    for (int y = 0; y < df_rect_height(out->place); y++) {
        const uint8_t *from = image->data[plane] + (out->place.y0 + y) * image->stride[plane];
        float *row = df_plane_row(out->colour, y);
        uint8_t *hole = out->hole + (size_t)y * width;
        DfPlace *places = out->places + (size_t)y * width;
        for (int x = 0; x < width; x++) {
            row[x] = (float)df_sample_load(from, out->place.x0 + x, bytes);
            hole[x] = (uint8_t)find_place(m, area, sx, sy, out->place.x0 + x, out->place.y0 + y,
                                          &places[x]);
            if (!hole[x])
                places[x].source = -1;
            replace_unmade(m, &places[x]);
        }
    }
}

static int take_plane(DfDraftPlane *out, DfRect luma, const DeepfillFormat *format, int plane, DfArena *arena)
{
    int sx = df_plane_sub_x(format, plane), sy = df_plane_sub_y(format, plane);
    DfRect r = { luma.x0 >> sx, luma.y0 >> sy, df_plane_side(luma.x1, sx), df_plane_side(luma.y1, sy) };
    size_t samples = df_rect_area(r);

    *out = (DfDraftPlane){
        .place = r,
        .colour = df_plane_take(arena, df_rect_width(r), df_rect_height(r)),
        .hole = df_arena_take(arena, samples),
        .places = df_arena_take(arena, df_size_mul(samples, sizeof *out->places)),
    };
    return out->colour.data && out->hole && out->places ? 0 : -ENOMEM;
}

/**
 * The patch that a place points into; NULL: it is gone, which trails do not let happen. Places may lie a
 * little outside: chroma by part of a sample, what is synthesised by as far as it was carried along on a slow
 * pan.
 */
static const DfPatch *patch_of(const DfMoment *m, int plane, const DfPlace *place, float x, float y)
{
    const DeepfillFormat *format = &m->image.format;
    const DfSource *source = m->uses[place->source / DF_PLACE_KINDS].source;
    const DfPatches *patches = place->source % DF_PLACE_KINDS == DF_PLACE_SHOWN
        ? &source->shown : &source->made;

    if (patches->count == 1)
        return patches->items;
    return df_patches_near(patches, x * (float)(1 << df_plane_sub_x(format, plane)),
                           y * (float)(1 << df_plane_sub_y(format, plane)));
}

/** Positions of a row. */
typedef struct Run {
    float *x, *y;
} Run;

/** Sample n positions that lie in one patch. */
static void sample_patch(const DfMoment *m, int plane, const DfPatch *patch, int32_t source, float *x,
                         float *y, float *out, int n)
{
    const DeepfillFormat *format = &m->image.format;
    DfTexture texture = df_patch_texture(patch, format, plane);
    float left = (float)(patch->place.x0 >> df_plane_sub_x(format, plane));
    float top = (float)(patch->place.y0 >> df_plane_sub_y(format, plane));
    DfLight light = m->uses[source / DF_PLACE_KINDS].light[plane];

    for (int i = 0; i < n; i++) {
        x[i] -= left;
        y[i] -= top;
    }
    df_sample_cubic(out, &texture, x, y, n);
    for (int i = 0; i < n; i++)
        out[i] = df_light_apply(light, out[i]);
}

void df_draft_sample(const DfMoment *m, int plane, int32_t source, float *x, float *y, float *out, int n)
{
    DfPlace place = { .source = source };

    for (int i = 0, to; i < n; i = to) {
        const DfPatch *patch = patch_of(m, plane, &place, x[i], y[i]);
        for (to = i + 1; to < n && patch_of(m, plane, &place, x[to], y[to]) == patch; to++)
            ;
        if (patch)
            sample_patch(m, plane, patch, source, x + i, y + i, out + i, to - i);
        for (int k = i; !patch && k < to; k++)
            out[k] = 0;
    }
}

/** Sample places `from` .. `to` - 1 of a row, which share a source. */
static void sample_run(const DfMoment *m, int plane, const DfPlace *places, int from, int to, const Run *run,
                       float *out)
{
    for (int x = from; x < to; x++) {
        run->x[x] = places[x].x;
        run->y[x] = places[x].y;
    }
    df_draft_sample(m, plane, places[from].source, run->x + from, run->y + from, out + from, to - from);
}

int df_draft_is_fresh(const DfDraft *draft, const DfPlace *place)
{
    const DfMoment *m = draft->moment;

    if (place->source < 0)
        return 0;
    int id = place->source / DF_PLACE_KINDS;
    return id >= m->use_count || m->uses[id].source == m->source;
}

static void sample_row(const DfDraft *draft, int plane, const DfPlace *places, int width, const Run *run,
                       float *out)
{
    for (int x = 0, to; x < width; x = to) {
        to = x + 1;
        if (places[x].source < 0 || df_draft_is_fresh(draft, &places[x]))
            continue;
        while (to < width && places[to].source == places[x].source)
            to++;
        sample_run(draft->moment, plane, places, x, to, run, out);
    }
}

/** Room for a run of the widest plane. */
static int take_run(Run *run, int width, DfArena *arena)
{
    size_t bytes = df_size_mul(width, sizeof *run->x);

    *run = (Run){ df_arena_take(arena, bytes), df_arena_take(arena, bytes) };
    return run->x && run->y ? 0 : -ENOMEM;
}

int df_draft_make(DfDraft *draft, const DfMoment *m, DfArena *arena)
{
    const DeepfillFormat *format = &m->image.format;
    Run run;

    *draft = (DfDraft){
        m, 0, df_arena_take(arena, df_size_mul(DF_MAX(m->trail.count, 1), sizeof *draft->areas)),
    };
    if (!draft->areas || take_run(&run, format->width, arena) < 0)
        return -ENOMEM;
    for (; draft->count < m->trail.count; draft->count++) {
        DfDraftArea *area = &draft->areas[draft->count];
        area->place = df_draft_place(m, draft->count);
        for (int p = 0; p < df_plane_count(format); p++) {
            DfDraftPlane *plane = &area->planes[p];
            if (take_plane(plane, area->place, format, p, arena) < 0)
                return -ENOMEM;
            lay_out(plane, m, &m->trail.areas[draft->count], p);
            int width = df_rect_width(plane->place);
            for (int y = 0; y < df_rect_height(plane->place); y++)
                sample_row(draft, p, plane->places + (size_t)y * width, width, &run,
                           df_plane_row(plane->colour, y));
        }
    }
    return 0;
}

/** Mix the former colours of one plane in. */
static void fade_plane(const DfDraft *draft, DfDraftPlane *plane, const DfDraftPlane *former, int p,
                       const Run *run)
{
    const DfMoment *m = draft->moment;
    int width = df_rect_width(plane->place);

    for (int y = 0; y < df_rect_height(plane->place); y++) {
        const DfPlace *now = plane->places + (size_t)y * width, *old = former->places + (size_t)y * width;
        float *out = df_plane_row(plane->colour, y), *row = df_plane_row(former->colour, y);
        sample_row(draft, p, old, width, run, row);
        for (int x = 0; x < width; x++)
            if (old[x].source >= 0 && !df_draft_is_fresh(draft, &old[x]) && now[x].source >= 0 &&
                now[x].source % DF_PLACE_KINDS == DF_PLACE_MADE)
                out[x] += m->fade * (row[x] - out[x]);
    }
}

int df_draft_fade(DfDraft *draft, DfArena *scratch)
{
    const DfMoment *m = draft->moment;
    const DeepfillFormat *format = &m->image.format;
    DfArenaMark mark = df_arena_mark(scratch);
    DfDraftPlane former;
    Run run;
    int ret = take_run(&run, format->width, scratch);

    for (int i = 0; !ret && i < draft->count; i++) {
        for (int p = 0; !ret && p < df_plane_count(format); p++) {
            if ((ret = take_plane(&former, draft->areas[i].place, format, p, scratch)) < 0)
                break;
            lay_out(&former, m, &m->old.areas[i], p);
            fade_plane(draft, &draft->areas[i].planes[p], &former, p, &run);
        }
    }
    df_arena_reset(scratch, mark);
    return ret;
}

void df_draft_round(const DfDraftPlane *plane, const DeepfillFormat *format, uint8_t *out, ptrdiff_t stride)
{
    float highest = (float)((1 << format->depth) - 1);
    int bytes = df_sample_bytes(format);

    for (int y = 0; y < df_rect_height(plane->place); y++) {
        const float *row = df_plane_row(plane->colour, y);
        for (int x = 0; x < df_rect_width(plane->place); x++)
            df_sample_store(out + y * stride, x, bytes, (unsigned)(DF_CLAMP(row[x], 0, highest) + 0.5f));
    }
}

int df_draft_keep(const DfDraft *draft)
{
    const DfMoment *m = draft->moment;
    DfPatches *made = &m->source->made;

    df_patches_free(made);
    if (!(made->items = df_alloc(df_size_mul(DF_MAX(draft->count, 1), sizeof *made->items))))
        return -ENOMEM;
    for (; made->count < draft->count; made->count++) {
        const DfDraftArea *area = &draft->areas[made->count];
        DfPatch patch = df_patch_create(&m->image.format, area->place);
        if (!patch.memory) {
            df_patches_free(made);
            return -ENOMEM;
        }
        for (int p = 0; p < df_plane_count(&m->image.format); p++)
            df_draft_round(&area->planes[p], &m->image.format, patch.planes.data[p], patch.planes.stride[p]);
        made->items[made->count] = patch;
    }
    return 0;
}
