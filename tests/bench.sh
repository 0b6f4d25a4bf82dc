#!/bin/bash
# All that `make bench` prints: the network on one region beside what else runs it on a CPU; steps of training beside
# PyTorch's; the opening of checkpoints; the network's layers; 1080p footage through the engine in memory, and where its
# time goes; and the same through the real ffmpeg, raw input to the null muxer: deepfill, from other frames and frame by
# frame, beside delogo and removelogo, for a 240x100 logo and a 1320x100 caption strip; and the memory that it takes
# (bench_memory.sh).
#
# ROUNDS (default 5) is how often the network and its peers take turns, PLOT a file to draw them in, PYTHON (python3)
# the one that has the peers' packages. ffmpeg's frames per second are those of N frames less those of one, so that
# opening files and models, and what is looked ahead, are left out; the best of RUNS (default 2). Slow filters get fewer
# frames, so that N takes some seconds.
set -eu
cd "$(dirname "$0")/.."
build=${BUILD:-build} ffmpeg=${FFMPEG:-build/ffmpeg} runs=${RUNS:-2} rounds=${ROUNDS:-5} python=${PYTHON:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. tests/lib/footage.sh

heading() {
    printf '\n%s\n\n' "---- $1 ----"
}

heading "the network on one region"
if command -v "$python" >/dev/null; then
    "$python" tests/bench_peers.py --deepfill "$build/deepfill" --rounds "$rounds" ${PLOT:+--plot "$PLOT"}
else
    "$build/deepfill" bench --rounds "$rounds" --workers 2
fi

if command -v "$python" >/dev/null; then
    heading "training"
    "$python" tests/bench_training.py --deepfill "$build/deepfill"
fi

heading "opening a checkpoint"
mkdir "$work/checkpoints"
"$build/tests/tools/opening" "$work/checkpoints"

heading "layer by layer"
"$build/deepfill" bench --size 512 --rounds 1 --layers

heading "1080p in memory"
"$build/deepfill" bench --pipeline
"$build/deepfill-steps"

heading "1080p through ffmpeg"
still "$work/still.png"

# Two loops without a seam: a camera that goes to and fro by 3.5 and 1.5 pixels a frame, and one that stands,
# with a sensor's noise.
film() { # FILE FRAMES FILTER
    "$ffmpeg" -v error -loop 1 -i "$work/still.png" -vf "$3,format=yuv420p" -frames:v "$2" \
        -f rawvideo "$work/$1.yuv"
}
film pan 120 "crop=3840:2160:x='7*(60-abs(60-n))':y='3*(60-abs(60-n))',scale=1920:1080:flags=bicubic"
film locked 30 "crop=3840:2160:900:500,scale=1920:1080:flags=bicubic,noise=alls=4:allf=t"

seconds() { # FOOTAGE FRAMES FILTER: wall time
    local start=$EPOCHREALTIME
    "$ffmpeg" -v error -stream_loop -1 -f rawvideo -pix_fmt yuv420p -s 1920x1080 -r 25 -i "$work/$1.yuv" \
        -frames:v "$2" -vf "$3" -f null -
    echo "$start $EPOCHREALTIME" | awk '{ print $2 - $1 }'
}

fps() { # FOOTAGE FRAMES FILTER
    for ((run = 0; run < runs; run++)); do
        echo "$2 $(seconds "$1" 1 "$3") $(seconds "$@")"
    done | awk '{ rate = ($1 - 1) / ($3 - $2); if (rate > best) best = rate } END { print best }'
}

row() { printf '%-10s %-10s %-34s %10s %18s\n' "$@"; }

measure() { # HOLE FOOTAGE NAME FRAMES FILTER
    local rate
    rate=$(fps "$2" "$4" "$5")
    [ "$3" != removelogo ] || slowest=$rate
    row "$1" "$2" "$3" "$(printf %.1f "$rate")" "$(echo "$rate $slowest" | awk '{ printf "%.1f", $1 / $2 }')"
}

hole() { # X Y WIDTH HEIGHT FRAMES MORE: frames for slow filters, and for deepfill from other frames
    local name=$3x$4 mask=$work/$3x$4.png
    rectangle "$mask" 1920x1080 "$1" "$2" "$3" "$4"
    measure $name pan removelogo "$5" "removelogo=$mask"
    measure $name pan delogo 1200 "delogo=x=$1:y=$2:w=$3:h=$4"
    measure $name pan "deepfill temporal=0, 2 workers" "$5" "deepfill=$mask:temporal=0:workers=2"
    measure $name pan "deepfill, 1 worker" "$6" "deepfill=$mask:workers=1"
    for footage in pan locked; do
        measure $name $footage "deepfill ahead=0, 2 workers" "$6" "deepfill=$mask:ahead=0:workers=2"
        measure $name $footage "deepfill, 2 workers" "$6" "deepfill=$mask:workers=2"
    done
}

echo "1080p, raw video in, nothing out ($(nproc) CPUs)"
row hole footage filter "frames/s" "times removelogo"
hole 1640 40 240 100 40 480
hole 300 930 1320 100 8 240

heading "memory"
FFMPEG=$ffmpeg bash tests/bench_memory.sh
