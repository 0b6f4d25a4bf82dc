/**
 * @file
 * Rows of means, and the line that tells of them.
 */
#include "cli/train_log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/progress.h"
#include "weights/file.h"
#include "weights/output.h"

/** Steps of a row. */
enum { ROW_STEPS = 20 };

/** Seconds between lines: on a terminal, and elsewhere. */
#define BAR_SECONDS 0.5
#define LINE_SECONDS 30.0

static const char header[] = "step,seconds,samples_per_second,coarse,refined,critic,gan\n";

/** Add a text to the rows. @return 0 or -ENOMEM */
static int add(DfTrainLog *log, const char *text, size_t length)
{
    size_t before = log->rows ? strlen(log->rows) : 0;
    char *rows = realloc(log->rows, before + length + 1);
    if (!rows)
        return df_error(-ENOMEM, "no memory is left for %s", log->path);
    memcpy(rows + before, text, length);
    rows[before + length] = 0;
    log->rows = rows;
    return 0;
}

/** Keep rows of an older file, up to the step that is gone on from. */
static int keep_rows(DfTrainLog *log)
{
    DfFile file = { 0 };
    struct stat status;
    long long step;
    double seconds;
    if (!log->first || stat(log->path, &status) < 0)
        return 0;
    int ret = df_file_read(&file, log->path, (uint64_t)1 << 30);
    const char *at = ret < 0 ? NULL : (const char *)file.bytes, *end = at + file.size;
    for (const char *line; !ret && at && at < end; at = line + 1) {
        line = memchr(at, '\n', end - at);
        if (!line)
            break;
        char row[128] = { 0 };
        memcpy(row, at, DF_MIN((size_t)(line - at), sizeof row - 1));
        if (sscanf(row, "%lld,%lf", &step, &seconds) != 2 || step > log->first)
            continue;
        log->before = seconds;
        ret = add(log, at, line + 1 - at);
    }
    df_file_free(&file);
    return ret;
}

int df_train_log_open(DfTrainLog *log, const char *path, int batch, int64_t first, int64_t last)
{
    *log = (DfTrainLog){ .path = path, .batch = batch, .first = first, .last = last, .start = df_cli_now(),
                         .bar = isatty(STDERR_FILENO) };
    int ret = add(log, header, strlen(header));
    return ret ? ret : keep_rows(log);
}

/** A time as "2 h 3 min", "4 min 5 s", "6 s". */
static void time_text(char *text, size_t size, double seconds)
{
    long left = (long)(seconds + 0.5);
    if (left >= 3600)
        snprintf(text, size, "%ld h %ld min", left / 3600, left / 60 % 60);
    else if (left >= 60)
        snprintf(text, size, "%ld min %ld s", left / 60, left % 60);
    else
        snprintf(text, size, "%ld s", left);
}

static void tell(DfTrainLog *log, int64_t step, const DfTrainLosses *l)
{
    double now = df_cli_now(), each = (now - log->start) / (double)(step - log->first);
    char left[48];
    if (now - log->told < (log->bar ? BAR_SECONDS : LINE_SECONDS) && step < log->last)
        return;
    log->told = now;
    time_text(left, sizeof left, each * (double)(log->last - step));
    FILE *to = log->bar ? stderr : stdout;
    fprintf(to, "%sstep %lld of %lld, %.3g samples/s, coarse %.4f, refined %.4f", log->bar ? "\r" : "", (long long)step,
            (long long)log->last, log->batch / each, (double)l->coarse, (double)l->refined);
    if (l->critic != 0 || l->gan != 0)
        fprintf(to, ", critic %.3f, gan %.3f", (double)l->critic, (double)l->gan);
    fprintf(to, ", %s left%s", left, log->bar ? "\033[K" : "\n");
    fflush(to);
}

static int add_row(DfTrainLog *log, int64_t step)
{
    double seconds = df_cli_now() - log->start, each = seconds / (double)(step - log->first);
    float n = (float)log->count;
    char row[128];
    int length = snprintf(row, sizeof row, "%lld,%.1f,%.4g,%.5f,%.5f,%.5f,%.5f\n", (long long)step,
                          log->before + seconds, log->batch / each, (double)(log->sums.coarse / n),
                          (double)(log->sums.refined / n), (double)(log->sums.critic / n), (double)(log->sums.gan / n));
    log->sums = (DfTrainLosses){ 0 };
    log->count = 0;
    return add(log, row, DF_MIN(length, (int)sizeof row - 1));
}

int df_train_log_step(DfTrainLog *log, int64_t step, const DfTrainLosses *losses)
{
    log->sums.coarse += losses->coarse;
    log->sums.refined += losses->refined;
    log->sums.critic += losses->critic;
    log->sums.gan += losses->gan;
    log->count++;
    tell(log, step, losses);
    return step % ROW_STEPS == 0 || step == log->last ? add_row(log, step) : 0;
}

int df_train_log_write(const DfTrainLog *log)
{
    return df_output_write(log->path, &(DfOutPart){ log->rows, strlen(log->rows) }, 1);
}

void df_train_log_close(DfTrainLog *log)
{
    if (log->bar && log->told > 0)
        fputc('\n', stderr);
    free(log->rows);
    *log = (DfTrainLog){ 0 };
}
