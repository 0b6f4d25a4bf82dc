/**
 * @file
 * SHA-256, by libavutil.
 */
#include "cli/digest.h"

#include <errno.h>
#include <libavutil/mem.h>
#include <libavutil/sha.h>
#include <stdio.h>

#include "base.h"

/* Bytes given at a time: older libraries count them in an int. */
#define PIECE ((size_t)1 << 20)

int df_digest(char *text, const uint8_t *bytes, size_t size)
{
    uint8_t sum[DF_DIGEST_TEXT / 2];
    struct AVSHA *sha = av_sha_alloc();
    if (!sha)
        return df_error(-ENOMEM, "out of memory: a checksum could not be made");
    av_sha_init(sha, 256);
    for (size_t at = 0; at < size; at += PIECE)
        av_sha_update(sha, bytes + at, DF_MIN(PIECE, size - at));
    av_sha_final(sha, sum);
    av_free(sha);
    for (int i = 0; i < DF_DIGEST_TEXT / 2; i++)
        snprintf(text + 2 * i, 3, "%02x", sum[i]);
    return 0;
}
