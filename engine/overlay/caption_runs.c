/**
 * @file
 * A run each pixel, in one pass over a frame; a table of beginnings and ends.
 */
#include "overlay/caption_runs.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base.h"

#define FOLLOW 0.2f  /* share of a frame in a run's mean: coding drifts */
#define MISSES 2     /* frames off its stroke that end a run: coding drops one */
#define NEAR 3       /* frames around a peak in which there is no other */

int df_caption_runs_open(DfCaptionRuns *runs, int pixels, int least, int span, int rows)
{
    *runs = (DfCaptionRuns){ .pixels = pixels, .least = least, .span = span, .row_count = rows };
    runs->rows = df_alloc(df_size_mul(rows, sizeof *runs->rows));
    runs->first = df_alloc(df_size_mul(pixels, sizeof *runs->first));
    runs->mean = df_alloc(df_size_mul(pixels, sizeof *runs->mean));
    runs->missed = df_alloc(pixels);
    if (!runs->rows || !runs->first || !runs->mean || !runs->missed)
        return -ENOMEM;
    for (int i = 0; i < pixels; i++)
        runs->first[i] = -1;
    for (int i = 0; i < rows; i++) {
        runs->rows[i].frame = -1;
        runs->rows[i].begun = df_alloc(df_size_mul(span, sizeof *runs->rows[i].begun));
        if (!runs->rows[i].begun)
            return -ENOMEM;
    }
    return 0;
}

void df_caption_runs_close(DfCaptionRuns *runs)
{
    for (int i = 0; runs->rows && i < runs->row_count; i++) {
        df_free(runs->rows[i].runs);
        df_free(runs->rows[i].begun);
    }
    df_free(runs->rows);
    df_free(runs->first);
    df_free(runs->mean);
    df_free(runs->missed);
    *runs = (DfCaptionRuns){ 0 };
}

static DfCaptionRow *row_of(const DfCaptionRuns *runs, int64_t frame)
{
    return &runs->rows[(frame + runs->row_count) % runs->row_count];
}

static void begin_row(DfCaptionRuns *runs, int64_t frame)
{
    DfCaptionRow *row = row_of(runs, frame);

    row->frame = frame;
    row->count = 0;
    memset(row->begun, 0, runs->span * sizeof *row->begun);
}

/** Room doubles: runs that end together are many. */
static int make_room(DfCaptionRow *row)
{
    size_t space = row->space ? 2 * row->space : 1024;
    DfCaptionRun *more = df_alloc(df_size_mul(space, sizeof *more));

    if (!more)
        return -ENOMEM;
    if (row->count)
        memcpy(more, row->runs, row->count * sizeof *more);
    df_free(row->runs);
    row->runs = more;
    row->space = space;
    return 0;
}

/** A pixel's run ended in `last`; those that are too short or too long do not count. */
static int end_run(DfCaptionRuns *runs, int pixel, int64_t last)
{
    DfCaptionRow *row = row_of(runs, last);
    int64_t length = last - runs->first[pixel] + 1;

    if (length < runs->least || length > runs->span)
        return 0;
    if (row->count == row->space && make_room(row))
        return -ENOMEM;
    row->runs[row->count++] = (DfCaptionRun){ runs->first[pixel], pixel };
    row->begun[runs->first[pixel] % runs->span]++;
    return 0;
}

static int end_all(DfCaptionRuns *runs, int64_t frame)
{
    for (int i = 0; i < runs->pixels; i++) {
        if (runs->first[i] >= 0 && end_run(runs, i, frame - 1 - runs->missed[i]))
            return -ENOMEM;
        runs->first[i] = -1;
    }
    return 0;
}

int df_caption_runs_push(DfCaptionRuns *runs, int64_t frame, const uint8_t *luma, const uint8_t *strength)
{
    begin_row(runs, frame);
    if (!strength)
        return end_all(runs, frame);
    for (int i = 0; i < runs->pixels; i++) {
        int is_stroke = strength[i] > DF_CAPTION_STROKE;
        if (runs->first[i] >= 0) {
            float off = luma[i] - runs->mean[i];
            if (is_stroke && fabsf(off) <= DF_CAPTION_STEADY) {
                runs->mean[i] += FOLLOW * off;
                runs->missed[i] = 0;
                continue;
            }
            if (++runs->missed[i] < MISSES)
                continue;
            if (end_run(runs, i, frame - MISSES))
                return -ENOMEM;
        }
        runs->first[i] = is_stroke ? (int32_t)frame : -1;
        runs->mean[i] = luma[i];
        runs->missed[i] = 0;
    }
    return 0;
}

const DfCaptionRow *df_caption_runs_row(const DfCaptionRuns *runs, int64_t frame)
{
    static const DfCaptionRow none;
    const DfCaptionRow *row = row_of(runs, frame);

    return frame >= 0 && row->frame == frame ? row : &none;
}

static uint32_t count_at(const DfCaptionRuns *runs, int64_t first, int64_t end)
{
    const DfCaptionRow *row = df_caption_runs_row(runs, end);
    return row->begun && first >= 0 && first <= end ? row->begun[first % runs->span] : 0;
}

static uint32_t count_around(const DfCaptionRuns *runs, int64_t first, int64_t end)
{
    uint32_t sum = 0;

    for (int64_t e = end - 1; e <= end + 1; e++)
        for (int64_t f = first - 1; f <= first + 1; f++)
            sum += count_at(runs, f, e);
    return sum;
}

/** The middle counts twice, so that of equal sums the one whose middle has most is the peak. */
uint32_t df_caption_runs_peak(const DfCaptionRuns *runs, int64_t first, int64_t end, uint32_t least)
{
    uint32_t middle = count_at(runs, first, end), sum = middle ? count_around(runs, first, end) : 0;

    if (!middle || sum < least)
        return 0;
    for (int e = -NEAR; e <= NEAR; e++)
        for (int f = -NEAR; f <= NEAR; f++) {
            uint32_t other = count_around(runs, first + f, end + e) + count_at(runs, first + f, end + e);
            int is_before = e < 0 || (!e && f < 0);
            if (other > sum + middle || (is_before && other == sum + middle))
                return 0;
        }
    return sum;
}
