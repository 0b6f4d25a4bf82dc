/**
 * @file
 * Messages to the user of a context.
 */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>

#include "base.h"

int df_log_wants(const DfLog *log, enum DeepfillLogLevel level)
{
    return log->callback && level <= log->level;
}

void df_log(const DfLog *log, enum DeepfillLogLevel level, const char *format, ...)
{
    char text[DF_LOG_BYTES];
    va_list arguments;

    if (!df_log_wants(log, level))
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    df_disarm(text);
    log->callback(log->opaque, level, text);
}
