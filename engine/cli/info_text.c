/**
 * @file
 * What is known of a checkpoint, for people: tensors that are not used are told in groups.
 */
#include "cli/info.h"

#include <errno.h>
#include <string.h>

#include "base.h"
#include "cli/text.h"

/* Groups that are told; what does not fit is counted alone. */
#define MOST_GROUPS 16

/** Tensors whose names have something in common. */
typedef struct Group {
    const DfTensor *first;
    size_t length;   /* of what all names begin with; 0: what they end with */
    const char *end; /* what they end with */
    size_t tensors;
    uint64_t values;
} Group;

/** Groups in the order in which they were met. */
typedef struct Groups {
    Group list[MOST_GROUPS];
    size_t count;
    Group others;
} Groups;

static void put_shape(const DfTensor *tensor)
{
    char shape[160];
    df_tensor_shape_text(shape, sizeof shape, tensor->shape, tensor->rank);
    printf("%s %s", shape, df_info_type(tensor));
}

/* -------------------------------------------------------------------------------------- groups -- */

/**
 * What names have in common at their ends: TensorFlow keeps a trainer's memory of each variable under the
 * variable's own name; and what hangs among the network's own tensors comes once a layer. NULL: nothing.
 */
static const char *ending(const char *name, const char *prefix)
{
    const char *end = strrchr(name, '/');
    if (end && !strncmp(end, "/Adam", 5))
        return end;
    if (!*prefix || strncmp(name, prefix, strlen(prefix)))
        return NULL;
    int parts = 0;
    for (end = name + strlen(name); end > name + strlen(prefix); end--)
        if ((end[-1] == '.' || end[-1] == '/') && ++parts == 2)
            return end - 1;
    return NULL;
}

/**
 * Names that leave the network's prefix at the same part belong together: with "state_dict.generator.", all
 * of "state_dict.disc.".
 */
static size_t beginning(const char *name, const char *prefix)
{
    size_t at = 0;
    for (size_t i = 0; prefix[i] && prefix[i] == name[i]; i++)
        if (prefix[i] == '.' || prefix[i] == '/')
            at = i + 1;
    size_t part = strcspn(name + at, "./");
    return at + part + (name[at + part] != 0);
}

static int belongs(const Group *group, const char *name, const char *end)
{
    if (group->end || end)
        return group->end && end && !strcmp(group->end, end);
    return !strncmp(group->first->name, name, group->length);
}

static void add(Groups *groups, const DfTensor *tensor, const char *prefix)
{
    const char *end = ending(tensor->name, prefix);
    size_t i = 0;
    while (i < groups->count && !belongs(&groups->list[i], tensor->name, end))
        i++;
    Group *group = i < MOST_GROUPS ? &groups->list[i] : &groups->others;
    if (i == groups->count && i < MOST_GROUPS) {
        groups->count++;
        *group = (Group){ .first = tensor, .end = end };
        group->length = end ? 0 : beginning(tensor->name, prefix);
    }
    group->tensors++;
    group->values += tensor->count;
}

static void put_group(const Group *group)
{
    printf("  %6zu  ", group->tensors);
    if (group->tensors == 1) {
        df_text_put(stdout, group->first->name);
        printf(" ");
        put_shape(group->first);
        printf("\n");
        return;
    }
    if (group->end) {
        printf("*");
        df_text_put(stdout, group->end);
    } else {
        char begin[160];
        size_t length = DF_MIN(group->length, sizeof begin - 1);
        snprintf(begin, sizeof begin, "%.*s", (int)length, group->first->name);
        df_text_put(stdout, begin);
        printf("*");
    }
    printf(", %llu values\n", (unsigned long long)group->values);
}

static int put_summary(const DfInfo *info)
{
    const DfWeights *weights = info->checkpoint->weights;
    const char *prefix = info->checkpoint->binding ? df_binding_info(info->checkpoint->binding)->prefix : "";
    Groups *groups = df_alloc(sizeof *groups);
    size_t used = 0;
    uint64_t values = 0;
    if (!groups)
        return -ENOMEM;
    for (size_t i = 0; i < weights->tensor_count; i++)
        if (df_info_uses(info, i)) {
            used++;
            values += weights->tensors[i].count;
        } else {
            add(groups, &weights->tensors[i], prefix);
        }
    if (info->checkpoint->binding)
        printf("used        %zu tensors, %llu values\n", used, (unsigned long long)values);
    size_t rest = weights->tensor_count - used;
    printf("%-11s %zu tensor%s\n", info->checkpoint->binding ? "ignored" : "holds", rest,
           rest == 1 ? "" : "s");
    for (size_t i = 0; i < groups->count; i++)
        put_group(&groups->list[i]);
    if (groups->others.tensors)
        printf("  %6zu  others (--tensors tells all)\n", groups->others.tensors);
    df_free(groups);
    return 0;
}

static void put_tensors(const DfInfo *info)
{
    const DfWeights *weights = info->checkpoint->weights;
    for (size_t i = 0; i < weights->tensor_count; i++) {
        printf("%-11s ", !info->checkpoint->binding ? "holds" : df_info_uses(info, i) ? "used" : "ignored");
        df_text_put(stdout, weights->tensors[i].name);
        printf(" ");
        put_shape(&weights->tensors[i]);
        printf("\n");
    }
}

/* ------------------------------------------------------------------------------------- network -- */

static void put_line(const char *what, const char *text)
{
    printf("%-12s", what);
    df_text_put(stdout, text);
    printf("\n");
}

static void put_network(const DfInfo *info)
{
    const DfBindingInfo *about = df_binding_info(info->checkpoint->binding);
    const DfSemantics *semantics = about->semantics;
    put_line("variant", about->variant);
    if (*about->prefix)
        put_line("prefix", about->prefix);
    put_line("network", semantics->net->name);
    put_line("semantics", semantics->name);
    put_line("colours", about->order == DF_BGR ? "bgr" : "rgb");
    printf("width       %d\n", about->cnum);
    printf("input       %s, %d planes\n", info->input, about->input_channels);
    put_line("sketch", about->sketch ? "yes" : "no");
    printf("sides       multiples of %d, from %d on; best up to %d\n", semantics->alignment,
           semantics->least_side, about->size);
    if (!info->error)
        printf("parameters  %lld\n", (long long)info->parameters);
}

int df_info_text(const DfInfo *info)
{
    put_line("file", info->checkpoint->name);
    put_line("container", info->checkpoint->weights->container);
    if (info->checkpoint->binding)
        put_network(info);
    if (info->tensors)
        put_tensors(info);
    else if (put_summary(info) < 0)
        return -ENOMEM;
    for (size_t i = 0; info->files && i < info->file_count; i++) {
        printf("sha256      %s  ", info->files[i].digest);
        df_text_put(stdout, info->files[i].path);
        printf("\n");
    }
    return 0;
}
