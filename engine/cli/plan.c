/**
 * @file
 * `deepfill plan`: its options, and what --help says.
 */
#include "cli/plan.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base.h"
#include "cli/cli.h"
#include "cli/find_command.h"

enum Option { VF = 256, PARTS, FFMPEG, ENDING };

/* -vf is written as ffmpeg has it. */
static const struct option options[] = {
    { "vf", required_argument, NULL, VF },            { "parts", required_argument, NULL, PARTS },
    { "output", required_argument, NULL, 'o' },       { "ffmpeg", required_argument, NULL, FFMPEG },
    { "ending", required_argument, NULL, ENDING },    { "help", no_argument, NULL, 'h' },
    { NULL, 0, NULL, 0 },
};

/* ------------------------------------------------------------------------------------- wishes -- */

/** What a filter graph has between filters, where it is neither quoted nor escaped. */
static int has_more(const char *graph)
{
    int is_quoted = 0;
    for (; *graph; graph++)
        if (*graph == '\'')
            is_quoted = !is_quoted;
        else if (*graph == '\\' && !is_quoted && graph[1])
            graph++;
        else if (!is_quoted && strchr(",;[]", *graph))
            return 1;
    return 0;
}

/** Options of an output that choose its frames, their times or its streams, which the parts have from the film. */
static int is_ours(const char *option)
{
    static const char *const ours[] = {
        "-r", "-ss", "-t", "-to", "-vf", "-an", "-vn", "-f", "-i", "-y", "-n", "-fs", "-pass", "-vsync", "-fps_mode",
        "-enc_time_base", "-frames", "-vframes", "-filter", "-filter_complex", "-map", "-map_chapters", "-copyts",
        "-start_at_zero", "-shortest", "-force_fps", "-itsoffset", "-output_ts_offset",
    };
    size_t length = strcspn(option, ":");
    for (size_t i = 0; i < DF_COUNT(ours); i++)
        if (strlen(ours[i]) == length && !strncmp(option, ours[i], length))
            return 1;
    return 0;
}

/** @return DF_EXIT_DONE, or DF_EXIT_USAGE, said */
static enum DfExit check(const DfCommand *command, const DfPlanWish *wish)
{
    static const char *const endings[] = { "mkv", "mp4", "mov" };
    size_t known = 0, last = 0;
    if (wish->filter && has_more(wish->filter))
        return df_cli_misused(command, "-vf has more than one filter: what comes before deepfill is run first, into a "
                              "file without loss, and what comes after it when the parts are joined");
    if (!wish->filter || strncmp(wish->filter, "deepfill=", 9))
        return df_cli_misused(command, "-vf is to be the filter and its options: -vf 'deepfill=mask.png'");
    if (strstr(wish->filter, ":show=") || strstr(wish->filter, "=show=") || strstr(wish->filter, "mask_frame="))
        return df_cli_misused(command, "show= and mask_frame= are set by plan: leave them out");
    while (wish->ending && known < DF_COUNT(endings) && strcmp(wish->ending, endings[known]))
        known++;
    if (known == DF_COUNT(endings))
        return df_cli_misused(command, "--ending is '%s', must be mkv, mp4 or mov", wish->ending);
    for (char *const *option = wish->options; *option; option++, last++)
        if (**option == '-' && is_ours(*option))
            return df_cli_misused(command, "%s cannot be given: frames, times and streams are the film's", *option);
    if (last && *wish->options[last - 1] != '-' && (last == 1 || *wish->options[last - 2] != '-'))
        return df_cli_misused(command, "'%s' is no option of an encoder: the film's name is given to join, by -o",
                              wish->options[last - 1]);
    return DF_EXIT_DONE;
}

/** A folder of its own: what is in another one could be taken for parts. @return 0 or a negative errno */
static int make_folder(const char *folder)
{
    if (!mkdir(folder, 0777) || (errno == EEXIST && !rmdir(folder) && !mkdir(folder, 0777)))
        return 0;
    if (errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR)
        return df_error(-errno, "%s: is there and not empty: name another folder, or delete it", folder);
    return df_error(-errno, "%s: cannot be made: %s", folder, strerror(errno));
}

