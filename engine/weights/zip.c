/**
 * @file
 * A zip archive's directory, read from its end.
 */
#include "weights/zip.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LOCAL_SIZE = 30, ENTRY_SIZE = 46, END_SIZE = 22, MOST_COMMENT = 0xFFFF, ENCRYPTED = 1 };

/** The archive while it is read. */
typedef struct Archive {
    const char *name;
    DfBytes bytes;     /* all of it */
    DfBytes directory; /* what is left of it */
    size_t data_size;  /* bytes in front of the directory */
} Archive;

static int damaged(const Archive *archive, const char *what)
{
    return df_error(-EINVAL, "%s: %s: the file is damaged", archive->name, what);
}

static int entry_error(const Archive *archive, const DfBytes *entry, const char *what)
{
    char text[81];
    return df_error(-EINVAL, "%s: its entry '%s' %s", archive->name, df_bytes_print(text, sizeof text, entry),
                    what);
}

/* ---------------------------------------------------------------------------------- the end -- */

/** The last end record whose comment reaches exactly to the archive's end. */
static int find_end(const Archive *archive, DfBytes *end)
{
    const uint8_t *begin = archive->bytes.begin;
    size_t size = df_bytes_left(&archive->bytes);
    for (size_t comment = 0; comment <= MOST_COMMENT && END_SIZE + comment <= size; comment++) {
        const uint8_t *at = begin + size - END_SIZE - comment;
        if (memcmp(at, "PK\5\6", 4) || (at[20] | at[21] << 8) != (int)comment)
            continue;
        *end = df_bytes(at + 4, END_SIZE - 4);
        return 0;
    }
    return df_error(-EINVAL, "%s: its zip archive has no end: the file is cut short", archive->name);
}

static int read_end(Archive *archive, uint16_t *count)
{
    DfBytes end, bytes = archive->bytes;
    uint16_t disk, first_disk, here;
    uint32_t size, offset;
    if (find_end(archive, &end) < 0)
        return -EINVAL;
    size_t end_offset = end.begin - 4 - bytes.begin;
    if (df_bytes_u16(&end, &disk) < 0 || df_bytes_u16(&end, &first_disk) < 0 ||
        df_bytes_u16(&end, &here) < 0 || df_bytes_u16(&end, count) < 0 || df_bytes_u32(&end, &size) < 0 ||
        df_bytes_u32(&end, &offset) < 0)
        return damaged(archive, "its zip archive's end record is incomplete");
    if (*count == UINT16_MAX || size == UINT32_MAX || offset == UINT32_MAX)
        return df_error(-EINVAL, "%s: is a zip64 archive of more than 65534 entries or 4 GiB, which no "
                        "checkpoint of use is", archive->name);
    if (disk || first_disk || here != *count)
        return df_error(-EINVAL, "%s: is one part of a zip archive of several: join them first",
                        archive->name);
    if ((uint64_t)offset + size > end_offset)
        return damaged(archive, "its zip directory does not lie before the archive's end");
    archive->data_size = offset;
    df_bytes_take(&bytes, offset, &(DfBytes){ 0 });
    return df_bytes_take(&bytes, size, &archive->directory);
}

/* ------------------------------------------------------------------------------------ entries -- */

/** What the directory says about an entry. */
typedef struct Header {
    uint16_t flags, method, name_length, extra_length, comment_length;
    uint32_t stored, size, offset;
} Header;

static int read_header(DfBytes *directory, Header *h)
{
    DfBytes fields, skipped;
    if (df_bytes_take(directory, ENTRY_SIZE, &fields) < 0 || memcmp(fields.at, "PK\1\2", 4) ||
        df_bytes_take(&fields, 8, &skipped) < 0 ||  /* signature, versions */
        df_bytes_u16(&fields, &h->flags) < 0 || df_bytes_u16(&fields, &h->method) < 0 ||
        df_bytes_take(&fields, 8, &skipped) < 0 ||  /* time, date, CRC */
        df_bytes_u32(&fields, &h->stored) < 0 || df_bytes_u32(&fields, &h->size) < 0 ||
        df_bytes_u16(&fields, &h->name_length) < 0 || df_bytes_u16(&fields, &h->extra_length) < 0 ||
        df_bytes_u16(&fields, &h->comment_length) < 0 ||
        df_bytes_take(&fields, 8, &skipped) < 0)    /* disk, attributes */
        return -EINVAL;
    return df_bytes_u32(&fields, &h->offset);
}

