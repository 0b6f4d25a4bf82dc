/**
 * @file
 * Loops shared among threads: every unit once, each thread one thread's, for any number of callers and helpers,
 * those that never come as well; and a pipeline's idle workers as helpers. What units write is plain memory:
 * under the thread sanitizer these tests also prove that a loop's end orders every access.
 */
#include "world.h"

#include <errno.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#include "thread_pool.h"

#define MOST_LOOP_UNITS 5000
#define MOST_SHARE 8

/** One loop's traces. */
typedef struct Trace {
    int ran[MOST_LOOP_UNITS];
    int by[MOST_SHARE];        /* units that each thread did: plain memory, as scratch is */
    atomic_int busy[MOST_SHARE]; /* 1: somebody is that thread right now */
    atomic_int now, most;      /* threads at work, and the most there have been */
    int share;
    int pause;                 /* microseconds for each unit */
    pthread_t caller;
} Trace;

static void note_most(Trace *t)
{
    int now = atomic_fetch_add(&t->now, 1) + 1, most = atomic_load(&t->most);

    while (now > most && !atomic_compare_exchange_weak(&t->most, &most, now))
        continue;
}

static void trace_unit(void *opaque, int unit, int thread)
{
    Trace *t = opaque;

    assert_in_range(thread, 0, t->share - 1);
    assert_int_equal(thread == 0, pthread_equal(pthread_self(), t->caller) != 0);
    assert_int_equal(atomic_exchange(&t->busy[thread], 1), 0);
    note_most(t);
    t->ran[unit]++;
    t->by[thread]++;
    if (t->pause)
        usleep(t->pause);
    atomic_fetch_sub(&t->now, 1);
    atomic_store(&t->busy[thread], 0);
}

/** Run a loop and look at what it left. @return units that others did */
static int run_traced(const DfParallel *parallel, int count, int pause, Trace *t)
{
    int sum = 0;

    memset(t, 0, sizeof *t);
    t->share = parallel ? parallel->threads : 1;
    t->pause = pause;
    t->caller = pthread_self();
    df_parallel_for(parallel, count, trace_unit, t);
    for (int i = 0; i < MOST_LOOP_UNITS; i++)
        assert_int_equal(t->ran[i], i < count);
    for (int i = 0; i < MOST_SHARE; i++)
        sum += t->by[i];
    assert_int_equal(sum, count);
    return count - t->by[0];
}

static DfThreadPool *pool_new(int threads)
{
    DfThreadPool *pool = NULL;

    assert_int_equal(df_thread_pool_open(&pool, threads), 0);
    assert_non_null(pool);
    return pool;
}

static Trace trace_memory[4]; /* too large for the stack */

static void every_unit_runs_once(void **state)
{
    static const int counts[] = { 0, 1, 2, 3, 7, 100, MOST_LOOP_UNITS };

    (void)state;
    for (int threads = 0; threads <= 4; threads++) {
        DfThreadPool *pool = pool_new(threads);
        for (int share = 1; share <= MOST_SHARE; share++)
            for (int i = 0; i < (int)DF_COUNT(counts); i++)
                run_traced(&(DfParallel){ pool, share }, counts[i], 0, trace_memory);
        df_thread_pool_close(&pool);
        assert_null(pool);
    }
}

static void without_a_pool_the_caller_is_alone(void **state)
{
    DfThreadPool *pool = pool_new(2);

    (void)state;
    assert_int_equal(run_traced(NULL, 20, 0, trace_memory), 0);
    assert_int_equal(run_traced(&(DfParallel){ NULL, 4 }, 20, 0, trace_memory), 0);
    assert_int_equal(run_traced(&(DfParallel){ pool, 1 }, 20, 100, trace_memory), 0);
    assert_int_equal(run_traced(&(DfParallel){ pool, 4 }, 1, 1000, trace_memory), 0);
    df_thread_pool_close(&pool);
    df_thread_pool_close(&pool);
    df_thread_pool_close(NULL);
}

/** Units that sleep leave the CPU to everyone who might come. */
static void no_more_come_than_are_wanted(void **state)
{
    DfThreadPool *pool = pool_new(5);

    (void)state;
    for (int share = 1; share <= 6; share++) {
        run_traced(&(DfParallel){ pool, share }, 60, 1000, trace_memory);
        assert_in_range(atomic_load(&trace_memory[0].most), 1, share);
    }
    run_traced(&(DfParallel){ pool, 6 }, 2, 5000, trace_memory);
    assert_in_range(atomic_load(&trace_memory[0].most), 1, 2);
    df_thread_pool_close(&pool);
}

