/**
 * @file
 * A picture for the eye that checks an overlay.
 */
#ifndef DF_OVERLAY_HEAT_H
#define DF_OVERLAY_HEAT_H

#include "overlay/planes.h"

/** Show opacity as heat: from blue by green to red, which is what is filled. Other samples are not written. */
void df_overlay_heat(const DeepfillImage *image, const DfOverlayPlanes *planes);

#endif
