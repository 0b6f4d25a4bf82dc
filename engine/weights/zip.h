/**
 * @file
 * The entries of a zip archive in memory, as torch.save() writes it: stored, never compressed.
 *
 *     local header, name, data, [sizes again]   for each entry
 *     directory: header, name                   for each entry
 *     end record: where the directory lies
 *
 * Only the directory is trusted for sizes: a local header may have none. CRCs are not looked at: torch.save()
 * leaves them out where it is told to, and torch.load() does not look either.
 */
#ifndef DF_ZIP_H
#define DF_ZIP_H

#include "weights/bytes.h"

/** Name and data lie in the archive's bytes. */
typedef struct DfZipEntry {
    DfBytes name, data;
} DfZipEntry;

typedef struct DfZip {
    DfZipEntry *entries; /**< sorted by name, no name twice */
    size_t count;
} DfZip;

/**
 * Read an archive's directory; the entries point into `bytes`.
 * @param zip  zeroed; to be freed after an error, too   @param name  for messages
 * @return 0, -EINVAL, -ENOMEM
 */
int df_zip_read(DfZip *zip, const char *name, const uint8_t *bytes, size_t size);

/** @return the entry whose name is those parts one after another, or NULL. */
const DfZipEntry *df_zip_find(const DfZip *zip, const DfBytes *parts, int count);

/** Free what was read. */
void df_zip_free(DfZip *zip);

#endif
