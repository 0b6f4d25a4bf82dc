#!/bin/bash
# Judge fills of fixed holes in real footage against what was there:
#
#   tests/quality.sh [MODEL ...]      (default: small)
#
# For every clip and hole, filled from other frames and each frame alone (temporal=0), by each model, beside
# ffmpeg's removelogo, and its delogo where the hole is a rectangle: PSNR in the hole (dB), LPIPS of the box
# around it (tests/lpips.py) and flicker (tests/tools/score.c). The first row is a logo before a locked camera,
# where nothing but the network helps. Clips: the project's sample and, where present, those of
# ../shared/clips.
#
# FRAMES (50): of each clip. CLIPS, HOLES: these alone. PYTHON (python3): one with numpy and onnxruntime, for
# LPIPS. SHEETS: a folder that gets a sheet of consecutive fills for each hole (tools/strips.sh).
export LC_ALL=C
set -eu
cd "$(dirname "$0")/.."
build=${BUILD:-build} ffmpeg=${FFMPEG:-build/ffmpeg} frames=${FRAMES:-50} python=${PYTHON:-python3}
clips=../shared/clips network=../shared/reference/lpips_sq.onnx
[ $# -gt 0 ] || set -- small
[ -z "${SHEETS:-}" ] || mkdir -p "$SHEETS"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

quiet() { "$ffmpeg" -v error -nostdin -y "$@"; }

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
    quiet -f lavfi -i "color=black:s=${w}x$h,format=gray,$paint" -frames:v 1 "$work/mask.png"
    quiet -i "$work/mask.png" -f rawvideo -pix_fmt gray "$work/mask.gray"
}

raw() { quiet -i "$1" -f rawvideo -pix_fmt rgb24 "$2"; }

# What is under the hole must not help: it is painted over before any filter sees it.
hide() {
    quiet -i "$work/truth.mkv" -filter_complex "movie=$work/mask.png,loop=-1:1,format=gray[m];
        color=magenta:s=${w}x$h,format=yuv420p[c];[c][m]alphamerge[cm];
        [0:v][cm]overlay=shortest=1,format=yuv420p" -c:v ffv1 "$work/input.mkv"
}

row() { printf '%-22s %-8s %-16s %9s %9s %9s\n' "$@"; }

# judge BY FILTER
judge() {
    local by=$1 lpips=- scores
    quiet -i "$work/input.mkv" -vf "$2,format=yuv420p" -c:v ffv1 "$work/result.mkv"
    raw "$work/result.mkv" "$work/result"
    scores=$("$build/tests/tools/score" "$w" "$h" "$work/mask.gray" "$work/truth" "$work/result")
    [ -n "$missing" ] ||
        lpips=$("$python" tests/lpips.py "$network" "$w" "$h" "$work/mask.gray" "$work/truth" "$work/result")
    set -- $scores
    row "$name" "$kind" "$by" "$2" "$lpips" "$4"
    [ -z "${SHEETS:-}" ] || FFMPEG=$ffmpeg sh tools/strips.sh "$work/result.mkv" "$work/truth.mkv" \
        "$work/mask.png" "$SHEETS/$name.$kind.${by// /-}.png" $((frames / 2))
}

missing=
if [ ! -f "$network" ]; then
    missing=$network
elif ! "$python" -c 'import numpy, onnxruntime' 2>/dev/null; then
    missing="numpy or onnxruntime for $python (PYTHON= names another)"
fi
[ -z "$missing" ] || echo "no LPIPS: no $missing"

if [ -z "${CLIPS:-}" ]; then
    CLIPS=samples/truth.mp4
    for clip in "$clips"/*.mp4; do
        case $clip in
        */person.mp4) CLIPS="$clip $CLIPS" ;;
        *) [ ! -f "$clip" ] || CLIPS="$CLIPS $clip" ;;
        esac
    done
fi
row clip hole by "psnr dB" lpips flicker
for clip in $CLIPS; do
    name=$(basename "${clip%.*}")
    quiet -i "$clip" -frames:v "$frames" -vf format=yuv420p -c:v ffv1 "$work/truth.mkv"
    raw "$work/truth.mkv" "$work/truth"
    IFS=x read -r w h <<<"$(ffprobe -v error -select_streams v:0 -show_entries stream=width,height \
        -of csv=p=0:s=x "$clip")"
    for kind in ${HOLES:-logo caption blob}; do
        mask_of $kind "$w" "$h"
        hide
        for model; do
            by=deepfill
            [ $# = 1 ] || by=$(basename "$model")
            judge "$by" "deepfill=$work/mask.png:model=$model:dilate=0"
            judge "$by alone" "deepfill=$work/mask.png:model=$model:dilate=0:temporal=0"
        done
        if [ -n "$rect" ]; then
            judge delogo "delogo=$(echo $rect | awk '{print "x=" $1 ":y=" $2 ":w=" $3 ":h=" $4}')"
        fi
        judge removelogo "removelogo=$work/mask.png"
    done
done
