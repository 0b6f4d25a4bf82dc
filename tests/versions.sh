#!/bin/bash
# The filter gives the same frames in every FFmpeg that Debian carries. `make check-versions` builds those of
# SUITES, in BUILD/versions, then runs this.
BUILD=$(realpath "${BUILD:-build}")
for suite in ${SUITES:-}; do
    FFMPEG=$BUILD/versions/$suite/ffmpeg-custom/ffmpeg
    [ ! -x "$FFMPEG" ] || break
done
if [ ! -x "$FFMPEG" ]; then
    for suite in $SUITES; do
        why=$BUILD/versions/$suite/why
        if [ -e "$why" ]; then
            echo "skip - $suite ($(cat "$why"))"
        else
            echo "not ok - $suite: no ffmpeg was built"
        fi
    done
    exit
fi
. "$(dirname "$0")/lib/filter.sh"

# Film and masks are made once, so that what differs is the filter's doing.
film 1 film.mkv
ff -i film.mkv -c:v ffv1 -pix_fmt yuv420p10le film10.mkv
ff -f lavfi -i color=black:s=128x96 -vf "format=gray,geq=lum='255*lt(hypot(X-40,Y-40),12)'" -frames:v 1 mask.pgm
ff -f lavfi -i color=black:s=128x96:r=25:d=1 -vf "format=gray,geq=lum='255*lt(hypot(X-30-2*N,Y-50),10)'" \
   -c:v ffv1 mask.mkv

# fills NAME -i FILM ...: the frames of the first version that was asked, and not the film as it was
fills() {
    local name=$1
    shift
    [ -e "$name" ] || hashes "$@" >"$name"
    same "$(hashes "$@")" "$(cat "$name")" && differ "$(cat "$name")" "$(hashes -i "$2")"
}

try() {
    check "$suite, $version: $1" fills "$@"
}

for suite in $SUITES; do
    folder=$BUILD/versions/$suite
    FFMPEG=$folder/ffmpeg-custom/ffmpeg
    if [ -e "$folder/why" ]; then
        skip "$suite" "$(cat "$folder/why")"
        continue
    fi
    version="FFmpeg $(sed 's/^[0-9]*://' "$folder/source/version")"
    check "$suite, $version: the filter is in it" has filters deepfill
    [ -x "$FFMPEG" ] || continue
    try 'a still mask' -i film.mkv -vf deepfill=mask.pgm
    try 'a box' -i film.mkv -vf "deepfill=box='30 30 24 20'"
    try 'a mask video' -i film.mkv -vf deepfill=mask.mkv
    try 'a second input' -i film.mkv -i mask.mkv -filter_complex '[0:v][1:v]deepfill'
    try '10 bit' -i film10.mkv -vf deepfill=mask.mkv
    try 'each frame by itself' -i film.mkv -vf deepfill=mask.pgm:temporal=0
    try 'frames before alone' -i film.mkv -vf deepfill=mask.mkv:ahead=0:delay=1
    try 'enable=' -i film.mkv -vf "deepfill=mask.mkv:enable='between(n,5,14)'"
done
finish
