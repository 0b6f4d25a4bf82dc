/**
 * @file
 * Loops shared among idle threads. A layer of the network takes well under a millisecond, so that whoever has
 * helped in one loop watches for the next before going to sleep, and joins it without a lock: a loop lies in a
 * place of its crew, whose state tells in one word how many hands it has and how many more it takes.
 */
#include "crew.h"

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

/** Loops of a crew that may be open at a time; a caller who finds no place works alone. */
#define PLACES 32

/**
 * How long to watch before going to sleep: a few times what it takes to fall asleep and be woken, and longer
 * than what comes between two of a network's loops.
 */
#define WATCH_NS 200000

/** Looks between two at the clock, a few microseconds in all. */
#define LOOKS 64

/**
 * A loop's state: from bit 32 on which of the loops in this place it is, so that nobody joins a later one than
 * meant; from bit 16 on how many more may join; below, how many have.
 */
#define STATE_ROOM 16
#define STATE_LOOP 32
#define FIELD 0xFFFFu

/** A place for a loop. What changes unit by unit lies apart from what those look at who want to join. */
typedef struct Loop {
    _Alignas(DF_ALIGN) _Atomic uint64_t state;
    DfJob job;
    void *opaque;
    int count;
    _Alignas(DF_ALIGN) atomic_int next; /* the first unit that nobody has taken */
    _Alignas(DF_ALIGN) atomic_int left; /* how many of those who joined have gone */
    atomic_int asleep;                  /* 1: the caller sleeps until all have */
    _Atomic int64_t spent;              /* CPU time of those who joined */
} Loop;

struct DfCrew {
    Loop loops[PLACES];
    _Alignas(DF_ALIGN) _Atomic uint32_t open; /* bit set: loops that others may find; any may be full */
    atomic_uint calls;                        /* df_crew_call() so far */
    _Alignas(DF_ALIGN) _Atomic uint32_t used; /* bit set: places that are taken */
    _Alignas(DF_ALIGN) atomic_int watching;   /* threads that will find a loop by themselves */
    atomic_int sleeping;                      /* threads that must be woken; changes under the lock */
    pthread_mutex_t *lock;                    /* the owner's or our own */
    pthread_cond_t idle;                      /* a loop was opened, or the owner calls */
    pthread_cond_t over;                      /* all have left a loop whose caller sleeps */
    pthread_mutex_t own_lock;
    int locks;                                /* how many of own_lock, idle and over exist, in this order */
    pthread_t *threads;                       /* our own */
    int thread_count, stop;
};

/** CPU time that others have spent in loops of this thread. */
static _Thread_local int64_t help_received;

int64_t df_team_time(void)
{
    return df_thread_time() + help_received;
}

/* ------------------------------------------------------------------------------ watching -- */

static int64_t clock_now(void)
{
    struct timespec t;

    return clock_gettime(CLOCK_MONOTONIC, &t) ? INT64_MAX : t.tv_sec * 1000000000ll + t.tv_nsec;
}

/** Leave the core to its other thread for a moment. */
static void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/**
 * Watch for what is likely to come soon. Now and then the CPU is offered to others: there may be fewer CPUs
 * than threads, and what is watched for needs one.
 * @return 1: it has come; 0: it has not
 */
static int watch(int (*has_come)(const void *), const void *opaque)
{
    int64_t end = 0;

    for (int looks = 1; !has_come(opaque); looks++) {
        relax();
        if (looks % LOOKS)
            continue;
        int64_t now = clock_now();
        if (!end)
            end = now + WATCH_NS;
        if (now >= end)
            return 0;
        sched_yield();
    }
    return 1;
}

/* --------------------------------------------------------------------------------- units -- */

/** Take units until none is left, and let nobody else come for nothing. */
static void take_units(Loop *loop, int hand)
{
    int unit;

    while ((unit = atomic_fetch_add(&loop->next, 1)) < loop->count)
        loop->job(loop->opaque, unit, hand);
    atomic_fetch_and(&loop->state, ~((uint64_t)FIELD << STATE_ROOM));
}

static int has_room(uint64_t state)
{
    return (state >> STATE_ROOM & FIELD) > 0;
}

