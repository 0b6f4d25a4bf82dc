/**
 * @file
 * `deepfill convert`: a checkpoint of any project as safetensors with this project's names.
 */
#include "model/convert.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base.h"
#include "cli/checkpoint.h"
#include "cli/cli.h"
#include "cli/text.h"
#include "weights/output.h"

/** What was asked for. */
typedef struct Wish {
    const char *name, *out, *semantics;
    int f16;
} Wish;

enum Option { F16 = 256, SEMANTICS };

static const struct option options[] = {
    { "output", required_argument, NULL, 'o' },
    { "f16", no_argument, NULL, F16 },
    { "semantics", required_argument, NULL, SEMANTICS },
    { "help", no_argument, NULL, 'h' },
    { NULL, 0, NULL, 0 },
};

/** A checkpoint may be several files: none of them may be written. */
static int check_output(const Wish *wish, const DfCheckpoint *checkpoint)
{
    for (size_t i = 0; i < checkpoint->weights->file_count; i++)
        if (df_output_is(wish->out, checkpoint->weights->files[i].path))
            return df_error(-EINVAL, "%s: is read, so that it cannot be written, too", wish->out);
    return df_output_writable(wish->out);
}

static int report(const Wish *wish, const DfCheckpoint *checkpoint)
{
    const DfBindingInfo *info = df_binding_info(checkpoint->binding);
    struct stat status;
    if (stat(wish->out, &status) < 0)
        return df_error(-errno, "%s: cannot be read again: %s", wish->out, strerror(errno));
    df_text_put(stdout, wish->out);
    printf(": %lld bytes, '%s' from '%s' as %s\n", (long long)status.st_size, info->semantics->name,
           info->variant, wish->f16 ? "float16" : "float32");
    return 0;
}

static int convert(const Wish *wish)
{
    DfCheckpoint checkpoint;
    int ret = df_checkpoint_open(&checkpoint, wish->name, wish->semantics);
    if (!ret)
        ret = check_output(wish, &checkpoint);
    if (!ret)
        ret = df_convert(checkpoint.binding, wish->out, wish->f16);
    if (!ret)
        ret = report(wish, &checkpoint);
    df_checkpoint_close(&checkpoint);
    return ret;
}

static enum DfExit run(int argc, char **argv)
{
    Wish wish = { 0 };
    int option;
    while ((option = getopt_long(argc, argv, "o:h", options, NULL)) != -1)
        switch (option) {
        case 'o': wish.out = optarg; break;
        case F16: wish.f16 = 1; break;
        case SEMANTICS: wish.semantics = optarg; break;
        case 'h': return df_cli_help(&df_command_convert);
        default: return df_cli_unknown(&df_command_convert);
        }
    if (argc - optind != 1)
        return df_cli_misused(&df_command_convert, "takes one checkpoint, not %d", argc - optind);
    if (!wish.out)
        return df_cli_misused(&df_command_convert, "no output was named: give -o OUT.safetensors");
    size_t length = strlen(wish.out), ending = strlen(".safetensors");
    if (length < ending || strcasecmp(wish.out + length - ending, ".safetensors"))
        return df_cli_misused(&df_command_convert,
                              "'%s' does not end in .safetensors, and that is what is written", wish.out);
    wish.name = argv[optind];
    return convert(&wish) < 0 ? df_cli_failed() : DF_EXIT_DONE;
}

const DfCommand df_command_convert = {
    .name = "convert",
    .arguments = "FILE -o OUT.safetensors [OPTION]...",
    .summary = "write a checkpoint's network as safetensors",
    .help =
        "Writes the network of a checkpoint, and nothing else that is in it, as safetensors that tell whose\n"
        "network they are: it opens everywhere without --semantics, and gives the same result. An existing\n"
        "OUT.safetensors is replaced, once the new one is whole.\n"
        "\n"
        "  -o, --output FILE     where to write it; its name ends in .safetensors\n"
        "      --f16             as float16, half the size, rounded to nearest; else as float32, exactly\n"
        "      --semantics NAME  what the checkpoint does not say itself (see deepfill info --help)\n"
        "  -h, --help            show this\n",
    .run = run,
};
