#!/bin/bash
# deepfill fill: the hole is filled, all else stays to the bit, whatever the picture. Messages word for word.
. "$(dirname "$0")/lib/cli.sh"

"$MAKE_MODEL" 4 6 sketch.safetensors 2>/dev/null || [ -x "$MAKE_MODEL" ] || {
    skip "deepfill fill" "no $MAKE_MODEL: make check"
    exit 0
}

# fills FORMAT RAW BYTES PLANES: a PNG of that pixel format keeps it, and its pixels
fills() {
    local format=$1
    shift
    still 101x67 in.png "$format" && deepfill fill in.png mask.png -o out.png &&
        outside "$@" in.png out.png &&
        same "$format" "$(pixel_format out.png)" &&
        deepfill fill in.png mask.png -o out.png --regions --dilate 0 --feather 0 &&
        outside "$@" in.png out.png &&
        same "$format" "$(pixel_format out.png)"
}
check "8-bit colours" fills rgb24 gbrp 1 3
check "8-bit colours and alpha" fills rgba gbrap 1 4
check "16-bit colours" fills rgb48be gbrp16le 2 3
check "16-bit colours and alpha" fills rgba64be gbrap16le 2 4
check "8-bit gray" fills gray gray 1 1
check "8-bit gray and alpha" fills ya8 gbrap 1 4
check "16-bit gray" fills gray16be gray16le 2 1
check "16-bit gray and alpha" fills ya16be gbrap16le 2 4

palette() {
    still 101x67 in.png pal8 && av -i in.png -pix_fmt rgb24 -update 1 before.png &&
        deepfill fill in.png mask.png -o out.png && outside gbrp 1 3 before.png out.png
}
check "a palette" palette

black_and_white() {
    still 101x67 in.png monob && deepfill fill in.png mask.png -o out.png &&
        outside gray 1 1 in.png out.png && same gray "$(pixel_format out.png)"
}
check "black and white" black_and_white

# Other than PNG and JPEG: values that are not lost are the PNG's.
other_format() {
    still 101x67 in.png && av -i in.png -update 1 "in.$1" && deepfill fill "in.$1" mask.png -o out.png &&
        outside gbrp 1 3 in.png out.png
}
check "TIFF" other_format tiff
check "BMP" other_format bmp

# What the decoder makes of a JPEG is one thing; that its pixels stay is another: an empty mask tells them.
jpeg() {
    still 101x67 in.jpg "$1" && drawn 101x67 none.png null &&
        says_nothing in.jpg none.png decoded.png && deepfill fill in.jpg mask.png -o out.png &&
        outside gbrp 1 3 decoded.png out.png && same rgb24 "$(pixel_format out.png)" &&
        deepfill fill in.jpg in.jpg -o out.png
}

says_nothing() {
    local said
    said=$(deepfill fill "$1" "$2" -o "$3" 2>&1) &&
        same "deepfill: $2: marks nothing to be filled: the hole is white, or black with --invert
$3: 101x67 pixels, 0.0 % filled" "$said"
}
check "JPEG of odd size, every pixel its chroma" jpeg yuvj444p
check "JPEG of odd size, two pixels a chroma" jpeg yuvj422p
check "JPEG of odd size, four pixels a chroma" jpeg yuvj420p

line() {
    same "out.png: 101x67 pixels, 11.1 % filled in one region of 104x72" \
        "$(deepfill fill rgb.png mask.png -o out.png)"
}
check "fill tells what it did" line

# Sides below the network's least, down to one pixel.
small_side() {
    still "$1" in.png &&
        drawn "$1" white.png negate &&
        same "out.png: $1 pixels, 100.0 % filled in one region of 64x64" \
            "$(deepfill fill in.png white.png -o out.png)" &&
        same "${1/x/,}" "$(ffprobe -v error -show_entries stream=width,height -of csv=p=0 out.png)"
}
check "a picture below the least side" small_side 33x20
check "a picture of two pixels" small_side 1x2
check "a picture of one pixel" small_side 1x1

mmagic_sides() {
    deepfill fill rgb.png mask.png -o out.png -m "$GOLDEN/checkpoints/mmagic.pth" >log.txt &&
        grep -q 'one region of 104x72$' log.txt && outside gbrp 1 3 rgb.png out.png &&
        deepfill fill rgb.png mask.png -o out.png -m "$GOLDEN/checkpoints/naoto0804.pth" >log.txt &&
        grep -q 'one region of 128x128$' log.txt && outside gbrp 1 3 rgb.png out.png
}
check "sides are those that the model takes" mmagic_sides

