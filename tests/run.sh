#!/bin/sh
# Run test programs and scripts one after the other and sum their results up.
#
#     sh tests/run.sh PROGRAM...
#
# "asan:PROGRAM" and "tsan:PROGRAM" are programs built with a sanitizer, named so in the results.
# "levels:PROGRAM" is run once at each level of the engine that this CPU has, "NAME [avx2]" in the results.
# A program prints a line "ok ...", "not ok ..." or "skip - NAME (why)" for each test (cmocka does, in
# its TAP form); one that fails or dies without saying so counts as a failed test. The last line is
# "N passed, N failed"; the exit status tells whether any failed. Whole outputs stay in BUILD/log/tests.
build=${BUILD:-build}
logs=$build/log/tests
mkdir -p "$logs"
CMOCKA_MESSAGE_OUTPUT=TAP
export CMOCKA_MESSAGE_OUTPUT

# gcc 12's thread sanitizer does not cope with randomised addresses on newer kernels.
fixed_addresses=
! setarch "$(uname -m)" -R true 2>/dev/null || fixed_addresses="setarch $(uname -m) -R"

run() {
    case $1 in
    *.sh) bash "${1#*:}" ;;
    tsan:*) $fixed_addresses "${1#*:}" ;;
    *) "${1#*:}" ;;
    esac
}

# run_at LEVEL PROGRAM: as on a CPU of that level. OpenBLAS chooses its kernels by the CPU, unless it is told.
run_at() (
    DEEPFILL_CPU=$1
    export DEEPFILL_CPU
    case $1 in
    "$own_level") ;;
    avx2) export OPENBLAS_CORETYPE=Haswell ;;
    c) export OPENBLAS_CORETYPE=Nehalem ;;
    esac
    run "$2"
)

count() {
    grep -cE "$1" "$log"
}

passed=0 failed=0
# test_one NAME COMMAND...: run one, count what it says, print a line
test_one() {
    title=$1
    shift
    log=$logs/$(echo "$title" | tr -d '[]' | tr ' ' -).log
    start=$(date +%s)
    printf '%-34s ' "$title"
    "$@" >"$log" 2>&1 </dev/null
    status=$?

    # cmocka 1.1 says "not ok N # SKIP" of a test that leaves itself out, later ones "ok N # SKIP".
    skips=$(count '^(skip|(not )?ok [0-9]+ # SKIP)')
    good=$(($(count '^ok( |$)') - $(count '^ok [0-9]+ # SKIP')))
    bad=$(($(count '^not ok( |$)') - $(count '^not ok [0-9]+ # SKIP')))
    if [ $bad -eq 0 ] && { [ $status -ne 0 ] || [ $((good + skips)) -eq 0 ]; }; then
        bad=1
        echo "not ok - $title ended with status $status after $good passed tests" >>"$log"
    fi
    passed=$((passed + good))
    failed=$((failed + bad))

    printf '%4d passed' $good
    [ $bad -eq 0 ] || printf ', %d failed' $bad
    [ $skips -eq 0 ] || printf ', %d skipped' $skips
    printf ' (%d s)\n' $(($(date +%s) - start))
    if [ $bad -ne 0 ]; then
        grep -E '^not ok' "$log" | grep -v '# SKIP' | sed 's/^/    /'
        grep -vE '^(ok|not ok|skip)' "$log" | tail -n 15 | sed 's/^/    | /'
        echo "    whole output: $log"
    fi
}

# The levels are the engine's own word, not the environment's: DEEPFILL_CPU raises nothing.
own_level=
case "$*" in
*levels:*)
    levels=$("$build/tests/tools/levels") || exit 1
    own_level=$(echo "$levels" | tail -n 1)
    for level in $("$build/tests/tools/levels" lacking); do
        printf '%-34s skipped: this CPU lacks it, or DEEPFILL_CPU forbids it\n' "all tests [$level]"
    done
    ;;
esac

for program; do
    name=$(basename "$program" .sh)
    case $program in
    [at]san:*) test_one "${program%%:*}-$name" run "$program" ;;
    levels:*)
        for level in $levels; do
            test_one "$name [$level]" run_at "$level" "$program"
        done
        ;;
    *) test_one "$name" run "$program" ;;
    esac
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
