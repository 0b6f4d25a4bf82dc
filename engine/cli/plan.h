/**
 * @file
 * `deepfill plan`: a film in parts that can be filled alone, and the command for each.
 */
#ifndef DF_CLI_PLAN_H
#define DF_CLI_PLAN_H

#include "cli/film_times.h"
#include "cli/manifest.h"
#include "cli/shell.h"

/** What was asked for on the command line; texts are the caller's. */
typedef struct DfPlanWish {
    const char *film;
    const char *filter;    /**< deepfill=... */
    const char *folder;
    const char *ffmpeg;
    const char *ending;    /**< of the parts' names; NULL: as the film's */
    int parts;             /**< 0: one a shot */
    char *const *options;  /**< for the encoder; NULL at the end */
} DfPlanWish;

/** Files that a frame's place in time or number chooses pictures of. */
enum DfPlanInput { DF_PLAN_MASK, DF_PLAN_SKETCH, DF_PLAN_KEEP_OUT, DF_PLAN_INPUTS };

/** How the filter pairs the pictures of one of them with the film's frames. */
typedef struct DfPlanPairing {
    char sync[8];           /**< "time", "frame"; "auto": both say the same; "span": by time, of a text; "": none */
    int64_t start;          /**< microseconds: where in it the film's time 0 lies */
    int64_t least, most;    /**< microseconds by which a picture counts before its time */
    int64_t first;          /**< number of the picture for the film's first frame */
} DfPlanPairing;

/** What the filter tells of a film without filling it. Zeroed: nothing. */
typedef struct DfPlanScan {
    int64_t count;          /**< frames */
    int64_t room;
    int64_t *times;         /**< ticks of the film's time base, from its start */
    uint8_t *begins;        /**< 1: a shot begins, and can be filled alone; 2: it is tied to the one before */
    DfPlanPairing pairings[DF_PLAN_INPUTS];
} DfPlanScan;

/**
 * Have ffmpeg tell the film's cuts.
 * @param[out] scan  to be freed in any case
 * @return 0 or a negative errno, with the cause recorded
 */
int df_plan_scan(DfPlanScan *scan, const DfPlanWish *wish, const DfFilmTimes *film);

void df_plan_scan_free(DfPlanScan *scan);

/**
 * Choose where to part the film, at shots alone, evenly by frames.
 * @param parts  0: one a shot
 * @return 0 or -ENOMEM; firsts and part_count are set
 */
int df_plan_cut(DfManifest *manifest, const DfPlanScan *scan, int parts);

/**
 * The filter of a part: from it on, pictures are paired as in the whole film.
 * @param[out] filter  from df_alloc()
 * @return 0 or a negative errno: that cannot be had; the cause names the option
 */
int df_plan_filter(char **filter, const DfPlanWish *wish, const DfPlanScan *scan, int64_t first);

/** Write the folder. @return 0 or a negative errno, with the cause recorded */
int df_plan_write(const DfManifest *manifest, const DfPlanWish *wish, const DfPlanScan *scan, const DfFilmTimes *film);

#endif
