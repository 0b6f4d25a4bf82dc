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
 * What the program takes that runs the filter.
 */

#ifndef AVFILTER_DEEPFILL_HOST_H
#define AVFILTER_DEEPFILL_HOST_H

/** @return 1 where MLT runs the filter, which needs a frame out for each that goes in, at once */
int ff_deepfill_host_is_mlt(void);

#endif /* AVFILTER_DEEPFILL_HOST_H */
