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
 * Which pixel formats the filter agrees on with its neighbours, and what it says where these are not the
 * video's own.
 */

#ifndef AVFILTER_DEEPFILL_NEGOTIATE_H
#define AVFILTER_DEEPFILL_NEGOTIATE_H

#include "deepfill_context.h"

/** A filter's query function: all formats that can be filled; the mask's is gray. */
int ff_deepfill_query_formats(AVFilterContext *ctx);

/** Warn where FFmpeg converts the video before the filter: call it once the links are configured. */
void ff_deepfill_report_conversion(AVFilterContext *ctx);

#endif /* AVFILTER_DEEPFILL_NEGOTIATE_H */
