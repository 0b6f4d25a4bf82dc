/**
 * @file
 * CRC-32C by its own instruction, of SSE 4.2, which CPUs with AVX2 have.
 */
#include "kernels/x86/versions.h"

#include <string.h>

uint32_t df_crc32c_update_avx2(uint32_t rest, const uint8_t *bytes, size_t size)
{
    uint64_t wide = rest, word;
    for (; size >= 8; size -= 8, bytes += 8) {
        memcpy(&word, bytes, sizeof word);
        wide = __builtin_ia32_crc32di(wide, word);
    }
    for (rest = wide; size; size--)
        rest = __builtin_ia32_crc32qi(rest, *bytes++);
    return rest;
}
