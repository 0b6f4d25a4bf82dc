/**
 * @file
 * Parts are joined by mkvmerge, from Matroska to Matroska at a constant rate where it is installed, else by ffmpeg's
 * concat demuxer.
 *
 * Both are told the times that the film has: by themselves they lay a part after the one before by how long that seems
 * to last, which where the frame rate varies is not where it belongs.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base.h"
#include "cli/join.h"
#include "cli/shell.h"
#include "weights/output.h"

/** Run a program whose arguments name a list, which is deleted. @param list  from df_alloc(); freed   */
static int run(DfWords *words, char *list)
{
    pid_t pid;
    int ret = !list || words->failed ? -ENOMEM : df_spawn(&pid, words->items, NULL);
    if (ret >= 0)
        ret = df_spawn_wait(pid, words->items[0]);
    if (list)
        unlink(list);
    df_free(list);
    df_words_free(words);
    return ret;
}

/**
 * Write a list beside the parts.
 * @param put  prints it of a DfManifest
 * @return its path, from df_alloc(); NULL: it failed
 */
static char *write_list(const DfManifest *m, const char *folder, const char *name,
                        int (*put)(FILE *to, const void *manifest))
{
    char *path = df_text("%s/%s.%ld", folder, name, (long)getpid());
    if (path && df_output_text(path, put, m) < 0) {
        df_free(path);
        path = NULL;
    }
    return path;
}

/* ------------------------------------------------------------------------------------- ffmpeg -- */

/** Microseconds at which a frame comes, rounded: differences of these add up. */
static int64_t microseconds(const DfManifest *m, int64_t frame)
{
    return llrint(1e6 * df_manifest_seconds(m, frame));
}

/** The concat demuxer's list: how long each part lasts is the distance to the next one's first frame. */
static int put_parts(FILE *to, const void *manifest)
{
    const DfManifest *m = manifest;
    fputs("ffconcat version 1.0\n", to);
    for (int i = 0; i < m->part_count; i++) {
        int64_t last = i + 1 < m->part_count ? microseconds(m, m->firsts[i + 1]) - microseconds(m, m->firsts[i]) : 0;
        fprintf(to, "file part-%04d.%s\n", i + 1, m->ending);
        if (last)
            fprintf(to, "duration %" PRId64 ".%06" PRId64 "\n", last / 1000000, last % 1000000);
    }
    return 0;
}

/** The film's streams in its own order, that of the parts in the place of what it was made of; no data. */
static void add_streams(DfWords *words, const DfFilmTimes *film)
{
    for (int i = 0; film->kinds[i]; i++) {
        if (i != film->stream && film->kinds[i] == 'd')
            continue;
        df_words_add(words, "-map");
        df_words_add(words, "%d:%d", i != film->stream, i == film->stream ? 0 : i);
    }
}

static int run_ffmpeg(const DfManifest *m, const DfJoinWish *wish, const DfFilmTimes *film, const char *out)
{
    int64_t first = microseconds(m, 0);
    DfWords w = { 0 };
    char *list = write_list(m, wish->folder, "concat", put_parts);
    df_words_add_all(&w, wish->ffmpeg, "-hide_banner", "-nostdin", "-nostats", "-loglevel", "error", "-f", "concat",
                     "-safe", "0", "-itsoffset", NULL);
    df_words_add(&w, "%" PRId64 ".%06" PRId64, first / 1000000, first % 1000000);
    df_words_add(&w, "-i");
    df_words_add(&w, "file:%s", list ? list : "");
    df_words_add(&w, "-i");
    df_words_add(&w, "file:%s", m->film);
    add_streams(&w, film);
    /* Where decoding begins before 0 it is not all to be shown later. */
    df_words_add_all(&w, "-map_metadata", "1", "-map_chapters", "1", "-c", "copy", "-avoid_negative_ts", "disabled",
                     "-disposition:v:0", film->is_default ? "default" : "0", "-y", NULL);
    df_words_add(&w, "file:%s", out);
    return run(&w, list);
}

/* ----------------------------------------------------------------------------------- mkvmerge -- */

/** Times of all frames in milliseconds, as mkvmerge takes them for a track that is appended to. */
static int put_times(FILE *to, const void *manifest)
{
    const DfManifest *m = manifest;
    fputs("# timestamp format v2\n", to);
    for (int64_t i = 0; i < m->firsts[m->part_count]; i++)
        fprintf(to, "%.6f\n", 1e3 * df_manifest_seconds(m, i));
    return 0;
}

/** The film's tracks in its own order, as FILE:TRACK: the parts' is the first file's. From df_alloc(). */
static char *order_tracks(const DfManifest *m, const DfFilmTimes *film)
{
    char *order = df_strdup("");
    for (int i = 0; order && film->kinds[i]; i++) {
        int is_ours = i == film->stream;
        if (!strchr("vas", film->kinds[i]))
            continue;
        char *more = df_text("%s%s%d:%d", order, *order ? "," : "", is_ours ? 0 : m->part_count, is_ours ? 0 : i);
        df_free(order);
        order = more;
    }
    return order;
}

static int run_mkvmerge(const DfManifest *m, const DfJoinWish *wish, const DfFilmTimes *film, const char *out)
{
    DfWords w = { 0 };
    char *times = write_list(m, wish->folder, "times", put_times), *order = order_tracks(m, film);
    df_words_add_all(&w, "mkvmerge", "--quiet", "-o", out, "--track-order", order ? order : "", "--timestamps", NULL);
    df_words_add(&w, "0:%s", times ? times : "");
    df_words_add(&w, "--default-track-flag");
    df_words_add(&w, "0:%d", film->is_default);
    df_words_add(&w, "--no-global-tags");
    for (int i = 0; i < m->part_count; i++) {
        char *part = df_manifest_part(m, wish->folder, i);
        w.failed |= !part;
        df_words_add(&w, "%s%s", i ? "+" : "", part ? part : "");
        df_free(part);
    }
    df_words_add(&w, "--video-tracks");
    df_words_add(&w, "!%d", film->stream);
    df_words_add(&w, "%s", m->film);
    w.failed |= !order;
    df_free(order);
    return run(&w, times);
}

static int is_matroska(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && (!strcasecmp(dot, ".mkv") || !strcasecmp(dot, ".webm"));
}

int df_join_run(const DfManifest *manifest, const DfJoinWish *wish, const DfFilmTimes *film, const char *out)
{
    char *program = df_find_program("mkvmerge");
    int is_steady = manifest->encoder.num == film->rate.den && manifest->encoder.den == film->rate.num;
    /* mkvmerge counts times as they are stored, ffmpeg from the film's start; and it takes all frames to last alike. */
    int has_mkvmerge = program && is_steady && film->is_matroska && !film->start && is_matroska(out) &&
                       !strcmp(manifest->ending, "mkv");
    df_free(program);
    return has_mkvmerge ? run_mkvmerge(manifest, wish, film, out) : run_ffmpeg(manifest, wish, film, out);
}
