/**
 * @file
 * A pool of threads and parallel loops: one region's work is shared among threads that have nothing else to do.
 *
 * What a unit computes depends on its number alone, not on the thread that runs it nor on the order: so results
 * are the same to the bit for any number of threads.
 */
#ifndef DF_THREAD_POOL_H
#define DF_THREAD_POOL_H

#include "base.h"

/** Threads that loops may be shared with. Thread-safety: any thread may run a loop. */
typedef struct DfThreadPool DfThreadPool;

/**
 * One unit of a loop.
 * @param unit    0 .. count - 1, each once
 * @param thread  0 .. threads - 1: held by one thread at a time while the loop runs; selects its part of the scratch
 */
typedef void (*DfJob)(void *opaque, int unit, int thread);

/** A region does not keep more threads than this busy, while each takes scratch of its own. */
#define DF_MOST_THREADS 16

/** A loop's share of a pool. */
typedef struct DfParallel {
    DfThreadPool *pool; /**< NULL: the caller alone */
    int threads;        /**< most at a time, the caller counted: 1 .. */
} DfParallel;

/**
 * Run a loop; returns when all its units are done. The caller is thread 0 and works with the others; it does not
 * wait for threads that have not begun. Units may run loops themselves. NULL: the caller works alone.
 */
void df_parallel_for(const DfParallel *parallel, int count, DfJob job, void *opaque);

/**
 * @return CPU time of the calling thread and of the others in its loops, in nanoseconds; only differences mean
 *         anything
 */
int64_t df_parallel_time(void);

/**
 * Ask those who compute with a pool's threads to give up, as nobody will look at what they make; 0 takes it back. Loops
 * run to their end all the same: whoever runs a row of them asks df_thread_pool_is_cancelled() in between.
 */
void df_thread_pool_cancel(DfThreadPool *pool, int cancelled);

/** @return whether the pool is cancelled; NULL: it is not. Cheap */
int df_thread_pool_is_cancelled(const DfThreadPool *pool);

/* --------------------------------------------------------------------------------- pools -- */

/**
 * Start a pool with `threads` threads of its own, 0 .. The callers of its loops work with them.
 * @return 0; -ENOMEM; -EAGAIN and the like where a thread cannot be started
 */
int df_thread_pool_open(DfThreadPool **pool, int threads);

/**
 * Make a pool of its owner's threads. They call df_thread_pool_idle() when they have nothing else to do.
 * @param lock  the owner's; guards what its threads wait for
 * @return 0 or a negative errno
 */
int df_thread_pool_lend(DfThreadPool **pool, pthread_mutex_t *lock);

/**
 * Help in open loops, or wait for one. Returns after df_thread_pool_wake(), and may return without a reason.
 * The lock is held on call and on return.
 */
void df_thread_pool_idle(DfThreadPool *pool);

/** Make all idle threads return to their owner. The lock is held. */
void df_thread_pool_wake(DfThreadPool *pool);

/** Stop a pool's own threads, free it and set *pool to NULL; NULL is fine. No loop runs, no thread is idle. */
void df_thread_pool_close(DfThreadPool **pool);

#endif
