/**
 * @file
 * A picture's file to a frame of libavutil's.
 */
#ifndef DF_CLI_PICTURE_DECODE_H
#define DF_CLI_PICTURE_DECODE_H

#include "weights/file.h"

struct AVFrame;

/**
 * Decode the first picture of a file that was read.
 * @param[out] frame  to be freed with av_frame_free()
 * @param      path   for messages
 * @return 0; a negative errno where the file is no picture, or no memory is left for it
 */
int df_picture_decode(struct AVFrame **frame, const DfFile *file, const char *path);

#endif
