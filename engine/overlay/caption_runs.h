/**
 * @file
 * Runs: how long each pixel has been on a stroke and kept its value; and which beginnings and ends many share.
 */
#ifndef DF_OVERLAY_CAPTION_RUNS_H
#define DF_OVERLAY_CAPTION_RUNS_H

#include <stddef.h>
#include <stdint.h>

#define DF_CAPTION_STROKE 24   /* levels: the least strength of a stroke */
#define DF_CAPTION_STEADY 16   /* levels by which a pixel may leave its mean: what coding does to it */
#define DF_CAPTION_RUN_DELAY 6 /* frames after a run's end before everything near that end is counted */

/** A run that has ended. */
typedef struct DfCaptionRun {
    int32_t first; /**< frame */
    int32_t pixel; /**< y * width + x */
} DfCaptionRun;

/** The runs that ended in a frame. */
typedef struct DfCaptionRow {
    int64_t frame;
    DfCaptionRun *runs; /* room for `space` */
    size_t count, space;
    uint32_t *begun;    /* how many of them began in frame n: at n % span */
} DfCaptionRow;

/** All runs. */
typedef struct DfCaptionRuns {
    int pixels;
    int least;          /* frames: the shortest run that counts */
    int span;           /* frames: the longest */
    int row_count;      /* rows that are kept: one for a frame */
    DfCaptionRow *rows; /* that of frame n is number n % row_count */
    int32_t *first;     /* of the run that goes on, a pixel; -1: none */
    float *mean;
    uint8_t *missed;    /* frames since the pixel was last on its stroke */
} DfCaptionRuns;

/** @return 0 or -ENOMEM */
int df_caption_runs_open(DfCaptionRuns *runs, int pixels, int least, int span, int rows);

/**
 * Add a frame. Runs that it ends are those whose pixels left their stroke in the frame before and are not back.
 * @param strength  as df_caption_strokes() has it; NULL: the film ended before this frame
 * @return 0 or -ENOMEM
 */
int df_caption_runs_push(DfCaptionRuns *runs, int64_t frame, const uint8_t *luma, const uint8_t *strength);

/** @return the runs that ended in this frame, one of the last rows - 2; its count is 0 where none did */
const DfCaptionRow *df_caption_runs_row(const DfCaptionRuns *runs, int64_t frame);

/**
 * Tell whether more runs share this beginning and this end, give or take a frame, than any beginnings and ends
 * near them.
 * @param end  DF_CAPTION_RUN_DELAY frames before the newest one at the latest
 * @return how many do, if at least `least` and the most; else 0
 */
uint32_t df_caption_runs_peak(const DfCaptionRuns *runs, int64_t first, int64_t end, uint32_t least);

void df_caption_runs_close(DfCaptionRuns *runs);

#endif