inverted() {
    av -i mask.png -vf negate -update 1 negative.png && deepfill fill rgb.png mask.png -o a.png &&
        deepfill fill rgb.png negative.png -o b.png --invert && same_picture a.png b.png
}
check "--invert" inverted

threshold() {
    av -i mask.png -vf "lut=y='val*100/255'" -update 1 dim.png &&
        deepfill fill rgb.png mask.png -o a.png && deepfill fill rgb.png dim.png -o b.png --threshold 0.3 &&
        same_picture a.png b.png && deepfill fill rgb.png dim.png -o c.png 2>/dev/null &&
        same_picture c.png rgb.png
}
check "--threshold" threshold

# blended PICTURE FILL MASK OUT MOST: out = picture + (fill - picture) * share / 255 to MOST levels, where the mask's 20
# is a share of 0 and its 235 one of 255; there are many greys
blended() {
    local file
    for file in "$1" "$2" "$3" "$4"; do
        av -i "$file" -f rawvideo -pix_fmt gray "${file%.png}.raw" || return
    done
    paste <(bytes "$1") <(bytes "$2") <(bytes "$3") <(bytes "$4") | awk -v most="$5" '
        { above = $3 < 20 ? 0 : $3 > 235 ? 215 : $3 - 20; share = int((above * 255 + 107) / 215)
          off = $4 - int(($1 * (255 - share) + $2 * share + 127) / 255)
          greys += above > 0 && above < 215 && $1 != $2; wrong += off > most || off < -most }
        END { print NR, "pixels,", greys, "in greys,", wrong, "wrong"; exit !(NR == 101 * 67 && greys > 500 && !wrong) }'
}

bytes() {
    od -An -v -w1 -tu1 "${1%.png}.raw"
}

# The fill is that of a hard mask with the same hole: all that is lighter than 20.
soft() {
    still 101x67 gray.png gray && av -f lavfi -i "color=black:s=101x67,format=gray,geq=lum='if(between(Y,15,50),
        clip((X-20)*6,0,255),12)'" -frames:v 1 -update 1 soft.png &&
        av -i soft.png -vf "geq=lum='255*gt(lum(X,Y),20)'" -pix_fmt gray -update 1 hard.png &&
        deepfill fill gray.png hard.png -o whole.png 2>log.txt &&
        deepfill fill gray.png soft.png -o soft_whole.png --soft 2>log.txt && [ ! -s log.txt ] &&
        blended gray.png whole.png soft.png soft_whole.png 0 &&
        deepfill fill gray.png hard.png -o regions.png --regions --dilate 0 --feather 0 2>log.txt &&
        deepfill fill gray.png soft.png -o soft_regions.png --regions --soft 2>log.txt && [ ! -s log.txt ] &&
        blended gray.png regions.png soft.png soft_regions.png 1 &&
        av -i soft.png -vf negate -pix_fmt gray -update 1 negative.png &&
        deepfill fill gray.png negative.png -o inverted.png --soft --invert && cmp soft_whole.png inverted.png
}
check "--soft" soft

transparent() {
    drawn 101x67 none.png null &&
        av -i mask.png -i none.png -filter_complex "[0:v][1:v]alphamerge" -update 1 clear.png &&
        deepfill fill rgb.png clear.png -o c.png 2>/dev/null && same_picture c.png rgb.png
}
check "what is transparent in a mask is no hole" transparent

grown() {
    deepfill fill rgb.png mask.png -o out.png --dilate 3 >log.txt && grep -q ' 16.2 % filled' log.txt &&
        ! outside gbrp 1 3 rgb.png out.png && deepfill fill rgb.png mask.png -o f.png --feather 5 >log.txt &&
        grep -q ' 11.1 % filled' log.txt && ! outside gbrp 1 3 rgb.png f.png
}
check "--dilate and --feather" grown

coarse() {
    deepfill fill rgb.png mask.png -o a.png && deepfill fill rgb.png mask.png -o c.png --coarse &&
        ! same_picture a.png c.png && outside gbrp 1 3 rgb.png c.png &&
        deepfill fill rgb.png mask.png -o c.png --coarse --regions --dilate 0 --feather 0 &&
        outside gbrp 1 3 rgb.png c.png
}
check "--coarse" coarse

