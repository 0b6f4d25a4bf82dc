#!/bin/bash
# A sketch beside the mask: where its lines have a say, which picture belongs to which frame, what is refused.
. "$(dirname "$0")/lib/filter.sh"

MAKE_MODEL=$BUILD/tests/tools/model
[ -x "$MAKE_MODEL" ] || { echo "skip - sketches in ffmpeg (no $MAKE_MODEL: make check)"; exit 0; }
"$MAKE_MODEL" 4 6 model.safetensors || exit 1

# The same picture over and over, so that a frame's fill tells its sketch: 2 s, 1 s, and the hole in it.
for seconds in 1 2; do
    ff -f lavfi -i "testsrc2=s=128x96:r=25:d=0.04,loop=$((25 * seconds - 1)):1" -c:v ffv1 -pix_fmt yuv420p \
       film$seconds.mkv
done
cp film1.mkv film.mkv
ff -f lavfi -i color=black:s=128x96,drawbox=40:20:60:40:white:fill -frames:v 1 -update 1 mask.png

# A sketch whose pictures tell their numbers: picture N mod 50 has an upright line at 42 + N.
#     drawing RATE SECONDS FILE [OUTPUT OPTIONS]
drawing() {
    local rate=$1 seconds=$2 file=$3
    shift 3
    ff -f lavfi -i "color=black:s=128x96:r=$rate:d=$seconds" \
       -vf "format=gray,geq=lum='255*eq(X\,42+mod(N\,50))'" -c:v ffv1 "$@" "$file"
}
# still EXPRESSION FILE: one picture, white where the expression in X and Y is not 0
still() {
    ff -f lavfi -i color=black:s="${3:-128x96}" -vf "format=gray,geq=lum='255*gt($1\,0)'" -frames:v 1 \
       -update 1 "$2"
}
drawing 25 2 sketch.mkv
drawing 25 1 sketch1.mkv
drawing 25/2 2 half.mkv
still 'eq(X\,42+7)' seven.png
still 0 black.png

# filled SKETCH [OPTIONS] [FILM]: hashes of the frames, each filled by itself
filled() {
    hashes -i "${3:-film1.mkv}" \
           -vf "deepfill=mask.png:model=model.safetensors:temporal=0${1:+:sketch=$1}${2:+:$2}"
}

# Hashes to the numbers of the pictures that the frames were filled with; -1: none, -2: they were not filled.
{
    hashes -i film1.mkv | head -n 1
    filled '' | head -n 1
    filled sketch.mkv '' film2.mkv
} >hashes.txt
drawn() {
    filled "$@" | awk 'BEGIN { n = -2 }
                       FILENAME == "hashes.txt" { number[$1] = n++; next }
                       { printf("%s%s", (c++ ? " " : ""), $1 in number ? number[$1] : "?") }' hashes.txt -
}

# got EXPECTED SKETCH [OPTIONS] [FILM]
got() {
    local expected=$1
    shift
    same "$(drawn "$@")" "$expected"
}

check 'fifty pictures make fifty fills, and none another' same "$(sort -u hashes.txt | wc -l)" 52

# ---------------------------------------------------------------------------------- where it counts --

