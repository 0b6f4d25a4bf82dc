/**
 * @file
 * Fuzz target: a logo data file. What it makes is laid into planes, too.
 */
#include "fuzz.h"
#include "overlay/planes.h"

static void check(const DeepfillOverlay *overlay)
{
    DeepfillOverlayInfo info;

    deepfill_overlay_info(overlay, &info);
    FUZZ_CHECK(info.x >= 0 && info.y >= 0 && info.width > 0 && info.height > 0);
    FUZZ_CHECK(info.x + info.width <= overlay->width && info.y + info.height <= overlay->height);
    FUZZ_CHECK(info.cover > 0 && info.cover <= 1 && info.opacity >= 0 && info.opacity <= 1);
    FUZZ_CHECK(info.opaque >= 0 && info.opaque <= 1);
}

void fuzz_target(const uint8_t *bytes, size_t size)
{
    DeepfillFormat format = { 641, 361, DEEPFILL_YUV, 10, 1, 1, 0, DEEPFILL_MATRIX_BT709 };
    DeepfillOverlay *overlay = NULL, *field = NULL;
    DfOverlayPlanes *planes = NULL;
    int ret = deepfill_overlay_read(&overlay, format.width, format.height, bytes, size);

    if (ret < 0) {
        fuzz_refused(ret);
        return;
    }
    check(overlay);
    ret = df_overlay_planes_create(&planes, overlay, &format);
    if (ret >= 0)
        ret = deepfill_overlay_field(&field, overlay, 1);
    FUZZ_CHECK(!ret);
    if (field)
        check(field);
    df_overlay_planes_close(&planes);
    deepfill_overlay_close(&field);
    deepfill_overlay_close(&overlay);
}