/** Units that wait for each other: who sleeps must be woken, and who comes late finds the loop open. */
typedef struct Meeting {
    atomic_int here;
    int expected;
} Meeting;

static void meet(void *opaque, int unit, int thread)
{
    Meeting *m = opaque;

    (void)unit;
    (void)thread;
    atomic_fetch_add(&m->here, 1);
    while (atomic_load(&m->here) < m->expected)
        usleep(10);
}

static void helpers_come_when_they_sleep_and_when_they_watch(void **state)
{
    DfThreadPool *pool = pool_new(3);

    (void)state;
    for (int i = 0; i < 200; i++) {
        Meeting m = { .expected = 4 };
        df_parallel_for(&(DfParallel){ pool, 4 }, 4, meet, &m);
        assert_int_equal(atomic_load(&m.here), 4);
        if (i % 4 == 0)
            usleep(1000);
    }
    df_thread_pool_close(&pool);
}

/** A helper of the owner's that comes only once the loop has begun. */
typedef struct Late {
    DfThreadPool *pool;
    pthread_mutex_t lock;
    int stop;
    Meeting meeting;
} Late;

static void *come_late(void *argument)
{
    Late *late = argument;

    while (!atomic_load(&late->meeting.here))
        usleep(100);
    pthread_mutex_lock(&late->lock);
    while (!late->stop)
        df_thread_pool_idle(late->pool);
    pthread_mutex_unlock(&late->lock);
    return NULL;
}

