#!/bin/sh
# The pictures of docs/quality.md: `make quality-pictures`.
#
# A badge or a bar, made of the sample clip's logo, is put over footage and taken off again by deepfill, delogo
# and removelogo. A picture a scene, a row a moment: with the mark, the three, and what was there. Scenes whose
# clips are not at hand are left out: docs/quality.md says where they are from.
export LC_ALL=C
set -eu
cd "$(dirname "$0")/.."
ffmpeg=${FFMPEG:-build/ffmpeg} clips=${FOOTAGE:-../shared/clips}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

quiet() {
    "$ffmpeg" -v error -nostdin -y "$@"
}

# White letters on red; the bar is twice the badge.
badge="crop=160:48:456:38,format=gray,format=gbrp,lutrgb=r=176+val*79/255:g=40+val*215/255:b=32+val*223/255"
quiet -i samples/mask.png -vf "$badge" "$work/badge.png"
quiet -i samples/mask.png -vf "$badge,split,hstack" "$work/bar.png"

# scene NAME CLIP MARK X Y FRAME...: docs/quality-NAME.jpg
scene() {
    name=$1 clip=$2 mark=$work/$3.png x=$4 y=$5
    shift 5
    if [ ! -f "$clip" ]; then
        echo "no docs/quality-$name.jpg: no $clip"
        return
    fi
    w=$(size_of "$mark" 1) h=$(size_of "$mark" 2)
    quiet -f lavfi -i "color=black:s=$(size_of "$clip" 0),format=gray,drawbox=$x:$y:$w:$h:white:fill" \
        -frames:v 1 "$work/mask.png"
    around="crop=$((w + 48)):112:$((x - 24)):$((y + h / 2 - 56)),scale=320:-2:flags=lanczos"
    shown=$(printf '+eq(n,%d)' "$@")
    quiet -i "$clip" -i "$mark" -filter_complex "
        [0:v]split[truth][under];
        [under][1:v]overlay=$x:$y,format=yuv420p,split=4[a][b][c][d];
        [a]$around[before];
        [b]deepfill=$work/mask.png,$around[after];
        [c]delogo=$x:$y:$w:$h,$around[delogo];
        [d]removelogo=$work/mask.png,$around[removelogo];
        [truth]$around[was];
        [before][after][delogo][removelogo][was]hstack=5,select='${shown#+}',tile=1x$#:padding=6:color=white" \
        -frames:v 1 -update 1 -q:v 4 "docs/quality-$name.jpg"
}

# size_of FILE FIELD: WIDTHxHEIGHT, or its first or second part
size_of() {
    size=$("$ffmpeg" -hide_banner -nostdin -i "$1" 2>&1 |
        sed -n 's/.*Video:.* \([0-9][0-9]*\)x\([0-9][0-9]*\).*/\1 \2/p')
    echo "$size" | awk -v field="$2" '{ print field ? $field : $1 "x" $2 }'
}

scene pan samples/truth.mp4 badge 440 236 30 90
scene wall "$clips/person.mp4" badge 440 60 50
scene floor "$clips/person.mp4" badge 60 270 50
scene road "$clips/car.mp4" bar 128 280 37 42 47
