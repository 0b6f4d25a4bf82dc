/**
 * @file
 * What the subcommands of the program `deepfill` share: how they are called, and how they tell what is wrong.
 */
#ifndef DF_CLI_H
#define DF_CLI_H

#include <getopt.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/** How the program ends. */
enum DfExit {
    DF_EXIT_DONE,
    DF_EXIT_FAILED, /**< deepfill_error() was printed */
    DF_EXIT_USAGE,  /**< it was called wrongly */
    DF_EXIT_NOTHING /**< nothing was found that was looked for */
};

/** A subcommand. */
typedef struct DfCommand {
    const char *name;
    const char *arguments; /**< what follows its name in the synopsis; a line more where it is long */
    const char *summary;   /**< one line, for the list of subcommands */
    const char *help;      /**< the rest of what --help prints */
    enum DfExit (*run)(int argc, char **argv); /**< argv[0] is "deepfill NAME" */
} DfCommand;

extern const DfCommand df_command_info, df_command_convert, df_command_fill, df_command_find, df_command_bench,
                       df_command_train, df_command_plan, df_command_join;

/** Print what --help of a subcommand does, to stdout. @return DF_EXIT_DONE */
enum DfExit df_cli_help(const DfCommand *command);

/** Print what is wrong about the call, and where help is to be had. @return DF_EXIT_USAGE */
enum DfExit df_cli_misused(const DfCommand *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** The same where getopt_long() has said what is wrong. */
enum DfExit df_cli_unknown(const DfCommand *command);

/** Print deepfill_error(). @return DF_EXIT_FAILED */
enum DfExit df_cli_failed(void);

/** Print a sentence to stderr that is no error. */
void df_cli_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** @return seconds since some moment. */
static inline double df_cli_now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + 1e-9 * time.tv_nsec;
}

/** Read a number of least..most. @return whether the text was one */
int df_cli_real(const char *text, double least, double most, double *value);

/** Read an integer of least..most. @return whether the text was one */
int df_cli_integer(const char *text, int least, int most, int *value);

/* ------------------------------------------------------------------------------------- memory -- */

/** @return the bytes of memory that this process could still have, as far as the system tells. */
size_t df_memory_free(void);

/** Write "1.4 GiB" or "12 MiB" to a text of 32 characters. @return it */
const char *df_memory_text(char *text, size_t bytes);

#endif
