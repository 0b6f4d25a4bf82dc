#!/bin/bash
# Outside the hole nothing changes, sample by sample, in every pixel format; without a hole nothing at all.
. "$(dirname "$0")/lib/filter.sh"

OUTSIDE=$BUILD/tests/tools/outside
[ -x "$OUTSIDE" ] || OUTSIDE=$DIR/outside
[ -x "$OUTSIDE" ] || ${CC:-cc} -O2 "$ROOT/tests/tools/outside.c" -o "$OUTSIDE" || exit 1

# A free-form hole in the middle, and a strip that touches two edges; odd in size and place.
WIDTH=127 HEIGHT=95
ff -f lavfi -i "color=black:s=${WIDTH}x$HEIGHT,format=gray,
        geq=lum='255*gt(lt(hypot(X-61,Y-47),13+4*sin(X))+gt(X,118)*gt(Y,81),0)'" \
   -frames:v 1 mask.png
ff -i mask.png -pix_fmt gray -f rawvideo mask.raw
ff -f lavfi -i "color=black:s=${WIDTH}x$HEIGHT" -frames:v 1 black.png
# testsrc2 itself would round odd sides off in subsampled formats.
SOURCE="testsrc2=s=128x96:r=10:d=0.3,format=gbrp,crop=$WIDTH:$HEIGHT:0:0"

# preserved FORMAT BYTES PLANES SUB_X SUB_Y [FILTER OPTIONS]
preserved() {
    local format=$1 bytes=$2 planes=$3 sub_x=$4 sub_y=$5 options=${6:-}
    local reach=8
    [[ $options == *dilate=0:feather=0* ]] && reach=0
    ff -f lavfi -i "$SOURCE,format=$format" -f rawvideo before.raw || return
    ff -f lavfi -i "$SOURCE,format=$format" -vf "deepfill=mask.png$options" -f rawvideo after.raw || return
    "$OUTSIDE" "$bytes" "$planes" "$sub_x" "$sub_y" $WIDTH $HEIGHT $reach \
        mask.raw before.raw after.raw || return
    same "$(hashes -f lavfi -i "$SOURCE,format=$format" -vf deepfill=black.png)" \
         "$(hashes -f lavfi -i "$SOURCE,format=$format")"
}

# family BYTES PLANES SUB_X SUB_Y FORMAT...
family() {
    local arguments="${*:1:4}" format
    shift 4
    for format; do
        check "outside the hole $format stays as it is" preserved "$format" $arguments
    done
}

family 1 3 1 1 yuv420p yuvj420p
family 1 3 1 0 yuv422p yuvj422p
family 1 3 0 0 yuv444p yuvj444p gbrp
family 1 3 0 1 yuv440p yuvj440p
family 1 4 1 1 yuva420p
family 1 4 0 0 yuva444p gbrap
family 1 1 0 0 gray
family 2 1 0 0 gray9le gray10le gray12le gray14le gray16le
family 2 3 1 1 yuv420p9le yuv420p10le yuv420p12le yuv420p14le yuv420p16le
family 2 3 1 0 yuv422p10le yuv422p12le yuv422p16le
family 2 3 0 1 yuv440p10le yuv440p12le
family 2 3 0 0 yuv444p10le yuv444p16le gbrp10le gbrp12le gbrp16le
family 2 4 1 1 yuva420p10le
family 2 4 1 0 yuva422p12le
family 2 4 0 0 yuva444p16le gbrap12le gbrap16le

check 'dilate=0 and feather=0 change the hole alone' preserved yuv444p 1 3 0 0 :dilate=0:feather=0
check 'show=coarse changes nothing outside' preserved yuv420p 1 3 1 1 :show=coarse

# Through a file: what a lossless encoder keeps.
lossless() {
    ff -f lavfi -i "$SOURCE" -c:v ffv1 -pix_fmt "$1" in.mkv || return
    ff -i in.mkv -vf deepfill=mask.png -c:v ffv1 out.mkv || return
    ff -i in.mkv -f rawvideo -pix_fmt "$1" before.raw
    ff -i out.mkv -f rawvideo -pix_fmt "$1" after.raw
    "$OUTSIDE" "$2" 3 1 1 $WIDTH $HEIGHT 8 mask.raw before.raw after.raw
}
check 'a lossless 8-bit file' lossless yuv420p 1
check 'a lossless 10-bit file' lossless yuv420p10le 2

# What is no planar format of ours is converted by ffmpeg: the hole changes, and as many frames come out.
converted() {
    local before after
    before=$(hashes -f lavfi -i "$SOURCE,format=$1" -vf deepfill=black.png,format="$1")
    after=$(hashes -f lavfi -i "$SOURCE,format=$1" -vf deepfill=mask.png,format="$1")
    differ "$before" "$after" && same "$(echo "$before" | wc -l)" 3 && same "$(echo "$after" | wc -l)" 3
}
check 'nv12 is converted' converted nv12
check 'rgb24 is converted' converted rgb24

finish
