/**
 * @file
 * Past and future of one hole joined: the likelier source leads each pixel, the other has a share.
 */
#ifndef DF_TEMPORAL_MERGE_H
#define DF_TEMPORAL_MERGE_H

#include "temporal/forward.h"

/**
 * Add a finished search to the map of what the past has. Where both have a source, each has a weight that is the
 * inverse of its expected squared error; so what comes from the past goes over to what comes from the future in many
 * frames, not in one.
 *
 * @param map      of the past, without what is not believed; it gets the search's doubts, too
 * @param forward  after df_forward_finish() and the consistency check of its map
 * @return 0, -ENOMEM or -ENOSPC
 */
int df_merge(DfSourceMap *map, const DfForward *forward);

#endif
