/**
 * @file
 * Metadata in the segments of a JPEG before its picture, and in the chunks of a PNG.
 */
#define _GNU_SOURCE
#include "cli/picture_metadata.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "cli/picture_exif.h"

/** JPEG's markers, of two bytes: the first, that before the picture, and two kinds of segments. */
enum Marker { START = 0xFFD8, SCAN = 0xFFDA, APP0 = 0xFFE0, APP1 = 0xFFE1 };

/** Pass over bytes, where they come next. @return whether they do */
static int skip(DfBytes *bytes, const char *text, size_t size)
{
    if (df_bytes_left(bytes) < size || memcmp(bytes->at, text, size))
        return 0;
    bytes->at += size;
    return 1;
}

/* The same of a text, and of the zero at its end. */
#define SKIP(bytes, text) skip(bytes, text, sizeof text)

/* ----------------------------------------------------------------------------------------- JPEG -- */

/** JFIF: version (2 bytes), unit (0: none, 1: inches, 2: centimetres), density across and down. */
static void read_jfif(DfMetadata *metadata, DfBytes *data)
{
    static const double per_metre[] = { 1, 1 / 0.0254, 100 };
    uint64_t version, unit, x, y;
    if (!SKIP(data, "JFIF") || df_bytes_big(data, 2, &version) < 0 || df_bytes_big(data, 1, &unit) < 0 ||
        df_bytes_big(data, 2, &x) < 0 || df_bytes_big(data, 2, &y) < 0 || unit > 2 || !x || !y)
        return;
    metadata->metric = unit > 0;
    metadata->density[0] = (uint32_t)lrint(x * per_metre[unit]);
    metadata->density[1] = (uint32_t)lrint(y * per_metre[unit]);
}

static void read_segment(DfMetadata *metadata, uint64_t marker, DfBytes *data)
{
    if (marker == APP0)
        read_jfif(metadata, data);
    else if (marker == APP1 && !df_bytes_left(&metadata->exif) && SKIP(data, DF_JPEG_EXIF))
        metadata->exif = df_bytes(data->at, df_bytes_left(data));
    else if (marker == APP1 && !df_bytes_left(&metadata->xmp) && SKIP(data, DF_JPEG_XMP))
        metadata->xmp = df_bytes(data->at, df_bytes_left(data));
}

/** Segments are a marker and a length, which counts itself; any number of bytes 0xFF may stand before a marker. */
static void read_jpeg(DfMetadata *metadata, DfBytes *bytes)
{
    uint64_t marker, length;
    DfBytes data;
    while (!df_bytes_big(bytes, 2, &marker)) {
        while (marker == 0xFFFF && df_bytes_peek(bytes) >= 0)
            marker = 0xFF00 | df_bytes_next(bytes);
        if (marker >> 8 != 0xFF || marker == SCAN || df_bytes_big(bytes, 2, &length) < 0 || length < 2 ||
            df_bytes_take(bytes, length - 2, &data) < 0)
            break;
        read_segment(metadata, marker, &data);
    }
}

/* ------------------------------------------------------------------------------------------ PNG -- */

int df_png_begin(DfBytes *bytes)
{
    return skip(bytes, "\x89PNG\r\n\x1A\n", 8) ? 0 : -EINVAL;
}

int df_png_next(DfBytes *bytes, DfChunk *chunk)
{
    const uint8_t *begin = bytes->at;
    uint64_t length;
    DfBytes name, checksum;
    if (df_bytes_big(bytes, 4, &length) < 0 || df_bytes_take(bytes, 4, &name) < 0 ||
        df_bytes_take(bytes, length, &chunk->data) < 0 || df_bytes_take(bytes, 4, &checksum) < 0)
        return -EINVAL;
    df_bytes_print(chunk->name, sizeof chunk->name, &name);
    chunk->whole = df_bytes(begin, bytes->at - begin);
    return 0;
}

/** Density across and down, and its unit (0: none, 1: metres). */
static void read_phys(DfMetadata *metadata, DfBytes *data)
{
    uint64_t x, y, unit;
    if (df_bytes_big(data, 4, &x) < 0 || df_bytes_big(data, 4, &y) < 0 || df_bytes_big(data, 1, &unit) < 0 ||
        unit > 1 || !x || !y)
        return;
    metadata->metric = unit == 1;
    metadata->density[0] = (uint32_t)x;
    metadata->density[1] = (uint32_t)y;
}

