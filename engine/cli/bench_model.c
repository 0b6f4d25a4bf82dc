/**
 * @file
 * Models to measure: a checkpoint of the user's, or random weights as wide as is wanted, in a safetensors file
 * that belongs to no folder, so that none is left whatever ends the program.
 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "cli/bench.h"
#include "cli/cli.h"
#include "model/internal.h"

/** Values follow the heading, which is known after them: so much is kept free for it, and filled by spaces. */
enum { HEADING = 16384 };

/** A safetensors file while it is written. */
typedef struct Writer {
    FILE *file;
    char heading[HEADING];
    size_t used, end; /* of the heading; of the values, in bytes */
} Writer;

static void put_tensor(Writer *to, const char *row, const char *what, const char *shape, size_t count,
                       float scale)
{
    uint64_t state = to->end;
    size_t room = HEADING - to->used;
    int length = snprintf(to->heading + to->used, room,
                          "%s\"%s.%s\":{\"dtype\":\"F32\",\"shape\":[%s],\"data_offsets\":[%zu,%zu]}",
                          to->end ? "," : "{", row, what, shape, to->end, to->end + 4 * count);
    to->used += DF_MIN((size_t)length, room - 1);
    for (size_t i = 0; i < count; i++) {
        float value = scale * df_bench_noise(&state);
        fwrite(&value, sizeof value, 1, to->file);
    }
    to->end += 4 * count;
}

static void put_row(Writer *to, const DfSemantics *semantics, int row, int cnum)
{
    DfConv conv = df_semantics_conv_of(semantics, row, cnum, 0);
    const char *name = semantics->net->rows[row].name;
    size_t fan_in = (size_t)conv.kernel * conv.kernel * conv.in;
    char shape[64];
    snprintf(shape, sizeof shape, "%d,%d,%d,%d", conv.out, conv.in, conv.kernel, conv.kernel);
    put_tensor(to, name, "weight", shape, conv.out * fan_in, sqrtf(6.0f / fan_in));
    snprintf(shape, sizeof shape, "%d", conv.out);
    put_tensor(to, name, "bias", shape, conv.out, 0.1f);
}

static int put_model(Writer *to, const DfSemantics *semantics, int cnum)
{
    uint64_t size = HEADING;
    fseek(to->file, sizeof size + HEADING, SEEK_SET);
    for (int row = 0; row < semantics->net->count; row++)
        if (df_row_is_conv(&semantics->net->rows[row]))
            put_row(to, semantics, row, cnum);
    to->heading[to->used++] = '}';
    memset(to->heading + to->used, ' ', HEADING - to->used);
    rewind(to->file);
    fwrite(&size, sizeof size, 1, to->file);
    fwrite(to->heading, HEADING, 1, to->file);
    return fflush(to->file) || ferror(to->file) ? -1 : 0;
}

int df_bench_model_random(DfBenchModel *model, int cnum)
{
    Writer to = { .file = tmpfile() };
    *model = (DfBenchModel){ .semantics = "official", .random = 1, .cnum = cnum, .blas = df_is_direct(),
                             .file = to.file };
    if (!to.file || put_model(&to, df_semantics_find(model->semantics), cnum) < 0)
        return df_error(errno ? -errno : -EIO, "a file of random weights cannot be written: %s",
                        strerror(errno));
    snprintf(model->path, sizeof model->path, "/proc/self/fd/%d", fileno(to.file));
    model->name = model->path;
    return 0;
}

int df_bench_model_named(DfBenchModel *model, const char *name, const char *semantics)
{
    DeepfillModel *opened = NULL;
    *model = (DfBenchModel){ .name = name, .semantics = semantics };
    int ret = df_bench_model_open(&opened, model, NULL);
    if (ret < 0)
        return ret;
    model->cnum = opened->cnum;
    model->blas = df_model_uses_blas(opened);
    deepfill_model_close(&opened);
    return 0;
}

void df_bench_model_close(DfBenchModel *model)
{
    if (model->file)
        fclose(model->file);
    *model = (DfBenchModel){ .file = NULL };
}

int df_bench_model_open(DeepfillModel **opened, const DfBenchModel *model, double *ready_ms)
{
    double start = df_cli_now();
    int ret = deepfill_model_open(opened, model->name, model->semantics);
    if (ready_ms)
        *ready_ms = 1e3 * (df_cli_now() - start);
    return ret;
}

const char *df_bench_model_label(const DfBenchModel *model, char text[32])
{
    if (model->random)
        snprintf(text, 32, "cnum %d", model->cnum);
    else
        snprintf(text, 32, "%s", model->name);
    return text;
}
