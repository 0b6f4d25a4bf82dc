/**
 * @file
 * Checksums by which people tell checkpoints apart.
 */
#ifndef DF_CLI_DIGEST_H
#define DF_CLI_DIGEST_H

#include <stddef.h>
#include <stdint.h>

/** Hexadecimal digits of a SHA-256. */
#define DF_DIGEST_TEXT 64

/** Write the SHA-256 of some bytes to a text of DF_DIGEST_TEXT + 1 characters. @return 0 or -ENOMEM */
int df_digest(char *text, const uint8_t *bytes, size_t size);

#endif
