#!/bin/bash
# deepfill fill to JPEG: blocks that the hole does not touch stay to the bit.
. "$(dirname "$0")/lib/cli.sh"

# A picture with some of everything, of sides that no block divides: photo FORMAT FILE [OPTION...]
photo() {
    local format=$1 file=$2
    shift 2
    av -f lavfi -i "mandelbrot=s=203x133,noise=alls=12:allf=t" -frames:v 1 -update 1 -pix_fmt "$format" -q:v 3 "$@" \
       "$file"
}

# The values of the file itself, no colours made of them: raw FORMAT FILE OUT
raw() {
    av -i "$2" -f rawvideo -pix_fmt "$1" "$3"
}

# A hole whose edges are those of blocks of 16 pixels, so that all else is outside of them.
drawn 203x133 blocks.png drawbox=48:32:32:48:white:fill
raw gray blocks.png blocks.raw

# kept FORMAT PLANES SUB_X SUB_Y: nothing changes outside the hole
kept() {
    deepfill fill in.jpg blocks.png -o out.jpg && raw "$1" in.jpg before.raw &&
        raw "$1" out.jpg after.raw && same "$1" "$(pixel_format out.jpg)" &&
        "$OUTSIDE" 1 "$2" "$3" "$4" 203 133 0 blocks.raw before.raw after.raw
}
photo yuvj420p in.jpg
check "four pixels a chroma" kept yuvj420p 3 1 1
photo yuvj422p in.jpg
check "two pixels a chroma" kept yuvj422p 3 1 0
photo yuvj444p in.jpg
check "every pixel its chroma" kept yuvj444p 3 0 0
photo gray gray.png
check "gray to JPEG" deepfill fill gray.png --box '1 1 9 9' -o in.jpg
check "gray" kept gray 1 0 0

regions() {
    photo yuvj420p in.jpg && deepfill fill in.jpg blocks.png -o out.jpg --regions --dilate 0 --feather 0 &&
        raw yuvj420p in.jpg before.raw && raw yuvj420p out.jpg after.raw &&
        "$OUTSIDE" 1 3 1 1 203 133 0 blocks.raw before.raw after.raw
}
check "by regions" regions

# What is grown and feathered is touched, too.
feathered() {
    photo yuvj444p in.jpg && deepfill fill in.jpg blocks.png -o out.jpg --dilate 3 --feather 4 &&
        raw yuvj444p in.jpg before.raw && raw yuvj444p out.jpg after.raw &&
        ! "$OUTSIDE" 1 3 0 0 203 133 0 blocks.raw before.raw after.raw &&
        drawn 203x133 wider.png drawbox=40:24:48:64:white:fill && raw gray wider.png wider.raw &&
        "$OUTSIDE" 1 3 0 0 203 133 0 wider.raw before.raw after.raw
}
check "grown and feathered" feathered

# Without a hole all stays, over and over.
unchanged() {
    photo yuvj420p in.jpg && drawn 203x133 none.png null &&
        deepfill fill in.jpg none.png -o once.jpg 2>/dev/null &&
        deepfill fill once.jpg none.png -o twice.jpeg 2>/dev/null && cmp once.jpg twice.jpeg &&
        same_picture in.jpg once.jpg
}
check "an empty mask changes nothing" unchanged

# alike FILE FILE DB: their colours differ by less than that PSNR
alike() {
    av -i "$1" -i "$2" -filter_complex "[0:v]format=gbrp[a];[1:v]format=gbrp[b];[a][b]psnr=f=-" -f null - |
        awk -F 'psnr_avg:' -v least="$3" '
            { split($2, average, " "); print average[1]; good = average[1] == "inf" || average[1] + 0 > least }
            END { exit !good }'
}

# The fill itself is that of the PNG, as far as the tables let it be.
same_fill() {
    photo yuvj444p in.jpg -q:v 1 && deepfill fill in.jpg blocks.png -o out.jpg &&
        deepfill fill in.jpg blocks.png -o out.png &&
        alike out.jpg out.png 40
}
check "the same fill as in PNG" same_fill

