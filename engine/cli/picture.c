/**
 * @file
 * A picture's memory.
 */
#include "cli/picture.h"

#include <errno.h>

#include "base.h"

int df_picture_planes(const DfStill *picture)
{
    return picture->colours + picture->alpha;
}

size_t df_picture_row(const DfStill *picture)
{
    return (size_t)picture->width * (picture->depth / 8);
}

int df_picture_alloc(DfStill *picture)
{
    size_t plane = df_size_mul(df_picture_row(picture), picture->height);
    picture->planes[0] = df_alloc(df_size_mul(plane, df_picture_planes(picture)));
    if (!picture->planes[0])
        return -ENOMEM;
    for (int p = 1; p < df_picture_planes(picture); p++)
        picture->planes[p] = picture->planes[p - 1] + plane;
    return 0;
}

void df_picture_free(DfStill *picture)
{
    df_free(picture->planes[0]);
    df_free(picture->profile);
    *picture = (DfStill){ 0 };
}
