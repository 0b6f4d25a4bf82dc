/**
 * @file
 * Where a film is parted, and how a part's filter is told what it would know in the whole film.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base.h"
#include "cli/plan.h"

/** Most parts where their number is not asked for: one of Slurm's arrays has up to 1001 jobs by default. */
#define MOST_PARTS 1000

/** Whether the film may be parted before a frame. */
static int is_free(const DfPlanScan *scan, int64_t frame)
{
    return !frame || scan->marks[frame] == DF_PLAN_CUT;
}

int df_plan_cut(DfManifest *manifest, const DfPlanScan *scan, int parts)
{
    int64_t shots = 0, *starts = df_alloc(df_size_mul((size_t)scan->count, sizeof *starts));
    for (int64_t i = 0; starts && i < scan->count; i++)
        if (is_free(scan, i))
            starts[shots++] = i;
    int count = (int)DF_MIN(parts ? parts : MOST_PARTS, shots);
    int64_t *part_starts = starts ? df_alloc(df_size_mul((size_t)count + 1, sizeof *part_starts)) : NULL;
    /* Of the starts that leave enough for the parts to come, the nearest to where even parts would begin. */
    for (int64_t k = 0, at = 0; part_starts && k < count; k++, at++) {
        int64_t wanted = k * scan->count / count;
        while (at + 1 <= shots - count + k && llabs(starts[at + 1] - wanted) <= llabs(starts[at] - wanted))
            at++;
        part_starts[k] = k ? starts[at] : 0;
    }
    if (part_starts)
        part_starts[count] = scan->count;
    df_free(starts);
    manifest->part_starts = part_starts;
    manifest->part_count = count;
    return part_starts ? 0 : -ENOMEM;
}

/* ---------------------------------------------------------------------------------- pairings -- */

/** Whether frames lie unevenly in time, beyond what rounding makes. */
static int is_uneven(const DfPlanScan *scan)
{
    int64_t least = INT64_MAX, most = 0;
    for (int64_t i = 1; i < scan->count; i++) {
        least = DF_MIN(least, scan->times[i] - scan->times[i - 1]);
        most = DF_MAX(most, scan->times[i] - scan->times[i - 1]);
    }
    return scan->count > 1 && most - least > 2 && most > least + least / 2;
}

/** What a part is told to choose pictures by. */
static enum DfPlanSync sync_of_parts(const DfPlanPairing *p, int is_uneven)
{
    return p->sync == DF_PLAN_FRAME || (p->sync == DF_PLAN_AUTO && is_uneven) ? DF_PLAN_FRAME : DF_PLAN_TIME;
}

/** Whether a rule that is not by number can be kept: how far a picture counts before its time is to be the same. */
static int check_even(const DfPlanWish *wish, const DfPlanPairing *p, const char *name, int is_uneven)
{
    if (sync_of_parts(p, is_uneven) == DF_PLAN_FRAME || (!is_uneven && p->least == p->most))
        return 0;
    if (p->sync == DF_PLAN_SPAN)
        return df_error(-EINVAL, "%s: its frames are not evenly spaced in time, so a part of it cannot tell to the "
                        "frame when rectangles of box_file begin: make a mask video of it, with a picture for each "
                        "frame", wish->film);
    return df_error(-EINVAL, "%s: its frames are not evenly spaced in time, so a part of it cannot tell to the frame "
                    "which picture of %s belongs to it by time: give it a picture for each frame, and mask_sync=frame",
                    wish->film, name);
}

/** The pairing that parts are told, which is that of all files. @param[out] chosen  NULL: all are stills */
static int choose_pairing(const DfPlanPairing **chosen, const DfPlanWish *wish, const DfPlanScan *scan, int is_uneven)
{
    const DfPlanPairing *all = NULL;
    int ret = 0;
    for (int i = 0; i < DF_PLAN_INPUTS && !ret; i++) {
        const DfPlanPairing *p = &scan->pairings[i];
        if (p->sync == DF_PLAN_STILL)
            continue;
        if (all && (sync_of_parts(all, is_uneven) != sync_of_parts(p, is_uneven) || all->start != p->start ||
                    all->first != p->first))
            ret = df_error(-EINVAL, "%s and %s are paired with the frames in different ways, which no part can be "
                           "told: set mask_sync, or make them alike", df_plan_inputs[all - scan->pairings],
                           df_plan_inputs[i]);
        else
            ret = check_even(wish, p, df_plan_inputs[i], is_uneven);
        if (!all || p->sync != DF_PLAN_SPAN)
            all = p;
    }
    *chosen = all;
    return ret;
}

int df_plan_filter(char **filter, const DfPlanWish *wish, const DfPlanScan *scan, int64_t first)
{
    const DfPlanPairing *p;
    int uneven = is_uneven(scan), ret = choose_pairing(&p, wish, scan, uneven);
    if (ret < 0)
        return ret;
    int64_t start = p ? llabs(p->start) : 0;
    if (!p)
        *filter = df_strdup(wish->filter);
    else if (sync_of_parts(p, uneven) == DF_PLAN_FRAME)
        *filter = df_text("%s:mask_sync=frame:mask_frame=%" PRId64, wish->filter, p->first + first);
    else
        *filter = df_text("%s:mask_sync=time:mask_start=%s%" PRId64 ".%06" PRId64, wish->filter,
                          p->start < 0 ? "-" : "", start / 1000000, start % 1000000);
    return *filter ? 0 : -ENOMEM;
}
