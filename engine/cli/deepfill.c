/**
 * @file
 * The program `deepfill`: one name, a subcommand each for what can be done with models and still pictures.
 */
#include "cli/cli.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base.h"
#include "cpu.h"
#include "cli/progress.h"
#include "cli/shell.h"
#include "cli/text.h"
#include "deepfill.h"

static const DfCommand *const commands[] = { &df_command_info, &df_command_convert, &df_command_fill,
                                             &df_command_find, &df_command_plan, &df_command_join,
                                             &df_command_train, &df_command_bench };

static const DfCommand *find_command(const char *name)
{
    for (size_t i = 0; i < DF_COUNT(commands); i++)
        if (!strcmp(name, commands[i]->name))
            return commands[i];
    return NULL;
}

/* ------------------------------------------------------------------------------------- messages -- */

enum DfExit df_cli_help(const DfCommand *command)
{
    printf("Usage: deepfill %s %s\n\n%s", command->name, command->arguments, command->help);
    return DF_EXIT_DONE;
}

enum DfExit df_cli_misused(const DfCommand *command, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "deepfill %s: ", command->name);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return df_cli_unknown(command);
}

enum DfExit df_cli_unknown(const DfCommand *command)
{
    fprintf(stderr, "Try 'deepfill %s --help'.\n", command->name);
    return DF_EXIT_USAGE;
}

enum DfExit df_cli_failed(void)
{
    df_progress_hide();
    fputs("deepfill: ", stderr);
    df_text_put(stderr, deepfill_error());
    fputc('\n', stderr);
    return DF_EXIT_FAILED;
}

void df_cli_note(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    df_progress_hide();
    fputs("deepfill: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

int df_cli_real(const char *text, double least, double most, double *value)
{
    char *end;
    *value = strtod(text, &end);
    return end != text && !*end && *value >= least && *value <= most;
}

int df_cli_integer(const char *text, int least, int most, int *value)
{
    double real;
    if (!df_cli_real(text, least, most, &real) || real != floor(real))
        return 0;
    *value = (int)real;
    return 1;
}

/* ------------------------------------------------------------------------------------- dispatch -- */

static int usage(FILE *to, int status)
{
    fprintf(to, "Usage: deepfill COMMAND ...\n\n"
                "Fill holes in pictures with DeepFillv2 and its kin, and look at their checkpoints.\n\n");
    for (size_t i = 0; i < DF_COUNT(commands); i++)
        fprintf(to, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
    fprintf(to, "  %-10s %s\n", "help", "tell what a command takes: deepfill help COMMAND");
    fprintf(to, "  %-10s %s\n\n", "version", "tell which version this is");
    fprintf(to, "Films are filled by ffmpeg's filter: ffmpeg -i in.mp4 -vf deepfill=mask.png out.mp4\n");
    return status;
}

static int help(int argc, char **argv)
{
    const DfCommand *command = argc > 1 ? find_command(argv[1]) : NULL;
    if (argc > 1 && !command) {
        fprintf(stderr, "deepfill: there is no command '%s'\nTry 'deepfill help'.\n", argv[1]);
        return DF_EXIT_USAGE;
    }
    if (command)
        return df_cli_help(command);
    return usage(stdout, DF_EXIT_DONE);
}

static int is(const char *text, const char *word, const char *option)
{
    return !strcmp(text, word) || !strcmp(text, option);
}

static int run(int argc, char **argv)
{
    char name[64];
    if (argc < 2)
        return usage(stderr, DF_EXIT_USAGE);
    if (is(argv[1], "help", "--help") || !strcmp(argv[1], "-h"))
        return help(argc - 1, argv + 1);
    if (is(argv[1], "version", "--version"))
        return printf("deepfill %s\n", deepfill_version()), DF_EXIT_DONE;
    const DfCommand *command = find_command(argv[1]);
    if (!command) {
        fprintf(stderr, "deepfill: there is no command '%s'\nTry 'deepfill help'.\n", argv[1]);
        return DF_EXIT_USAGE;
    }
    if (df_cpu_warning())
        fprintf(stderr, "deepfill: %s\n", df_cpu_warning());
    /* What getopt_long() says begins so. */
    snprintf(name, sizeof name, "deepfill %s", command->name);
    argv[1] = name;
    return command->run(argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
    int status = run(argc, argv);
    /* What did not fit may have been lost before the end. */
    if (ferror(stdout) | fclose(stdout)) {
        fprintf(stderr, "deepfill: the standard output cannot be written: %s\n", strerror(errno));
        status = status ? status : DF_EXIT_FAILED;
    }
    df_end_by_signal();
    return status;
}
