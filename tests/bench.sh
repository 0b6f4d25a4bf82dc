#!/bin/bash
# Time 1080p footage through the real ffmpeg, raw input to the null muxer: deepfill beside delogo and
# removelogo, for a 240x100 logo and a 1320x100 caption strip. The network's own figures come from
# build/deepfill-bench, which `make bench` runs before this.
#
# Frames per second are those of N frames less those of one, so that opening files and models is left
# out; the best of RUNS (default 2).
set -eu
cd "$(dirname "$0")/.."
ffmpeg=${FFMPEG:-build/ffmpeg} runs=${RUNS:-2}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$ffmpeg" -v error -stream_loop -1 -i samples/truth.mp4 -vf scale=1920:1080 -frames:v 60 \
    -f rawvideo -pix_fmt yuv420p "$work/in.yuv"

seconds() { # FRAMES FILTER: wall time
    local start=$EPOCHREALTIME
    "$ffmpeg" -v error -f rawvideo -pix_fmt yuv420p -s 1920x1080 -r 25 -i "$work/in.yuv" \
        -frames:v "$1" -vf "$2" -f null -
    echo "$start $EPOCHREALTIME" | awk '{ print $2 - $1 }'
}

fps() { # FRAMES FILTER
    for ((run = 0; run < runs; run++)); do
        echo "$1 $(seconds 1 "$2") $(seconds "$1" "$2")"
    done | awk '{ rate = ($1 - 1) / ($3 - $2); if (rate > best) best = rate } END { print best }'
}

row() { printf '%-10s %-34s %10s %18s\n' "$@"; }

hole() { # NAME X Y WIDTH HEIGHT FRAMES SLOW_FRAMES
    local mask=$work/$1.png rate slowest
    "$ffmpeg" -v error -y -f lavfi -i "color=black:s=1920x1080,format=gray,drawbox=$2:$3:$4:$5:white:fill" \
        -frames:v 1 "$mask"
    slowest=$(fps "$7" "removelogo=$mask")
    row "$1" removelogo "$(printf %.1f "$slowest")" 1.0
    for filter in "delogo=x=$2:y=$3:w=$4:h=$5" "deepfill=$mask:workers=1" "deepfill=$mask:workers=2"; do
        rate=$(fps "$6" "$filter")
        row "$1" "$(echo "$filter" | sed "s,=$mask,,; s,=x=.*,,")" "$(printf %.1f "$rate")" \
            "$(echo "$rate $slowest" | awk '{ printf "%.1f", $1 / $2 }')"
    done
}

echo "1080p, raw video in, nothing out ($(nproc) CPUs)"
row hole filter "frames/s" "times removelogo"
hole 240x100 1640 40 240 100 60 40
hole 1320x100 300 930 1320 100 30 5
