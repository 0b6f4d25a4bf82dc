#!/bin/sh
# Run test programs and scripts one after the other and sum their results up.
#
#     sh tests/run.sh PROGRAM...
#
# "asan:PROGRAM" and "tsan:PROGRAM" are programs built with a sanitizer, named so in the results.
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
    *.sh) bash "$1" ;;
    tsan:*) $fixed_addresses "${1#*:}" ;;
    *) "${1#*:}" ;;
    esac
}

count() {
    grep -cE "$1" "$log"
}

passed=0 failed=0
for program; do
    name=$(basename "$program" .sh)
    case $program in
    [at]san:*) name=${program%%:*}-$name ;;
    esac
    log=$logs/$name.log
    start=$(date +%s)
    printf '%-34s ' "$name"
    run "$program" >"$log" 2>&1 </dev/null
    status=$?

    # cmocka 1.1 says "not ok N # SKIP" of a test that leaves itself out, later ones "ok N # SKIP".
    skips=$(count '^(skip|(not )?ok [0-9]+ # SKIP)')
    good=$(($(count '^ok( |$)') - $(count '^ok [0-9]+ # SKIP')))
    bad=$(($(count '^not ok( |$)') - $(count '^not ok [0-9]+ # SKIP')))
    if [ $bad -eq 0 ] && { [ $status -ne 0 ] || [ $((good + skips)) -eq 0 ]; }; then
        bad=1
        echo "not ok - $name ended with status $status after $good passed tests" >>"$log"
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
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
