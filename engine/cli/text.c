/**
 * @file
 * UTF-8 read without trust, terminals and JSON written without surprise.
 */
#include "cli/text.h"

#include <math.h>

/** Bytes of the character that begins here, and its code; 0 where no valid one does (RFC 3629). */
static int character(const char *text, uint32_t *code)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    const uint8_t *byte = (const uint8_t *)text;
    int length = *byte < 0x80 ? 1 : *byte >> 5 == 6 ? 2 : *byte >> 4 == 14 ? 3 : *byte >> 3 == 30 ? 4 : 0;
    *code = length == 1 ? *byte : *byte & (0x7F >> length);
    for (int i = 1; i < length; i++) {
        if (byte[i] >> 6 != 2)
            return 0;
        *code = *code << 6 | (byte[i] & 0x3F);
    }
    if (!length || *code < least[length] || *code > 0x10FFFF || (*code >= 0xD800 && *code <= 0xDFFF))
        return 0;
    return length;
}

/** C0, delete, C1; characters that turn the direction of what follows. */
static int moves_cursor(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x202A && code <= 0x202E) ||
           (code >= 0x2066 && code <= 0x2069);
}

void df_text_put(FILE *to, const char *text)
{
    uint32_t code;
    while (*text) {
        int length = character(text, &code);
        if (!length || moves_cursor(code))
            fputc('?', to);
        else
            fwrite(text, length, 1, to);
        text += length ? length : 1;
    }
}

/* ---------------------------------------------------------------------------------------- JSON -- */

static void put_string(FILE *to, const char *text)
{
    uint32_t code;
    fputc('"', to);
    while (*text) {
        int length = character(text, &code);
        if (!length)
            fputs("\\ufffd", to);
        else if (code == '"' || code == '\\')
            fprintf(to, "\\%c", (char)code);
        else if (moves_cursor(code))
            fprintf(to, "\\u%04x", (unsigned)code);
        else
            fwrite(text, length, 1, to);
        text += length ? length : 1;
    }
    fputc('"', to);
}

static void begin_element(DfJsonOut *json, const char *key)
{
    if (json->filled)
        fputc(',', json->to);
    if (json->depth)
        fprintf(json->to, "\n%*s", 2 * json->depth, "");
    if (key) {
        put_string(json->to, key);
        fputs(": ", json->to);
    }
    json->filled = 1;
}

void df_json_open(DfJsonOut *json, const char *key, char bracket)
{
    begin_element(json, key);
    fputc(bracket, json->to);
    json->depth++;
    json->filled = 0;
}

void df_json_close(DfJsonOut *json, char bracket)
{
    json->depth--;
    if (json->filled)
        fprintf(json->to, "\n%*s", 2 * json->depth, "");
    fputc(bracket, json->to);
    json->filled = 1;
    if (!json->depth)
        fputc('\n', json->to);
}

void df_json_text(DfJsonOut *json, const char *key, const char *text)
{
    begin_element(json, key);
    if (text)
        put_string(json->to, text);
    else
        fputs("null", json->to);
}

void df_json_number(DfJsonOut *json, const char *key, uint64_t number)
{
    begin_element(json, key);
    fprintf(json->to, "%llu", (unsigned long long)number);
}

void df_json_real(DfJsonOut *json, const char *key, double number)
{
    begin_element(json, key);
    if (isfinite(number))
        fprintf(json->to, "%.6g", number);
    else
        fputs("null", json->to);
}

void df_json_bool(DfJsonOut *json, const char *key, int value)
{
    begin_element(json, key);
    fputs(value ? "true" : "false", json->to);
}
