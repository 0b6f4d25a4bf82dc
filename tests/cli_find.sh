#!/bin/bash
# deepfill find: the box of a logo, its opacity and times; nothing where there is none; a sentence for what is no film.
. "$(dirname "$0")/lib/cli.sh"

command -v ffmpeg >/dev/null || {
    skip "deepfill find" "ffmpeg is not installed"
    exit 0
}

# Ten backgrounds of a second each, that scroll: film FILE FILTER. drawbox blends subsampled chroma more than once.
film() {
    local i graph= pads=
    for i in 0 1 2 3 4 5 6 7 8 9; do
        graph+="color=gray:s=320x192:r=12:d=1,format=yuv444p,noise=alls=100:all_seed=$((i + 1)),gblur=7,"
        graph+="lutyuv=y=$((60 + 37 * i % 120))+(val-128)*12:u=128+(val-128)*6:v=128+(val-128)*6,scroll=h=.01:v=.006[p$i];"
        pads+="[p$i]"
    done
    av -filter_complex "$graph${pads}concat=n=10,$2,format=yuv420p[out]" -map '[out]' -c:v libx264 -crf 20 "$1"
}

LOGO='drawbox=x=200:y=20:w=60:h=8:t=fill:color=white@0.5,drawbox=x=200:y=34:w=24:h=20:t=fill:color=white@0.5,drawbox=x=240:y=34:w=20:h=20:t=fill:color=white@0.5'

film logo.mp4 "$LOGO" || {
    skip "deepfill find" "this ffmpeg cannot make the films"
    exit 0
}
film plain.mp4 null
film opaque.mp4 "${LOGO//@0.5/}"
WHEN=":t=fill:enable='between(t,3,6.99)'"
film goes.mp4 "${LOGO//:t=fill/$WHEN}"
av -f lavfi -i "testsrc2=s=320x192:r=12:d=1" -vf "select=1,loop=60:1:0,noise=alls=4:allf=t" -c:v libx264 locked.mp4

# near EXPECTED VALUE BY: numbers
near() {
    awk -v a="$1" -v b="$2" -v by="$3" 'BEGIN { exit !(a - b <= by && b - a <= by) }' || { echo "$2, expected $1"; return 1; }
}

# value NAME: of the first overlay in out.json
value() {
    sed -n "s/^ *\"$1\": \([^,]*\),\{0,1\}$/\1/p" out.json | sed -n "${2:-1}p"
}

finds() {
    deepfill find logo.mp4 >said.txt &&
        deepfill find logo.mp4 --json -o again >out.json && cmp logo.mask.png again.mask.png &&
        cmp logo.overlay.png again.overlay.png && cmp logo.sheet.png again.sheet.png &&
        near 200 "$(value x)" 1 && near 20 "$(value y)" 1 && near 60 "$(value width 2)" 2 &&
        near 34 "$(value height 2)" 2 && near .5 "$(value opacity)" .04 && same '"translucent"' "$(value kind)" &&
        same false "$(value comes_and_goes)" && same 320,192,rgba64be "$(picture logo.overlay.png)" &&
        same 320,192,gray "$(picture logo.mask.png)" && same 320,576,rgb24 "$(picture logo.sheet.png)" &&
        same 'ffmpeg -i logo.mp4 -vf deepfill=overlay=logo.overlay.png logo.clean.mp4' "$(tail -n 1 said.txt)"
}

picture() {
    ffprobe -v error -show_entries stream=width,height,pix_fmt -of csv=p=0 "$1"
}
check "a translucent logo, twice the same" finds

nothing() {
    deepfill find plain.mp4 >said.txt
    same 3 $? && grep -q '^plain.mp4: nothing found: ' said.txt && [ ! -e plain.mask.png ] && [ ! -e plain.sheet.png ]
}
check "no logo, no finding" nothing

cannot_know() {
    deepfill find locked.mp4 >said.txt
    same 3 $? && grep -q '^locked.mp4: cannot be known from this film: ' said.txt && grep -q '^What would help: ' said.txt
}
check "a locked shot cannot be known" cannot_know

# drifts FILE SECONDS: a camera that hardly moves
drifts() {
    av -f lavfi -i "color=gray:s=320x192:r=12:d=$2,format=yuv444p,noise=alls=100:all_seed=1,gblur=7,\
lutyuv=y=128+(val-128)*12:u=128:v=128,scroll=h=.0005:v=.0005" -pix_fmt yuv420p -c:v libx264 -crf 20 "$1"
}
# told TEXT ARGUMENT...: nothing is found, and why
told() {
    local text=$1
    shift
    deepfill find "$@" >said.txt
    same 3 $? && same "$text" "$(cat said.txt)"
}
MORE='What would help: more of the film, with other shots or a moving camera'
BY_HAND='or a mask drawn by hand: ffmpeg -i FILM -vf deepfill=MASK OUT'
drifts short.mp4 2
check "a short film of one background" told "short.mp4: cannot be known from this film: all its frames show much the \
same background, and what is laid over it cannot be told from it; the film is short: 2.0 s, 24 frames looked at
$MORE; --box with the place to look at; $BY_HAND" short.mp4
check "a short film, looked at in a box" told "short.mp4: nothing found: no edges stand still over the one background \
that it shows; the film is short: 2.0 s, 24 frames looked at
$MORE; $BY_HAND" short.mp4 --box '0 0 100 90'
av -stream_loop 9 -i locked.mp4 -c copy long.mp4
check "a longer one is not called short" told "long.mp4: cannot be known from this film: all its frames show much the \
same background, and what is laid over it cannot be told from it
$MORE; --box with the place to look at; $BY_HAND" long.mp4

