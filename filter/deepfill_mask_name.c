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
 * What the name of a mask names.
 */

#include <stdlib.h>
#include <string.h>

#include "libavutil/avstring.h"
#include "libavutil/common.h"
#include "libavutil/error.h"
#include "libavutil/log.h"
#include "libavutil/mem.h"
#include "libavformat/avformat.h"

#include "deepfill_mask_name.h"

/** Pictures of a folder that are named alike but for one number. */
typedef struct Numbered {
    char *like;             ///< the name of one of them, the first by alphabet
    size_t number, digits;  ///< where in it the number is, and how long
    size_t least_digits;
    int64_t least;          ///< number
    char *other;            ///< the name of a picture without a number
} Numbered;

/** A name with a colon is a protocol to libavformat, unless it is told that it is a file. */
char *ff_deepfill_name_url(const char *name)
{
    if (!av_strstart(name, "file:", NULL) && strchr(name, ':')) {
        char *url = av_asprintf("file:%s", name);
        if (url && avio_check(url, AVIO_FLAG_READ) >= 0)
            return url;
        av_free(url);
    }
    return av_strdup(name);
}

/** The last number in a name. @return its length; 0: there is none */
static size_t find_number(const char *name, size_t *number)
{
    size_t end = strlen(name), start;

    while (end && !av_isdigit(name[end - 1]))
        end--;
    for (start = end; start && av_isdigit(name[start - 1]); start--)
        ;
    *number = start;
    return end - start;
}

static int is_like(const Numbered *n, const char *name, size_t number, size_t digits)
{
    return number == n->number && !strncmp(name, n->like, number) &&
           !strcmp(name + number + digits, n->like + n->number + n->digits);
}

/** Take one name in. The series is that of the first by alphabet. */
static int take_name(Numbered *n, const char *name)
{
    size_t number, digits = find_number(name, &number);

    if (!av_match_ext(name, "png,jpg,jpeg,webp,bmp,tif,tiff,tga,gif,pgm,pbm,ppm,pam,exr,dpx,jp2"))
        return 0;
    if (!digits) {
        if (!n->other)
            n->other = av_strdup(name);
        return n->other ? 0 : AVERROR(ENOMEM);
    }
    if (n->like && is_like(n, name, number, digits)) {
        n->least_digits = FFMIN(n->least_digits, digits);
        n->least        = FFMIN(n->least, strtoll(name + number, NULL, 10));
    } else if (!n->like || strcmp(name, n->like) < 0) {
        av_free(n->like);
        n->like         = av_strdup(name);
        n->number       = number;
        n->digits       = n->least_digits = digits;
        n->least        = strtoll(name + number, NULL, 10);
    }
    return n->like ? 0 : AVERROR(ENOMEM);
}

/** Read all names. @return AVERROR(ENOTDIR) and the like where it is no folder that can be read */
static int read_folder(Numbered *n, const char *name)
{
    AVIODirContext *folder = NULL;
    AVIODirEntry *entry = NULL;
    int ret = avio_open_dir(&folder, name, NULL);

    while (ret >= 0 && (ret = avio_read_dir(folder, &entry)) >= 0 && entry) {
        ret = take_name(n, entry->name);
        avio_free_directory_entry(&entry);
    }
    avio_close_dir(&folder);
    return ret;
}

/** A folder cannot be read as a mask: say how its pictures are named. */
static int refuse_folder(void *log, const char *what, const char *name)
{
    int length = strlen(name);
    Numbered n = { 0 };
    int ret = read_folder(&n, name);

    if (ret < 0) {
        ret = ret == AVERROR(ENOMEM) ? ret : 0; /* it is no folder, or one for the demuxer to complain of */
        goto done;
    }
    ret = AVERROR(EISDIR);
    while (length > 1 && name[length - 1] == '/')
        length--;
    if (n.like) {
        char width[16] = "", start[64] = "";

        if (n.least_digits > 1)
            snprintf(width, sizeof(width), "0%d", (int)n.least_digits);
        if (n.least > 4) /* the image2 demuxer looks for the first number up to there */
            snprintf(start, sizeof(start), ":mask_opts=start_number=%"PRId64, n.least);
        av_log(log, AV_LOG_ERROR, "The %s '%s' is a folder: name its pictures by their pattern, "
               "%s=%.*s/%.*s%%%sd%s%s.\n", what, name, what, length, name, (int)n.number, n.like, width,
               n.like + n.number + n.digits, start);
    } else if (n.other) {
        av_log(log, AV_LOG_ERROR, "The %s '%s' is a folder: name one of its pictures, or all by a pattern, "
               "%s=%.*s/*%s:mask_opts=pattern_type=glob.\n", what, name, what, length, name,
               strrchr(n.other, '.'));
    } else {
        av_log(log, AV_LOG_ERROR, "The %s '%s' is a folder without pictures: name a file.\n", what, name);
    }
done:
    av_free(n.like);
    av_free(n.other);
    return ret;
}

int ff_deepfill_name_check(void *log, const char *what, const char *name, const AVDictionary *options)
{
    const char *protocol;
    char *url;
    int ret = 0;

    if (strchr(name, '%') || av_dict_get(options, "pattern_type", NULL, 0))
        return 0;
    url = ff_deepfill_name_url(name);
    if (!url)
        return AVERROR(ENOMEM);
    protocol = avio_find_protocol_name(url);
    if (protocol ? !strcmp(protocol, "file") : !strstr(url, "://")) {
        ret = avio_check(url, AVIO_FLAG_READ);
        if (ret < 0)
            av_log(log, AV_LOG_ERROR, "The %s '%s' cannot be read (%s): give %s= an existing file or URL.\n",
                   what, name, av_err2str(ret), what);
        else
            ret = refuse_folder(log, what, name);
    }
    av_free(url);
    return ret;
}
