/**
 * @file
 * Files written so that a half-written one never has the name that was asked for.
 */
#ifndef DF_OUTPUT_H
#define DF_OUTPUT_H

#include <stddef.h>
#include <stdio.h>

/** @return whether what is to be written is a file that is read, by whatever names. */
int df_output_is(const char *path, const char *read);

/**
 * Check, before work is put into it, that a file can be written: its folder takes new files, and what has its
 * name now, if anything, is a regular file.
 * @return 0 or a negative errno, with the cause recorded
 */
int df_output_writable(const char *path);

/**
 * Record why a file or folder could not be had in its place: the folder that it was to lie in, where that is missing or
 * is none, or else the system's reason.
 * @param what   that failed: "written", "made"
 * @param error  a negative errno
 * @return it, or what fits better
 */
int df_output_refused(const char *path, const char *what, int error);

/** Bytes of a file. */
typedef struct DfOutPart {
    const void *bytes;
    size_t size;
} DfOutPart;

/**
 * Write a file, its parts one after another, beside its place and rename it when all of it is on the disk; after an
 * error the place is as it was. Symbolic links stay and lead to the new file; a file that is replaced leaves its mode
 * to it.
 * Signals that would end the program in the middle do so at the end. Thread-safety: one thread of a process
 * at a time.
 * @return 0; -EINVAL where the place is no regular file's; or the error of the system's call that failed;
 *         with the cause recorded
 */
int df_output_write(const char *path, const DfOutPart *parts, size_t count);

/**
 * Have a file written under a name beside its place, which ends as the place's does, and renamed, as df_output_write()
 * does. Signals that would end the program do so when it is in its place or deleted.
 * @param make  writes the file of that name, which is there and empty; @return 0 or a negative errno
 * @return what df_output_write() returns, or make()
 */
int df_output_make(const char *path, int (*make)(const char *name, const void *opaque), const void *opaque);

/**
 * Write a text as df_output_write() does.
 * @param put  prints it, to memory; @return 0 or a negative errno, with which nothing is written
 * @return what df_output_write() returns, or put(); -ENOMEM
 */
int df_output_text(const char *path, int (*put)(FILE *to, const void *opaque), const void *opaque);

#endif
