#!/bin/bash
# Which mask belongs to which frame: files, images, a second input, boxes; other rates, lengths and sizes.
. "$(dirname "$0")/lib/filter.sh"

film 2 film.mkv
film 1 short.mkv
counting 25 2 mask.mkv
counting 25 1 mask1.mkv
counting 25/2 2 half.mkv
counting 50 2 double.mkv
counting 24000/1001 2 ntsc.mkv
counting 25 2 late.mkv -output_ts_offset 5
ff -i film.mkv -vf "select='not(eq(mod(n,3),1))'" -fps_mode passthrough -c:v ffv1 vfr.mkv

# got_second EXPECTED OPTIONS MASK [FILM]: the mask is the second input
got_second() {
    same "$(pictures -i "${4:-film.mkv}" -i "$3" -filter_complex "$(graph "deepfill=$2" '[0:v][1:v]')")" "$1"
}

check 'a mask of the same rate, picture by frame' got "$(numbers 50 n)" deepfill=mask.mkv -i film.mkv
check 'a mask of half the rate' got "$(numbers 50 '(n * 40 + 20) / 80')" deepfill=half.mkv -i film.mkv
check 'a mask of twice the rate' got "$(numbers 50 '2 * n % 60')" deepfill=double.mkv -i film.mkv
NTSC='(n * 0.04 + 0.02) * 24000 / 1001 + 0.001'
check 'a mask of 23.976 pictures a second' got "$(numbers 50 "$NTSC < 47 ? $NTSC : 47")" \
    deepfill=ntsc.mkv:mask_sync=time -i film.mkv
check 'a film of variable rate' got "$(numbers 33 'int(n / 2) * 3 + n % 2 * 2')" deepfill=mask.mkv -i vfr.mkv
check "the mask file's start time is taken off" got "$(numbers 50 n)" deepfill=late.mkv -i film.mkv
check 'a longer mask does not lengthen the film' got "$(numbers 25 n)" deepfill=mask.mkv -i short.mkv
check 'a shorter mask: its last picture is repeated' \
    got "$(numbers 50 'n < 25 ? n : 24')" deepfill=mask1.mkv -i film.mkv
check 'a shorter mask: eof_action=pass' \
    got "$(numbers 50 'n < 25 ? n : -1')" deepfill=mask1.mkv:eof_action=pass -i film.mkv
check 'a shorter mask: eof_action=endall' \
    got "$(numbers 25 n)" deepfill=mask1.mkv:eof_action=endall -i film.mkv
check 'mask_loop' got "$(numbers 50 'n % 25')" deepfill=mask1.mkv:mask_loop=1 -i film.mkv
check 'mask_start ahead' got "$(numbers 25 'n + 25')" deepfill=mask.mkv:mask_start=1 -i short.mkv
check 'mask_start before: frames without a mask pass' \
    got "$(numbers 50 'n < 25 ? -1 : n - 25')" deepfill=mask1.mkv:mask_start=-1 -i film.mkv
check '-ss with mask_start' got "$(numbers 25 'n + 25')" deepfill=mask.mkv:mask_start=1 -ss 1 -i film.mkv

# Times far ahead are sought, times that run back are read again.
far() {
    counting 5 60 far.mkv -g 5
    same "$(pictures -i short.mkv -filter_complex \
        "$(graph deepfill=far.mkv '[0:v]setpts=PTS+30/TB,')")" \
            "$(numbers 25 '150 % 60 + (n * 40 + 20) / 200')"
}
check 'a film that begins 30 s into the mask' far
back() {
    same "$(pictures -i film.mkv -filter_complex \
        "$(graph deepfill=mask.mkv "[0:v]setpts='if(lt(N,40),PTS,PTS-1.6/TB)'," 'setpts=N/25/TB')")" \
        "$(numbers 50 'n < 40 ? n : n - 40')"
}
check 'times that run back' back

still() {
    ff -f lavfi -i color=black:s=128x96,drawbox=0:0:20:48:white:fill -frames:v 1 still.png
    got "$(numbers 50 9)" deepfill=still.png -i film.mkv &&
        got "$(numbers 50 9)" deepfill=still.png:eof_action=endall:mask_start=-7 -i film.mkv &&
        got_second "$(numbers 50 9)" eof_action=endall still.png
}
check 'a still image lasts for the whole film' still
sequence() {
    mkdir -p pictures
    counting 25 2 pictures/%03d.png -c:v png
    got "$(numbers 33 n)" deepfill=pictures/%03d.png -i vfr.mkv &&
        got "$(numbers 25 'n + 25')" deepfill=pictures/%03d.png:mask_start=1 -ss 1 -i film.mkv
}
check 'an image sequence goes picture by frame' sequence
check 'an image sequence with a rate goes by time' \
    got "$(numbers 50 '(n * 40 + 20) / 80')" deepfill=pictures/%03d.png:mask_opts=framerate=12.5 -i film.mkv

