/**
 * @file
 * A picture's file to a frame of libavutil's.
 */
#ifndef DF_CLI_PICTURE_DECODE_H
#define DF_CLI_PICTURE_DECODE_H

struct AVFrame;

/**
 * Decode a file's first picture.
 * @param[out] frame  to be freed with av_frame_free()
 * @return 0; a negative errno where the file cannot be read, is no picture, or no memory is left for it
 */
int df_picture_decode(struct AVFrame **frame, const char *path);

#endif
