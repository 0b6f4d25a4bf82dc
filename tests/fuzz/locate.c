/**
 * @file
 * Fuzz target: the text file `checkpoint` of a folder of TensorFlow's, which names the latest.
 */
#include "fuzz.h"
#include "weights/locate.h"

void fuzz_target(const uint8_t *bytes, size_t size)
{
    char *path = NULL;
    fuzz_file("checkpoint", bytes, size);
    int ret = df_weights_locate(fuzz_folder(), &path);
    if (!ret)
        FUZZ_CHECK(path && *path);
    else if (*df_error_text()) /* what is plainly not there has no cause yet */
        fuzz_refused(ret);
    df_free(path);
}
