/**
 * @file
 * levels [lacking]: the CPU levels that there are here, one a line, the lowest first; or those that this CPU
 * lacks, or that DEEPFILL_CPU forbids.
 */
#include <stdio.h>
#include <string.h>

#include "cpu.h"

int main(int argc, char **argv)
{
    int own = df_cpu_level(), lacking = argc == 2 && !strcmp(argv[1], "lacking");
    if (argc > 2 || (argc == 2 && !lacking)) {
        fprintf(stderr, "usage: levels [lacking]\n");
        return 2;
    }
    for (int level = lacking ? own + 1 : 0; level < (lacking ? DF_CPU_LEVELS : own + 1); level++)
        puts(df_cpu_name(level));
    return 0;
}
