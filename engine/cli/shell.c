/**
 * @file
 * Quoting by single quotes; programs by posix_spawn().
 */
#define _GNU_SOURCE /* pipe2() */
#include "cli/shell.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
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
    char **items = text ? df_grow(words->items, &words->room, words->count + 2, sizeof *items) : NULL;
    if (!items) {
        df_free(text);
        words->failed = 1;
        return;
    }
    words->items = items;
    items[words->count++] = text;
    items[words->count] = NULL;
}

void df_words_add(DfWords *words, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add(words, df_vtext(format, arguments));
    va_end(arguments);
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

int df_has_program(const char *name)
{
    const char *folders = getenv("PATH");
    int found = 0;
    while (folders && *folders && !found) {
        size_t length = strcspn(folders, ":");
        char *path = df_text("%.*s/%s", (int)length, folders, name);
        found = path && length && !access(path, X_OK);
        df_free(path);
        folders += length + (folders[length] == ':');
    }
    return found;
}

char *df_own_program(void)
{
    char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path);
    return df_text("%.*s", (int)DF_MAX(length, 0), path);
}

char *df_usual_ffmpeg(void)
{
    if (df_has_program("ffmpeg-deepfill"))
        return df_strdup("ffmpeg-deepfill");
    char *program = df_own_program(), *slash = program ? strrchr(program, '/') : NULL;
    char *beside = slash ? df_text("%.*s/ffmpeg", (int)(slash - program), program) : NULL;
    df_free(program);
    if (beside && !access(beside, X_OK))
        return beside;
    df_free(beside);
    return df_strdup("ffmpeg");
}

/** Signals that are passed on to the program that runs, and what they do while none does. */
static const int passed[] = { SIGINT, SIGTERM, SIGHUP };
static struct sigaction usual[DF_COUNT(passed)];

/** That program, 0: none yet; the signal that came. */
static volatile sig_atomic_t running, passed_on;

static void pass_on(int number)
{
    passed_on = number;
    if (running)
        kill(running, number);
}

/** Take the signals, but for those that this program ignores. */
static void start_passing(void)
{
    struct sigaction passing = { .sa_handler = pass_on, .sa_flags = SA_RESTART };
    sigemptyset(&passing.sa_mask);
    for (size_t i = 0; i < DF_COUNT(passed); i++)
        if (!sigaction(passed[i], NULL, &usual[i]) && usual[i].sa_handler != SIG_IGN)
            sigaction(passed[i], &passing, NULL);
}

static void stop_passing(void)
{
    running = 0;
    for (size_t i = 0; i < DF_COUNT(passed); i++)
        sigaction(passed[i], &usual[i], NULL);
}

/** A program that runs from now on; it gets the signal that came while it was started, too. */
static void set_running(pid_t pid)
{
    running = pid;
    if (passed_on)
        kill(pid, passed_on);
}

void df_end_by_signal(void)
{
    if (passed_on)
        raise(passed_on);
}

int df_spawn(pid_t *pid, char *const argv[], int *out)
{
    posix_spawn_file_actions_t actions;
    int ends[2] = { -1, -1 };
    if (out && pipe2(ends, O_CLOEXEC) < 0)
        return df_error(-errno, "%s cannot be run: %s", argv[0], strerror(errno));
    start_passing();
    int error = posix_spawn_file_actions_init(&actions);
    if (!error)
        error = posix_spawn_file_actions_adddup2(&actions, out ? ends[1] : STDERR_FILENO, STDOUT_FILENO);
    if (!error)
        error = posix_spawnp(pid, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (out)
        close(ends[1]);
    if (error) {
        stop_passing();
        if (out)
            close(ends[0]);
        return df_error(-error, "%s cannot be run: %s", argv[0], strerror(error));
    }
    set_running(*pid);
    if (out)
        *out = ends[0];
    return 0;
}

/** As long as the status is not taken nothing else gets the program's number. */
static int wait_for_end(pid_t pid)
{
    siginfo_t information;
    int ret;
    while ((ret = waitid(P_PID, (id_t)pid, &information, WEXITED | WNOWAIT)) < 0 && errno == EINTR)
        ;
    ret = ret < 0 ? -errno : 0;
    stop_passing();
    return ret;
}

int df_spawn_wait(pid_t pid, const char *name, int highest)
{
    int status, ret = wait_for_end(pid);
    if (ret < 0 || waitpid(pid, &status, 0) < 0)
        return df_error(-EIO, "%s cannot be waited for: %s", name, strerror(ret < 0 ? -ret : errno));
    if (WIFSIGNALED(status))
        return df_error(-EIO, "%s was ended by signal %d", name, WTERMSIG(status));
    if (WEXITSTATUS(status) > highest)
        return df_error(-EIO, "%s failed, with exit status %d: what it says is above", name, WEXITSTATUS(status));
    return 0;
}
