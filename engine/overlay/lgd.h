/**
 * @file
 * Logo data files (.lgd) of AviUtl's logo plugins, in which opacity and colour of a logo are kept by pixel.
 */
#ifndef DF_OVERLAY_LGD_H
#define DF_OVERLAY_LGD_H

#include "overlay/overlay.h"

/**
 * Read the first logo of a file, version 0.1 or 0.2.
 *
 * @param data  untrusted bytes
 * @return 0; -EINVAL: it is no such file, or cut short, or its logo lies beside the frame; -ENOMEM
 */
int df_lgd_read(DeepfillOverlay **overlay, int frame_width, int frame_height, const uint8_t *data, size_t size);

#endif
