/**
 * @file
 * One line on a frame that was filled from others: how it is related, what was planned.
 */
#ifndef DF_TEMPORAL_TRACE_H
#define DF_TEMPORAL_TRACE_H

#include "temporal/frame_state.h"

/**
 * Describe a planned frame; docs/temporal.md tells how to read it.
 *
 * @param text  receives the line, cut where it is longer
 * @return its length, less than `bytes`
 */
int df_trace(char *text, int bytes, const DfFrameState *state);

#endif
