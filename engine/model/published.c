/**
 * @file
 * The official weights are for blue first. Projects that converted them may have turned the first layer's
 * channels about, or not, and do not say so; TensorFlow's checkpoints have the checksum of what they were.
 */
#include "model/published.h"
#include "kernels/crc32c.h"

#include <errno.h>
#include <string.h>

/** The published width and planes. */
enum { SIDE = 5, IN = 5, OUT = 48, COUNT = SIDE * SIDE * IN * OUT };

/** CRC-32C of conv1's kernel as it lies in the index: Places2, CelebA-HQ. */
static const uint32_t published[] = { 0x9bd67113, 0xc02f3b38 };

/** The kernel in the official layout, [ky][kx][in][out]. */
static int read_kernel(const DfBinding *binding, const DfTensor *weight, float *kernel)
{
    static const int axes[] = { 2, 3, 1, 0 };
    DfTensor view = *weight;
    for (int i = 0; i < 4 && !binding->names->hwio; i++) {
        view.shape[i] = weight->shape[axes[i]];
        view.stride[i] = weight->stride[axes[i]];
    }
    return df_tensor_read(binding->weights, &view, kernel);
}

/** Little-endian, the input's first and third channel exchanged where `turned`. */
static uint32_t checksum(const float *kernel, int turned)
{
    uint32_t crc = 0, bits;
    for (int i = 0; i < COUNT; i++) {
        int c = i / OUT % IN, from = turned && c < 3 ? i + (2 - 2 * c) * OUT : i;
        memcpy(&bits, &kernel[from], sizeof bits);
        uint8_t bytes[] = { bits, bits >> 8, bits >> 16, bits >> 24 };
        crc = df_crc32c(crc, bytes, sizeof bytes);
    }
    return crc;
}

static int is_published(uint32_t crc)
{
    for (size_t i = 0; i < DF_COUNT(published); i++)
        if (crc == published[i])
            return 1;
    return 0;
}

int df_published_order(DfBinding *binding, enum DfOrder *order)
{
    int first = df_binding_first(binding);
    const DfTensor *weight = df_binding_find(binding, first, DF_WEIGHT);
    if (!weight || weight->rank != 4 || weight->count != COUNT || weight->type != DF_F32 ||
        df_binding_out(binding, first) != OUT || df_binding_in(binding, first) != IN)
        return 0;
    float *kernel = df_alloc(COUNT * sizeof *kernel);
    int ret = kernel ? read_kernel(binding, weight, kernel) : -ENOMEM;
    if (!ret && is_published(checksum(kernel, 0)))
        *order = DF_BGR;
    else if (!ret && is_published(checksum(kernel, 1)))
        *order = DF_RGB;
    df_free(kernel);
    return ret;
}
