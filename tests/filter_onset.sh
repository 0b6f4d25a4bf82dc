#!/bin/bash
# Masks that miss what they are to hide for a frame or a few: as times of subtitles, fades and segmenters do.
. "$(dirname "$0")/lib/filter.sh"

ff -f lavfi -i color=0x605040:s=320x180:r=25:d=1.6,noise=alls=40:all_seed=3,gblur=2,eq=contrast=2,format=yuv420p \
    -c:v ffv1 truth.mkv
MARK=drawbox=120:80:80:8:white:fill,drawbox=120:96:60:8:white:fill
BOX="deepfill=box='115 75 90 34'"

# Encode the truth with a filter's mark:  marked FILE FILTER
marked() {
    ff -i truth.mkv -vf "$2" -c:v libx264 -crf 8 "$1"
}
marked always.mkv "$MARK"
marked caption.mkv "drawbox=120:80:80:8:white:fill:enable='between(n,10,29)',drawbox=120:96:60:8:white:fill:enable='between(n,10,29)'"
marked fading.mkv "split[a][b];[b]$MARK,format=yuva420p,fade=in:5:5:alpha=1,fade=out:30:5:alpha=1[c];[a][c]overlay"

# The frames in which the upper stroke is to be seen, 25 levels in the mean:  seen FILE FILTER
seen() {
    ff -i "$1" -i truth.mkv -filter_complex "[0:v]$2,crop=80:8:120:80[a];[1:v]crop=80:8:120:80[b];
        [a][b]blend=all_mode=subtract,signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=-" -f null - |
        sed -n 's/.*YAVG=//p' | awk '$1 > 25 { printf "%s%d", sep, NR - 1; sep = " " } END { print sep ? "" : "none" }'
}

for option in ahead=40 ahead=0 temporal=0; do
    check "a mark that enable= misses once stays hidden in all others, $option" same \
        "$(seen always.mkv "$BOX:$option:enable='not(eq(n,20))'")" 20
    check "a caption that is filled a frame late is not copied, $option" same \
        "$(seen caption.mkv "$BOX:$option:enable='between(n,11,29)'")" 10
    check "a caption that fades beside the hole is not copied, $option" same \
        "$(seen fading.mkv "$BOX:$option:enable='between(n,9,30)'")" '6 7 8 31 32 33 34'
done

echo '0.44-1.08 115 75 90 34' >times.txt
check 'times that are late leave their own frames alone' same \
    "$(seen caption.mkv deepfill=box_file=times.txt)" "$(echo 10 {27..29})"
check 'dilate_time fills those beside' same "$(seen caption.mkv deepfill=box_file=times.txt:dilate_time=3)" none
check 'live it fills those after' same "$(seen caption.mkv deepfill=box_file=times.txt:dilate_time=3:ahead=0)" 10
check 'frames that enable= switches off stay as they are' same \
    "$(seen always.mkv "$BOX:dilate_time=1:enable='not(eq(n,20))'")" 20
check 'packed pixels are grown in time, too' same \
    "$(seen caption.mkv format=yuyv422,deepfill=box_file=times.txt:dilate_time=3,format=yuv420p)" none
too_long() {
    ! ff -i always.mkv -vf "$BOX:dilate_time=65" -f null -
}
check 'dilate_time ends at 64' too_long

# A pan carries what is drawn beside the logo into its hole, unless it is kept out.
ff -f lavfi -i "color=gray:s=640x180:r=25,noise=alls=60:all_seed=3,gblur=3,eq=contrast=2,format=yuv420p" -frames:v 1 wide.png
ff -loop 1 -i wide.png -frames:v 50 -vf "crop=320:180:x='4*n':y=0,format=yuv420p" -c:v ffv1 pan.mkv
ff -i pan.mkv -vf "drawbox=140:70:40:30:magenta:fill,drawbox=190:60:60:50:white:fill,drawbox=200:65:40:40:black:fill" \
    -c:v ffv1 ticker.mkv
ff -f lavfi -i "color=black:s=320x180,format=gray,drawbox=190:60:60:50:white:fill" -frames:v 1 ticker.png

at_least_db() {
    echo "$1 dB"
    awk "BEGIN { exit !($1 >= $2) }"
}

# PSNR of the hole:  hole_psnr OPTIONS
hole_psnr() {
    ff -i ticker.mkv -i pan.mkv -filter_complex "[0:v]deepfill=box='140 70 40 30'$1,crop=40:30:140:70[a];
        [1:v]crop=40:30:140:70[b];[a][b]psnr=stats_file=-" -f null - |
        sed -n 's/.*psnr_avg:\([^ ]*\).*/\1/p' | sed s/inf/100/ | awk '{ sum += $1 } END { print sum / NR }'
}
check 'what keep_out marks is no source' at_least_db "$(hole_psnr :keep_out=ticker.png)" 40
check 'nor is it live' at_least_db "$(hole_psnr :keep_out=ticker.png:ahead=0)" 33
untouched() {
    same "$(hashes -i ticker.mkv -vf "deepfill=box='140 70 40 30':keep_out=ticker.png,crop=60:50:190:60")" \
        "$(hashes -i ticker.mkv -vf crop=60:50:190:60)"
}
check 'what keep_out marks stays as it is' untouched
no_fields() {
    ! ff -i ticker.mkv -vf "deepfill=box='140 70 40 30':keep_out=ticker.png:fields=1" -f null -
}
check 'keep_out and fields exclude each other' no_fields

ff -i pan.mkv -frames:v 25 -c:v ffv1 film.mkv
ff -i ticker.png -vf scale=160:90 -frames:v 1 -update 1 small.png
ff -f lavfi -i color=black:s=320x180,format=gray -frames:v 1 black.png
ff -loop 1 -i ticker.png -frames:v 10 -r 25 -c:v ffv1 brief.mkv
filter=deepfill=x=140:y=70:w=40:h=30:keep_out
check 'keep_out of another size is told about' \
    warns 'keep_out has another size than the video and is scaled to it.' $filter=small.png
check 'keep_out that keeps nothing out is told about' \
    warns 'Nothing in keep_out is above threshold, so it keeps nothing out: white is what' $filter=black.png
check 'keep_out that ends is told about' \
    warns 'keep_out has ended before the video: its last picture is repeated' $filter=brief.mkv
check 'what follows then is its own' \
    warns 'keep_out has ended before the video: nothing is kept out of the rest.' $filter=brief.mkv:eof_action=pass

finish