check 'a second input' got_second "$(numbers 50 n)" eof_action=repeat mask.mkv
check 'a second input of half the rate' \
    got_second "$(numbers 50 '(n * 40 + 20) / 80')" eof_action=repeat half.mkv
check 'a second input that is longer' got_second "$(numbers 25 n)" eof_action=repeat mask.mkv short.mkv
check 'a shorter second input: repeat' \
    got_second "$(numbers 50 'n < 25 ? n : 24')" eof_action=repeat mask1.mkv
check 'a shorter second input: pass' got_second "$(numbers 50 'n < 25 ? n : -1')" eof_action=pass mask1.mkv
check 'a shorter second input: endall' got_second "$(numbers 25 n)" eof_action=endall mask1.mkv
check 'a second input and a film of variable rate' \
    got_second "$(numbers 33 'int(n / 2) * 3 + n % 2 * 2')" eof_action=repeat mask.mkv vfr.mkv
# The mask runs as far ahead as pairing has to look, and no farther: split gives both at once.
self() {
    local mask="[b]geq=lum='255*lt(X\,2*(N+1))*lt(Y\,48)',format=gray[m]"
    same "$(pictures -i film.mkv -filter_complex \
        "$(graph deepfill=threshold=0.5 "[0:v]split[a][b];$mask;[a][m]")")" \
        "$(numbers 50 n)"
}
check 'a mask made of the film itself' self

check 'file, second input and workers agree' \
    same "$(hashes -i film.mkv -vf deepfill=mask.mkv:workers=2)" \
         "$(hashes -i film.mkv -i mask.mkv -filter_complex '[0:v][1:v]deepfill=workers=1')"

# A box is as wide and high as it says, clipped to the frame.
check 'boxes' got "$(numbers 25 19)" "deepfill=box='0 0 20 48|108 48 20 48'" -i short.mkv
check 'a box over the edge' got "$(numbers 25 9)" "deepfill=box='-5 -7 25 55'" -i short.mkv
check 'a box, inverted' got "$(numbers 25 63)" "deepfill=box='0 48 128 48':invert=1" -i short.mkv

scaled() {
    ff -f lavfi -i color=black:s=64x48,drawbox=0:0:10:24:white:fill -frames:v 1 small.png
    got "$(numbers 25 9)" deepfill=small.png -i short.mkv
}
check 'a mask of another size is scaled' scaled

# Black of limited range is 16 and white 235: neither is to be a gray.
limited() {
    ff -f lavfi -i color=black:s=128x96:d=1 -c:v libx264 -pix_fmt yuv420p black.mp4
    ff -f lavfi -i color=white:s=128x96:d=1 -c:v libx264 -pix_fmt yuv420p white.mp4
    ff -f lavfi -i color=white:s=128x96:d=1 -c:v libx264 -pix_fmt yuvj420p full.mp4
    got "$(numbers 25 -1)" deepfill=black.mp4:threshold=0.01 -i short.mkv &&
        got "$(numbers 25 127)" deepfill=white.mp4:threshold=0.99 -i short.mkv &&
        got "$(numbers 25 127)" deepfill=full.mp4:threshold=0.99 -i short.mkv &&
        got_second "$(numbers 25 -1)" threshold=0.1 black.mp4 short.mkv &&
        got_second "$(numbers 25 127)" threshold=0.9 white.mp4 short.mkv
}
if has encoders libx264; then
    check 'black of limited range is no hole' limited
else
    skip 'black of limited range is no hole' 'no libx264'
fi

# Left half white, upper half opaque.
alpha() {
    ff -f lavfi -i "color=black:s=128x96,format=rgba,
        geq=r='255*lt(X,64)':g='255*lt(X,64)':b='255*lt(X,64)':a='255*lt(Y,48)'" \
       -frames:v 1 alpha.png
    got "$(numbers 25 31)" deepfill=alpha.png -i short.mkv &&
        got "$(numbers 25 63)" deepfill=alpha.png:alpha=1 -i short.mkv
}
check 'luma times alpha, and alpha alone' alpha

# commanded COMMAND EXPECTED
commanded() {
    local filter="deepfill@d=still.png:dilate=0:feather=0:show=mask"
    same "$(pictures -i film.mkv -vf \
        "sendcmd=c='1 deepfill@d $1',$filter,metadata=print:key=lavfi.deepfill.hole:file=-")" "$2"
}
check 'command invert' commanded 'invert 1' "$(numbers 50 'n < 25 ? 9 : 117')"
check 'command threshold' commanded 'threshold 1' "$(numbers 50 'n < 25 ? 9 : -1')"
check 'command show' \
    differ "$(hashes -i film.mkv -vf "sendcmd=c='1 deepfill@d show fill',deepfill@d=still.png:show=mask")" \
    "$(hashes -i film.mkv -vf deepfill=still.png:show=mask)"
check 'enable=' got "$(numbers 50 'n >= 10 && n <= 20 ? n : -1')" \
    "deepfill=mask.mkv:enable='between(n,10,20)'" -i film.mkv

finish
