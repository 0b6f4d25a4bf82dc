/**
 * @file
 * Changes of a zip archive: one entry's contents, all written anew without padding.
 */
#include "mutate.h"

#include "weights/zip.h"

static void put_common(Out *out, size_t size, size_t name_size)
{
    out_little(out, 0, 2); /* version, then flags, method, time, date, checksum */
    out_little(out, 0, 8);
    out_little(out, 0, 4);
    out_little(out, size, 4);
    out_little(out, size, 4);
    out_little(out, name_size, 2);
    out_little(out, 0, 2);
}

static void put_entry(Out *out, const DfBytes *name, const uint8_t *bytes, size_t size)
{
    out_bytes(out, "PK\3\4", 4);
    put_common(out, size, df_bytes_left(name));
    out_bytes(out, name->at, df_bytes_left(name));
    out_bytes(out, bytes, size);
}

static void put_record(Out *out, const DfBytes *name, size_t size, size_t place)
{
    out_bytes(out, "PK\1\2\0\0", 6);
    put_common(out, size, df_bytes_left(name));
    out_little(out, 0, 8); /* comment, disk, attributes */
    out_little(out, 0, 2);
    out_little(out, place, 4);
    out_bytes(out, name->at, df_bytes_left(name));
}

/** Where each entry goes. */
enum { MOST_ENTRIES = 512 };

static void write_all(Out *out, const DfZip *zip, size_t chosen, const Changed *changed)
{
    size_t places[MOST_ENTRIES], sizes[MOST_ENTRIES];
    for (size_t i = 0; i < zip->count; i++) {
        const DfBytes *data = &zip->entries[i].data;
        const uint8_t *bytes = i == chosen ? changed->bytes : data->at;
        sizes[i] = i == chosen ? changed->size : df_bytes_left(data);
        places[i] = out->size;
        put_entry(out, &zip->entries[i].name, bytes, sizes[i]);
    }
    size_t directory = out->size;
    for (size_t i = 0; i < zip->count; i++)
        put_record(out, &zip->entries[i].name, sizes[i], places[i]);
    size_t size = out->size - directory;
    out_bytes(out, "PK\5\6\0\0\0\0", 8);
    out_little(out, zip->count, 2);
    out_little(out, zip->count, 2);
    out_little(out, size, 4);
    out_little(out, directory, 4);
    out_little(out, 0, 2);
}

/** Mostly of the pickle. */
static size_t choose(const DfZip *zip, unsigned seed)
{
    for (size_t i = 0; seed % 4 && i < zip->count; i++) {
        DfBytes name = zip->entries[i].name, end;
        size_t length = df_bytes_left(&name);
        if (length > 9 && !df_bytes_take(&name, length - 9, &end) && df_bytes_equal(&name, "/data.pkl"))
            return i;
    }
    return seed / 4 % zip->count;
}

int mutate_zip(Out *out, const DfBytes *input, unsigned seed)
{
    DfZip zip = { 0 };
    int known = df_bytes_peek(input) == 'P' && seed % 4 &&
                !df_zip_read(&zip, "FILE", input->at, df_bytes_left(input)) && zip.count &&
                zip.count <= MOST_ENTRIES;
    if (known) {
        size_t chosen = choose(&zip, seed / 4);
        Changed changed = change(&zip.entries[chosen].data, 64);
        write_all(out, &zip, chosen, &changed);
        change_free(&changed);
    }
    df_zip_free(&zip);
    return known;
}
