/**
 * @file
 * Untrusted bytes to named tensors. A file is data: whatever its bytes, a reader returns tensors that lie
 * within it or one clear error.
 */
#ifndef DF_WEIGHTS_H
#define DF_WEIGHTS_H

#include "base.h"

/** How a tensor's values are stored, little-endian. */
enum DfType { DF_F32, DF_F16, DF_BF16, DF_OTHER_TYPE };

/** Most dimensions of a tensor that is read; convolutions have four. */
#define DF_MAX_RANK 8

/** Most tensors of a file, and characters of a name: a few bytes of a file may not become much memory. */
enum { DF_MOST_TENSORS = 32768, DF_MOST_NAME = 255 };

/**
 * A tensor as it lies in its file. Value (i, j, ...) lies i * stride[0] + j * stride[1] + ... values after
 * the first; a reader has seen to it that all of them lie within the file's bytes.
 */
typedef struct DfTensor {
    char *name;
    enum DfType type;
    int rank;
    uint64_t shape[DF_MAX_RANK];
    uint64_t stride[DF_MAX_RANK]; /**< in values */
    uint64_t count;      /**< values: the product of the shape, 1 for rank 0 */
    const uint8_t *data; /**< its first value; NULL where count is 0 */
    int has_crc;         /**< 1: the `count` values from data on, in a row, have this CRC-32C */
    uint32_t crc;
} DfTensor;

/** A name and a text that a file says about itself. */
typedef struct DfMeta {
    char *key, *value;
} DfMeta;

/** A file that was read. */
typedef struct DfFile {
    char *path;
    uint8_t *bytes;
    size_t size;
} DfFile;

/** What a checkpoint holds. Immutable once open. Thread-safety: may be shared. */
typedef struct DfWeights {
    char *name;            /**< for messages: the path of its (first) file, or a built-in model's name */
    const char *container; /**< "safetensors", "PyTorch zip", "PyTorch legacy", "TensorFlow" (static) */
    DfTensor *tensors;     /**< sorted by name */
    size_t tensor_count;
    DfMeta *meta;          /**< sorted by key */
    size_t meta_count;
    DfFile *files;         /**< those that were read, whole; none where the bytes are borrowed */
    size_t file_count;
} DfWeights;

/**
 * Read a file whose container is told from its bytes. It must be a local, regular file. A TensorFlow
 * checkpoint may be named by its index (dir/snap-0.index), without that ending, or by its folder with its
 * `checkpoint` (or checkpoint.txt) file.
 * @return 0; a negative errno where it cannot be read, -EINVAL where it is not understood, -ENOMEM
 */
int df_weights_open(DfWeights **weights, const char *name);

/**
 * The same for bytes in memory, which must outlive the weights. `name` is for messages. TensorFlow's index is
 * refused: its values lie in other files.
 */
int df_weights_parse(DfWeights **weights, const char *name, const uint8_t *bytes, size_t size);

/**
 * See whether a name leads to a readable file, in all forms that df_weights_open() takes; it is not read:
 * what deepfill_model_exists() asks of a name that is not built in.
 * @return 0; a negative errno. Only where there is more to say than that errno does is a cause recorded: call
 *         df_error() with your own sentence, which then counts where there is none.
 */
int df_weights_exist(const char *name);

/** Free weights and set *weights to NULL; NULL is fine. */
void df_weights_close(DfWeights **weights);

/** @return the tensor of that name, or NULL. */
const DfTensor *df_weights_find(const DfWeights *weights, const char *name);

/** @return what the file says about itself under that key, or NULL. */
const char *df_weights_meta(const DfWeights *weights, const char *key);

/**
 * A tensor's values as float32, in row order, whatever its strides.
 * @param out  tensor->count floats
 * @return 0; -EINVAL where its type is not a float's, a value is not finite or the checksum does not fit
 */
int df_tensor_read(const DfWeights *weights, const DfTensor *tensor, float *out);

/**
 * Write a shape as "64x5x5x5" ("a single value" for rank 0).
 * @param text  room for size bytes; what does not fit is cut off
 */
void df_tensor_shape_text(char *text, size_t size, const uint64_t *shape, int rank);

/** Lay a tensor's values out in row order: sets its strides. */
void df_tensor_pack(DfTensor *tensor);

/* -------------------------------------------------------------- inside the room: containers -- */

/** Weights without tensors; df_weights_close() frees them. @return 0, -ENOMEM */
int df_weights_create(DfWeights **weights, const char *name);

/**
 * Give a tensor of rank 0 and count 1 one more dimension, up to DF_MAX_RANK.
 * @param file  for messages   @return 0, -EINVAL
 */
int df_tensor_add_side(const char *file, DfTensor *tensor, uint64_t side);

/** Whether a tensor's values, of so many bytes each, have that many bytes. @return 0, -EINVAL */
int df_tensor_check_size(const char *file, const DfTensor *tensor, unsigned value_bytes, uint64_t bytes);

/** Sort tensors and metadata by name. @return 0; -EINVAL where a name comes twice */
int df_weights_sort(DfWeights *weights);

/** Read a safetensors file into weights whose name is set; after an error the close frees what is there. */
int df_safetensors_parse(DfWeights *weights, const uint8_t *bytes, size_t size);

#endif
