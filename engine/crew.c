/**
 * @file
 * Loops shared among idle threads.
 */
#include "crew.h"

void df_team_run(const DfTeam *team, int count, DfJob job, void *opaque)
{
    (void)team;
    for (int unit = 0; unit < count; unit++)
        job(opaque, unit, 0);
}
