#!/bin/bash
# deepfill fill: Exif, XMP, density, profile and texts go with the picture; what is damaged does not.
. "$(dirname "$0")/lib/cli.sh"

command -v python3 >/dev/null || {
    skip "metadata of pictures" "python3 is not installed"
    exit 0
}
metadata() {
    python3 "$ROOT/tests/lib/metadata.py" "$@"
}

av -f lavfi -i mandelbrot=s=64x48 -frames:v 1 -update 1 -pix_fmt yuvj420p -q:v 3 plain.jpg
av -f lavfi -i mandelbrot=s=64x48 -frames:v 1 -update 1 -pix_fmt rgb24 plain.png
drawn 64x48 lying.png drawbox=16:16:16:8:white:fill
drawn 48x64 upright.png drawbox=24:16:8:16:white:fill
metadata put plain.jpg photo.jpg exif=1 xmp=1 icc=600 density=1,300,240
metadata put plain.png photo.png exif=1,big xmp=1 icc=600 density=1,11811,9449 text=hello gama=45455 srgb=1

# keeps IN OUT FACT...: the new file tells these, and its tables
keeps() {
    local in=$1 out=$2 said
    shift 2
    deepfill fill "$in" lying.png -o "$out" 2>log.txt >/dev/null && [ ! -s log.txt ] &&
        said=$(metadata tell "$out" | grep -v '^tables' | sort) && same "$(printf '%s\n' "$@" | sort)" "$said"
}
profile='icc 600 a8276f4e'
check "JPEG to JPEG" keeps photo.jpg out.jpg "density 1 300 240" "exif orientation 1" \
    "xmp orientation 1, 102 bytes" "$profile"
check "JPEG to PNG" keeps photo.jpg out.png "density 1 11811 9449" "exif orientation 1" \
    "xmp orientation 1, 102 bytes" "$profile"
check "PNG to PNG" keeps photo.png out.png "density 1 11811 9449" "exif orientation 1 big" \
    "xmp orientation 1, 102 bytes" "$profile" "text hello" "sRGB 01" "gAMA 0000b18f"
check "PNG to JPEG" keeps photo.png out.jpg "density 1 300 240" "exif orientation 1 big" \
    "xmp orientation 1, 102 bytes" "$profile"
metadata put plain.jpg ratio.jpg density=0,2,1
check "pixels that are no squares" keeps ratio.jpg out.png "density 0 2 1"
metadata put plain.jpg metric.jpg density=2,100,50
check "density in centimetres" keeps metric.jpg out.png "density 1 10000 5000"
check "nothing from nothing" keeps plain.png out.png "density 0 1 1"

tables() {
    deepfill fill photo.jpg lying.png -o out.jpg &&
        same "$(metadata tell photo.jpg | grep tables)" "$(metadata tell out.jpg | grep tables)"
}
check "a JPEG's tables" tables

# The thumbnail shows what was there.
check "the test's own thumbnail" grep -q THUMBNAIL photo.jpg
thumbnail() {
    local out
    for out in out.jpg out.png; do
        deepfill fill photo.jpg lying.png -o $out && ! grep -q THUMBNAIL $out || return 1
    done
}
check "no thumbnail" thumbnail

# same_notes NOTE...: what the program said last
same_notes() {
    same "$(printf 'deepfill: %s\n' "$@")" "$(cat log.txt)"
}

