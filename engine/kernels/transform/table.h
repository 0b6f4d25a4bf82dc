/**
 * @file
 * A level's transforms, as DfTileKernels has them.
 */
#define FORMS                                            \
    {                                                    \
        [DF_FORM_3] = { winograd3_in, winograd3_out },   \
        [DF_FORM_5] = { winograd5_in, NULL },            \
        [DF_FORM_NEAREST] = { nearest_in, nearest_out }, \
        [DF_FORM_STRIDE] = { stride_in, stride_out },    \
    }
