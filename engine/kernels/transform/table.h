/**
 * @file
 * A level's transforms, as DfTileKernels has them.
 */
#define TRANSFORMS                                            \
    {                                                         \
        [DF_TRANSFORM_3] = { winograd3_in, winograd3_out },   \
        [DF_TRANSFORM_5] = { winograd5_in, NULL },            \
        [DF_TRANSFORM_NEAREST] = { nearest_in, nearest_out }, \
        [DF_TRANSFORM_STRIDE] = { stride_in, stride_out },    \
        [DF_TRANSFORM_STRIDE_5] = { stride5_in, winograd3_out }, \
    }
