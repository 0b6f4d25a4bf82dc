#!/bin/bash
# Mask files that are cut short, damaged, turned, soft, silent or without a hole: nothing is silently wrong.
. "$(dirname "$0")/lib/filter.sh"

# What is tested here may keep ffmpeg going for ever.
printf '#!/bin/sh\nexec timeout 60 "%s" "$@"\n' "$FFMPEG" >bounded
chmod +x bounded
FFMPEG=$PWD/bounded

film 1 film.mkv

# ends FILTER: ffmpeg comes to an end by itself, neither by timeout (124) nor by a signal (129 to 143); above are the
# statuses of FFmpeg's own errors
ends() {
    local status
    "$FFMPEG" -nostdin -loglevel quiet -i film.mkv -vf "$1" -f null -
    status=$?
    [ $status -ne 124 ] && { [ $status -lt 129 ] || [ $status -gt 143 ]; } || { echo "status $status"; return 1; }
}

# ------------------------------------------------------------------------------------ files cut short

counting 25 0.4 whole.mp4 -c:v mpeg4 -movflags faststart
head -c 500 whole.mp4 >cut.mp4
: >empty.png
check 'a container that ends in its header comes to an end' ends deepfill=cut.mp4
check 'a container that ends in its header' fails \
    "The mask 'cut.mp4' ends before its first picture: it is empty or was cut short, so make or copy it anew." \
    deepfill=cut.mp4
told_once() {
    same "$(messages deepfill=cut.mp4 | grep -c "'cut.mp4'")" 1
}
check 'a container that ends in its header is told about once' told_once
check 'an empty file' ends deepfill=empty.png
cut_anywhere() {
    local file size
    counting 25 0.4 whole.mkv && counting 25 0.4 whole.avi && counting 25 0.4 whole.nut &&
        counting 25 0.4 whole.ts -c:v mpeg2video && counting 25 0.4 whole.gif -c:v gif &&
        counting 25 0.04 whole.png -c:v png -update 1 || return
    for file in whole.*; do
        for size in 0 1 8 40 120 400; do
            head -c $size $file >"part.${file#*.}"
            ends "deepfill=part.${file#*.}:show=mask" || { echo "$file, $size bytes"; return 1; }
        done
    done
}
check 'files cut anywhere come to an end' cut_anywhere

# -------------------------------------------------------------------------------------------- damage

# flip OFFSET FROM TO: a copy with one bit of one byte changed
flip() {
    cp "$2" "$3"
    printf "\\$(printf %o $((1 ^ $(od -An -tu1 -j "$1" -N 1 "$2"))))" |
        dd of="$3" bs=1 seek="$1" conv=notrunc status=none
}
ff -f lavfi -i color=black:s=128x96,drawbox=30:30:30:30:white:fill -frames:v 1 -update 1 good.png
flip $(($(stat -c %s good.png) / 2)) good.png pixels.png
flip 19 good.png width.png
for name in pixels width; do
    for options in '' :mask_opts=err_detect=ignore_err :mask_opts=err_detect=0; do
        check "a PNG with one bit changed ($name${options/:/, })" fails \
            "The first picture of the mask '$name.png' cannot be decoded: check it with ffmpeg -i." \
            "deepfill=$name.png$options"
    done
done
slices() {
    local from
    counting 25 0.4 slices.avi -level 3 -slices 4 -slicecrc 1
    # In the last pictures, before the index.
    for from in 250 300 340 500 700; do
        flip $(($(stat -c %s slices.avi) - from)) slices.avi slice.avi
        ! ff -i film.mkv -vf deepfill=slice.avi:show=mask -f null - &&
            messages deepfill=slice.avi | grep -q "^The mask 'slice.avi' is damaged after" || return
    done
}
check 'a slice of FFV1 whose checksum is wrong' slices
# Packets that are not whole are told by the demuxer alone.
part_of_a_packet() {
    counting 25 0.4 raw.avi -c:v rawvideo -pix_fmt gray
    head -c $(($(stat -c %s raw.avi) - 6000)) raw.avi >short.avi
    ! ff -i film.mkv -vf deepfill=short.avi:show=mask -f null - &&
        messages deepfill=short.avi | grep -q "^The mask 'short.avi' is damaged after"
}
check 'a last picture that is not whole' part_of_a_packet
# What is whole is not refused: an open group of pictures that a seek comes to lacks what it refers to.
open_group() {
    counting 5 20 group.mp4 -c:v libx264 -pix_fmt yuv420p -x264-params open-gop=1:keyint=10:bframes=5
    same "$(hashes -i film.mkv -vf setpts=PTS+15/TB,deepfill=group.mp4:show=mask | wc -l)" 25
}
if has encoders libx264; then
    check 'an open group of pictures that is sought' open_group
