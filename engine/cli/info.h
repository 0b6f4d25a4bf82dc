/**
 * @file
 * What `deepfill info` tells, in two forms.
 */
#ifndef DF_CLI_INFO_H
#define DF_CLI_INFO_H

#include "cli/checkpoint.h"
#include "cli/digest.h"

/** A file of the checkpoint's. */
typedef struct DfInfoFile {
    const char *path;
    size_t size;
    char digest[DF_DIGEST_TEXT + 1];
} DfInfoFile;

/** What is known of a checkpoint. */
typedef struct DfInfo {
    const DfCheckpoint *checkpoint;
    const char *error; /**< why it is no model, in words; NULL: it is one */
    int64_t parameters; /**< weights and biases; of a model alone */
    char input[40];     /**< planes of the first stage: "bgr,ones,mask"; of a network alone */
    DfInfoFile *files;
    size_t file_count;
    int tensors;        /**< 1: every tensor, one by one */
} DfInfo;

/** @return "float32", ...: how a tensor's values are stored */
const char *df_info_type(const DfTensor *tensor);

/** @return whether the network uses that tensor; without a network, none is used. */
int df_info_uses(const DfInfo *info, size_t tensor);

/** Write it for people, or as JSON, to stdout. @return 0 or -ENOMEM */
int df_info_text(const DfInfo *info);
int df_info_json(const DfInfo *info);

#endif
