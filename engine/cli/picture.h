/**
 * @file
 * Still pictures: planes of samples, read from whatever the libraries of FFmpeg decode, written as PNG.
 */
#ifndef DF_CLI_PICTURE_H
#define DF_CLI_PICTURE_H

#include <stddef.h>
#include <stdint.h>

/** Longest side of a picture, in pixels; the engine's own limit. */
#define DF_PICTURE_MOST_SIDE 32768

/** A picture. Rows follow one another without a gap. */
typedef struct DfStill {
    int width, height;  /**< in pixels */
    int depth;          /**< bits of a sample: 8, or 16 in a native-endian uint16_t; always full range */
    int colours;        /**< planes 0..: 1: gray; 3: red, green, blue */
    int alpha;          /**< 1: the plane behind the colours tells how opaque a pixel is */
    uint8_t *planes[4]; /**< one after the other in one block of memory, which planes[0] begins */
    uint8_t *profile;   /**< ICC profile of the colours; NULL: none */
    size_t profile_size;
} DfStill;

/** @return planes that the picture has: 1..4 */
int df_picture_planes(const DfStill *picture);

/** @return bytes of a row of one plane. */
size_t df_picture_row(const DfStill *picture);

/** Give a picture whose size, depth, colours and alpha are set its planes. @return 0 or -ENOMEM */
int df_picture_alloc(DfStill *picture);

/** Free what a picture holds; one that is all zero is fine. */
void df_picture_free(DfStill *picture);

/**
 * Read a file's first picture, turned as the file says that cameras held it. Colours become RGB, where they
 * are not RGB or gray; what is RGB or gray keeps its values, those of up to 8 and of up to 16 bits spread to
 * all of these.
 * @return 0; a negative errno where the file cannot be read, is no picture, or no memory is left for it
 */
int df_picture_read(DfStill *picture, const char *path);

/** The same as 8-bit gray, darkened by the alpha plane where there is one: how a mask means it. */
int df_picture_read_gray(DfStill *picture, const char *path);

/** Write a picture as PNG. @return 0 or a negative errno */
int df_picture_write(const DfStill *picture, const char *path);

#endif
