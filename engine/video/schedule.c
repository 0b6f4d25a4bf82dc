/**
 * @file
 * Which step of which frame may run. Units take milliseconds and more, so plain scans from the oldest frame on are
 * cheap enough.
 */
#include "video/schedule.h"

#include <errno.h>
#include <stdio.h>

/** Whether any step depends on other frames than its own. */
static int has_neighbours(const DfPipelineSpec *spec)
{
    int any = 0;

    for (int i = 0; i < spec->step_count; i++) {
        const DfStep *step = &spec->steps[i];
        any |= step->behind || step->ahead || step->in_order || step->needs || step->is_ready;
    }
    return any;
}

int df_schedule_open(DfSchedule *s, const DfPipelineSpec *spec)
{
    *s = (DfSchedule){ .spec = spec, .neighbours = has_neighbours(spec) };
    s->slots = df_alloc(df_size_mul(spec->slots, sizeof *s->slots));
    return s->slots ? 0 : -ENOMEM;
}

void df_schedule_close(DfSchedule *s)
{
    df_free(s->slots);
    *s = (DfSchedule){ 0 };
}

int df_schedule_slot(const DfSchedule *s, int64_t frame)
{
    return (int)(frame % s->spec->slots);
}

static DfScheduled *slot_of(const DfSchedule *s, int64_t frame)
{
    return &s->slots[df_schedule_slot(s, frame)];
}

/* ----------------------------------------------------------------------- what is waited for -- */

/** Whether frame `n` has done `step`; frames that are gone have done all. */
static int has_done(const DfSchedule *s, int64_t n, int step)
{
    return n < s->head || slot_of(s, n)->step > step;
}

/** Whether the frames around `frame` have done the steps before `step`. */
static int neighbours_ready(const DfSchedule *s, int64_t frame, int step)
{
    const DfStep *what = &s->spec->steps[step];

    if (frame + what->ahead >= s->tail && !s->flushed)
        return 0;
    int64_t first = DF_MAX(frame - what->behind, s->head), last = DF_MIN(frame + what->ahead, s->tail - 1);
    for (int64_t n = first; n <= last; n++)
        if (!has_done(s, n, step - 1))
            return 0;
    return 1;
}

/** Whether what this step waits for of the very step, in other frames, is there. */
static int needs_met(const DfSchedule *s, int64_t frame, int step)
{
    const DfStep *what = &s->spec->steps[step];
    void *opaque = s->spec->opaque;
    int count = 0;

    if ((what->in_order && !has_done(s, frame - 1, step)) || (what->is_ready && !what->is_ready(opaque, frame)))
        return 0;
    const int64_t *needs = what->needs ? what->needs(opaque, df_schedule_slot(s, frame), &count) : NULL;
    for (int i = 0; i < count; i++)
        if (!has_done(s, needs[i], step))
            return 0;
    return 1;
}

static int is_done(const DfSchedule *s, const DfScheduled *slot)
{
    return slot->step == s->spec->step_count;
}

/* ------------------------------------------------------------------------------ the steps -- */

static void next_step(DfScheduled *slot)
{
    slot->step++;
    slot->entered = slot->units = slot->taken = slot->done = 0;
}

/** Enter a frame's current step if it is ready; pass it where there is nothing to do. @return 1: passed */
static int settle_frame(const DfSchedule *s, int64_t frame)
{
    DfScheduled *slot = slot_of(s, frame);

    /* The cheap question first: of many frames that wait for their turn, one alone has its neighbours looked
       at. */
    if (is_done(s, slot) || slot->entered || !needs_met(s, frame, slot->step) ||
        !neighbours_ready(s, frame, slot->step))
        return 0;
    slot->entered = 1;
    /* A frame that failed must not be written. It passes its steps in turn: neighbours may still read it. */
    const DfStep *step = &s->spec->steps[slot->step];
    if (!slot->error || step->always)
        slot->units = step->units(s->spec->opaque, df_schedule_slot(s, frame));
    if (slot->units)
        return 0;
    next_step(slot);
    return 1;
}

void df_schedule_settle(DfSchedule *s)
{
    int passed;

    /* What passes in one frame may be what another waits for. */
    do {
        passed = 0;
        for (int64_t n = s->head; n < s->tail; n++)
            while (settle_frame(s, n))
                passed = s->neighbours;
    } while (passed);
}

int64_t df_schedule_find(const DfSchedule *s)
{
    if (s->held)
        return -1;
    for (int64_t n = s->head; n < s->tail; n++)
        if (slot_of(s, n)->taken < slot_of(s, n)->units)
            return n;
    return -1;
}

DfTask df_schedule_take(DfSchedule *s, int64_t frame, int worker, int *step)
{
    DfScheduled *slot = slot_of(s, frame);

    *step = slot->step;
    return (DfTask){
        .opaque = s->spec->opaque,
        .frame = frame,
        .slot = df_schedule_slot(s, frame),
        .unit = slot->taken++,
        .worker = worker,
        .end = s->flushed && frame + s->spec->steps[*step].ahead >= s->tail ? s->tail : INT64_MAX,
    };
}

/** Keep the failure of the first step's lowest unit: which unit comes first in time is chance. */
static void note_failure(DfScheduled *slot, int unit, int error)
{
    if (slot->error && (slot->failed_step < slot->step || slot->failed_unit < unit))
        return;
    slot->error = error;
    slot->failed_step = slot->step;
    slot->failed_unit = unit;
    snprintf(slot->cause, sizeof slot->cause, "%s", df_error_text());
}

int df_schedule_end(DfSchedule *s, const DfTask *task, int error)
{
    DfScheduled *slot = &s->slots[task->slot];

    if (error < 0)
        note_failure(slot, task->unit, error);
    if (++slot->done < slot->units)
        return 0;
    next_step(slot);
    return 1;
}

int df_schedule_is_busy(const DfSchedule *s)
{
    for (int64_t n = s->head; n < s->tail; n++)
        if (slot_of(s, n)->done < slot_of(s, n)->taken)
            return 1;
    return 0;
}

/* --------------------------------------------------------------------- who comes, who goes -- */

void df_schedule_push(DfSchedule *s)
{
    *slot_of(s, s->tail++) = (DfScheduled){ 0 };
}

int df_schedule_has_room(const DfSchedule *s)
{
    const DfPipelineSpec *spec = s->spec;

    return s->tail - s->head < spec->slots && (!spec->admits || spec->admits(spec->opaque, s->head, s->tail));
}

int df_schedule_is_oldest_done(const DfSchedule *s)
{
    return s->head < s->tail && is_done(s, slot_of(s, s->head));
}

int df_schedule_is_oldest_certain(const DfSchedule *s)
{
    const DfPipelineSpec *spec = s->spec;

    return s->head < s->tail && (s->flushed || !spec->is_certain || is_done(s, slot_of(s, s->head)) ||
                                 spec->is_certain(spec->opaque, s->head));
}
