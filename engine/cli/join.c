/**
 * @file
 * `deepfill join`: its options, and what --help says.
 */
#include "cli/join.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "base.h"
#include "cli/cli.h"
#include "cli/find_command.h"
#include "cli/shell.h"
#include "cli/text.h"
#include "weights/output.h"

enum Option { FFMPEG = 256 };

static const struct option options[] = {
    { "output", required_argument, NULL, 'o' }, { "ffmpeg", required_argument, NULL, FFMPEG },
    { "help", no_argument, NULL, 'h' },         { NULL, 0, NULL, 0 },
};

/** Refuse to write what is read. */
static int check_out(const DfManifest *m, const char *folder, const char *out)
{
    if (df_output_is(out, m->film))
        return df_error(-EINVAL, "%s: is the film that the parts are of: name another file by -o", out);
    for (int i = 0; i < m->part_count; i++) {
        char *part = df_manifest_part(m, folder, i);
        int is_part = part && df_output_is(out, part);
        df_free(part);
        if (!part)
            return -ENOMEM;
        if (is_part)
            return df_error(-EINVAL, "%s: is part %d of the film: name another file by -o", out, i + 1);
    }
    return df_output_writable(out);
}

/** What the parts do not hold is taken from the film, so it has to be the one that they are of. */
static int check_film(const DfManifest *m, const DfFilmTimes *film)
{
    if (film->bytes == m->film_bytes)
        return 0;
    return df_error(-EINVAL, "%s: has %" PRId64 " bytes, had %" PRId64 " when its parts were planned: put that film "
                    "back and delete parts made since, or plan this one", m->film, film->bytes, m->film_bytes);
}

/** Join the parts into a new file, and check it. */
static int make(const char *name, const void *opaque)
{
    const DfJoin *join = opaque;
    int ret = df_join_run(join, name);
    return ret < 0 ? ret : df_join_check_whole(&join->manifest, name);
}

static int join_parts(DfJoin *join, const char *out)
{
    int ret = check_out(&join->manifest, join->folder, out);
    if (ret >= 0)
        ret = df_film_streams(&join->film, join->manifest.film);
    if (ret >= 0)
        ret = check_film(&join->manifest, &join->film);
    if (ret >= 0)
        ret = df_join_check(&join->manifest, join->folder);
    return ret < 0 ? ret : df_output_make(out, make, join);
}

static char *usual_name(const DfManifest *manifest)
{
    char *prefix = df_find_prefix(manifest->film);
    char *out = prefix ? df_text("%s.clean.%s", prefix, manifest->ending) : NULL;
    df_free(prefix);
    return out;
}

static enum DfExit run(int argc, char **argv)
{
    const DfCommand *command = &df_command_join;
    DfJoin join = { 0 };
    const char *named = NULL;
    int option;
    while ((option = getopt_long(argc, argv, "o:h", options, NULL)) != -1)
        switch (option) {
        case 'h': return df_cli_help(command);
        case 'o': named = optarg; break;
        case FFMPEG: join.ffmpeg = optarg; break;
        default: return df_cli_unknown(command);
        }
    if (argc - optind != 1)
        return df_cli_misused(command, "takes one folder, not %d", argc - optind);
    join.folder = argv[optind];
    char *ffmpeg = df_usual_ffmpeg();
    if (!join.ffmpeg)
        join.ffmpeg = ffmpeg;
    int ret = join.ffmpeg ? df_manifest_read(&join.manifest, join.folder) : -ENOMEM;
    char *out = ret < 0 ? NULL : named ? df_strdup(named) : usual_name(&join.manifest);
    if (ret >= 0)
        ret = out ? join_parts(&join, out) : -ENOMEM;
    if (ret >= 0) {
        df_text_put(stdout, out);
        putchar('\n');
    }
    df_film_times_free(&join.film);
    df_manifest_free(&join.manifest);
    df_free(out);
    df_free(ffmpeg);
    return ret < 0 ? df_cli_failed() : DF_EXIT_DONE;
}

const DfCommand df_command_join = {
    .name = "join",
    .arguments = "FOLDER [-o OUT] [OPTION]...",
    .summary = "check the parts of a film that plan has parted, and join them",
    .help =
        "Checks that all parts of FOLDER, made by deepfill plan, are there with all their frames at their\n"
        "times, and joins them without encoding anything: by mkvmerge where it is installed, and film, parts\n"
        "and OUT are Matroska of a constant rate, else by ffmpeg. Sound, subtitles, other videos, chapters,\n"
        "tags and attachments are the film's. OUT is checked, too, before it gets its name.\n"
        "\n"
        "  -o, --output OUT   (default: the film's name up to its last dot, .clean and the parts' ending)\n"
        "      --ffmpeg NAME  (default: ffmpeg-deepfill where PATH has it, else the ffmpeg beside deepfill,\n"
        "                 else PATH's)\n"
        "  -h, --help         show this\n",
    .run = run,
};
