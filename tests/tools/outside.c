/**
 * @file
 * Compare raw video before and after the filter: only samples near the hole may differ, and some have to.
 *
 *     outside BYTES PLANES SUB_X SUB_Y WIDTH HEIGHT REACH MASK BEFORE AFTER
 *
 * BYTES a sample; PLANES 1 (gray), 3 or 4, the fourth being alpha, which may never differ; SUB_X and SUB_Y
 * log2 of the chroma's subsampling; MASK one gray picture of WIDTH x HEIGHT, above 127 in the hole. A luma
 * sample may differ within REACH pixels of the hole; a chroma sample where one of the luma samples that it
 * covers may. Prints how many samples differ inside and outside; the status is 0 when that is as it must be.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct File {
    unsigned char *data;
    size_t size;
} File;

static File load(const char *name)
{
    File file = { NULL, 0 };
    FILE *in = fopen(name, "rb");

    if (!in) {
        perror(name);
        exit(2);
    }
    fseek(in, 0, SEEK_END);
    file.size = (size_t)ftell(in);
    rewind(in);
    file.data = malloc(file.size + 1);
    if (!file.data || fread(file.data, 1, file.size, in) != file.size) {
        perror(name);
        exit(2);
    }
    fclose(in);
    return file;
}

/** Mark what is within `reach` of each hole pixel. */
static unsigned char *grow(const File *mask, int width, int height, int reach)
{
    unsigned char *near = calloc((size_t)width, (size_t)height);

    for (int y = 0; near && y < height; y++)
        for (int x = 0; x < width; x++) {
            if (mask->data[y * width + x] <= 127)
                continue;
            for (int v = y - reach; v <= y + reach; v++)
                for (int u = x - reach; u <= x + reach; u++)
                    if (u >= 0 && v >= 0 && u < width && v < height &&
                        (u - x) * (u - x) + (v - y) * (v - y) <= reach * reach)
                        near[v * width + u] = 1;
        }
    return near;
}

/** May the sample at x, y of a plane subsampled by sub_x, sub_y differ? */
static int is_near(const unsigned char *near, int width, int height, int x, int y, int sub_x, int sub_y)
{
    for (int v = y << sub_y; v < (y + 1) << sub_y && v < height; v++)
        for (int u = x << sub_x; u < (x + 1) << sub_x && u < width; u++)
            if (near[v * width + u])
                return 1;
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 11)
        return 2;
    int bytes = atoi(argv[1]), planes = atoi(argv[2]), sub_x = atoi(argv[3]), sub_y = atoi(argv[4]);
    int width = atoi(argv[5]), height = atoi(argv[6]);
    File mask = load(argv[8]), before = load(argv[9]), after = load(argv[10]);
    unsigned char *near = NULL;
    long inside = 0, outside = 0, frames = 0;
    size_t at = 0;

    if (mask.size == (size_t)width * (size_t)height)
        near = grow(&mask, width, height, atoi(argv[7]));
    if (!near || !before.size || before.size != after.size) {
        printf("sizes: mask %zu, before %zu, after %zu\n", mask.size, before.size, after.size);
        return 1;
    }
    for (; at < before.size; frames++)
        for (int plane = 0; plane < planes; plane++) {
            int chroma = plane == 1 || plane == 2;
            int sx = chroma ? sub_x : 0, sy = chroma ? sub_y : 0;
            int columns = (width + (1 << sx) - 1) >> sx, rows = (height + (1 << sy) - 1) >> sy;

            for (int y = 0; y < rows; y++)
                for (int x = 0; x < columns; x++, at += (size_t)bytes) {
                    if (at + (size_t)bytes > before.size ||
                        !memcmp(before.data + at, after.data + at, (size_t)bytes))
                        continue;
                    if (plane < 3 && is_near(near, width, height, x, y, sx, sy))
                        inside++;
                    else
                        outside++;
                }
        }
    printf("%ld frames, %ld samples differ near the hole, %ld elsewhere\n", frames, inside, outside);
    return !(at == before.size && inside > 0 && outside == 0);
}
