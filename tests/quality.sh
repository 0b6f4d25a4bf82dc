#!/bin/bash
# Judge fills of fixed holes in real footage against what was there:
#
#   tests/quality.sh [MODEL ...]      (default: small)
#
# For every clip and hole, and each model, filled from other frames and each frame alone: PSNR in the hole
# (dB) and flicker (tests/tools/score.c says what it means), beside ffmpeg's delogo where the hole is a
# rectangle. Clips: the project's sample and, where present, those of ../shared/clips. FRAMES (default 50) a
# clip.
set -eu
cd "$(dirname "$0")/.."
build=${BUILD:-build} ffmpeg=${FFMPEG:-build/ffmpeg} frames=${FRAMES:-50}
[ $# -gt 0 ] || set -- small
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Hundredths of a side in whole chroma samples: what is painted into the hole must not touch its neighbours.
share() { echo $(($1 * $2 / 100 / 2 * 2)); }

# mask_of KIND WIDTH HEIGHT: a still mask; `rect` is set to x y w h where the hole is a rectangle
mask_of() {
    local w=$2 h=$3
    case $1 in
    logo)    rect="$(share $w 74) $(share $h 8) $(share $w 20) $(share $h 12)" ;;
    caption) rect="$(share $w 20) $(share $h 80) $(share $w 60) $(share $h 10)" ;;
    blob)    rect= ;;
    esac
    if [ -n "$rect" ]; then
        set -- $rect
        paint="drawbox=$1:$2:$3:$4:white:fill"
    else
        paint="geq=lum='255*lt(hypot((X-W*0.45)/1.4,Y-H*0.5),H*0.13)'"
    fi
    "$ffmpeg" -v error -y -f lavfi -i "color=black:s=${w}x$h,format=gray,$paint" -frames:v 1 "$work/mask.png"
    "$ffmpeg" -v error -y -i "$work/mask.png" -f rawvideo -pix_fmt gray "$work/mask.gray"
}

raw() { "$ffmpeg" -v error -i "$1" -frames:v "$frames" -vf "$2" -f rawvideo -pix_fmt rgb24 -; }

# What is under the hole must not help: it is painted over before any filter sees it.
score() {
    local hide="[0:v]format=yuv420p[v];movie=$work/mask.png,loop=-1:1,format=gray[m];
        color=magenta:s=${w}x$h,format=yuv420p[c];[c][m]alphamerge[cm];
        [v][cm]overlay=shortest=1,format=yuv420p"
    "$build/tests/tools/score" "$w" "$h" "$work/mask.gray" <(raw "$1" format=yuv420p) \
        <("$ffmpeg" -v error -i "$1" -frames:v "$frames" -filter_complex "$hide,$2" \
            -f rawvideo -pix_fmt rgb24 -)
}

row() { printf '%-22s %-8s %-16s %9s %9s\n' "$@"; }

judge() {
    local result
    result=$(score "$clip" "$2")
    set -- "$1" $result
    row "$(basename "$clip")" "$kind" "$1" "$3" "$5"
}

row clip hole by "psnr dB" flicker
for clip in samples/truth.mp4 ../shared/clips/*.mp4; do
    [ -f "$clip" ] || continue
    IFS=x read -r w h <<<"$(ffprobe -v error -select_streams v:0 -show_entries stream=width,height \
        -of csv=p=0:s=x "$clip")"
    for kind in logo caption blob; do
        mask_of $kind "$w" "$h"
        for model; do
            judge "$(basename "$model")" "deepfill=$work/mask.png:model=$model:dilate=0"
            judge "$(basename "$model"), alone" "deepfill=$work/mask.png:model=$model:dilate=0:temporal=0"
        done
        if [ -n "$rect" ]; then
            judge delogo "delogo=$(echo $rect | awk '{print "x=" $1 ":y=" $2 ":w=" $3 ":h=" $4}')"
        fi
    done
done
