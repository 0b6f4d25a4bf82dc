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
    df_free(scan->begins);
    *scan = (DfPlanScan){ 0 };
}

/** @return 0 or -ENOMEM */
static int grow(DfPlanScan *scan)
{
    if (scan->count < scan->room)
        return 0;
    int64_t room = 2 * scan->room + 4096;
    int64_t *times = df_alloc(df_size_mul((size_t)room, sizeof *times));
    uint8_t *begins = df_alloc((size_t)room);
    if (!times || !begins) {
        df_free(times);
        df_free(begins);
        return -ENOMEM;
    }
    if (scan->count) {
        memcpy(times, scan->times, (size_t)scan->count * sizeof *times);
        memcpy(begins, scan->begins, (size_t)scan->count);
    }
    df_free(scan->times);
    df_free(scan->begins);
    scan->times = times;
    scan->begins = begins;
    scan->room = room;
    return 0;
}

static int add_frame(DfPlanScan *scan, const char *film, const char *line)
{
    int64_t time;
    if (sscanf(line, "frame:%*d pts:%" SCNd64, &time) != 1)
        return df_error(-EINVAL, "%s: frame %" PRId64 " has no time", film, scan->count);
    if (scan->count && time <= scan->times[scan->count - 1])
        return df_error(-EINVAL, "%s: frame %" PRId64 " does not come after the one before it: times run back where "
                        "recordings were put together; copy it into Matroska by ffmpeg first", film, scan->count);
    if (grow(scan) < 0)
        return -ENOMEM;
    scan->begins[scan->count] = 0;
    scan->times[scan->count++] = time;
    return 0;
}

/** Take how the latest frame was paired. What was chosen in the middle of the film holds for all of it. */
static void take_pairing(DfPlanScan *scan, const char *line)
{
    static const char *const names[] = { "mask=", "sketch=", "keep_out=" };
    for (int i = 0; i < DF_PLAN_INPUTS; i++) {
        DfPlanPairing *p = &scan->pairings[i], now;
        int64_t number;
        size_t length = strlen(names[i]);
        if (strncmp(line, names[i], length) || sscanf(line + length, "%7s %" SCNd64 " %" SCNd64 " %" SCNd64, now.sync,
                                                      &now.start, &now.most, &number) != 4)
            continue;
        now.least = p->sync[0] ? DF_MIN(p->least, now.most) : now.most;
        now.most = p->sync[0] ? DF_MAX(p->most, now.most) : now.most;
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
        scan->begins[scan->count - 1] |= 1;
    else if (!strncmp(line, "lavfi.deepfill.tied=", 20))
        scan->begins[scan->count - 1] |= 2;
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
            df_progress_show((size_t)DF_MIN(scan->count, count), (size_t)count, wish->film, -1);
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
    int is_file = !access(wish->film, F_OK);
    df_words_add_all(words, wish->ffmpeg, "-hide_banner", "-nostdin", "-nostats", "-loglevel", "warning", "-copyts",
                     "-start_at_zero", "-i", NULL);
    df_words_add(words, "%s%s", is_file ? "file:" : "", wish->film);
    df_words_add(words, "-map");
    df_words_add(words, "0:%d", film->stream);
    df_words_add(words, "-vf");
    df_words_add(words, "%s:show=cuts,metadata=print:file=-", wish->filter);
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
        int status = df_spawn_wait(pid, wish->ffmpeg);
        ret = ret < 0 ? ret : status;
    }
    df_words_free(&words);
    if (ret >= 0 && !scan->count)
        ret = df_error(-EINVAL, "%s: no frame of it could be decoded", wish->film);
    return ret;
}
