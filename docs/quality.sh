#!/bin/sh
# The pictures of docs/quality.md, and docs/overlay.jpg: `make quality-pictures`.
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

# Letters of half opacity, and docs/overlay.jpg: with them, taken off, filled, by delogo, what was there.
quiet -f lavfi -i "color=white:s=160x48,format=rgba" -i samples/mask.png -filter_complex \
    "[1:v]crop=160:48:456:38,format=gray,lutyuv=y=val/2[a];[0:v][a]alphamerge" -frames:v 1 "$work/letters.png"

# watermark NAME CLIP X Y FRAME
watermark() {
    if [ ! -f "$2" ]; then
        echo "no row of docs/overlay.jpg: no $2"
        return
    fi
    x=$3 y=$4 around="crop=208:112:$(($3 - 24)):$(($4 - 32)),scale=416:-2:flags=lanczos"
    quiet -i "$2" -i "$work/letters.png" -filter_complex "[0:v]setpts=PTS-STARTPTS[v];
        [v][1:v]overlay=$x:$y,format=yuv420p" -c:v libx264 -crf 20 "$work/marked.mp4"
    quiet -f lavfi -i "color=black:s=$(size_of "$2" 0),format=gray,drawbox=$x:$y:160:48:white:fill" \
        -frames:v 1 "$work/mask.png"
    quiet -i "$2" -i "$work/marked.mp4" -filter_complex "
        [1:v]split=4[a][b][c][d];
        [a]$around[before];
        [b]deepfill=overlay=$work/letters.png:overlay_x=$x:overlay_y=$y,$around[off];
        [c]deepfill=$work/mask.png,$around[filled];
        [d]delogo=$x:$y:160:48,$around[delogo];
        [0:v]$around[was];
        [before][off][filled][delogo][was]hstack=5,select='eq(n,$5)'" -frames:v 1 "$work/row-$1.png"
    rows="$rows -i $work/row-$1.png"
}

rows=
watermark pan samples/truth.mp4 440 236 30
watermark wall "$clips/person.mp4" 440 60 50
count=$(echo "$rows" | wc -w)
# shellcheck disable=SC2086
[ "$count" -lt 4 ] || quiet $rows -filter_complex "vstack=$((count / 2))" -frames:v 1 -update 1 -q:v 4 docs/overlay.jpg
