#!/bin/bash
# A frame that fails, for want of memory: ffmpeg never ends well with a frame missing, and none follows one
# that failed.
. "$(dirname "$0")/lib/filter.sh"

# The engine alone calls aligned_alloc().
if ! ${CC:-cc} -O1 -shared -fPIC "$ROOT/tests/lib/fail_alloc.c" -o fail_alloc.so; then
    skip 'frames that fail for want of memory' 'no shared object of a test can be built'
    finish
fi

FRAMES=16
ff -f lavfi -i testsrc2=s=64x48:r=25 -frames:v $FRAMES -c:v ffv1 -pix_fmt yuv420p film.mkv

# Fill film.mkv, the engine's allocation NTH failing (0: none), into out.md5.  fill NTH OPTIONS
fill() {
    FAIL_KIND=aligned_alloc FAIL_AT=$1 FAIL_COUNT=$DIR/count LD_PRELOAD=$DIR/fail_alloc.so \
        "$FFMPEG" -hide_banner -nostdin -loglevel error -y -i film.mkv \
        -vf "deepfill=box='20 12 16 16':size=64:workers=2:$2" -f framemd5 out.md5 2>log
}

# Whether frames failed, what is handed on are the first frames of the whole film, unchanged.
first_frames() {
    local got
    got=$(grep -vc '^#' out.md5)
    [ "$got" = 0 ] || same "$(grep -v '^#' out.md5)" "$(grep -v '^#' whole.md5 | head -n "$got")"
}

# Fail every allocation in turn, STEP apart.  faults STEP OPTIONS
faults() {
    local step=$1 options=$2 total status failed=0 n
    fill 0 "$options" && mv out.md5 whole.md5 || return
    same "$(grep -vc '^#' whole.md5)" $FRAMES && total=$(cat count) || return
    for ((n = 1; n <= total; n += step)); do
        rm -f out.md5
        touch out.md5
        fill $n "$options"
        status=$?
        # 129 to 192 are signals; from 6.0 on an error is its number, 244 for want of memory.
        [ $status -le 128 ] || [ $status -gt 192 ] || { echo "allocation $n of $total: status $status"; return 1; }
        if [ $status -eq 0 ]; then
            same "$(grep -vc '^#' out.md5)" $FRAMES || { echo "allocation $n of $total"; return 1; }
        else
            ((++failed))
        fi
        first_frames || { echo "allocation $n of $total, status $status"; return 1; }
        if grep -q 'could not be filled' log && [ $status -eq 0 ]; then
            echo "allocation $n: $(cat log)"
            return 1
        fi
    done
    echo "$failed of $(((total + step - 1) / step)) failed"
    [ $failed -gt 0 ]
}
check 'frames that fail, each by itself' faults 7 temporal=0
check 'frames that fail while others are looked at' faults 13 ahead=3:delay=1
check 'frames that fail after the end of input' faults 13 ahead=20
finish
