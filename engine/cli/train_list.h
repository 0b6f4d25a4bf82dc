/**
 * @file
 * The pictures and films of a folder to train with.
 */
#ifndef DF_CLI_TRAIN_LIST_H
#define DF_CLI_TRAIN_LIST_H

#include <stddef.h>

/** A file. */
typedef struct DfTrainFile {
    char *path;
    int is_film; /**< by its name */
} DfTrainFile;

/** Files in an order that is the same on every machine. */
typedef struct DfTrainList {
    DfTrainFile *files;
    size_t count;
    size_t held_out; /**< that heldout.txt names */
} DfTrainList;

/**
 * List a folder's files and those of the folders in it, sorted by the bytes of their names; files whose names begin
 * with a dot or do not end as pictures and films do are left out, and so are those whose names are lines of the
 * folder's heldout.txt. A link to a folder that it lies in is not followed. A path that is a file is listed alone.
 * @param[out] list  to be freed in any case
 * @param sheet      a picture of the run's own, which is left out; it need not be there
 * @return 0 or a negative errno, with the cause recorded
 */
int df_train_list(DfTrainList *list, const char *path, const char *sheet);

void df_train_list_free(DfTrainList *list);

#endif
