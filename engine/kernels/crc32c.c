/**
 * @file
 * CRC-32C, eight bytes at a time from tables.
 *
 * A checksum is a remainder of polynomials over two elements, bits in reflected order. Remainders of single
 * bytes add up: eight bytes take eight look-ups, in tables of a byte followed by 0 to 7 zero bytes.
 */
#include "kernels/crc32c.h"

#include <pthread.h>
#include <string.h>

#define POLYNOMIAL 0x82F63B78u

static uint32_t tables[8][256];

static void fill_tables(void)
{
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t rest = byte;
        for (int bit = 0; bit < 8; bit++)
            rest = rest >> 1 ^ (rest & 1 ? POLYNOMIAL : 0);
        tables[0][byte] = rest;
    }
    for (int zeros = 1; zeros < 8; zeros++)
        for (int byte = 0; byte < 256; byte++) {
            uint32_t before = tables[zeros - 1][byte];
            tables[zeros][byte] = before >> 8 ^ tables[0][before & 255];
        }
}

static uint32_t little(const uint8_t *bytes)
{
    return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

uint32_t df_crc32c_update_c(uint32_t rest, const uint8_t *bytes, size_t size)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, fill_tables);
    for (; size >= 8; size -= 8, bytes += 8) {
        uint32_t low = rest ^ little(bytes), high = little(bytes + 4);
        rest = tables[7][low & 255] ^ tables[6][low >> 8 & 255] ^ tables[5][low >> 16 & 255] ^
               tables[4][low >> 24] ^ tables[3][high & 255] ^ tables[2][high >> 8 & 255] ^
               tables[1][high >> 16 & 255] ^ tables[0][high >> 24];
    }
    for (; size; size--)
        rest = rest >> 8 ^ tables[0][(rest ^ *bytes++) & 255];
    return rest;
}

/** Undoes LevelDB's mask of a stored checksum: ((crc >> 15) | (crc << 17)) + 0xA282EAD8. */
uint32_t df_crc32c_unmask(uint32_t masked)
{
    uint32_t turned = masked - 0xA282EAD8u;
    return turned >> 17 | turned << 15;
}
