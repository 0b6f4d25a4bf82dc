/**
 * @file
 * Which semantics a file gets: what its metadata say, what its project does, what the user wants.
 */
#include "model/published.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where a file does not tell: the size that the published models were shown at. */
#define DEFAULT_SIZE 512
#define MOST_SIZE 4096

static int refuse(const DfBinding *binding, const char *key, const char *value, const char *expected)
{
    return df_error(-EINVAL, "%s: its metadata say '%s' is '%.40s', expected %s", binding->weights->name, key,
                    value, expected);
}

/* -------------------------------------------------------------------------------------- shapes -- */

static int planes(const char *list)
{
    return df_semantics_inputs(list, 0).channels;
}

/** Guided models are the official project's, and ours: their networks take a sketch behind the colours. */
static int may_sketch(const DfBinding *binding, const DfSemantics *semantics)
{
    return binding->names->sketch && df_semantics_compatible(semantics, df_semantics_find("official"));
}

/** Whether the weights of both stages' ends are those of such a network. */
static int fits(DfBinding *binding, const DfSemantics *semantics)
{
    int first = df_binding_in(binding, df_binding_first(binding)), second = df_binding_second(binding);
    int wanted = planes(semantics->input), out = semantics->gated_rgb ? 6 : 3;
    return semantics->net == binding->names->net &&
           (first == wanted || (may_sketch(binding, semantics) && first == wanted + 1)) &&
           (second < 0 || df_binding_in(binding, second) == planes(semantics->refined)) &&
           df_binding_out(binding, df_binding_last(binding)) == out;
}

/** Our own names are used for networks of several projects. */
static const DfSemantics *find_fitting(DfBinding *binding)
{
    const DfSemantics *semantics;
    for (int i = 0; (semantics = df_semantics_at(i)); i++)
        if (fits(binding, semantics))
            return semantics;
    return NULL;
}

/* ------------------------------------------------------------------------------------ metadata -- */

/** "official, stride, ...": all that may take the place of these. */
static void list_compatible(const DfSemantics *base, char *text, size_t size)
{
    const DfSemantics *semantics;
    size_t at = 0;
    for (int i = 0; (semantics = df_semantics_at(i)); i++)
        if (df_semantics_compatible(semantics, base) && at < size)
            at += snprintf(text + at, size - at, "%s%s", at ? ", " : "", semantics->name);
}

/** By name, or, in older files of ours, by the way in which they sample. */
static int find_named(DfBinding *binding, const DfSemantics **semantics)
{
    const char *name = df_weights_meta(binding->weights, "semantics");
    const char *sampling = df_weights_meta(binding->weights, "downsample");
    char expected[200];
    if (name) {
        const DfSemantics *named = df_semantics_find(name);
        list_compatible(*semantics, expected, sizeof expected);
        if (!named || named->net != binding->names->net)
            return refuse(binding, "semantics", name, expected);
        *semantics = named;
    } else if (sampling) {
        if (!strcmp(sampling, "aligned"))
            *semantics = df_semantics_find("official");
        else if (!strcmp(sampling, "stride"))
            *semantics = df_semantics_find("stride");
        else
            return refuse(binding, "downsample", sampling, "aligned or stride");
    }
    return 0;
}

/** What else a file may say: the others would be other networks. */
static int check_metadata(const DfBinding *binding, const DfSemantics *semantics)
{
    static const char *const paddings[] = {
        [DF_PAD_SAME] = "same", [DF_PAD_ZERO] = "zero", [DF_PAD_REFLECT] = "reflect",
    };
    const struct {
        const char *key, *value;
    } said[] = {
        { "architecture", semantics->net->name },
        { "padding", paddings[semantics->padding] },
        { "upsample", "nearest" },
        { "fuse", semantics->attention.fuse ? "1" : "0" },
    };
    for (size_t i = 0; i < DF_COUNT(said); i++) {
        const char *value = df_weights_meta(binding->weights, said[i].key);
        if (value && strcmp(value, said[i].value))
            return refuse(binding, said[i].key, value, said[i].value);
    }
    return 0;
}

static int find_size(DfBinding *binding)
{
    const char *text = df_weights_meta(binding->weights, "size");
    int least = binding->info.semantics->least_side;
    char expected[40], *end;
    binding->info.size = DEFAULT_SIZE;
    if (!text)
        return 0;
    long size = strtol(text, &end, 10);
    snprintf(expected, sizeof expected, "%d..%d", least, MOST_SIZE);
    if (end == text || *end || size < least || size > MOST_SIZE)
        return refuse(binding, "size", text, expected);
    binding->info.size = size;
    return 0;
}

