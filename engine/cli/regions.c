/**
 * @file
 * A still picture's hole filled in regions: one frame through the public API.
 */
#include "cli/fill.h"

#include <errno.h>

#include "base.h"

/** The largest of the boxes that the picture will be filled in. */
static int describe(DeepfillContext *ctx, const DeepfillMask *mask, DfFillReport *report)
{
    int count = deepfill_boxes(ctx, mask, NULL, 0);
    if (count <= 0)
        return count;
    DeepfillBox *boxes = df_alloc(df_size_mul(count, sizeof *boxes));
    if (!boxes)
        return -ENOMEM;
    int ret = deepfill_boxes(ctx, mask, boxes, count);
    int64_t most = 0;
    for (int i = 0; ret >= 0 && i < count; i++) {
        int64_t pixels = (int64_t)boxes[i].net_width * boxes[i].net_height;
        if (pixels <= most)
            continue;
        most = pixels;
        report->width = boxes[i].net_width;
        report->height = boxes[i].net_height;
    }
    report->regions = count;
    df_free(boxes);
    return ret < 0 ? ret : 0;
}

static int fill(DeepfillContext *ctx, const DfFillJob *job, const DeepfillImage *image)
{
    DeepfillResult result;
    DeepfillFrame frame = { .image = *image, .mask = (DeepfillMask *)job->mask,
                            .sketch = (DeepfillSketch *)job->sketch,
                            .show = job->coarse ? DEEPFILL_SHOW_COARSE : DEEPFILL_SHOW_FILL };
    int ret = deepfill_send(ctx, &frame);
    if (ret < 0)
        return ret;
    deepfill_flush(ctx);
    ret = deepfill_receive(ctx, &result, 1);
    return ret < 0 ? ret : result.error;
}

int df_fill_regions(const DfFillJob *job, DfStill *still, DfFillReport *report)
{
    DeepfillContext *ctx = NULL;
    DeepfillSettings settings;
    DeepfillImage image = df_picture_image(still);
    *report = (DfFillReport){ 0 };
    deepfill_defaults(&settings, job->model, &image.format);
    settings.temporal = 0;
    settings.grain = job->grain;
    settings.texture = job->texture;
    int ret = deepfill_open(&ctx, &settings);
    if (!ret)
        ret = describe(ctx, job->mask, report);
    if (!ret)
        ret = fill(ctx, job, &image);
    deepfill_close(&ctx);
    return ret;
}
