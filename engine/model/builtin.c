/**
 * @file
 * Built-in models: files of models/, embedded as they are. One more is two lines here.
 */
#include "model/builtin.h"

#include <string.h>

/* .incbin searches the including file's folder and -I of the assembler only, hence the whole path. */
#define EMBED(name)                                                                  \
    __asm__(".section .rodata\n"                                                     \
            ".balign 64\n"                                                           \
            "df_builtin_" #name ":\n"                                                \
            ".incbin \"" DF_MODELS_DIR "/" #name ".safetensors\"\n"                  \
            "df_builtin_" #name "_end:\n"                                            \
            ".byte 0\n"                                                              \
            ".previous\n");                                                          \
    extern const uint8_t df_builtin_##name[] __attribute__((visibility("hidden")));  \
    extern const uint8_t df_builtin_##name##_end[] __attribute__((visibility("hidden")))

#define ENTRY(name) { #name, df_builtin_##name, df_builtin_##name##_end }

EMBED(small);
EMBED(sketch);

static const DfBuiltin models[] = { ENTRY(small), ENTRY(sketch) };
static const char names[] = "small, sketch";

const DfBuiltin *df_builtin_find(const char *name)
{
    for (size_t i = 0; i < sizeof models / sizeof *models; i++)
        if (!strcmp(models[i].name, name))
            return &models[i];
    return NULL;
}

const char *df_builtin_names(void)
{
    return names;
}
