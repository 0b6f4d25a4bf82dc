#!/bin/bash
# Masks paired by time, by number or by what fits: which picture each frame gets, and what the log says.
. "$(dirname "$0")/lib/filter.sh"

film 2 film.mkv
film 1 short.mkv
counting 25 2 mask.mkv
counting 30 2 30.mkv -frames:v 50
counting 30 2 long30.mkv
counting 24000/1001 2 ntsc.mkv
counting 25/2 2 half.mkv
counting 25 1.32 33.mkv
counting 10 1 10.mkv

# A phone's film: 25 frames of 1/25 s, then 25 of 1/20 s. A film of 25 a second without every third frame.
ff -i film.mkv -vf "settb=1/600,setpts='if(lt(N,25),N*24,600+(N-25)*30)'" -fps_mode passthrough \
   -enc_time_base 1/600 -c:v ffv1 phone.mkv
ff -i film.mkv -vf "select='not(eq(mod(n,3),1))'" -fps_mode passthrough -c:v ffv1 dropped.mkv
# Sound first: the film's first picture comes at 0.4 s.
ff -f lavfi -i sine=d=2.4 -itsoffset 0.4 -i film.mkv -map 0 -map 1 -c:v ffv1 -c:a flac sound.mkv

# got_second EXPECTED OPTIONS MASK FILM
got_second() {
    same "$(pictures -i "$4" -i "$3" -filter_complex "$(graph "deepfill=$2" '[0:v][1:v]')")" "$1"
}

# The filter's lines:  [AFTER=OUTPUT OPTIONS] said DEEPFILL BEFORE [OPTIONS INPUT]...
said() {
    local filter=$1 before=$2
    shift 2
    "$FFMPEG" -hide_banner -nostdin -nostats -y "$@" -filter_complex "$before$filter:show=mask" $AFTER \
        -f null - 2>&1 |
        sed -n 's/^\[[^]]*deepfill[^]]*\] //p'
}

# Those on pairing alone.
tells() {
    said "$@" | on_pairing
}

on_pairing() {
    grep -v -e '^model ' -e '^The hole ' -e 'in flight'
}

# It ran, and there was nothing to tell of pairing.
untold() {
    local lines
    lines=$(said "$@")
    echo "$lines"
    grep -q '^model ' <<<"$lines" && ! on_pairing <<<"$lines"
}

FITS_NOT="From %s s on the mask's times do not fit the video's: with %s pictures a second it was most likely \
made frame by frame, so its pictures are paired with the frames by number (else: mask_sync=time)."
AS_MANY='The mask has as many pictures as the video has frames, 50: paired by number, they fit.'
BY_TIME='they are paired by time (else: mask_sync=frame).'
MISTAKEN='The mask has as many pictures as the video has frames, %s, but they were paired by time: if it '\
'was made frame by frame, set mask_sync=frame.'

# ----------------------------------------------------------------------------- made frame by frame --

phone() {
    got "$(numbers 50 n)" deepfill=mask.mkv -i phone.mkv &&
        same "$(tells deepfill=mask.mkv '' -i phone.mkv)" "$(printf "$FITS_NOT\n$AS_MANY" 1.10 25)"
}
check 'a film of varying rate, a mask of a constant one' phone
check 'the same as a second input' got_second "$(numbers 50 n)" threshold=0.5 mask.mkv phone.mkv
SLOW='int((n - 25) * 1.25 + 25.5)'
check 'the same by time' got "$(numbers 50 "n < 26 ? n : $SLOW < 50 ? $SLOW : 49")" \
    deepfill=mask.mkv:mask_sync=time -i phone.mkv
