#!/bin/bash
# deepfill find --captions: the frames and the pixels of captions, the mask video's times, and nothing where there is none.
. "$(dirname "$0")/lib/cli.sh"

W=320 H=192
# A picture that moves, and one that stands still: 72 frames, 24 a second.
MOVING="nullsrc=s=${W}x$H:r=24:d=3,format=gray,geq=lum='110+50*sin((X+2*N)/9)*cos(Y/7)+25*sin((X-N)/3)'"
STILL_PICTURE="nullsrc=s=${W}x$H:r=24:d=3,format=gray,geq=lum='110+50*sin(X/9)*cos(Y/7)+25*sin(X/3)'"

# letters X Y COUNT COLOUR GROW: boxes of a line of letters, two strokes upright and one across
letters() {
    local i x
    for ((i = 0; i < $3; i++)); do
        x=$(($1 + 13 * i))
        printf 'drawbox=%d:%d:%d:%d:%s:fill:enable=%s,' \
            $((x - $5)) $(($2 - $5)) $((2 + 2 * $5)) $((12 + 2 * $5)) "$4" "$ENABLE" \
            $((x + 6 + i % 2 - $5)) $(($2 - $5)) $((2 + 2 * $5)) $((12 + 2 * $5)) "$4" "$ENABLE" \
            $((x - $5)) $(($2 + i % 3 * 5 - $5)) $((8 + 2 * $5)) $((2 + 2 * $5)) "$4" "$ENABLE"
    done
}

# caption X Y COUNT FIRST LAST: light letters with a dark outline in frames FIRST to LAST
caption() {
    ENABLE="'between(n,$4,$5)'"
    letters "$1" "$2" "$3" black 1
    letters "$1" "$2" "$3" 0xEBEBEB 0
}

# film FILE PICTURE CAPTIONS [OPTION]...: one of a picture with captions over it
film() {
    local file=$1 picture=$2 captions=$3
    shift 3
    av -f lavfi -i "$picture,${captions}null" -c:v ffv1 "$@" "$file"
}

TWO="$(caption 80 160 12 9 30)$(caption 60 158 15 40 65)"
film moving.mkv "$MOVING" "$TWO" -pix_fmt yuv420p
film none.mkv "$MOVING" "" -pix_fmt yuv420p

# frames FILM [OPTION]...: first and last frames of what is found, a line each
frames() {
    deepfill find "$1" --captions -o mask.mkv --json "${@:2}" | sed -n 's/.*_frame": \([0-9]*\),/\1/p' | paste -d ' ' - -
}

# finds EXPECTED FILM [OPTION]...
finds() {
    same "$1" "$(frames "${@:2}")"
}
both=$'9 30\n40 65'
check "the frames of captions over a picture that moves" finds "$both" moving.mkv

locked() {
    film locked.mkv "$STILL_PICTURE" "$TWO" -pix_fmt yuv420p && finds "$both" locked.mkv
}
check "and over one that stands still" locked

# kept FORMAT: the same captions in another pixel format
kept() {
    film other.mkv "$MOVING" "$TWO" -pix_fmt "$1" && finds "$both" other.mkv
}
check "in 10 bit" kept yuv422p10le
check "in RGB" kept gbrp
check "in gray" kept gray

compressed() {
    av -i moving.mkv -c:v mpeg4 -q:v 5 small.mp4 && finds "$both" small.mp4
}
check "in a film that is compressed" compressed

# bytes FRAME: bytes of the mask's frame that are not black
bytes() {
    av -i mask.mkv -vf "select=eq(n\,$1)" -frames:v 1 -f rawvideo -pix_fmt gray - | tr -d '\0' | wc -c
}
in_time() {
    local n
    frames moving.mkv >/dev/null
    for n in 0 8 31 39 66 71; do
        same 0 "$(bytes $n)" || return
    done
    for n in 9 20 30 40 65; do
        [ "$(bytes $n)" -gt 500 ] || { echo "frame $n is black"; return 1; }
    done
}
check "the mask is white from the first frame to the last, black between" in_time

