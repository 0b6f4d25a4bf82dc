/**
 * @file
 * The public functions of masks and sketches: each checks what it was given, calls one room, and returns.
 */
#include "deepfill.h"

#include <errno.h>

#include "base.h"
#include "image/mask.h"
#include "image/sketch.h"
#include "sized.h"

/* -------------------------------------------------------------------------------- masks -- */

void deepfill_mask_defaults_sized(DeepfillMaskSettings *settings, int width, int height, size_t size)
{
    DeepfillMaskSettings own = { .width = width, .height = height, .threshold = 0.5f, .dilate = 4, .feather = 4 };

    df_sized_give(settings, size, &own, sizeof own);
}

static int check_mask(const DeepfillMaskSettings *s, int width, int height)
{
    /* Written so that a threshold that is not a number is refused too. */
    if (!(s->threshold >= 0 && s->threshold <= 1))
        return df_error(-EINVAL, "threshold is %g, must be 0 to 1", s->threshold);
    if (df_check_range("frame width", s->width, 1, 32768) ||
        df_check_range("frame height", s->height, 1, 32768) ||
        df_check_range("dilate", s->dilate, 0, 256) || df_check_range("feather", s->feather, 0, 256) ||
        df_check_range("mask width", width, 1, 32768) || df_check_range("mask height", height, 1, 32768))
        return -EINVAL;
    return 0;
}

int deepfill_mask_create_sized(DeepfillMask **mask, const DeepfillMaskSettings *settings, const uint8_t *data,
                               ptrdiff_t stride, int width, int height, size_t size)
{
    DeepfillMaskSettings own;

    df_error_clear();
    if (!mask || !settings || !data)
        return df_error(-EINVAL, "a mask needs settings and a picture");
    deepfill_mask_defaults(&own, 0, 0);
    if (df_sized_take(&own, sizeof own, settings, size, "settings of a mask") < 0 ||
        check_mask(&own, width, height) < 0)
        return -EINVAL;
    return df_mask_create(mask, &own, data, stride, width, height);
}

void deepfill_mask_info_sized(const DeepfillMask *mask, DeepfillMaskInfo *info, size_t size)
{
    df_sized_give(info, size, &mask->info, sizeof mask->info);
}

/* ----------------------------------------------------------------------------- sketches -- */

int deepfill_sketch_create(DeepfillSketch **sketch, int frame_width, int frame_height, const uint8_t *data,
                           ptrdiff_t stride, int width, int height)
{
    df_error_clear();
    if (!sketch || !data)
        return df_error(-EINVAL, "a sketch needs a picture");
    if (df_check_range("frame width", frame_width, 1, 32768) ||
        df_check_range("frame height", frame_height, 1, 32768) ||
        df_check_range("sketch width", width, 1, 32768) ||
        df_check_range("sketch height", height, 1, 32768))
        return -EINVAL;
    return df_sketch_create(sketch, frame_width, frame_height, data, stride, width, height);
}

void deepfill_sketch_info_sized(const DeepfillSketch *sketch, DeepfillSketchInfo *info, size_t size)
{
    df_sized_give(info, size, &sketch->info, sizeof sketch->info);
}
