/*
 * This file is part of FFmpeg.
 *
 * FFmpeg is free software; you can redistribute it and/or
 * modify it under the terms of the GNU Lesser General Public
 * License as published by the Free Software Foundation; either
 * version 2.1 of the License, or (at your option) any later version.
 *
 * FFmpeg is distributed in the hope that it will be useful,
 * but WITHOUT ANY WARRANTY; without even the implied warranty of
 * MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the GNU
 * Lesser General Public License for more details.
 *
 * You should have received a copy of the GNU Lesser General Public
 * License along with FFmpeg; if not, write to the Free Software
 * Foundation, Inc., 51 Franklin Street, Fifth Floor, Boston, MA 02110-1301 USA
 */

/**
 * @file
 * Frames lent to libdeepfill's workers: sent, taken back in order, handed on.
 */

#ifndef AVFILTER_DEEPFILL_QUEUE_H
#define AVFILTER_DEEPFILL_QUEUE_H

#include <deepfill.h>

#include "libavutil/fifo.h"
#include "libavutil/frame.h"

#include "avfilter.h"
#include "deepfill_frame.h"
#include "deepfill_report.h"
#include "deepfill_unpack.h"

/** What conditions the fill of one picture, a frame or a field; both are borrowed. */
typedef struct DeepfillCondition {
    DeepfillMask *mask;     ///< NULL: it passes untouched
    DeepfillSketch *sketch; ///< NULL: there is none
    DeepfillMask *keep_out; ///< what is no source; NULL: nothing
    DeepfillOverlay *overlay; ///< what is taken off; NULL: nothing
} DeepfillCondition;

/** A picture lent to the workers. Each holds a reference to its frame, which goes on with the last. */
typedef struct DeepfillLent {
    AVFrame *frame;
    int is_last;            ///< of its frame's pictures
    int is_tied;            ///< 1: the order of its fields is taken over from a frame before
    AVBufferRef *planes;    ///< its unpacked planes; NULL: the workers see its own
    int first_row, end_row; ///< the frame's rows that the workers may change in the planes
} DeepfillLent;

typedef struct DeepfillQueue {
    AVFilterContext *filter; ///< whose first output gets the frames
    DeepfillReport *report;
    DeepfillContext *fill;   ///< owned
    DeepfillSettings settings; ///< that it was opened with
    DeepfillFormat format;   ///< of all frames, but for matrix and range
    int per_frame;           ///< pictures lent of each frame: 1, or 2 where they are its fields
    int bottom_first;        ///< the order in time of the last interlaced frame's fields
    DeepfillResult sum;      ///< of the pictures taken back of the oldest frame
    enum DeepfillAccess access;
    DeepfillUnpacker unpacker; ///< in use where access says so
    AVFifo *lent;            ///< DeepfillLent: oldest first
    AVFifo *filled;          ///< AVFrame *: taken back, not handed on; they come before those lent
    int max_frames;          ///< frames that may be in flight at a time
} DeepfillQueue;

/**
 * Start the workers; filter and report are set by the caller.
 *
 * @param settings  of frames: where fields are filled, delay and ahead are doubled, as they count pictures
 * @param format    of all frames, as settings describe it
 * @param fields    1: each frame is filled as two pictures, its fields
 * @return 0 or an error, which has been logged
 */
int ff_deepfill_queue_open(DeepfillQueue *queue, const DeepfillSettings *settings,
                           enum AVPixelFormat format, int fields);

/** @return 1 where frames shown so are not filled, and need no other frames */
int ff_deepfill_is_preview(enum DeepfillShow show);

/**
 * Have workers that can show frames so. Those of a preview, and those that tell shots alone, fill nothing: before the
 * first frame that is filled they make way for others, once the frames lent to them are back.
 *
 * @return 1: they have changed; 0: they are the same; or an error, which has been logged
 */
int ff_deepfill_queue_prepare(DeepfillQueue *queue, enum DeepfillShow show);

/** @return how many frames are lent to the workers */
int ff_deepfill_queue_lent(const DeepfillQueue *queue);

/** @return how many frames are in flight: lent, or filled and not handed on */
int ff_deepfill_queue_count(const DeepfillQueue *queue);

/** @return 1 where another frame may be sent */
int ff_deepfill_queue_has_room(const DeepfillQueue *queue);

/**
 * Lend a frame to the workers.
 *
 * @param frame  taken over unless this fails; writable where there is a mask
 * @param conditions  the frame's, or those of its top and its bottom field
 */
int ff_deepfill_queue_send(DeepfillQueue *queue, AVFrame *frame, const DeepfillCondition conditions[2],
                           enum DeepfillShow show);

/**
 * Take the oldest lent frame back from the workers. One that fails is dropped with all after it, and the
 * workers are stopped: what was filled before it may still be handed on.
 *
 * @param wait 1: wait until it is filled
 * @return 1: taken back; 0: none is filled; or an error, which has been logged
 */
int ff_deepfill_queue_receive(DeepfillQueue *queue, int wait);

/** Hand on the oldest filled frame. @return 1: handed on; 0: there is none; or an error */
int ff_deepfill_queue_hand_on(DeepfillQueue *queue);

/** Stop the workers and free the frames in flight. @return how many those were */
int ff_deepfill_queue_close(DeepfillQueue *queue);

#endif /* AVFILTER_DEEPFILL_QUEUE_H */
