/**
 * @file
 * Leaps: the motion across many frames at once. Places are handed on from pixel to pixel, so what a slow pan
 * uncovers at less than half a pixel a frame would never move on; a leap goes straight to where it was seen.
 */
#ifndef DF_VIDEO_LEAP_H
#define DF_VIDEO_LEAP_H

#include "video/timeline.h"

/**
 * Look for what is nowhere yet in frames 2, 4, 8 ... up to DF_MOST_LEAP frames away, as far as the hole has moved.
 *
 * @param trail   of the moment
 * @param end     one past the last frame that is looked at
 * @param future  0: earlier frames, 1: later ones
 * @return 0 or -ENOMEM
 */
int df_leap(DfTimeline *timeline, const DfMoment *moment, DfTrail *trail, int64_t end, int future, DfArena *scratch);

#endif
