/**
 * @file
 * `deepfill join`: its options, and what --help says.
 */
#include "cli/join.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base.h"
#include "cli/cli.h"
#include "cli/find_command.h"
#include "cli/shell.h"
#include "weights/output.h"

enum Option { FFMPEG = 256 };

static const struct option options[] = {
    { "output", required_argument, NULL, 'o' }, { "ffmpeg", required_argument, NULL, FFMPEG },
    { "help", no_argument, NULL, 'h' },         { NULL, 0, NULL, 0 },
};

/** A name beside another one, with its ending, by which programs tell what kind of file to write. */
static char *name_beside(const char *out)
{
    const char *slash = strrchr(out, '/'), *name = slash ? slash + 1 : out, *dot = strrchr(name, '.');
    return df_text("%.*s.%.*s.%ld%s", (int)(name - out), out, (int)(dot ? dot - name : (int)strlen(name)), name,
                   (long)getpid(), dot ? dot : "");
}

/** Join, check, and give the result its name. */
static int join(const DfManifest *manifest, const DfJoinWish *wish, const char *out)
{
    DfFilmTimes film = { 0 };
    char *beside = NULL;
    int ret = df_join_check(manifest, wish->folder);
    if (ret >= 0)
        ret = df_film_times(&film, manifest->film, 1);
    if (ret >= 0 && df_output_is(out, manifest->film))
        ret = df_error(-EINVAL, "%s: is the film that the parts are of: name another one by -o", out);
    if (ret >= 0)
        ret = df_output_writable(out);
    if (ret >= 0 && !(beside = name_beside(out)))
        ret = -ENOMEM;
    if (ret >= 0)
        ret = df_join_run(manifest, wish, &film, beside);
    if (ret >= 0)
        ret = df_join_check_whole(manifest, beside);
    if (ret >= 0 && rename(beside, out) < 0)
        ret = df_error(-errno, "%s: cannot be written: %s", out, strerror(errno));
    if (ret < 0 && beside)
        unlink(beside);
    df_free(beside);
    df_film_times_free(&film);
    return ret;
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
    DfJoinWish wish = { 0 };
    int option;
    while ((option = getopt_long(argc, argv, "o:h", options, NULL)) != -1)
        switch (option) {
        case 'h': return df_cli_help(command);
        case 'o': wish.out = optarg; break;
        case FFMPEG: wish.ffmpeg = optarg; break;
        default: return df_cli_unknown(command);
        }
    if (argc - optind != 1)
        return df_cli_misused(command, "takes one folder, not %d", argc - optind);
    wish.folder = argv[optind];
    char *program = df_find_program("ffmpeg-deepfill");
    if (!wish.ffmpeg)
        wish.ffmpeg = program ? "ffmpeg-deepfill" : "ffmpeg";
    DfManifest manifest = { 0 };
    int ret = df_manifest_read(&manifest, wish.folder);
    char *out = ret < 0 ? NULL : wish.out ? df_strdup(wish.out) : usual_name(&manifest);
    if (ret >= 0)
        ret = out ? join(&manifest, &wish, out) : -ENOMEM;
    if (ret >= 0)
        printf("%s\n", out);
    df_manifest_free(&manifest);
    df_free(program);
    df_free(out);
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
        "      --ffmpeg NAME  (default: ffmpeg-deepfill where PATH has it, else ffmpeg)\n"
        "  -h, --help         show this\n",
    .run = run,
};
