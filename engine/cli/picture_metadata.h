/**
 * @file
 * What a PNG or JPEG file tells of its picture beside the pixels: Exif, XMP, density. A cursor over untrusted
 * bytes finds it; what is damaged counts as not there.
 */
#ifndef DF_CLI_PICTURE_METADATA_H
#define DF_CLI_PICTURE_METADATA_H

#include "weights/bytes.h"

enum DfContainer { DF_OTHER, DF_PNG, DF_JPEG };

/** Cursors lie in the bytes of the file. */
typedef struct DfMetadata {
    enum DfContainer container;
    DfBytes exif;    /**< from its byte order mark on; empty: none */
    DfBytes xmp;     /**< the packet; empty: none */
    int orientation; /**< Exif's, 1 (as stored) to 8; a damaged block's, too */
    int damaged;     /**< 1: there is an Exif block, and it is damaged */
    int packed;      /**< 1: there is a compressed XMP packet, which is not read */
    /** Pixels a metre across and down (metric), else their ratio alone; 0: not told. */
    uint32_t density[2];
    int metric;
} DfMetadata;

/** Find the metadata of a file's bytes. */
void df_metadata_find(DfMetadata *metadata, const uint8_t *bytes, size_t size);

/** What of it goes into a new file; from df_alloc(), NULL: none. */
typedef struct DfCarried {
    uint8_t *exif, *xmp;
    size_t exif_size, xmp_size;
    const char *exif_lost, *xmp_lost; /**< why the old file's is left out, as words behind "its"; NULL: it is not */
} DfCarried;

/**
 * Copy Exif, without its thumbnail, and XMP, where it has none; what is left out is told in `carried`.
 * @param upright  1: the pixels will lie as they are seen, whatever they did   @return 0 or -ENOMEM
 */
int df_metadata_carry(DfCarried *carried, const DfMetadata *metadata, int upright);

void df_carried_free(DfCarried *carried);

/** A chunk of a PNG file. */
typedef struct DfChunk {
    char name[5];
    DfBytes data;
    DfBytes whole; /**< with length, name and checksum */
} DfChunk;

/** Put a cursor at the first chunk of a PNG file. @return 0; -EINVAL where the bytes are no PNG's */
int df_png_begin(DfBytes *bytes);

/** Cut off the next chunk; its checksum is not looked at. @return 0; -EINVAL at the end, or where it is cut short */
int df_png_next(DfBytes *bytes, DfChunk *chunk);

/** Names of JPEG's segments APP1, which their data begin with, the zeros at their ends included. */
#define DF_JPEG_EXIF "Exif\0"
#define DF_JPEG_XMP "http://ns.adobe.com/xap/1.0/"
/** What XMP is called in a PNG, and that with the empty fields behind: not packed, of no language. */
#define DF_PNG_XMP_KEYWORD "XML:com.adobe.xmp"
#define DF_PNG_XMP DF_PNG_XMP_KEYWORD "\0\0\0\0"

#endif
