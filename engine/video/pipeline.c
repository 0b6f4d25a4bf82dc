/**
 * @file
 * Slots, steps and workers under one lock. Units take milliseconds and more, so the lock is hardly
 * ever waited for, and plain scans from the oldest frame on are cheap enough.
 */
#include "video/pipeline.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/** A frame on its way. Steps before `step` are done; units of `step` are handed out in order. */
typedef struct Slot {
    int step;
    int units, taken, done; /* of the current step; units is known once entered is set */
    int entered;
    int failed_step;        /* the first one */
    int failed_unit;        /* lowest of its failed units */
    int error;
    char cause[256];
} Slot;

typedef struct Worker {
    DfPipeline *pipeline;
    pthread_t thread;
    int started;
} Worker;

struct DfPipeline {
    DfPipelineSpec spec;
    int neighbours;        /* 1: what one frame does may make another one ready */
    Slot *slots;
    int64_t *spent;        /* by step: df_pipeline_spent(); then by slot and step: df_pipeline_frame_spent() */
    Worker *workers;
    int locks;             /* how many of lock and ready exist, in this order */
    pthread_mutex_t lock;
    pthread_cond_t ready;  /* a frame is done */
    DfThreadPool *pool;    /* idle workers: they wait for units as well as for loops of others' units */
    int64_t head, tail;    /* frames in flight: head <= n < tail */
    int flushed, stop;
    int held;              /* 1: no unit is handed out, as the frames in flight are to be forgotten */
};

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

static Slot *slot_of(DfPipeline *p, int64_t frame)
{
    return &p->slots[frame % p->spec.slots];
}

static int64_t *spent_by_frame(DfPipeline *p, int slot)
{
    return p->spent + (size_t)(slot + 1) * p->spec.step_count;
}

/** Whether frame `n` has done `step`; frames that are gone have done all. */
static int has_done(DfPipeline *p, int64_t n, int step)
{
    return n < p->head || slot_of(p, n)->step > step;
}

/** Whether the frames around `frame` have done the steps before `step`. */
static int neighbours_ready(DfPipeline *p, int64_t frame, int step)
{
    const DfStep *s = &p->spec.steps[step];

    if (frame + s->ahead >= p->tail && !p->flushed)
        return 0;
    int64_t first = DF_MAX(frame - s->behind, p->head), last = DF_MIN(frame + s->ahead, p->tail - 1);
    for (int64_t n = first; n <= last; n++)
        if (!has_done(p, n, step - 1))
            return 0;
    return 1;
}

/** Whether what this step waits for of the very step, in other frames, is there. */
static int needs_met(DfPipeline *p, int64_t frame, int step)
{
    const DfStep *s = &p->spec.steps[step];
    int count = 0;

    if ((s->in_order && !has_done(p, frame - 1, step)) || (s->is_ready && !s->is_ready(p->spec.opaque, frame)))
        return 0;
    const int64_t *needs = s->needs ? s->needs(p->spec.opaque, (int)(frame % p->spec.slots), &count) : NULL;
    for (int i = 0; i < count; i++)
        if (!has_done(p, needs[i], step))
            return 0;
    return 1;
}

static int is_done(const DfPipeline *p, const Slot *slot)
{
    return slot->step == p->spec.step_count;
}

static void next_step(Slot *slot)
{
    slot->step++;
    slot->entered = slot->units = slot->taken = slot->done = 0;
}

/** Enter a frame's current step if it is ready; pass it where there is nothing to do. @return 1: passed */
static int settle_frame(DfPipeline *p, int64_t frame)
{
    Slot *slot = slot_of(p, frame);

    /* The cheap question first: of many frames that wait for their turn, one alone has its neighbours looked
       at. */
    if (is_done(p, slot) || slot->entered || !needs_met(p, frame, slot->step) ||
        !neighbours_ready(p, frame, slot->step))
        return 0;
    slot->entered = 1;
    /* A frame that failed must not be written. It passes its steps in turn: neighbours may still read it. */
    const DfStep *step = &p->spec.steps[slot->step];
    if (!slot->error || step->always)
        slot->units = step->units(p->spec.opaque, (int)(frame % p->spec.slots));
    if (slot->units)
        return 0;
    next_step(slot);
    return 1;
}

/**
 * Enter every step that is ready. What passes in one frame may be what another waits for.
 * @return 1: the oldest frame is done; spec.ready is to be called once the lock is released
 */
