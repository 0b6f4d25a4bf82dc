#!/bin/bash
# The memory that deepfill takes: the peak of the real ffmpeg's resident memory with the filter, less the peak where
# the same film is decoded and passed through, beside what is allowed: memory= for what is held of other frames, 40 MiB
# for the rest (model, code, mask, plans), and the workers' workspaces. The filter's log names those: the network's, a
# worker, when it opens; the scratch memory of all workers when it closes.
#
# The film is a camera over a still, by 3.5 and 1.5 pixels a frame in 1080p, MPEG-4 decoded by two threads. 1920x600 is
# slow, so it gets fewer frames; more than are looked ahead in any case. ONLY is a regular expression for the lines to
# measure, WORKERS the filter's (default 2). Exit status 1: some line is over what is allowed, but for 1920x600 within
# 64 MiB: the eight frames and their maps that are held in any case take more.
set -eu
cd "$(dirname "$0")/.."
ffmpeg=${FFMPEG:-build/ffmpeg} workers=${WORKERS:-2} only=${ONLY:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. tests/lib/footage.sh

still "$work/still.png"
# film SIZE: 150 frames; the still is decoded once.
film() {
    local camera="crop=3840:2160:x='7*n':y='3*n',scale=${1/x/:}:flags=bicubic,format=yuv420p"
    "$ffmpeg" -v error -nostdin -i "$work/still.png" -vf "loop=-1:1,setpts=N/25/TB,fps=25,$camera" \
        -frames:v 150 -c:v mpeg4 -q:v 2 "$work/$1.mkv"
}

# peak FILM FRAMES FILTER: MiB; the log is left in log.txt. Frames that are held back at the end are waited for.
peak() {
    "$ffmpeg" -v verbose -nostdin -benchmark -threads 2 -i "$1" -vf "trim=end_frame=$2,$3" -f null - \
        >"$work/log.txt" 2>&1 || { tail -n 3 "$work/log.txt" >&2; return 1; }
    sed -n 's/^bench: maxrss=\([0-9]*\)K*k*i*B.*/\1/p' "$work/log.txt" | awk '{ printf "%.1f", $1 / 1024 }'
}

# logged PATTERN: the number where the pattern's group is
logged() {
    sed -n "s/.*$1.*/\1/p" "$work/log.txt" | tail -n 1
}

row() { printf '%-10s %-9s %6s %6s %8s %8s %9s %9s %6s  %s\n' "$@"; }

failed=0
measure() { # SIZE FRAMES X Y WIDTH HEIGHT MEMORY
    local size=$1 frames=$2 hole=$5x$6 memory=$7 passed most network scratch held used allowed within
    [[ "$size $hole $memory" =~ $only ]] || return 0
    [ -f "$work/$size.mkv" ] || film "$size"
    rectangle "$work/mask.png" "$size" "$3" "$4" "$5" "$6"
    passed=$(peak "$work/$size.mkv" "$frames" null)
    most=$(peak "$work/$size.mkv" "$frames" "deepfill=$work/mask.png:workers=$workers:memory=$memory")
    network=$(logged '; \([0-9.]*\) MiB a worker')
    scratch=$(logged 'scratch memory is \([0-9.]*\) MiB')
    held=$(logged 'at most \([0-9.]*\) MiB were held')
    read -r used allowed within < <(awk -v most="$most" -v passed="$passed" -v memory="$memory" \
        -v workers="$workers" -v network="$network" -v scratch="$scratch" 'BEGIN {
            used = most - passed; allowed = memory + 40 + workers * network + scratch
            printf "%.1f %.1f %s\n", used, allowed, (used <= allowed ? "yes" : "NO") }')
    [ "$within" = yes ] || [ "$hole $memory" = "1920x600 64" ] || failed=1
    row "$size" "$hole" "$frames" "$memory" "$passed" "$held" "$used" "$allowed" "$within" \
        "$(logged 'rtime=\([0-9.]*\)s')"
}

echo "MiB, $workers workers; used: the peak less passthrough's; allowed: memory + 40 + workspaces"
row film hole frames memory through held used allowed within seconds
for memory in 512 64 2048; do
    measure 1920x1080 150 1640 40 240 100 $memory
    measure 1920x1080 150 300 930 1320 100 $memory
    measure 1920x1080 60 0 240 1920 600 $memory
done
measure 640x360 150 560 16 40 20 64
measure 640x360 150 0 280 640 60 64
measure 640x360 150 0 90 640 180 64
exit $failed
