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
 * A mask's file while it is open: its container and its decoder. Whatever
 * fails here is logged in one sentence, once.
 */

#ifndef AVFILTER_DEEPFILL_MASK_FILE_H
#define AVFILTER_DEEPFILL_MASK_FILE_H

#include <stdint.h>

#include "libavutil/dict.h"
#include "libavcodec/avcodec.h"
#include "libavformat/avformat.h"

#include "deepfill_mask_wait.h"

typedef struct DeepfillSourceSettings {
    void *log;                   ///< where messages go, an object with an AVClass
    const char *what;            ///< "mask" or "sketch": what messages call it, and its option
    const char *url;             ///< file, image pattern or URL; must outlive the source
    const AVDictionary *options; ///< for the demuxer and the decoder; NULL: none
    int lenient;                 ///< 1: options that neither of them has are passed over, as another file's
    int alpha;                   ///< 1: the alpha plane alone is the mask; 0: luma times alpha
    int width, height;           ///< of the video: which way up a picture fits it
} DeepfillSourceSettings;

typedef struct DeepfillMaskFile {
    const DeepfillSourceSettings *settings;
    AVFormatContext *format;
    AVCodecContext *decoder;
    int stream;                  ///< index of the mask's stream
    DeepfillWait wait;
} DeepfillMaskFile;

/**
 * Open container and decoder, anew after ff_deepfill_file_close().
 *
 * @param settings  must outlive the file
 * @return 0 or an error, never AVERROR_EOF or AVERROR(EAGAIN), which libavfilter's users would take for no
 *         error at all
 */
int ff_deepfill_file_open(DeepfillMaskFile *file, const DeepfillSourceSettings *settings);

/** Read the next packet of the mask's stream. @return 0, AVERROR_EOF after the last, or another error */
int ff_deepfill_file_read(DeepfillMaskFile *file, AVPacket *packet);

/**
 * Go on with packets at or before a time, in microseconds of the container; the decoder is left alone.
 * @return 0, or an error, which has not been logged: the file stays where it was
 */
int ff_deepfill_file_seek(DeepfillMaskFile *file, int64_t time);

/** Close both; a file that is not open is fine. */
void ff_deepfill_file_close(DeepfillMaskFile *file);

#endif /* AVFILTER_DEEPFILL_MASK_FILE_H */
