/**
 * @file
 * What a frame hides and what a source shows are compared without their low frequencies, at the same place of the screen:
 * strokes of a caption stay where they are, whatever the background does. The ring around says what motion and noise
 * explain.
 */
#include "temporal/trust.h"

#include <errno.h>
#include <math.h>

/** Frame rows for each pixel of a cell: strokes of a caption stay wider than one. */
#define ROWS_PER_CELL 360

/** In cells: half a side of the square whose mean is taken off; the ring around a part, its width and distance. */
#define HALF 4
#define RING 24
#define GAP 5

/** Fewer cells tell nothing. */
#define LEAST_CELLS 12

/** Correlation above which structure is the same. Measured: .81 to 1 of captions that stay, -.12 to .48 of such that come. */
#define SAME_CORRELATION 0.65f

/** A change that is so many times that of the ring is one. Measured: 0 to 3.5 of captions that stay, 3.9 to 600 of others. */
#define CHANGE_TIMES 4.0f

/**
 * Opacities from which a source shows what a frame hides, faintly or more. Measured on captions that fade: -.09 to .02
 * where nothing is left, .08 to .2 at an opacity of .2.
 */
#define FAINT 0.05f
#define FADED 0.15f

/** Mean square of differences, in levels of 8 bits, that rounding and coding make. */
#define NOISE 1.0f

/** Both pictures around a part, in cells. */
typedef struct Patch {
    DfRect place; /* in luma pixels */
    int cell;     /* pixels a side of a cell */
    DfPlane frame, source;
} Patch;

/** Sums over cells of one kind. */
typedef struct Sums {
    float difference, product, frame, source; /* of the structure: squares, and product */
    float level;                              /* of the levels: squared differences */
    int count;
} Sums;

static int plane_of(const DeepfillFormat *format)
{
    return format->layout == DEEPFILL_RGB ? 1 : 0;
}

/** Means of cells, in levels of 8 bits. */
static void average(DfPlane out, const uint8_t *data, ptrdiff_t stride, const DeepfillFormat *format, int cell)
{
    int bytes = df_sample_bytes(format);
    float scale = 255.0f / (float)((1 << format->depth) - 1) / (float)(cell * cell);

    for (int y = 0; y < out.height; y++)
        for (int x = 0; x < out.width; x++) {
            unsigned sum = 0;
            for (int v = y * cell; v < (y + 1) * cell; v++)
                for (int u = x * cell; u < (x + 1) * cell; u++)
                    sum += df_sample_load(data + v * stride, u, bytes);
            df_plane_row(out, y)[x] = scale * (float)sum;
        }
}

/** What there is of a view around the middle of a rectangle: all of the frame, or a copy. @return 0: nothing */
static int find_place(const DfFrameView *view, DfRect rect, DfRect *place)
{
    const DfCopy *copy;

    *place = (DfRect){ 0, 0, view->image.format.width, view->image.format.height };
    if (!view->shown)
        return 1;
    copy = df_copies_near(view->shown, (float)(rect.x0 + rect.x1) / 2, (float)(rect.y0 + rect.y1) / 2);
    if (copy)
        *place = copy->place;
    return copy != NULL;
}

/** Take one of the pictures. @return 1; 0: the view does not have all of it; -ENOMEM */
static int take_plane(DfPlane *out, const DfFrameView *view, const Patch *patch, DfArena *arena)
{
    const DeepfillFormat *format = &view->image.format;
    int p = plane_of(format);
    DfCopy planes;

    *out = df_plane_take(arena, df_rect_width(patch->place) / patch->cell, df_rect_height(patch->place) / patch->cell);
    if (!out->data)
        return -ENOMEM;
    if (!df_frame_view_planes(&planes, view, patch->place))
        return 0;
    average(*out, planes.planes.data[p], planes.planes.stride[p], format, patch->cell);
    return 1;
}

