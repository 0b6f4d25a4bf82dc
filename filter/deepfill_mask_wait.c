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
 * How long a mask at an address may keep the filter waiting.
 */

#include <string.h>

#include "libavutil/common.h"
#include "libavutil/log.h"
#include "libavutil/time.h"

#include "deepfill_mask_file.h"

static int is_local(const char *url)
{
    const char *protocol = avio_find_protocol_name(url);

    return protocol && (!strcmp(protocol, "file") || !strcmp(protocol, "pipe") || !strcmp(protocol, "fd"));
}

/** Whether the user says how long to wait, or that this is a server that waits for somebody to call. */
static int has_timeout(const char *url, const AVDictionary *options)
{
    static const char *const names[] = { "rw_timeout", "timeout", "stimeout", "listen", "listen_timeout" };

    for (int i = 0; i < FF_ARRAY_ELEMS(names); i++)
        if (av_dict_get(options, names[i], NULL, 0))
            return 1;
    url = strchr(url, '?');
    return url && (strstr(url, "timeout=") || strstr(url, "listen"));
}

/** libavformat asks about ten times a second while it waits for the network. @return 1: give up */
static int check_wait(void *opaque)
{
    DeepfillWait *wait = opaque;
    int64_t now = av_gettime_relative(), silent;

    if (!wait->reading)
        return wait->expired;
    if (wait->format && wait->format->pb && wait->format->pb->pos != wait->position) {
        wait->position = wait->format->pb->pos;
        wait->since    = now;
    }
    silent = now - wait->since;
    if (silent > DEEPFILL_WAIT_TOLD * INT64_C(1000000) && !wait->told) {
        wait->told = 1;
        av_log(wait->settings->log, AV_LOG_WARNING, "Waiting for the %s '%s' ...\n", wait->settings->what,
               wait->settings->url);
    }
    if (wait->limited && silent > DEEPFILL_WAIT_LIMIT * INT64_C(1000000))
        wait->expired = 1;
    return wait->expired;
}

void ff_deepfill_wait_init(DeepfillWait *wait, const struct DeepfillSourceSettings *settings,
                           AVFormatContext *format)
{
    *wait = (DeepfillWait) {
        .settings = settings, .told = wait->told, .limited = !has_timeout(settings->url, settings->options),
    };
    if (!is_local(settings->url))
        format->interrupt_callback = (AVIOInterruptCB) { check_wait, wait };
}

void ff_deepfill_wait_begin(DeepfillWait *wait, const AVFormatContext *format)
{
    wait->format   = format;
    wait->position = format && format->pb ? format->pb->pos : 0;
    wait->since    = av_gettime_relative();
    wait->reading  = 1;
}

void ff_deepfill_wait_end(DeepfillWait *wait)
{
    wait->reading = 0;
    wait->format  = NULL;
}