static void late_helpers_find_the_loop(void **state)
{
    Late late = { .lock = PTHREAD_MUTEX_INITIALIZER, .meeting.expected = 3 };
    pthread_t threads[2];

    (void)state;
    assert_int_equal(df_thread_pool_lend(&late.pool, &late.lock), 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(df_thread_start(&threads[i], come_late, &late), 0);
    df_parallel_for(&(DfParallel){ late.pool, 3 }, 3, meet, &late.meeting);
    pthread_mutex_lock(&late.lock);
    late.stop = 1;
    df_thread_pool_wake(late.pool);
    pthread_mutex_unlock(&late.lock);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    df_thread_pool_close(&late.pool);
    pthread_mutex_destroy(&late.lock);
}

static void a_pool_of_nobody_keeps_nobody_waiting(void **state)
{
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    DfThreadPool *pool;

    (void)state;
    assert_int_equal(df_thread_pool_lend(&pool, &lock), 0);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(run_traced(&(DfParallel){ pool, 4 }, i % 10, 0, trace_memory), 0);
    df_thread_pool_close(&pool);
    pthread_mutex_destroy(&lock);
}

/** One of several callers. */
typedef struct Caller {
    DfParallel parallel;
    Trace *trace;
    pthread_t thread;
} Caller;

static void *call(void *argument)
{
    Caller *caller = argument;

    for (int i = 0; i < 300; i++)
        run_traced(&caller->parallel, i % 50, i % 7 ? 0 : 50, caller->trace);
    return NULL;
}

static void several_callers_share_a_pool(void **state)
{
    DfThreadPool *pool = pool_new(3);
    Caller callers[4];

    (void)state;
    for (int i = 0; i < 4; i++) {
        callers[i] = (Caller){ .parallel = { pool, 2 + i }, .trace = &trace_memory[i] };
        assert_int_equal(df_thread_start(&callers[i].thread, call, &callers[i]), 0);
    }
    for (int i = 0; i < 4; i++)
        pthread_join(callers[i].thread, NULL);
    df_thread_pool_close(&pool);
}

/** Loops in loops, as deep as there are units, more of them than a pool has slots for. */
typedef struct Nest {
    DfParallel parallel;
    int depth;
    atomic_int leaves;
} Nest;

static void nest(void *opaque, int unit, int thread)
{
    Nest *outer = opaque;
    Nest inner = { outer->parallel, outer->depth - 1, 0 };

    (void)unit;
    (void)thread;
    if (inner.depth)
        df_parallel_for(&inner.parallel, 3, nest, &inner);
    atomic_fetch_add(&outer->leaves, inner.depth ? atomic_load(&inner.leaves) : 1);
}

static void deepen(void *opaque, int unit, int thread)
{
    Nest *outer = opaque;
    Nest inner = { outer->parallel, outer->depth - 1, 0 };

    (void)thread;
    if (inner.depth && !unit)
        df_parallel_for(&inner.parallel, 2, deepen, &inner);
    atomic_fetch_add(&outer->leaves, 1 + atomic_load(&inner.leaves));
}

static void loops_run_in_loops(void **state)
{
    DfThreadPool *pool = pool_new(3);

    (void)state;
    for (int i = 0; i < 50; i++) {
        Nest wide = { { pool, 4 }, 4, 0 }, deep = { { pool, 3 }, 100, 0 };
        df_parallel_for(&wide.parallel, 3, nest, &wide);
        assert_int_equal(atomic_load(&wide.leaves), 3 * 3 * 3 * 3);
        df_parallel_for(&deep.parallel, 2, deepen, &deep);
        assert_int_equal(atomic_load(&deep.leaves), 2 * 100);
    }
    df_thread_pool_close(&pool);
}

/** A sum in plain memory, carried on from loop to loop as activations are. */
typedef struct Sums {
    long values[8];
} Sums;

static void sum_up(void *opaque, int unit, int thread)
{
    Sums *sums = opaque;

    (void)thread;
    sums[1].values[unit] = sums[0].values[unit] + sums[0].values[(unit + 1) % 8];
}

static void each_loop_sees_what_the_one_before_made(void **state)
{
    enum { LOOPS = 20000 };
    DfThreadPool *pool = pool_new(2);
    Sums *sums = calloc(LOOPS + 1, sizeof *sums);
    long expected = 1;

    (void)state;
    assert_non_null(sums);
    for (int i = 0; i < 8; i++)
        sums[0].values[i] = 1;
    for (int i = 0; i < LOOPS; i++) {
        if (i % 40 == 0)
            for (int k = 0; k < 8; k++)
                sums[i].values[k] = expected = 1;
        df_parallel_for(&(DfParallel){ pool, 3 }, 8, sum_up, &sums[i]);
        expected *= 2;
        for (int k = 0; k < 8; k++)
            assert_int_equal(sums[i + 1].values[k], expected);
    }
    free(sums);
    df_thread_pool_close(&pool);
}

static void survives_every_failing_start(void **state)
{
    int n = 0, ret;

    (void)state;
    do {
        DfThreadPool *pool = NULL;
        df_error_clear();
        df_fail_after(n++);
        ret = df_thread_pool_open(&pool, 3);
        df_fail_after(-1);
        assert_true(ret == 0 || (!pool && *df_error_text()));
        df_thread_pool_close(&pool);
    } while (ret < 0);
    /* The pool, its list of threads, three threads. */
    assert_int_equal(n - 1, 5);
}

enum { UNIT_NS = 2000000 };

static void spend(void *opaque, int unit, int thread)
{
    int64_t end = df_thread_time() + UNIT_NS;

    (void)opaque;
    (void)unit;
    (void)thread;
    while (df_thread_time() < end)
        continue;
}

static void time_of_helpers_is_the_callers(void **state)
{
    DfThreadPool *pool = pool_new(2);

    (void)state;
    int64_t parallel = df_parallel_time();
    df_parallel_for(&(DfParallel){ pool, 3 }, 12, spend, NULL);
    parallel = df_parallel_time() - parallel;
    assert_true(parallel >= 12 * UNIT_NS);
    df_thread_pool_close(&pool);
}

static int64_t process_time(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec * 1000000000ll + t.tv_nsec;
}

/** Who watches stops soon. */
static void idle_helpers_sleep(void **state)
{
    DfThreadPool *pool = pool_new(4);
    Meeting m = { .expected = 5 };

    (void)state;
    df_parallel_for(&(DfParallel){ pool, 5 }, 5, meet, &m);
    int64_t start = process_time();
    usleep(200000);
    assert_true(process_time() - start < 50000000);
    df_thread_pool_close(&pool);
}

/* ------------------------------------------------------------------------------ the pipeline -- */

enum { LOOP_THREADS = 3 };

static int run_last(const DfTask *task)
{
    return trace(task, 1);
}

/** A unit that gets on only if two others come to help. */
static int run_meeting(const DfTask *task)
{
    World *w = task->opaque;

    for (int i = 0; i < 20; i++) {
        Meeting m = { .expected = LOOP_THREADS };
        df_parallel_for(&(DfParallel){ w->pool, LOOP_THREADS }, LOOP_THREADS, meet, &m);
    }
    return trace(task, 0);
}

static void idle_workers_help(void **state)
{
    static const DfStep steps[] = {
        { .name = "meet", .units = one_unit, .run = run_meeting },
        { .name = "last", .units = one_unit, .run = run_last },
    };
    World *w = world_open(steps, 2, LOOP_THREADS, 1);

    (void)state;
    for (int i = 0; i < 20; i++) {
        assert_int_equal(world_send(w), 0);
        assert_int_equal(world_take(w, i), 0);
        assert_int_equal(w->ran[i][0][0], 1);
        if (i % 2)
            usleep(1000);
    }
    world_close(w);
}

/** Loops of units, some of which take a while. */
static int run_loops(const DfTask *task)
{
    World *w = task->opaque;

    for (int i = 0; i < 30; i++) {
        Sums sums[2] = { { { i, 1, 2, 3, 4, 5, 6, 7 } } };
        df_parallel_for(&(DfParallel){ w->pool, LOOP_THREADS }, 8, sum_up, sums);
        for (int k = 1; k < 7; k++)
            assert_int_equal(sums[1].values[k], 2 * k + 1);
    }
    return trace(task, 0);
}

static const DfStep loop_steps[] = {
    { .name = "loops", .units = world_units, .run = run_loops },
    { .name = "last", .units = one_unit, .run = run_last },
};

/** With all workers busy, or none but one, nobody comes for sure: nobody is waited for. */
static void units_and_loops_mix(void **state)
{
    (void)state;
    for (int workers = 1; workers <= 5; workers += 2) {
        for (int slots = 1; slots <= 5; slots += 2) {
            World *w = world_open(loop_steps, 2, workers, slots);
            w->units = 3;
            w->pause = ragged;
            assert_int_equal(world_run(w, 40), 0);
            for (int n = 0; n < 40; n++)
                for (int unit = 0; unit < 3; unit++)
                    assert_int_equal(w->ran[n][0][unit], 1);
            world_close(w);
        }
    }
}

static void closes_while_helpers_watch_or_work(void **state)
{
    (void)state;
    for (int i = 0; i < 60; i++) {
        World *w = world_open(loop_steps, 2, 4, 3);
        w->units = 1 + i % 3;
        for (int sent = 0; sent < i % 4; sent++)
            world_send(w);
        if (i % 5)
            usleep(i % 5 * 100);
        world_close(w);
    }
}

static int run_spending(const DfTask *task)
{
    World *w = task->opaque;

    df_parallel_for(&(DfParallel){ w->pool, LOOP_THREADS }, 6, spend, NULL);
    return trace(task, 0);
}

static void a_steps_time_includes_its_helpers(void **state)
{
    static const DfStep steps[] = {
        { .name = "spend", .units = one_unit, .run = run_spending },
        { .name = "last", .units = one_unit, .run = run_last },
    };
    World *w = world_open(steps, 2, LOOP_THREADS, 1);

    (void)state;
    assert_int_equal(world_run(w, 3), 0);
    int64_t spent = df_pipeline_spent(w->pipeline, 0);
    assert_true(spent >= (int64_t)3 * 6 * UNIT_NS);
    assert_true(df_pipeline_spent(w->pipeline, 1) < UNIT_NS);
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_unit_runs_once),
        cmocka_unit_test(without_a_pool_the_caller_is_alone),
        cmocka_unit_test(no_more_come_than_are_wanted),
        cmocka_unit_test(helpers_come_when_they_sleep_and_when_they_watch),
        cmocka_unit_test(late_helpers_find_the_loop),
        cmocka_unit_test(a_pool_of_nobody_keeps_nobody_waiting),
        cmocka_unit_test(several_callers_share_a_pool),
        cmocka_unit_test(loops_run_in_loops),
        cmocka_unit_test(each_loop_sees_what_the_one_before_made),
        cmocka_unit_test(survives_every_failing_start),
        cmocka_unit_test(time_of_helpers_is_the_callers),
        cmocka_unit_test(idle_helpers_sleep),
        cmocka_unit_test(idle_workers_help),
        cmocka_unit_test(units_and_loops_mix),
        cmocka_unit_test(closes_while_helpers_watch_or_work),
        cmocka_unit_test(a_steps_time_includes_its_helpers),
    };

    return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
