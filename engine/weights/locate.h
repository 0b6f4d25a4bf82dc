/**
 * @file
 * The file that a model's name leads to. A TensorFlow checkpoint is several files, named by what they have in
 * common (snap-0), by its index (snap-0.index) or by their folder.
 */
#ifndef DF_LOCATE_H
#define DF_LOCATE_H

/**
 * Find the file to be opened.
 * @param path  gets it, from df_alloc()
 * @return 0; a negative errno. What is plainly not there, or not to be looked at, is -ENOENT, -EACCES, ...
 *         without a recorded cause, so that the caller may tell what it looked for.
 */
int df_weights_locate(const char *name, char **path);

#endif