other() {
    got "$(numbers 50 n)" deepfill=30.mkv -i film.mkv &&
        same "$(tells deepfill=30.mkv '' -i film.mkv)" "$(printf "$FITS_NOT\n$AS_MANY" 0.12 30)"
}
check 'a mask of a rate that its tool made up' other
check 'the same as a second input' got_second "$(numbers 50 n)" threshold=0.5 30.mkv film.mkv
check 'by number, from one that is told' got "$(numbers 25 'n + 7')" deepfill=mask.mkv:mask_sync=frame:mask_frame=7 -i short.mkv
by_number() {
    got "$(numbers 33 'n < 25 ? n : 24')" deepfill=half.mkv:mask_sync=frame -i dropped.mkv &&
        got "$(numbers 33 'n < 25 ? n : -1')" \
            deepfill=half.mkv:mask_sync=frame:eof_action=pass -i dropped.mkv &&
        got "$(numbers 25 n)" deepfill=half.mkv:mask_sync=frame:eof_action=endall -i dropped.mkv &&
        got_second "$(numbers 33 'n < 25 ? n : -1')" mask_sync=frame:eof_action=pass half.mkv dropped.mkv
}
check 'by number, and the mask ends' by_number
looped() {
    got "$(numbers 50 'n % 10')" deepfill=10.mkv:mask_sync=frame:mask_loop=1 -i film.mkv &&
        got "$(numbers 25 '(n + 25) % 10')" \
            deepfill=10.mkv:mask_sync=frame:mask_loop=1:mask_start=1 -i short.mkv
}
check 'by number, in a loop' looped
started() {
    got "$(numbers 25 'n + 25')" deepfill=long30.mkv:mask_sync=frame:mask_start=1 -i short.mkv &&
        got "$(numbers 50 'n < 25 ? -1 : n - 25')" \
            deepfill=long30.mkv:mask_sync=frame:mask_start=-1 -i film.mkv
}
check 'mask_start counts frames' started
within() {
    same "$(pictures -i short.mkv -filter_complex \
        "$(graph deepfill=long30.mkv:mask_sync=frame '[0:v]setpts=PTS+1/TB,')")" "$(numbers 25 'n + 25')"
}
check 'a film that begins in its middle is counted from there' within

counting 24 40 far24.mkv -g 5
counting 25 40 far.mkv -g 5
far() {
    got "$(numbers 25 '(750 + n) % 60')" deepfill=far24.mkv:mask_start=30 -i short.mkv &&
        got "$(numbers 25 '(750 + n) % 60')" deepfill=far.mkv:mask_start=30 -i short.mkv &&
        got "$(numbers 25 '(750 + n) % 60')" deepfill=far.mkv:mask_start=30:mask_sync=frame -i short.mkv &&
        got "$(numbers 25 '(750 + n) % 60')" deepfill=far.mkv:mask_start=30:mask_sync=time -i short.mkv
}
check 'far into the mask' far

# ----------------------------------------------------------------------------- made in time with it --

dropped() {
    got "$(numbers 33 'int(n / 2) * 3 + n % 2 * 2')" deepfill=mask.mkv -i dropped.mkv &&
        same "$(tells deepfill=mask.mkv '' -i dropped.mkv)" "The video's frames are not evenly spaced, but \
fall on the times of the mask's pictures: $BY_TIME"
}
check 'a film with frames dropped' dropped
half() {
    got "$(numbers 50 '(n * 40 + 20) / 80')" deepfill=half.mkv -i film.mkv &&
        same "$(tells deepfill=half.mkv '' -i film.mkv)" \
            "The mask has 12.5 pictures a second, the video 25: $BY_TIME"
}
check 'a mask of half the rate' half
uneven() {
    ff -i mask.mkv -vf "select='lt(mod(n,10),3)'" -fps_mode passthrough -c:v ffv1 uneven.mkv
    got "$(numbers 50 'n % 10 < 3 ? n : n - n % 10 + 2')" deepfill=uneven.mkv -i film.mkv &&
        tells deepfill=uneven.mkv '' -i film.mkv |
            grep -Fxq "The mask's pictures are not evenly spaced: $BY_TIME"
}
check 'a mask that keeps its changes alone' uneven
same_times() {
    ff -i phone.mkv -vf "format=gray,geq=lum='255*lt(X\,2*(N+1))*lt(Y\,48)'" -fps_mode passthrough \
       -enc_time_base 1/600 -c:v ffv1 same.mkv
    got "$(numbers 50 n)" deepfill=same.mkv -i phone.mkv &&
        untold deepfill=same.mkv '' -i phone.mkv
}
check 'a mask with the times of its film: nothing to tell' same_times
named() {
    mkdir -p pictures && ff -i mask.mkv pictures/%03d.png
    got "$(numbers 50 '(n * 40 + 50 / 3) * 0.03 < 49 ? (n * 40 + 50 / 3) * 0.03 : 49')" \
        deepfill=pictures/%03d.png:mask_opts=framerate=30 -i film.mkv
}
check 'images whose rate was named' named