better() {
    local psnr=0 quality
    still 101x67 rgb.bmp && for quality in 30 60 90 100; do
        deepfill fill rgb.bmp mask.png -o q$quality.jpg --quality $quality || return 1
    done
    [ "$(wc -c <q30.jpg)" -lt "$(wc -c <q60.jpg)" ] && [ "$(wc -c <q60.jpg)" -lt "$(wc -c <q90.jpg)" ] &&
        [ "$(wc -c <q90.jpg)" -lt "$(wc -c <q100.jpg)" ] && deepfill fill rgb.bmp mask.png -o q.jpg &&
        deepfill fill rgb.bmp mask.png -o q95.jpg --quality 95 && cmp q.jpg q95.jpg &&
        same yuvj444p "$(pixel_format q.jpg)"
}
check "--quality, and 95 without" better

# A quality that is asked for is that of all blocks; the subsampling stays.
requality() {
    photo yuvj420p in.jpg && deepfill fill in.jpg blocks.png -o out.jpg &&
        deepfill fill in.jpg blocks.png -o small.jpg --quality 40 &&
        [ "$(wc -c <small.jpg)" -lt "$(($(wc -c <out.jpg) * 3 / 4))" ] &&
        same yuvj420p "$(pixel_format small.jpg)"
}
check "--quality of what was a JPEG" requality

deep() {
    still 101x67 deep.png rgb48be &&
        says_note "deep.jpg: its 16 bits a sample become 8, as JPEG has them" deep.png mask.png -o deep.jpg &&
        still 101x67 clear.png rgba &&
        fails "clear.jpg: cannot be written: JPEG has no place for what is transparent in the picture: write a .png" \
            fill clear.png mask.png -o clear.jpg && [ ! -e clear.jpg ] &&
        av -f lavfi -i color=red:s=101x67,format=rgba -frames:v 1 -update 1 opaque.png &&
        same rgba "$(pixel_format opaque.png)" && deepfill fill opaque.png mask.png -o opaque.jpg
}

says_note() {
    local text=$1
    shift
    deepfill fill "$@" 2>log.txt >out.txt && same "deepfill: $text" "$(cat log.txt)"
}
check "16 bits, and transparency" deep

exact() {
    photo yuvj420p in.jpg && deepfill fill in.jpg blocks.png -o exact.png --exact &&
        deepfill fill in.jpg blocks.png -o exact.jpg --exact &&
        same "$(ffprobe -v error -show_entries stream=width,height -of csv=p=0 exact.png)" \
            "$(ffprobe -v error -show_entries stream=width,height -of csv=p=0 exact.jpg)"
}
check "--exact to JPEG" exact

# Kinds of JPEG that FFmpeg does not make; Debian's libjpeg-turbo-progs has the tool.
tran() {
    photo yuvj420p in.jpg && jpegtran "$@" in.jpg >tran.jpg && deepfill fill tran.jpg blocks.png -o out.jpg &&
        raw yuvj420p tran.jpg before.raw && raw yuvj420p out.jpg after.raw &&
        "$OUTSIDE" 1 3 1 1 203 133 0 blocks.raw before.raw after.raw
}
if command -v jpegtran >/dev/null; then
    check "progressive" tran -progressive
    check "with restart markers" tran -restart 2
else
    skip "progressive JPEG" "jpegtran is not installed"
fi

# One scan a colour may have more blocks than libjpeg writes into a unit of one scan: 12 instead of 10.
blocks() {
    photo yuvj444p whole.jpg && printf '0;\n1;\n2;\n' >scans.txt && jpegtran -scans scans.txt whole.jpg >apart.jpg &&
        python3 - apart.jpg many.jpg <<'END'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
at = data.index(b"\xff\xc0")
for c in range(3):
    data[at + 11 + 3 * c] = 0x22
open(sys.argv[2], "wb").write(data)
END
    deepfill fill many.jpg blocks.png -o out.jpg && deepfill fill many.jpg blocks.png -o out.png &&
        same yuvj444p "$(pixel_format out.jpg)" &&
        alike out.jpg out.png 35
}
if command -v jpegtran >/dev/null && command -v python3 >/dev/null; then
    check "more blocks than one scan has place for" blocks
else
    skip "many blocks a unit" "jpegtran or python3 is not installed"
fi

truncated() {
    photo yuvj420p in.jpg && head -c $(($(wc -c <in.jpg) - 300)) in.jpg >cut.jpg &&
        ! deepfill fill cut.jpg blocks.png -o x.jpg 2>log.txt && [ ! -e x.jpg ] &&
        grep -q '^deepfill: cut.jpg: ' log.txt
}
check "a JPEG that is cut short" truncated

finish
