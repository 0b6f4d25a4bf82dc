#!/bin/bash
# Build and run tests/filter_api.c on the drop-in libavfilter.
BUILD=${BUILD:-build}
LIBRARIES=${FFMPEG_LIBRARIES:-$BUILD/lib}
here=$(dirname "$0")

if ! ls "$LIBRARIES"/libavfilter.so.* >/dev/null 2>&1; then
    echo "skip - the filter through libavfilter's API (no drop-in libavfilter in $LIBRARIES: make ffmpeg)"
    exit 0
fi
if ! pkg-config --exists libavfilter libavutil; then
    echo "skip - the filter through libavfilter's API (no libavfilter-dev)"
    exit 0
fi
program=$(mktemp) && mask=$(mktemp --suffix=.y4m) || exit 1
trap 'rm -f "$program" "$mask"' EXIT
${CC:-cc} -std=gnu11 -O1 -g -Wall -Wextra "$here/filter_api.c" -o "$program" \
    $(pkg-config --cflags --libs libavfilter libavutil) || exit 1
MASK=$mask LD_LIBRARY_PATH=$LIBRARIES "$program"
