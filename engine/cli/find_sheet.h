/**
 * @file
 * A picture to judge a finding by.
 */
#ifndef DF_CLI_FIND_SHEET_H
#define DF_CLI_FIND_SHEET_H

#include "cli/find.h"

/**
 * Write PREFIX.sheet.png: a frame of the film; the same with every finding framed in red; the same without the overlay:
 * taken off where it is translucent, filled where it is opaque. One below the other, or side by side where frames are
 * higher than wide.
 * @param mask, overlay  of the frame's size, as they are written; 16-bit RGBA the latter
 * @return 0 or a negative errno
 */
int df_find_sheet(const DfFindings *findings, const DfFindWish *wish, const DfStill *mask, const DfStill *overlay);

#endif
