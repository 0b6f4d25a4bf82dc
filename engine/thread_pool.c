/**
 * @file
 * A pool of threads and parallel loops. A layer of the network takes well under a millisecond: so a thread that
 * has helped in one loop spins for the next before it sleeps, and joins it without a lock. A loop occupies a slot
 * of its pool; one atomic word of the slot holds how many threads it has and how many more it takes.
 */
#include "thread_pool.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "spin.h"

/** Loops of a pool that may be open at a time; a caller that finds no slot works alone. */
#define SLOTS 32

/**
 * A loop's state: bits 32..63 number the loops of this slot, so that no thread joins a later loop than the one it
 * found; bits 16..31 count the threads that may still join; bits 0..15 those that have.
 */
#define STATE_ROOM 16
#define STATE_LOOP 32
#define FIELD 0xFFFFu

/** A slot for a loop. What changes with each unit is on another cache line than what joining threads read. */
typedef struct Loop {
    _Alignas(DF_ALIGN) _Atomic uint64_t state;
    DfJob job;
    void *opaque;
    int count;
    _Alignas(DF_ALIGN) atomic_int next; /* the first unit not taken */
    _Alignas(DF_ALIGN) atomic_int left; /* how many of the joined threads have left */
    atomic_int asleep;                  /* 1: the caller sleeps until all have left */
    _Atomic int64_t spent;              /* CPU time of the joined threads */
} Loop;

struct DfThreadPool {
    Loop loops[SLOTS];
    _Alignas(DF_ALIGN) _Atomic uint32_t open; /* bit set: loops that threads may find; any may be full */
    atomic_uint wakes;                        /* df_thread_pool_wake() so far */
    atomic_int cancelled;                     /* df_thread_pool_cancel() */
    _Alignas(DF_ALIGN) _Atomic uint32_t used; /* bit set: slots that are taken */
    _Alignas(DF_ALIGN) atomic_int spinning;   /* threads that find a loop by themselves */
    atomic_int sleeping;                      /* threads that must be woken; changes under the lock */
    pthread_mutex_t *lock;                    /* the owner's or our own */
    pthread_cond_t idle;                      /* a loop was opened, or the owner has work */
    pthread_cond_t over;                      /* all have left a loop whose caller sleeps */
    pthread_mutex_t own_lock;
    int locks;                                /* how many of own_lock, idle and over exist, in this order */
    pthread_t *threads;                       /* our own */
    int thread_count, stop;
};

/** CPU time of other threads in the loops of this one. */
static _Thread_local int64_t help_received;

int64_t df_parallel_time(void)
{
    return df_thread_time() + help_received;
}

/* --------------------------------------------------------------------------------- units -- */

/** Run units until none is left, then close the loop to further threads. */
static void run_units(Loop *loop, int thread)
{
    int unit;

    while ((unit = atomic_fetch_add(&loop->next, 1)) < loop->count)
        loop->job(loop->opaque, unit, thread);
    atomic_fetch_and(&loop->state, ~((uint64_t)FIELD << STATE_ROOM));
}

static int has_room(uint64_t state)
{
    return (state >> STATE_ROOM & FIELD) > 0;
}

/** @return the number of the calling thread in the loop; 0: there is no room */
static int join(Loop *loop)
{
    uint64_t state = atomic_load(&loop->state);

    while (has_room(state))
        if (atomic_compare_exchange_weak(&loop->state, &state, state + 1 - (1u << STATE_ROOM)))
            return (int)(state & FIELD) + 1;
    return 0;
}

/** The loop may be over, and its slot another loop's, once `left` is counted. */
static void leave(DfThreadPool *pool, Loop *loop)
{
    atomic_fetch_add(&loop->left, 1);
    if (!atomic_load(&loop->asleep))
        return;
    pthread_mutex_lock(pool->lock);
    pthread_cond_broadcast(&pool->over);
    pthread_mutex_unlock(pool->lock);
}

/* ------------------------------------------------------------------------- idle threads -- */

/** A slot whose loop takes more threads; -1: none. */
static int find_open(const DfThreadPool *pool)
{
    for (uint32_t open = atomic_load(&pool->open); open; open &= open - 1) {
        int slot = __builtin_ctz(open);
        if (has_room(atomic_load(&pool->loops[slot].state)))
            return slot;
    }
    return -1;
}

