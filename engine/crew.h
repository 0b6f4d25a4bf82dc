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

/** Start so many. @return 0 or a negative errno */
int df_crew_open(DfCrew **crew, int threads);

/** End them and set *crew to NULL; NULL is fine. */
void df_crew_close(DfCrew **crew);

/**
 * One unit of a loop.
 * @param unit  0 .. count - 1, each once
 * @param hand  0 .. hands - 1, of this thread alone while the loop runs: which part of the scratch is its own
 */
typedef void (*DfJob)(void *opaque, int unit, int hand);

/** Who works on a region. */
typedef struct DfTeam {
    DfCrew *crew; /**< NULL: the caller alone */
    int hands;    /**< most threads at a time, the caller counted: 1 .. */
} DfTeam;

/** Run a loop; returns when all its units are done. The caller is hand 0 and works with the others. */
void df_team_run(const DfTeam *team, int count, DfJob job, void *opaque);

#endif