else
    skip 'an open group of pictures that is sought' 'no libx264'
fi

# ------------------------------------------------------------------------------------------- turning

# hole FILTERGRAPH INPUT...: the frame's hole, one hash
hole() {
    local graph=$1
    shift
    hashes "$@" -filter_complex "$graph" -frames:v 1
}
SHOW=dilate=0:feather=0:show=mask:temporal=0
# As ffmpeg turns its inputs: turned_alike MASK SIZE
turned_alike() {
    ff -f lavfi -i "color=gray:s=$2:r=25:d=0.2" -c:v ffv1 upright.mkv
    ff -i "$1" -c:v ffv1 turned.mkv
    same "$(hole "[0:v]deepfill=$1:$SHOW" -i upright.mkv)" "$(hole "[0:v]deepfill=turned.mkv:$SHOW" -i upright.mkv)"
}
tagged() {
    ff -f lavfi -i "color=black:s=128x96:r=25:d=0.2,drawbox=8:16:40:20:white:fill" -pix_fmt yuv420p \
        -c:v mpeg4 -q:v 1 plain.mp4
    ff -i plain.mp4 -c copy -metadata:s:v rotate=90 tag.mp4
    "$FFMPEG" -hide_banner -i tag.mp4 2>&1 | grep -q 'rotation of' ||
        ff -display_rotation 90 -i plain.mp4 -c copy tag.mp4
    differ "$(hole '[0:v]null' -i tag.mp4)" "$(hole '[0:v]null' -i plain.mp4)" && turned_alike tag.mp4 96x128
}
check "a mask is turned by its container's tag" tagged
matrices() {
    local turn flip size
    ff -f lavfi -i "color=black:s=128x96:r=25:d=0.2,drawbox=8:16:40:20:white:fill" -pix_fmt yuv420p \
        -c:v libx264 -qp 4 coded.mp4
    for turn in 0 90 180 270; do
        for flip in '' :flip=horizontal :flip=vertical :flip=horizontal+vertical; do
            size=128x96
            [ $((turn % 180)) -eq 0 ] || size=96x128
            ff -i coded.mp4 -c copy -bsf:v "h264_metadata=display_orientation=insert:rotate=$turn$flip" sei.mp4
            turned_alike sei.mp4 $size || { echo "rotate=$turn$flip"; return 1; }
        done
    done
}
odd_angle() {
    ff -i coded.mp4 -c copy -bsf:v h264_metadata=display_orientation=insert:rotate=30 odd.mp4
    warns "The mask 'odd.mp4' is to be shown turned by 330 degrees: it is taken as it is, \
for only right angles are heeded." deepfill=odd.mp4:show=mask
}
fits_unturned() {
    ff -i coded.mp4 -c copy -bsf:v h264_metadata=display_orientation=insert:rotate=90 sei.mp4
    warns "The mask 'sei.mp4' is to be shown turned by 270 degrees, but fits the video, 128x96, as it is: \
it is not turned." deepfill=sei.mp4:show=mask &&
        same "$(hashes -i film.mkv -vf deepfill=sei.mp4:show=mask)" \
            "$(hashes -i film.mkv -vf deepfill=coded.mp4:show=mask)"
}
if has encoders libx264; then
    check 'a mask is turned by whatever matrix its pictures have' matrices
    check 'a mask to be turned by no right angle is told about' odd_angle
    check 'a mask that fits the video unturned' fits_unturned
else
    skip 'masks turned by their pictures' 'no libx264'
fi
ff -f lavfi -i "color=black:s=160x90,drawbox=30:30:30:30:white:fill" -frames:v 1 -update 1 wide.png
check 'a mask of another aspect ratio' warns \
    "The mask 'wide.png' is 160x90, the video 128x96: it is stretched to another aspect ratio; "\
'draw it on a picture of the video.' deepfill=wide.png:show=mask
rounded() {
    ff -f lavfi -i "color=black:s=43x32,drawbox=9:9:9:9:white:fill" -frames:v 1 -update 1 rounded.png
    warns "The mask 'rounded.png' is 42x32, the video 128x96: it is scaled." deepfill=rounded.png:show=mask
}
check 'a mask whose smaller sides were rounded' rounded

# ------------------------------------------------------------------------------------ masks without a hole

