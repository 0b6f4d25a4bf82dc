/**
 * @file
 * Loops that idle threads take part in: one region's work shared among those that have nothing else to do.
 *
 * What a unit does may not depend on who does it, nor when: then the bits are the same for any number of hands.
 */
#ifndef DF_CREW_H
#define DF_CREW_H

#include "base.h"

/** Threads that may be asked to help. Thread-safety: any thread may ask. */
typedef struct DfCrew DfCrew;

/**
 * One unit of a loop.
 * @param unit  0 .. count - 1, each once
 * @param hand  0 .. hands - 1, of this thread alone while the loop runs: which part of the scratch is its own
 */
typedef void (*DfJob)(void *opaque, int unit, int hand);

/** More hands than this one region does not keep busy, while each takes scratch of its own. */
#define DF_MOST_HANDS 16

/** Who works on a region. */
typedef struct DfTeam {
    DfCrew *crew; /**< NULL: the caller alone */
    int hands;    /**< most threads at a time, the caller counted: 1 .. */
} DfTeam;

/**
 * Run a loop; returns when all its units are done. The caller is hand 0 and works with the others; it waits for
 * nobody who has not begun. Units may run loops themselves. With a team of NULL it works alone.
 */
void df_team_run(const DfTeam *team, int count, DfJob job, void *opaque);

/**
 * @return CPU time that the calling thread has spent, with what others have in its loops, in nanoseconds; only
 *         differences mean anything
 */
int64_t df_team_time(void);

/* ---------------------------------------------------------------------------------- crews -- */

/**
 * Start a crew with so many threads of its own, 0 .. Its loops' callers work with them.
 * @return 0; -ENOMEM; -EAGAIN and the like where a thread cannot be had
 */
int df_crew_open(DfCrew **crew, int threads);

/**
 * Make a crew of its owner's threads. They come with df_crew_idle() when they have nothing else to do.
 * @param lock  the owner's; guards what its threads wait for
 * @return 0 or a negative errno
 */
int df_crew_lend(DfCrew **crew, pthread_mutex_t *lock);

/**
 * Help in open loops, or wait for one, until there may be something else to do: after df_crew_call(), or for no
 * reason at all. The lock is held on call and on return.
 */
void df_crew_idle(DfCrew *crew);

/** Have all who are idle look for work of their owner's. The lock is held. */
void df_crew_call(DfCrew *crew);

/** Stop a crew's own threads, free it and set *crew to NULL; NULL is fine. No loop runs, nobody is idle. */
void df_crew_close(DfCrew **crew);

#endif
