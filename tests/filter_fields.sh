#!/bin/bash
# fields=1: frames are filled as their two fields and leave as they came.
. "$(dirname "$0")/lib/filter.sh"

# Twelve frames of 96x64, each of two fields 1/50 s apart, through filters. The frames are flagged in the graph
# itself, as lavfi's device forgets the flags.  through FILTERS tff|bff [FORMAT]
SOURCE=testsrc2=s=96x64:r=50:d=0.48
through() {
    hashes -f lavfi -i $SOURCE -vf "format=${3:-yuv420p},setfield=prog,interlace=scan=$2:lowpass=0,$1"
}
FILL="box='32 16 24 24':dilate=2:feather=2"
# The same box in the lines of a field.
HALF="box='32 8 24 12':dilate=2:feather=2"

# as_fields tff|bff FORMAT OPTIONS: the same, bit by bit, as fields that FFmpeg separates and weaves
as_fields() {
    local weave=weave
    [ "$1" = tff ] || weave=weave=bottom
    same "$(through "deepfill=$FILL:fields=1$3" "$1" "$2")" \
         "$(through "separatefields,deepfill=$HALF$4,$weave" "$1" "$2")"
}
check 'top field first' as_fields tff yuv420p
check 'bottom field first' as_fields bff yuv420p
check 'each field by itself' as_fields bff yuv422p :temporal=0 :temporal=0
check 'no field looked ahead' as_fields tff yuv420p :ahead=0 :ahead=0
check 'frames held for two workers, fields for four' as_fields bff yuv420p :delay=2:ahead=2 :delay=4:ahead=4
check 'one frame at a time' as_fields tff yuv420p :delay=0:ahead=0 :ahead=0
check 'packed 4:2:2' as_fields bff uyvy422
check 'ten bits' as_fields tff yuv422p10le
check 'RGB' as_fields bff rgb24
# Chroma that lies apart from luma is written back where both fields' rows of it are, wherever the hole begins.
semi_planar() {
    local top height
    for top in 16 17 18 19; do
        for height in 20 21 22 23; do
            local fill="deepfill=box='32 $top 24 $height':dilate=0:feather=0:fields=1:temporal=0"
            same "$(through "$fill,format=$2" tff "$1")" "$(through "$fill" tff "$2")" || return
        done
    done
}
check 'semi-planar 4:2:0, at every row' semi_planar nv12 yuv420p
check 'semi-planar 4:2:0 of ten bits, at every row' semi_planar yuv420p10le,format=p010le yuv420p10le

# far tff|bff [BEFORE]: rows 48 and on, and columns up to 16, are as they were
far() {
    local before=${2:-null} fill="deepfill=$FILL:fields=1"
    for crop in crop=96:16:0:48 crop=16:64:0:0; do
        same "$(through "$before,$fill,$crop" "$1")" "$(through "$before,$crop" "$1")" || return
    done
    differ "$(through "$before,$fill" "$1")" "$(through "$before" "$1")"
}
check 'outside the hole nothing changes, top first' far tff
check 'outside the hole nothing changes, bottom first' far bff

# Frames of which some are flagged progressive are filled as fields, too, and come out where they were.
mixed() {
    far bff "split[a][b];[a]select='not(between(n,3,5))'[i];[b]select='between(n,3,5)',setfield=prog[p];
        [i][p]interleave"
}
check 'progressive frames in between stay in place' mixed

# What fills a field comes from its own rows: one field is red, the other blue.
parity() {
    ff -f lavfi -i "color=red:s=96x64:r=25:d=0.2,format=gbrp,geq=r='255*not(mod(Y,2))':g=0:b='255*mod(Y,2)',setfield=tff" \
       -vf "drawbox=32:16:24:24:white:fill,deepfill=$FILL:fields=1$1,crop=24:24:32:16" -pix_fmt rgb24 -f rawvideo hole.raw &&
        od -An -v -w72 -t u1 hole.raw | awk '
            { for (i = 1; i <= NF; i += 3) { red = (NR % 2) ? $i : $(i + 2); blue = (NR % 2) ? $(i + 2) : $i
              if (red < 200 || blue > 55) bad++ } }
            END { print bad + 0, "of", NR * 24, "pixels are of the other field"; exit !NR || bad > 0 }'
}
check 'the hole of a field is filled from its own rows' parity :temporal=0

# A mask of any size means the whole frame.
mask_size() {
    local fill=dilate=2:feather=2:fields=1
    ff -f lavfi -i "color=black:s=96x64,format=gray,drawbox=32:16:24:24:white:fill" -frames:v 1 mask.png &&
        ff -i mask.png -vf scale=192:128:flags=neighbor large.png &&
        same "$(through "deepfill=mask.png:$fill" tff)" "$(through "deepfill=$FILL:fields=1" tff)" &&
        same "$(through "deepfill=large.png:$fill" tff)" "$(through "deepfill=$FILL:fields=1" tff)"
}
check 'a mask is of whole frames, whatever its size' mask_size

# The metadata tell of the frame: a hole of one field alone is half as large.
shares() {
    ff -f lavfi -i $SOURCE -vf "deepfill=box='0 $1 96 1':dilate=0:feather=0:fields=1:show=mask,
        metadata=print:key=lavfi.deepfill.hole:file=-" -f null - | grep hole | sort -u
}
check 'the hole told is that of the frame' same "$(shares 9)" 'lavfi.deepfill.hole=0.015625'

ff -f lavfi -i "testsrc2=s=128x96:r=25:d=1" -c:v ffv1 -pix_fmt yuv420p -vf setfield=tff film.mkv
check 'interlaced video is told of' warns 'The video is interlaced: fill its fields, with fields=1.' \
    "deepfill=box='40 40 20 20':show=mask"
check 'fields are not told of' same \
    "$(messages "deepfill=box='40 40 20 20':show=mask:fields=1" | wc -l)" 1
ff -i film.mkv -vf scale=128:98 -c:v ffv1 other.mkv && mv other.mkv film.mkv
check 'a height that cannot be split is refused' fails \
    'fields=1 needs as many top rows as bottom rows in each plane: a height that is a multiple of 4, but the video has 98 rows; crop or pad it.' \
    "deepfill=box='40 40 20 20':fields=1"

finish
