/**
 * @file
 * Pictures made into the bytes of a file.
 */
#ifndef DF_CLI_PICTURE_ENCODE_H
#define DF_CLI_PICTURE_ENCODE_H

#include <stdio.h>

#include "cli/picture.h"

/** The bytes of a file; all zero at first. They are to be given to free(). */
typedef struct DfEncoded {
    char *bytes;
    size_t size;
} DfEncoded;

/** Begin to write bytes, with stdio. @return 0 or -ENOMEM */
int df_encoded_open(DfEncoded *encoded, FILE **to);

/** Close the file and set it to NULL; NULL is taken as well. @return 0; -ENOMEM where not all bytes are there */
int df_encoded_close(DfEncoded *encoded, FILE **to);

/** A picture as it is to lie in the file. */
typedef struct DfEncoding {
    const DfStill *picture;
    const DfStill *touched; /**< of the picture's size; NULL: all of it is other than in the picture's file */
    const DfCarried *carried;
    int quality;            /**< of JPEG, as in DfWriting */
    const char *path;       /**< for messages */
} DfEncoding;

/** As PNG, in the picture's own depth. @return 0 or a negative errno */
int df_encode_png(DfEncoded *encoded, const DfEncoding *encoding);

/** As JPEG, of 8 bits without alpha. @return 0 or a negative errno */
int df_encode_jpeg(DfEncoded *encoded, const DfEncoding *encoding);

#endif
