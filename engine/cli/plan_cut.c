/**
 * @file
 * Where a film is parted, and how a part's filter is told what it would know in the whole film.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base.h"
#include "cli/plan.h"

/** Most parts where their number is not asked for: one of Slurm's arrays has up to 1001 jobs by default. */
#define MOST_PARTS 1000

/** Whether the film may be parted before a frame. */
static int is_free(const DfPlanScan *scan, int64_t frame)
{
    return !frame || scan->begins[frame] == 1;
}

int df_plan_cut(DfManifest *manifest, const DfPlanScan *scan, int parts)
{
    int64_t shots = 0, *starts = df_alloc(df_size_mul((size_t)scan->count, sizeof *starts));
    for (int64_t i = 0; starts && i < scan->count; i++)
        if (is_free(scan, i))
            starts[shots++] = i;
    int count = (int)DF_MIN(parts ? parts : MOST_PARTS, shots);
    int64_t *firsts = starts ? df_alloc(df_size_mul((size_t)count + 1, sizeof *firsts)) : NULL;
    /* Of the starts that leave enough for the parts to come, the nearest to where even parts would begin. */
    for (int64_t k = 0, at = 0; firsts && k < count; k++, at++) {
        int64_t wanted = k * scan->count / count;
        while (at + 1 <= shots - count + k && llabs(starts[at + 1] - wanted) <= llabs(starts[at] - wanted))
            at++;
        firsts[k] = k ? starts[at] : 0;
    }
    if (firsts)
        firsts[count] = scan->count;
    df_free(starts);
    manifest->firsts = firsts;
    manifest->part_count = count;
    return firsts ? 0 : -ENOMEM;
}

/* ---------------------------------------------------------------------------------- pairings -- */

static const char *const names[] = { "mask", "sketch", "keep_out" };

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

static const char *sync_of(const DfPlanPairing *p, int is_uneven)
{
    return !strcmp(p->sync, "auto") ? is_uneven ? "frame" : "time" : !strcmp(p->sync, "span") ? "time" : p->sync;
}

/** Whether a rule that is not by number can be kept: how far a picture counts before its time is to be the same. */
static int check_even(const DfPlanWish *wish, const DfPlanPairing *p, const char *name, int is_uneven)
{
    if (strcmp(sync_of(p, is_uneven), "time") || (!is_uneven && p->least == p->most))
        return 0;
    if (!strcmp(p->sync, "span"))
        return df_error(-EINVAL, "%s: its frames are not evenly spaced in time, so a part of it cannot tell to the "
                        "frame when rectangles of box_file begin: make a mask video of it, with a picture for each "
                        "frame", wish->film);
    return df_error(-EINVAL, "%s: its frames are not evenly spaced in time, so a part of it cannot tell to the frame "
                    "which picture of %s belongs to it by time: give it a picture for each frame, and mask_sync=frame",
                    wish->film, name);
}

int df_plan_filter(char **filter, const DfPlanWish *wish, const DfPlanScan *scan, int64_t first)
{
    const DfPlanPairing *chosen = NULL;
    int uneven = is_uneven(scan), ret = 0;
    for (int i = 0; i < DF_PLAN_INPUTS && !ret; i++) {
        const DfPlanPairing *p = &scan->pairings[i];
        if (!p->sync[0])
            continue;
        if (chosen && (strcmp(sync_of(chosen, uneven), sync_of(p, uneven)) || chosen->start != p->start ||
                       chosen->first != p->first))
            ret = df_error(-EINVAL, "%s and %s are paired with the frames in different ways, which no part can be "
                           "told: set mask_sync, or make them alike", names[chosen - scan->pairings], names[i]);
        else
            ret = check_even(wish, p, names[i], uneven);
        if (!chosen || strcmp(p->sync, "span"))
            chosen = p;
    }
    if (ret < 0)
        return ret;
    int64_t start = chosen && chosen->start < 0 ? -chosen->start : chosen ? chosen->start : 0;
    if (!chosen)
        *filter = df_strdup(wish->filter);
    else if (!strcmp(sync_of(chosen, uneven), "frame"))
        *filter = df_text("%s:mask_sync=frame:mask_frame=%" PRId64, wish->filter, chosen->first + first);
    else
        *filter = df_text("%s:mask_sync=time:mask_start=%s%" PRId64 ".%06" PRId64, wish->filter,
                          chosen->start < 0 ? "-" : "", start / 1000000, start % 1000000);
    return *filter ? 0 : -ENOMEM;
}
