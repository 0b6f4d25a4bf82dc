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
 * What the name of a mask names: a file, a folder, a pattern or an address.
 */

#ifndef AVFILTER_DEEPFILL_MASK_NAME_H
#define AVFILTER_DEEPFILL_MASK_NAME_H

#include "libavutil/dict.h"

/**
 * Look cheaply whether there is something to open: a local file has to exist
 * and be readable, and to be no folder; anything else is not touched.
 *
 * @param what  "mask" or "sketch", as in DeepfillSourceSettings
 * @return 0 or an error, which has been logged in one sentence
 */
int ff_deepfill_name_check(void *log, const char *what, const char *name, const AVDictionary *options);

/** @return what to give libavformat for a name, to be freed with av_free(), or NULL: no memory */
char *ff_deepfill_name_url(const char *name);

#endif /* AVFILTER_DEEPFILL_MASK_NAME_H */
