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

enum Tag { STRIPS = 0x0111, ORIENTATION = 0x0112, STRIP_SIZES = 0x0117, TILES = 0x0144, THUMBNAIL = 0x0201,
           THUMBNAIL_SIZE = 0x0202, EXIF = 0x8769, GPS = 0x8825, INTEROPERABILITY = 0xA005 };
enum Type { BYTE = 1, SHORT = 3, LONG = 4 };

/** A piece of the block. */
typedef struct Piece {
    uint32_t at, size;
} Piece;

/** What the directories hold that is of interest here. */
typedef struct Found {
    int orientation;        /* 1..8 */
    size_t orientation_at;  /* its value's place; 0: none */
    int orientation_width;  /* its value's bytes: 1, 2 or 4 */
    size_t link_at;         /* the place of directory 0's link to directory 1 */
    size_t next, next_end;  /* directory 1; both 0: none */
    Piece jpeg, strip;      /* the thumbnail's pixels, as one or the other; of size 0: none */
    int scattered;          /* 1: they lie elsewhere, or in several pieces */
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

/** An entry's value has to lie inside the block; types that are not TIFF's are passed over, as TIFF asks for. */
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

/** The bit of `followed` for a tag that leads to a directory; 0: it leads to none. */
static int below(uint32_t tag)
{
    return tag == EXIF ? 1 : tag == GPS ? 2 : tag == INTEROPERABILITY ? 4 : 0;
}

/** An entry of directory 1; `single`: it has one value. */
static void read_thumbnail(uint32_t tag, int single, uint32_t value, Found *found)
{
    uint32_t *to = tag == THUMBNAIL        ? &found->jpeg.at
                   : tag == THUMBNAIL_SIZE ? &found->jpeg.size
                   : tag == STRIPS         ? &found->strip.at
                   : tag == STRIP_SIZES    ? &found->strip.size
                                           : NULL;
    if (to && single)
        *to = value;
    else if (to || tag == TILES)
        found->scattered = 1;
}

/** Programs read orientations of other types (`width` 0), and several of them, in ways of their own: damage. */
static int read_orientation(size_t at, int width, uint32_t value, Found *found)
{
    if (!width || found->orientation_at)
        return -EINVAL;
    found->orientation = value >= 1 && value <= 8 ? (int)value : 1;
    found->orientation_at = at;
    found->orientation_width = width;
    return 0;
}

/** `number` of the directory: 0, 1, or -1 for those below. */
static int read_entry(const Block *block, size_t at, int number, Found *found)
{
    uint32_t tag, type, count, value;
    if (get(block, at, 2, &tag) < 0 || get(block, at + 2, 2, &type) < 0 || get(block, at + 4, 4, &count) < 0 ||
        get(block, at + 8, 4, &value) < 0 || check_value(block, at, type, count) < 0)
        return -EINVAL;
    int width = type == BYTE ? 1 : type == SHORT ? 2 : 4;
    int single = count == 1 && (type == BYTE || type == SHORT || type == LONG);
    get(block, at + 8, width, &value);
    if (number == 1)
        read_thumbnail(tag, single, value, found);
    if (number == 0 && tag == ORIENTATION)
        return read_orientation(at + 8, single ? width : 0, value, found);
    if (number == 1 || !below(tag) || found->followed & below(tag))
        return 0;
    found->followed |= below(tag);
    return walk(block, value, -1, found);
}

/** Entries behind a damaged one are read, too: the orientation may be among them. */
static int walk(const Block *block, size_t at, int number, Found *found)
{
    uint32_t count, next;
    int ret = 0;
    if (get(block, at, 2, &count) < 0)
        return -EINVAL;
    size_t end = at + 2 + (size_t)count * ENTRY;
    for (size_t entry = at + 2; entry < end; entry += ENTRY)
        if (read_entry(block, entry, number, found) < 0)
            ret = -EINVAL;
    if (number == 1) {
        found->next = at;
        found->next_end = end;
    }
    /* Some cameras end their only directory without a link. */
    if (number || get(block, end, 4, &next) < 0 || !next)
        return ret;
    found->link_at = end;
    return walk(block, next, 1, found) < 0 ? -EINVAL : ret;
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
    if (open_block(&block, exif->at, df_bytes_left(exif)) < 0)
        return -EINVAL;
    int ret = find(&block, &found);
    *orientation = found.orientation;
    return ret;
}

/** Zero `count` bytes at `begin`; where they end the block, shorten it. */
static void wipe(uint8_t *bytes, size_t *size, size_t begin, size_t count)
{
    if (begin > *size)
        return;
    count = DF_MIN(count, *size - begin);
    memset(bytes + begin, 0, count);
    if (begin + count == *size)
        *size = begin;
}

/** Remove directory 1, and the pixels that it leads to. */
static void remove_thumbnail(uint8_t *bytes, size_t *size, const Found *found)
{
    if (!found->link_at)
        return;
    memset(bytes + found->link_at, 0, 4);
    wipe(bytes, size, found->jpeg.at, found->jpeg.size);
    wipe(bytes, size, found->strip.at, found->strip.size);
    wipe(bytes, size, found->next, found->next_end - found->next);
}

/** Whether a block is whole and tells an orientation. */
static int tells(const uint8_t *bytes, size_t size, int orientation)
{
    DfBytes block = df_bytes(bytes, size);
    int told;
    return !df_exif_check(&block, &told) && told == orientation;
}

/** Directories of a block made to deceive may overlap what is wiped or set: both is looked at. */
static int edit(uint8_t *bytes, size_t *size, const Found *found, int upright, int big)
{
    remove_thumbnail(bytes, size, found);
    if (!tells(bytes, *size, found->orientation))
        return -EINVAL;
    if (!upright || !found->orientation_at)
        return 0;
    memset(bytes + found->orientation_at, 0, found->orientation_width);
    bytes[found->orientation_at + (big ? found->orientation_width - 1 : 0)] = 1;
    return tells(bytes, *size, 1) ? 0 : -EINVAL;
}

int df_exif_copy(const DfBytes *exif, int upright, uint8_t **copy, size_t *size)
{
    Block block;
    Found found;
    *size = df_bytes_left(exif);
    *copy = NULL;
    if (open_block(&block, exif->at, *size) < 0 || find(&block, &found) < 0)
        return -EINVAL;
    if (found.scattered || (found.jpeg.at && !found.jpeg.size) || (found.strip.at && !found.strip.size))
        return -ENOTSUP;
    uint8_t *bytes = df_alloc(*size);
    if (!bytes)
        return -ENOMEM;
    memcpy(bytes, exif->at, *size);
    if (edit(bytes, size, &found, upright, block.big) < 0) {
        df_free(bytes);
        return -EINVAL;
    }
    *copy = bytes;
    return 0;
}