# A noisy picture's fill has noise, unless it is not wanted; one of a picture without has none.
both_ways() { # PICTURE [OPTION]...: with grain and without
    deepfill fill "$1" middle.png -o with.png "${@:2}" &&
        deepfill fill "$1" middle.png -o without.png --no-grain "${@:2}"
}
grainy() {
    av -f lavfi -i color=gray:s=320x240,format=gbrp -frames:v 1 -update 1 smooth.png &&
        av -i smooth.png -vf noise=alls=20:all_seed=3 -update 1 grainy.png &&
        drawn 320x240 middle.png drawbox=120:90:80:60:white:fill &&
        both_ways grainy.png "$@" && ! same_picture with.png without.png &&
        both_ways smooth.png "$@" && same_picture with.png without.png
}
check "--no-grain" grainy
check "--no-grain in regions" grainy --regions
# As one region and in regions it decides about the hole alone; the first stage has no texture anyway.
no_texture() {
    local regions
    for regions in "" "--regions --dilate 0 --feather 0"; do
        deepfill fill rgb.png mask.png -o a.png $regions && deepfill fill rgb.png mask.png -o n.png --no-texture $regions &&
            ! same_picture a.png n.png && outside gbrp 1 3 a.png n.png || return 1
    done
    deepfill fill rgb.png mask.png -o c.png --coarse && deepfill fill rgb.png mask.png -o n.png --coarse --no-texture &&
        same_picture c.png n.png
}
check "--no-texture" no_texture

scaled() {
    av -i mask.png -vf scale=202:134:flags=neighbor -update 1 large.png &&
        deepfill fill rgb.png mask.png -o a.png && deepfill fill rgb.png large.png -o b.png 2>log.txt &&
        same_picture a.png b.png &&
        same "deepfill: large.png: is scaled from 202x134 to 101x67 pixels" "$(cat log.txt)"
}
check "a mask of another size is scaled" scaled

# ------------------------------------------------------------------------------- what looks wrong --

# noted TEXT ARGUMENT...: it is filled, and that is told
noted() {
    local text=$1
    shift
    deepfill fill "$@" -o noted.png 2>log.txt >out.txt && same "deepfill: $text" "$(cat log.txt)"
}
drawn 101x67 most.png "negate,drawbox=0:0:101:7:black:fill"
check "a hole of more than half" noted "most.png: the hole covers 90 % of the picture: did you mean --invert?" \
    rgb.png most.png
check "a hole of more than half by --invert" \
    noted "mask.png: the hole covers 89 % of the picture: did you mean it without --invert?" \
    rgb.png mask.png --invert
drawn 101x67 dim.png drawbox=40:20:30:25:0x646464:fill
check "a mask that is too dark" noted "dim.png: marks nothing to be filled: the hole is what is above --threshold, \
0.50, and its lightest value is 0.39" rgb.png dim.png
drawn 101x67 grays.png drawbox=0:0:40:67:0x808080:fill
check "a picture as mask" \
    noted "grays.png: 40 % of it is neither black nor white: this looks like a picture, not a mask; is it swapped with \
rgb.png?" rgb.png grays.png --threshold 0.2
cp grays.png self.png
check "a picture as its own mask" noted "./self.png: is the picture and its mask at once, and 40 % of it is neither \
black nor white: name a mask, white where the picture is to be filled" self.png ./self.png --threshold 0.2
av -f lavfi -i "color=black:s=101x67,format=gray,geq=lum='clip((X-20)*6,0,255)'" -frames:v 1 -update 1 ramp.png
check "soft edges" noted "ramp.png: 34 % of it is neither black nor white, and leads from one to the other: --soft takes \
such soft edges for the blend" rgb.png ramp.png --threshold 0.95
av -f lavfi -i "color=black:s=101x67,format=gray,geq=lum='19*lt(X,9)'" -frames:v 1 -update 1 faint.png
check "a soft mask that is too faint" noted "faint.png: marks nothing to be filled: with --soft the hole is what is \
above 20 of 255, and its lightest value is 19" rgb.png faint.png --soft
av -i mask.png -vf scale=202:100:flags=neighbor -update 1 flat.png
check "a mask of another shape" noted "flat.png: is stretched from 202x100 to 101x67 pixels, another shape: was it \
drawn over rgb.png?" rgb.png flat.png

