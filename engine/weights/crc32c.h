/**
 * @file
 * CRC-32C (Castagnoli), the checksum of TensorFlow's checkpoints.
 */
#ifndef DF_CRC32C_H
#define DF_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/**
 * Continue a checksum.
 * @param crc  of the bytes before, 0 where there are none   @return that of those and these
 */
uint32_t df_crc32c(uint32_t crc, const uint8_t *bytes, size_t size);

/** @return the checksum that was stored in TensorFlow's masked form. */
uint32_t df_crc32c_unmask(uint32_t masked);

#endif