/* -------------------------------------------------------------------------------------- a plan -- */

static const char *ending_of(const DfPlanWish *wish)
{
    const char *dot = strrchr(wish->film, '.');
    if (wish->ending)
        return wish->ending;
    return dot && (!strcasecmp(dot, ".mp4") || !strcasecmp(dot, ".m4v")) ? "mp4" :
           dot && !strcasecmp(dot, ".mov") ? "mov" : "mkv";
}

/**
 * What the encoder rounds times to: ffmpeg's choice, a frame at the film's rate, where frames stay as far from each
 * other as they are but for what the film's own ticks have rounded; else the film's ticks.
 */
static DfRatio clock_of(const DfPlanScan *scan, const DfFilmTimes *film)
{
    double ticks = (double)film->rate.num * film->time_base.num / ((double)film->rate.den * film->time_base.den);
    double slack = fmin(2 * ticks, 0.25) + 0.01, first = (double)scan->times[0] * ticks;
    int is_even = film->rate.num > 0;
    for (int64_t i = 0; i < scan->count && is_even; i++) {
        double at = (double)scan->times[i] * ticks;
        is_even = fabs(at - first - (rint(at) - rint(first))) <= slack;
    }
    return is_even ? (DfRatio){ film->rate.den, film->rate.num } : film->time_base;
}

static int64_t longest(const DfManifest *m)
{
    int64_t most = 0;
    for (int i = 0; i < m->part_count; i++)
        most = DF_MAX(most, m->firsts[i + 1] - m->firsts[i]);
    return most;
}

static void tell(const DfManifest *m, const DfPlanScan *scan, const DfPlanWish *wish)
{
    int64_t shots = 0, tied = 0;
    for (int64_t i = 0; i < scan->count; i++) {
        shots += !i || scan->begins[i];
        tied += i && scan->begins[i] == 3;
    }
    printf("%s: %" PRId64 " frames, %" PRId64 " shot%s", wish->film, scan->count, shots, shots == 1 ? "" : "s");
    if (tied)
        printf(", %" PRId64 " tied to the one before by a mask", tied);
    printf(": %d part%s, the longest of %" PRId64 " frames\n%s/jobs.txt has a line for each, %s/README tells how to "
           "run them\n", m->part_count, m->part_count == 1 ? "" : "s", longest(m), wish->folder, wish->folder);
}

static int fill_manifest(DfManifest *m, const DfPlanWish *wish, const DfPlanScan *scan, const DfFilmTimes *film)
{
    char *path = realpath(wish->film, NULL);
    if (!path)
        return df_error(-errno, "%s: is no file, and jobs have to find places in it: save it first", wish->film);
    m->film = df_strdup(path);
    free(path);
    snprintf(m->ending, sizeof m->ending, "%s", ending_of(wish));
    m->time_base = film->time_base;
    m->encoder = clock_of(scan, film);
    return m->film ? df_plan_cut(m, scan, wish->parts) : -ENOMEM;
}

static int fill_folder(const DfPlanWish *wish)
{
    DfFilmTimes film = { 0 };
    DfPlanScan scan = { 0 };
    DfManifest manifest = { 0 };
    int ret = df_film_times(&film, wish->film, 1);
    if (ret >= 0)
        ret = df_plan_scan(&scan, wish, &film);
    if (ret >= 0)
        ret = fill_manifest(&manifest, wish, &scan, &film);
    if (ret >= 0) {
        manifest.times = scan.times;
        ret = df_plan_write(&manifest, wish, &scan, &film);
        manifest.times = NULL;
    }
    if (ret >= 0)
        tell(&manifest, &scan, wish);
    df_manifest_free(&manifest);
    df_plan_scan_free(&scan);
    df_film_times_free(&film);
    return ret;
}

static enum DfExit plan(const DfPlanWish *wish)
{
    int ret = make_folder(wish->folder);
    if (ret >= 0 && (ret = fill_folder(wish)) < 0)
        rmdir(wish->folder); /* jobs come first: without them it is empty */
    return ret < 0 ? df_cli_failed() : DF_EXIT_DONE;
}

