/**
 * @file
 * The command that `deepfill find` prints, ready to paste.
 */
#ifndef DF_CLI_FIND_COMMAND_H
#define DF_CLI_FIND_COMMAND_H

/** @return a film's name without what follows its last dot, from df_alloc(); NULL: no memory */
char *df_find_prefix(const char *film);

/**
 * Name the ffmpeg command that takes off what was found. Names are quoted for a shell, for a filter graph and for the
 * filter's options, as they need it.
 * @param option  that the file is given to: "overlay" or "mask"
 * @param prefix  of the film that ffmpeg writes: PREFIX.clean with the film's own ending
 * @return from df_alloc(); NULL: no memory
 */
char *df_find_command(const char *film, const char *option, const char *file, const char *prefix);

#endif
