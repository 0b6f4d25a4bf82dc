/**
 * @file
 * Loops over channels, the same for each CPU level. EACH(kernel, arguments...) calls the kernel for channels 0 to
 * channels - 1, as many at a time as there are lanes; in the arguments, `c` is the first of them.
 */
#define SUMS(kind)                                                                                    \
    static void kind##_sums(float *sums, size_t plane, const float *const *at, int channels)          \
    EACH(kind##_sums, sums + c, plane, at, c)
#define PIXELS(kind)                                                                                  \
    static void kind##_pixels(float *const *at, const float *data, size_t plane, int channels)        \
    EACH(kind##_pixels, at, data, plane, c)
SUMS(winograd3)
SUMS(winograd5)
SUMS(nearest)
SUMS(stride)
PIXELS(winograd3)
PIXELS(winograd5)
PIXELS(nearest)
PIXELS(stride)
PIXELS(stride5)
#undef SUMS
#undef PIXELS

#define ADJOINTS                                                    \
    {                                                               \
        {                                                           \
            [DF_TRANSFORM_3] = { winograd3_sums, winograd3_pixels }, \
            [DF_TRANSFORM_5] = { winograd5_sums, winograd5_pixels }, \
            [DF_TRANSFORM_NEAREST] = { nearest_sums, nearest_pixels }, \
            [DF_TRANSFORM_STRIDE] = { stride_sums, stride_pixels }, \
            [DF_TRANSFORM_STRIDE_5] = { winograd3_sums, stride5_pixels }, \
        }                                                           \
    }