static int settle(DfPipeline *p)
{
    int passed;

    do {
        passed = 0;
        for (int64_t n = p->head; n < p->tail; n++)
            while (settle_frame(p, n))
                passed = p->neighbours;
    } while (passed);
    df_thread_pool_wake(p->pool);
    pthread_cond_broadcast(&p->ready);
    return p->spec.ready && p->head < p->tail && is_done(p, slot_of(p, p->head));
}

/** The oldest frame with a unit to hand out; -1: none. */
static int64_t find_work(DfPipeline *p)
{
    if (p->held)
        return -1;
    for (int64_t n = p->head; n < p->tail; n++)
        if (slot_of(p, n)->taken < slot_of(p, n)->units)
            return n;
    return -1;
}

/** Keep the failure of the first step's lowest unit: which unit comes first in time is chance. */
static void note_failure(Slot *slot, int unit, int error)
{
    if (slot->error && (slot->failed_step < slot->step || slot->failed_unit < unit))
        return;
    slot->error = error;
    slot->failed_step = slot->step;
    slot->failed_unit = unit;
    snprintf(slot->cause, sizeof slot->cause, "%s", df_error_text());
}

/** Run one unit, without the lock; it is held again on return. */
static void run_unit(DfPipeline *p, int64_t frame, int worker)
{
    Slot *slot = slot_of(p, frame);
    const DfStep *step = &p->spec.steps[slot->step];
    DfTask task = { p->spec.opaque, frame, (int)(frame % p->spec.slots), slot->taken++, worker,
                    p->flushed && frame + step->ahead >= p->tail ? p->tail : INT64_MAX };

    pthread_mutex_unlock(&p->lock);
    df_error_clear();
    int64_t start = df_parallel_time();
    int ret = step->run(&task);
    int64_t spent = df_parallel_time() - start;
    pthread_mutex_lock(&p->lock);
    p->spent[step - p->spec.steps] += spent;
    spent_by_frame(p, task.slot)[step - p->spec.steps] += spent;
    if (ret < 0)
        note_failure(slot, task.unit, ret);
    if (++slot->done == slot->units) {
        next_step(slot);
        if (settle(p)) {
            pthread_mutex_unlock(&p->lock);
            p->spec.ready(p->spec.ready_opaque);
            pthread_mutex_lock(&p->lock);
        }
    } else if (p->held) {
        pthread_cond_broadcast(&p->ready);
    }
}