# painted R G B ALPHA REST FILE: black, but for a square of that colour and alpha; the rest has that alpha
painted() {
    local square='between(X\,30\,60)*between(Y\,30\,60)'
    ff -f lavfi -i "color=black:s=128x96,format=rgba,
        geq=r='$1*$square':g='$2*$square':b='$3*$square':a='$5+($4-$5)*$square'" -frames:v 1 -update 1 "$6"
}
painted 255 0 0 255 255 red.png
painted 1 1 1 255 255 label.png
painted 0 0 0 255 0 alpha.png
painted 255 255 255 0 0 luma.png
ff -f lavfi -i color=black:s=128x96 -frames:v 1 -update 1 black.png
ff -f lavfi -i color=white:s=128x96 -frames:v 1 -update 1 white.png
ff -f lavfi -i color=0x505050:s=128x96 -frames:v 1 -pix_fmt gray -update 1 even.png
ff -f lavfi -i 'color=white:s=128x96,drawbox=30:30:30:30:0xa0a0a0:fill' -frames:v 1 -pix_fmt gray -update 1 dark.png
red_paint() {
    local said
    said=$(messages deepfill=red.png | grep 'has no hole')
    echo "$said"
    [[ $said =~ ^"The first picture of the mask 'red.png' has no hole: its brightest value is "(54|76)" of 255, and \
threshold=0.5 takes those above 127; threshold="(0.108|0.151)" would take its brighter part, threshold=0 all that is \
not black."$ ]] && same "$(messages "deepfill=red.png:threshold=${BASH_REMATCH[2]}:show=mask" | wc -l)" 1
}
check 'red paint' red_paint
check 'labels 0 and 1' warns "The first picture of the mask 'label.png' has no hole: its brightest value is 1 of 255, \
and threshold=0.5 takes those above 127; threshold=0.002 would take its brighter part." deepfill=label.png
label_threshold() {
    same "$(hole "[0:v]deepfill=label.png:threshold=0.002:$SHOW" -i film.mkv)" \
         "$(hole "[0:v]deepfill=box='30 30 31 31':$SHOW" -i film.mkv)"
}
check 'the threshold that is named for labels takes them' label_threshold
check 'a hole in the alpha plane alone' warns "The first picture of the mask 'alpha.png' has no hole, but its alpha \
plane has one: alpha=1 takes that." deepfill=alpha.png
check 'a hole in luma alone' warns "The first picture of the mask 'luma.png' has no hole in its alpha plane, but \
one in its luma: leave out alpha=1." deepfill=luma.png:alpha=1
check 'a still mask that is black' warns \
    "The mask 'black.png' is black all over, so it has no hole: white is what gets filled." deepfill=black.png
check 'a still mask that is white, inverted' warns \
    "The mask 'white.png' is white all over, so it has no hole: with invert=1, black is what gets filled." \
    deepfill=white.png:invert=1
check 'a still mask of one grey' warns \
    "The mask 'even.png' is of one grey all over, so it has no hole: white is what gets filled." deepfill=even.png
check 'a mask that is too bright, inverted' warns "The first picture of the mask 'dark.png' has no hole: its darkest \
value is 160 of 255, and invert=1 with threshold=0.5 takes those up to 127; \
threshold=0.814 would take its darker part." \
    deepfill=dark.png:invert=1
later() {
    ff -f lavfi -i "color=black:s=128x96:r=25:d=1,drawbox=30:30:30:30:white:fill:enable='gte(n,9)'" \
       -c:v ffv1 -pix_fmt gray later.mkv
    same "$(messages deepfill=later.mkv:show=mask | wc -l)" 1
}
check 'a mask video that begins black' later
never() {
    ff -f lavfi -i color=black:s=128x96:r=25:d=1 -c:v ffv1 -pix_fmt gray never.mkv
    same "$(messages deepfill=never.mkv)" \
        "No frame had a hole, so none was changed: white in the mask 'never.mkv', above threshold, is what gets filled."
}
check 'a mask video that is black to its end' never

# --------------------------------------------------------------------------------------- soft edges

