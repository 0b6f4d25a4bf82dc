/**
 * @file
 * Planes to RGB by the engine's own conversion.
 */
#include "cli/train_rgb.h"

#include <errno.h>

#include "image/crop.h"

void df_train_rgb_free(DfTrainRgb *c)
{
    df_color_close(&c->color);
    df_free(c->memory);
    df_free(c->values);
    df_free(c->rgb);
    *c = (DfTrainRgb){ 0 };
}

static int is_same(const DfColorKey *a, const DfColorKey *b)
{
    return df_format_same_planes(&a->format, &b->format) && a->format.matrix == b->format.matrix &&
           a->format.full_range == b->format.full_range && a->net_width == b->net_width &&
           a->net_height == b->net_height;
}

static int prepare(DfTrainRgb *c, const DfColorKey *key)
{
    size_t count = df_size_mul((size_t)key->net_width * key->net_height, 3);

    if (c->color && is_same(df_color_key(c->color), key))
        return 0;
    df_train_rgb_free(c);
    int ret = df_color_create(&c->color, key);
    if (ret < 0)
        return ret;
    c->memory = df_alloc(df_size_add(df_color_bytes(c->color),
                                     df_planes_bytes(&key->format, key->format.width, key->format.height)));
    c->values = df_alloc(df_size_mul(count, sizeof *c->values));
    c->rgb = df_alloc(count);
    if (c->memory && c->values && c->rgb)
        return 0;
    df_train_rgb_free(c);
    return -ENOMEM;
}

int df_train_rgb(DfTrainRgb *c, const DeepfillImage *image, int width, int height)
{
    DfColorKey key = { df_color_resolve(image->format), width, height };
    DfPlanes planes;

    /* zimg takes sides that the chroma's divide: an odd row or column is left off. */
    key.format.width -= key.format.width % (1 << key.format.sub_x);
    key.format.height -= key.format.height % (1 << key.format.sub_y);
    int ret = prepare(c, &key);
    if (ret < 0)
        return ret;
    df_planes_carve(&planes, &key.format, key.format.width, key.format.height,
                    (uint8_t *)c->memory + df_color_bytes(c->color));
    for (int p = 0; p < df_plane_count(&key.format); p++)
        df_crop_plane(image, p, (DfRect){ 0, 0, key.format.width, key.format.height }, planes.data[p],
                      planes.stride[p]);
    ret = df_color_to_rgb(c->color, c->memory, &planes, c->values);
    for (size_t i = 0; !ret && i < (size_t)width * height * 3; i++)
        c->rgb[i] = (uint8_t)(DF_CLAMP(c->values[i] * 127.5f + 128, 0, 255));
    return ret;
}
