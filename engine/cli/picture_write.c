/**
 * @file
 * Pictures to files: how they are to lie there, and what goes with them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base.h"
#include "cli/cli.h"
#include "cli/picture.h"
#include "cli/picture_encode.h"
#include "weights/output.h"

enum DfContainer df_picture_container(const char *path)
{
    static const struct {
        const char *end;
        enum DfContainer container;
    } ends[] = { { ".png", DF_PNG }, { ".jpg", DF_JPEG }, { ".jpeg", DF_JPEG } };
    size_t length = strlen(path);
    for (size_t i = 0; i < DF_COUNT(ends); i++) {
        size_t end = strlen(ends[i].end);
        if (length >= end && !strcasecmp(path + length - end, ends[i].end))
            return ends[i].container;
    }
    return DF_OTHER;
}

int df_encoded_open(DfEncoded *encoded, FILE **to)
{
    *to = open_memstream(&encoded->bytes, &encoded->size);
    return *to ? 0 : -ENOMEM;
}

int df_encoded_close(DfEncoded *encoded, FILE **to)
{
    if (!*to)
        return 0;
    /* glibc tells of no memory by nothing but the missing bytes. */
    int failed = ferror(*to) | fclose(*to) | !encoded->bytes;
    *to = NULL;
    return failed ? -ENOMEM : 0;
}

/**
 * A file of the same format gets its pixels as they lay in the old one, and Exif's word about them; any other,
 * and one whose Exif says something else, gets them as they are seen.
 */
static int lies_as_stored(const DfStill *picture, enum DfContainer container)
{
    return picture->metadata.container == container && df_bytes_left(&picture->metadata.exif) &&
           df_turn_same(picture->turn, df_turn(picture->metadata.orientation));
}

static int encode(DfEncoded *encoded, const DfEncoding *encoding, enum DfContainer container)
{
    return container == DF_JPEG ? df_encode_jpeg(encoded, encoding) : df_encode_png(encoded, encoding);
}

/** Encode the picture, and what is touched of it, turned back. */
static int encode_stored(DfEncoded *encoded, const DfEncoding *encoding, enum DfContainer container)
{
    DfTurn back = df_turn_back(encoding->picture->turn);
    DfStill picture = { 0 }, touched = { 0 };
    DfEncoding stored = *encoding;
    stored.picture = &picture;
    int ret = df_picture_turned(&picture, encoding->picture, back);
    if (!ret && encoding->touched) {
        stored.touched = &touched;
        ret = df_picture_turned(&touched, encoding->touched, back);
    }
    if (!ret)
        ret = encode(encoded, &stored, container);
    df_free(touched.planes[0]);
    df_free(picture.planes[0]);
    return ret;
}

/** What goes with the picture. Where its Exif does not, the pixels cannot lie as they did: `stored` becomes 0. */
static int carry(DfCarried *carried, const DfMetadata *metadata, const char *path, int *stored)
{
    int ret = df_metadata_carry(carried, metadata, !*stored);
    if (!ret && *stored && !carried->exif) {
        *stored = 0;
        df_carried_free(carried);
        ret = df_metadata_carry(carried, metadata, 1);
    }
    if (carried->exif_lost)
        df_cli_note("%s: its %s", path, carried->exif_lost);
    if (carried->xmp_lost)
        df_cli_note("%s: its %s", path, carried->xmp_lost);
    return ret;
}

int df_picture_write(const DfStill *picture, const char *path, const DfWriting *writing)
{
    enum DfContainer container = df_picture_container(path);
    int stored = lies_as_stored(picture, container);
    int turned = !df_turn_same(picture->turn, (DfTurn){ 0 });
    DfEncoded encoded = { 0 };
    DfCarried carried;
    int ret = carry(&carried, &picture->metadata, path, &stored);
    if (ret < 0)
        return ret;
    /* Blocks can only be kept where they lie. */
    DfEncoding encoding = { .picture = picture, .touched = stored || !turned ? writing->touched : NULL,
                            .carried = &carried, .quality = writing->quality, .path = path };
    if (stored && turned)
        ret = encode_stored(&encoded, &encoding, container);
    else
        ret = encode(&encoded, &encoding, container);
    if (!ret)
        ret = df_output_write(path, &(DfOutPart){ encoded.bytes, encoded.size }, 1);
    free(encoded.bytes);
    df_carried_free(&carried);
    return ret;
}
