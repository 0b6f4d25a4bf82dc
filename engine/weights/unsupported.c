/**
 * @file
 * Contents that users name in the place of a checkpoint: first bytes, then names, and the sentence for each.
 */
#include "weights/unsupported.h"
#include "base.h"

#include <string.h>
#include <strings.h>

#define POINTER "is a Git LFS pointer, not the file itself: get that by `git lfs pull`"
#define PAGE "is a web page, not a checkpoint: the download gave no file"
#define ARCHIVE "is a packed archive: unpack it first"
#define PICTURE "is a picture or film, not a checkpoint"
#define OTHER "of another kind than this program reads: save its weights as safetensors"

/** Bytes at an offset; letters match in either case. */
static const struct {
    size_t at, size;
    const char *bytes, *what;
} contents[] = {
#define MAGIC(at, bytes) at, sizeof bytes - 1, bytes
    { MAGIC(0, "version https://git-lfs"), POINTER },
    { MAGIC(0, "<!doctype html"), PAGE },
    { MAGIC(0, "<html"), PAGE },
    { MAGIC(0, "<?xml"), PAGE },
    { MAGIC(0, "model_checkpoint_path"), "tells which TensorFlow checkpoint is the latest: name its folder" },
    { MAGIC(0, "\x89HDF\r\n\x1a\n"), "is an HDF5 file (Keras), " OTHER },
    { MAGIC(0, "\x93NUMPY"), "is an array of NumPy, no checkpoint" },
    { MAGIC(0, "GGUF"), "is a GGUF file, " OTHER },
    { MAGIC(4, "TFL3"), "is a TensorFlow Lite model, " OTHER },
    { MAGIC(0, "\x1f\x8b"), ARCHIVE },
    { MAGIC(0, "7z\xbc\xaf\x27\x1c"), ARCHIVE },
    { MAGIC(0, "Rar!"), ARCHIVE },
    { MAGIC(0, "\xfd" "7zXZ"), ARCHIVE },
    { MAGIC(257, "ustar"), ARCHIVE },
    { MAGIC(0, "\x89PNG"), PICTURE },
    { MAGIC(0, "\xff\xd8\xff"), PICTURE },
    { MAGIC(0, "GIF8"), PICTURE },
    { MAGIC(0, "RIFF"), PICTURE },
    { MAGIC(4, "ftyp"), PICTURE },
    { MAGIC(0, "\x1a\x45\xdf\xa3"), PICTURE },
#undef MAGIC
};

static const struct {
    const char *ending, *what;
} names[] = {
    { ".onnx", "is an ONNX model, " OTHER },
    { ".h5", "is a Keras file, " OTHER },
    { ".keras", "is a Keras file, " OTHER },
    { ".pb", "is a TensorFlow graph, " OTHER },
    { ".index", "does not end as the index of a TensorFlow checkpoint does: it is cut short, or none" },
    { ".ckpt", "is neither a PyTorch file nor a TensorFlow V2 checkpoint: if of V1, save it as V2" },
};

const char *df_unsupported_find(const char *name, const uint8_t *bytes, size_t size)
{
    size_t length = strlen(name), space = 0;
    if (!size)
        return "is empty";
    while (space < size && space < 64 && strchr(" \t\r\n", bytes[space]) && bytes[space])
        space++; /* in front of a page */
    for (size_t i = 0; i < DF_COUNT(contents); i++) {
        size_t at = contents[i].at + space;
        if (size >= at && size - at >= contents[i].size &&
            !strncasecmp((const char *)bytes + at, contents[i].bytes, contents[i].size))
            return contents[i].what;
    }
    for (size_t i = 0; i < DF_COUNT(names); i++) {
        size_t tail = strlen(names[i].ending);
        if (length > tail && !strcasecmp(name + length - tail, names[i].ending))
            return names[i].what;
    }
    return NULL;
}
