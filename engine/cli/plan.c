/**
 * @file
 * `deepfill plan`: its options, and what --help says.
 */
#include "cli/plan.h"

#include <dirent.h>
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
#include "cli/text.h"
#include "weights/output.h"

enum Option { VF = 256, PARTS, FFMPEG, ENDING };

/* -vf is written as ffmpeg has it. */
static const struct option options[] = {
    { "vf", required_argument, NULL, VF },            { "parts", required_argument, NULL, PARTS },
    { "output", required_argument, NULL, 'o' },       { "ffmpeg", required_argument, NULL, FFMPEG },
    { "ending", required_argument, NULL, ENDING },    { "help", no_argument, NULL, 'h' },
    { NULL, 0, NULL, 0 },
};

/* ------------------------------------------------------------------------------- command line -- */

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

/** Whether an option of ffmpeg chooses frames, times, streams or filters: those of the parts are plan's to choose. */
static int is_reserved(const char *option)
{
    static const char *const reserved[] = {
        "-r", "-ss", "-t", "-to", "-vf", "-an", "-vn", "-f", "-i", "-y", "-n", "-fs", "-pass", "-vsync", "-fps_mode",
        "-enc_time_base", "-frames", "-vframes", "-filter", "-filter_script", "-filter_complex",
        "-filter_complex_script", "-lavfi", "-map", "-map_chapters", "-copyts", "-start_at_zero", "-shortest",
        "-force_fps", "-itsoffset", "-output_ts_offset",
    };
    size_t length = strcspn(option, ":");
    for (size_t i = 0; i < DF_COUNT(reserved); i++)
        if (strlen(reserved[i]) == length && !strncmp(option, reserved[i], length))
            return 1;
    return 0;
}

/** @return DF_EXIT_DONE, or DF_EXIT_USAGE, said */
static enum DfExit check_filter(const DfCommand *command, const char *filter)
{
    if (filter && has_more(filter))
        return df_cli_misused(command, "-vf has more than one filter: what comes before deepfill is run first, into a "
                              "file without loss, what comes after it on the joined film");
    if (!filter || strncmp(filter, "deepfill=", 9))
        return df_cli_misused(command, "-vf is to be the filter and its options: -vf 'deepfill=mask.png'");
    if (strstr(filter, ":show=") || strstr(filter, "=show=") || strstr(filter, "mask_frame="))
        return df_cli_misused(command, "show= and mask_frame= are set by plan: leave them out");
    return DF_EXIT_DONE;
}

/** @return DF_EXIT_DONE, or DF_EXIT_USAGE, said */
static enum DfExit check_options(const DfCommand *command, char *const *options)
{
    size_t last = 0;
    for (; options[last]; last++)
        if (is_reserved(options[last]))
            return df_cli_misused(command, "%s cannot be given behind --: frames, times, streams and files are plan's to "
                                  "choose, and the filter is given by -vf, before --", options[last]);
    if (last && *options[last - 1] != '-' && (last == 1 || *options[last - 2] != '-'))
        return df_cli_misused(command, "'%s' is no option of an encoder: the film's name is given to join, by -o",
                              options[last - 1]);
    return DF_EXIT_DONE;
}

/** @return DF_EXIT_DONE, or DF_EXIT_USAGE, said */
static enum DfExit check(const DfCommand *command, const DfPlanWish *wish)
{
    static const char *const endings[] = { "mkv", "mp4", "mov" };
    size_t known = 0;
    while (wish->ending && known < DF_COUNT(endings) && strcmp(wish->ending, endings[known]))
        known++;
    if (known == DF_COUNT(endings))
        return df_cli_misused(command, "--ending is '%s', must be mkv, mp4 or mov", wish->ending);
    enum DfExit status = check_filter(command, wish->filter);
    return status != DF_EXIT_DONE ? status : check_options(command, wish->options);
}

/** Check what goes into jobs.txt. @return 0 or a negative errno, with the cause recorded */
static int check_lines(const DfPlanWish *wish)
{
    const char *const words[] = { wish->film, wish->filter, wish->folder, wish->ffmpeg, wish->here };
    const char *broken = NULL;
    for (size_t i = 0; i < DF_COUNT(words); i++)
        broken = strchr(words[i], '\n') ? words[i] : broken;
    for (char *const *option = wish->options; *option; option++)
        broken = strchr(*option, '\n') ? *option : broken;
    return broken ? df_error(-EINVAL, "'%s' has a newline, and jobs.txt is a command a line: name it without one",
                             broken) : 0;
}

/** Jobs seek in the film, on several machines. @return 0 or a negative errno, with the cause recorded */
static int check_film(const char *film)
{
    struct stat status;
    if (stat(film, &status) < 0)
        return df_error(-errno, "%s: cannot be read: %s%s", film, strerror(errno),
                        strchr(film, ':') ? ": name the film's file, without a protocol before it" : "");
    if (!S_ISREG(status.st_mode))
        return df_error(-EINVAL, "%s: is no regular file: jobs seek in the film, so copy it into a file first", film);
    return 0;
}

