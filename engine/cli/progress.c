/**
 * @file
 * A bar in the last line of a terminal.
 */
#include "cli/progress.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base.h"
#include "cli/text.h"

/* Columns of the bar itself, and what stands around the name: brackets, numbers, time. */
#define BAR 20
#define AROUND 60
/* Least columns for a name: with fewer only the numbers are shown. */
#define LEAST_NAME 8

static int shown;

static int columns(void)
{
    struct winsize window;
    return !ioctl(STDERR_FILENO, TIOCGWINSZ, &window) && window.ws_col ? window.ws_col : 80;
}

/** The end of a name, from where a character begins. */
static const char *end_of(const char *name, size_t most)
{
    size_t length = strlen(name);
    const char *end = length > most ? name + length - most : name;
    while ((*end & 0xC0) == 0x80)
        end++;
    return end;
}

static void put_time(double seconds)
{
    long left = (long)(seconds + 0.5);
    if (seconds < 0)
        return;
    if (left >= 3600)
        fprintf(stderr, ", %ld h %ld min left", left / 3600, left / 60 % 60);
    else if (left >= 60)
        fprintf(stderr, ", %ld min %ld s left", left / 60, left % 60);
    else
        fprintf(stderr, ", %ld s left", left);
}

static void put_bar(size_t done, size_t count, const char *name, int room, double seconds_left)
{
    int full = (int)(BAR * done / count);
    fputc('[', stderr);
    for (int i = 0; i < BAR; i++)
        fputc(i < full ? '#' : '.', stderr);
    fprintf(stderr, "] %zu of %zu, ", done + 1, count);
    df_text_put(stderr, end_of(name, room));
    put_time(seconds_left);
}

void df_progress_show(size_t done, size_t count, const char *name, double seconds_left)
{
    int room = columns() - AROUND;
    count = DF_MAX(count, done + 1); /* where it was but a guess */
    fputc('\r', stderr);
    /* Longer than its line the bar would leave copies of itself behind. */
    if (room >= LEAST_NAME)
        put_bar(done, count, name, room, seconds_left);
    else
        fprintf(stderr, "%zu of %zu", done + 1, count);
    fputs("\033[K", stderr);
    fflush(stderr);
    shown = 1;
}

void df_progress_hide(void)
{
    if (shown)
        fputs("\r\033[K", stderr);
    shown = 0;
}
