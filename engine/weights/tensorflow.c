/**
 * @file
 * TensorFlow's V2 checkpoint:
 *
 *     snap-0.index                  which tensors there are: see bundle.c
 *     snap-0.data-00000-of-00001    a shard: tensors' bytes, little-endian, in row order
 *     snap-0.meta                   the graph, which is not read
 *
 * Every tensor is known to lie within its shard, and all shards within the limit, before one of them is read.
 */
#include "weights/tensorflow.h"
#include "weights/bundle.h"
#include "weights/file.h"
#include "weights/unsupported.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

/* A shard so small may be something else in its place: looked into to say what. */
#define SMALL 65536

/** A shard while its tensors are bound. */
typedef struct Shard {
    char *path;           /* NULL: no tensor lies in it */
    const DfTensor *last; /* the tensor that ends last in it */
    uint64_t end;         /* where that ends */
    uint64_t size;
    const uint8_t *bytes;
} Shard;

/** A checkpoint while it is read. */
typedef struct Checkpoint {
    DfBundle bundle;
    Shard *shards;
} Checkpoint;

/* -------------------------------------------------------------------------------------- shards -- */

/** Beside the index, and named like it. */
static int name_shard(const Checkpoint *checkpoint, Shard *shard)
{
    const char *name = checkpoint->bundle.weights->name;
    size_t length = strlen(name);
    if (length < 6 || strcmp(name + length - 6, ".index"))
        return df_error(-EINVAL, "%s: is the index of a TensorFlow checkpoint, whose values lie in files "
                        "beside it: rename it so that it ends in .index", name);
    shard->path = df_text("%.*s.data-%05d-of-%05d", (int)length - 6, name, (int)(shard - checkpoint->shards),
                          checkpoint->bundle.shard_count);
    return shard->path ? 0 : -ENOMEM;
}

/** Name the shards in which tensors lie, and see how long each must be. */
static int find_shards(Checkpoint *checkpoint)
{
    const DfWeights *weights = checkpoint->bundle.weights;
    checkpoint->shards = df_alloc(checkpoint->bundle.shard_count * sizeof *checkpoint->shards);
    if (!checkpoint->shards)
        return -ENOMEM;
    for (size_t i = 0; i < weights->tensor_count; i++) {
        const DfBundleEntry *entry = &checkpoint->bundle.entries[i];
        Shard *shard = &checkpoint->shards[entry->shard];
        int ret = shard->path ? 0 : name_shard(checkpoint, shard);
        if (ret < 0)
            return ret;
        if (shard->last && entry->offset + entry->size <= shard->end)
            continue;
        shard->end = entry->offset + entry->size;
        shard->last = &weights->tensors[i];
    }
    return 0;
}

static int missing(const Checkpoint *checkpoint, const Shard *shard)
{
    return df_error(-ENOENT, "%s: is missing: it holds values of the checkpoint %s", shard->path,
                    checkpoint->bundle.weights->name);
}

static int check_shard(const Shard *shard)
{
    if (shard->size >= shard->end)
        return 0;
    return df_error(-EINVAL, "%s: tensor '%.80s' ends at byte %" PRIu64 " of the file, which has %" PRIu64
                    ": the file is cut short", shard->path, shard->last->name, shard->end, shard->size);
}

/** A shard that is too short may be a pointer to it, or the page of a failed download. */
static int check_unsupported(const Shard *shard)
{
    DfFile file;
    if (shard->size >= shard->end || shard->size > SMALL)
        return 0;
    int ret = df_file_read(&file, shard->path, SMALL);
    if (ret < 0)
        return ret;
    const char *unsupported = df_unsupported_find(shard->path, file.bytes, file.size);
    if (unsupported)
        ret = df_error(-EINVAL, "%s: %s", shard->path, unsupported);
    df_file_free(&file);
    return ret;
}

/* ---------------------------------------------------------------------------------------- files -- */

static int measure_shard(const Checkpoint *checkpoint, Shard *shard)
{
    if (access(shard->path, F_OK) < 0 && errno == ENOENT)
        return missing(checkpoint, shard);
    int ret = df_file_measure(shard->path, &shard->size);
    if (!ret)
        ret = check_unsupported(shard);
    return ret < 0 ? ret : check_shard(shard);
}

