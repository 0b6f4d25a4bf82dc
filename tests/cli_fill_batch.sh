#!/bin/bash
# deepfill fill of many pictures: names, folders, failures, what is told of it.
. "$(dirname "$0")/lib/cli.sh"

mkdir photos masks
for name in a b c; do
    still 101x67 photos/$name.png
    cp mask.png masks/$name.png
done
still 101x67 photos/d.jpg yuvj444p
cp mask.png masks/d.png
still 101x67 photos/e.bmp bgr24
cp mask.png masks/e.png
echo notes >photos/notes.txt
cp photos/a.png photos/.hidden.png
mkdir photos/inner.png

# lists FOLDER NAME...: what is in it
lists() {
    local folder=$1
    shift
    same "$(printf '%s\n' "$@")" "$(ls -A "$folder")"
}
line='101x67 pixels, 11.1 % filled in one region of 104x72'

folder() {
    deepfill fill photos masks -o out >out.txt 2>log.txt && [ ! -s log.txt ] &&
        same "$(printf "out/%s: $line\n" a.png b.png c.png d.jpg e.png)" "$(cat out.txt)" &&
        lists out a.png b.png c.png d.jpg e.png && deepfill fill photos/b.png mask.png -o alone.png &&
        cmp alone.png out/b.png && deepfill fill photos/d.jpg mask.png -o alone.jpg && cmp alone.jpg out/d.jpg
}
line=${line//%/%%}
check "a folder and its masks" folder

# A slash behind a folder's name is not doubled.
named_masks() {
    mkdir -p stripes && drawn 64x42 stripes/a.png drawbox=9:9:9:9:white:fill && rm -rf out2 &&
        deepfill fill photos/a.png --mask stripes/ -o out2/ >out.txt 2>log.txt &&
        same "deepfill: stripes/a.png: is scaled from 64x42 to 101x67 pixels" "$(cat log.txt)" &&
        grep -q '^out2/a.png: ' out.txt && rm -rf out2
}
check "folders named with a slash" named_masks

one_mask() {
    rm -rf out2 && deepfill fill photos/ mask.png -o out2/ >out.txt && lists out2 a.png b.png c.png d.jpg e.png &&
        cmp out/b.png out2/b.png && cmp out/d.jpg out2/d.jpg
}
check "a folder and one mask" one_mask

names() {
    rm -rf out2 && deepfill fill photos/a.png rgb.png photos/c.png --mask mask.png -o out2 >out.txt &&
        lists out2 a.png c.png rgb.png && cmp out/c.png out2/c.png && rm -rf out2 &&
        deepfill fill photos/a.png photos/c.png --mask masks -o out2 && cmp out/c.png out2/c.png && rm -rf out2
}
check "pictures by name" names
check "a picture that is named twice" fails "out2/a.png: would be written twice, from photos/a.png and from \
photos/a.png" fill photos/a.png photos --mask mask.png -o out2
check "nothing is made then" test ! -e out2

boxes() {
    deepfill fill photos --box '40 20 30 25' -o out2 >out.txt && cmp out/a.png out2/a.png &&
        cmp out/d.jpg out2/d.jpg
}
check "a folder and a box" boxes

into() {
    mkdir -p there && deepfill fill photos/b.png mask.png -o there && cmp out/b.png there/b.png &&
        deepfill fill photos/b.png masks -o b.png && cmp out/b.png b.png
}
check "one picture to a folder, or by a folder of masks" into

# Masks of several sizes are each what they are alone.
sizes() {
    local name
    still 64x42 photos2/s.png && still 101x67 photos2/t.png && still 64x42 photos2/u.png &&
        deepfill fill photos2 mask.png -o out3 >out.txt 2>log.txt && for name in s t u; do
        deepfill fill photos2/$name.png mask.png -o alone.png 2>/dev/null && cmp alone.png out3/$name.png || return 1
    done
    same "deepfill: mask.png: is scaled from 101x67 to 64x42 pixels
deepfill: mask.png: is scaled from 101x67 to 64x42 pixels" "$(cat log.txt)"
}
mkdir photos2
check "pictures of several sizes and one mask" sizes

replaced() {
    rm -rf out4 && mkdir out4 && echo old >out4/a.png && chmod 640 out4/a.png && echo other >out4/z.png &&
        deepfill fill photos masks -o out4 && cmp out/a.png out4/a.png && same 640 "$(stat -c %a out4/a.png)" &&
        same other "$(cat out4/z.png)" && lists out4 a.png b.png c.png d.jpg e.png z.png
}
check "what is there is replaced, or left alone" replaced

# -------------------------------------------------------------------------------------- failures --

some() {
    mkdir bad && cp photos/a.png photos/b.png photos/c.png bad && head -c 500 photos/a.png >bad/aa.png &&
        cp photos/a.png bad/zz.png && rm -rf out5
    deepfill fill bad masks -o out5 >out.txt 2>log.txt
    same 1 $? && same "deepfill: bad/aa.png: has no mask: there is no aa.png, say, in masks
deepfill: bad/zz.png: has no mask: there is no zz.png, say, in masks
deepfill: 2 of 5 pictures failed" "$(cat log.txt)" && lists out5 a.png b.png c.png && rm -rf out5 || return 1
    deepfill fill bad mask.png -o out5 >out.txt 2>log.txt
    same 1 $? && same "deepfill: bad/aa.png: cannot be decoded: Invalid data found when processing input
deepfill: 1 of 5 pictures failed" "$(cat log.txt)" && lists out5 a.png b.png c.png zz.png
}
check "those that fail are named, the others filled" some

several_masks() {
    mkdir two && cp mask.png two/b.png && drawn 101x67 two/b.pgm null && cp two/b.pgm two/c.pgm &&
        drawn 101x67 two/c.bmp null && cp mask.png two/a.png && rm -rf out6
    deepfill fill photos/a.png photos/b.png photos/c.png --mask two -o out6 >out.txt 2>log.txt
    same 1 $? && same "deepfill: photos/c.png: has several masks in two: c.bmp and c.pgm
deepfill: 1 of 3 pictures failed" "$(cat log.txt)" && cmp out/b.png out6/b.png
}
check "several masks for one picture" several_masks

check "the pictures' folder as output" \
    fails "photos: is a folder that is read, whose pictures would be replaced: name another" \
    fill photos masks -o photos
check "the same by another name" \
    fails "photos/../photos: is a folder that is read, whose pictures would be replaced: name another" \
    fill photos/a.png photos/b.png --mask mask.png -o photos/../photos
cp rgb.png rgb.bmp.png
check "this folder as output" fails ".: is a folder that is read, whose pictures would be replaced: name another" \
    fill rgb.png rgb.bmp.png --mask mask.png -o .
check "the masks' folder as output" \
    fails "masks: is a folder that is read, whose pictures would be replaced: name another" \
    fill photos masks -o masks
check "one name for two" fails "out7/a.png: would be written twice, from photos/a.png and from masks/a.png" \
    fill photos/a.png masks/a.png --mask mask.png -o out7
mkdir empty
check "a folder without pictures" fails "empty: holds no picture" fill empty mask.png -o out7
check "a folder in no folder" fails "gone/out: cannot be made: there is no folder gone, make it first" \
    fill photos masks -o gone/out
check "one with a slash behind it" fails "gone/out/: cannot be made: there is no folder gone, make it first" \
    fill photos masks -o gone/out/
echo help >help.txt
check "a file as folder" fails "help.txt: is to hold several pictures, and is no folder" \
    fill photos masks -o help.txt
check "a folder that is not there" fails "gone.d: cannot be opened: No such file or directory" \
    fill gone.d mask.png -o x.png
no_model() {
    rm -rf out7
    fails "model 'gone' is neither built in (small, sketch) nor a readable file: No such file or directory" \
        fill photos masks -o out7 -m gone && [ ! -e out7 ]
}
check "a model that is not there leaves no folder" no_model

# ------------------------------------------------------------------------------------ a terminal --

# What a terminal sees of it: a bar a picture, and nothing at the end.
bar() {
    rm -rf out8 && script -qec "$DEEPFILL fill bad mask.png -o out8" typescript >/dev/null
    same 1 $? && tr '\r' '\n' <typescript >lines && grep -q '^\[....................\] 1 of 5, bad/a.png' lines &&
        grep -qE '^\[########............\] 3 of 5, bad/b.png, [0-9]+ s left' lines &&
        grep -q "deepfill: bad/aa.png: cannot be decoded" lines && ! grep -q '% filled' lines
}
if command -v script >/dev/null; then
    check "a bar in a terminal" bar
else
    skip "a bar in a terminal" "script is not installed"
fi

# A run that is ended leaves whole pictures and nothing else.
ended() {
    local program file i
    rm -rf many out9 && mkdir many && for i in $(seq 800); do ln photos/a.png many/$i.png; done
    "$DEEPFILL" fill many mask.png -o out9 >/dev/null &
    program=$!
    for _ in $(seq 600); do
        [ "$(ls out9 2>/dev/null | wc -l)" -lt 3 ] || break
        sleep 0.05
    done
    kill -TERM $program
    wait $program
    [ $? -gt 128 ] && [ "$(ls -A out9 | wc -l)" -lt 800 ] && for file in out9/*; do
        cmp out/a.png "$file" || return 1
    done
}
check "a run that is ended" ended

finish
