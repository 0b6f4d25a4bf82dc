/**
 * @file
 * How far a long run is: a bar in the last line of a terminal. Thread-safety: one thread.
 */
#ifndef DF_CLI_PROGRESS_H
#define DF_CLI_PROGRESS_H

#include <stddef.h>

/**
 * Show on the standard error that `done` of `count` are done, and what is at work: "1 of 5" where none is done.
 * @param count  may be a guess: at least done + 1 are shown
 * @param seconds_left  less than 0: that is not known
 */
void df_progress_show(size_t done, size_t count, const char *name, double seconds_left);

/** Take the bar away, where one is shown: another line is to come, or the end. */
void df_progress_hide(void);

#endif
