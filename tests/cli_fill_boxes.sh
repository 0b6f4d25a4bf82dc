#!/bin/bash
# deepfill fill --box: rectangles instead of a mask.
. "$(dirname "$0")/lib/cli.sh"

# boxed MASK ARGUMENT...: fills what a mask of that drawing does
boxed() {
    local drawing=$1
    shift
    drawn 101x67 drawn.png "$drawing" && deepfill fill rgb.png drawn.png -o a.png &&
        deepfill fill rgb.png -o b.png "$@" && cmp a.png b.png
}
one=drawbox=40:20:30:25:white:fill
check "blanks" boxed $one --box '40 20 30 25'
check "commas" boxed $one --box=40,20,30,25
check "colons, and blanks in expressions" boxed $one --box ' iw - 61 : 20: 30 : 25 '
check "names" boxed $one --box 'w=30:h=25:y=20:x=iw-w-31'
check "names of what is behind" boxed $one --box 'iw-61 h-5 x-10 25'
check "a geometry" boxed $one --box 30x25+40+20
check "functions and their commas" boxed $one --box 'min(40,iw),20,max(30,3),25'
check "fractions" boxed drawbox=0:34:50:33:white:fill --box '0 50% 0.495 50%'
check "several in one" boxed "$one,drawbox=3:4:5:6:white:fill" --box '40 20 30 25|3 4 5 6'
check "several options" boxed "$one,drawbox=3:4:5:6:white:fill" --box '40 20 30 25' --box 3,4,5,6
check "beyond the edges" boxed "drawbox=0:0:7:9:white:fill,drawbox=91:60:10:7:white:fill" \
    --box '-3 -2 10 11|91 60 500 500'
check "all but a rectangle" boxed $one,negate --box '40 20 30 25' --invert

# refused BOX
refused() {
    misused fill "deepfill fill: --box is '$1', must be 'x y w h', in quotes: numbers or expressions in iw and ih, several joined \
by |" rgb.png -o x.png --box "$1"
}
check "three values" refused '40 20 30'
check "five values" refused '1 2 3 4 5'
check "nothing" refused ''
check "nothing behind a bar" refused '1 2 3 4|'
check "no number" refused '10 10 0/0 25'
check "words" refused 'a b c d'
check "a value twice" refused 'x=1:x=2:w=3:h=4'
check "a bracket that stays open" refused '(40 20 30 25'
check "a geometry with blanks" refused '60x20 20 30'
check "a geometry from the other edges" refused 30x25-5-5
check "a value that is long" refused "$(printf '1%.0s' $(seq 200)) 2 3 4"

# outside BOX FOUND
outside_of() {
    fails "rgb.png: none of its 101x67 pixels lie in the box $2" fill rgb.png -o x.png --box "$1"
}
check "a box that is outside" outside_of '101 0 30 25' 'x=101 y=0 w=30 h=25'
check "a box left of it" outside_of 'iw-200 0 99 25' 'x=-99 y=0 w=99 h=25'
check "a box without area" outside_of '10 10 0 25' 'x=10 y=10 w=0 h=25'
check "a second box outside" outside_of '1 2 3 4|0 ih 3 4' 'x=0 y=67 w=3 h=4'
check "--box with --mask" misused fill "deepfill fill: --mask and --box exclude each other" \
    rgb.png --mask mask.png --box '1 2 3 4' -o x.png
check "--box without a picture" misused fill "deepfill fill: no picture was named" --box '1 2 3 4' -o x.png
check "a box of no picture makes none" test ! -e x.png

# As the filter reads them: listed TEXT EXPECTED
listed() {
    local boxes=${2// /:} status
    rm -f x.png
    if [ "$2" = refused ]; then
        deepfill fill frame.png -o x.png --box "$1" >out.txt 2>log.txt
        status=$?
        cat log.txt
        [ $status -eq 1 ] || [ $status -eq 2 ] && [ ! -e x.png ] && grep -q '^deepfill' log.txt
    else
        drawn 128x96 listed.png "drawbox=${boxes//|/:white:fill,drawbox=}:white:fill" &&
            deepfill fill frame.png listed.png -o a.png 2>log.txt && deepfill fill frame.png -o b.png --box "$1" &&
            cmp a.png b.png && ! same_picture a.png frame.png >/dev/null
    fi
}
still 128x96 frame.png
while IFS= read -r -u 3 line; do
    [[ $line == '#'* ]] || check "'${line% -> *}'" listed "${line% -> *}" "${line#* -> }"
done 3<"$ROOT/tests/lib/boxes.txt"

finish
