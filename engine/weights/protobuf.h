/**
 * @file
 * Protocol buffers on the wire: a message's fields one after the other.
 */
#ifndef DF_PROTOBUF_H
#define DF_PROTOBUF_H

#include "weights/bytes.h"

/** How a field's value is stored. */
enum DfWire { DF_WIRE_VARINT, DF_WIRE_64, DF_WIRE_PIECE, DF_WIRE_32 = 5 };

/** A field's number and how it is stored, as one: what a reader tells fields apart by. */
#define DF_FIELD(number, wire) ((uint64_t)(number) << 3 | (wire))

/** One field of a message. */
typedef struct DfField {
    uint64_t tag;   /**< DF_FIELD() */
    uint64_t value; /**< a number's */
    DfBytes piece;  /**< a text's, or a message's within this one */
} DfField;

/** Read the next field. @return 1; 0 at the message's end; -EINVAL where the bytes are none */
int df_field_next(DfBytes *message, DfField *field);

#endif
