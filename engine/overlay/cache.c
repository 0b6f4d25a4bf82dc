/**
 * @file
 * Masks are told apart by their address, as everywhere: the same hole keeps its object.
 */
#include "overlay/cache.h"

#include "image/color.h"
#include "image/mask.h"

static int has_planes(const DfOverlayCache *cache, const DeepfillOverlay *overlay, const DeepfillFormat *format)
{
    DeepfillFormat wanted = df_color_resolve(*format);

    return cache->overlay == overlay && cache->planes && df_format_same_planes(&cache->planes->format, &wanted) &&
           cache->planes->format.matrix == wanted.matrix && cache->planes->format.full_range == wanted.full_range;
}

int df_overlay_cache_update(DfOverlayCache caches[2], DeepfillOverlay *overlay, DeepfillMask *mask,
                            const DeepfillFormat *format)
{
    DfOverlayCache latest = caches[0], *cache = &caches[0];

    if (cache->overlay != overlay) {
        caches[0] = caches[1];
        caches[1] = latest;
    }
    DfOverlayCache now = { .overlay = deepfill_overlay_ref(overlay), .mask = mask ? deepfill_mask_ref(mask) : NULL };
    int ret = 0;

    if (has_planes(cache, overlay, format))
        now.planes = df_overlay_planes_ref(cache->planes);
    else
        ret = df_overlay_planes_create(&now.planes, overlay, format);
    if (ret >= 0 && cache->hole && cache->overlay == overlay && cache->mask == mask)
        now.hole = deepfill_mask_ref(cache->hole);
    else if (ret >= 0)
        ret = df_overlay_mask(&now.hole, overlay, mask);
    df_overlay_cache_free(cache);
    if (ret < 0)
        df_overlay_cache_free(&now);
    *cache = now;
    return ret;
}

void df_overlay_cache_free(DfOverlayCache *cache)
{
    deepfill_overlay_close(&cache->overlay);
    deepfill_mask_close(&cache->mask);
    deepfill_mask_close(&cache->hole);
    df_overlay_planes_close(&cache->planes);
    *cache = (DfOverlayCache){ 0 };
}
