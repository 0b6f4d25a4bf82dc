/**
 * @file
 * Words for a shell, and programs that are run without one. Thread-safety: any thread but where told.
 */
#ifndef DF_CLI_SHELL_H
#define DF_CLI_SHELL_H

#include <stddef.h>
#include <sys/types.h>

/** A text with each of `special` replaced by `before` and itself; from df_alloc(). NULL: no memory. */
char *df_put_before(const char *text, const char *special, const char *before);

/** A word for a shell, as it is or in single quotes; from df_alloc(). `text` is freed, NULL is fine. */
char *df_shell_word(char *text);

/** The same of a text that stays. */
char *df_shell_quote(const char *text);

/** @return whether PATH leads to a program */
int df_has_program(const char *name);

/** @return the path of this program, from df_alloc(); empty where it cannot be told; NULL where there is no memory */
char *df_own_program(void);

/**
 * Find the ffmpeg that has the filter, where none was named: ffmpeg-deepfill where PATH has it, else the ffmpeg in this
 * program's folder, as a build has it, else ffmpeg.
 * @return its name or path, from df_alloc(); NULL where there is no memory
 */
char *df_usual_ffmpeg(void);

/**
 * Start a program. Until df_spawn_wait() has seen its end SIGINT, SIGTERM and SIGHUP are passed on to it.
 * Thread-safety: one thread of a process, one program at a time.
 * @param argv      its name, which PATH leads to, and its arguments; NULL at the end
 * @param[out] out  a descriptor to read its standard output from; NULL: that is this program's standard error
 * @return 0 or a negative errno, with the cause recorded
 */
int df_spawn(pid_t *pid, char *const argv[], int *out);

/**
 * Wait for its end. Thread-safety: the thread that started it.
 * @param highest  exit status that is a success still
 * @return 0; -EIO where it did not end well, with the cause recorded
 */
int df_spawn_wait(pid_t pid, const char *name, int highest);

/** End this program by the signal that was passed on, if there was one: a shell's loop ends with it. */
void df_end_by_signal(void);

/** A program's name and arguments while they are put together. Zeroed: none. */
typedef struct DfWords {
    char **items; /**< with NULL at its end */
    size_t count, room;
    int failed;   /**< 1: there was no memory for all of them */
} DfWords;

/** Add what printf() would write. */
void df_words_add(DfWords *words, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Add several texts; NULL ends them. */
void df_words_add_all(DfWords *words, ...) __attribute__((sentinel));

/** Free it; a zeroed one is fine. */
void df_words_free(DfWords *words);

#endif
