/**
 * @file
 * Bookkeeping by marking: what the trails point to is needed, all else may go.
 */
#include "temporal/ledger.h"

#include <errno.h>
#include <string.h>

static int grow(DfTimeline *timeline)
{
    int room = DF_MAX(2 * timeline->entries, 64);
    DfEntry *ledger = df_alloc(df_size_mul(room, sizeof *ledger));

    if (!ledger)
        return -ENOMEM;
    if (timeline->entries)
        memcpy(ledger, timeline->ledger, timeline->entries * sizeof *ledger);
    df_free(timeline->ledger);
    timeline->ledger = ledger;
    timeline->entries = room;
    return 0;
}

static int free_id(DfTimeline *timeline)
{
    for (int id = 0; id < timeline->entries; id++)
        if (!timeline->ledger[id].source)
            return id;
    int id = timeline->entries;
    return grow(timeline) < 0 ? -ENOMEM : id;
}

int df_ledger_enter(DfTimeline *timeline, int64_t first, int64_t end)
{
    for (int64_t t = first; t < end; t++) {
        DfMoment *m = df_timeline_moment(timeline, t);
        if (m->source->id < 0) {
            int id = free_id(timeline);
            if (id < 0)
                return id;
            m->source->id = id;
            timeline->ledger[id].source = df_source_ref(m->source);
        }
        memcpy(timeline->ledger[m->source->id].light, m->light, sizeof m->light);
    }
    return 0;
}

/** Room for as many uses as there are ids, none used, and for as many needs. */
static int begin_uses(const DfTimeline *timeline, DfMoment *m)
{
    if (timeline->entries > m->use_room) {
        df_free(m->uses);
        df_free(m->needs);
        m->use_room = 0;
        m->uses = df_alloc(df_size_mul(timeline->entries, sizeof *m->uses));
        m->needs = df_alloc(df_size_mul(timeline->entries, sizeof *m->needs));
        if (!m->uses || !m->needs)
            return -ENOMEM;
        m->use_room = timeline->entries;
    }
    memset(m->uses, 0, timeline->entries * sizeof *m->uses);
    m->use_count = timeline->entries;
    m->need_count = 0;
    return 0;
}

static void add_need(DfMoment *m, int64_t frame)
{
    if (frame == m->frame)
        return;
    for (int i = 0; i < m->need_count; i++)
        if (m->needs[i] == frame)
            return;
    m->needs[m->need_count++] = frame;
}

/** Enter what a trail's places point to. */
static void use_trail(const DfTimeline *timeline, DfMoment *m, const DfTrail *trail)
{
    int32_t last = -1;

    for (int i = 0; i < trail->count; i++) {
        int64_t n = df_rect_area(trail->areas[i].hole);
        const DfPlace *places = trail->areas[i].places;
        for (int64_t k = 0; k < n; k++) {
            int32_t code = places[k].source;
            if (code < 0 || code == last)
                continue;
            last = code;
            const DfEntry *entry = &timeline->ledger[code / DF_PLACE_KINDS];
            DfUse *use = &m->uses[code / DF_PLACE_KINDS];
            if (!use->source)
                use->source = df_source_ref(entry->source);
            for (int p = 0; p < 3; p++)
                use->light[p] = df_light_compose(m->light[p], df_light_invert(entry->light[p]));
            if (code % DF_PLACE_KINDS != DF_PLACE_SHOWN)
                add_need(m, entry->source->frame);
        }
    }
}

static int64_t count_hole(const DfMoment *m)
{
    int64_t hole = 0;

    for (int i = 0; i < m->trail.count; i++) {
        int64_t n = df_rect_area(m->trail.areas[i].hole);
        for (int64_t k = 0; k < n; k++)
            hole += m->trail.areas[i].places[k].source >= 0;
    }
    return hole;
}

int df_ledger_use(DfTimeline *timeline, int64_t first, int64_t end)
{
    for (int64_t t = first; t < end; t++) {
        DfMoment *m = df_timeline_moment(timeline, t);
        if (begin_uses(timeline, m) < 0)
            return -ENOMEM;
        use_trail(timeline, m, &m->trail);
        if (m->fade > 0)
            use_trail(timeline, m, &m->old);
        m->hole = count_hole(m);
        m->planned = 1;
    }
    return 0;
}

