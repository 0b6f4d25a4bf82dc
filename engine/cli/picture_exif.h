/**
 * @file
 * Exif blocks (TIFF 6.0's directories, from their byte order mark on), which are untrusted bytes.
 */
#ifndef DF_CLI_PICTURE_EXIF_H
#define DF_CLI_PICTURE_EXIF_H

#include "weights/bytes.h"

/**
 * Check that the directories and all their values lie inside the block.
 * @param[out] orientation  how the picture is to be turned to be seen, 1 (not at all) to 8, of a damaged block,
 *                          too; 1 where it is not told
 * @return 0; -EINVAL where the block is damaged
 */
int df_exif_check(const DfBytes *exif, int *orientation);

/**
 * Copy a block that was checked, without its thumbnail, which shows the picture as it was.
 * @param      upright  1: the orientation becomes 1
 * @param[out] copy     from df_alloc()   @param[out] size  its bytes, at most those of the block
 * @return 0; -EINVAL where nothing right is left; -ENOTSUP where the thumbnail is in pieces; -ENOMEM
 */
int df_exif_copy(const DfBytes *exif, int upright, uint8_t **copy, size_t *size);

#endif
