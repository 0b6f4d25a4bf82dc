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
#include "libavutil/bprint.h"
#include "libavutil/common.h"
#include "libavutil/error.h"
#include "libavutil/log.h"
#include "libavutil/mem.h"
#include "libavutil/parseutils.h"
#include "libavformat/avio.h"

#include "deepfill_boxes.h"
#include "deepfill_mask_name.h"

/* The longest box_file that is read, in bytes. */
#define MAX_BYTES (16 << 20)

/** Read 'START-END', which may lack one of them. */
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
    return ret;
}

/** @return 1: a range and what holds for it; 0: nothing; or an error */
static int read_line(DeepfillBoxes *boxes, void *log, const char *origin, char *line)
{
    int64_t start, end;
    char *range, *rest;
    int ret;

    line[strcspn(line, "#")] = 0;
    range = av_strtok(line, " \t,", &rest);
    if (!range)
        return 0;
    if (parse_range(range, &start, &end) < 0) {
        av_log(log, AV_LOG_ERROR, "%s: '%s' is no range of times: write START-END x y w h, the range without "
               "blanks, times in seconds with a point (0.5) or hh:mm:ss.ms.\n", origin, range);
        return AVERROR(EINVAL);
    }
    if (start >= end) {
        av_log(log, AV_LOG_ERROR, "%s: '%s' is empty: the end comes after the start.\n", origin, range);
        return AVERROR(EINVAL);
    }
    ret = ff_deepfill_boxes_add(boxes, origin, rest ? rest : "", start, end);
    return ret < 0 ? ret : 1;
}

/** @return how many lines say something, or an error */
static int read_lines(DeepfillBoxes *boxes, void *log, const char *file, char *text)
{
    int ret = 0, number = 1, lines = 0;

    while (text && ret >= 0) {
        char *line = text, *origin = av_asprintf("%s, line %d", file, number++);

        if (!origin)
            return AVERROR(ENOMEM);
        text = strpbrk(text, "\r\n");
        if (text) {
            int length = 1 + !strncmp(text, "\r\n", 2);

            *text = 0;
            text += length;
        }
        ret = read_line(boxes, log, origin, line);
        av_free(origin);
        lines += ret > 0;
    }
    return ret < 0 ? ret : lines;
}

/** Read a whole file, or a bit more than MAX_BYTES of it. */
static int read_text(const char *file, AVBPrint *text)
{
    AVIOContext *io = NULL;
    char *url = ff_deepfill_name_url(file);
    int ret;

    if (!url)
        return AVERROR(ENOMEM);
    ret = avio_open(&io, url, AVIO_FLAG_READ);
    av_free(url);
    if (ret < 0)
        return ret;
    ret = avio_read_to_bprint(io, text, MAX_BYTES + 1);
    avio_closep(&io);
    return ret < 0 ? ret : av_bprint_is_complete(text) ? 0 : AVERROR(ENOMEM);
}

int ff_deepfill_boxes_read(DeepfillBoxes *boxes, void *log, const char *file)
{
    static const char mark[] = "\xef\xbb\xbf"; /* some editors' first bytes */
    AVBPrint text;
    int ret;

    av_bprint_init(&text, 0, AV_BPRINT_SIZE_UNLIMITED);
    if ((ret = read_text(file, &text)) < 0) {
        av_log(log, AV_LOG_ERROR, "The box_file '%s' cannot be read (%s): give box_file= a text file.\n",
               file, av_err2str(ret));
    } else if (text.len > MAX_BYTES || memchr(text.str, 0, text.len)) {
        av_log(log, AV_LOG_ERROR, "The box_file '%s' is no text: its lines are START-END x y w h.\n", file);
        ret = AVERROR_INVALIDDATA;
    } else if (strstr(text.str, "-->") || strstr(text.str, "[Script Info]")) {
        av_log(log, AV_LOG_ERROR, "The box_file '%s' looks like subtitles: its lines are START-END x y w h.\n", file);
        ret = AVERROR_INVALIDDATA;
    } else if (!(ret = read_lines(boxes, log, file, text.str + (strncmp(text.str, mark, 3) ? 0 : 3)))) {
        av_log(log, AV_LOG_ERROR, "The box_file '%s' has no rectangle: its lines are START-END x y w h.\n",
               file);
        ret = AVERROR_INVALIDDATA;
    }
    av_bprint_finalize(&text, NULL);
    return FFMIN(ret, 0);
}