static int measure_shards(Checkpoint *checkpoint)
{
    uint64_t total = checkpoint->bundle.weights->files[0].size;
    for (int i = 0; i < checkpoint->bundle.shard_count; i++) {
        Shard *shard = &checkpoint->shards[i];
        int ret = shard->path ? measure_shard(checkpoint, shard) : 0;
        if (ret < 0)
            return ret;
        if (shard->size > DF_FILE_LIMIT - total)
            return df_error(-EFBIG, "%s: has %" PRIu64 " bytes, %" PRIu64 " with those before it, expected "
                            "at most %" PRIu64, shard->path, shard->size, total + shard->size, DF_FILE_LIMIT);
        total += shard->size;
    }
    return 0;
}

/** What was measured may be another file by now. */
static int load_shards(Checkpoint *checkpoint)
{
    DfWeights *weights = checkpoint->bundle.weights;
    for (int i = 0; i < checkpoint->bundle.shard_count; i++) {
        Shard *shard = &checkpoint->shards[i];
        if (!shard->path)
            continue;
        int ret = df_weights_load(weights, shard->path);
        if (ret < 0)
            return ret;
        const DfFile *file = &weights->files[weights->file_count - 1];
        shard->bytes = file->bytes;
        shard->size = file->size;
        if (check_shard(shard) < 0)
            return -EINVAL;
    }
    return 0;
}

/* --------------------------------------------------------------------------------------- memory -- */

static int take_shards(Checkpoint *checkpoint, const DfBytes *parts, size_t count)
{
    for (int i = 0; i < checkpoint->bundle.shard_count; i++) {
        Shard *shard = &checkpoint->shards[i];
        if (!shard->path)
            continue;
        if ((size_t)i >= count)
            return missing(checkpoint, shard);
        shard->size = df_bytes_left(&parts[i]);
        shard->bytes = parts[i].at;
        if (check_shard(shard) < 0)
            return -EINVAL;
    }
    return 0;
}

/* ---------------------------------------------------------------------------------- checkpoints -- */

static void bind(const Checkpoint *checkpoint)
{
    const DfWeights *weights = checkpoint->bundle.weights;
    for (size_t i = 0; i < weights->tensor_count; i++) {
        const DfBundleEntry *entry = &checkpoint->bundle.entries[i];
        if (weights->tensors[i].count)
            weights->tensors[i].data = checkpoint->shards[entry->shard].bytes + entry->offset;
    }
}

static void close_checkpoint(Checkpoint *checkpoint)
{
    for (int i = 0; checkpoint->shards && i < checkpoint->bundle.shard_count; i++)
        df_free(checkpoint->shards[i].path);
    df_free(checkpoint->shards);
    df_free(checkpoint->bundle.entries);
}

int df_tensorflow_parse(DfWeights *weights, const uint8_t *bytes, size_t size)
{
    Checkpoint checkpoint = { .bundle.weights = weights };
    int ret = df_bundle_read(&checkpoint.bundle, bytes, size);
    if (!ret && !weights->file_count)
        ret = df_error(-EINVAL, "%s: is the index of a TensorFlow checkpoint, whose values lie in other "
                       "files: open it from its folder", weights->name);
    if (!ret)
        ret = find_shards(&checkpoint);
    if (!ret)
        ret = measure_shards(&checkpoint);
    if (!ret)
        ret = load_shards(&checkpoint);
    if (!ret)
        bind(&checkpoint);
    close_checkpoint(&checkpoint);
    return ret;
}

int df_tensorflow_parse_parts(DfWeights *weights, const DfBytes *index, const DfBytes *shards, size_t count)
{
    Checkpoint checkpoint = { .bundle.weights = weights };
    int ret = df_bundle_read(&checkpoint.bundle, index->at, df_bytes_left(index));
    if (!ret)
        ret = find_shards(&checkpoint);
    if (!ret)
        ret = take_shards(&checkpoint, shards, count);
    if (!ret)
        bind(&checkpoint);
    close_checkpoint(&checkpoint);
    return ret;
}
