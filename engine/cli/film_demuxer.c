/**
 * @file
 * A film's container by libavformat.
 */
#include "cli/film_demuxer.h"

#include <errno.h>
#include <libavformat/avformat.h>
#include <string.h>
#include <unistd.h>

#include "base.h"

int df_film_unreadable(const char *path, int error)
{
    char words[AV_ERROR_MAX_STRING_SIZE];
    if (error == AVERROR(ENOMEM))
        return df_error(-ENOMEM, "%s: no memory is left to read it", path);
    av_strerror(error, words, sizeof words);
    return df_error(error == AVERROR(ENOENT) || error == AVERROR(EACCES) ? error : -EINVAL, "%s: cannot be read: %s",
                    path, error == AVERROR_INVALIDDATA ? "it is no film, or is cut short" : words);
}

DfRatio df_film_ratio(AVRational value)
{
    return value.num > 0 && value.den > 0 ? (DfRatio){ value.num, value.den } : (DfRatio){ 0, 1 };
}

int df_film_demuxer_open(AVFormatContext **demuxer, const char *path)
{
    int is_file = !access(path, F_OK);
    char *name = df_text("%s%s", is_file ? "file:" : "", path);
    av_log_set_level(AV_LOG_QUIET); /* errors are told here */
    *demuxer = NULL;
    if (!name)
        return -ENOMEM;
    int ret = avformat_open_input(demuxer, name, NULL, NULL);
    df_free(name);
    if (ret < 0)
        return df_film_unreadable(path, ret);
    const char *format = (*demuxer)->iformat->name;
    if (strstr(format, "_pipe") || (is_file && !strcmp(format, "image2")))
        return df_error(-EINVAL, "%s: is a picture, and a film is wanted", path);
    ret = avformat_find_stream_info(*demuxer, NULL);
    return ret < 0 ? df_film_unreadable(path, ret) : 0;
}