sketched() {
    drawn 101x67 lines.png drawbox=50:0:1:67:white:fill &&
        av -i lines.png -vf scale=202:134:flags=neighbor -update 1 many.png &&
        deepfill fill rgb.png mask.png -o a.png -m sketch.safetensors &&
        deepfill fill rgb.png mask.png -o b.png -m sketch.safetensors --sketch lines.png &&
        ! same_picture a.png b.png && outside gbrp 1 3 rgb.png b.png &&
        deepfill fill rgb.png mask.png -o c.png -m sketch.safetensors --sketch many.png 2>log.txt &&
        same "deepfill: many.png: is scaled from 202x134 to 101x67 pixels" "$(cat log.txt)" &&
        same_picture b.png c.png &&
        deepfill fill rgb.png mask.png -o d.png -m sketch.safetensors --sketch lines.png --regions \
            --dilate 0 --feather 0 && outside gbrp 1 3 rgb.png d.png
}
check "--sketch" sketched
check "--sketch with a model that takes none" \
    fails "model 'small' takes no sketch: it was trained without" \
    fill rgb.png mask.png -o x.png --sketch mask.png -m small
built_in_sketch() {
    deepfill fill rgb.png mask.png -o e.png --sketch lines.png &&
        deepfill fill rgb.png mask.png -o f.png --sketch lines.png -m sketch && same_picture e.png f.png &&
        deepfill fill rgb.png mask.png -o g.png -m sketch && ! same_picture e.png g.png
}
check "--sketch without -m: the built-in sketch" built_in_sketch

# ------------------------------------------------------------------------------- names and files --

odd_names() {
    mkdir -p odd && cp rgb.png 'odd/a%03d.png' && cp rgb.png 'odd/http:x*.png' && cp mask.png 'odd/-m?.png' &&
        deepfill fill 'odd/a%03d.png' 'odd/-m?.png' -o 'odd/%d.png' &&
        deepfill fill rgb.png mask.png -o a.png &&
        cmp a.png 'odd/%d.png' && (cd odd && deepfill fill 'http:x*.png' -o out.PNG -- '-m?.png') &&
        cmp a.png odd/out.PNG
}
check "names are names, not patterns or URLs" odd_names

# A list of pictures is not followed to them.
no_reference() {
    printf 'ffconcat version 1.0\nfile rgb.png\n' >list.png
    ! deepfill fill list.png mask.png -o x.png 2>log.txt && [ ! -e x.png ] &&
        same "deepfill: list.png: cannot be decoded: Invalid argument" "$(cat log.txt)"
}
check "a file opens no other" no_reference

link() {
    echo kept >real.png && ln -sf real.png alias.png && deepfill fill rgb.png mask.png -o alias.png &&
        [ -L alias.png ] && cmp a.png real.png && chmod 640 real.png &&
        deepfill fill rgb.png mask.png -o real.png && same 640 "$(stat -c %a real.png)" &&
        (umask 027 && deepfill fill rgb.png mask.png -o new.png) && same 640 "$(stat -c %a new.png)" &&
        [ -z "$(ls -A | grep '\.png\.')" ]
}
check "a link stays a link, a mode a mode, and nothing lies beside" link

truncated() {
    local size file
    for file in rgb.png in.jpg; do
        size=$(wc -c <$file)
        head -c $((size / 2)) $file >cut.png
        fails "cut.png: cannot be decoded: Invalid data found when processing input" \
            fill cut.png mask.png -o x.png || return 1
    done
}
check "half a picture is none" truncated

film() {
    av -f lavfi -i testsrc2=s=101x67:d=0.2 -c:v mpeg4 film.mp4
    local told="film.mp4: is a film, and a picture is wanted: ffmpeg -i FILM -vf deepfill=MASK OUT fills films, by a \
MASK that may be a film, too"
    fails "$told" fill film.mp4 mask.png -o x.png && fails "$told" fill rgb.png film.mp4 -o x.png && [ ! -e x.png ] &&
        av -i film.mp4 -frames:v 1 -update 1 frame.gif && deepfill fill frame.gif mask.png -o out.png
}
check "a film is none" film
painted_black() {
    av -i mask.png -vf "format=gray,negate,split[a][b];[a]lut=y=0[c];[b]negate[d];[c][d]alphamerge" -update 1 painted.png
    deepfill fill rgb.png painted.png -o c.png 2>log.txt >out.txt
    grep -qxF "deepfill: painted.png: is black or transparent all over: paint white on black what its alpha plane shows" \
        log.txt
}
check "a mask painted black on transparent ground" painted_black
check "a picture that is not there" \
    fails "gone.png: cannot be opened: No such file or directory" fill gone.png mask.png -o x.png
