/**
 * @file
 * Quoting by single quotes; programs by posix_spawn().
 */
#include "cli/shell.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base.h"

extern char **environ;

/* ------------------------------------------------------------------------------------- words -- */

char *df_put_before(const char *text, const char *special, const char *before)
{
    char *result = df_alloc(df_size_add(df_size_mul(strlen(before) + 1, strlen(text)), 1)), *to = result;
    for (; result && *text; text++) {
        if (strchr(special, *text))
            to = stpcpy(to, before);
        *to++ = *text;
    }
    return result;
}

char *df_shell_quote(const char *text)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789%+,-./:=@_";
    if (*text && strspn(text, plain) == strlen(text))
        return df_strdup(text);
    /* A quote ends the quoted text, is put by itself, and begins it again. */
    char *escaped = df_put_before(text, "'", "'\\'");
    char *quoted = escaped ? df_text("'%s'", escaped) : NULL;
    df_free(escaped);
    return quoted;
}

char *df_shell_word(char *text)
{
    char *word = text ? df_shell_quote(text) : NULL;
    df_free(text);
    return word;
}

/** Takes the text over; NULL: there was no memory for it. */
static void add(DfWords *words, char *text)
{
    if (text && words->count + 2 > words->room) {
        size_t room = 2 * words->room + 32;
        char **items = df_alloc(df_size_mul(room, sizeof *items));
        if (items && words->count)
            memcpy(items, words->items, words->count * sizeof *items);
        if (items) {
            df_free(words->items);
            words->items = items;
            words->room = room;
        }
    }
    if (!text || words->count + 2 > words->room) {
        df_free(text);
        words->failed = 1;
        return;
    }
    words->items[words->count++] = text;
    words->items[words->count] = NULL;
}

void df_words_add(DfWords *words, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int size = vsnprintf(NULL, 0, format, arguments) + 1;
    char *text = df_alloc((size_t)size);
    if (text)
        vsnprintf(text, (size_t)size, format, again);
    va_end(again);
    va_end(arguments);
    add(words, text);
}

void df_words_add_all(DfWords *words, ...)
{
    va_list arguments;
    const char *text;
    va_start(arguments, words);
    while ((text = va_arg(arguments, const char *)))
        add(words, df_strdup(text));
    va_end(arguments);
}

void df_words_free(DfWords *words)
{
    for (size_t i = 0; i < words->count; i++)
        df_free(words->items[i]);
    df_free(words->items);
    *words = (DfWords){ 0 };
}

/* ---------------------------------------------------------------------------------- programs -- */

static int is_program(const char *path)
{
    return !access(path, X_OK);
}

char *df_find_program(const char *name)
{
    const char *folders = getenv("PATH");
    if (strchr(name, '/'))
        return is_program(name) ? df_strdup(name) : NULL;
    while (folders && *folders) {
        size_t length = strcspn(folders, ":");
        char *path = df_text("%.*s/%s", (int)length, folders, name);
        if (!path || (length && is_program(path)))
            return path;
        df_free(path);
        folders += length + (folders[length] == ':');
    }
    return NULL;
}

int df_spawn(pid_t *pid, char *const argv[], int *out)
{
    posix_spawn_file_actions_t actions;
    int ends[2] = { -1, -1 };
    if (out && pipe(ends) < 0)
        return df_error(-errno, "%s cannot be run: %s", argv[0], strerror(errno));
    int error = posix_spawn_file_actions_init(&actions);
    if (!error && out) {
        fcntl(ends[0], F_SETFD, FD_CLOEXEC);
        error = posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
        if (!error)
            error = posix_spawn_file_actions_addclose(&actions, ends[1]);
    }
    if (!error)
        error = posix_spawnp(pid, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (out)
        close(ends[1]);
    if (error) {
        if (out)
            close(ends[0]);
        return df_error(-error, "%s cannot be run: %s", argv[0], strerror(error));
    }
    if (out)
        *out = ends[0];
    return 0;
}

int df_spawn_wait(pid_t pid, const char *name)
{
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return df_error(-EIO, "%s cannot be waited for: %s", name, strerror(errno));
    if (WIFSIGNALED(status))
        return df_error(-EIO, "%s was ended by signal %d", name, WTERMSIG(status));
    if (WEXITSTATUS(status))
        return df_error(-EIO, "%s failed, with exit status %d: what it says is above", name, WEXITSTATUS(status));
    return 0;
}