# ------------------------------------------------------------------------------------ another start --

FIRST="The video's first picture comes at 0.40 s: it gets the mask's first (else: mask_sync=time)."
sound() {
    got "$(numbers 50 n)" deepfill=mask.mkv -i sound.mkv &&
        same "$(tells deepfill=mask.mkv '' -i sound.mkv)" "$FIRST"
}
check 'a film whose sound begins first' sound
check 'the same as a second input' got_second "$(numbers 50 n)" threshold=0.5 mask.mkv sound.mkv
check 'the same by time' got "$(numbers 50 'n < 40 ? n + 10 : 49')" \
    deepfill=mask.mkv:mask_sync=time -i sound.mkv
sound_started() {
    got "$(numbers 50 'n < 35 ? n + 15 : 49')" deepfill=mask.mkv:mask_start=0.2 -i sound.mkv &&
        same "$(tells deepfill=mask.mkv:mask_start=0.2 '' -i sound.mkv | head -n 1)" "The video's first \
picture comes at 0.40 s: it is paired with the mask by time (else: mask_sync=frame)."
}
check 'the same with mask_start' sound_started
check 'the same by number' got "$(numbers 50 n)" deepfill=long30.mkv:mask_sync=frame -i sound.mkv
other_start() {
    got "$(numbers 50 n)" deepfill=30.mkv -i sound.mkv &&
        same "$(tells deepfill=30.mkv '' -i sound.mkv)" "$(printf "$FIRST\n$FITS_NOT\n$AS_MANY" 0.52 30)"
}
check 'sound first, and another rate' other_start
trimmed() {
    same "$(pictures -i film.mkv -filter_complex "$(graph deepfill=mask.mkv '[0:v]trim=0.4,')")" \
        "$(numbers 40 'n + 10')"
}
check 'a film that was trimmed' trimmed
# A mask whose sound begins first.
late() {
    ff -f lavfi -i sine=d=2.4 -itsoffset 0.4 -i mask.mkv -map 0 -map 1 -c:v ffv1 -c:a flac late.mkv
    got "$(numbers 50 'n < 10 ? -1 : n - 10')" deepfill=late.mkv -i film.mkv &&
        got "$(numbers 50 n)" deepfill=late.mkv:mask_start=0.4 -i film.mkv &&
        got "$(numbers 50 n)" deepfill=late.mkv:mask_sync=frame -i film.mkv &&
        same "$(tells deepfill=late.mkv '' -i film.mkv | head -n 1)" "The mask begins at 0.40 s of the \
video, which begins at 0.00 s: the frames before go without (else: mask_start=0.40, or mask_sync=frame)."
}
check 'a mask that begins later' late

# ------------------------------------------------------------------------------------ another end --

