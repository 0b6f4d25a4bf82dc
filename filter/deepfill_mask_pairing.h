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
 * Which mask belongs to which frame: pictures are paired by time or by number,
 * and made into a DeepfillMask once each. Sketches are paired as masks are, and
 * made into a DeepfillSketch.
 */

#ifndef AVFILTER_DEEPFILL_MASK_PAIRING_H
#define AVFILTER_DEEPFILL_MASK_PAIRING_H

#include <deepfill.h>

#include "deepfill_mask_source.h"

/** Which picture belongs to which frame. */
enum DeepfillSync {
    DEEPFILL_SYNC_AUTO,  ///< by time or by number while both say the same; then one has to be chosen
    DEEPFILL_SYNC_TIME,  ///< the last picture whose time is at or before the frame's plus the tolerance
    DEEPFILL_SYNC_FRAME, ///< picture n belongs to frame n
};

/** Of ff_deepfill_pairing_find(): sync is auto, and time and number ask for different pictures. */
#define DEEPFILL_PAIRING_DIFFERS 2

/** What ff_deepfill_pairing_state() says of the time last asked for. */
enum DeepfillPairingState {
    DEEPFILL_MASK_NONE,    ///< the first picture is still to come
    DEEPFILL_MASK_PICTURE, ///< there is one
    DEEPFILL_MASK_ENDED,   ///< the last one's time is over; a still image's never is
};

/**
 * Pictures of one mask or sketch, either read from a source or pushed by a
 * second input. Holds three pictures at most: the one that counts, the one
 * after it and the one that the DeepfillMask or DeepfillSketch was made of.
 */
typedef struct DeepfillPairing {
    DeepfillMaskSource *source; ///< owned; NULL: pictures are pushed
    int loop;                   ///< 1: the source starts again at its end
    enum DeepfillSync sync;     ///< may be set anew between calls, once time and number differ
    int64_t tolerance;          ///< a picture counts this long before its time

    DeepfillPicture current, next;
    int64_t pictures;    ///< seen so far
    int ended;           ///< none follows next
    int64_t offset;      ///< added to the source's times: what earlier rounds of a loop took
    int64_t last_end;    ///< end of the latest picture read
    int no_seek;         ///< seeking has been found not to work
    int64_t asked;       ///< time last asked for, plus the tolerance
    int64_t asked_number;
    int64_t next_number; ///< of the picture after all that were read or pushed
    int64_t round;       ///< number of the first picture of this round of a loop

    AVFrame *made_of;    ///< what mask, with what settings, or sketch was made of
    DeepfillMaskSettings made_with;
    DeepfillMask *mask;
    DeepfillSketch *sketch;
} DeepfillPairing;

/**
 * Go on to the picture that counts. Times may run back: by more than a second
 * the source is read again from its start, else the picture stays. By number
 * nothing is sought or read again: only reading counts pictures exactly.
 *
 * @param time    of the frame in the mask, microseconds
 * @param number  of the frame's picture, counted from the mask's first
 * @return 1: found, or known that there is none; 0: pictures have to be pushed
 *         first; DEEPFILL_PAIRING_DIFFERS: current and next are the pictures
 *         between which time and number differ; or an error, which has been logged
 */
int ff_deepfill_pairing_find(DeepfillPairing *pairing, int64_t time, int64_t number);

enum DeepfillPairingState ff_deepfill_pairing_state(const DeepfillPairing *pairing);

/** @return 1 where the whole mask is a single picture */
int ff_deepfill_pairing_is_still(const DeepfillPairing *pairing);

/**
 * Push the picture after all others; next must be empty. Its frame is taken
 * over. The first one's number is the caller's to set, the others follow it.
 */
void ff_deepfill_pairing_push(DeepfillPairing *pairing, DeepfillPicture *picture);

/**
 * Replace the current picture, of a mask that can be had for any time.
 * @param picture  its frame is taken over; NULL frame: none counts
 */
void ff_deepfill_pairing_set(DeepfillPairing *pairing, DeepfillPicture *picture);

/** Say that no picture follows. */
void ff_deepfill_pairing_end(DeepfillPairing *pairing);

/**
 * The mask of the current picture, made anew only where its bytes or the
 * settings differ from the last one's.
 *
 * @param[out] mask  borrowed until the next call
 * @return 1: made anew; 0: as before; or libdeepfill's error
 */
int ff_deepfill_pairing_mask(DeepfillPairing *pairing, const DeepfillMaskSettings *settings,
                             DeepfillMask **mask);

/**
 * The same of a sketch, for frames of one size.
 *
 * @param[out] sketch  borrowed until the next call
 * @return 1: made anew; 0: as before; or libdeepfill's error
 */
int ff_deepfill_pairing_sketch(DeepfillPairing *pairing, int width, int height, DeepfillSketch **sketch);

/** Free all that the pairing holds. */
void ff_deepfill_pairing_uninit(DeepfillPairing *pairing);

#endif /* AVFILTER_DEEPFILL_MASK_PAIRING_H */
