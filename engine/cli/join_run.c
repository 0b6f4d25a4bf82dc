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

/**
 * Run a program whose arguments name a list, which is deleted; the words are freed.
 * @param list     from df_alloc(); freed
 * @param highest  exit status that is a success
 */
static int run(DfWords *words, char *list, int highest)
{
    pid_t pid;
    int ret = !list || words->failed ? -ENOMEM : df_spawn(&pid, words->items, NULL);
    if (ret >= 0)
        ret = df_spawn_wait(pid, words->items[0], highest);
    if (list)
        unlink(list);
    df_free(list);
    df_words_free(words);
    return ret;
}

/**
 * Write a list beside the parts, under a name that no other machine has.
 * @param put  prints it of a DfManifest
 * @return its path, from df_alloc(); NULL: it failed, with the cause recorded
 */
static char *write_list(const DfJoin *join, const char *name, int (*put)(FILE *to, const void *manifest))
{
    char *path = df_text("%s/%s.XXXXXX", join->folder, name);
    int fd = path ? mkstemp(path) : -1;
    if (path && fd < 0)
        df_error(-errno, "%s: cannot be written: %s", path, strerror(errno));
    FILE *to = fd < 0 ? NULL : fdopen(fd, "w");
    if (to) {
        put(to, &join->manifest);
        int failed = ferror(to);
        failed |= fclose(to);
        if (!failed)
            return path;
        df_error(-EIO, "%s: cannot be written: %s", path, strerror(errno));
        unlink(path);
    }
    df_free(path);
    return NULL;
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
        int64_t first = m->part_starts[i], next = m->part_starts[i + 1];
        fprintf(to, "file part-%04d.%s\n", i + 1, m->ending);
        if (i + 1 < m->part_count)
            fprintf(to, "duration %" PRId64 "us\n", microseconds(m, next) - microseconds(m, first));
    }
    return 0;
}

/** The film's streams in its own order, that of the parts in the place of what it was made of; no data. */
static void add_streams(DfWords *words, const DfFilmTimes *film)
{
    for (int i = 0; film->stream_types[i]; i++) {
        if (i != film->stream && film->stream_types[i] == 'd')
            continue;
        df_words_add(words, "-map");
        df_words_add(words, "%d:%d", i != film->stream, i == film->stream ? 0 : i);
    }
}

static int run_ffmpeg(const DfJoin *join, const char *out)
{
    DfWords w = { 0 };
    char *list = write_list(join, "concat", put_parts);
    df_words_add_all(&w, join->ffmpeg, "-hide_banner", "-nostdin", "-nostats", "-loglevel", "error", "-f", "concat",
                     "-safe", "0", "-itsoffset", NULL);
    df_words_add(&w, "%" PRId64 "us", microseconds(&join->manifest, 0));
    df_words_add(&w, "-i");
    df_words_add(&w, "file:%s", list ? list : "");
    df_words_add(&w, "-i");
    df_words_add(&w, "file:%s", join->manifest.film);
    add_streams(&w, &join->film);
    /* Where decoding begins before 0 it is not all to be shown later. */
    df_words_add_all(&w, "-map_metadata", "1", "-map_chapters", "1", "-c", "copy", "-avoid_negative_ts", "disabled",
                     "-disposition:v:0", join->film.is_default ? "default" : "0", "-y", NULL);
    df_words_add(&w, "file:%s", out);
    return run(&w, list, 0);
}

/* ----------------------------------------------------------------------------------- mkvmerge -- */

/** Times of all frames in milliseconds, as mkvmerge takes them for a track that is appended to. */
static int put_times(FILE *to, const void *manifest)
{
    const DfManifest *m = manifest;
    fputs("# timestamp format v2\n", to);
    for (int64_t i = 0; i < m->part_starts[m->part_count]; i++)
        fprintf(to, "%.6f\n", 1e3 * df_manifest_seconds(m, i));
    return 0;
}

/** The film's tracks in its own order, as FILE:TRACK: the parts' is the first file's. From df_alloc(). */
static char *order_tracks(const DfManifest *m, const DfFilmTimes *film)
{
    char *order = df_strdup("");
    for (int i = 0; order && film->stream_types[i]; i++) {
        int is_part = i == film->stream;
        if (!strchr("vas", film->stream_types[i]))
            continue;
        char *more = df_text("%s%s%d:%d", order, *order ? "," : "", is_part ? 0 : m->part_count, is_part ? 0 : i);
        df_free(order);
        order = more;
    }
    return order;
}

/** mkvmerge takes a name that begins by @ for a list of options, and by + for a part that is appended. */
static void add_file(DfWords *words, const char *before, const char *path)
{
    df_words_add(words, "%s%s%s", before, *path == '/' ? "" : "./", path);
}

static int run_mkvmerge(const DfJoin *join, const char *out)
{
    const DfManifest *m = &join->manifest;
    DfWords w = { 0 };
    char *times = write_list(join, "times", put_times), *order = order_tracks(m, &join->film);
    df_words_add_all(&w, "mkvmerge", "--quiet", "-o", NULL);
    add_file(&w, "", out);
    df_words_add_all(&w, "--track-order", order ? order : "", "--timestamps", NULL);
    df_words_add(&w, "0:%s", times ? times : "");
    df_words_add(&w, "--default-track-flag");
    df_words_add(&w, "0:%d", join->film.is_default);
    df_words_add(&w, "--no-global-tags");
    for (int i = 0; i < m->part_count; i++) {
        char *part = df_manifest_part(m, join->folder, i);
        w.failed |= !part;
        add_file(&w, i ? "+" : "", part ? part : "");
        df_free(part);
    }
    df_words_add(&w, "--video-tracks");
    df_words_add(&w, "!%d", join->film.stream);
    add_file(&w, "", m->film);
    w.failed |= !order;
    df_free(order);
    /* By 1 it has warned of something, and written the file. */
    return run(&w, times, 1);
}

static int is_matroska(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && (!strcasecmp(dot, ".mkv") || !strcasecmp(dot, ".webm"));
}

int df_join_run(const DfJoin *join, const char *out)
{
    const DfManifest *m = &join->manifest;
    const DfFilmTimes *film = &join->film;
    /* mkvmerge counts times as they are stored, ffmpeg from the film's start; and it takes all frames to last alike. */
    int can_mkvmerge = df_manifest_is_steady(m, film->rate) && film->is_matroska && !film->start && is_matroska(out) &&
                       !strcmp(m->ending, "mkv") && df_has_program("mkvmerge");
    return can_mkvmerge ? run_mkvmerge(join, out) : run_ffmpeg(join, out);
}
