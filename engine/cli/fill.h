/**
 * @file
 * One still picture's hole filled: as one region, which is what the original projects do, or in regions as
 * the filter does it.
 */
#ifndef DF_CLI_FILL_H
#define DF_CLI_FILL_H

#include "cli/picture.h"
#include "deepfill.h"

/** What is to be filled, and how. */
typedef struct DfFillJob {
    DeepfillModel *model;
    const DeepfillMask *mask;     /**< of the picture's size */
    const DeepfillSketch *sketch; /**< of the picture's size; NULL: none. The model takes one */
    int coarse;                   /**< 1: what the first stage makes of it */
    int exact;                    /**< 1: the pixels that the original project would write, known ones too */
    const char *name;             /**< of the picture, for messages */
} DfFillJob;

/** What came of it. */
typedef struct DfFillReport {
    int regions;       /**< that the network filled; 0: no hole */
    int width, height; /**< of the largest of them as the network saw it, in pixels */
} DfFillReport;

/**
 * Fill the whole picture as one region: beyond its right and lower edges it is reflected to sides that the
 * model takes. Says what memory it needs where that is much, and refuses what is not to be had. With `exact`,
 * the picture is replaced by one of 8-bit RGB, cut down to the alignment where the original does so.
 * @return 0 or a negative errno
 */
int df_fill_whole(const DfFillJob *job, DfStill *still, DfFillReport *report);

/** Fill the picture's hole in regions, through the public API. @return 0 or a negative errno */
int df_fill_regions(const DfFillJob *job, DfStill *still, DfFillReport *report);

#endif
