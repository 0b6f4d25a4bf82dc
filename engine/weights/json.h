/**
 * @file
 * A strict reader for JSON (RFC 8259) from untrusted bytes: one pass, no tree, bounded depth.
 *
 * Every function that fails returns -EINVAL (-ENOMEM) and records what was expected where; the cursor is then
 * of no more use.
 */
#ifndef DF_JSON_H
#define DF_JSON_H

#include "weights/bytes.h"

/** Objects and arrays within one another that df_json_skip() follows. */
#define DF_JSON_DEPTH 32

/** A place in a JSON text. */
typedef struct DfJson {
    DfBytes bytes;    /**< the text; the cursor is at the next thing to read */
    const char *name; /**< of the file, for messages */
} DfJson;

/** Record "NAME: header is not valid JSON: expected WHAT at byte N". @return -EINVAL */
int df_json_error(const DfJson *json, const char *expected);

/** Step over white space and the character `c`, which must follow. */
int df_json_expect(DfJson *json, char c);

/**
 * Step to the next element of an object or array that df_json_expect() has opened.
 * @param close  '}' or ']'   @param first  1 before the first element; set to 0
 * @return 1: an element follows; 0: it has been closed
 */
int df_json_more(DfJson *json, char close, int *first);

/** Read a string: UTF-8, NUL not allowed, escapes replaced. @param[out] text  from df_alloc() */
int df_json_string(DfJson *json, char **text);

/** Read an integer of 0..2^63-1 in its plain form. */
int df_json_unsigned(DfJson *json, uint64_t *value);

/** Read and forget a value of any kind. */
int df_json_skip(DfJson *json);

/** Check that only white space is left. */
int df_json_end(DfJson *json);

#endif
