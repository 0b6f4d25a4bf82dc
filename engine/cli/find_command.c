/**
 * @file
 * Names of files in an ffmpeg command.
 */
#include "cli/find_command.h"

#include <stdio.h>
#include <string.h>

#include "base.h"
#include "cli/shell.h"

char *df_find_prefix(const char *film)
{
    char *prefix = df_strdup(film), *slash = prefix ? strrchr(prefix, '/') : NULL;
    char *dot = prefix ? strrchr(slash ? slash : prefix, '.') : NULL;
    if (dot && dot != prefix && dot[-1] != '/')
        *dot = 0;
    return prefix;
}

/** A name that does not begin like an option or a protocol; a word for a shell. */
static char *file_word(const char *name, const char *ending)
{
    int is_odd = *name == '-' || (strchr(name, ':') && *name != '/' && *name != '.');
    return df_shell_word(df_text("%s%s%s", is_odd ? "file:" : "", name, ending));
}

/**
 * The filter with its file, whose name ffmpeg unescapes twice: in the graph, and in the options. A name with an = in it
 * would be taken for another option's.
 */
static char *filter_word(const char *option, const char *file)
{
    char *once = df_put_before(file, "\\':", "\\"), *twice = once ? df_put_before(once, "\\'[],;", "\\") : NULL;
    int is_first = !strcmp(option, "mask") && !strchr(file, '=');
    char *filter = twice ? df_text("deepfill=%s%s%s", is_first ? "" : option, is_first ? "" : "=", twice) : NULL;
    df_free(once);
    df_free(twice);
    return df_shell_word(filter);
}

char *df_find_command(const char *film, const char *option, const char *file, const char *prefix)
{
    const char *dot = strrchr(film, '.');
    char *ending = df_text(".clean%s", dot && !strchr(dot, '/') ? dot : ".mp4");
    char *in = file_word(film, ""), *filter = filter_word(option, file);
    char *out = ending ? file_word(prefix, ending) : NULL;
    char *command = in && filter && out ? df_text("ffmpeg -i %s -vf %s %s", in, filter, out) : NULL;
    df_free(ending);
    df_free(in);
    df_free(filter);
    df_free(out);
    return command;
}
