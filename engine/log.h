/**
 * @file
 * Messages to the user of a context: DeepfillSettings.log.
 */
#ifndef DF_LOG_H
#define DF_LOG_H

#include "deepfill.h"

/** Where messages go. Immutable; a zeroed one is silent. */
typedef struct DfLog {
    DeepfillLogCallback callback; /**< NULL: silent */
    void *opaque;                 /**< handed to the callback */
    enum DeepfillLogLevel level;  /**< the most verbose level handed over */
} DfLog;

/** Longest message in bytes, with its end; longer ones are cut. */
#define DF_LOG_BYTES 1024

/** @return 1 where df_log() would hand a message of this level over: what it costs to compute is well spent */
int df_log_wants(const DfLog *log, enum DeepfillLogLevel level);

/**
 * Hand a message over, one line without its end. Allocates nothing and leaves df_error_text() as it is.
 * Thread-safety: any thread, several at a time; the caller may hold locks.
 */
void df_log(const DfLog *log, enum DeepfillLogLevel level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
