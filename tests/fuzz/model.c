/**
 * @file
 * Fuzz target: everything that `deepfill info` does with a file, or every value that a model would read of
 * it.
 */
#include <math.h>
#include <stdio.h>

#include "cli/cli.h"
#include "fuzz.h"
#include "model/variant.h"
#include "weights/json.h"

/* The containers' own targets take all. */
const int fuzz_every = 3;

static char output[8 << 20];

/* ------------------------------------------------------------------ what the program's main file has -- */

enum DfExit df_cli_failed(void)
{
    fuzz_refused(-1);
    return DF_EXIT_FAILED;
}

enum DfExit df_cli_help(const DfCommand *command)
{
    FUZZ_CHECK(!command);
    return DF_EXIT_USAGE;
}

enum DfExit df_cli_misused(const DfCommand *command, const char *format, ...)
{
    (void)format;
    FUZZ_CHECK(!command);
    return DF_EXIT_USAGE;
}

enum DfExit df_cli_unknown(const DfCommand *command)
{
    FUZZ_CHECK(!command);
    return DF_EXIT_USAGE;
}

/* -------------------------------------------------------------------------------------- info -- */

static size_t run_info(const char *name, const char *semantics, const char *option)
{
    char *arguments[] = { "info", (char *)name, "--semantics", (char *)semantics, (char *)option, NULL };
    FILE *before = stdout;
    stdout = fmemopen(output, sizeof output, "w");
    FUZZ_CHECK(stdout);
    optind = 0;
    df_error_clear();
    df_command_info.run(option ? 5 : 4, arguments);
    long size = ftell(stdout);
    FUZZ_CHECK(!ferror(stdout) && size >= 0);
    fclose(stdout);
    stdout = before;
    return size;
}

static void check_text(size_t size)
{
    for (size_t i = 0; i < size; i++)
        FUZZ_CHECK(((unsigned char)output[i] >= ' ' || output[i] == '\n') && output[i] != 0x7f);
}

static void check_json(size_t size)
{
    DfJson json = { .bytes = df_bytes((const uint8_t *)output, size), .name = "JSON" };
    check_text(size);
    FUZZ_CHECK(!df_json_skip(&json) && !df_json_end(&json));
}

/* ------------------------------------------------------------------------------------------ values -- */

static void check_finite(const float *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        FUZZ_CHECK(isfinite(values[i]));
}

static void read_row(const DfBinding *binding, int row)
{
    DfConv conv = df_binding_conv(binding, row);
    size_t count = df_conv_weights(&conv), out = conv.out;
    float *weight = df_alloc(count * sizeof *weight), *rest = df_alloc(3 * out * sizeof *rest);
    FUZZ_CHECK(conv.in > 0 && conv.out > 0 && weight && rest);
    DfRowValues values = { weight, rest, rest + out, rest + 2 * out };
    df_error_clear();
    int ret = df_binding_read(binding, row, &values);
    if (ret < 0)
        fuzz_refused(ret);
    else {
        check_finite(weight, count);
        check_finite(rest, 3 * out);
    }
    df_free(weight);
    df_free(rest);
}

static void read_rows(const char *name, const char *semantics)
{
    DfWeights *weights = NULL;
    DfBinding *binding = NULL;
    df_error_clear();
    int ret = df_weights_open(&weights, name);
    if (!ret)
        ret = df_binding_create(&binding, weights, semantics);
    if (ret < 0)
        fuzz_refused(ret);
    const DfNet *net = binding ? df_binding_info(binding)->semantics->net : NULL;
    for (int row = 0; net && row < net->count; row++)
        if (df_row_is_conv(&net->rows[row]))
            read_row(binding, row);
    df_binding_close(&binding);
    df_weights_close(&weights);
}

/** Of the ways in which it may be called, one: the bytes' own, so that the same input takes the same way. */
void fuzz_target(const uint8_t *bytes, size_t size)
{
    static const char *const words[] = { "auto", "auto", "auto", "stride", "nipponjo_tf+bgr", "rgb",
                                         "pconv_mmagic", "official+bgr" };
    const char *name = fuzz_checkpoint(bytes, size);
    unsigned sum = 0;
    for (size_t i = 0; i < size; i++)
        sum += bytes[i];
    const char *semantics = words[sum / 4 % DF_COUNT(words)];
    if (sum % 4 == 0)
        check_json(run_info(name, semantics, "--json"));
    else if (sum % 4 == 1)
        check_text(run_info(name, semantics, NULL));
    else if (sum % 4 == 2)
        check_text(run_info(name, semantics, "--tensors"));
    else
        read_rows(name, semantics);
}