/** @return 1; 0: there is no copy of it, or too little; -ENOMEM */
static int take_patch(Patch *patch, const DfFrameView *frame, const DfFrameView *source, DfRect rect, DfArena *arena)
{
    const DeepfillFormat *format = &frame->image.format;
    DfRect inside, other;

    patch->cell = DF_MAX(format->height / ROWS_PER_CELL, 1);
    if (!find_place(frame, rect, &inside) || !find_place(source, rect, &other))
        return 0;
    patch->place = df_rect_clip(df_rect_grow(rect, RING * patch->cell), df_rect_clip(inside, other));
    patch->place.x0 &= -(1 << format->sub_x);
    patch->place.y0 &= -(1 << format->sub_y);
    if (df_rect_width(patch->place) < patch->cell || df_rect_height(patch->place) < patch->cell)
        return 0;
    int ret = take_plane(&patch->frame, frame, patch, arena);
    return ret > 0 ? take_plane(&patch->source, source, patch, arena) : ret;
}

/** The mean of the square around a cell, of what lies in the plane. */
static float mean_around(DfPlane plane, int x, int y)
{
    int x0 = DF_MAX(x - HALF, 0), x1 = DF_MIN(x + HALF + 1, plane.width);
    int y0 = DF_MAX(y - HALF, 0), y1 = DF_MIN(y + HALF + 1, plane.height);
    float sum = 0;

    for (int v = y0; v < y1; v++)
        for (int u = x0; u < x1; u++)
            sum += df_plane_row(plane, v)[u];
    return sum / (float)((x1 - x0) * (y1 - y0));
}

static void add_cell(Sums *sums, const Patch *patch, int x, int y)
{
    float a = df_plane_row(patch->frame, y)[x], b = df_plane_row(patch->source, y)[x];
    float level = a - b;

    a -= mean_around(patch->frame, x, y);
    b -= mean_around(patch->source, x, y);
    sums->difference += (a - b) * (a - b);
    sums->product += a * b;
    sums->frame += a * a;
    sums->source += b * b;
    sums->level += level * level;
    sums->count++;
}

static int is_hole(const DeepfillMask *mask, int x, int y)
{
    return mask && df_mask_hole(mask, x, y);
}

/** Sum what is hidden in the frame and open in the source within the rectangle, and the ring, open in both. */
static void add_cells(Sums *part, Sums *ring, const Patch *patch, const DeepfillMask *mask,
                      const DeepfillMask *source_mask, DfRect rect)
{
    DfRect near = df_rect_grow(rect, GAP * patch->cell);

    for (int y = 0; y < patch->frame.height; y++)
        for (int x = 0; x < patch->frame.width; x++) {
            int at_x = patch->place.x0 + x * patch->cell + patch->cell / 2;
            int at_y = patch->place.y0 + y * patch->cell + patch->cell / 2;
            DfRect at = { at_x, at_y, at_x + 1, at_y + 1 };
            if (is_hole(source_mask, at_x, at_y))
                continue;
            int is_hidden = is_hole(mask, at_x, at_y);
            if (is_hidden && df_rect_contains(rect, at))
                add_cell(part, patch, x, y);
            else if (!is_hidden && !df_rect_contains(near, at))
                add_cell(ring, patch, x, y);
        }
}

/** How alike both pictures are around the part; without a ring: entirely. */
static float background_correlation(const Sums *ring)
{
    float energy = sqrtf(ring->frame * ring->source);

    return ring->count < LEAST_CELLS || energy <= 0 ? 1 : DF_CLAMP(ring->product / energy, 0, 1);
}

/**
 * The opacity with which the source shows what the frame hides. With O what is hidden and B the background, which alone
 * correlates by c, the source is aO + B and the frame O + B', so that <frame, source> - c <source, source> is about
 * a(1 - a) <O, O> and <frame - source, frame - source> about (1 - a)^2 <O, O>.
 */
