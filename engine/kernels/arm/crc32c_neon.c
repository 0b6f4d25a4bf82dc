/**
 * @file
 * CRC-32C by its own instructions.
 */
#include "kernels/arm/versions.h"

#include <arm_acle.h>
#include <string.h>

uint32_t df_crc32c_update_neon(uint32_t rest, const uint8_t *bytes, size_t size)
{
    for (; size >= 8; size -= 8, bytes += 8) {
        uint64_t word;
        memcpy(&word, bytes, sizeof word);
        rest = __crc32cd(rest, word);
    }
    for (; size; size--)
        rest = __crc32cb(rest, *bytes++);
    return rest;
}
