#!/bin/bash
# A film in parts that are filled alone has the bits that it has in one run, whatever its rate, and comes back with all
# else that it had. What is missing, short or bound to the whole film is told in a sentence.
. "$(dirname "$0")/lib/filter.sh"
. "$ROOT/tests/lib/parts.sh"

has encoders libx264 || {
    skip 'films in parts' 'this ffmpeg has no libx264'
    exit 0
}

# parted NAME.ENDING FILTER PARTS [ENCODER OPTIONS]: planned, run and joined, it is the same as in one run.
#   single: the run's own options.
parted() {
    local film=$1 filter=$2 parts=$3 folder=${1%.*}.p$3 out=${1%.*}.joined.${1##*.}
    shift 3
    rm -rf "$folder"
    plan "$film" -vf "$filter" --parts "$parts" -o "$folder" -- "$@" && sh "$folder/jobs.txt" && sh "$folder/join.sh" -o "$out" --ffmpeg "$FFMPEG" &&
        same "$(frames single.mkv)" "$(frames "$out")"
}

single() {
    local film=$1 filter=$2
    shift 2
    ff -i "$film" -map 0:v:0 -vf "$filter" -fps_mode passthrough "$@" single.mkv
}

# --------------------------------------------------------------------------------- the same bits --

same_bits() {
    local parts
    single varying.mkv "$HOLE" -enc_time_base 1/1000 -c:v ffv1 || return 1
    for parts in 1 2 5; do
        parted varying.mkv "$HOLE" $parts -c:v ffv1 && same $parts "$(ls varying.p$parts/part-* | wc -l)" || { echo "in $parts parts"; return 1; }
    done
}

shots 48 40 45 30 37
film_of_shots "$VARYING" varying.mkv -enc_time_base 1/1000 -x264-params open-gop=1 -c:a aac
check 'a film of varying rate, open groups of pictures and sound in 1, 2 and 5 parts' same_bits

film_of_shots "$EVEN" even.mkv -c:a aac
even() {
    single even.mkv "$HOLE" -c:v ffv1 && parted even.mkv "$HOLE" 5 -c:v ffv1
}
check 'a film of constant rate' even

quick() {
    single quick.mp4 "$1" -c:v libx264 -qp 0 && parted quick.mp4 "$1" 3 -c:v libx264 -qp 0
}
film_of_shots "$EVEN" quick.mp4 -c:a aac
check 'MP4 to MP4' quick "$HOLE"

real() {
    (real_shots && film_of_shots "$EVEN" real.mkv -c:a aac) && single real.mkv "$1" -c:v ffv1 && parted real.mkv "$1" 3 -c:v ffv1
}
if [ -e "$CLIPS/dog.mp4" ]; then
    check 'real pictures' real deepfill=x=226:y=16:w=68:h=38
else
    skip 'real pictures in parts' "no $CLIPS"
fi

# ---------------------------------------------------------------------------------------- masks --

# Holes that move and come and go, by mask videos:  moving RATE SECONDS FILE
moving() {
    ff -f lavfi -i "color=black:s=192x144:r=$1:d=$2" \
       -vf "drawbox=x='100+mod(20*t,30)':y=16:w=50:h=32:c=white:t=fill:enable='lt(mod(t,2.3),1.7)'" -pix_fmt gray -c:v ffv1 "$3"
}

masks() {
    single even.mkv "$1" -c:v ffv1 && parted even.mkv "$1" 5 -c:v ffv1 && grep -q "$2" even.p5/jobs.txt
}
moving 25 9 beside.mkv
moving 12.5 9 half.mkv
moving 30 7 numbered.mkv
mkdir -p pictures && ff -i beside.mkv -frames:v 200 pictures/%04d.png
printf '%s\n' '0-3.1 116 16 48 32' '2.2-6 20 100 40 20' '7- 116 16 48 32' >boxes.txt
check 'a mask video in time with the film' masks deepfill=beside.mkv mask_sync=time
check 'a mask video of half the rate' masks deepfill=half.mkv mask_sync=time
check 'a mask video paired by number' masks deepfill=numbered.mkv mask_sync=frame:mask_frame=
check 'mask pictures' masks deepfill=pictures/%04d.png mask_sync=frame:mask_frame=
check 'a mask that begins elsewhere' masks deepfill=beside.mkv:mask_start=0.4:mask_sync=time mask_start=0.400000
check 'rectangles with times, grown in time' masks deepfill=box_file=boxes.txt:dilate_time=3 mask_sync=time
check 'a mask and what is kept out' masks deepfill=beside.mkv:keep_out=half.mkv:mask_sync=time mask_sync=time

numbered_varying() {
    single varying.mkv deepfill=numbered.mkv:mask_sync=frame -enc_time_base 1/1000 -c:v ffv1 &&
        parted varying.mkv deepfill=numbered.mkv:mask_sync=frame 5 -c:v ffv1
}
check 'a mask by number beside a film of varying rate' numbered_varying

overlaid() {
    ff -f lavfi -i color=white@0.5:s=192x144,format=rgba -vf "geq=r=255:g=255:b=255:a='120*between(X,120,160)*between(Y,20,44)'" \
       -frames:v 1 -update 1 overlay.png
    single even.mkv deepfill=overlay=overlay.png:overlay_fade=0 -c:v ffv1 &&
        parted even.mkv deepfill=overlay=overlay.png:overlay_fade=0 5 -c:v ffv1
}
check 'a translucent overlay' overlaid
