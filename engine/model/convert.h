/**
 * @file
 * Checkpoints of any kind to this project's own form: safetensors with the table's names, and metadata that
 * say whose network it is.
 */
#ifndef DF_CONVERT_H
#define DF_CONVERT_H

#include "model/variant.h"

/**
 * Write the network of a binding, as it was understood. It opens again as the variant "deepfill", with the
 * same semantics and order of colours, and the same values: exactly, or, as float16, to the nearest.
 *
 * @return 0; -ERANGE where a value is too large for float16; -EINVAL, -ENOMEM; or an error of the system's
 */
int df_convert(const DfBinding *binding, const char *path, int f16);

#endif
