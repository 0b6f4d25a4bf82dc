/**
 * @file
 * Pictures and films read into the tiles that training takes crops of.
 */
#ifndef DF_CLI_TRAIN_DATA_H
#define DF_CLI_TRAIN_DATA_H

#include "train/crops.h"

/** What was read. */
typedef struct DfTrainRead {
    size_t pictures, films, frames; /**< that tiles were made of */
    size_t held_out;                /**< files that heldout.txt names */
    size_t small;                   /**< pictures and films whose shorter side is below half a sample's */
    size_t bad;                     /**< files that cannot be read; each was named on the standard error */
} DfTrainRead;

/**
 * Read a folder's pictures, and of its films a frame a second. Those whose shorter side is more than 1.5 samples are
 * scaled down to that; all are cut into squares.
 * @param sheet    a picture of the run's own, which is left out; it need not be there
 * @param size     sides of a sample, in pixels
 * @param workers  threads that read pictures; tiles are the same for any number
 * @return 0; a negative errno, with the cause recorded: nothing there can be trained with, no memory is left
 */
int df_train_read(DfTiles *tiles, DfTrainRead *read, const char *folder, const char *sheet, int size, int workers);

/**
 * Read a film's frames, up to 240 that are evenly spread (the first 240 of a film that does not tell its length), at
 * their own size, and what of them a mask leaves known; frames after one that cannot be read are left out. The mask is
 * grown by 4 pixels, as filling does by default.
 * @param mask  a picture, or a film whose pictures have the same times; white: not known
 * @return 0; a negative errno, with the cause recorded: a file cannot be read, the mask marks nothing, or everything
 */
int df_train_read_like(DfTiles *tiles, DfTrainRead *read, const char *film, const char *mask, int size);

#endif
