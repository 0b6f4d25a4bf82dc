/**
 * @file
 * Loops shared among idle threads.
 */
#include "crew.h"

int df_crew_open(DfCrew **crew, int threads)
{
    (void)threads;
    *crew = NULL;
    return 0;
}

void df_crew_close(DfCrew **crew)
{
    *crew = NULL;
}

void df_team_run(const DfTeam *team, int count, DfJob job, void *opaque)
{
    (void)team;
    for (int unit = 0; unit < count; unit++)
        job(opaque, unit, 0);
}
