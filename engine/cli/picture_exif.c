/**
 * @file
 * Exif blocks. Directory 0 describes the picture and links to directory 1, the thumbnail's; three tags lead to
 * directories below. A directory is a count of two bytes, entries of twelve (tag, type, count, value or its
 * place), and the place of the next directory. Places count from the byte order mark.
 */
#include "cli/picture_exif.h"

#include <errno.h>
#include <string.h>

/* Bytes of an entry. */
#define ENTRY 12

enum Tag { ORIENTATION = 0x0112, THUMBNAIL = 0x0201, THUMBNAIL_SIZE = 0x0202, EXIF = 0x8769, GPS = 0x8825,
           INTEROPERABILITY = 0xA005 };

/* What the directories hold that is of interest here. */
typedef struct Found {
    int orientation;        /* 1..8 */
    size_t orientation_at;  /* its value's place; 0: none */
    size_t link_at;         /* the place of directory 0's link to directory 1 */
    size_t next, next_end;  /* directory 1; both 0: none */
    uint32_t thumbnail, thumbnail_size;
    int followed;           /* bits of the directories below that were seen: each is, once */
} Found;

typedef struct Block {
    const uint8_t *bytes;
    size_t size;
    int big; /* 1: big-endian */
} Block;

static int get(const Block *block, size_t at, int width, uint32_t *value)
{
    uint64_t wide;
    DfBytes bytes = df_bytes(block->bytes, block->size), skipped;
    if (df_bytes_take(&bytes, at, &skipped) < 0 ||
        (block->big ? df_bytes_big : df_bytes_little)(&bytes, width, &wide) < 0)
        return -EINVAL;
    *value = (uint32_t)wide;
    return 0;
}

static int open_block(Block *block, const uint8_t *bytes, size_t size)
{
    uint32_t magic;
    *block = (Block){ bytes, size, size && bytes[0] == 'M' };
    if (size < 8 || (memcmp(bytes, "II", 2) && memcmp(bytes, "MM", 2)))
        return -EINVAL;
    get(block, 2, 2, &magic);
    return magic == 42 ? 0 : -EINVAL;
}

/* An entry's value has to lie inside the block; types that are not TIFF's are passed over, as TIFF asks for. */
static int check_value(const Block *block, size_t entry, uint32_t type, uint32_t count)
{
    static const uint8_t sizes[] = { 0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4 };
    uint64_t bytes = type < DF_COUNT(sizes) ? (uint64_t)count * sizes[type] : 0;
    uint32_t place;
    if (bytes <= 4)
        return 0;
    if (get(block, entry + 8, 4, &place) < 0)
        return -EINVAL;
    return place <= block->size && bytes <= block->size - place ? 0 : -EINVAL;
}

static int walk(const Block *block, size_t at, int number, Found *found);

/* The bit of `followed` for a tag that leads to a directory; 0: it leads to none. */
static int below(uint32_t tag)
{
    return tag == EXIF ? 1 : tag == GPS ? 2 : tag == INTEROPERABILITY ? 4 : 0;
}

/* `number` of the directory: 0, 1, or -1 for those below. */
static int read_entry(const Block *block, size_t at, int number, Found *found)
{
    uint32_t tag, type, count, value;
    if (get(block, at, 2, &tag) < 0 || get(block, at + 2, 2, &type) < 0 || get(block, at + 4, 4, &count) < 0 ||
        get(block, at + 8, 4, &value) < 0 || check_value(block, at, type, count) < 0)
        return -EINVAL;
    if (number == 1 && tag == THUMBNAIL)
        found->thumbnail = value;
    if (number == 1 && tag == THUMBNAIL_SIZE)
        found->thumbnail_size = value;
    if (number == 0 && tag == ORIENTATION && type == 3 && count == 1) {
        get(block, at + 8, 2, &value);
        found->orientation = value >= 1 && value <= 8 ? (int)value : 1;
        found->orientation_at = at + 8;
    }
    if (number == 1 || !below(tag) || found->followed & below(tag))
        return 0;
    found->followed |= below(tag);
    return walk(block, value, -1, found);
}

static int walk(const Block *block, size_t at, int number, Found *found)
{
    uint32_t count, next;
    if (get(block, at, 2, &count) < 0)
        return -EINVAL;
    size_t end = at + 2 + (size_t)count * ENTRY;
    for (size_t entry = at + 2; entry < end; entry += ENTRY)
        if (read_entry(block, entry, number, found) < 0)
            return -EINVAL;
    if (number == 1) {
        found->next = at;
        found->next_end = end;
    }
    /* Some cameras end their only directory without a link. */
    if (number || get(block, end, 4, &next) < 0 || !next)
        return 0;
    found->link_at = end;
    return walk(block, next, 1, found);
}

static int find(const Block *block, Found *found)
{
    uint32_t first;
    *found = (Found){ .orientation = 1 };
    get(block, 4, 4, &first);
    return walk(block, first, 0, found);
}

int df_exif_check(const DfBytes *exif, int *orientation)
{
    Block block;
    Found found;
    *orientation = 1;
    if (open_block(&block, exif->at, df_bytes_left(exif)) < 0 || find(&block, &found) < 0)
        return -EINVAL;
    *orientation = found.orientation;
    return 0;
}

/* Zero what lies in begin..begin + size, and cut it off where it is the end. */
static void wipe(uint8_t *bytes, size_t *size, size_t begin, size_t count)
{
    if (begin > *size || count > *size - begin)
        return;
    memset(bytes + begin, 0, count);
    if (begin + count == *size)
        *size = begin;
}

int df_exif_copy(const DfBytes *exif, int upright, uint8_t **copy, size_t *size)
{
    Block block;
    Found found;
    int orientation;
    *size = df_bytes_left(exif);
    *copy = NULL;
    if (open_block(&block, exif->at, *size) < 0 || find(&block, &found) < 0)
        return -EINVAL;
    uint8_t *bytes = *copy = df_alloc(*size);
    if (!bytes)
        return -ENOMEM;
    memcpy(bytes, exif->at, *size);
    if (found.link_at) {
        memset(bytes + found.link_at, 0, 4);
        wipe(bytes, size, found.thumbnail, found.thumbnail_size);
        wipe(bytes, size, found.next, found.next_end - found.next);
    }
    if (upright && found.orientation_at && found.orientation_at + 2 <= *size) {
        bytes[found.orientation_at] = !block.big;
        bytes[found.orientation_at + 1] = block.big;
    }
    /* Directories of a block made to deceive may overlap what was wiped. */
    DfBytes made = df_bytes(bytes, *size);
    if (!df_exif_check(&made, &orientation) && orientation == (upright ? 1 : found.orientation))
        return 0;
    df_free(bytes);
    *copy = NULL;
    return -EINVAL;
}
