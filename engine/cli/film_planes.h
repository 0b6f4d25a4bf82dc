/**
 * @file
 * A decoded frame as planes that the library takes, turned as it is to be shown.
 */
#ifndef DF_CLI_FILM_PLANES_H
#define DF_CLI_FILM_PLANES_H

#include "deepfill.h"

struct AVFrame;
struct SwsContext;

/** What a film's frames go through; all zero at first. */
typedef struct DfFilmPlanes {
    struct SwsContext *scaler; /**< NULL: frames are planes already */
    struct AVFrame *plain;     /**< what the scaler writes; NULL as long as nothing was */
    struct AVFrame *turned;    /**< the same, turned; NULL as long as nothing was */
    int rotation;              /**< degrees clockwise: 0, 90, 180, 270 */
} DfFilmPlanes;

/**
 * Describe a frame's planes, converted and turned where that is needed.
 * @param      path   for messages
 * @param[out] image  valid as long as the frame, and until the next call for these planes
 * @return 0, -EINVAL or -ENOMEM, with the cause recorded
 */
int df_film_planes(DfFilmPlanes *planes, DeepfillImage *image, struct AVFrame *frame, const char *path);

/** Free what they hold. */
void df_film_planes_free(DfFilmPlanes *planes);

#endif
