/**
 * @file
 * Pictures of any format that a known camera takes of a texture which is known between its samples.
 */
#ifndef DF_TESTS_SCENE_H
#define DF_TESTS_SCENE_H

#include "camera.h"
#include "frame.h"
#include "waves.h"

/** A world with a texture for each plane. */
typedef struct Scene {
    Waves waves[3];
    double fineness; /**< 1: waves of 6 to 200 pixels; less: longer ones */
    double contrast; /**< 1: some 25 levels */
} Scene;

static inline Scene scene_make(unsigned seed, double fineness, double contrast)
{
    return (Scene){ { waves_make(seed), waves_make(seed + 100), waves_make(seed + 200) }, fineness,
                    contrast };
}

/** What a sample of a plane shows, in levels of 8 bits. Chroma lies at its cell's first luma sample. */
static inline double scene_at(const Scene *scene, const DeepfillFormat *f, int plane, int x, int y,
                              const Camera *camera)
{
    const double *m = camera->m;
    int lx = x << df_plane_sub_x(f, plane), ly = y << df_plane_sub_y(f, plane);
    double u = m[0] + m[1] * lx + m[2] * ly, v = m[3] + m[4] * lx + m[5] * ly;

    return 128 + scene->contrast *
                     ((double)waves_at(&scene->waves[plane], scene->fineness * u, scene->fineness * v) - 128);
}

/** How many of a format's levels one of 8 bits is. */
static inline double scene_level(const DeepfillFormat *f)
{
    return ((1 << f->depth) - 1) / 255.0;
}

/** Take a picture in which each plane is brighter by so many levels of 8 bits. */
static inline void scene_draw(Picture *p, const Scene *scene, const Camera *camera, const double light[3])
{
    const DeepfillFormat *f = &p->image.format;
    double level = scene_level(f), highest = (1 << f->depth) - 1;

    for (int i = 0; i < df_plane_count(f); i++)
        for (int y = 0; y < df_plane_side(f->height, df_plane_sub_y(f, i)); y++)
            for (int x = 0; x < df_plane_side(f->width, df_plane_sub_x(f, i)); x++) {
                double value = level * (scene_at(scene, f, i, x, y, camera) + light[i]);
                df_sample_store(p->image.data[i] + y * p->image.stride[i], x, df_sample_bytes(f),
                                (unsigned)(DF_CLAMP(value, 0, highest) + 0.5));
            }
}

/** Write a logo over a mask's hole, another one for each seed. */
static inline void scene_deface(Picture *p, const DeepfillMask *mask, unsigned seed)
{
    const DeepfillFormat *f = &p->image.format;

    for (int y = 0; y < f->height; y++)
        for (int x = 0; x < f->width; x++)
            for (int i = 0; df_mask_hole(mask, x, y) && i < df_plane_count(f); i++)
                df_sample_store(p->image.data[i] + (y >> df_plane_sub_y(f, i)) * p->image.stride[i],
                                x >> df_plane_sub_x(f, i), df_sample_bytes(f), draw(&seed, 1 << f->depth));
}

#endif