/** @return 1: a folder has nothing in it; 0; or a negative errno */
static int is_empty(const char *folder)
{
    DIR *entries = opendir(folder);
    const struct dirent *entry;
    int empty = 1;
    if (!entries)
        return -errno;
    while ((entry = readdir(entries)))
        empty &= !strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..");
    closedir(entries);
    return empty;
}

/**
 * Make the folder, or take an empty one as it is: what is in another one could be taken for parts.
 * @return 1: made; 0: it was there; or a negative errno, with the cause recorded
 */
static int make_folder(const char *folder)
{
    if (!mkdir(folder, 0777))
        return 1;
    int is_there = errno == EEXIST, ret = is_there ? is_empty(folder) : -errno;
    if (!ret || (is_there && ret == -ENOTDIR))
        return df_error(-EEXIST, "%s: is there and not empty: name another folder, or delete it", folder);
    return ret < 0 ? df_output_refused(folder, "made", ret) : 0;
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

/** Frames of the longest part. */
static int64_t longest(const DfManifest *m)
{
    int64_t most = 0;
    for (int i = 0; i < m->part_count; i++)
        most = DF_MAX(most, m->part_starts[i + 1] - m->part_starts[i]);
    return most;
}

static void tell(const DfManifest *m, const DfPlanScan *scan, const DfPlanWish *wish)
{
    int64_t shots = 1, tied = 0;
    for (int64_t i = 1; i < scan->count; i++) {
        shots += !!scan->marks[i];
        tied += !!(scan->marks[i] & DF_PLAN_TIED);
    }
    df_text_put(stdout, wish->film);
    printf(": %" PRId64 " frame%s, %" PRId64 " shot%s", scan->count, df_plural(scan->count), shots, df_plural(shots));
    if (tied)
        printf(", %" PRId64 " tied to the one before by a mask", tied);
    printf(": %d part%s, the longest of %" PRId64 " frame%s\n", m->part_count, df_plural(m->part_count), longest(m),
           df_plural(longest(m)));
    df_text_put(stdout, wish->folder);
    fputs("/jobs.txt has a line for each, ", stdout);
    df_text_put(stdout, wish->folder);
    puts("/README tells how to run them");
}

static int fill_manifest(DfManifest *m, const DfPlanWish *wish, const DfPlanScan *scan, const DfFilmTimes *film)
{
    m->film_bytes = film->bytes;
    m->film = *wish->film == '/' ? df_strdup(wish->film) : df_text("%s/%s", wish->here, wish->film);
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
        ret = df_plan_try(wish, &film, ending_of(wish));
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

static enum DfExit plan(DfPlanWish *wish)
{
    char here[4096];
    int ret = 0;
    if (!(wish->here = getcwd(here, sizeof here)))
        ret = df_error(-errno, "the path of this folder cannot be told: %s", strerror(errno));
    if (ret >= 0)
        ret = check_lines(wish);
    if (ret >= 0)
        ret = check_film(wish->film);
    if (ret >= 0)
        ret = make_folder(wish->folder);
    int is_made = ret > 0;
    if (ret >= 0)
        ret = fill_folder(wish);
    if (ret < 0 && is_made)
        rmdir(wish->folder);
    return ret < 0 ? df_cli_failed() : DF_EXIT_DONE;
}

/** Read the command line. @return DF_EXIT_DONE; DF_EXIT_USAGE, said; DF_EXIT_NOTHING: help was asked for, and given */
static enum DfExit read_wish(DfPlanWish *wish, int argc, char **argv)
{
    static char *const usual[] = { "-c:v", "libx264", "-crf", "18", NULL };
    const DfCommand *command = &df_command_plan;
    int option, words = 1;
    opterr = 0;
    while (words < argc && strcmp(argv[words], "--"))
        words++;
    wish->options = words + 1 < argc ? argv + words + 1 : usual;
    while ((option = getopt_long_only(words, argv, ":o:h", options, NULL)) != -1)
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
        case ':': return df_cli_misused(command, "%s takes a value", argv[optind - 1]);
        default: return df_cli_misused(command, "%s is no option of plan: the encoder's stand behind --, as in "
                                       "-- -c:v libx264 -crf 18", argv[optind - 1]);
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
    char *ffmpeg = df_usual_ffmpeg();
    if (!wish.folder)
        wish.folder = folder;
    if (!wish.ffmpeg)
        wish.ffmpeg = ffmpeg;
    status = wish.folder && wish.ffmpeg ? plan(&wish) : df_cli_failed();
    df_free(ffmpeg);
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
        "                        jobs (default: ffmpeg-deepfill where PATH has it, else the ffmpeg beside\n"
        "                        deepfill, else PATH's)\n"
        "      --ending NAME     kind of file of the parts: mkv, mp4 or mov (default: mp4 or mov where the\n"
        "                        film is one; only mkv takes every codec)\n"
        "  -- OUTPUT OPTION...   for the encoder (default: -c:v libx264 -crf 18)\n"
        "  -h, --help            show this\n"
        "\n"
        "Refused is what goes on from shot to shot: overlay_estimate=1, overlay with overlay_fade=1, ahead=0,\n"
        "temporal=0, enable= by frame numbers, masks by time where frames are unevenly spaced.\n",
    .run = run,
};
