/**
 * @file
 * Changes of a TensorFlow checkpoint: a key or value of its index, in a table written anew; or anything, with
 * the checksums of blocks set right.
 */
#include "mutate.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "kernels/crc32c.h"
#include "weights/leveldb.h"

enum { MOST_ENTRIES = 512, KEY_ROOM = DF_LEVELDB_KEY + 64, RESTART = 16, FOOTER = 48 };

/** An entry of a table. */
typedef struct Entry {
    uint8_t key[KEY_ROOM];
    size_t key_size;
    DfBytes value;
} Entry;

/* --------------------------------------------------------------------------------------- writing -- */

static void put_varint(Out *out, uint64_t value)
{
    for (; value > 127; value >>= 7)
        out_little(out, (value & 127) | 128, 1);
    out_little(out, value, 1);
}

static uint32_t masked(uint32_t crc)
{
    return (crc >> 15 | crc << 17) + 0xa282ead8;
}

/** Of the block's bytes and its compression, 0. */
static void put_trailer(Out *out, size_t begin)
{
    out_little(out, 0, 1);
    out_little(out, masked(df_crc32c(0, out->bytes + begin, out->size - begin)), 4);
}

static size_t shared_bytes(const Entry *before, const Entry *entry)
{
    size_t shared = 0;
    while (shared < before->key_size && shared < entry->key_size && before->key[shared] == entry->key[shared])
        shared++;
    return shared;
}

static void put_block(Out *out, const Entry *entries, size_t count)
{
    uint32_t restarts[MOST_ENTRIES / RESTART + 1];
    size_t begin = out->size, restart_count = 0;
    for (size_t i = 0; i < count; i++) {
        size_t shared = i % RESTART ? shared_bytes(&entries[i - 1], &entries[i]) : 0;
        if (i % RESTART == 0)
            restarts[restart_count++] = out->size - begin;
        put_varint(out, shared);
        put_varint(out, entries[i].key_size - shared);
        put_varint(out, df_bytes_left(&entries[i].value));
        out_bytes(out, entries[i].key + shared, entries[i].key_size - shared);
        out_bytes(out, entries[i].value.at, df_bytes_left(&entries[i].value));
    }
    for (size_t i = 0; i < restart_count; i++)
        out_little(out, restarts[i], 4);
    out_little(out, restart_count, 4);
    put_trailer(out, begin);
}

static void put_handle(Out *out, size_t place, size_t end)
{
    put_varint(out, place);
    put_varint(out, end - place - 5);
}

static void put_table(Out *out, const Entry *entries, size_t count)
{
    uint8_t handle[20];
    Out handle_out = { handle, 0, sizeof handle };
    size_t begin = out->size;
    Entry *last = calloc(1, sizeof *last);
    if (!last)
        abort();
    put_block(out, entries, count);
    size_t end = out->size;
    put_handle(&handle_out, 0, end - begin);
    memset(last->key, 0xff, last->key_size = 8);
    last->value = df_bytes(handle, handle_out.size);
    put_block(out, NULL, 0);
    size_t filters_end = out->size;
    put_block(out, last, 1);
    size_t index_end = out->size;
    put_handle(out, end - begin, filters_end - begin);
    put_handle(out, filters_end - begin, index_end - begin);
    while (out->size < out->room && out->size < index_end + FOOTER - 8)
        out_little(out, 0, 1);
    out_bytes(out, "\x57\xfb\x80\x8b\x24\x75\x47\xdb", 8);
    free(last);
}

/* --------------------------------------------------------------------------------------- reading -- */

static size_t read_table(const DfBytes *index, Entry *entries)
{
    DfLeveldb table;
    DfBytes key, value;
    size_t count = 0;
    if (df_leveldb_open(&table, "FILE", index->at, df_bytes_left(index)) < 0)
        return 0;
    while (count < MOST_ENTRIES && df_leveldb_next(&table, &key, &value) > 0) {
        entries[count].key_size = df_bytes_left(&key);
        memcpy(entries[count].key, key.at, df_bytes_left(&key));
        entries[count++].value = value;
    }
    return count;
}