static float opacity(const Sums *part, const Sums *ring)
{
    float common = DF_MAX(part->product - background_correlation(ring) * part->source, 0);

    return common > 0 ? common / (common + part->difference) : 0;
}

static enum DfTrust judge(const Sums *part, const Sums *ring)
{
    float n = (float)part->count, m = (float)DF_MAX(ring->count, 1);

    if (part->count < LEAST_CELLS)
        return DF_TRUST_UNKNOWN;
    float explained = CHANGE_TIMES * (ring->difference / m + NOISE);
    if (part->difference > n * explained) {
        float left = opacity(part, ring);
        return left > FADED ? DF_TRUST_SAME : left > FAINT ? DF_TRUST_FAINT : DF_TRUST_DIFFERS;
    }
    /* Without structure of its own the level alone is compared. */
    if (part->frame + part->source < 2 * n * CHANGE_TIMES * NOISE)
        return part->level <= CHANGE_TIMES * n * (ring->level / m + NOISE) ? DF_TRUST_SAME : DF_TRUST_DIFFERS;
    return part->product > SAME_CORRELATION * sqrtf(part->frame * part->source) ? DF_TRUST_SAME : DF_TRUST_DIFFERS;
}

int df_trust_compare(const DfFrameView *frame, const DfFrameView *source, DfRect rect, DfArena *scratch)
{
    DfArenaMark mark = df_arena_mark(scratch);
    Sums part = { 0 }, ring = { 0 };
    Patch patch;
    int ret = take_patch(&patch, frame, source, rect, scratch);

    if (ret > 0) {
        add_cells(&part, &ring, &patch, frame->mask, source->mask, rect);
        ret = (int)judge(&part, &ring);
    } else if (!ret) {
        ret = DF_TRUST_UNKNOWN;
    }
    df_arena_reset(scratch, mark);
    return ret;
}

static int compare(const DfFrameState *s, const DfSource *source, DfRect rect, DfArena *scratch)
{
    DfFrameView frame = df_frame_state_view(s);
    DfFrameView shown = { .image.format = source->format, .shown = &source->shown, .mask = source->mask };

    return df_trust_compare(&frame, &shown, rect, scratch);
}

/** Whether one of the frames first .. last, which are not filled, hides something else than a source shows. */
static int differs_in(const DfPlanner *planner, const DfFrameState *state, int64_t first, int64_t last,
                      const DfSource *source, DfRect rect, DfArena *scratch)
{
    for (int64_t n = first; n <= last; n++) {
        const DfFrameState *s = df_planner_state(planner, n);
        int trust = s->shot == state->shot ? compare(s, source, rect, scratch) : DF_TRUST_UNKNOWN;
        if (trust < 0 || trust == DF_TRUST_DIFFERS)
            return trust;
    }
    return DF_TRUST_SAME;
}

/** What is to be thought of a toggle of a source in the past. */
static int judge_past(const DfPlanner *planner, const DfFrameState *s, const DfSource *source, DfRect rect,
                      DfArena *scratch)
{
    int trust = compare(s, source, rect, scratch);

    if (trust != DF_TRUST_SAME)
        return trust;
    int64_t last = DF_MIN(s->frame + DF_MIN(DF_TRUST_AHEAD, planner->settings.ahead), planner->frontier - 1);
    return differs_in(planner, s, s->frame + 1, last, source, rect, scratch);
}

/** The same of one in the future: frames just before it may hide what the frame does not. */
static int judge_future(const DfPlanner *planner, const DfFrameState *s, const DfSource *source, DfRect rect,
                        DfArena *scratch)
{
    int trust = compare(s, source, rect, scratch);

    if (trust != DF_TRUST_SAME)
        return trust;
    int64_t first = DF_MAX(s->frame + 1, source->frame - DF_TRUST_AHEAD);
    return differs_in(planner, s, first, source->frame - 1, source, rect, scratch);
}