/** @return the hand that the calling thread is from now on; 0: there is no room */
static int join(Loop *loop)
{
    uint64_t state = atomic_load(&loop->state);

    while (has_room(state))
        if (atomic_compare_exchange_weak(&loop->state, &state, state + 1 - (1u << STATE_ROOM)))
            return (int)(state & FIELD) + 1;
    return 0;
}

/** The last step is to count as gone: the loop may be over then, and its place another loop's. */
static void leave(DfCrew *crew, Loop *loop)
{
    atomic_fetch_add(&loop->left, 1);
    if (!atomic_load(&loop->asleep))
        return;
    pthread_mutex_lock(crew->lock);
    pthread_cond_broadcast(&crew->over);
    pthread_mutex_unlock(crew->lock);
}

/* ----------------------------------------------------------------------------- a helper -- */

/** A place whose loop takes more hands; -1: none. */
static int find_open(const DfCrew *crew)
{
    for (uint32_t open = atomic_load(&crew->open); open; open &= open - 1) {
        int place = __builtin_ctz(open);
        if (has_room(atomic_load(&crew->loops[place].state)))
            return place;
    }
    return -1;
}

/** Help in every loop that takes us. */
static void help(DfCrew *crew, unsigned calls)
{
    int place;

    while (atomic_load(&crew->calls) == calls && (place = find_open(crew)) >= 0) {
        Loop *loop = &crew->loops[place];
        int hand = join(loop);
        if (!hand)
            continue;
        int64_t start = df_team_time();
        take_units(loop, hand);
        atomic_fetch_add(&loop->spent, df_team_time() - start);
        leave(crew, loop);
    }
}

/** What a helper watches for. */
typedef struct Lookout {
    const DfCrew *crew;
    unsigned calls;
} Lookout;

static int is_wanted(const void *opaque)
{
    const Lookout *lookout = opaque;

    return atomic_load(&lookout->crew->calls) != lookout->calls || find_open(lookout->crew) >= 0;
}

/** Wait to be woken. A caller opens a loop before it looks for sleepers: so one of the two sees the other. */
static void sleep_until_woken(DfCrew *crew)
{
    atomic_fetch_add(&crew->sleeping, 1);
    if (find_open(crew) < 0)
        pthread_cond_wait(&crew->idle, crew->lock);
    atomic_fetch_sub(&crew->sleeping, 1);
}

void df_crew_idle(DfCrew *crew)
{
    Lookout lookout = { crew, atomic_load(&crew->calls) };
    int wanted = 1;

    if (find_open(crew) < 0)
        sleep_until_woken(crew);
    if (atomic_load(&crew->calls) != lookout.calls)
        return;
    pthread_mutex_unlock(crew->lock);
    while (wanted && atomic_load(&crew->calls) == lookout.calls) {
        help(crew, lookout.calls);
        atomic_fetch_add(&crew->watching, 1);
        wanted = watch(is_wanted, &lookout);
        atomic_fetch_sub(&crew->watching, 1);
    }
    pthread_mutex_lock(crew->lock);
}

void df_crew_call(DfCrew *crew)
{
    atomic_fetch_add(&crew->calls, 1);
    pthread_cond_broadcast(&crew->idle);
}

/* ----------------------------------------------------------------------------- a caller -- */

/** @return a place for a loop; -1: all are taken */
static int take_place(DfCrew *crew)
{
    uint32_t used = atomic_load(&crew->used);

    while (~used) {
        int place = __builtin_ctz(~used);
        if (atomic_compare_exchange_weak(&crew->used, &used, used | 1u << place))
            return place;
    }
    return -1;
}

/** Wake as many as `room` is for, but for those who watch. */
static void wake(DfCrew *crew, int room)
{
    int wanted = room - atomic_load(&crew->watching);

    if (wanted < 1 || !atomic_load(&crew->sleeping))
        return;
    pthread_mutex_lock(crew->lock);
    if (wanted >= atomic_load(&crew->sleeping))
        pthread_cond_broadcast(&crew->idle);
    else
        while (wanted--)
            pthread_cond_signal(&crew->idle);
    pthread_mutex_unlock(crew->lock);
}