finds_opaque() {
    deepfill find opaque.mp4 --json >out.json && same '"opaque"' "$(value kind)" && near 200 "$(value x)" 1 &&
        [ ! -e opaque.overlay.png ] &&
        deepfill find opaque.mp4 | grep -qx 'ffmpeg -i opaque.mp4 -vf deepfill=opaque.mask.png opaque.clean.mp4'
}
check "an opaque logo gets a mask alone" finds_opaque

# A black plate with a line of text that stays and bars that come and go.
PLATE='drawbox=x=200:y=20:w=70:h=26:t=fill:color=black,drawbox=x=204:y=24:w=30:h=6:t=fill:color=white'
BAR=':t=fill:color=white:enable'
DIGIT="drawbox=x=242:y=24:w=12:h=3$BAR='mod(floor(t),2)',drawbox=x=242:y=32:w=12:h=3$BAR='mod(floor(t/2),2)'"
DIGIT+=",drawbox=x=258:y=24:w=3:h=18$BAR='mod(floor(t/3),2)'"
film counter.mp4 "$PLATE,$DIGIT"

finds_counter() {
    deepfill find counter.mp4 --json >out.json && same '"counter"' "$(value kind)" && near 200 "$(value x)" 2 &&
        deepfill find counter.mp4 >said.txt && grep -q '^counter, 7[0-4]x[23][0-9] pixels at ' said.txt &&
        grep -qx '  parts of it change, as a clock.s or a score.s do: its mask is its whole box' said.txt
}
check "a counter is told, and its mask is its box" finds_counter

finds_times() {
    deepfill find goes.mp4 --json >out.json && same true "$(value comes_and_goes)" && near 3 "$(value from)" .3 &&
        near 7 "$(value to)" .3 && near .5 "$(value opacity)" .06
}
check "when a logo comes and goes" finds_times

in_box() {
    deepfill find logo.mp4 --box '160 0 160 80' --json -o box >out.json && near 200 "$(value x)" 1 &&
        ! deepfill find logo.mp4 --box '0 90 160 100' -o none && [ ! -e none.mask.png ]
}
check "--box looks there only" in_box

# A shell reads the command as it was meant, and ffmpeg the option.
quotes() {
    local name="it's; \$a [b], c:d.mp4" said
    cp logo.mp4 "$name" && deepfill find "$name" >said.txt || return 1
    said=$(tail -n 1 said.txt)
    eval "set -- $said"
    same ffmpeg "$1" && same "file:$name" "$3" && same 6 $# && [ -e "${name%.mp4}.overlay.png" ] &&
        same "file:${name%.mp4}.clean.mp4" "$6" &&
        av -i "$3" -vf "removelogo=${5#deepfill=overlay=}" -frames:v 1 -f null -
}
check "odd names are quoted" quotes

turned() {
    av -i logo.mp4 -c copy -metadata:s:v rotate=90 turned.mp4 && deepfill find turned.mp4 --json >out.json &&
        same 192 "$(value width)" && same 192,320,gray "$(picture turned.mask.png)" && near 34 "$(value width 2)" 2
}
check "a film that is shown turned" turned

# The sheet's frame is looked for anew: in bare H.264 nothing can be sought, bare MPEG-2 counts its times anew.
bare() {
    local i
    av -i logo.mp4 "${@:2}" one."$1" && for i in 1 2 3 4 5 6; do cat one."$1"; done >bare."$1" &&
        deepfill find bare."$1" --box '180 0 100 64' -o bare >said.txt && same 320,576,rgb24 "$(picture bare.sheet.png)"
}
check "a bare stream of H.264" bare h264 -c copy
check "a bare stream of MPEG-2" bare m2v -c:v mpeg2video -q:v 2

same_in() {
    av -i logo.mp4 -pix_fmt "$1" -c:v ffv1 other.mkv && deepfill find other.mkv --json >out.json &&
        near 200 "$(value x)" 1 && near .5 "$(value opacity)" .05
}
check "10 bits" same_in yuv420p10le
check "4:2:2" same_in yuv422p
check "4:4:4 of 12 bits" same_in yuv444p12le
check "RGB" same_in gbrp
check "gray" same_in gray

still 320x192 picture.png
printf 'no film' >text.mp4
head -c 3000 logo.mp4 >cut.mp4
av -f lavfi -i sine=d=1 sound.wav
av -f lavfi -i testsrc2=s=48x48:d=1 small.mp4
check "no such film" fails "none.mp4: cannot be read: No such file or directory" find none.mp4
check "a picture" fails "picture.png: is a picture, and a film is wanted" find picture.png
check "text" fails "text.mp4: cannot be read: it is no film, or is cut short" find text.mp4
check "a film that is cut short" fails "cut.mp4: cannot be read: it is no film, or is cut short" find cut.mp4
check "sound alone" fails "sound.wav: holds no video" find sound.wav
check "tiny frames" fails "small.mp4: has frames of 48x48 pixels, expected sides of at least 64" find small.mp4
check "no folder to write to" fails \
    "nowhere/a.mask.png: cannot be written: there is no folder nowhere, make it first" find logo.mp4 -o nowhere/a
check "no film" misused find "deepfill find: takes one film, not 0 files"
check "a picture's name for -o" misused find \
    "deepfill find: -o is 'm.png', must be a name to which .mask.png is added: without an ending" logo.mp4 -o m.png
check "a folder for -o" misused find "deepfill find: -o is 'm/', a folder: write a name behind it" logo.mp4 -o m/
check "a box that is none" misused find "deepfill find: --box is '1 2', must be 'x y w h', in quotes: numbers or expressions in iw and ih" logo.mp4 --box '1 2'
finish
