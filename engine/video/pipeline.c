/**
 * @file
 * A schedule and workers under one lock. Units take milliseconds and more, so the lock is hardly ever waited for.
 */
#include "video/pipeline.h"

#include <errno.h>
#include <string.h>

#include "video/schedule.h"

typedef struct Worker {
    DfPipeline *pipeline;
    pthread_t thread;
    int started;
} Worker;

struct DfPipeline {
    DfPipelineSpec spec;
    DfSchedule schedule;   /* guarded by the lock */
    int64_t *spent;        /* by step: df_pipeline_spent(); then by slot and step: df_pipeline_frame_spent() */
    Worker *workers;
    int locks;             /* how many of lock and ready exist, in this order */
    pthread_mutex_t lock;
    pthread_cond_t ready;  /* a frame is done */
    DfThreadPool *pool;    /* idle workers: they wait for units as well as for loops of others' units */
    int stop;
};

static int64_t *spent_by_frame(DfPipeline *p, int slot)
{
    return p->spent + (size_t)(slot + 1) * p->spec.step_count;
}

/**
 * Enter every step that is ready and tell those who wait.
 * @return 1: the oldest frame is done; spec.ready is to be called once the lock is released
 */
static int settle(DfPipeline *p)
{
    df_schedule_settle(&p->schedule);
    df_thread_pool_wake(p->pool);
    pthread_cond_broadcast(&p->ready);
    return p->spec.ready && df_schedule_is_oldest_done(&p->schedule);
}

/** Run one unit, without the lock; it is held again on return. */
static void run_unit(DfPipeline *p, int64_t frame, int worker)
{
    int step;
    DfTask task = df_schedule_take(&p->schedule, frame, worker, &step);

    pthread_mutex_unlock(&p->lock);
    df_error_clear();
    int64_t start = df_parallel_time();
    int ret = p->spec.steps[step].run(&task);
    int64_t spent = df_parallel_time() - start;
    pthread_mutex_lock(&p->lock);
    p->spent[step] += spent;
    spent_by_frame(p, task.slot)[step] += spent;
    if (df_schedule_end(&p->schedule, &task, ret)) {
        if (settle(p)) {
            pthread_mutex_unlock(&p->lock);
            p->spec.ready(p->spec.ready_opaque);
            pthread_mutex_lock(&p->lock);
        }
    } else if (p->schedule.held) {
        pthread_cond_broadcast(&p->ready);
    }
}

static void *work(void *argument)
{
    Worker *worker = argument;
    DfPipeline *p = worker->pipeline;

    pthread_mutex_lock(&p->lock);
    while (!p->stop) {
        int64_t frame = df_schedule_find(&p->schedule);
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
    p->spent = df_alloc(df_size_mul(df_size_mul(spec->slots + 1, spec->step_count), sizeof *p->spent));
    p->workers = df_alloc(df_size_mul(spec->workers, sizeof *p->workers));
    if (!p->spent || !p->workers)
        goto fail;
    if ((ret = df_schedule_open(&p->schedule, &p->spec)) < 0 || (ret = init_locks(p)) < 0 ||
        (ret = start_workers(p)) < 0)
        goto fail;
    *pipeline = p;
    return 0;
fail:
    df_pipeline_close(&p);
    return ret;
}

int df_pipeline_room(DfPipeline *p)
{
    const DfSchedule *s = &p->schedule;

    pthread_mutex_lock(&p->lock);
    int ret = s->flushed ? -EPIPE : df_schedule_slot(s, s->tail);
    while (ret >= 0 && !df_schedule_has_room(s)) {
        if (df_schedule_is_oldest_certain(s))
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
    int slot = df_schedule_slot(&p->schedule, p->schedule.tail);
    memset(spent_by_frame(p, slot), 0, p->spec.step_count * sizeof *p->spent);
    df_schedule_push(&p->schedule);
    int ready = settle(p);
    pthread_mutex_unlock(&p->lock);
    if (ready)
        p->spec.ready(p->spec.ready_opaque);
}

/** Wait for the oldest frame, or tell why not. */
static int await_oldest(DfPipeline *p, int wait)
{
    const DfSchedule *s = &p->schedule;

    if (s->head == s->tail)
        return s->flushed ? -EPIPE : -EAGAIN;
    while (!df_schedule_is_oldest_done(s)) {
        if (!wait || (!df_schedule_is_oldest_certain(s) && df_schedule_has_room(s)))
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
        *slot = df_schedule_slot(&p->schedule, p->schedule.head++);
        const DfScheduled *oldest = &p->schedule.slots[*slot];
        *error = oldest->error;
        if (oldest->error)
            df_error(oldest->error, "%s", oldest->cause);
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
    p->schedule.flushed = 1;
    int ready = settle(p);
    pthread_mutex_unlock(&p->lock);
    if (ready)
        p->spec.ready(p->spec.ready_opaque);
}

void df_pipeline_reset(DfPipeline *p)
{
    df_thread_pool_cancel(p->pool, 1);
    pthread_mutex_lock(&p->lock);
    /* Nothing more is handed out; a step that ends enters no other. */
    p->schedule.held = 1;
    while (df_schedule_is_busy(&p->schedule))
        pthread_cond_wait(&p->ready, &p->lock);
    p->schedule.held = p->schedule.flushed = 0;
    p->schedule.head = p->schedule.tail = 0;
    df_thread_pool_cancel(p->pool, 0);
    pthread_mutex_unlock(&p->lock);
}

static void stop_workers(DfPipeline *p)
{
    df_thread_pool_cancel(p->pool, 1);
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
    df_schedule_close(&p->schedule);
    df_free(p);
}
