/**
 * @file
 * Many pictures of `deepfill fill`, one after the other.
 */
#include "cli/fill.h"

#include <unistd.h>

#include "base.h"
#include "cli/cli.h"
#include "cli/progress.h"

size_t df_fill_all(DfFillWork *work, const DfFillWish *wish, const DfFillList *list)
{
    double start = df_cli_now();
    size_t failed = 0;
    int bar = list->several && isatty(STDERR_FILENO);
    /* Both are the terminal: lines would break the bar. */
    work->quiet = bar && isatty(STDOUT_FILENO);
    for (size_t i = 0; i < list->count; i++) {
        if (bar)
            df_progress_show(i, list->count, list->items[i].image,
                             i ? (df_cli_now() - start) / i * (list->count - i) : -1);
        if (df_fill_one(work, wish, &list->items[i]) < 0) {
            df_cli_failed();
            failed++;
        }
    }
    df_progress_hide();
    return failed;
}