/** The entry's bytes: behind its local header, whose name must be the directory's, before the directory. */
static int read_data(const Archive *archive, const Header *header, DfZipEntry *entry)
{
    DfBytes data = df_bytes(archive->bytes.begin, archive->data_size), fields, skipped, name;
    uint16_t name_length, extra_length;
    if (df_bytes_take(&data, header->offset, &skipped) < 0 || df_bytes_take(&data, LOCAL_SIZE, &fields) < 0 ||
        memcmp(fields.at, "PK\3\4", 4) || df_bytes_take(&fields, LOCAL_SIZE - 4, &skipped) < 0 ||
        df_bytes_u16(&fields, &name_length) < 0 || df_bytes_u16(&fields, &extra_length) < 0 ||
        df_bytes_take(&data, name_length, &name) < 0 || name_length != df_bytes_left(&entry->name) ||
        memcmp(name.at, entry->name.at, name_length))
        return entry_error(archive, &entry->name, "is not where the zip directory says: the file is damaged");
    if (df_bytes_take(&data, extra_length, &skipped) < 0 ||
        df_bytes_take(&data, header->size, &entry->data) < 0)
        return entry_error(archive, &entry->name, "reaches into the zip directory: the file is damaged");
    return 0;
}

static int read_entry(Archive *archive, DfZipEntry *entry)
{
    Header header;
    DfBytes *directory = &archive->directory, skipped;
    if (read_header(directory, &header) < 0 ||
        df_bytes_take(directory, header.name_length, &entry->name) < 0 ||
        df_bytes_take(directory, header.extra_length, &skipped) < 0 ||
        df_bytes_take(directory, header.comment_length, &skipped) < 0)
        return damaged(archive, "its zip directory is not what the archive's end says");
    if (header.flags & ENCRYPTED)
        return entry_error(archive, &entry->name, "is encrypted: unpack the archive first");
    if (header.method)
        return entry_error(archive, &entry->name, "is compressed, as none of a checkpoint is: unpack the "
                           "archive first");
    if (header.stored != header.size)
        return entry_error(archive, &entry->name, "has two sizes: the file is damaged");
    return read_data(archive, &header, entry);
}

/* ------------------------------------------------------------------------------------ by name -- */

static int by_name(const void *a, const void *b)
{
    return df_bytes_compare(&((const DfZipEntry *)a)->name, &((const DfZipEntry *)b)->name);
}

/** A name in parts. */
typedef struct Parts {
    const DfBytes *parts;
    int count;
} Parts;

static int parts_of_entry(const void *parts, const void *entry)
{
    const Parts *name = parts;
    DfBytes rest = ((const DfZipEntry *)entry)->name, piece;
    for (int i = 0; i < name->count; i++) {
        size_t size = df_bytes_left(&name->parts[i]);
        df_bytes_take(&rest, DF_MIN(size, df_bytes_left(&rest)), &piece);
        int order = memcmp(name->parts[i].at, piece.at, df_bytes_left(&piece));
        if (order || df_bytes_left(&piece) < size)
            return order ? order : 1;
    }
    return df_bytes_left(&rest) ? -1 : 0;
}

const DfZipEntry *df_zip_find(const DfZip *zip, const DfBytes *parts, int count)
{
    Parts name = { parts, count };
    if (!zip->count)
        return NULL;
    return bsearch(&name, zip->entries, zip->count, sizeof *zip->entries, parts_of_entry);
}

/* -------------------------------------------------------------------------------- the archive -- */

int df_zip_read(DfZip *zip, const char *name, const uint8_t *bytes, size_t size)
{
    Archive archive = { .name = name, .bytes = df_bytes(bytes, size) };
    uint16_t count;
    if (read_end(&archive, &count) < 0)
        return -EINVAL;
    if (count > df_bytes_left(&archive.directory) / ENTRY_SIZE)
        return damaged(&archive, "its zip directory has no room for its entries");
    if (!count)
        return 0;
    zip->entries = df_alloc(count * sizeof *zip->entries);
    if (!zip->entries)
        return -ENOMEM;
    for (; zip->count < count; zip->count++)
        if (read_entry(&archive, &zip->entries[zip->count]) < 0)
            return -EINVAL;
    if (df_bytes_left(&archive.directory))
        return damaged(&archive, "its zip directory is longer than its entries");
    qsort(zip->entries, count, sizeof *zip->entries, by_name);
    for (size_t i = 1; i < count; i++)
        if (!by_name(&zip->entries[i - 1], &zip->entries[i]))
            return entry_error(&archive, &zip->entries[i].name, "is there twice: the file is damaged");
    return 0;
}

void df_zip_free(DfZip *zip)
{
    df_free(zip->entries);
    *zip = (DfZip){ 0 };
}
