#!/bin/bash
# Outside the hole nothing changes, sample by sample, in every pixel format; without a hole nothing at all.
. "$(dirname "$0")/lib/filter.sh"

find_outside

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
family 1 3 2 0 yuv411p
family 1 3 2 2 yuv410p
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

# What is unpacked is filled as if it were planar: pairs between which swscale loses nothing.
as_planar() {
    same "$(hashes -f lavfi -i "$SOURCE,format=$2,format=$1" -vf "deepfill=mask.png,format=$2")" \
         "$(hashes -f lavfi -i "$SOURCE,format=$2" -vf deepfill=mask.png)"
}
for pair in nv12:yuv420p nv21:yuv420p yuyv422:yuv422p uyvy422:yuv422p nv24:yuv444p rgb24:gbrp bgra:gbrap \
            p010be:yuv420p10le yuv422p10be:yuv422p10le rgb48le:gbrp16le; do
    check "${pair%:*} is filled as ${pair#*:} is" as_planar ${pair%:*} ${pair#*:}
done

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

# A format that an encoder keeps is kept: NTSC DV is 4:1:1.
kept_411() {
    ff -f lavfi -i testsrc2=s=720x480:r=30000/1001:d=0.1 -vf format=yuv411p -c:v dvvideo in.dv &&
        ff -i in.dv -vf "deepfill=box='500 400 160 40'" -c:v ffv1 out.mkv &&
        same "$("$FFMPEG" -hide_banner -i out.mkv 2>&1 | grep -o 'ffv1.*yuv[a-z0-9]*' | grep -o 'yuv.*')" yuv411p
}
check 'DV of NTSC stays 4:1:1' kept_411

# Floats above 1 stay outside, bit by bit, and come back inside; none gets brighter than what is there. Three
# gray pictures are one of three planes.
highlights() {
    local format=$1 options=${2:-}
    ff -f lavfi -i "testsrc2=s=64x48:r=10:d=0.3,format=gbrpf32le,exposure=2" -f rawvideo before.raw &&
        ff -f rawvideo -pix_fmt "$format" -s 64x48 -r 10 -i before.raw \
           -vf "deepfill=box='16 16 16 16'$options" -f rawvideo after.raw &&
        "$KEPT" "$format" 64 48 8 8 40 40 before.raw after.raw &&
        od -An -v -w4 -t f4 after.raw | awk '{ if ($1 > most) most = $1; if ($1 < least) least = $1 }
            END { print least, most; exit !(most > 3.5 && most < 4.01 && least > -0.001) }'
}

KEPT=$BUILD/tests/tools/kept
[ -x "$KEPT" ] || { skip 'floats, and every pixel format' 'no tests/tools/kept: make check builds it'; finish; }
check 'floats above 1 stay, frame by frame' highlights gbrpf32le :temporal=0
check 'floats above 1 stay, from other frames' highlights gbrpf32le
check 'gray floats above 1 stay' highlights grayf32le :temporal=0

# Bytes of noise, read as pictures of whatever format.
ff -f lavfi -i "color=gray:s=256x256:r=10:d=0.3,format=gray16le,noise=alls=100:allf=t+u:all_seed=7" \
   -f rawvideo noise.raw

# What ffmpeg converts before the filter is told; a conversion that the user asks for is not.
#     noise_as INPUT_OPTIONS FORMAT OUTPUT_OPTION...
noise_as() {
    local options=$1 format=$2
    shift 2
    "$FFMPEG" -hide_banner -nostdin -v warning -y $options -f rawvideo -pix_fmt "$format" -s 64x48 -r 10 \
        -i noise.raw -frames:v 2 "$@" -f null - >noise.log 2>&1 || { cat noise.log; return 1; }
    grep -o 'The video is .*' noise.log || true
}
TOLD='The video is xyz12le, which is converted to gbrp12le for filling, and back if the output asks: pixels outside the hole change, too.'
FILL="deepfill=box='16 16 16 16':temporal=0:delay=0"
told() {
    same "$(noise_as "" xyz12le -vf "$FILL")" "$TOLD" &&
        same "$(noise_as "-ss 0.1" xyz12le -vf "setpts=PTS,$FILL")" "$TOLD" &&
        same "$(noise_as "" xyz12le -filter_complex "[a]$FILL;[0]null[a]")" "$TOLD" &&
        same "$(noise_as "" pal8 -vf "$FILL")" "$(sed 's/xyz12le/pal8/; s/gbrp12le/gbrap/' <<<"$TOLD")"
}
untold() {
    local said
    said=$(noise_as "" xyz12le -vf "format=gbrp,$FILL" && noise_as "" rgb24 -vf "scale,format=yuv420p,$FILL") &&
        [ -z "$said" ] || { echo "$said"; return 1; }
}

check 'a conversion before the filter is told' told
check 'a conversion that the user asks for is not' untold

# Every format that this FFmpeg knows, from bytes of noise: exact, or converted with a word on it. What FFmpeg has to
# convert: codes that are no colours by themselves, or lie at no whole bytes.
CONVERTED='pal8|mono[bw]|rgb4|bgr4|uyyvyy411|xyz12[bl]e|bayer_.*|x?v30x?be'

# filled FORMAT OUTPUT...: two frames of 64x48, a hole that reaches from 8 to 40
filled() {
    local format=$1
    shift
    "$FFMPEG" -hide_banner -nostdin -v warning -y -f rawvideo -pix_fmt "$format" -s 64x48 -r 10 -i noise.raw \
        -frames:v 2 -vf "deepfill=box='16 16 16 16':temporal=0:delay=0" "$@" 2>said.txt
}

exact() {
    filled "$1" -pix_fmt "$1" -f rawvideo after.raw || { cat said.txt; return 1; }
    ! grep deepfill said.txt || return
    head -c "$(stat -c %s after.raw)" noise.raw >before.raw
    "$KEPT" "$1" 64 48 8 8 40 40 before.raw after.raw
}

converted() {
    filled "$1" -f null - || { cat said.txt; return 1; }
    grep -q "The video is $1, which is converted to [a-z0-9]* for filling, and back if the output asks: pixels \
outside the hole change, too\.$" said.txt || { cat said.txt; return 1; }
}

listed=0
for line in $("$FFMPEG" -hide_banner -pix_fmts 2>/dev/null |
              sed -n 's/^\([I.]\)[O.]\([H.]\).. \([a-z0-9_][a-z0-9_]*\) .*/\1\2:\3/p'); do
    format=${line#*:}
    listed=$((listed + 1))
    case $line in
    ?H:*) continue ;; # on a GPU: filter_api.sh
    esac
    if [[ $format =~ ^($CONVERTED)$ ]]; then
        case $line in
        I*) check "$format is converted, and this is said" converted "$format" ;;
        esac
    elif ! "$KEPT" "$format"; then
        skip "every bit outside the hole stays in $format" 'younger than the installed libavutil'
    else
        check "every bit outside the hole stays in $format" exact "$format"
    fi
done
check 'ffmpeg lists its formats' test $listed -gt 150

finish
