#!/bin/bash
# Time 1080p footage through the real ffmpeg, raw input to the null muxer: deepfill beside delogo and
# removelogo, for a 240x100 logo and a 1320x100 caption strip. The network's own figures come from
# build/deepfill-bench, which `make bench` runs before this.
#
# Frames per second are those of N frames less those of one, so that opening files and models is left
# out; the best of RUNS (default 3). Quick filters get more frames, so that N takes a second or so.
set -eu
cd "$(dirname "$0")/.."
ffmpeg=${FFMPEG:-build/ffmpeg} runs=${RUNS:-3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$ffmpeg" -v error -stream_loop -1 -i samples/truth.mp4 -vf scale=1920:1080 -frames:v 60 \
    -f rawvideo -pix_fmt yuv420p "$work/in.yuv"

seconds() { # FRAMES FILTER: wall time
    local start=$EPOCHREALTIME
    "$ffmpeg" -v error -stream_loop -1 -f rawvideo -pix_fmt yuv420p -s 1920x1080 -r 25 -i "$work/in.yuv" \
        -frames:v "$1" -vf "$2" -f null -
    echo "$start $EPOCHREALTIME" | awk '{ print $2 - $1 }'
}

fps() { # FRAMES FILTER
    for ((run = 0; run < runs; run++)); do
        echo "$1 $(seconds 1 "$2") $(seconds "$1" "$2")"
    done | awk '{ rate = ($1 - 1) / ($3 - $2); if (rate > best) best = rate } END { print best }'
}

row() { printf '%-10s %-34s %10s %18s\n' "$@"; }

measure() { # HOLE NAME FRAMES FILTER
    local rate
    rate=$(fps "$3" "$4")
    [ "$2" != removelogo ] || slowest=$rate
    row "$1" "$2" "$(printf %.1f "$rate")" "$(echo "$rate $slowest" | awk '{ printf "%.1f", $1 / $2 }')"
}

hole() { # X Y WIDTH HEIGHT FRAMES
    local name=$3x$4 mask=$work/$3x$4.png
    "$ffmpeg" -v error -y -f lavfi -i "color=black:s=1920x1080,format=gray,drawbox=$1:$2:$3:$4:white:fill" \
        -frames:v 1 -update 1 "$mask"
    measure $name removelogo "$5" "removelogo=$mask"
    measure $name delogo 1200 "delogo=x=$1:y=$2:w=$3:h=$4"
    for workers in 1 2; do
        measure $name "deepfill, $workers worker(s)" "$5" "deepfill=$mask:workers=$workers"
    done
}

echo "1080p, raw video in, nothing out ($(nproc) CPUs)"
row hole filter "frames/s" "times removelogo"
hole 1640 40 240 100 60
hole 300 930 1320 100 10