check "a mask that is not there" \
    fails "gone.png: cannot be opened: No such file or directory" fill rgb.png gone.png -o x.png
check "a folder as picture" misused fill \
    "deepfill fill: the pictures of the folder '.' need a folder as output, not 'x.png': give -o FOLDER/" \
    . mask.png -o x.png
echo help >help.txt
check "text as picture" fails "help.txt: is no picture that libavformat knows" fill help.txt mask.png -o x.png
av -f lavfi -i sine -t 0.1 sound.wav
check "sound as picture" fails "sound.wav: holds no picture" fill sound.wav mask.png -o x.png
drawn 40000x2 wide.png null
check "a picture that is too wide" \
    fails "wide.png: has 40000x2 pixels, expected sides of at most 32768" fill wide.png mask.png -o x.png
check "a model that is not there" \
    fails "model 'gone' is neither built in (small, sketch) nor a readable file: No such file or directory" \
    fill rgb.png mask.png -o x.png -m gone
"$MAKE_MODEL" 4 5 loud.safetensors 1e4
"$MAKE_MODEL" 4 5 dead.safetensors 0
check "a model whose weights are too large" \
    fails "loud.safetensors: gives no picture: layer 'conv3' of its network makes values beyond 1e+09 of a \
test picture: its weights are damaged or wrongly scaled" fill rgb.png mask.png -o x.png -m loud.safetensors
check "a model whose weights are all zero" \
    fails "dead.safetensors: gives no picture: what its network makes of a test picture is one flat colour: \
its weights are damaged or wrongly scaled" fill rgb.png mask.png -o x.png -m dead.safetensors
described() {
    deepfill info loud.safetensors | grep -qx 'semantics   official' &&
        deepfill convert loud.safetensors -o same.safetensors && [ -s same.safetensors ]
}
check "info and convert take it all the same" described
check "a folder that is not there" \
    fails "gone/x.png: cannot be written: there is no folder gone, make it first" fill rgb.png mask.png -o gone/x.png
check "a file in the place of the folder" fails "mask.png/x.png: cannot be written: mask.png is no folder" \
    fill rgb.png mask.png -o mask.png/x.png
check "the picture as target" fails "rgb.png: is read, so that it cannot be written, too" \
    fill rgb.png mask.png -o rgb.png
check "the mask as target" fails "./mask.png: is read, so that it cannot be written, too" \
    fill rgb.png mask.png -o ./mask.png
mkdir folder.png
check "a folder as target" fails "folder.png: cannot be written: it is not a regular file" \
    fill rgb.png mask.png -o folder.png

turned() {
    still 64x48 level.jpg yuvj444p && python3 "$STILL" turn 6 level.jpg upright.jpg &&
        drawn 48x64 none.png null &&
        deepfill fill upright.jpg none.png -o out.png 2>/dev/null &&
        drawn 64x48 none.png null &&
        deepfill fill level.jpg none.png -o level.png 2>/dev/null &&
        av -i level.png -vf transpose=clock -update 1 expected.png && same_picture expected.png out.png
}
if command -v python3 >/dev/null; then
    check "a camera's orientation is followed" turned
else
    skip "a camera's orientation" "python3 is not installed"
fi

# ------------------------------------------------------------------------------------ wrong usage --

NO_MASK="name it behind the picture or by --mask MASK, or give a rectangle, --box 'x y w h'"
check "fill without a mask" misused fill "deepfill fill: no mask was named for rgb.png: $NO_MASK" rgb.png -o x.png
check "fill without anything" misused fill "deepfill fill: no picture was named"
check "a mask behind that of --mask" misused fill \
    "deepfill fill: 2 pictures need a folder as output, not 'x.png': give -o FOLDER/, or name one picture alone, \
as the mask is that of --mask" rgb.png mask.png --mask mask.png -o x.png
check "a mask behind --box" misused fill "deepfill fill: 2 pictures need a folder as output, not 'x.png': give -o \
FOLDER/, or name one picture alone, as the mask is that of --box" rgb.png mask.png --box '1 2 3 4' -o x.png
for after in "rgb.png mask.png" "rgb.png --mask mask.png"; do
    check "an output without -o behind $after" misused fill \
        "deepfill fill: no output was named: if it is to be 'x.png', write -o before that name" $after x.png
done
check "three pictures that are there" misused fill \
    "deepfill fill: no output was named: give -o OUT.png, or a folder for several pictures" rgb.png mask.png rgb.png
