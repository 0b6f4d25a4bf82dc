/**
 * @file
 * CRC-32C (Castagnoli), the checksum of TensorFlow's checkpoints.
 */
#ifndef DF_CRC32C_H
#define DF_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/**
 * Continue a checksum, by the version for df_cpu_level(). Thread-safety: any thread.
 * @param crc  of the bytes before, 0 where there are none   @return that of those and these
 */
uint32_t df_crc32c(uint32_t crc, const uint8_t *bytes, size_t size);

/** The same of a checksum with all bits inverted, as it is between bytes: what has versions. */
typedef uint32_t DfCrc32cUpdate(uint32_t rest, const uint8_t *bytes, size_t size);

DfCrc32cUpdate df_crc32c_update_c;

/** @return the checksum that was stored in TensorFlow's masked form. */
uint32_t df_crc32c_unmask(uint32_t masked);

#endif
