#!/bin/bash
# The filter at the CPU level that DEEPFILL_CPU names (its own without): the level is in use, any number of
# workers gives the same frames, nothing changes outside of the hole. `make check` runs it at each level.
. "$(dirname "$0")/lib/filter.sh"

find_outside

# A pan over structure, and two holes that stand still: most of them is taken from other frames.
ff -f lavfi -i "color=black:s=128x96,format=gray,
        geq=lum='255*gt(lt(hypot(X-50,Y-47),11)+gt(X,110)*gt(Y,81),0)'" -frames:v 1 mask.png
ff -i mask.png -pix_fmt gray -f rawvideo mask.raw
ff -f lavfi -i "testsrc2=s=192x96:r=25:d=0.48,crop=128:96:n*3:0" -c:v ffv1 -pix_fmt yuv420p film.mkv

in_use() {
    messages deepfill=mask.png | grep -qF "kernels $DEEPFILL_CPU;"
}
[ -z "$DEEPFILL_CPU" ] || check "the kernels are those of $DEEPFILL_CPU" in_use

unknown() {
    DEEPFILL_CPU=sse5 messages deepfill=mask.png | grep -qE 'DEEPFILL_CPU is ignored: it is none of c( [a-z0-9]+)*$'
}
check 'a level that is none is told' unknown

# Gated models do not call OpenBLAS; partial convolutions and the direct method do.
openblas() {
    ! messages deepfill=mask.png | grep -q OpenBLAS &&
        messages deepfill=mask.png:model="$ROOT/tests/golden/checkpoints/naoto0804.pth" |
        grep -q 'kernels [^;]*, OpenBLAS' &&
        DEEPFILL_METHOD=direct messages deepfill=mask.png | grep -q 'kernels [^;]*, OpenBLAS'
}
check 'OpenBLAS is named only where it is called' openblas

# agree OPTIONS: 1 and 3 workers, and workers that share each frame
agree() {
    local one
    one=$(hashes -i film.mkv -vf "deepfill=mask.png:workers=1$1")
    same "$one" "$(hashes -i film.mkv -vf "deepfill=mask.png:workers=3$1")" &&
        same "$one" "$(hashes -i film.mkv -vf "deepfill=mask.png:workers=3:delay=0$1")" &&
        differ "$one" "$(hashes -i film.mkv)"
}
check 'workers agree' agree ''
check 'workers agree, each frame by itself' agree :temporal=0

outside() {
    ff -i film.mkv -f rawvideo before.raw && ff -i film.mkv -vf deepfill=mask.png -f rawvideo after.raw &&
        "$OUTSIDE" 1 3 1 1 128 96 8 mask.raw before.raw after.raw
}
check 'nothing changes outside of the hole' outside

finish