mistaken() {
    tells deepfill=33.mkv '' -i dropped.mkv | grep -Fxq "$(printf "$MISTAKEN" 33)"
}
check 'as many pictures as frames, paired by time' mistaken
# Twice as long, too, of which one line is enough.
halved() {
    counting 25/2 4 halved.mkv
    same "$(tells deepfill=halved.mkv '' -i film.mkv)" "The mask has 12.5 pictures a second, the \
video 25: $BY_TIME
$(printf "$MISTAKEN" 50)"
}
check 'as many pictures as frames, twice as long' halved
lasting() {
    same "$(tells deepfill=ntsc.mkv '' -i film.mkv | tail -n 1)" 'The mask lasts as long as the video, '\
'2.00 s, but has 48 pictures for 50 frames, and was paired by number: if it was made in time with '\
'the video, set mask_sync=time.'
}
check 'as long as the video, paired by number' lasting
counting 25 5 five.mkv
LONG='The mask lasts from 0.00 to 5.00 s of the video, the video from 0.00 to 1.00 s: if another part of it '\
'belongs to the video, set mask_start.'
check 'a mask that goes on' same "$(tells deepfill=five.mkv '' -i short.mkv)" "$LONG"
check 'a mask that goes on, when asked to go by time' \
    same "$(tells deepfill=five.mkv:mask_sync=time '' -i short.mkv)" "$LONG"
shifted() {
    same "$(tells deepfill=five.mkv:mask_start=1 '' -i short.mkv)" \
        "${LONG/from 0.00 to 5.00/from -1.00 to 4.00}" &&
        untold deepfill=five.mkv:mask_start=4 '' -i short.mkv
}
check 'a mask that goes on after mask_start' shifted
images() {
    mkdir -p many && ff -i five.mkv many/%03d.png
    same "$(tells deepfill=many/%03d.png '' -i short.mkv)" 'The mask has 125 pictures, the video 25 frames, '\
'paired by number: if both last as long, pair them by time, with mask_opts=framerate=125 (ffmpeg takes one '\
'picture a frame out of a film with -fps_mode passthrough).'
}
check 'more images than frames' images
# Nobody sees the whole film there: it is cut before or after the filter, which holds no frames back.
early() {
    local filter=deepfill=five.mkv:ahead=0:delay=0
    untold "$filter" '' -t 0.4 -i film.mkv &&
        untold "$filter" trim=end=0.4, -i film.mkv &&
        AFTER='-t 0.4' untold "$filter" '' -i film.mkv &&
        AFTER='-frames:v 5' untold "$filter" '' -i film.mkv
}
check 'a film that is cut: nothing to tell' early
part() {
    same "$(tells deepfill=five.mkv '' -ss 0.5 -t 0.8 -i film.mkv | tail -n 1)" 'The mask lasts 5.00 s, the video 0.80 s from its -ss on: '\
'if the mask is that of the whole video, set mask_start to the value of -ss.' &&
        [ -z "$(tells deepfill=five.mkv:mask_start=0.5 '' -ss 0.5 -t 0.8 -i film.mkv)" ]
}
check 'a part of a film, a mask of the whole' part
between() {
    got "$(numbers 20 'n + 13')" deepfill=mask.mkv:mask_start=0.5 -ss 0.5 -t 0.8 -i film.mkv &&
        got "$(numbers 20 'n + 13')" deepfill=mask.mkv:mask_start=0.5:mask_sync=frame -ss 0.5 -t 0.8 -i film.mkv
}
check 'a part of a film that begins between two frames' between
thinned() {
    untold deepfill=five.mkv:ahead=0:delay=0 "select='lt(n,10)'," -i film.mkv
}
check 'a film of which a part was selected: nothing to tell' thinned
# A raw stream has the rate that the user names, when its length is looked at, too.
raw_stream() {
    film 3 film3.mkv
    ff -i five.mkv -frames:v 75 -c:v mjpeg -q:v 2 -pix_fmt yuvj420p raw.mjpeg &&
        untold deepfill=raw.mjpeg:mask_opts=framerate=50 '' -r 50 -i film3.mkv
}
check 'a raw stream, as long as the film by its named rate' raw_stream

check 'images by time without a rate' fails \
    "The mask 'pictures/%03d.png' is images without times: mask_sync=time needs their rate, \
mask_opts=framerate=25 say." deepfill=pictures/%03d.png:mask_sync=time

finish