covers() {
    local drawn uncovered marked
    frames moving.mkv >/dev/null
    ENABLE=1
    drawn ${W}x$H drawn.png "$(letters 80 160 12 white 1)null"
    av -i mask.mkv -vf "select=eq(n\,20)" -frames:v 1 -c:v ffv1 now.mkv
    drawn=$(av -i drawn.png -f rawvideo -pix_fmt gray - | tr -d '\0' | wc -c)
    marked=$(av -i now.mkv -f rawvideo - | tr -d '\0' | wc -c)
    uncovered=$(av -i drawn.png -i now.mkv -lavfi blend=all_mode=subtract -f rawvideo -pix_fmt gray - | tr -d '\0' | wc -c)
    [ $((uncovered * 100)) -le "$drawn" ] && [ $((marked * 2)) -le $((drawn * 5)) ] ||
        { echo "$drawn are drawn, $marked marked, $uncovered not covered"; return 1; }
}
check "it covers 99 % of the strokes, by 2.5 times their area at most" covers

# shown FILE: when each frame is shown
shown() {
    ffprobe -v error -select_streams v -show_entries packet=pts_time -of csv=p=0 "$1"
}
times() {
    frames moving.mkv >/dev/null && same "$(shown moving.mkv)" "$(shown mask.mkv)"
}
check "the mask has the film's times" times

odd_times() {
    av -i moving.mkv -vf "select='mod(n,5)+lt(n,20)'" -fps_mode vfr -c:v ffv1 odd.mkv &&
        frames odd.mkv >/dev/null && same "$(shown odd.mkv)" "$(shown mask.mkv)"
}
check "those of a film whose frame rate varies, too" odd_times

format() {
    frames moving.mkv >/dev/null
    same "ffv1,$W,$H,gray" "$(ffprobe -v error -show_entries stream=codec_name,width,height,pix_fmt -of csv=p=0 mask.mkv)" &&
        av -err_detect crccheck+explode -i mask.mkv -f null - && frames moving.mkv >/dev/null && cp mask.mkv again.mkv &&
        frames moving.mkv >/dev/null && cmp mask.mkv again.mkv
}
check "it is gray FFV1, the same bytes each time" format

turned() {
    av -i moving.mkv -vf transpose=clock -c:v mpeg4 -q:v 3 side.mp4 &&
        av -display_rotation 90 -i side.mp4 -c copy turned.mp4 2>/dev/null || return 0 # ffmpeg 5 has no such option
    finds "$both" turned.mp4 &&
        same "$W,$H" "$(ffprobe -v error -show_entries stream=width,height -of csv=p=0 mask.mkv)"
}
check "of a film that is to be turned" turned

elsewhere() {
    film top.mkv "$MOVING" "$(caption 80 30 12 9 30)" -pix_fmt yuv420p && finds "" top.mkv &&
        finds "9 30" top.mkv --box "0 0 iw ih/2"
}
check "above the bottom third by --box alone" elsewhere

words() {
    same "mask.mkv: 2 captions in 72 frames
0:00:00.375-0:00:01.292
0:00:01.667-0:00:02.750
ffmpeg -i moving.mkv -vf deepfill=mask.mkv moving.clean.mkv" \
        "$(deepfill find moving.mkv --captions -o mask.mkv | sed '/^0/s/ .*//')"
}
check "what is printed: times as a file of rectangles has them, and the command" words

default_name() {
    rm -f moving.captions.mkv && deepfill find moving.mkv --captions >out.txt && [ -s moving.captions.mkv ] &&
        [ "$(tail -n 1 out.txt)" = "ffmpeg -i moving.mkv -vf deepfill=moving.captions.mkv moving.clean.mkv" ]
}
check "the mask's own name" default_name

odd_name() {
    local name="it's [a]: b=c,.mkv"
    cp moving.mkv "$name" && deepfill find "$name" --captions -o "m $name" >out.txt &&
        same "ffmpeg -i 'file:it'\\''s [a]: b=c,.mkv' -vf 'deepfill=mask=m it\\\\\\'\\''s \\[a\\]\\\\: b=c\\,.mkv' 'file:it'\\''s [a]: b=c,.clean.mkv'" \
            "$(tail -n 1 out.txt)"
}
check "odd names are quoted in the command" odd_name

