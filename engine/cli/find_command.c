/**
 * @file
 * Names of files in an ffmpeg command.
 */
#include "cli/find_command.h"

#include <stdio.h>
#include <string.h>

#include "base.h"

char *df_find_prefix(const char *film)
{
    char *prefix = df_strdup(film), *slash = prefix ? strrchr(prefix, '/') : NULL;
    char *dot = prefix ? strrchr(slash ? slash : prefix, '.') : NULL;
    if (dot && dot != prefix && dot[-1] != '/')
        *dot = 0;
    return prefix;
}

/** A text with each of `special` replaced by `before` and itself; from df_alloc(). */
static char *put_before(const char *text, const char *special, const char *before)
{
    char *result = df_alloc(df_size_add(df_size_mul(strlen(before) + 1, strlen(text)), 1)), *to = result;
    for (; result && *text; text++) {
        if (strchr(special, *text))
            to = stpcpy(to, before);
        *to++ = *text;
    }
    return result;
}

/** A word for a shell, as it is or in single quotes; from df_alloc(). `text` is freed, NULL is fine. */
static char *shell_word(char *text)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789%+,-./:=@_";
    if (!text || (*text && strspn(text, plain) == strlen(text)))
        return text;
    /* A quote ends the quoted text, is put by itself, and begins it again. */
    char *escaped = put_before(text, "'", "'\\'"), *quoted = NULL;
    if (escaped)
        quoted = df_text("'%s'", escaped);
    df_free(escaped);
    df_free(text);
    return quoted;
}

/** A name that does not begin like an option or a protocol; a word for a shell. */
static char *file_word(const char *name, const char *ending)
{
    int is_odd = *name == '-' || (strchr(name, ':') && *name != '/' && *name != '.');
    return shell_word(df_text("%s%s%s", is_odd ? "file:" : "", name, ending));
}

/**
 * The filter with its file, whose name ffmpeg unescapes twice: in the graph, and in the options. A name with an = in it
 * would be taken for another option's.
 */
static char *filter_word(const char *option, const char *file)
{
    char *once = put_before(file, "\\':", "\\"), *twice = once ? put_before(once, "\\'[],;", "\\") : NULL;
    int is_first = !strcmp(option, "mask") && !strchr(file, '=');
    char *filter = twice ? df_text("deepfill=%s%s%s", is_first ? "" : option, is_first ? "" : "=", twice) : NULL;
    df_free(once);
    df_free(twice);
    return shell_word(filter);
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
