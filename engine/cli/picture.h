/**
 * @file
 * Still pictures: planes of samples, read from whatever the libraries of FFmpeg decode, written as PNG or JPEG.
 */
#ifndef DF_CLI_PICTURE_H
#define DF_CLI_PICTURE_H

#include <stddef.h>
#include <stdint.h>

#include "cli/picture_metadata.h"
#include "deepfill.h"
#include "weights/file.h"

/** Longest side of a picture, in pixels; the engine's own limit. */
#define DF_PICTURE_MOST_SIDE 32768

/** Where pixel (x, y) goes: to (y, x) if `swap`, then counted from the other end where told; all 0: it stays. */
typedef struct DfTurn {
    int swap, from_right, from_bottom;
} DfTurn;

/** A picture. Rows follow one another without a gap. */
typedef struct DfStill {
    int width, height;  /**< in pixels */
    int depth;          /**< bits of a sample: 8, or 16 in a native-endian uint16_t; always full range */
    int colours;        /**< planes 0..: 1: gray; 3: red, green, blue */
    int alpha;          /**< 1: the plane behind the colours tells how opaque a pixel is */
    uint8_t *planes[4]; /**< one after the other in one block of memory, which planes[0] begins */
    uint8_t *profile;   /**< ICC profile of the colours; NULL: none */
    size_t profile_size;
    DfTurn turn;         /**< how the pixels were turned from how they lie in the file */
    DfFile file;         /**< what the picture was read from, PNG or JPEG; all zero: anything else */
    DfMetadata metadata; /**< the file's */
} DfStill;

/** @return the picture's colours as the library takes them; its planes stay the picture's */
DeepfillImage df_picture_image(const DfStill *picture);

/** @return whether a file's name ends as those of pictures do */
int df_picture_is_named(const char *name);

/** @return planes that the picture has: 1..4 */
int df_picture_planes(const DfStill *picture);

/** @return bytes of a row of one plane. */
size_t df_picture_row(const DfStill *picture);

/** Give a picture whose size, depth, colours and alpha are set its planes. @return 0 or -ENOMEM */
int df_picture_alloc(DfStill *picture);

/** @return sample i of a plane in 8 bits, rounded. */
unsigned df_picture_sample(const DfStill *picture, int plane, size_t i);

/** @return whether a picture with alpha is opaque everywhere. */
int df_picture_opaque(const DfStill *picture);

/** Record that no memory is left for a picture's file. @return -ENOMEM */
int df_picture_no_memory(const char *path);

/** Free what a picture holds; one that is all zero is fine. */
void df_picture_free(DfStill *picture);

/** @return the turn that an Exif orientation of 1..8 asks for. */
DfTurn df_turn(int orientation);

/** @return the turn that undoes one. */
DfTurn df_turn_back(DfTurn turn);

/** @return whether two turns are the same. */
int df_turn_same(DfTurn a, DfTurn b);

/** Where row y goes: its sample i is at `first` + i * `step` of a plane of the turned picture, in samples. */
void df_turn_row(const DfStill *turned, DfTurn turn, int y, ptrdiff_t *first, ptrdiff_t *step);

/**
 * Copy a picture, turned. The copy shares all but its planes with it: of the copy, planes[0] alone is to be freed,
 * by df_free(). @return 0; -ENOMEM, without planes
 */
int df_picture_turned(DfStill *turned, const DfStill *picture, DfTurn turn);

/** Turn a picture's planes; all else that it holds stays. @return 0 or -ENOMEM */
int df_picture_turn(DfStill *picture, DfTurn turn);

/**
 * Read a file's first picture, turned as the file says that cameras held it. Colours become RGB, where they
 * are not RGB or gray; what is RGB or gray keeps its values, those of up to 8 and of up to 16 bits spread to
 * all of these. A PNG's or JPEG's bytes stay with it.
 * @return 0; a negative errno where the file cannot be read, is no picture, or no memory is left for it
 */
int df_picture_read(DfStill *picture, const char *path);

/** The same as 8-bit gray, darkened by the alpha plane where there is one: how a mask means it; no file stays. */
int df_picture_read_gray(DfStill *picture, const char *path);

/**
 * Draw rectangles as a mask, white on black; what lies beyond the picture is left out. A rectangle is 'x y w h',
 * blanks, commas or colons between, or named, 'x=..:y=..:w=..:h=..', or 'WxH+X+Y'; several are joined by |. Values
 * are numbers or expressions in iw and ih, the picture's sides, and x, y, w and h, rounded to the pixel; numbers
 * with a decimal point, up to 1, or with % are fractions of a side.
 * @param[out] mask  of width x height, to be freed
 * @return 0; -EINVAL where a rectangle lies outside, or has no area; -ENOMEM
 */
int df_picture_boxes(DfStill *mask, const char *boxes, int width, int height, const char *name);

/** Check a list of rectangles, as far as that can be done without a picture's sides. @return 0, -EINVAL or -ENOMEM */
int df_boxes_check(const char *boxes);

/** How a picture is written. */
typedef struct DfWriting {
    int quality;            /**< of JPEG, 1..100; 0: as the JPEG that it was, or 95 */
    const DfStill *touched; /**< gray, not 0 where pixels are other than in the picture's file; NULL: anywhere */
} DfWriting;

/** @return the format that a name ends in, .png, .jpg or .jpeg; DF_OTHER: none of these. */
enum DfContainer df_picture_container(const char *path);

/**
 * Write a picture in the format that the name ends in, with its profile and what of the metadata that format
 * holds. Where a JPEG becomes one and no quality is asked for, blocks of it that are not touched stay to the
 * bit, the others are made with its own tables.
 * @return 0 or a negative errno
 */
int df_picture_write(const DfStill *picture, const char *path, const DfWriting *writing);

#endif