/** Help in every open loop. */
static void help(DfThreadPool *pool, unsigned wakes)
{
    int slot;

    while (atomic_load(&pool->wakes) == wakes && (slot = find_open(pool)) >= 0) {
        Loop *loop = &pool->loops[slot];
        int thread = join(loop);
        if (!thread)
            continue;
        int64_t start = df_parallel_time();
        run_units(loop, thread);
        atomic_fetch_add(&loop->spent, df_parallel_time() - start);
        leave(pool, loop);
    }
}

/** What an idle thread waits for: an open loop, or the owner's next wake. */
typedef struct Wait {
    const DfThreadPool *pool;
    unsigned wakes;
} Wait;

static int has_work(const void *opaque)
{
    const Wait *wait = opaque;

    return atomic_load(&wait->pool->wakes) != wait->wakes || find_open(wait->pool) >= 0;
}

/** Sleep. A caller opens its loop before it reads `sleeping`: so one of the two sees the other. */
static void sleep_until_woken(DfThreadPool *pool)
{
    atomic_fetch_add(&pool->sleeping, 1);
    if (find_open(pool) < 0)
        pthread_cond_wait(&pool->idle, pool->lock);
    atomic_fetch_sub(&pool->sleeping, 1);
}

void df_thread_pool_idle(DfThreadPool *pool)
{
    Wait wait = { pool, atomic_load(&pool->wakes) };
    int busy = 1;

    if (find_open(pool) < 0)
        sleep_until_woken(pool);
    if (atomic_load(&pool->wakes) != wait.wakes)
        return;
    pthread_mutex_unlock(pool->lock);
    while (busy && atomic_load(&pool->wakes) == wait.wakes) {
        help(pool, wait.wakes);
        atomic_fetch_add(&pool->spinning, 1);
        busy = df_spin(has_work, &wait);
        atomic_fetch_sub(&pool->spinning, 1);
    }
    pthread_mutex_lock(pool->lock);
}

void df_thread_pool_wake(DfThreadPool *pool)
{
    atomic_fetch_add(&pool->wakes, 1);
    pthread_cond_broadcast(&pool->idle);
}

/* --------------------------------------------------------------------------- the caller -- */

/** @return a slot for a loop; -1: all are taken */
static int take_slot(DfThreadPool *pool)
{
    uint32_t used = atomic_load(&pool->used);

    while (~used) {
        int slot = __builtin_ctz(~used);
        if (atomic_compare_exchange_weak(&pool->used, &used, used | 1u << slot))
            return slot;
    }
    return -1;
}

/** Wake as many threads as there is room for, less those that spin. */
static void wake(DfThreadPool *pool, int room)
{
    int more = room - atomic_load(&pool->spinning);

    if (more < 1 || !atomic_load(&pool->sleeping))
        return;
    pthread_mutex_lock(pool->lock);
    if (more >= atomic_load(&pool->sleeping))
        pthread_cond_broadcast(&pool->idle);
    else
        while (more--)
            pthread_cond_signal(&pool->idle);
    pthread_mutex_unlock(pool->lock);
}

static void open_loop(DfThreadPool *pool, int slot, int room)
{
    Loop *loop = &pool->loops[slot];
    uint64_t number = (atomic_load(&loop->state) >> STATE_LOOP) + 1;

    atomic_store(&loop->next, 0);
    atomic_store(&loop->left, 0);
    atomic_store(&loop->spent, 0);
    atomic_store(&loop->state, number << STATE_LOOP | (uint64_t)room << STATE_ROOM);
    atomic_fetch_or(&pool->open, 1u << slot);
    wake(pool, room);
}

/** A loop and the number of threads that must leave it. */
typedef struct Ending {
    const Loop *loop;
    int joined;
} Ending;

static int have_left(const void *opaque)
{
    const Ending *ending = opaque;

    return atomic_load(&ending->loop->left) == ending->joined;
}

static void await_threads(DfThreadPool *pool, Loop *loop, int joined)
{
    Ending ending = { loop, joined };

    if (df_spin(have_left, &ending))
        return;
    pthread_mutex_lock(pool->lock);
    atomic_store(&loop->asleep, 1);
    while (!have_left(&ending))
        pthread_cond_wait(&pool->over, pool->lock);
    atomic_store(&loop->asleep, 0);
    pthread_mutex_unlock(pool->lock);
}