static void read_png(DfMetadata *metadata, DfBytes *bytes)
{
    DfChunk chunk;
    while (!df_png_next(bytes, &chunk)) {
        if (!strcmp(chunk.name, "eXIf"))
            metadata->exif = chunk.data;
        else if (!strcmp(chunk.name, "pHYs"))
            read_phys(metadata, &chunk.data);
        else if (!strcmp(chunk.name, "iTXt") && SKIP(&chunk.data, DF_PNG_XMP))
            metadata->xmp = chunk.data;
        else if (!strcmp(chunk.name, "iTXt") && SKIP(&chunk.data, DF_PNG_XMP_KEYWORD))
            metadata->packed = 1;
    }
}

/* ----------------------------------------------------------------------------------------- both -- */

void df_metadata_find(DfMetadata *metadata, const uint8_t *bytes, size_t size)
{
    DfBytes cursor = df_bytes(bytes, size);
    uint64_t start;
    *metadata = (DfMetadata){ .orientation = 1 };
    if (!df_png_begin(&cursor)) {
        metadata->container = DF_PNG;
        read_png(metadata, &cursor);
    } else if (!df_bytes_big(&cursor, 2, &start) && start == START) {
        metadata->container = DF_JPEG;
        read_jpeg(metadata, &cursor);
    }
    if (df_bytes_left(&metadata->exif) && df_exif_check(&metadata->exif, &metadata->orientation) < 0) {
        metadata->exif = (DfBytes){ 0 };
        metadata->damaged = 1;
    }
}

/** XMP repeats the orientation, as an attribute or an element. */
static void set_upright(uint8_t *xmp, size_t size)
{
    static const char *const before[] = { "tiff:Orientation=\"", "tiff:Orientation='", "<tiff:Orientation>" };
    for (size_t i = 0; i < DF_COUNT(before); i++) {
        size_t length = strlen(before[i]);
        uint8_t *at = xmp, *end = xmp + size;
        while ((at = memmem(at, end - at, before[i], length)) && (at += length) < end)
            *at = '1';
    }
}

/** Programs keep thumbnails in XMP as xmp:Thumbnails, a list with xmpGImg:image in it. */
static int has_thumbnail(const DfBytes *xmp)
{
    size_t size = df_bytes_left(xmp);
    return memmem(xmp->at, size, "Thumbnails", 10) || memmem(xmp->at, size, "GImg:image", 10);
}

static int carry_exif(DfCarried *carried, const DfMetadata *metadata, int upright)
{
    if (!df_bytes_left(&metadata->exif))
        return 0;
    int ret = df_exif_copy(&metadata->exif, upright, &carried->exif, &carried->exif_size);
    if (ret == -EINVAL)
        carried->exif_lost = "Exif data are damaged, and left out";
    if (ret == -ENOTSUP)
        carried->exif_lost = "Exif data hold a thumbnail that cannot be removed, and are left out";
    return ret == -ENOMEM ? ret : 0;
}

static int carry_xmp(DfCarried *carried, const DfMetadata *metadata, int upright)
{
    size_t size = df_bytes_left(&metadata->xmp);
    if (metadata->packed)
        carried->xmp_lost = "compressed XMP data are left out";
    if (size && has_thumbnail(&metadata->xmp))
        carried->xmp_lost = "XMP data hold a thumbnail, and are left out";
    if (!size || carried->xmp_lost)
        return 0;
    carried->xmp = df_alloc(size);
    if (!carried->xmp)
        return -ENOMEM;
    carried->xmp_size = size;
    memcpy(carried->xmp, metadata->xmp.at, size);
    if (upright)
        set_upright(carried->xmp, size);
    return 0;
}

int df_metadata_carry(DfCarried *carried, const DfMetadata *metadata, int upright)
{
    *carried = (DfCarried){ 0 };
    int ret = carry_exif(carried, metadata, upright);
    if (!ret)
        ret = carry_xmp(carried, metadata, upright);
    if (ret < 0)
        df_carried_free(carried);
    return ret;
}

void df_carried_free(DfCarried *carried)
{
    df_free(carried->exif);
    df_free(carried->xmp);
    *carried = (DfCarried){ 0 };
}
