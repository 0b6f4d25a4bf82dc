/**
 * @file
 * Captions that wait: those of one time are united, and what several have in common is told.
 */
#include "overlay/caption_queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SAME_TIME 0.8 /* share of the time that two parts of one caption have in common */
#define GAP 2         /* frames between captions that follow each other */

static int overlap_in_time(const DfCaption *a, const DfCaption *b)
{
    int64_t both = DF_MIN(a->last, b->last) - DF_MAX(a->first, b->first) + 1;
    int64_t either = DF_MAX(a->last, b->last) - DF_MIN(a->first, b->first) + 1;
    return (double)both >= SAME_TIME * (double)either;
}

/** Mark a caption's pixels in a mask of another box around it. */
static void paint(uint8_t *mask, DfRect box, const DfCaption *caption)
{
    int width = df_rect_width(caption->box);

    for (int y = caption->box.y0; y < caption->box.y1; y++) {
        const uint8_t *from = caption->mask + (size_t)(y - caption->box.y0) * width;
        uint8_t *to = mask + (size_t)(y - box.y0) * df_rect_width(box) + caption->box.x0 - box.x0;
        for (int x = 0; x < width; x++)
            to[x] |= from[x];
    }
}

/** Add `more` to a caption, and free it. @return 0 or -ENOMEM: both are as they were */
static int unite(DfCaption *caption, DfCaption *more)
{
    DfRect box = df_rect_union(caption->box, more->box);
    uint8_t *mask = df_alloc(df_rect_area(box));

    if (!mask)
        return -ENOMEM;
    paint(mask, box, caption);
    paint(mask, box, more);
    df_caption_free(caption);
    df_caption_free(more);
    caption->mask = mask;
    caption->box = box;
    caption->first = DF_MIN(caption->first, more->first);
    caption->last = DF_MAX(caption->last, more->last);
    return 0;
}

/** @return the last frame of a recent caption that begins in `first`, give or take GAP; first - 1: there is none */
static int64_t end_of_recent(const DfCaptionQueue *queue, int64_t first, DfCaptionTime without)
{
    int64_t last = first - 1;

    for (int i = 0; i < DF_MIN(queue->recent_count, DF_CAPTION_RECENT); i++) {
        DfCaptionTime time = queue->recent[i];
        int is_same = time.first <= without.first + GAP && time.last >= without.last - GAP;
        if (!is_same && llabs(time.first - first) <= GAP && time.last > last)
            last = time.last;
    }
    return last;
}

/** Whether captions that follow each other fill a caption's time. */
static int is_common(const DfCaptionQueue *queue, const DfCaption *caption)
{
    DfCaptionTime time = { caption->first, caption->last };
    int64_t first = caption->first, last = end_of_recent(queue, first, time);

    while (last > first && last < caption->last - GAP) {
        first = last + 1;
        last = end_of_recent(queue, first, time);
    }
    return last > first && last <= caption->last + GAP;
}

int df_caption_queue_keep(DfCaptionQueue *queue, DfCaption caption)
{
    int ret = 0;

    for (int i = 0; i < queue->count; i++)
        if (overlap_in_time(&queue->found[i], &caption)) {
            ret = unite(&queue->found[i], &caption);
            if (ret)
                df_caption_free(&caption);
            return ret;
        }
    if (queue->count == queue->space) {
        int space = DF_MAX(2 * queue->space, 8);
        DfCaption *more = df_alloc(df_size_mul(space, sizeof *more));
        if (!more) {
            df_caption_free(&caption);
            return -ENOMEM;
        }
        if (queue->count)
            memcpy(more, queue->found, queue->count * sizeof *more);
        df_free(queue->found);
        queue->found = more;
        queue->space = space;
    }
    caption.is_common = is_common(queue, &caption);
    queue->recent[queue->recent_count++ % DF_CAPTION_RECENT] = (DfCaptionTime){ caption.first, caption.last };
    queue->found[queue->count++] = caption;
    return 0;
}

int df_caption_queue_take(DfCaptionQueue *queue, DfCaption *caption, int64_t before)
{
    if (!queue->count || queue->found[0].last >= before)
        return 0;
    *caption = queue->found[0];
    memmove(queue->found, queue->found + 1, --queue->count * sizeof *queue->found);
    return 1;
}

int64_t df_caption_queue_earliest(const DfCaptionQueue *queue, int64_t frame)
{
    for (int i = 0; i < queue->count; i++)
        frame = DF_MIN(frame, queue->found[i].first);
    return frame;
}

void df_caption_free(DfCaption *caption)
{
    df_free(caption->mask);
    caption->mask = NULL;
}

void df_caption_queue_close(DfCaptionQueue *queue)
{
    for (int i = 0; i < queue->count; i++)
        df_caption_free(&queue->found[i]);
    df_free(queue->found);
}