static void open_loop(DfCrew *crew, int place, int room)
{
    Loop *loop = &crew->loops[place];
    uint64_t number = (atomic_load(&loop->state) >> STATE_LOOP) + 1;

    atomic_store(&loop->next, 0);
    atomic_store(&loop->left, 0);
    atomic_store(&loop->spent, 0);
    atomic_store(&loop->state, number << STATE_LOOP | (uint64_t)room << STATE_ROOM);
    atomic_fetch_or(&crew->open, 1u << place);
    wake(crew, room);
}

/** A loop and how many must leave it. */
typedef struct Ending {
    const Loop *loop;
    int joined;
} Ending;

static int have_left(const void *opaque)
{
    const Ending *ending = opaque;

    return atomic_load(&ending->loop->left) == ending->joined;
}

static void await_hands(DfCrew *crew, Loop *loop, int joined)
{
    Ending ending = { loop, joined };

    if (watch(have_left, &ending))
        return;
    pthread_mutex_lock(crew->lock);
    atomic_store(&loop->asleep, 1);
    while (!have_left(&ending))
        pthread_cond_wait(&crew->over, crew->lock);
    atomic_store(&loop->asleep, 0);
    pthread_mutex_unlock(crew->lock);
}

static void run_together(DfCrew *crew, int place, int room)
{
    Loop *loop = &crew->loops[place];

    open_loop(crew, place, room);
    take_units(loop, 0);
    atomic_fetch_and(&crew->open, ~(1u << place));
    await_hands(crew, loop, (int)(atomic_load(&loop->state) & FIELD));
    help_received += atomic_load(&loop->spent);
    atomic_fetch_and(&crew->used, ~(1u << place));
}

void df_team_run(const DfTeam *team, int count, DfJob job, void *opaque)
{
    int room = team && team->crew ? DF_MIN(DF_MIN(team->hands, count) - 1, (int)FIELD) : 0;
    int place = room > 0 ? take_place(team->crew) : -1;

    if (place >= 0) {
        Loop *loop = &team->crew->loops[place];
        loop->job = job;
        loop->opaque = opaque;
        loop->count = count;
        run_together(team->crew, place, room);
        return;
    }
    for (int unit = 0; unit < count; unit++)
        job(opaque, unit, 0);
}

/* ------------------------------------------------------------------- a crew's own threads -- */

static int init_locks(DfCrew *crew)
{
    int ret = pthread_mutex_init(&crew->own_lock, NULL);

    if (!ret) {
        crew->locks++;
        ret = pthread_cond_init(&crew->idle, NULL);
    }
    if (!ret) {
        crew->locks++;
        ret = pthread_cond_init(&crew->over, NULL);
    }
    if (ret)
        return df_error(-ret, "cannot create a crew's locks: %s", strerror(ret));
    crew->locks++;
    return 0;
}

int df_crew_lend(DfCrew **crew, pthread_mutex_t *lock)
{
    DfCrew *c = df_alloc(sizeof *c);
    int ret;

    if (!c)
        return -ENOMEM;
    c->lock = lock;
    if ((ret = init_locks(c)) < 0) {
        df_crew_close(&c);
        return ret;
    }
    *crew = c;
    return 0;
}

static void *serve(void *argument)
{
    DfCrew *crew = argument;

    pthread_mutex_lock(crew->lock);
    while (!crew->stop)
        df_crew_idle(crew);
    pthread_mutex_unlock(crew->lock);
    return NULL;
}

int df_crew_open(DfCrew **crew, int threads)
{
    DfCrew *c;
    int ret = df_crew_lend(&c, NULL);

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
        df_crew_close(&c);
    else
        *crew = c;
    return ret;
}

static void stop_threads(DfCrew *crew)
{
    pthread_mutex_lock(crew->lock);
    crew->stop = 1;
    df_crew_call(crew);
    pthread_mutex_unlock(crew->lock);
    for (int i = 0; i < crew->thread_count; i++)
        pthread_join(crew->threads[i], NULL);
}

void df_crew_close(DfCrew **crew)
{
    DfCrew *c = crew ? *crew : NULL;

    if (!c)
        return;
    *crew = NULL;
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