# Kinds of thumbnails that are removed: KIND FILE...
removed() {
    local kind=$1 file
    metadata put plain.jpg thumb.jpg exif="$kind" && metadata put plain.png thumb.png exif="$kind" || return 1
    for file in thumb.jpg thumb.png; do
        deepfill fill $file lying.png -o out.${file#*.} 2>log.txt && [ ! -s log.txt ] &&
            grep -q THUMBNAIL $file && ! grep -q THUMBNAIL out.${file#*.} &&
            metadata tell out.${file#*.} | grep -q "^exif orientation 1" || return 1
    done
}
check "a thumbnail's size in two bytes" removed 1,big,short
check "the same, little-endian" removed 1,short
check "a thumbnail of TIFF" removed 1,strip

# What cannot be removed takes what holds it with it.
left_out() {
    local fact=$1 note=$2 in=$3 out=$4
    metadata put plain.${in#*.} "$in" "$fact" && grep -q THUMBNAIL "$in" &&
        deepfill fill "$in" lying.png -o "$out" 2>log.txt && same_notes "$out: its $note" &&
        ! grep -q THUMBNAIL "$out" && ! metadata tell "$out" | grep -qE '^(exif|xmp)'
}
pieces="Exif data hold a thumbnail that cannot be removed, and are left out"
check "a thumbnail in pieces, in JPEG" left_out exif=1,pieces "$pieces" in.jpg out.jpg
check "a thumbnail in pieces, in PNG" left_out exif=1,pieces "$pieces" in.png out.png
check "a thumbnail in pieces, turned" left_out exif=3,pieces "$pieces" in.jpg out.jpg
in_xmp="XMP data hold a thumbnail, and are left out"
check "a thumbnail in XMP, JPEG to JPEG" left_out xmp=1,thumbnail "$in_xmp" in.jpg out.jpg
check "a thumbnail in XMP, JPEG to PNG" left_out xmp=1,thumbnail "$in_xmp" in.jpg out.png
check "a thumbnail in XMP, PNG to PNG" left_out xmp=1,thumbnail "$in_xmp" in.png out.png

packed() {
    metadata put plain.png packed.png packed=6,thumbnail text=hello &&
        deepfill fill packed.png lying.png -o out.png 2>log.txt &&
        same_notes "out.png: its compressed XMP data are left out" &&
        same "text hello" "$(metadata tell out.png | grep -v ^density)"
}
check "compressed XMP" packed

raw_profiles() {
    metadata put plain.png raw.png raw=exif raw=APP1 text=hello && deepfill fill raw.png lying.png -o out.png &&
        ! grep -q THUMBNAIL out.png && same "text hello" "$(metadata tell out.png | grep -v ^density)"
}
check "raw profiles in texts" raw_profiles

# ------------------------------------------------------------------------------------ orientation --

# turned N MASK: a JPEG keeps its size and the orientation in Exif and XMP; a PNG that becomes of it has 1 in both
turned() {
    local orientation=$1 mask=$2
    metadata put plain.jpg turned.jpg exif=$orientation xmp=$orientation &&
        deepfill fill turned.jpg "$mask" -o out.jpg 2>log.txt && [ ! -s log.txt ] &&
        metadata tell out.jpg >facts && grep -qx "exif orientation $orientation" facts &&
        grep -q "^xmp orientation $orientation," facts &&
        same 64,48 "$(ffprobe -v error -show_entries stream=width,height -of csv=p=0 out.jpg)" &&
        deepfill fill turned.jpg "$mask" -o out.png && metadata tell out.png >facts &&
        grep -qx "exif orientation 1" facts && grep -q "^xmp orientation 1," facts
}
for orientation in 5 6 7 8; do
    check "orientation $orientation" turned $orientation upright.png
done
for orientation in 2 3 4; do
    check "orientation $orientation" turned $orientation lying.png
done

# Where the hole is in the file: that of the mask as it was turned.
lies() {
    metadata put plain.jpg turned.jpg exif=6 && deepfill fill turned.jpg upright.png -o out.jpg &&
        av -i upright.png -vf transpose=cclock -f rawvideo -pix_fmt gray mask.raw &&
        av -noautorotate -i plain.jpg -f rawvideo -pix_fmt yuvj420p before.raw &&
        av -noautorotate -i out.jpg -f rawvideo -pix_fmt yuvj420p after.raw &&
        "$OUTSIDE" 1 3 1 1 64 48 16 mask.raw before.raw after.raw &&
        deepfill fill turned.jpg upright.png -o out.png && av -i out.jpg -update 1 -pix_fmt rgb24 seen.png &&
        same 48,64 "$(ffprobe -v error -show_entries stream=width,height -of csv=p=0 seen.png)"
}
check "the hole lies where it was painted" lies

stored() {
    metadata put plain.jpg turned.jpg exif=6 &&
        deepfill fill turned.jpg upright.png -o a.jpg 2>/dev/null &&
        av -i upright.png -vf transpose=cclock -update 1 stored.png &&
        deepfill fill turned.jpg stored.png -o b.jpg 2>log.txt && cmp a.jpg b.jpg &&
        same "deepfill: stored.png: has the size of turned.jpg as stored, and is turned with it by its Exif \
orientation" "$(cat log.txt)"
}
check "a mask painted over the picture as stored" stored

png_turned() {
    metadata put plain.png turned.png exif=8,big && deepfill fill turned.png upright.png -o out.png 2>log.txt &&
        [ ! -s log.txt ] && same 64,48 "$(ffprobe -v error -show_entries stream=width,height -of csv=p=0 out.png)" &&
        metadata tell out.png | grep -qx "exif orientation 8 big" &&
        deepfill fill turned.png upright.png -o out.jpg && metadata tell out.jpg | grep -qx "exif orientation 1 big"
}
check "a PNG with an orientation" png_turned

# A square, of which each way to lie looks another, and what ffmpeg's filters make of it for each orientation.
turns=('' null hflip hflip,vflip vflip transpose=cclock_flip transpose=clock transpose=clock_flip transpose=cclock)
av -f lavfi -i "nullsrc=s=48x48,format=gbrp,geq=r='X*5':g='Y*5':b='128'" -frames:v 1 -update 1 -pix_fmt yuvj420p \
   -q:v 2 square.jpg
drawn 48x48 corner.png drawbox=4:4:8:8:white:fill

# seen FILE OUT: its pixels as ffmpeg shows it
seen() {
    av -i "$1" -f rawvideo -pix_fmt rgb24 "$2"
}

# upright N NOTES FACT...: a JPEG with these facts is filled, to JPEG and to PNG, as orientation N has it seen
upright() {
    local orientation=$1 notes=$2
    shift 2
    metadata put square.jpg turned.jpg "$@" && deepfill fill turned.jpg corner.png -o seen.png 2>/dev/null &&
        deepfill fill turned.jpg corner.png -o out.jpg 2>log.txt && same "$notes" "$(sed 's/^deepfill: //' log.txt)" &&
        av -i square.jpg -vf "${turns[$orientation]}" -f rawvideo -pix_fmt rgb24 expected.raw &&
        seen seen.png a.raw && seen out.jpg b.raw && metadata alike expected.raw a.raw 6912 &&
        metadata alike a.raw b.raw 6912
}
for orientation in 2 3 4 5 6 7 8; do
    check "orientation $orientation, seen" upright $orientation "" exif=$orientation
    check "orientation $orientation, the Exif block damaged" \
        upright $orientation "turned.jpg: its Exif data are damaged, and left out" exif=$orientation,date
done
for orientation in 3 6; do
    check "orientation $orientation, in four bytes" upright $orientation "" exif=$orientation,big,long
    for kind in over loop; do
        check "orientation $orientation, the Exif block made to deceive ($kind)" \
            upright $orientation "out.jpg: its Exif data are damaged, and left out" exif=$orientation,$kind xmp=$orientation
        check "the same, in XMP" grep -q 'tiff:Orientation="1"' out.jpg
    done
    # Of several blocks the first counts; what is added first lies behind.
    check "orientation $orientation behind another Exif block" upright 1 "" exif=$orientation exif=1
    check "orientation $orientation before another Exif block" upright $orientation "" exif=1 exif=$orientation
done

# ---------------------------------------------------------------------------------------- damage --

metadata block 1 whole.exif
damaged() {
    head -c 60 whole.exif >cut.exif && metadata put plain.jpg damaged.jpg bytes=cut.exif density=1,72,72 &&
        deepfill fill damaged.jpg lying.png -o out.jpg 2>log.txt &&
        same "deepfill: damaged.jpg: its Exif data are damaged, and left out" "$(cat log.txt)" &&
        same "density 1 72 72" "$(metadata tell out.jpg | grep -v tables)"
}
check "a damaged Exif block" damaged

# Whatever bytes an Exif block has, the picture is filled and decodes.
hostile() {
    local file
    mkdir -p hostile && metadata damage square.jpg hostile 30 &&
        deepfill fill hostile --box '8 8 8 8' -o filled 2>log.txt >out.txt || {
        tail -n 3 log.txt
        return 1
    }
    same 30 "$(ls filled | wc -l)" &&
        same "" "$(grep -vE "its ($pieces|Exif data are damaged, and left out)$" log.txt)" &&
        [ "$(wc -l <log.txt)" -gt 10 ] && av -xerror -noautorotate -i filled/%03d.jpg -f null - || return 1
    for file in hostile/*.jpg; do
        deepfill fill "$file" --box '8 8 8 8' -o "${file%.jpg}.png" >/dev/null 2>&1 || return 1
    done
    # One by one: later versions of FFmpeg turn a whole series as its first picture.
    rm -f b.raw
    for file in filled/*.jpg; do
        seen "$file" one.raw 2>/dev/null && cat one.raw >>b.raw || return 1
    done
    seen hostile/%03d.png a.raw && same $((30 * 6912)) "$(wc -c <a.raw)" && metadata alike a.raw b.raw 6912
}
check "damaged Exif blocks of many kinds" hostile

# More than a segment of a JPEG holds.
large() {
    metadata block 1 large.exif && head -c 70000 /dev/zero >>large.exif &&
        metadata put plain.png large.png bytes=large.exif &&
        deepfill fill large.png lying.png -o out.jpg 2>log.txt &&
        grep -qxE 'deepfill: out.jpg: [0-9]+ bytes of Exif do not fit into a JPEG, and are left out' log.txt &&
        deepfill fill large.png lying.png -o out.png 2>log.txt && [ ! -s log.txt ] &&
        metadata tell out.png | grep -q '^exif orientation 1'
}
check "Exif that a JPEG has no place for" large

finish
