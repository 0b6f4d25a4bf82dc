#!/bin/bash
# Rectangles instead of a mask: how they may be written, for which times they hold, and what is refused.
. "$(dirname "$0")/lib/filter.sh"

film 1 film.mkv

# All ways to write a rectangle give the mask of 'x y w h', for frames of 128x96:  written X Y W H OPTIONS...
drawn() {
    hashes -i film.mkv -frames:v 1 -vf "deepfill=$1:dilate=0:feather=0:show=mask"
}
written() {
    local expected options
    expected=$(drawn "box='$1 $2 $3 $4'")
    shift 4
    for options; do
        same "$(drawn "$options")" "$expected" || { echo "$options"; return 1; }
    done
}
check 'blanks, commas, colons' written 20 30 60 20 "box='20,30,60,20'" "box=20\\,30\\,60\\,20" \
    "box=20\\\\:30\\\\:60\\\\:20" "box=' 20, 30 ,60 ,  20 '" "box='20   30	60 20 '"
check 'x, y, w and h' written 20 30 60 20 x=20:y=30:w=60:h=20 h=20:w=60:x=20:y=30 'box=x=20:y=30:w=60:h=20' \
    "box='x=20,y=30,w=60,h=20'" "box='w=60 h=20 x=20 y=30'" "box=' x = 20 , y = 30 , w = 60 , h = 20'"
check 'width x height + x + y' written 20 30 60 20 'box=60x20+20+30'
check 'expressions' written 20 30 60 20 "box='iw-108 ih-66 iw/2-4 h=20'" "x=iw-w-48:y=h+10:w=3*h:h=20" \
    "box='iw - 108, ih-66, max(60,h), 20'" "x='min(20,30)':y='if(gt(iw,ih),30,0)':w=60:h=20" \
    "box='128-108 sqrt(900) 2*30 20'"
check 'fractions' written 32 48 64 24 "box='0.25 .5 0.5 0.25'" "box='25% 50% 50% 25%'" \
    "box='iw*0.25 ih/2 50% 24'" \
    x=0.25:y=0.5:w=0.5:h=0.25
check 'the whole' written 0 0 128 96 "box='0 0 1.0 1.0'" "box='0 0 100% 100%'" "box='0 0 iw ih'"
check 'a pixel is no fraction' written 1 1 1 1 "box='1 1 1 1'"
check 'over the edge' written 0 0 20 48 "box='-5 -7 25 55'"
several() {
    same "$(drawn "box='0 0 20 48|108 48 20 48'")" "$(drawn "box='0,0,20,48 | 20x48+108+48'")" &&
        same "$(drawn "box='0 0 20 48':x=108:y=48:w=20:h=48")" "$(drawn "box='0 0 20 48|108 48 20 48'")" &&
        differ "$(drawn "box='0 0 20 48'")" "$(drawn "box='0 0 20 48|108 48 20 48'")"
}
check 'several' several

