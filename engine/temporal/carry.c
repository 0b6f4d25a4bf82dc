/**
 * @file
 * The sources that carried maps refer to, from the oldest on.
 */
#include "temporal/carry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void df_carry_forget(DfPlanner *planner)
{
    for (int i = 0; i < DF_MOST_BACK; i++) {
        df_source_map_close(&planner->carried[i]);
        df_source_map_close(&planner->carried_former[i]);
    }
    df_source_map_close(&planner->last);
}

/** Whether a frame before `t` may yet be related to by one after it. */
static int is_needed(const DfPlanner *planner, int64_t frame, int64_t t)
{
    for (int64_t n = t + 1; n <= frame + DF_MOST_BACK; n++)
        if (n >= planner->frontier || n - df_planner_state(planner, n)->motion.back == frame)
            return 1;
    return 0;
}

void df_carry_drop(DfPlanner *planner, int64_t t)
{
    for (int64_t n = DF_MAX(t - DF_MOST_BACK + 1, 0); n < t; n++)
        if (!is_needed(planner, n, t)) {
            df_source_map_close(&planner->carried[n % DF_MOST_BACK]);
            df_source_map_close(&planner->carried_former[n % DF_MOST_BACK]);
        }
}

static int compare_frames(const void *a, const void *b)
{
    int64_t p = (*(DfSource *const *)a)->frame, q = (*(DfSource *const *)b)->frame;

    return (p > q) - (p < q);
}

/**
 * List the sources from before frame `recent` that carried maps, and `more`, refer to, each once, the oldest first.
 *
 * @param more  NULL: no other map
 * @return how many; -ENOMEM
 */
static int list_sources(const DfPlanner *planner, int64_t recent, const DfSourceMap *more, DfSource ***list)
{
    const DfSourceMap *maps[DF_MOST_BACK + 1] = { [DF_MOST_BACK] = more };
    int count = 0, kept = 0;

    for (int i = 0; i < DF_MOST_BACK; i++)
        maps[i] = planner->carried[i];
    for (size_t i = 0; i < DF_COUNT(maps); i++)
        count += maps[i] ? maps[i]->reference_count : 0;
    if (!(*list = df_alloc(df_size_mul(DF_MAX(count, 1), sizeof **list))))
        return -ENOMEM;
    count = 0;
    for (size_t i = 0; i < DF_COUNT(maps); i++)
        for (int k = 0; maps[i] && k < maps[i]->reference_count; k++)
            if (maps[i]->references[k].source->frame < recent)
                (*list)[count++] = maps[i]->references[k].source;
    qsort(*list, count, sizeof **list, compare_frames);
    for (int i = 0; i < count; i++)
        if (!i || (*list)[i] != (*list)[i - 1])
            (*list)[kept++] = (*list)[i];
    return kept;
}

int df_carry_bytes(const DfPlanner *planner, int64_t shot, size_t *bytes)
{
    DfSource **list;
    int count = list_sources(planner, planner->head, planner->last, &list);

    *bytes = 0;
    for (int i = 0; i < count; i++)
        if (list[i]->frame >= shot)
            *bytes += df_source_cost(list[i]);
    df_free(list);
    return DF_MIN(count, 0);
}

/** The number of a map's reference to the composite of `keeper` as it stands. @return -ENOMEM or -ENOSPC */
static int find_kept(DfSourceMap *map, DfSource *keeper, enum DfReferenceKind kind)
{
    DfReference own = { .source = keeper, .kind = kind, .light = { DF_LIGHT_SAME, DF_LIGHT_SAME, DF_LIGHT_SAME } };

    /* A frame's own composite has no motion. */
    for (int i = 0; i < map->reference_count; i++)
        if (map->references[i].source == keeper && map->references[i].kind == kind)
            return i;
    return df_source_map_add(map, &own);
}

/** Point the pixels of a map that come from `source` to the composite of `keeper`; NULL: to nowhere. */
static int redirect(DfSourceMap *map, const DfSource *source, DfSource *keeper)
{
    for (size_t i = 0; i < map->pixel_count; i++) {
        DfMapPixel *pixel = &map->pixels[i];
        if (pixel->reference == DF_NO_REFERENCE || map->references[pixel->reference].source != source)
            continue;
        int is_shown = map->references[pixel->reference].kind != DF_KIND_SYNTHESISED;
        int number = keeper ? find_kept(map, keeper, is_shown ? DF_KIND_KEPT : DF_KIND_SYNTHESISED)
                            : DF_NO_REFERENCE;
        if (number < 0)
            return number;
        *pixel = (DfMapPixel){ (uint16_t)number, 0, 0 };
    }
    df_source_map_compact(map);
    return 0;
}

int df_carry_trim(DfPlanner *planner, DfFrameState *state, size_t budget)
{
    DfSource **list;
    int count = list_sources(planner, state->frame + 1 - DF_MOST_BACK, NULL, &list), ret = 0;
    size_t bytes = 0;

    if (count < 0)
        return count;
    for (int i = 0; i < count; i++)
        bytes += df_source_cost(list[i]);
    for (int i = 0; i < count && bytes > budget && ret >= 0; i++) {
        /* The list's sources may be freed with the last reference, so the cost is taken first. */
        DfSource *gone = df_source_ref(list[i]);
        bytes -= df_source_cost(gone);
        for (int k = 0; k < DF_MOST_BACK && ret >= 0; k++)
            if (planner->carried[k])
                ret = redirect(planner->carried[k], gone,
                               k == state->frame % DF_MOST_BACK && !state->unfilled ? state->source : NULL);
        state->keep_composite |= !state->unfilled;
        df_source_close(&gone);
    }
    df_free(list);
    return ret;
}
