/**
 * @file
 * The wire format of protocol buffers: a tag (field number and kind of value), then the value. Groups, long
 * out of use, are not read.
 */
#include "weights/protobuf.h"

#include <errno.h>

static int read_value(DfBytes *message, DfField *field)
{
    uint64_t size;
    switch (field->tag & 7) {
    case DF_WIRE_VARINT:
        return df_bytes_varint(message, &field->value);
    case DF_WIRE_64:
        return df_bytes_little(message, 8, &field->value);
    case DF_WIRE_32:
        return df_bytes_little(message, 4, &field->value);
    case DF_WIRE_PIECE:
        return df_bytes_varint(message, &size) < 0 ? -EINVAL : df_bytes_take(message, size, &field->piece);
    default:
        return -EINVAL;
    }
}

int df_field_next(DfBytes *message, DfField *field)
{
    *field = (DfField){ 0 };
    if (!df_bytes_left(message))
        return 0;
    if (df_bytes_varint(message, &field->tag) < 0 || !(field->tag >> 3) || read_value(message, field) < 0)
        return -EINVAL;
    return 1;
}
