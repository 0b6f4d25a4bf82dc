/**
 * @file
 * Structs of the public header that come with the size that the caller knows.
 */
#include "sized.h"

#include <errno.h>
#include <string.h>

#include "base.h"
#include "deepfill.h"

/*
 * A field put into the padding at a struct's end would not change its size: garbage of callers that do not know
 * it would be read. So the structs that are taken end with their last field.
 */
#define ENDS_WITH(type, field) \
    _Static_assert(offsetof(type, field) + sizeof(((type *)0)->field) == sizeof(type), #type " ends in padding")

ENDS_WITH(DeepfillMaskSettings, soft);
ENDS_WITH(DeepfillSettings, shots);
ENDS_WITH(DeepfillFrame, overlay);

int df_sized_take(void *own, size_t own_size, const void *given, size_t size, const char *what)
{
    const unsigned char *bytes = given;

    for (size_t i = own_size; i < size; i++)
        if (bytes[i])
            return df_error(-EINVAL, "%s: byte %zu of %zu is set, of which libdeepfill %s knows %zu", what, i, size,
                            deepfill_version(), own_size);
    memcpy(own, given, DF_MIN(size, own_size));
    return 0;
}

void df_sized_give(void *to, size_t size, const void *own, size_t own_size)
{
    size_t both = DF_MIN(size, own_size);

    memcpy(to, own, both);
    memset((unsigned char *)to + both, 0, size - both);
}
