/**
 * @file
 * Captions that were found and wait to be taken: parts of one caption meet here.
 */
#ifndef DF_OVERLAY_CAPTION_QUEUE_H
#define DF_OVERLAY_CAPTION_QUEUE_H

#include "overlay/caption.h"

/** When a caption stands. */
typedef struct DfCaptionTime {
    int64_t first, last; /**< frames */
} DfCaptionTime;

#define DF_CAPTION_RECENT 16

/** Captions in the order in which they were found; all zero at first. */
typedef struct DfCaptionQueue {
    DfCaption *found;
    int count, space;
    DfCaptionTime recent[DF_CAPTION_RECENT]; /**< of the latest captions, that of number n at n % DF_CAPTION_RECENT */
    int recent_count;
} DfCaptionQueue;

/** Keep a caption, as a part of one that stands at its time or by itself. @return 0 or -ENOMEM: it was freed */
int df_caption_queue_keep(DfCaptionQueue *queue, DfCaption caption);

/** Take the first caption, if its last frame is before this one. @return 1 or 0 */
int df_caption_queue_take(DfCaptionQueue *queue, DfCaption *caption, int64_t before);

/** @return the first frame of all captions that wait, if that is before `frame`; else `frame` */
int64_t df_caption_queue_earliest(const DfCaptionQueue *queue, int64_t frame);

/** Free the captions that wait. */
void df_caption_queue_close(DfCaptionQueue *queue);

#endif