/** Read the command line. @return DF_EXIT_DONE; DF_EXIT_USAGE, said; DF_EXIT_NOTHING: help was asked for, and given */
static enum DfExit read_wish(DfPlanWish *wish, int argc, char **argv)
{
    static char *const usual[] = { "-c:v", "libx264", "-crf", "18", NULL };
    const DfCommand *command = &df_command_plan;
    int option, words = 1;
    while (words < argc && strcmp(argv[words], "--"))
        words++;
    wish->options = words + 1 < argc ? argv + words + 1 : usual;
    while ((option = getopt_long_only(words, argv, "o:h", options, NULL)) != -1)
        switch (option) {
        case 'h':
            df_cli_help(command);
            return DF_EXIT_NOTHING;
        case 'o': wish->folder = optarg; break;
        case VF: wish->filter = optarg; break;
        case FFMPEG: wish->ffmpeg = optarg; break;
        case ENDING: wish->ending = optarg; break;
        case PARTS:
            if (!df_cli_integer(optarg, 1, 1000000, &wish->parts))
                return df_cli_misused(command, "--parts is '%s', must be an integer of 1 to 1000000", optarg);
            break;
        default: return df_cli_unknown(command);
        }
    if (words - optind != 1)
        return df_cli_misused(command, "takes one film, not %d files", words - optind);
    wish->film = argv[optind];
    return check(command, wish);
}

static enum DfExit run(int argc, char **argv)
{
    DfPlanWish wish = { 0 };
    enum DfExit status = read_wish(&wish, argc, argv);
    if (status != DF_EXIT_DONE)
        return status == DF_EXIT_NOTHING ? DF_EXIT_DONE : status;
    char *prefix = df_find_prefix(wish.film), *folder = prefix ? df_text("%s.parts", prefix) : NULL;
    char *program = df_find_program("ffmpeg-deepfill");
    if (!wish.folder)
        wish.folder = folder;
    if (!wish.ffmpeg)
        wish.ffmpeg = program ? "ffmpeg-deepfill" : "ffmpeg";
    status = wish.folder ? plan(&wish) : df_cli_failed();
    df_free(program);
    df_free(folder);
    df_free(prefix);
    return status;
}

const DfCommand df_command_plan = {
    .name = "plan",
    .arguments = "FILM -vf 'deepfill=...' [--parts N] [OPTION]... [-- OUTPUT OPTION...]",
    .summary = "part a film at its cuts, for many machines: a command for each part",
    .help =
        "A shot filled alone has the bits that it has in its film, so a film is parted at its cuts and\n"
        "nowhere else. The filter finds them in one run of ffmpeg that fills nothing. Written is a folder:\n"
        "\n"
        "  jobs.txt  a command of ffmpeg a line, which makes one part; in any order, on any machine\n"
        "  join.sh   when all are done: checks the parts and joins them (deepfill join)\n"
        "  README    how to run the jobs, in ten lines\n"
        "  manifest  which frames and times the parts have\n"
        "\n"
        "  -vf 'deepfill=...'    the filter with its options, as ffmpeg has it, and no other filter\n"
        "      --parts N         as many parts, of about as many frames each, where there are shots enough\n"
        "                        (default: one a shot, up to 1000)\n"
        "  -o, --output FOLDER   (default: the film's name up to its last dot, and .parts)\n"
        "      --ffmpeg NAME     the ffmpeg that has the filter, on this machine and on those that run the\n"
        "                        jobs (default: ffmpeg-deepfill where PATH has it, else ffmpeg)\n"
        "      --ending NAME     kind of file of the parts: mkv, mp4 or mov (default: mp4 or mov where the\n"
        "                        film is one; only mkv takes every codec)\n"
        "  -- OUTPUT OPTION...   for the encoder (default: -c:v libx264 -crf 18)\n"
        "  -h, --help            show this\n"
        "\n"
        "Refused is what goes on from shot to shot: overlay_estimate=1, overlay with overlay_fade=1, ahead=0,\n"
        "temporal=0, enable= by frame numbers, masks by time where frames are unevenly spaced.\n",
    .run = run,
};
