/**
 * @file
 * Thin structures of a picture: top-hats.
 */
#ifndef DF_OVERLAY_CAPTION_STROKES_H
#define DF_OVERLAY_CAPTION_STROKES_H

#include <stddef.h>
#include <stdint.h>

/** @return bytes of scratch that df_caption_strokes() needs for pictures up to this size */
size_t df_caption_strokes_scratch(int width, int height);

/**
 * How much lighter or darker than its surroundings each pixel is, where it lies on a structure that is thinner than
 * `side` pixels: what opening by a square of that side takes away, or closing adds, whichever is more.
 *
 * @param      luma      height rows, stride bytes apart
 * @param      side      odd, 3..255
 * @param[out] strength  height rows of width levels, 0..255
 */
void df_caption_strokes(uint8_t *strength, const uint8_t *luma, ptrdiff_t stride, int width, int height, int side,
                        uint8_t *scratch);

#endif