static void *work(void *argument)
{
    Worker *worker = argument;
    DfPipeline *p = worker->pipeline;

    pthread_mutex_lock(&p->lock);
    while (!p->stop) {
        int64_t frame = find_work(p);
        if (frame >= 0)
            run_unit(p, frame, (int)(worker - p->workers));
        else
            df_thread_pool_idle(p->pool);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

static int init_locks(DfPipeline *p)
{
    int ret = pthread_mutex_init(&p->lock, NULL);

    if (!ret) {
        p->locks++;
        ret = pthread_cond_init(&p->ready, NULL);
    }
    if (ret)
        return df_error(-ret, "cannot create the pipeline's locks: %s", strerror(ret));
    p->locks++;
    return df_thread_pool_lend(&p->pool, &p->lock);
}

static int start_workers(DfPipeline *p)
{
    for (int i = 0; i < p->spec.workers; i++) {
        Worker *worker = &p->workers[i];
        worker->pipeline = p;
        int ret = df_thread_start(&worker->thread, work, worker);
        if (ret < 0)
            return ret;
        worker->started = 1;
    }
    return 0;
}

int df_pipeline_open(DfPipeline **pipeline, const DfPipelineSpec *spec)
{
    DfPipeline *p = df_alloc(sizeof *p);
    int ret = -ENOMEM;

    if (!p)
        return ret;
    p->spec = *spec;
    p->neighbours = has_neighbours(spec);
    p->slots = df_alloc(df_size_mul(p->spec.slots, sizeof *p->slots));
    p->spent = df_alloc(df_size_mul(df_size_mul(spec->slots + 1, spec->step_count), sizeof *p->spent));
    p->workers = df_alloc(df_size_mul(spec->workers, sizeof *p->workers));
    if (!p->slots || !p->spent || !p->workers)
        goto fail;
    if ((ret = init_locks(p)) < 0 || (ret = start_workers(p)) < 0)
        goto fail;
    *pipeline = p;
    return 0;
fail:
    df_pipeline_close(&p);
    return ret;
}

/** Whether another frame may come. */
static int has_room(DfPipeline *p)
{
    return p->tail - p->head < p->spec.slots &&
           (!p->spec.admits || p->spec.admits(p->spec.opaque, p->head, p->tail));
}

/** Whether the oldest frame will be done though no other is sent. */
static int is_certain(DfPipeline *p)
{
    return p->head < p->tail && (p->flushed || !p->spec.is_certain || is_done(p, slot_of(p, p->head)) ||
                                 p->spec.is_certain(p->spec.opaque, p->head));
}

int df_pipeline_room(DfPipeline *p)
{
    pthread_mutex_lock(&p->lock);
    int ret = (int)(p->tail % p->spec.slots);
    if (p->flushed)
        ret = -EPIPE;
    while (ret >= 0 && !has_room(p)) {
        if (is_certain(p))
            ret = -EAGAIN;
        else
            pthread_cond_wait(&p->ready, &p->lock);
    }
    pthread_mutex_unlock(&p->lock);
    return ret;
}

void df_pipeline_push(DfPipeline *p)
{
    pthread_mutex_lock(&p->lock);
    *slot_of(p, p->tail) = (Slot){ 0 };
    memset(spent_by_frame(p, (int)(p->tail % p->spec.slots)), 0, p->spec.step_count * sizeof *p->spent);
    p->tail++;
    int ready = settle(p);
    pthread_mutex_unlock(&p->lock);
    if (ready)
        p->spec.ready(p->spec.ready_opaque);
}

/** Wait for the oldest frame, or tell why not. */
static int await_oldest(DfPipeline *p, int wait)
{
    if (p->head == p->tail)
        return p->flushed ? -EPIPE : -EAGAIN;
    while (!is_done(p, slot_of(p, p->head))) {
        if (!wait || (!is_certain(p) && has_room(p)))
            return -EAGAIN;
        pthread_cond_wait(&p->ready, &p->lock);
    }
    return 0;
}

int df_pipeline_pull(DfPipeline *p, int wait, int *slot, int *error)
{
    pthread_mutex_lock(&p->lock);
    int ret = await_oldest(p, wait);
    if (!ret) {
        const Slot *oldest = slot_of(p, p->head);
        *slot = (int)(p->head % p->spec.slots);
        *error = oldest->error;
        if (oldest->error)
            df_error(oldest->error, "%s", oldest->cause);
        p->head++;
    }
    pthread_mutex_unlock(&p->lock);
    return ret;
}

DfThreadPool *df_pipeline_thread_pool(DfPipeline *p)
{
    return p->pool;
}

int64_t df_pipeline_spent(DfPipeline *p, int step)
{
    pthread_mutex_lock(&p->lock);
    int64_t spent = p->spent[step];
    pthread_mutex_unlock(&p->lock);
    return spent;
}

int64_t df_pipeline_frame_spent(DfPipeline *p, int slot, int step)
{
    pthread_mutex_lock(&p->lock);
    int64_t spent = spent_by_frame(p, slot)[step];
    pthread_mutex_unlock(&p->lock);
    return spent;
}

void df_pipeline_flush(DfPipeline *p)
{
    pthread_mutex_lock(&p->lock);
    p->flushed = 1;
    int ready = settle(p);
    pthread_mutex_unlock(&p->lock);
    if (ready)
        p->spec.ready(p->spec.ready_opaque);
}

/** Whether a worker runs a unit. */
static int is_busy(DfPipeline *p)
{
    for (int64_t n = p->head; n < p->tail; n++)
        if (slot_of(p, n)->done < slot_of(p, n)->taken)
            return 1;
    return 0;
}

void df_pipeline_reset(DfPipeline *p)
{
    pthread_mutex_lock(&p->lock);
    /* Nothing more is handed out; a step that ends enters no other. */
    p->held = 1;
    while (is_busy(p))
        pthread_cond_wait(&p->ready, &p->lock);
    p->held = p->flushed = 0;
    p->head = p->tail = 0;
    pthread_mutex_unlock(&p->lock);
}

static void stop_workers(DfPipeline *p)
{
    pthread_mutex_lock(&p->lock);
    p->stop = 1;
    df_thread_pool_wake(p->pool);
    pthread_mutex_unlock(&p->lock);
    for (int i = 0; i < p->spec.workers; i++)
        if (p->workers[i].started)
            pthread_join(p->workers[i].thread, NULL);
}

void df_pipeline_close(DfPipeline **pipeline)
{
    DfPipeline *p = pipeline ? *pipeline : NULL;

    if (!p)
        return;
    *pipeline = NULL;
    if (p->pool && p->workers)
        stop_workers(p);
    df_thread_pool_close(&p->pool);
    if (p->locks > 1)
        pthread_cond_destroy(&p->ready);
    if (p->locks > 0)
        pthread_mutex_destroy(&p->lock);
    df_free(p->workers);
    df_free(p->spent);
    df_free(p->slots);
    df_free(p);
}
