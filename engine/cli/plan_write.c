/**
 * @file
 * The folder of a plan: a job a line, what is needed to check and join their parts, and how to run them.
 *
 * Times stay those of the whole film in each part (-copyts -start_at_zero), so masks and box_file need no other start.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base.h"
#include "cli/plan.h"
#include "cli/text.h"
#include "weights/output.h"

/** Words of the commands, quoted for a shell. */
typedef struct Quoted {
    char *here, *folder, *film, *ffmpeg, *filter, *options, *program;
} Quoted;

/** What the files of a folder tell. */
typedef struct Folder {
    const DfManifest *manifest;
    const DfPlanWish *wish;
    const DfPlanScan *scan;
    const DfFilmTimes *film;
    Quoted quoted;
} Folder;

static void free_quoted(Quoted *q)
{
    char **all[] = { &q->here, &q->folder, &q->film, &q->ffmpeg, &q->filter, &q->options, &q->program };
    for (size_t i = 0; i < DF_COUNT(all); i++)
        df_free(*all[i]);
}

static char *quote_options(char *const *options)
{
    char *all = df_strdup("");
    for (; all && *options; options++) {
        char *word = df_shell_quote(*options), *more = word ? df_text("%s %s", all, word) : NULL;
        df_free(word);
        df_free(all);
        all = more;
    }
    return all;
}

static int quote(Quoted *q, const DfPlanWish *wish)
{
    char *folder = realpath(wish->folder, NULL);
    if (!folder)
        return df_error(-errno, "%s: its path cannot be told: %s", wish->folder, strerror(errno));
    q->here = df_shell_quote(wish->here);
    q->folder = df_shell_quote(folder);
    q->film = df_shell_word(df_text("file:%s", wish->film));
    q->ffmpeg = df_shell_quote(wish->ffmpeg);
    q->options = quote_options(wish->options);
    q->filter = df_shell_quote(wish->filter);
    q->program = df_shell_word(df_own_program());
    free(folder);
    return q->here && q->folder && q->film && q->ffmpeg && q->filter && q->options && q->program ? 0 : -ENOMEM;
}

/* -------------------------------------------------------------------------------------- jobs -- */

/**
 * Where a job begins to read: two frames that decode by themselves before its first one. From the nearest one on frames
 * before it may be missing in open groups of pictures, and pictures of a gradual refresh are not whole.
 * @return a frame's number in the packets; -1: at the film's start
 */
static int64_t find_entry(const DfFilmTimes *film, int64_t time)
{
    int64_t low = 0, high = film->count;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (film->times[middle] <= time)
            low = middle + 1;
        else
            high = middle;
    }
    for (int keys = 0; low-- > 0;)
        if (film->keys[low] && ++keys == 2)
            return film->times[low] > 0 ? low : -1;
    return -1;
}

/** Seconds, rounded down to microseconds. */
static double seconds_of(const DfFilmTimes *film, int64_t time)
{
    return floor(1e6 * (double)time * film->time_base.num / film->time_base.den) / 1e6;
}

/** What is trimmed to a part, before it is filled. */
static char *graph_of(const DfManifest *m, int part, char *filter)
{
    int64_t first = m->part_starts[part], end = m->part_starts[part + 1], frames = m->part_starts[m->part_count];
    char *start = first ? df_text("start_pts=%" PRId64, m->times[first]) : df_strdup("");
    char *stop = end < frames ? df_text("%send_pts=%" PRId64, first ? ":" : "", m->times[end]) : df_strdup("");
    int is_whole = start && stop && !*start && !*stop;
    char *graph = !start || !stop ? NULL : is_whole ? df_strdup(filter) : df_text("trim=%s%s,%s", start, stop, filter);
    df_free(start);
    df_free(stop);
    return df_shell_word(graph);
}

