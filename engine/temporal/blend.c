/**
 * @file
 * The guidance field: which difference two neighbours should have, by their sources. Between pixels of one source
 * that is the difference of what was sampled; at the rim, and where two sources meet, each source is asked
 * what the neighbour looks like there.
 */
#include "temporal/blend.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "plane/poisson.h"

/**
 * Neighbours whose origins differ by a step less than this, in samples, are neighbours in their source too.
 */
#define SAME_STEP 0.125f

/** Largest error of the colours against the exact solution, in the frame's levels. */
#define TOLERANCE 0.25f

/** A composite's plane and where in it. */
typedef struct BlendPlane {
    const DfComposite *composite;
    const DfCompositePlane *out;
    int plane;
} BlendPlane;

static const DfOriginSample *origin_at(const BlendPlane *w, int x, int y)
{
    return &w->out->origins[(size_t)y * df_rect_width(w->out->place) + x];
}

/** Whether two neighbours' sampled colours may simply be subtracted. */
static int are_alike(const DfComposite *c, const DfOriginSample *p, const DfOriginSample *q, int dx, int dy)
{
    if (p->reference < 0 || q->reference < 0)
        return 0;
    if (df_composite_is_made(c, p) || df_composite_is_made(c, q))
        return df_composite_is_made(c, p) && df_composite_is_made(c, q);
    return c->map->references[p->reference].source == c->map->references[q->reference].source &&
           fabsf(q->x - p->x - (float)dx) < SAME_STEP &&
           fabsf(q->y - p->y - (float)dy) < SAME_STEP;
}

/**
 * Whether a source's frame shows plane position (x, y): no sample that the interpolation leans on is hole, kept out, or
 * beyond a layer's edge.
 */
static int source_shows(const DfSource *source, int sub_x, int sub_y, float x, float y, int in_layer)
{
    float lx = x * (float)(1 << sub_x), ly = y * (float)(1 << sub_y);
    int x0 = (int)floorf(lx), y0 = (int)floorf(ly);
    int x1 = (int)ceilf(lx) + (1 << sub_x) - 1, y1 = (int)ceilf(ly) + (1 << sub_y) - 1;

    if (x0 < 0 || y0 < 0 || x1 >= source->format.width || y1 >= source->format.height ||
        df_source_keeps_out(source, lx, ly))
        return 0;
    if (!df_source_moves_alike(source, (float)x0, (float)y0, in_layer) ||
        !df_source_moves_alike(source, (float)x1, (float)y1, in_layer))
        return 0;
    return !source->mask ||
           !(df_mask_hole(source->mask, x0, y0) || df_mask_hole(source->mask, x1, y0) ||
             df_mask_hole(source->mask, x0, y1) || df_mask_hole(source->mask, x1, y1));
}

/** A query to a source: what does a sample's neighbour look like there? */
typedef struct Query {
    float x, y;     /* in the plane's samples of the source's frame */
    int reference;  /* whose source is asked */
    float own;      /* the asking sample's colour */
    float share;    /* what the answer less that counts for, its sign the direction's */
    float *guidance; /* what it is added to */
} Query;

/** Queries of some rows, sorted by reference before they are put: alone, each would cost as much as eight. */
typedef struct Queries {
    Query *items, *sorted;
    int count, room;
    int *first;     /* by reference: where its queries begin among the sorted ones */
    int references;
} Queries;

/** Whether the plane's sample (x, y) of the frame lies in a layer. */
static int is_in_layer(const BlendPlane *w, int x, int y)
{
    const DeepfillFormat *format = &w->composite->state->image.format;
    int sx = df_plane_sub_x(format, w->plane), sy = df_plane_sub_y(format, w->plane);

    return df_layer_has(&w->out->layer, (float)((w->out->place.x0 + x) << sx), (float)((w->out->place.y0 + y) << sy));
}

/** What a sample's source shows there, without what a second source mixes in. */
static float own_colour(const BlendPlane *w, int x, int y)
{
    const DfOriginSample *p = origin_at(w, x, y), *second = w->out->second;
    float from_x = p->x, from_y = p->y, own;

    if (!second || second[(size_t)y * df_rect_width(w->out->place) + x].reference < 0)
        return df_plane_row(w->out->colour, y)[x];
    df_composite_sample(w->composite->map, w->plane, p->reference, &from_x, &from_y, &own, 1);
    return own;
}

/** Ask (x, y)'s own source about its neighbour at (dx, dy). @return 0: it has nothing to say */
static int query_source(const BlendPlane *w, int x, int y, int dx, int dy, Query *query)
{
    const DfOriginSample *p = origin_at(w, x, y);

    if (p->reference < 0 || df_composite_is_made(w->composite, p))
        return 0;
    const DfSource *source = w->composite->map->references[p->reference].source;
    float to_x = p->x + (float)dx, to_y = p->y + (float)dy;
    if (!source_shows(source, df_plane_sub_x(&source->format, w->plane),
                      df_plane_sub_y(&source->format, w->plane), to_x, to_y, is_in_layer(w, x, y)))
        return 0;
    *query = (Query){ .x = to_x, .y = to_y, .reference = p->reference, .own = own_colour(w, x, y) };
    return 1;
}

