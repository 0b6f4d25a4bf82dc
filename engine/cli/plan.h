/**
 * @file
 * `deepfill plan`: a film in parts that can be filled alone, and the command for each.
 */
#ifndef DF_CLI_PLAN_H
#define DF_CLI_PLAN_H

#include "cli/film_times.h"
#include "cli/manifest.h"
#include "cli/shell.h"

/** The command line; texts are the caller's. None of them has a newline: jobs.txt is a command a line. */
typedef struct DfPlanWish {
    const char *film;      /**< a regular file's name */
    const char *filter;    /**< deepfill=... */
    const char *folder;    /**< that is written; there is nothing in it */
    const char *here;      /**< the current folder: films and masks are named from it */
    const char *ffmpeg;    /**< its name or path */
    const char *ending;    /**< of the parts' names; NULL: as the film's */
    int parts;             /**< as many at most; 0: one a shot, up to 1000 */
    char *const *options;  /**< for the encoder; NULL at the end */
} DfPlanWish;

/** Files that a frame's place in time or number chooses pictures of: mask (or box_file), sketch, keep_out. */
enum { DF_PLAN_INPUTS = 3 };

/** Names of these, as the filter's options have them. */
extern const char *const df_plan_inputs[DF_PLAN_INPUTS];

/** What pictures of a file are chosen by. */
enum DfPlanSync {
    DF_PLAN_STILL,          /**< one picture for all frames, or no such file */
    DF_PLAN_AUTO,           /**< time and number have told the same so far */
    DF_PLAN_TIME,
    DF_PLAN_FRAME,          /**< number */
    DF_PLAN_SPAN,           /**< time, of the rectangles in a box_file */
};

/** How the filter pairs the pictures of a file with the film's frames. */
typedef struct DfPlanPairing {
    enum DfPlanSync sync;
    int64_t start;          /**< microseconds: where in it the film's time 0 lies */
    int64_t least, most;    /**< microseconds by which a picture counts before its time */
    int64_t first;          /**< number of the picture for the film's first frame */
} DfPlanPairing;

/** What a frame is marked by. */
enum DfPlanMark {
    DF_PLAN_CUT = 1,        /**< a shot begins */
    DF_PLAN_TIED = 2,       /**< and a mask reaches across its cut: it cannot be filled alone */
};

/** What the filter tells of a film without filling it. Zeroed: nothing. */
typedef struct DfPlanScan {
    int64_t count;          /**< frames */
    size_t room;
    int64_t *times;         /**< ticks of the film's time base, from its start */
    uint8_t *marks;         /**< of a frame: DF_PLAN_CUT, DF_PLAN_TIED */
    DfPlanPairing pairings[DF_PLAN_INPUTS];
} DfPlanScan;

/**
 * Have ffmpeg encode the film's first frame by the parts' options, without filter and time base, into the folder, and
 * delete it.
 * @param ending  of the parts' names
 * @return 0 or a negative errno, with the cause recorded: ffmpeg cannot be run, or refuses the options
 */
int df_plan_try(const DfPlanWish *wish, const DfFilmTimes *film, const char *ending);

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
 * @return 0 or -ENOMEM; part_starts and part_count are set
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