static int by_key(const void *a, const void *b)
{
    const Entry *s = a, *t = b;
    int order = memcmp(s->key, t->key, DF_MIN(s->key_size, t->key_size));
    return order ? order : (s->key_size > t->key_size) - (s->key_size < t->key_size);
}

/* -------------------------------------------------------------------------------------- changing -- */

static void put_part(Out *out, const uint8_t *bytes, size_t size)
{
    out_little(out, size, 4);
    out_bytes(out, bytes, size);
}

/** One entry's key or value, or the entry is left out. */
static int change_entry(Out *table, const DfBytes *index, unsigned seed)
{
    Entry *entries = calloc(MOST_ENTRIES, sizeof *entries);
    if (!entries)
        abort();
    size_t count = read_table(index, entries);
    Entry *entry = count ? &entries[seed / 8 % count] : NULL;
    DfBytes key = entry ? df_bytes(entry->key, entry->key_size) : (DfBytes){ 0 };
    Changed changed = { 0 };
    if (entry && seed % 8 == 0) {
        changed = change(&key, KEY_ROOM - entry->key_size);
        memcpy(entry->key, changed.bytes, entry->key_size = DF_MIN(changed.size, KEY_ROOM));
        if (seed % 16)
            qsort(entries, count, sizeof *entries, by_key);
    } else if (entry && seed % 8 == 1) {
        *entry = entries[--count];
        qsort(entries, count, sizeof *entries, by_key);
    } else if (entry) {
        changed = change(&entry->value, 32);
        entry->value = df_bytes(changed.bytes, changed.size);
    }
    if (entry)
        put_table(table, entries, count);
    change_free(&changed);
    free(entries);
    return entry != NULL;
}

/** The block that a handle names gets the checksum that its bytes have. */
static void repair(uint8_t *bytes, size_t size, DfBytes *handle)
{
    uint64_t place, length;
    if (df_bytes_varint(handle, &place) < 0 || df_bytes_varint(handle, &length) < 0 || place > size ||
        length > size || place + length + 5 > size)
        return;
    uint32_t crc = masked(df_crc32c(0, bytes + place, length + 1));
    for (int i = 0; i < 4; i++)
        bytes[place + length + 1 + i] = crc >> 8 * i;
}

/** The one data block ends where the filters' block, which the footer names first, begins. */
static void repair_data(uint8_t *bytes, size_t size, DfBytes footer)
{
    uint8_t handle[20];
    Out out = { handle, 0, sizeof handle };
    uint64_t end = 0;
    if (df_bytes_varint(&footer, &end) < 0 || end < 5)
        return;
    put_handle(&out, 0, end);
    DfBytes whole = df_bytes(handle, out.size);
    repair(bytes, size, &whole);
}

static int change_blindly(Out *table, const DfBytes *index)
{
    Changed changed = change(index, 64);
    if (changed.size >= FOOTER) {
        DfBytes footer = df_bytes(changed.bytes + changed.size - FOOTER, FOOTER - 8);
        repair_data(changed.bytes, changed.size, footer);
        repair(changed.bytes, changed.size, &footer);
        repair(changed.bytes, changed.size, &footer);
    }
    out_bytes(table, changed.bytes, changed.size);
    change_free(&changed);
    return 1;
}

int mutate_table(Out *out, const DfBytes *input, unsigned seed)
{
    DfBytes parts[FUZZ_PARTS];
    int count = fuzz_parts(input->at, df_bytes_left(input), parts);
    if (!count || !df_leveldb_is(parts[0].at, df_bytes_left(&parts[0])) || seed % 8 == 0)
        return 0;
    Out table = { malloc(out->room + 1), 0, out->room };
    if (!table.bytes)
        abort();
    int done = seed % 8 < 3 ? change_blindly(&table, &parts[0]) : change_entry(&table, &parts[0], seed / 8);
    if (done) {
        put_part(out, table.bytes, table.size);
        for (int i = 1; i < count; i++)
            put_part(out, parts[i].at, df_bytes_left(&parts[i]));
    }
    free(table.bytes);
    return done;
}
