/**
 * @file
 * Texts that files hold, made fit to be shown; and JSON with such texts in it.
 */
#ifndef DF_CLI_TEXT_H
#define DF_CLI_TEXT_H

#include <stdint.h>
#include <stdio.h>

/** Print a text for people: what is no UTF-8, or would move a terminal's cursor, becomes '?'. */
void df_text_put(FILE *to, const char *text);

/** @return what a noun ends by beside a number: "s", or "" beside 1 */
static inline const char *df_plural(int64_t number)
{
    return number == 1 ? "" : "s";
}

/** JSON while it is written (RFC 8259), an element a line. */
typedef struct DfJsonOut {
    FILE *to;
    int depth;  /**< objects and arrays that are open */
    int filled; /**< whether the innermost one has an element */
} DfJsonOut;

/** Begin an object ('{') or array ('['); `key` is NULL outside objects, here and below. */
void df_json_open(DfJsonOut *json, const char *key, char bracket);

/** End it with '}' or ']'. */
void df_json_close(DfJsonOut *json, char bracket);

/** A string: what is no UTF-8 becomes U+FFFD; NULL becomes null. */
void df_json_text(DfJsonOut *json, const char *key, const char *text);

void df_json_number(DfJsonOut *json, const char *key, uint64_t number);
/** Six digits; what is no finite number becomes null. */
void df_json_real(DfJsonOut *json, const char *key, double number);
void df_json_bool(DfJsonOut *json, const char *key, int value);

#endif
