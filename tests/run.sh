#!/bin/sh
# Run test programs and scripts and sum their results up.
#
#     [JOBS=N] sh tests/run.sh PROGRAM...
#
# "asan:PROGRAM" and "tsan:PROGRAM" are programs built with a sanitizer, named so in the results.
# "LEVEL@PROGRAM" is run as on a CPU of that level of the engine, "NAME [avx2]" in the results; "levels:PROGRAM"
# once at each level that this CPU has. EMULATOR is a command that runs programs of another architecture. JOBS of them
# run at a time (as many as there are CPUs); tests/run_one.sh runs each. The last line is "N passed, N failed"; the exit
# status tells whether any failed. Whole outputs stay in BUILD/log/tests.
here=$(dirname "$0")
BUILD=${BUILD:-build}
CMOCKA_MESSAGE_OUTPUT=TAP
export BUILD CMOCKA_MESSAGE_OUTPUT
mkdir -p "$BUILD/log/tests"

# The levels are the engine's own word, not the environment's: DEEPFILL_CPU raises nothing.
case "$*" in
*levels:* | *@*)
    levels=$(${EMULATOR:-} "$BUILD/tests/tools/levels") || exit 1
    OWN_LEVEL=$(echo "$levels" | tail -n 1)
    export OWN_LEVEL
    ;;
esac
case "$*" in
*levels:*)
    for level in $(${EMULATOR:-} "$BUILD/tests/tools/levels" lacking); do
        printf '%-34s skipped: this CPU lacks it, or DEEPFILL_CPU forbids it\n' "all tests [$level]"
    done
    ;;
esac

for program; do
    case $program in
    levels:*)
        for level in $levels; do
            echo "$level@${program#*:}"
        done
        ;;
    *) echo "$program" ;;
    esac
done | xargs -P "${JOBS:-$(nproc)}" -n 1 sh "$here/run_one.sh" | tee "$BUILD/log/tests/results"

# "NAME  N passed[, N failed][, N skipped] (N s)": lines of this form alone, not what a test said.
awk '
    /^[^ ].* [0-9]+ passed(, [0-9]+ (failed|skipped))* \([0-9]+ s\)$/ {
        for (i = 2; i <= NF; i++) {
            if ($i ~ /^passed/) passed += $(i - 1)
            if ($i ~ /^failed/) failed += $(i - 1)
        }
    }
    END {
        printf "%d passed, %d failed\n", passed, failed
        exit failed != 0
    }' "$BUILD/log/tests/results"
