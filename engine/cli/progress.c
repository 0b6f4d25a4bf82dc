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
/* Bytes of a name that are shown, its last ones; with less room only the numbers are. */
#define LEAST_NAME 8
#define MOST_NAME 256

static int shown;

static int columns(void)
{
    struct winsize window;
    return !ioctl(STDERR_FILENO, TIOCGWINSZ, &window) && window.ws_col ? window.ws_col : 80;
}

/* The end of a name, from where a character begins. */
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

void df_progress_show(size_t done, size_t count, const char *name, double seconds_left)
{
    int full = (int)(BAR * done / count), room = columns() - AROUND;
    /* Longer than its line the bar would leave copies of itself behind. */
    if (room < LEAST_NAME) {
        fprintf(stderr, "\r%zu of %zu\033[K", done + 1, count);
        fflush(stderr);
        shown = 1;
        return;
    }
    fputs("\r[", stderr);
    for (int i = 0; i < BAR; i++)
        fputc(i < full ? '#' : '.', stderr);
    fprintf(stderr, "] %zu of %zu, ", done + 1, count);
    df_text_put(stderr, end_of(name, DF_MIN(room, MOST_NAME)));
    put_time(seconds_left);
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
