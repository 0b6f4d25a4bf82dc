#!/bin/bash
# deepfill fill when memory runs out: whichever allocation fails, FFmpeg's and libjpeg's among them, the output is whole
# and right, or there is none, and a sentence.
. "$(dirname "$0")/lib/cli.sh"

${CC:-cc} -O1 -shared -fPIC "$ROOT/tests/lib/fail_alloc.c" -o fail_alloc.so 2>build.log || {
    skip "allocations that fail" "no library to be preloaded can be built here"
    exit 0
}

# failing KIND AT ARGUMENT...: the program, one of whose allocations fails
failing() {
    local kind=$1 at=$2
    shift 2
    FAIL_KIND=$kind FAIL_AT=$at FAIL_COUNT=$DIR/count OPENBLAS_NUM_THREADS=1 LD_PRELOAD=$DIR/fail_alloc.so \
        "$DEEPFILL" fill "$@" >out.txt 2>log.txt
}

# Each of STEP allocations of a kind; the output is OUT, a file or a folder.
#     faults KIND STEP OUT ARGUMENT...
faults() {
    local kind=$1 step=$2 out=$3 count status at failed=0
    shift 3
    rm -rf "$out" && failing "$kind" 0 "$@" -o "$out" && rm -rf expected && mv "$out" expected &&
        count=$(cat count) && [ "$count" -gt 9 ] || return 1
    for ((at = 1; at <= count; at += step)); do
        rm -rf "$out"
        failing "$kind" $at "$@" -o "$out"
        status=$?
        case $status in
        0) diff -r expected "$out" && continue ;;
        1) grep -q '^deepfill: ..*' log.txt && ! is_wrong "$out" && { failed=$((failed + 1)); continue; } ;;
        esac
        echo "$kind $at of $count: status $status, $(cat log.txt)"
        return 1
    done
    echo "$failed of $(((count + step - 1) / step)) failed"
    [ $failed -gt 0 ]
}

# Whether something was written by a run that failed: of several pictures, some may have been, right and whole.
is_wrong() {
    local file
    [ -e "$1" ] || return 1
    [ -d "$1" ] || return 0
    for file in "$1"/*; do
        [ ! -e "$file" ] || cmp "$file" "expected/${file##*/}" || return 0
    done
    return 1
}

still 64x48 in.jpg yuvj420p
still 64x48 in.png rgb24
drawn 64x48 hole.png drawbox=16:16:8:8:white:fill
if ! failing malloc 0 in.jpg hole.png -o x.png || [ "$(cat count)" -lt 9 ]; then
    skip "allocations that fail" "the program cannot be preloaded with a library"
    exit 0
fi

check "JPEG to JPEG, FFmpeg's allocations" faults posix_memalign 2 out.jpg in.jpg hole.png
check "JPEG to JPEG, the C library's" faults malloc 3 out.jpg in.jpg hole.png
check "JPEG to JPEG, the engine's" faults aligned_alloc 13 out.jpg in.jpg hole.png
check "PNG to PNG, FFmpeg's" faults posix_memalign 5 out.png in.png hole.png
check "PNG to PNG, the C library's" faults malloc 5 out.png in.png hole.png
check "PNG to JPEG, by boxes and regions, FFmpeg's" \
    faults posix_memalign 5 out.jpg in.png --box '16 16 8 iw/8' --regions
check "PNG to JPEG, by boxes and regions, the C library's" \
    faults malloc 5 out.jpg in.png --box '16 16 8 iw/8' --regions
mkdir several
cp in.png in.jpg several
mv several/in.jpg several/other.jpg
check "a folder, FFmpeg's" faults posix_memalign 7 out several hole.png
check "a folder, the C library's" faults malloc 7 out several hole.png
check "a folder, the engine's" faults aligned_alloc 29 out several hole.png

finish