static int is_doubtful(const DfToggles *toggles)
{
    for (int i = 0; i < toggles->count; i++)
        if (!toggles->items[i].proven)
            return 1;
    return 0;
}

int df_trust_is_open(const DfPlanner *planner, const DfFrameState *s)
{
    int64_t earlier = s->frame - s->motion.back;
    const DfSourceMap *map = planner->carried[earlier % DF_MOST_BACK];

    if (!s->motion.back || !s->motion.areas.count)
        return 0;
    if (is_doubtful(&df_planner_state(planner, earlier)->source->toggles))
        return 1;
    for (int i = 0; map && i < map->reference_count; i++)
        if (map->references[i].kind == DF_KIND_SHOWN && is_doubtful(&map->references[i].source->toggles))
            return 1;
    return 0;
}

/** Take from a map the pixels that come from within a rectangle of a source. */
static void drop_rect(DfSourceMap *map, const DfSource *source, DfRect rect)
{
    for (int i = 0; i < map->area_count; i++) {
        DfRect hole = map->areas[i].hole;
        DfMapPixel *pixel = map->areas[i].pixels;
        for (int y = hole.y0; y < hole.y1; y++)
            for (int x = hole.x0; x < hole.x1; x++, pixel++) {
                float from_x, from_y;
                if (pixel->reference == DF_NO_REFERENCE || map->references[pixel->reference].source != source ||
                    map->references[pixel->reference].kind != DF_KIND_SHOWN)
                    continue;
                df_source_map_position(map, pixel, x, y, &from_x, &from_y);
                if (df_toggle_holds(rect, from_x, from_y))
                    pixel->reference = DF_NO_REFERENCE;
            }
    }
}

int df_trust_check(const DfPlanner *planner, DfSourceMap *map, const DfFrameState *s, DfArena *scratch)
{
    for (int i = 0; i < map->reference_count; i++) {
        DfSource *source = map->references[i].source;
        for (int k = 0; map->references[i].kind == DF_KIND_SHOWN && k < source->toggles.count; k++) {
            DfToggle *toggle = &source->toggles.items[k];
            int trust = toggle->proven ? DF_TRUST_DIFFERS : judge_past(planner, s, source, toggle->rect, scratch);
            if (trust < 0)
                return trust;
            toggle->proven = trust == DF_TRUST_DIFFERS;
            if (trust == DF_TRUST_SAME)
                drop_rect(map, source, toggle->rect);
        }
    }
    return 0;
}

int df_trust_mark(DfPlanner *planner, const DfFrameState *s, DfArena *scratch)
{
    DfForwardFrame *frame = &planner->forward.frames[planner->forward.length - 1];
    const DfSource *source = frame->state->source;

    for (int i = 0; i < source->toggles.count; i++) {
        const DfToggle *toggle = &source->toggles.items[i];
        int trust = toggle->proven ? DF_TRUST_DIFFERS : judge_future(planner, s, source, toggle->rect, scratch);
        if (trust < 0)
            return trust;
        frame->untrusted |= (unsigned)(trust == DF_TRUST_SAME) << i;
        frame->differs |= (unsigned)(trust == DF_TRUST_DIFFERS) << i;
    }
    return 0;
}

/** Whether a map takes anything from what a source shows. */
static int uses(const DfSourceMap *map, const DfSource *source)
{
    for (int i = 0; i < map->reference_count; i++)
        if (map->references[i].source == source && map->references[i].kind == DF_KIND_SHOWN)
            return 1;
    return 0;
}

void df_trust_prove(const DfPlanner *planner, const DfFrameState *s)
{
    for (int k = 0; k < planner->forward.length; k++) {
        const DfForwardFrame *frame = &planner->forward.frames[k];
        DfToggles *toggles = &frame->state->source->toggles;
        for (int i = 0; frame->differs && i < toggles->count; i++)
            if (frame->differs >> i & 1 && uses(s->map, frame->state->source))
                toggles->items[i].proven = 1;
    }
}