/** A job: the part is left alone where it is there, written beside its place and renamed. */
static int put_job(FILE *to, const Folder *folder, int part)
{
    const DfManifest *m = folder->manifest;
    const DfFilmTimes *film = folder->film;
    const Quoted *q = &folder->quoted;
    char *filter = NULL;
    int ret = df_plan_filter(&filter, folder->wish, folder->scan, m->part_starts[part]);
    char *graph = ret >= 0 ? graph_of(m, part, filter) : NULL;
    int64_t entry = m->part_starts[part] ? find_entry(film, m->times[m->part_starts[part]]) : -1;
    df_free(filter);
    if (!graph)
        return ret < 0 ? ret : -ENOMEM;
    fprintf(to, "p=%s/part-%04d; cd %s && { test -e \"$p.%s\" || { t=$p.$(uname -n).$$.%s; %s -hide_banner -nostdin "
            "-loglevel error -nostats", q->folder, part + 1, q->here, m->ending, m->ending, q->ffmpeg);
    if (entry >= 0)
        fprintf(to, " -ss %.6f", seconds_of(film, film->times[entry]));
    fprintf(to, " -copyts -start_at_zero -i %s -map 0:%d -map_chapters -1 -vf %s -fps_mode passthrough", q->film,
            film->stream, graph);
    if (!df_manifest_is_steady(m, film->rate))
        fprintf(to, " -enc_time_base %d/%d", m->encoder.num, m->encoder.den);
    fprintf(to, " -flags +cgop%s -y \"$t\" && mv -f \"$t\" \"$p.%s\" || { rm -f \"$t\"; false; }; }; }\n", q->options,
            m->ending);
    df_free(graph);
    return 0;
}

static int put_jobs(FILE *to, const void *opaque)
{
    const Folder *folder = opaque;
    int ret = 0;
    for (int i = 0; i < folder->manifest->part_count && ret >= 0; i++)
        ret = put_job(to, folder, i);
    return ret;
}

/* ------------------------------------------------------------------------------------- words -- */

static int put_join(FILE *to, const void *opaque)
{
    const Quoted *q = &((const Folder *)opaque)->quoted;
    fprintf(to, "#!/bin/sh\n# Checks the parts and joins them; -o OUT names the film.\n"
                "program=%s\n[ -x \"$program\" ] || program=deepfill\nexec \"$program\" join %s \"$@\"\n", q->program,
            q->folder);
    return 0;
}

static int put_readme(FILE *to, const void *opaque)
{
    const Folder *folder = opaque;
    const DfManifest *m = folder->manifest;
    const DfFilmTimes *film = folder->film;
    const Quoted *q = &folder->quoted;
    int is_steady = df_manifest_is_steady(m, film->rate);
    fprintf(to, "%s in %d part%s, filled alone: a line of jobs.txt each, in any order, on any machine with these "
                "paths.\n", m->film, m->part_count, df_plural(m->part_count));
    fprintf(to, "In this folder, one after the other:   sh -e jobs.txt\n"
                "By GNU parallel:        parallel --joblog jobs.log --resume-failed --jobs 2 <jobs.txt\n"
                "On several machines:    the same with --sshloginfile FILE, a machine a line\n"
                "By Slurm:               sbatch --array=1-%d --wrap 'sed -n ${SLURM_ARRAY_TASK_ID}p jobs.txt | sh'\n"
                "When all are done:      sh join.sh -o OUT.%s   checks the parts, joins them with all else there is\n",
            m->part_count, m->ending);
    fprintf(to, "A part appears when it is whole. Its line leaves it alone then: to make it anew delete it.\n"
                "Give deepfill= as many workers as a job has cores; the bits are the same for any number of them.\n"
                "Use machines with the same level of kernels, or set DEEPFILL_CPU=avx2 on all of them.\n");
    fprintf(to, "The joined film is that of: %s -i %s -map 0:%d -vf %s%s", q->ffmpeg, q->film, film->stream,
            q->filter, is_steady ? "" : " -fps_mode passthrough");
    if (!is_steady)
        fprintf(to, " -enc_time_base %d/%d", m->encoder.num, m->encoder.den);
    fprintf(to, "%s OUT.%s\n", q->options, m->ending);
    return 0;
}

int df_plan_write(const DfManifest *m, const DfPlanWish *wish, const DfPlanScan *scan, const DfFilmTimes *film)
{
    static const struct {
        const char *name;
        int (*put)(FILE *to, const void *folder);
    } files[] = { { "jobs.txt", put_jobs }, { "join.sh", put_join }, { "README", put_readme } };
    Folder folder = { .manifest = m, .wish = wish, .scan = scan, .film = film };
    char *paths[DF_COUNT(files)] = { NULL };
    int ret = quote(&folder.quoted, wish);
    for (size_t i = 0; i < DF_COUNT(files) && ret >= 0; i++) {
        paths[i] = df_text("%s/%s", wish->folder, files[i].name);
        ret = paths[i] ? df_output_text(paths[i], files[i].put, &folder) : -ENOMEM;
    }
    /* The manifest comes last: with it the folder is whole. */
    if (ret >= 0)
        ret = df_manifest_write(m, wish->folder);
    for (size_t i = 0; i < DF_COUNT(files); i++) {
        if (ret < 0 && paths[i])
            unlink(paths[i]);
        df_free(paths[i]);
    }
    free_quoted(&folder.quoted);
    return ret;
}
