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
 * What the deepfill filter tells its user: one line about what it does, and
 * each oddity once.
 */

#ifndef AVFILTER_DEEPFILL_REPORT_H
#define AVFILTER_DEEPFILL_REPORT_H

#include <stdint.h>

#include <deepfill.h>

#include "libavutil/attributes.h"
#include "libavutil/frame.h"

#include "deepfill_mask_gray.h"

enum DeepfillOddity {
    DEEPFILL_ODD_NOTHING,
    DEEPFILL_ODD_SCALED,
    DEEPFILL_ODD_ENDED,
    DEEPFILL_ODD_HALF,
    DEEPFILL_ODD_GREYS,
    DEEPFILL_ODD_NO_CONTEXT,
    DEEPFILL_ODD_INTERLACED,
    DEEPFILL_ODD_SKETCH_SCALED,
    DEEPFILL_ODD_SKETCH_ENDED,
    DEEPFILL_ODD_SKETCH_FULL,
    DEEPFILL_ODD_KEEP_OUT_SCALED,
    DEEPFILL_ODD_KEEP_OUT_ENDED,
    DEEPFILL_ODD_KEEP_OUT_EMPTY,
    DEEPFILL_ODD_CONVERTED,
    DEEPFILL_ODD_EMPTY,
};

typedef struct DeepfillReport {
    void *log;           ///< an object with an AVClass
    const char *mask;    ///< what to call the mask: its file's name, or "from" somewhere else
    char *mask_quoted;   ///< " 'FILE'", to follow "the mask"; "" where no file is named; owned by deepfill_conditions.c
    const char *sketch;  ///< the sketch file's name; NULL: there is none
    int fields;          ///< the option: boxes in the line about the start are those of fields
    int looked;          ///< the mask's first picture has been looked at
    int enabled;         ///< enable= has been on for a frame
    int overlaid;        ///< a frame had an overlay, which needs no mask
    int started;         ///< the line about the start has been given
    unsigned said;       ///< bit set of enum DeepfillOddity
} DeepfillReport;

/** Give the line about the start, with the first mask that has a hole; after that, nothing. */
void ff_deepfill_report_start(DeepfillReport *report, const DeepfillModel *model, DeepfillContext *fill,
                              const DeepfillMask *mask, int mask_width, int mask_height);

/** Warn of what a mask's picture looks like. @param gray  the picture */
void ff_deepfill_report_mask(DeepfillReport *report, const DeepfillMaskInfo *info,
                             const DeepfillMaskSettings *settings, const AVFrame *gray);

/**
 * Warn that a mask's first picture has no hole, and name the option that would give it one. Nothing is said
 * of a black picture that others may follow.
 *
 * @param look   what its file looks like; NULL: it comes from none
 * @param alpha  the option
 * @param still  1: no other picture follows
 */
void ff_deepfill_report_empty(DeepfillReport *report, const DeepfillMaskSettings *settings, const AVFrame *gray,
                              const DeepfillLook *look, int alpha, int still);

/**
 * Warn, after the last frame, where none had a hole.
 * @param frames   how many there were
 * @param box_file the option, or NULL
 */
void ff_deepfill_report_unchanged(DeepfillReport *report, int frames, const char *box_file, int invert, int soft);

/** Warn of what a sketch's picture looks like. */
void ff_deepfill_report_sketch(DeepfillReport *report, const DeepfillSketchInfo *info);

/** Warn of a picture of keep_out that is scaled or empty. @param still  1: no other picture follows */
void ff_deepfill_report_keep_out(DeepfillReport *report, const DeepfillMaskInfo *info, int still);

/** Warn of an oddity, once. */
void ff_deepfill_report_odd(DeepfillReport *report, enum DeepfillOddity oddity, const char *format, ...)
    av_printf_format(3, 4);

/** @return the most verbose of libdeepfill's levels that av_log() prints now */
enum DeepfillLogLevel ff_deepfill_report_level(void);

/** A DeepfillLogCallback: hands libdeepfill's messages to av_log(). The opaque is a DeepfillReport. */
void ff_deepfill_report_message(void *report, enum DeepfillLogLevel level, const char *message);

#endif /* AVFILTER_DEEPFILL_REPORT_H */