static void run_loop(DfThreadPool *pool, int slot, int room)
{
    Loop *loop = &pool->loops[slot];

    open_loop(pool, slot, room);
    run_units(loop, 0);
    atomic_fetch_and(&pool->open, ~(1u << slot));
    await_threads(pool, loop, (int)(atomic_load(&loop->state) & FIELD));
    help_received += atomic_load(&loop->spent);
    atomic_fetch_and(&pool->used, ~(1u << slot));
}

void df_parallel_for(const DfParallel *parallel, int count, DfJob job, void *opaque)
{
    int room = parallel && parallel->pool ? DF_MIN(DF_MIN(parallel->threads, count) - 1, (int)FIELD) : 0;
    int slot = room > 0 ? take_slot(parallel->pool) : -1;

    if (slot >= 0) {
        Loop *loop = &parallel->pool->loops[slot];
        loop->job = job;
        loop->opaque = opaque;
        loop->count = count;
        run_loop(parallel->pool, slot, room);
        return;
    }
    for (int unit = 0; unit < count; unit++)
        job(opaque, unit, 0);
}

void df_thread_pool_cancel(DfThreadPool *pool, int cancelled)
{
    atomic_store(&pool->cancelled, cancelled);
}

int df_thread_pool_is_cancelled(const DfThreadPool *pool)
{
    return pool && atomic_load_explicit(&pool->cancelled, memory_order_relaxed);
}

/* ------------------------------------------------------------------- a pool's own threads -- */

static int init_locks(DfThreadPool *pool)
{
    int ret = pthread_mutex_init(&pool->own_lock, NULL);

    if (!ret) {
        pool->locks++;
        ret = pthread_cond_init(&pool->idle, NULL);
    }
    if (!ret) {
        pool->locks++;
        ret = pthread_cond_init(&pool->over, NULL);
    }
    if (ret)
        return df_error(-ret, "cannot create a thread pool's locks: %s", strerror(ret));
    pool->locks++;
    return 0;
}

int df_thread_pool_lend(DfThreadPool **pool, pthread_mutex_t *lock)
{
    DfThreadPool *c = df_alloc(sizeof *c);
    int ret;

    if (!c)
        return -ENOMEM;
    c->lock = lock;
    if ((ret = init_locks(c)) < 0) {
        df_thread_pool_close(&c);
        return ret;
    }
    *pool = c;
    return 0;
}

static void *serve(void *argument)
{
    DfThreadPool *pool = argument;

    pthread_mutex_lock(pool->lock);
    while (!pool->stop)
        df_thread_pool_idle(pool);
    pthread_mutex_unlock(pool->lock);
    return NULL;
}

int df_thread_pool_open(DfThreadPool **pool, int threads)
{
    DfThreadPool *c;
    int ret = df_thread_pool_lend(&c, NULL);

    if (ret < 0)
        return ret;
    c->lock = &c->own_lock;
    c->threads = df_alloc(df_size_mul(threads, sizeof *c->threads));
    if (!c->threads)
        ret = -ENOMEM;
    while (ret >= 0 && c->thread_count < threads)
        if ((ret = df_thread_start(&c->threads[c->thread_count], serve, c)) >= 0)
            c->thread_count++;
    if (ret < 0)
        df_thread_pool_close(&c);
    else
        *pool = c;
    return ret;
}

static void stop_threads(DfThreadPool *pool)
{
    pthread_mutex_lock(pool->lock);
    pool->stop = 1;
    df_thread_pool_wake(pool);
    pthread_mutex_unlock(pool->lock);
    for (int i = 0; i < pool->thread_count; i++)
        pthread_join(pool->threads[i], NULL);
}

void df_thread_pool_close(DfThreadPool **pool)
{
    DfThreadPool *c = pool ? *pool : NULL;

    if (!c)
        return;
    *pool = NULL;
    if (c->thread_count)
        stop_threads(c);
    if (c->locks > 2)
        pthread_cond_destroy(&c->over);
    if (c->locks > 1)
        pthread_cond_destroy(&c->idle);
    if (c->locks > 0)
        pthread_mutex_destroy(&c->own_lock);
    df_free(c->threads);
    df_free(c);
}