# As the program reads them. In a line of a file they need no more escaping.  listed TEXT EXPECTED
listed() {
    local boxes=${2// /:}
    echo "0-9 $1" >listed.txt
    if [ "$2" = refused ]; then
        ! ff -i film.mkv -vf deepfill=box_file=listed.txt -f null - &&
            same "$(messages deepfill=box_file=listed.txt | grep -c '^listed.txt, line 1: ')" 1
    else
        ff -f lavfi -i "color=black:s=128x96,format=yuv444p,drawbox=${boxes//|/:white:fill,drawbox=}:white:fill" \
            -frames:v 1 -update 1 -pix_fmt gray listed.png &&
            same "$(drawn box_file=listed.txt)" "$(drawn mask=listed.png)"
    fi
}
while IFS= read -r -u 3 line; do
    [[ $line == '#'* ]] || check "'${line% -> *}'" listed "${line% -> *}" "${line#* -> }"
done 3<"$ROOT/tests/lib/boxes.txt"

# --------------------------------------------------------------------------------- for their times --

# Columns of 48 rows, so that pictures() tells their number.
printf '%s\n' '# the first logo, then both' '0.2-0.6   0 0 20 48' '' \
    '00:00:00.4-00:00:00.8, 64 0 20 48  # overlaps' >times.txt
printf '0.8-\t0,0,40,48 \r\n' >>times.txt
TIMES='t < 5 ? -1 : t < 10 ? 9 : t < 15 ? 19 : t < 20 ? 9 : 19'
check 'box_file' got "$(numbers 25 "${TIMES//t/n}")" deepfill=box_file=times.txt -i film.mkv
check 'box_file, with mask_start' got "$(numbers 25 "(t = n + 5) < 5 ? -1 : $TIMES")" \
    deepfill=box_file=times.txt:mask_start=0.2 -i film.mkv
both() {
    got "$(numbers 25 'n < 5 ? 9 : n < 10 ? 19 : n < 15 ? 29 : n < 20 ? 19 : 29')" \
        "deepfill=box_file=times.txt:box='108 0 20 48'" -i film.mkv
}
check 'box_file and box' both
back() {
    same "$(pictures -i film.mkv -filter_complex \
        "$(graph deepfill=box_file=times.txt "[0:v]setpts='if(lt(N,20),PTS,PTS-0.8/TB)'," \
                 'setpts=N/25/TB')")" \
        "$(numbers 25 "(t = n % 20) < 5 ? -1 : $TIMES")"
}
check 'box_file, and times that run back' back
open_ends() {
    printf -- '-0.2 0 0 20 48\n0.6- 0 0 40 48|108 0 20 48' >open.txt
    got "$(numbers 25 'n < 5 ? 9 : n < 15 ? -1 : 29')" deepfill=box_file=open.txt -i film.mkv
}
check 'box_file, ranges without a start or an end' open_ends
check 'box_file is named at the start' warns ', mask times.txt (128x96), ' deepfill=box_file=times.txt
never() {
    echo '5-6 0 0 20 48' >never.txt
    got "$(numbers 25 -1)" deepfill=box_file=never.txt -i film.mkv
}
check 'box_file, and no frame in its times' never
check 'box_file, and no frame in its times, is told of' warns \
    "No frame was changed: no range of times in the box_file 'never.txt' lies in the video (else: mask_start)." \
    deepfill=box_file=never.txt
# Lines end as the three kinds of systems end them, and the file may be a pipe.
line_ends() {
    for end in '\n' '\r\n' '\r'; do
        printf "0-0.2 0 0 20 48${end}# none${end}0.6-9 0 0 60 48$end" >lines.txt
        got "$(numbers 25 'n < 5 ? 9 : n < 15 ? -1 : 29')" deepfill=box_file=lines.txt -i film.mkv || return
    done
    mkfifo pipe.txt && { cat lines.txt >pipe.txt & } &&
        got "$(numbers 25 'n < 5 ? 9 : n < 15 ? -1 : 29')" deepfill=box_file=pipe.txt -i film.mkv
}
check 'box_file, whatever ends its lines' line_ends

# --------------------------------------------------------------------------------- what is refused --

FOUR="a rectangle has four, 'x y w h' or x=..:y=..:w=..:h=.., and several are joined by '|'."
check 'three values' fails "box: '1 2 3', at character 1 of '1 2 3', has 3 values: $FOUR" \
    "deepfill=box='1 2 3'"
check 'five values' fails "box: '1 2 3 4 5', at character 1 of '1 2 3 4 5', has 5 values: $FOUR" \
    "deepfill=box='1 2 3 4 5'"
check 'an empty neighbour' fails "box: '', at character 9 of '1 2 3 4|', has 0 values: $FOUR" \
    "deepfill=box='1 2 3 4|'"
check 'the second has three' fails "box: '5 6 7', at character 11 of '1 2 3 4 | 5 6 7', has 3 values: $FOUR" \
    "deepfill=box='1 2 3 4 | 5 6 7'"
check 'one value' fails "box: '20', at character 1 of '20', has 1 value: $FOUR" deepfill=box=20
check 'no height' fails "box: 'x=1:y=2:w=3', at character 1 of 'x=1:y=2:w=3', has 3 values: $FOUR" \
    deepfill=x=1:y=2:w=3
check 'a letter in a number' fails \
    "box: '2o', at character 4 of '20 2o 60 20', is neither a number nor an expression in iw, ih, x, y, w \
and h, without blanks or units." "deepfill=box='20 2o 60 20'"
check 'a name that nobody has' fails \
    "box: 'width/2', at character 3 of 'x=width/2:y=0:w=9:h=9', is neither a number nor an expression in iw, \
ih, x, y, w and h, without blanks or units." deepfill=x=width/2:y=0:w=9:h=9
check 'no area' fails "box: the rectangle '1 2 0 4' has no area: it is 0 wide and 4 high." \
    "deepfill=box='1 2 0 4'"
check 'a negative width' fails "box: the rectangle '1 2 w=-5 4' has no area: it is -5 wide and 4 high." \
    "deepfill=box='1 2 w=-5 4'"
check 'outside' fails "box: the rectangle 'iw 0 9 9' lies outside the video, which is 128x96: it is 9x9 at \
x=128, y=0." "deepfill=box='iw 0 9 9'"
check 'values that need each other' fails \
    "box: the rectangle 'x=w:y=0:w=x:h=9' has no x in a video of 128x96: its expression has no value." \
    deepfill=x=w:y=0:w=x:h=9
check 'a division by nothing' fails \
    "box: the rectangle '0 0 iw/0 9' has no w in a video of 128x96: its expression has no value." \
    "deepfill=box='0 0 iw/0 9'"

WRITE="a rectangle is written deepfill=x=20:y=30:w=60:h=25, or deepfill=box='20 30 60 25'."
check 'numbers alone' fails "mask='20' is a number and no file: $WRITE" deepfill=20:30:60:25
check 'one number' fails "mask='20' is a number and no file: a rectangle is written deepfill=x=20:y=20:w=200:\
h=60, or deepfill=box='20 20 200 60'." deepfill=20
named_number() {
    ff -f lavfi -i color=white:s=128x96 -frames:v 1 -update 1 -f image2 -c:v png 20
    same "$(hashes -i film.mkv -vf deepfill=20:show=mask | wc -l)" 25
    local status=$?
    rm 20
    return $status
}
check 'a file whose name is a number' named_number
# Later versions refuse values without a name behind one with a name by themselves.
if [ "$("$FFMPEG" -version | sed -n 's/^libavfilter *\([0-9]*\)\..*/\1/p')" -lt 9 ]; then
    check 'box and bare colons' fails "box='20' is a number: $WRITE" deepfill=box=20:30:60:25
else
    skip 'box and bare colons' "FFmpeg's own message"
fi
check 'box_file and mask' fails 'mask= and box_file= exclude each other: give one of them.' \
    deepfill=film.mkv:box_file=times.txt

# refused MESSAGE LINE: of the second line of a file
refused() {
    printf '# logos\n%s\n' "$2" >wrong.txt
    fails "wrong.txt, line 2: $1" deepfill=box_file=wrong.txt
}
RANGE="is no range of times: write START-END x y w h, the range without blanks, times in seconds with a point (0.5) \
or hh:mm:ss.ms."
check 'box_file: no end' refused "'12' $RANGE" '12 1 2 3 4'
check 'box_file: no time' refused "'12-x' $RANGE" '12-x 1 2 3 4'
check 'box_file: an end before the start' refused "'12-11' is empty: the end comes after the start." '12-11 1 2 3 4'
check 'box_file: blanks in the range' refused "'-' $RANGE" '- 12 1 2 3 4'
check 'box_file: three values' refused "'1 2 3', at character 1 of '1 2 3', has 3 values: $FOUR" '0-1 1 2 3'
check 'box_file: no values' refused "'', at character 1 of '', has 0 values: $FOUR" '0-1'
check 'box_file: a letter' refused "'b', at character 3 of '1 b 3 4', is neither a number nor an expression \
in iw, ih, x, y, w and h, without blanks or units." '0-1 1 b 3 4'
check 'box_file: outside' refused "the rectangle '200 0 9 9' lies outside the video, which is 128x96: it is \
9x9 at x=200, y=0." '0-1 200 0 9 9'
subtitles() {
    printf '1\n00:00:00,500 --> 00:00:01,000\nwords\n' >words.srt
    fails "The box_file 'words.srt' looks like subtitles: its lines are START-END x y w h." deepfill=box_file=words.srt
}
check 'box_file: subtitles' subtitles
check 'a file as box' fails "box='times.txt' is a file: one with rectangles and their times is given as \
box_file=times.txt." deepfill=box=times.txt
check 'a rectangle that sticks out is told about' warns "box: of the rectangle 'w-30 10 20 30', 20x30 at x=-10, y=10, \
only 10x30 lie in the video, which is 128x96." "deepfill=box='w-30 10 20 30'"
sought() {
    grep -Fq "and the times in box_file count from there: set mask_start to the value of -ss where" <<<"$(
        "$FFMPEG" -hide_banner -ss 0.2 -i film.mkv -vf deepfill=box_file=times.txt -f null - 2>&1)" &&
        ! grep -q 'read from its -ss' <<<"$("$FFMPEG" -hide_banner -ss 0.2 -i film.mkv \
            -vf deepfill=box_file=times.txt:mask_start=0.2 -f null - 2>&1)"
}
check 'box_file and -ss are told about' sought
check 'box_file: missing' fails "The box_file 'none.txt' cannot be read (No such file or directory): give \
box_file= a text file." deepfill=box_file=none.txt
empty() {
    printf '# nothing\n\n' >empty.txt
    fails "The box_file 'empty.txt' has no rectangle: its lines are START-END x y w h." \
        deepfill=box_file=empty.txt
}
check 'box_file: empty' empty
check 'box_file: a picture' fails "The box_file 'film.mkv' is no text: its lines are START-END x y w h." \
    deepfill=box_file=film.mkv

finish
