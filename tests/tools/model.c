/**
 * @file
 * model CNUM PLANES FILE [FACTOR]: write a random DeepFillv2 model, the same one each time, for tests in a
 * shell; FACTOR multiplies its weights, 3 without it.
 */
#include "../model_file.h"

int main(int argc, char **argv)
{
    if (argc != 4 && argc != 5) {
        fprintf(stderr, "usage: model CNUM 5|6 FILE [FACTOR]\n");
        return 2;
    }
    ModelFile file = model_file_random(atoi(argv[1]), atoi(argv[2]), "");
    FILE *out = fopen(argv[3], "wb");

    model_file_amplify(&file, argc == 5 ? strtof(argv[4], NULL) : 3);
    int written = out && fwrite(file.bytes, 1, file.size, out) == file.size;
    if (out && fclose(out))
        written = 0;
    free(file.bytes);
    if (!written)
        perror(argv[3]);
    return !written;
}