# The command as it was printed, with the ffmpeg that has the filter: frames without captions stay, others change.
pasted() {
    local name="it's b=c,.mkv"
    cp moving.mkv "$name" && deepfill find "$name" --captions -o "m $name" >out.txt || return
    ffmpeg() { "$FFMPEG" -v error -nostdin -y "$@"; }
    eval "$(tail -n 1 out.txt | sed 's/-vf/-c:v ffv1 -vf/')"
    unset -f ffmpeg
    # 22 and 26 frames have a caption.
    same 48 "$(diff <(av -i "$name" -f framemd5 -) <(av -i "it's b=c,.clean.mkv" -f framemd5 -) | grep -c '^> 0,')"
}
if "$FFMPEG" -v quiet -h filter=deepfill 2>/dev/null | grep -q deepfill; then
    check "the command can be pasted" pasted
else
    skip "the command can be pasted" "no ffmpeg with the filter: make ffmpeg"
fi

nothing() {
    echo kept >mask.mkv
    deepfill find none.mkv --captions -o mask.mkv >out.txt 2>err.txt
    same 3 $? && [ ! -s err.txt ] && same kept "$(cat mask.mkv)" &&
        same "none.mkv: no captions were found in its 72 frames, in 320x64 pixels from 0, 128 on; --box looks elsewhere" \
            "$(cat out.txt)" && [ ! -e mask.mkv.part ]
}
check "no caption: a sentence, status 3, no file" nothing

nothing_json() {
    deepfill find none.mkv --captions -o mask.mkv --json >out.txt
    same 3 $? && grep -q '"mask": null' out.txt && grep -q '"captions": \[\]' out.txt && grep -q '"command": null' out.txt
}
check "the same as JSON" nothing_json

cut_short() {
    head -c $(($(stat -c %s moving.mkv) * 2 / 3)) moving.mkv >short.mkv && same "9 30" "$(frames short.mkv | head -n 1)"
}
check "a film that is cut short" cut_short

check "no film" fails "nofilm.mkv: cannot be read: No such file or directory" find nofilm.mkv --captions -o x.mkv
check "a picture" fails "rgb.png: is a picture, and a film is wanted" find rgb.png --captions -o x.mkv
check "the film as its own mask" fails "./moving.mkv: is the film itself: give the mask video another name" \
    find moving.mkv --captions -o ./moving.mkv
check "no folder for the mask" fails "no/x.mkv: cannot be written: there is no folder no, make it first" \
    find moving.mkv --captions -o no/x.mkv
check "a box that is too small" fails "moving.mkv: captions are looked for in 40x9 pixels, expected at least 16x16" \
    find moving.mkv --captions -o x.mkv --box "0 0 40 9"
check "no output" misused find "deepfill find: -o is empty, must be a name" moving.mkv --captions -o ""

# On footage, where there is some, with letters of a font; another program judges whether text is left.
CLIP=$ROOT/../shared/clips/more/plaza.mp4
footage() {
    local text="drawtext=text='%s':fontsize=20:fontcolor=%s:borderw=2:x=(w-tw)/2:y=h-40:enable='between(n,%d,%d)'"
    av -i "$CLIP" -vf "scale=432:240,$(printf "$text" "She never said a word" yellow 8 30),$(printf "$text" "until the morning came" white 36 52)" \
        -c:v libx264 -crf 23 footage.mp4 && finds $'8 30\n36 52' footage.mp4
}
reads_nothing() {
    "$FFMPEG" -v error -nostdin -y -i footage.mp4 -vf deepfill=mask.mkv -c:v ffv1 clean.mkv &&
        av -i footage.mp4 -vf "select=eq(n\,20)+eq(n\,44)" -fps_mode passthrough before%d.png &&
        av -i clean.mkv -vf "select=eq(n\,20)+eq(n\,44)" -fps_mode passthrough after%d.png &&
        python3 - <<'P'
from rapidocr_onnxruntime import RapidOCR
read = RapidOCR()
assert all(read(f"before{i}.png")[0] for i in (1, 2)), "not even the captions are read"
for i in (1, 2):
    found = read(f"after{i}.png")[0]
    assert not found, found
P
}
if [ ! -f "$CLIP" ]; then
    skip "captions on footage" "no $CLIP"
elif ! ffmpeg -v quiet -h filter=drawtext | grep -q fontfile; then
    skip "captions on footage" "ffmpeg has no drawtext"
else
    check "captions on footage" footage
    if python3 -c 'import rapidocr_onnxruntime' 2>/dev/null; then
        check "no text is left" reads_nothing
    else
        skip "no text is left" "rapidocr-onnxruntime is not installed"
    fi
fi

finish
