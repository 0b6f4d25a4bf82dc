#!/bin/sh
# Run one test program or script and say how it went, in one piece (tests/run.sh runs several at a time).
#
#     BUILD=... [OWN_LEVEL=...] [EMULATOR=...] sh tests/run_one.sh [LEVEL@][asan:|tsan:]PROGRAM
#
# A program prints a line "ok ...", "not ok ..." or "skip - NAME (why)" for each test (cmocka does, in its TAP
# form); one that fails or dies without saying so counts as a failed test.
program=$1
level=
case $program in
*@*)
    level=${program%%@*}
    program=${program#*@}
    # OpenBLAS chooses its kernels by the CPU, unless it is told.
    export DEEPFILL_CPU="$level"
    case $level in
    "$OWN_LEVEL") ;;
    avx2) export OPENBLAS_CORETYPE=Haswell ;;
    c) case $OWN_LEVEL in avx*) export OPENBLAS_CORETYPE=Nehalem ;; esac ;;
    esac
    ;;
esac
title=$(basename "$program" .sh)
# gcc 12's thread sanitizer does not cope with randomised addresses on newer kernels.
fixed_addresses=
case $program in
asan:*) title=asan-$title ;;
tsan:*)
    title=tsan-$title
    ! setarch "$(uname -m)" -R true 2>/dev/null || fixed_addresses="setarch $(uname -m) -R"
    ;;
esac
[ -z "$level" ] || title="$title [$level]"
program=${program#[at]san:}
log=$BUILD/log/tests/$(echo "$title" | tr -d '[]' | tr ' ' -).log

count() {
    grep -cE "$1" "$log"
}

start=$(date +%s)
case $program in
*.sh) bash "$program" ;;
*) $fixed_addresses ${EMULATOR:-} "$program" ;;
esac >"$log" 2>&1 </dev/null
status=$?
seconds=$(($(date +%s) - start))

# cmocka 1.1 says "not ok N # SKIP" of a test that leaves itself out, later ones "ok N # SKIP".
skips=$(count '^(skip|(not )?ok [0-9]+ # SKIP)')
good=$(($(count '^ok( |$)') - $(count '^ok [0-9]+ # SKIP')))
bad=$(($(count '^not ok( |$)') - $(count '^not ok [0-9]+ # SKIP')))
if [ $bad -eq 0 ] && { [ $status -ne 0 ] || [ $((good + skips)) -eq 0 ]; }; then
    bad=1
    echo "not ok - $title ended with status $status after $good passed tests" >>"$log"
fi

said=$(printf '%-34s %4d passed' "$title" $good)
[ $bad -eq 0 ] || said="$said, $bad failed"
[ $skips -eq 0 ] || said="$said, $skips skipped"
said="$said ($seconds s)"
if [ $bad -ne 0 ]; then
    said="$said
$(grep -E '^not ok' "$log" | grep -v '# SKIP' | sed 's/^/    /')
$(grep -vE '^(ok|not ok|skip)' "$log" | tail -n 15 | sed 's/^/    | /')
    whole output: $log"
fi
printf '%s\n' "$said"