void df_binding_planes(const DfSemantics *semantics, enum DfOrder order, int sketch, char *text, size_t size)
{
    snprintf(text, size, "%s%s%s", order == DF_BGR ? "bgr" : "rgb", sketch ? ",sketch" : "",
             semantics->input + 3);
}

/** The planes of the input tell the order of the colours. */
static int find_order(DfBinding *binding, const DfSemantics *semantics)
{
    const char *value = df_weights_meta(binding->weights, "input");
    char rgb[40], bgr[40], both[96];
    binding->info.order = df_semantics_order(semantics);
    if (!value)
        return 0;
    df_binding_planes(semantics, DF_RGB, binding->info.sketch, rgb, sizeof rgb);
    df_binding_planes(semantics, DF_BGR, binding->info.sketch, bgr, sizeof bgr);
    snprintf(both, sizeof both, "%s or %s", rgb, bgr);
    if (strcmp(value, rgb) && strcmp(value, bgr))
        return refuse(binding, "input", value, both);
    binding->info.order = strcmp(value, bgr) ? DF_RGB : DF_BGR;
    return 0;
}

/* ----------------------------------------------------------------------------------- the user -- */

/** What the words say; NULL and -1: nothing. */
typedef struct Wish {
    const DfSemantics *semantics;
    int order;
} Wish;

static int refuse_word(const DfBinding *binding, const char *word, int length, const char *why)
{
    char fitting[200];
    list_compatible(binding->info.semantics, fitting, sizeof fitting);
    return df_error(-EINVAL, "%s: semantics '%.*s' %s: this model takes %s, with +rgb or +bgr behind it",
                    binding->weights->name, DF_MIN(length, 40), word, why, fitting);
}

static const DfSemantics *find_word(const char *word, size_t length)
{
    const DfSemantics *semantics;
    for (int i = 0; (semantics = df_semantics_at(i)); i++)
        if (strlen(semantics->name) == length && !memcmp(semantics->name, word, length))
            break;
    return semantics;
}

static int is_word(const char *word, size_t length, const char *what)
{
    return strlen(what) == length && !memcmp(word, what, length);
}

static int read_word(const DfBinding *binding, const char *word, size_t length, Wish *wish)
{
    int bgr = is_word(word, length, "bgr");
    if (bgr || is_word(word, length, "rgb")) {
        if (wish->order >= 0)
            return refuse_word(binding, word, length, "is a second order of the colours");
        wish->order = bgr ? DF_BGR : DF_RGB;
        return 0;
    }
    const DfSemantics *semantics = find_word(word, length);
    if (!semantics)
        return refuse_word(binding, word, length, "is unknown");
    if (!df_semantics_compatible(semantics, binding->info.semantics))
        return refuse_word(binding, word, length, "is of another network");
    if (wish->semantics)
        return refuse_word(binding, word, length, "is a second name");
    wish->semantics = semantics;
    return 0;
}

/**
 * Another project's semantics bring that project's order with them; where the official ones are wanted for
 * the official weights, as another project has converted them, that of these weights.
 */
static int follow(DfBinding *binding, const char *words)
{
    DfBindingInfo *info = &binding->info;
    Wish wish = { NULL, -1 };
    while (words && *words) {
        size_t length = strcspn(words, "+");
        int ret = is_word(words, length, "auto") ? 0 : read_word(binding, words, length, &wish);
        if (ret < 0)
            return ret;
        words += length + (words[length] == '+');
    }
    int ret = 0;
    if (wish.semantics && wish.semantics != info->semantics) {
        info->semantics = wish.semantics;
        info->order = df_semantics_order(wish.semantics);
        if (!strcmp(wish.semantics->name, "official"))
            ret = df_published_order(binding, &info->order);
    }
    if (wish.order >= 0)
        info->order = wish.order;
    return ret;
}

int df_binding_choose(DfBinding *binding, const char *words)
{
    DfBindingInfo *info = &binding->info;
    const DfSemantics *semantics = df_semantics_find(binding->names->semantics);
    const DfSemantics *fitting = binding->names->own ? find_fitting(binding) : NULL;
    if (fitting && !fits(binding, semantics))
        semantics = fitting;
    int ret = find_named(binding, &semantics);
    if (!ret)
        ret = check_metadata(binding, semantics);
    if (ret < 0)
        return ret;
    info->semantics = semantics;
    info->sketch = may_sketch(binding, semantics) &&
                   df_binding_in(binding, df_binding_first(binding)) == planes(semantics->input) + 1;
    ret = find_order(binding, semantics);
    if (!ret)
        ret = follow(binding, words);
    return ret ? ret : find_size(binding);
}
