/**
 * @file
 * JSON, strictly: what the grammar does not allow is refused, as two readers that disagree about a file are
 * the beginning of an attack.
 */
#include "weights/json.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

int df_json_error(const DfJson *json, const char *expected)
{
    return df_error(-EINVAL, "%s: its header is not valid JSON: expected %s at byte %zu of it", json->name,
                    expected, df_bytes_offset(&json->bytes));
}

static int skip_space(DfJson *json)
{
    int c;
    while ((c = df_bytes_peek(&json->bytes)) == ' ' || c == '\t' || c == '\n' || c == '\r')
        df_bytes_next(&json->bytes);
    return c;
}

int df_json_expect(DfJson *json, char c)
{
    char expected[] = { '\'', c, '\'', 0 };
    if (skip_space(json) != c)
        return df_json_error(json, expected);
    df_bytes_next(&json->bytes);
    return 0;
}

int df_json_more(DfJson *json, char close, int *first)
{
    int c = skip_space(json), was_first = *first;
    *first = 0;
    if (c == close) {
        df_bytes_next(&json->bytes);
        return 0;
    }
    if (was_first)
        return 1;
    if (c != ',')
        return df_json_error(json, close == '}' ? "',' or '}'" : "',' or ']'");
    df_bytes_next(&json->bytes);
    return 1;
}

int df_json_end(DfJson *json)
{
    return skip_space(json) < 0 ? 0 : df_json_error(json, "its end");
}

/* ----------------------------------------------------------------------------------- strings -- */

/** Value of a hexadecimal digit, or -1. */
static int hex_digit(int c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 'a' - 'A';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int hex4(DfJson *json, uint32_t *value)
{
    *value = 0;
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(df_bytes_next(&json->bytes));
        if (digit < 0)
            return df_json_error(json, "four hexadecimal digits");
        *value = *value << 4 | digit;
    }
    return 0;
}

/** What follows "\u": one code point, written as one or, above U+FFFF, as two halves. */
static int unicode(DfJson *json, uint32_t *point)
{
    uint32_t low;
    if (hex4(json, point) < 0)
        return -EINVAL;
    if (*point >= 0xDC00 && *point < 0xE000)
        return df_json_error(json, "the first half of a surrogate pair");
    if (*point < 0xD800 || *point >= 0xE000)
        return 0;
    if (df_bytes_next(&json->bytes) != '\\' || df_bytes_next(&json->bytes) != 'u')
        return df_json_error(json, "the second half of a surrogate pair");
    if (hex4(json, &low) < 0)
        return -EINVAL;
    if (low < 0xDC00 || low >= 0xE000)
        return df_json_error(json, "the second half of a surrogate pair");
    *point = 0x10000 + ((*point - 0xD800) << 10) + (low - 0xDC00);
    return 0;
}

static char *put_utf8(char *out, uint32_t point)
{
    if (point < 0x80) {
        *out++ = point;
        return out;
    }
    int more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
    static const uint8_t lead[] = { 0, 0xC0, 0xE0, 0xF0 };
    *out++ = lead[more] | point >> 6 * more;
    while (more--)
        *out++ = 0x80 | (point >> 6 * more & 0x3F);
    return out;
}

/** What follows a backslash; at most 4 bytes, no more than it took to write. */
static int escape(DfJson *json, char **out)
{
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    int c = df_bytes_next(&json->bytes);
    const char *known = c > 0 ? strchr(names, c) : NULL;
    uint32_t point;
    if (known) {
        *(*out)++ = values[known - names];
        return 0;
    }
    if (c != 'u')
        return df_json_error(json, "a known escape");
    if (unicode(json, &point) < 0)
        return -EINVAL;
    if (!point)
        return df_json_error(json, "no zero character");
    *out = put_utf8(*out, point);
    return 0;
}

/** Length of the UTF-8 sequence that begins with byte c, or 0. */
static int sequence(int c)
{
    if (c < 0x80)
        return 1;
    if (c < 0xC0)
        return 0;
    return c < 0xE0 ? 2 : c < 0xF0 ? 3 : c < 0xF8 ? 4 : 0;
}

/** Copy one character as it stands, if it is one. */
static int plain(DfJson *json, int c, char **out)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 }; /* point that needs so many bytes */
    uint32_t point;
    int length = sequence(c);
    if (!length || c < 0x20)
        return df_json_error(json, "UTF-8 text without control characters");
    *(*out)++ = c;
    point = length == 1 ? c : c & (0x7F >> length);
    for (int i = 1; i < length; i++) {
        c = df_bytes_next(&json->bytes);
        if (c < 0 || (c & 0xC0) != 0x80)
            return df_json_error(json, "UTF-8 text");
        point = point << 6 | (c & 0x3F);
        *(*out)++ = c;
    }
    if (point < least[length] || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000))
        return df_json_error(json, "UTF-8 text");
    return 0;
}

