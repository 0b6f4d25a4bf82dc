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
 * Rectangles that hold for a time: the file of the option box_file.
 *
 *     # a comment
 *     START-END x y w h
 *
 * Times are seconds or hh:mm:ss.ms; a range that lacks one of them is open there.
 */

#include <string.h>

#include "libavutil/avstring.h"
#include "libavutil/common.h"
#include "libavutil/error.h"
#include "libavutil/file.h"
#include "libavutil/log.h"
#include "libavutil/mem.h"
#include "libavutil/parseutils.h"

#include "deepfill_boxes.h"

/* Messages of av_file_map() go below all levels. */
#define SILENT 1000
/* Nothing is written by hand that is longer. */
#define MAX_BYTES (16 << 20)

/* Read 'START-END', which may lack one of them. */
static int parse_range(char *text, int64_t *start, int64_t *end)
{
    char *dash = strchr(text, '-');
    int ret = dash && strlen(text) > 1 ? 0 : AVERROR(EINVAL);

    *start = INT64_MIN;
    *end   = INT64_MAX;
    if (ret >= 0 && dash > text) {
        *dash = 0;
        ret   = av_parse_time(start, text, 1);
        *dash = '-';
    }
    if (ret >= 0 && dash[1])
        ret = av_parse_time(end, dash + 1, 1);
    return ret >= 0 && *start >= *end ? AVERROR(EINVAL) : ret;
}

/* @return 1: a range and what holds for it; 0: nothing; or an error */
static int read_line(DeepfillBoxes *boxes, void *log, const char *origin, char *line)
{
    int64_t start, end;
    char *range, *rest;
    int ret;

    line[strcspn(line, "#\r")] = 0;
    range = av_strtok(line, " \t,", &rest);
    if (!range)
        return 0;
    if (parse_range(range, &start, &end) < 0) {
        av_log(log, AV_LOG_ERROR, "%s: '%s' is no range of times: write START-END x y w h, times in seconds "
               "or hh:mm:ss.ms.\n", origin, range);
        return AVERROR(EINVAL);
    }
    ret = ff_deepfill_boxes_add(boxes, origin, rest ? rest : "", start, end);
    return ret < 0 ? ret : 1;
}

/* @return how many lines say something, or an error */
static int read_lines(DeepfillBoxes *boxes, void *log, const char *file, char *text)
{
    int ret = 0, number = 1, lines = 0;

    while (text && ret >= 0) {
        char *line = text, *origin = av_asprintf("%s, line %d", file, number++);

        if (!origin)
            return AVERROR(ENOMEM);
        text = strchr(text, '\n');
        if (text)
            *text++ = 0;
        ret = read_line(boxes, log, origin, line);
        av_free(origin);
        lines += ret > 0;
    }
    return ret < 0 ? ret : lines;
}

int ff_deepfill_boxes_read(DeepfillBoxes *boxes, void *log, const char *file)
{
    static const char mark[] = "\xef\xbb\xbf"; /* some editors' first bytes */
    uint8_t *bytes = NULL;
    size_t size    = 0;
    char *text;
    int ret = av_file_map(file, &bytes, &size, SILENT, log);

    if (ret < 0) {
        av_log(log, AV_LOG_ERROR, "The box_file '%s' cannot be read (%s): give box_file= a text file.\n",
               file, av_err2str(ret));
        return ret;
    }
    if (size > MAX_BYTES || (size && memchr(bytes, 0, size))) {
        av_log(log, AV_LOG_ERROR, "The box_file '%s' is no text: its lines are START-END x y w h.\n", file);
        av_file_unmap(bytes, size);
        return AVERROR_INVALIDDATA;
    }
    text = av_strndup(size ? (const char *)bytes : "", size);
    if (size)
        av_file_unmap(bytes, size);
    if (!text)
        return AVERROR(ENOMEM);
    ret = read_lines(boxes, log, file, text + (strncmp(text, mark, 3) ? 0 : 3));
    av_free(text);
    if (!ret) {
        av_log(log, AV_LOG_ERROR, "The box_file '%s' has no rectangle: its lines are START-END x y w h.\n",
               file);
        return AVERROR_INVALIDDATA;
    }
    return FFMIN(ret, 0);
}