# out = in + (fill - in) * weight / 255, with the fill that a hard mask of the same hole has; value 100 weighs 95.
# A mask of limited range called full weighs the same where it is black and where it is white.
soft() {
    ff -f lavfi -i "color=black:s=128x96,drawbox=40:30:30:30:white:fill" -frames:v 1 -pix_fmt gray -update 1 hard.png
    ff -f lavfi -i "color=black:s=128x96,drawbox=40:30:30:30:0x646464:fill" -frames:v 1 -pix_fmt gray -update 1 faint.png
    ff -i film.mkv -pix_fmt gray -frames:v 3 -c:v ffv1 gray.mkv
    ff -i gray.mkv -vf deepfill=hard.png:dilate=0:feather=0:temporal=0 -c:v ffv1 filled.mkv
    same "$(hashes -i gray.mkv -vf deepfill=faint.png:soft=1:temporal=0)" \
         "$(hashes -i gray.mkv -i filled.mkv -filter_complex \
            "blend=all_expr='floor((A*160+B*95+127)/255)'")" &&
        differ "$(hashes -i gray.mkv)" "$(hashes -i filled.mkv)"
}
check 'the greys of a soft mask are its blend' soft
soft_limited() {
    ff -i hard.png -vf "geq=lum='16+lum(X,Y)*219/255'" -pix_fmt gray -update 1 limited.png
    same "$(hashes -i gray.mkv -vf deepfill=limited.png:soft=1)" "$(hashes -i gray.mkv -vf deepfill=hard.png:soft=1)" &&
        same "$(hashes -i gray.mkv -vf deepfill=limited.png:soft=1)" \
             "$(hashes -i gray.mkv -vf deepfill=hard.png:dilate=0:feather=0)"
}
check 'a soft mask of limited range' soft_limited
ff -f lavfi -i "color=black:s=128x96,drawbox=40:30:40:40:white:fill,format=gray,boxblur=12:1" \
   -frames:v 1 -update 1 blurred.png
check 'soft edges are told about' warns "of the mask 'blurred.png' is neither black nor white, and leads from one to \
the other: soft=1 takes such soft edges for the blend, which now are cut at threshold=0.5." \
    deepfill=blurred.png:show=mask
soft_silently() {
    same "$(messages deepfill=blurred.png:soft=1:show=mask | grep -c '^model small')" 1 &&
        same "$(messages deepfill=blurred.png:soft=1:show=mask | wc -l)" 1
}
check 'soft edges are not told about with soft=1' soft_silently
faintest() {
    ff -f lavfi -i "color=black:s=128x96,format=gray,geq=lum='19*lt(X,9)'" -frames:v 1 -update 1 faintest.png
    warns "The first picture of the mask 'faintest.png' has no hole: its brightest value is 19 of 255, and soft=1 \
fills what is above 20." deepfill=faintest.png:soft=1
}
check 'a soft mask that is too faint' faintest
soft_command() {
    same "$(pictures -i film.mkv -vf "sendcmd=c='0.5 deepfill@d soft 1',deepfill@d=faint.png:show=mask,\
metadata=print:key=lavfi.deepfill.hole:file=-" | tr ' ' '\n' | sort | uniq -c | wc -l)" 2
}
check 'command soft' soft_command

# ------------------------------------------------------------------------------- addresses and folders

stalled() {
    local port
    "$PYTHON" - >port.txt <<'PYTHON' &
import socket, time
server = socket.socket()
server.bind(('127.0.0.1', 0))
server.listen(8)
print(server.getsockname()[1], flush=True)
time.sleep(60)
PYTHON
    local server=$!
    while [ ! -s port.txt ] && kill -0 $server; do sleep 0.1; done
    port=$(cat port.txt)
    fails "The mask 'http://127.0.0.1:$port/m.mp4' has not answered in time (Connection timed out): \
a longer mask_opts=rw_timeout=MICROSECONDS waits for it." \
        "deepfill=http\\\\://127.0.0.1\\\\:$port/m.mp4:mask_opts=rw_timeout=200000"
    local status=$?
    kill $server
    return $status
}
if PYTHON=$(command -v python3); then
    check 'an address that never answers' stalled
else
    skip 'an address that never answers' 'no python3'
fi

folder() {
    mkdir numbered fewer named && cp good.png numbered/mask_007.png && cp good.png numbered/mask_008.png &&
        cp good.png fewer/9.png && cp good.png fewer/10.png && cp good.png fewer/3.png && cp good.png named/a.png &&
        echo text >numbered/a1.txt
}
check 'folders are made' folder
check 'a folder of numbered pictures' fails "The mask 'numbered' is a folder: name its pictures by their pattern, \
mask=numbered/mask_%03d.png:mask_opts=start_number=7." deepfill=numbered
check 'a folder of pictures numbered without zeros' fails "The mask 'fewer/' is a folder: name its pictures by \
their pattern, mask=fewer/%d.png." deepfill=fewer/
check 'a folder of pictures without numbers' fails "The mask 'named' is a folder: name one of its pictures, or all \
by a pattern, mask=named/*.png:mask_opts=pattern_type=glob." deepfill=named
hinted() {
    same "$(hashes -i film.mkv -vf deepfill=mask=numbered/mask_%03d.png:mask_opts=start_number=7:show=mask)" \
         "$(hashes -i film.mkv -vf deepfill=good.png:show=mask)" &&
        same "$(hashes -i film.mkv -vf 'deepfill=mask=named/*.png:mask_opts=pattern_type=glob:show=mask')" \
             "$(hashes -i film.mkv -vf deepfill=good.png:show=mask)"
}
check 'the patterns that are named work' hinted

finish