/** Up to the closing quote; nothing becomes longer than it was written. */
static int characters(DfJson *json, char *out)
{
    for (;;) {
        int c = df_bytes_next(&json->bytes);
        if (c == '"')
            break;
        if (c < 0)
            return df_json_error(json, "a closing quote");
        if ((c == '\\' ? escape(json, &out) : plain(json, c, &out)) < 0)
            return -EINVAL;
    }
    *out = 0;
    return 0;
}

/** Bytes up to the closing quote, or to the end where there is none. */
static size_t written_length(const DfBytes *bytes)
{
    const uint8_t *at = bytes->at;
    for (; at < bytes->end && *at != '"'; at++)
        if (*at == '\\' && at + 1 < bytes->end)
            at++;
    return at - bytes->at;
}

int df_json_string(DfJson *json, char **text)
{
    *text = NULL;
    if (skip_space(json) != '"')
        return df_json_error(json, "a string");
    df_bytes_next(&json->bytes);
    char *out = df_alloc(written_length(&json->bytes) + 1);
    if (!out)
        return -ENOMEM;
    int ret = characters(json, out);
    if (ret < 0) {
        df_free(out);
        return ret;
    }
    *text = out;
    return 0;
}

/* ------------------------------------------------------------------------------ other values -- */

static int is_digit(int c)
{
    return c >= '0' && c <= '9';
}

int df_json_unsigned(DfJson *json, uint64_t *value)
{
    int c = skip_space(json), leading_zero = c == '0';
    if (!is_digit(c))
        return df_json_error(json, "a whole number that is not negative");
    *value = 0;
    for (int digits = 0; is_digit(c = df_bytes_peek(&json->bytes)); digits++) {
        if ((leading_zero && digits) || *value > (INT64_MAX - 9) / 10)
            return df_json_error(json, "a whole number below 2^63 in its plain form");
        *value = *value * 10 + (c - '0');
        df_bytes_next(&json->bytes);
    }
    if (c == '.' || c == 'e' || c == 'E')
        return df_json_error(json, "a whole number in its plain form");
    return 0;
}

static int skip_digits(DfJson *json)
{
    if (!is_digit(df_bytes_peek(&json->bytes)))
        return df_json_error(json, "a digit");
    while (is_digit(df_bytes_peek(&json->bytes)))
        df_bytes_next(&json->bytes);
    return 0;
}

static int skip_number(DfJson *json)
{
    if (df_bytes_peek(&json->bytes) == '-')
        df_bytes_next(&json->bytes);
    if (df_bytes_peek(&json->bytes) == '0')
        df_bytes_next(&json->bytes);
    else if (skip_digits(json) < 0)
        return -EINVAL;
    if (df_bytes_peek(&json->bytes) == '.') {
        df_bytes_next(&json->bytes);
        if (skip_digits(json) < 0)
            return -EINVAL;
    }
    int c = df_bytes_peek(&json->bytes);
    if (c != 'e' && c != 'E')
        return 0;
    df_bytes_next(&json->bytes);
    c = df_bytes_peek(&json->bytes);
    if (c == '+' || c == '-')
        df_bytes_next(&json->bytes);
    return skip_digits(json);
}

static int skip_word(DfJson *json)
{
    static const char *const words[] = { "true", "false", "null" };
    for (size_t i = 0; i < DF_COUNT(words); i++) {
        size_t length = strlen(words[i]);
        if (df_bytes_left(&json->bytes) >= length && !memcmp(json->bytes.at, words[i], length)) {
            json->bytes.at += length;
            return 0;
        }
    }
    return df_json_error(json, "a value");
}

static int skip_string(DfJson *json)
{
    char *text;
    int ret = df_json_string(json, &text);
    df_free(text);
    return ret;
}

static int skip_value(DfJson *json, int depth);

static int skip_group(DfJson *json, char open, char close, int depth)
{
    int first = 1, more;
    if (depth == DF_JSON_DEPTH)
        return df_json_error(json, "less nesting");
    if (df_json_expect(json, open) < 0)
        return -EINVAL;
    while ((more = df_json_more(json, close, &first)) > 0) {
        int ret = close == '}' ? skip_string(json) : 0;
        if (!ret && close == '}')
            ret = df_json_expect(json, ':');
        if (!ret)
            ret = skip_value(json, depth + 1);
        if (ret)
            return ret;
    }
    return more;
}

static int skip_value(DfJson *json, int depth)
{
    int c = skip_space(json);
    switch (c) {
    case '{': return skip_group(json, '{', '}', depth);
    case '[': return skip_group(json, '[', ']', depth);
    case '"': return skip_string(json);
    default: return c == '-' || is_digit(c) ? skip_number(json) : skip_word(json);
    }
}

int df_json_skip(DfJson *json)
{
    return skip_value(json, 0);
}