static void mark(const DfTimeline *timeline, const DfTrail *trail)
{
    for (int i = 0; i < trail->count; i++) {
        int64_t n = df_rect_area(trail->areas[i].hole);
        for (int64_t k = 0; k < n; k++)
            if (trail->areas[i].places[k].source >= 0)
                timeline->ledger[trail->areas[i].places[k].source / DF_PLACE_KINDS].needed = 1;
    }
}

/** Point the places that need source `id` to what is put into the hole of `keeper`; NULL: nowhere. */
static void redirect(DfTrail *trail, int id, const DfMoment *keeper)
{
    for (int i = 0; i < trail->count; i++) {
        DfRect hole = trail->areas[i].hole;
        DfPlace *place = trail->areas[i].places;
        for (int y = hole.y0; y < hole.y1; y++) {
            for (int x = hole.x0; x < hole.x1; x++, place++) {
                if (place->source < 0 || place->source / DF_PLACE_KINDS != id)
                    continue;
                int kind = place->source % DF_PLACE_KINDS == DF_PLACE_MADE ? DF_PLACE_MADE : DF_PLACE_KEPT;
                *place = keeper ? (DfPlace){ (float)x, (float)y, keeper->source->id * DF_PLACE_KINDS + kind }
                                : (DfPlace){ 0, 0, -1 };
            }
        }
    }
}

static void let_go(DfTimeline *timeline, int id, DfMoment *last)
{
    const DfMoment *keeper = last->unfilled ? NULL : last;

    for (int i = 0; i < DF_MOST_BACK; i++) {
        redirect(&timeline->carry[i], id, i == last->frame % DF_MOST_BACK ? keeper : NULL);
        redirect(&timeline->carry_old[i], id, NULL);
    }
    redirect(&timeline->last, id, keeper);
    last->keep_made = 1;
    timeline->ledger[id].needed = 0;
}

/** The oldest needed source from before `frame`, and how many bytes all needed ones have. */
static int find_oldest(const DfTimeline *timeline, int64_t frame, size_t *bytes)
{
    int oldest = -1;

    *bytes = 0;
    for (int id = 0; id < timeline->entries; id++) {
        const DfEntry *entry = &timeline->ledger[id];
        if (!entry->source || !entry->needed || entry->source->frame >= frame)
            continue;
        *bytes += df_source_bytes(entry->source);
        if (oldest < 0 || entry->source->frame < timeline->ledger[oldest].source->frame)
            oldest = id;
    }
    return oldest;
}

void df_ledger_trim(DfTimeline *timeline, int64_t end, int64_t far)
{
    int64_t recent = end - DF_MOST_BACK;
    size_t bytes;
    int oldest;

    for (int id = 0; id < timeline->entries; id++) {
        DfEntry *entry = &timeline->ledger[id];
        entry->needed = entry->source && entry->source->frame >= recent && entry->source->frame < far;
    }
    for (int i = 0; i < DF_MOST_BACK; i++) {
        mark(timeline, &timeline->carry[i]);
        mark(timeline, &timeline->carry_old[i]);
    }
    mark(timeline, &timeline->last);
    while ((oldest = find_oldest(timeline, recent, &bytes)) >= 0 && bytes > timeline->budget)
        let_go(timeline, oldest, df_timeline_moment(timeline, end - 1));
    for (int id = 0; id < timeline->entries; id++) {
        DfEntry *entry = &timeline->ledger[id];
        if (!entry->source || entry->needed)
            continue;
        entry->source->id = -1;
        df_source_close(&entry->source);
    }
}

void df_ledger_free(DfTimeline *timeline)
{
    for (int id = 0; id < timeline->entries; id++)
        df_source_close(&timeline->ledger[id].source);
    df_free(timeline->ledger);
    timeline->ledger = NULL;
    timeline->entries = 0;
}