check "a mask whose name is empty" misused fill "deepfill fill: the name of the mask is empty" \
    rgb.png --mask '' -o x.png
check "a picture whose name is empty" misused fill "deepfill fill: the name of file 1 is empty" '' mask.png -o x.png
check "fill to a film" misused fill \
    "deepfill fill: fills pictures, and 'x.MP4' is a film's name: ffmpeg -i FILM -vf deepfill=MASK OUT fills films" \
    film.mp4 mask.png -o x.MP4
check "fill of three" \
    misused fill "deepfill fill: takes a picture and its mask, not 3 files; of several pictures --mask \
MASK names the mask, or --box" a b c -o x.png
check "fill without a target" \
    misused fill "deepfill fill: no output was named: give -o OUT.png, or a folder for several pictures" rgb.png mask.png
check "fill to what is not written" \
    misused fill "deepfill fill: the output must end in .png, .jpg or .jpeg, or a folder's name in /, not 'x.tif'" \
    rgb.png mask.png -o x.tif
check "--quality of PNG" \
    misused fill "deepfill fill: --quality is for JPEG only: 'x.png' is to be PNG, which loses nothing" \
    rgb.png mask.png -o x.png --quality 90
check "--quality out of range" misused fill "deepfill fill: --quality is '0', must be 1 to 100" --quality 0
check "--exact with --regions" misused fill "deepfill fill: --exact and --regions exclude each other" \
    rgb.png mask.png -o x.png --exact --regions
check "--exact with --dilate" \
    misused fill "deepfill fill: --exact takes the mask as it is: no --dilate, --feather or --soft" \
    rgb.png mask.png -o x.png --exact --dilate 1
check "--exact with --soft" \
    misused fill "deepfill fill: --exact takes the mask as it is: no --dilate, --feather or --soft" \
    rgb.png mask.png -o x.png --exact --soft
check "--soft with --threshold" misused fill "deepfill fill: --soft and --threshold exclude each other" \
    rgb.png mask.png -o x.png --soft --threshold 0.3
check "--threshold out of range" misused fill "deepfill fill: --threshold is '1.5', must be 0 to 1" \
    --threshold 1.5
check "--threshold that is no number" misused fill "deepfill fill: --threshold is 'nan', must be 0 to 1" \
    --threshold nan
check "--dilate out of range" misused fill "deepfill fill: --dilate is '257', must be 0 to 256" --dilate 257
check "--dilate of half a pixel" misused fill "deepfill fill: --dilate is '0.5', must be 0 to 256" \
    --dilate 0.5
check "--feather that is no number" misused fill "deepfill fill: --feather is 'soft', must be 0 to 256" \
    --feather soft

# ---------------------------------------------------------------------------------------- memory --

# In a process that may not have it.
too_large() {
    local said
    drawn 6000x5000 huge.png drawbox=40:20:30:25:white:fill
    said=$(ulimit -v 2500000 && OPENBLAS_NUM_THREADS=1 deepfill fill huge.png huge.png -o x.png 2>&1)
    same 1 $? && same "deepfill: huge.png: 6000x5000 pixels in one region take N of memory, and N are left: \
--regions takes less" "$(echo "$said" | sed -E 's/[0-9.]+ [GM]iB/N/g')"
}
check "what memory does not suffice for is refused" too_large

# Before a picture is decoded, too: a small file may be a large picture.
too_large_to_decode() {
    local said
    drawn 8000x8000 black.png null
    said=$(ulimit -v 1000000 && OPENBLAS_NUM_THREADS=1 deepfill fill black.png black.png -o x.png 2>&1)
    same 1 $? && same "deepfill: black.png: its 8000x8000 pixels take N, and N of memory are left" \
        "$(echo "$said" | sed -E 's/[0-9.]+ [GM]iB/N/g')"
}
check "a picture that memory does not suffice for is refused" too_large_to_decode

# The sentence comes before the work, for which nobody waits here.
much() {
    local program
    drawn 3400x3200 big.png drawbox=40:20:30:25:white:fill
    : >log.txt
    "$DEEPFILL" fill big.png big.png -o x.png 2>log.txt &
    program=$!
    for _ in $(seq 600); do
        [ ! -s log.txt ] || break
        sleep 0.1
    done
    kill $program
    wait $program
    grep -qxE 'deepfill: big.png: 3400x3200 pixels in one region take [0-9.]+ GiB of memory' log.txt
}
check "what takes much memory is told first" much
check "nothing is written when fill fails" test ! -e x.png

finish