/** Whether a layer's edge lies between two neighbours: neither's source knows what lies beyond it. */
static int are_parted(const BlendPlane *w, int x, int y, int dx, int dy)
{
    return is_in_layer(w, x, y) != is_in_layer(w, x + dx, y + dy);
}

/**
 * The guiding difference from (x, y) to its neighbour at (dx, dy), one of them hole; or what must be asked for
 * it.
 */
static void add_guidance(const BlendPlane *w, int x, int y, int dx, int dy, float *guidance, Queries *queries)
{
    Query *there = &queries->items[queries->count], *back;

    *guidance = 0;
    if (are_alike(w->composite, origin_at(w, x, y), origin_at(w, x + dx, y + dy), dx, dy) ||
        are_parted(w, x, y, dx, dy)) {
        *guidance = df_plane_row(w->out->colour, y + dy)[x + dx] - df_plane_row(w->out->colour, y)[x];
        return;
    }
    back = there + query_source(w, x, y, dx, dy, there);
    int n = (int)(back - there);
    int answers_back = query_source(w, x + dx, y + dy, -dx, -dy, back);
    for (int i = 0; i < n + answers_back; i++) {
        there[i].share = (i < n ? 1.0f : -1.0f) / (float)(n + answers_back);
        there[i].guidance = guidance;
    }
    queries->count += n + answers_back;
}

/** Counting sort by reference. */
static void sort_queries(Queries *q)
{
    memset(q->first, 0, (size_t)(q->references + 1) * sizeof *q->first);
    for (int i = 0; i < q->count; i++)
        q->first[q->items[i].reference + 1]++;
    for (int r = 0; r < q->references; r++)
        q->first[r + 1] += q->first[r];
    for (int i = 0; i < q->count; i++)
        q->sorted[q->first[q->items[i].reference]++] = q->items[i];
}

/** Put all queries to their sources, some at a time, and forget them. */
static void answer_all(const BlendPlane *w, Queries *q)
{
    float x[256], y[256], answer[256];

    sort_queries(q);
    for (int i = 0, n; i < q->count; i += n) {
        const Query *some = &q->sorted[i];
        for (n = 0; n < (int)DF_COUNT(x) && i + n < q->count && some[n].reference == some->reference; n++) {
            x[n] = some[n].x;
            y[n] = some[n].y;
        }
        df_composite_sample(w->composite->map, w->plane, some->reference, x, y, answer, n);
        for (int k = 0; k < n; k++)
            *some[k].guidance += (answer[k] - some[k].own) * some[k].share;
    }
    q->count = 0;
}

static int take_queries(Queries *q, const BlendPlane *w, DfArena *arena)
{
    /* Each sample has two edges, each edge two ends to ask: room for some rows at least. */
    int room = DF_MAX(8 * df_rect_width(w->out->place), 1 << 14);
    int references = w->composite->map->reference_count;

    *q = (Queries){ .items = df_arena_take(arena, df_size_mul(room, sizeof *q->items)),
                      .sorted = df_arena_take(arena, df_size_mul(room, sizeof *q->sorted)),
                      .first = df_arena_take(arena, df_size_mul(references + 1, sizeof *q->first)),
                      .room = room, .references = references };
    return q->items && q->sorted && q->first ? 0 : -ENOMEM;
}

/** Guiding differences of a whole plane; between known samples they are not read. */
static int differences(const BlendPlane *w, DfPlane gx, DfPlane gy, DfArena *scratch)
{
    int width = gx.width, height = gx.height;
    Queries queries;

    if (take_queries(&queries, w, scratch) < 0)
        return -ENOMEM;
    for (int y = 0; y < height; y++) {
        const uint8_t *hole = w->out->hole + (size_t)y * width;
        float *right = df_plane_row(gx, y), *down = df_plane_row(gy, y);
        for (int x = 0; x < width; x++) {
            right[x] = down[x] = 0;
            if (x + 1 < width && (hole[x] | hole[x + 1]))
                add_guidance(w, x, y, 1, 0, &right[x], &queries);
            if (y + 1 < height && (hole[x] | hole[x + width]))
                add_guidance(w, x, y, 0, 1, &down[x], &queries);
        }
        if (queries.count + 4 * width > queries.room)
            answer_all(w, &queries);
    }
    answer_all(w, &queries);
    return 0;
}

int df_blend(const DfComposite *composite, DfCompositePlane *out, int plane, DfArena *scratch)
{
    DfArenaMark mark = df_arena_mark(scratch);
    BlendPlane where = { composite, out, plane };
    DfPlane gx = df_plane_take(scratch, out->colour.width, out->colour.height);
    DfPlane gy = df_plane_take(scratch, out->colour.width, out->colour.height);
    int ret = gx.data && gy.data ? 0 : -ENOMEM;

    if (!ret)
        ret = differences(&where, gx, gy, scratch);
    if (!ret)
        ret = df_poisson(out->colour, gx, gy, out->hole, TOLERANCE, scratch);
    df_arena_reset(scratch, mark);
    return ret;
}