same_fills() {
    same "$(filled "$1")" "$(filled "$2")"
}
check 'a still image lasts for the whole film' got "$(numbers 25 7)" seven.png
check 'black is no sketch' got "$(numbers 25 -1)" black.png
beside() {
    still '1-between(X\,36\,103)*between(Y\,16\,63)' beside.png
    got "$(numbers 25 -1)" beside.png
    still 'eq(X\,42+7)+1-between(X\,36\,103)*between(Y\,16\,63)' both.png
    got "$(numbers 25 7)" both.png
}
check 'lines beside the hole have no say' beside
outside() {
    local paint=,drawbox=32:12:76:56:black:fill
    same "$(hashes -i film1.mkv -vf "deepfill=mask.png:model=model.safetensors:sketch=seven.png$paint")" \
        "$(hashes -i film1.mkv -vf "${paint#,}")"
}
check 'nothing changes outside the hole' outside
threshold() {
    for value in 153 154; do
        ff -i seven.png -vf "format=gray,lut=y='val*$value/255'" -frames:v 1 -update 1 $value.png
    done
    got "$(numbers 25 -1)" 153.png && got "$(numbers 25 7)" 154.png
}
check 'above 0.6 is a line' threshold
scaled() {
    still 'eq(mod(X\,9)\,4)' small.png 64x48
    ff -i small.png -vf scale=128:96:flags=neighbor -frames:v 1 -update 1 large.png
    same_fills small.png large.png
}
check 'a sketch of another size is scaled' scaled
check 'a sketch of another size is told about' \
    warns 'The sketch has another size than the video and is scaled to it.' \
    deepfill=mask.png:model=model.safetensors:sketch=small.png
inverted() {
    still 'not(eq(X\,42+7))' inverted.png
    warns 'Lines cover 99 % of the sketch: they are to be white on black.' \
        deepfill=mask.png:model=model.safetensors:sketch=inverted.png
}
check 'black lines on white are told about' inverted
check 'the sketch is named at the start' \
    warns ', sketch seven.png, ' deepfill=mask.png:model=model.safetensors:sketch=seven.png
quiet() {
    same "$(messages deepfill=mask.png:model=model.safetensors:sketch=seven.png | wc -l)" 1
}
check 'nothing is told about what is as it should be' quiet
limited() {
    ff -i seven.png -vf scale=out_range=tv,format=yuv420p -color_range tv -c:v libx264 -qp 0 limited.mp4
    got "$(numbers 25 7)" limited.mp4
}
if has encoders libx264; then
    check 'a sketch of limited range' limited
else
    skip 'a sketch of limited range' 'no libx264'
fi

# -------------------------------------------------------------------------------------- which picture --

check 'picture by frame' got "$(numbers 50 n)" sketch.mkv '' film2.mkv
check 'half the rate' got "$(numbers 50 '(n * 40 + 20) / 80')" half.mkv '' film2.mkv
check 'a longer sketch does not lengthen the film' got "$(numbers 25 n)" sketch.mkv
check 'a shorter sketch: its last picture is repeated' \
    got "$(numbers 50 'n < 25 ? n : 24')" sketch1.mkv '' film2.mkv
check 'a shorter sketch: eof_action=pass' \
    got "$(numbers 50 'n < 25 ? n : -1')" sketch1.mkv eof_action=pass film2.mkv
check 'a shorter sketch: eof_action=endall' got "$(numbers 25 n)" sketch1.mkv eof_action=endall film2.mkv
check 'a still sketch never ends' got "$(numbers 50 7)" seven.png eof_action=endall film2.mkv
check 'mask_start' got "$(numbers 25 'n + 25')" sketch.mkv mask_start=1
check 'mask_start before: frames without a sketch' \
    got "$(numbers 50 'n < 25 ? -1 : n - 25')" sketch1.mkv mask_start=-1 film2.mkv
check 'mask_loop' got "$(numbers 50 'n % 25')" sketch1.mkv mask_loop=1 film2.mkv
sequence() {
    mkdir -p pictures
    drawing 25 2 pictures/%03d.png -c:v png
    got "$(numbers 25 n)" pictures/%03d.png
}
check 'an image sequence goes picture by frame' sequence
check 'an image sequence with a rate goes by time' \
    got "$(numbers 50 '(n * 40 + 20) / 80')" pictures/%03d.png mask_opts=framerate=12.5 film2.mkv
check 'what the sketch does not know of mask_opts is passed over' \
    got "$(numbers 25 n)" sketch.mkv mask_opts=framerate=12.5

ended() {
    ff -i sketch.mkv -t 0.4 -c:v ffv1 brief.mkv
    local filter=deepfill=mask.png:model=model.safetensors:sketch=brief.mkv
    warns "The sketch has ended before the video: \
its last picture is repeated (else: eof_action, mask_loop)." $filter &&
        warns 'The sketch has ended before the video: the rest has none.' $filter:eof_action=pass
}
check 'a sketch that ends is told about' ended

second_input() {
    same "$(hashes -i film1.mkv -i mask.png -filter_complex \
        '[0:v][1:v]deepfill=model=model.safetensors:temporal=0:sketch=sketch.mkv')" "$(filled sketch.mkv)"
}
check 'the mask may be a second input' second_input
box() {
    same "$(hashes -i film1.mkv \
        -vf "deepfill=box='40 20 60 40':model=model.safetensors:temporal=0:sketch=sketch.mkv")" \
        "$(filled sketch.mkv)"
}
check 'the mask may be a box' box
check 'enable=' got "$(numbers 25 'n < 10 ? n : -2')" sketch.mkv "enable='lt(n,10)'"

# --------------------------------------------------------------------------------- from other frames --

# What the network fills of each frame, in percent.
network() {
    ff -i film2.mkv -vf "deepfill=mask.png:model=model.safetensors:$1,
        metadata=print:key=lavfi.deepfill.network:file=-" -f null - |
        sed -n 's/lavfi.deepfill.network=//p' | awk '{ printf("%s%d", (NR > 1 ? " " : ""), 100 * $1) }'
}
anew() {
    drawing 5 2 slow.mkv
    same "$(network sketch=slow.mkv)" "$(numbers 50 'n % 5 ? 0 : 100')" &&
        same "$(network sketch=seven.png)" "$(numbers 50 'n ? 0 : 100')"
}
check 'other lines are synthesised anew, the same ones once' anew
workers() {
    local filter=deepfill=mask.png:model=model.safetensors:sketch=slow.mkv
    same "$(hashes -i film2.mkv -vf $filter:workers=1)" "$(hashes -i film2.mkv -vf $filter:workers=5)"
}
check 'workers agree' workers

# ---------------------------------------------------------------------------------- what is refused --

ff -f lavfi -i sine=d=1 -c:a flac sound.flac
echo 'no film' >text.txt
cp text.txt text.png
head -c 600 sketch.mkv >cut.mkv
mkdir folder
MODEL=deepfill=mask.png:model=model.safetensors

check 'a model that takes no sketch' fails \
    "model 'small' takes no sketch: sketch= is for models trained with one." \
    deepfill=mask.png:sketch=seven.png:model=small
built_in() {
    local own chosen blank
    own=$(hashes -i film1.mkv -vf deepfill=mask.png:sketch=seven.png:temporal=0 | sort -u)
    chosen=$(hashes -i film1.mkv -vf deepfill=mask.png:sketch=seven.png:temporal=0:model=sketch | sort -u)
    blank=$(hashes -i film1.mkv -vf deepfill=mask.png:sketch=black.png:temporal=0 | sort -u)
    [ -n "$own" ] && same "$own" "$chosen" && [ "$own" != "$blank" ]
}
check 'without model= the built-in sketch fills, and follows lines' built_in
plain() {
    "$MAKE_MODEL" 4 5 plain.safetensors
    fails "model 'plain.safetensors' takes no sketch: sketch= is for models trained with one." \
        deepfill=mask.png:sketch=seven.png:model=plain.safetensors
}
check 'a checkpoint that takes no sketch' plain
check 'no mask' fails \
    'Without mask=, box= or box_file= a second input is expected as the mask: '\
'ffmpeg -i in.mp4 -i mask.mp4 -filter_complex "[0:v][1:v]deepfill" out.mp4; '\
'-vf has one input alone, so name a file there: -vf deepfill=mask.mp4' \
    deepfill=model=model.safetensors:sketch=seven.png
check 'a sketch that is missing' fails \
    "The sketch 'none.png' cannot be read (No such file or directory): \
give sketch= an existing file or URL." \
    $MODEL:sketch=none.png
check 'a sketch that is a folder' fails \
    "The sketch 'folder' is a folder without pictures: name a file." \
    $MODEL:sketch=folder
check 'a sketch that is text' fails \
    "The sketch 'text.txt' is neither a video nor an image that this FFmpeg can read: \
name a file that ffmpeg -i opens." \
    $MODEL:sketch=text.txt
check 'a sketch that is sound' fails \
    "The sketch 'sound.flac' holds no video and no image: name a file that does." $MODEL:sketch=sound.flac
check 'a sketch that is text called an image' fails \
    "The first picture of the sketch 'text.png' cannot be decoded: check it with ffmpeg -i." \
    $MODEL:sketch=text.png
check 'a sketch that is cut off' fails \
    "The sketch 'cut.mkv' holds no picture that can be decoded: check it with ffmpeg -i." \
    $MODEL:sketch=cut.mkv

finish
