#!/bin/sh
# Let clang's libFuzzer search for inputs that break a target, each for FUZZ_SECONDS, as many at once as there
# are CPUs.
#
#     sh tests/fuzz/search.sh TARGET...
#
# A search begins with tests/fuzz/seeds and with what earlier ones have learnt, BUILD/fuzz/corpus. What breaks
# a target is left in BUILD/fuzz/broken/TARGET; once that is mended, its input belongs in
# tests/fuzz/found/TARGET, where `make check` tries it again. The last line is "N passed, N failed".
work=${BUILD:-build}/fuzz
seconds=${FUZZ_SECONDS:-60}

# search TARGET: one line says what came of it.
search() {
    target=$1 log=$work/log/$1.log words= folders=$work/corpus/$1
    mkdir -p "$folders" "$work/broken/$target"
    for folder in tests/fuzz/seeds tests/fuzz/found; do
        [ ! -d "$folder/$target" ] || folders="$folders $folder/$target"
    done
    [ ! -f "tests/fuzz/words/$target" ] || words=-dict=tests/fuzz/words/$target
    # 64 MiB and twice a file; resident are the sanitizers' shadow and freed memory, too.
    if "$work/$target" -max_total_time="$seconds" -timeout=1 -malloc_limit_mb=65 -rss_limit_mb=2048 \
            -max_len=65536 -print_final_stats=1 $words -artifact_prefix="$work/broken/$target/" \
            $folders >"$log" 2>&1; then
        runs=$(sed -n 's/^stat::number_of_executed_units: //p' "$log")
        edges=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
        echo "ok - $target: ${runs:-0} runs in $seconds s, ${edges:-0} edges"
    else
        echo "not ok - $target"
        grep -vE '^(#|INFO|stat::)' "$log" | tail -n 40 | sed 's/^/    | /'
        echo "    whole output: $log"
    fi
}

mkdir -p "$work/log"
if [ "$1" = --one ]; then
    search "$2"
    exit
fi
printf '%s\n' "$@" | xargs -P "$(nproc)" -I TARGET sh "$0" --one TARGET | tee "$work/log/search.log"
passed=$(grep -c '^ok' "$work/log/search.log")
failed=$(($# - passed))
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
