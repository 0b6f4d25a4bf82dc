/**
 * @file
 * One run of ffmpeg in which the filter, with all its masks, finds shots and fills nothing: show=cuts.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base.h"
#include "cli/plan.h"
#include "cli/progress.h"

void df_plan_scan_free(DfPlanScan *scan)
{
    df_free(scan->times);
    df_free(scan->marks);
    *scan = (DfPlanScan){ 0 };
}

static int add_frame(DfPlanScan *scan, const char *film, const char *line)
{
    int64_t time;
    if (sscanf(line, "frame:%*d pts:%" SCNd64, &time) != 1)
        return df_error(-EINVAL, "%s: frame %" PRId64 " has no time", film, scan->count);
    if (scan->count && time <= scan->times[scan->count - 1])
        return df_error(-EINVAL, "%s: frame %" PRId64 " does not come after the one before it: times run back where "
                        "recordings were put together; copy it into Matroska by ffmpeg first", film, scan->count);
    size_t room = scan->room;
    int64_t *times = df_grow(scan->times, &room, (size_t)scan->count + 1, sizeof *times);
    uint8_t *marks = times ? df_grow(scan->marks, &scan->room, (size_t)scan->count + 1, sizeof *marks) : NULL;
    scan->times = times ? times : scan->times;
    if (!marks)
        return -ENOMEM;
    scan->marks = marks;
    scan->times[scan->count++] = time;
    return 0;
}

const char *const df_plan_inputs[DF_PLAN_INPUTS] = { "mask", "sketch", "keep_out" };

static enum DfPlanSync sync_named(const char *name)
{
    static const char *const names[] = { "still", "auto", "time", "frame", "span" };
    size_t sync = DF_COUNT(names) - 1;
    while (sync && strcmp(names[sync], name))
        sync--;
    return (enum DfPlanSync)sync;
}

/**
 * Take how the latest frame was paired. What was chosen in the middle of the film holds for all of it: until then time
 * and number told the same.
 */
static void take_pairing(DfPlanScan *scan, const char *line)
{
    for (int i = 0; i < DF_PLAN_INPUTS; i++) {
        DfPlanPairing *p = &scan->pairings[i], now;
        char sync[8];
        int64_t number;
        size_t length = strlen(df_plan_inputs[i]);
        if (strncmp(line, df_plan_inputs[i], length) ||
            sscanf(line + length, "=%7s %" SCNd64 " %" SCNd64 " %" SCNd64, sync, &now.start, &now.most, &number) != 4)
            continue;
        now.sync = sync_named(sync);
        now.least = p->sync ? DF_MIN(p->least, now.most) : now.most;
        now.most = p->sync ? DF_MAX(p->most, now.most) : now.most;
        now.first = number - (scan->count - 1);
        *p = now;
    }
}

static int take_line(DfPlanScan *scan, const char *film, const char *line)
{
    static const char pairing[] = "lavfi.deepfill.pairing.";
    if (!strncmp(line, "frame:", 6))
        return add_frame(scan, film, line);
    if (!scan->count)
        return 0;
    if (!strncmp(line, "lavfi.deepfill.cut=", 19))
        scan->marks[scan->count - 1] |= DF_PLAN_CUT;
    else if (!strncmp(line, "lavfi.deepfill.tied=", 20))
        scan->marks[scan->count - 1] |= DF_PLAN_TIED;
    else if (!strncmp(line, pairing, sizeof pairing - 1))
        take_pairing(scan, line + sizeof pairing - 1);
    return 0;
}

static int read_lines(DfPlanScan *scan, const DfPlanWish *wish, int64_t count, int descriptor)
{
    FILE *from = fdopen(descriptor, "r");
    char *line = NULL;
    size_t room = 0;
    int ret = from ? 0 : -ENOMEM;
    while (ret >= 0 && getline(&line, &room, from) > 0) {
        ret = take_line(scan, wish->film, line);
        if (scan->count % 64 == 1 && isatty(STDERR_FILENO))
            df_progress_show((size_t)scan->count - 1, (size_t)count, wish->film, -1);
    }
    df_progress_hide();
    free(line);
    if (from)
        fclose(from);
    else
        close(descriptor);
    return ret;
}

static void command(DfWords *words, const DfPlanWish *wish, const DfFilmTimes *film)
{
    df_words_add_all(words, wish->ffmpeg, "-hide_banner", "-nostdin", "-nostats", "-loglevel", "warning", "-copyts",
                     "-start_at_zero", "-i", NULL);
    df_words_add(words, "file:%s", wish->film);
    df_words_add(words, "-map");
    df_words_add(words, "0:%d", film->stream);
    df_words_add(words, "-vf");
    /* Of an option that is given twice the last one counts. The scan is alone on this machine, and takes it whole. */
    df_words_add(words, "%s:workers=0:show=cuts,metadata=print:file=-", wish->filter);
    df_words_add_all(words, "-fps_mode", "passthrough", "-enc_time_base", NULL);
    df_words_add(words, "%d/%d", film->time_base.num, film->time_base.den);
    df_words_add_all(words, "-f", "null", "-", NULL);
}

int df_plan_scan(DfPlanScan *scan, const DfPlanWish *wish, const DfFilmTimes *film)
{
    DfWords words = { 0 };
    pid_t pid;
    int out;
    *scan = (DfPlanScan){ 0 };
    command(&words, wish, film);
    int ret = words.failed ? -ENOMEM : df_spawn(&pid, words.items, &out);
    if (ret >= 0) {
        ret = read_lines(scan, wish, film->count, out);
        if (ret < 0)
            kill(pid, SIGTERM);
        int status = df_spawn_wait(pid, wish->ffmpeg, 0);
        ret = ret < 0 ? ret : status;
    }
    df_words_free(&words);
    if (ret >= 0 && !scan->count)
        ret = df_error(-EINVAL, "%s: no frame of it could be decoded", wish->film);
    return ret;
}
