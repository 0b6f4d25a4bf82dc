#!/bin/bash
# What stands still beside what moves, through ffmpeg: a caption across a letterbox's edge, a logo above a ticker.
. "$(dirname "$0")/lib/filter.sh"

# A film with black bars, the camera pans; the caption lies half on the bar, half on the picture.
ff -f lavfi -i "color=gray:s=640x120:r=25:d=1.6,noise=alls=100:all_seed=7,gblur=4,eq=contrast=4:brightness=0.05,format=yuv420p" \
    -vf "scroll=h=0.0047:v=0.0084,crop=288:120:0:0,pad=288:160:0:20:black" -c:v ffv1 boxed.mkv
ff -i boxed.mkv -vf drawbox=60:128:168:24:white:fill -c:v ffv1 boxed_caption.mkv
CAPTION="deepfill=box='60 128 168 24'"

# The bar's brightest luma, two lines inside it.
brightest() {
    ff -i boxed_caption.mkv -vf "$CAPTION,crop=168:8:60:142,signalstats,metadata=print:key=lavfi.signalstats.YMAX:file=-" \
        -f null - | sed -n 's/.*YMAX=//p' | sort -n | tail -n 1
}
bar_stays_black() {
    at_least "-$(brightest)" -32
}
check 'a bar stays black under a caption on a pan' bar_stays_black

# As good as picture and bar filled apart, by hand.
picture_is_as_good() {
    local apart
    ff -i boxed_caption.mkv -vf crop=288:120:0:20 -c:v ffv1 picture_caption.mkv
    ff -i boxed.mkv -vf crop=288:120:0:20 -c:v ffv1 picture.mkv
    apart=$(psnrs picture_caption.mkv picture.mkv "deepfill=box='60 108 168 12'" crop=168:12:60:108 | mean)
    at_least "$(psnrs boxed_caption.mkv boxed.mkv "$CAPTION" crop=168:12:60:128 | mean)" "$apart - 1"
}
check 'the picture beside it is as good as without the bar' picture_is_as_good

# A picture that stands still, and a ticker that runs below it; a logo above the ticker.
texture 7 one.png
texture 8 two.png
pan one.png 40 0 0 still.mkv
pan two.png 40 5 0 runs.mkv
ff -i still.mkv -i runs.mkv -filter_complex '[1:v]crop=192:34:0:0[t];[0:v][t]overlay=0:110' -c:v ffv1 ticker.mkv
ff -i ticker.mkv -vf drawbox=70:70:50:28:yellow:fill -c:v ffv1 ticker_logo.mkv
logo_stands_still() {
    same "$(hashes -i ticker_logo.mkv -vf "deepfill=box='70 70 50 28':grain=0,crop=50:28:70:70" | sort -u | wc -l)" 1
}
check 'a fill above a ticker stands still' logo_stands_still
