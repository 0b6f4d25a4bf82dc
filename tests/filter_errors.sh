#!/bin/bash
# What is wrong ends ffmpeg with a status and one sentence; what is odd is said once.
. "$(dirname "$0")/lib/filter.sh"

film 1 film.mkv
counting 25 1 mask.mkv
ff -f lavfi -i color=white:s=128x96 -frames:v 1 -update 1 white.png
ff -f lavfi -i "color=gray:s=64x48,drawbox=0:0:9:9:white:fill" -frames:v 1 gray.png
ff -f lavfi -i sine=d=1 -c:a flac sound.flac
echo 'no film' >text.txt
cp text.txt text.png
cp text.txt script.sh
: >empty.mkv
head -c 600 mask.mkv >cut.mkv
mkdir folder

check 'a mask that is missing' fails \
    "The mask 'none.mp4' cannot be read (No such file or directory): give mask= an existing file or URL." \
    deepfill=none.mp4
check 'a mask that is a folder' fails \
    "The mask 'folder' is a folder without pictures: name a file." deepfill=folder
check 'a mask that is text' fails \
    "The mask 'text.txt' is neither a video nor an image: rectangles and their times are given as box_file=text.txt." \
    deepfill=text.txt
check 'a mask that is a script' fails \
    "The mask 'script.sh' is neither a video nor an image that this FFmpeg can read: \
name a file that ffmpeg -i opens." \
    deepfill=script.sh
check 'a mask that is empty' fails "The mask 'empty.mkv' is empty: is it the output's name, too?" deepfill=empty.mkv
check 'a wrong value in mask_opts' fails \
    "The mask 'none%03d.png' cannot be opened (Invalid argument): check the values in mask_opts." \
    deepfill=none%03d.png:mask_opts=framerate=abc
check 'an option without a value' fails "The option 'dilate' has no value: write dilate=VALUE." \
    deepfill=mask.mkv:dilate
check 'a mask that is sound' fails \
    "The mask 'sound.flac' holds no video and no image: name a file that does." deepfill=sound.flac
check 'a mask that is text called an image' fails \
    "The first picture of the mask 'text.png' cannot be decoded: check it with ffmpeg -i." deepfill=text.png
check 'a mask that is cut off' fails \
    "The mask 'cut.mkv' holds no picture that can be decoded: check it with ffmpeg -i." deepfill=cut.mkv
check 'an image pattern without images' fails \
    "The mask 'none%03d.png' cannot be opened (No such file or directory): check its name and permissions." \
    deepfill=none%03d.png
check 'a mask at an address where nobody answers' fails \
    "The mask 'http://127.0.0.1:9/m.mp4' cannot be opened (Connection refused): \
check its name and permissions." \
    'deepfill=http\\://127.0.0.1\\:9/m.mp4'
check 'alpha=1 without an alpha plane' fails \
    "The mask 'mask.mkv' (gray) has no alpha plane: leave out alpha=1, or name a mask that has one." \
    deepfill=mask.mkv:alpha=1
check 'an option that nobody has for the mask' fails \
    "mask_opts: neither the demuxer 'matroska,webm' nor the decoder 'ffv1' of the mask \
'mask.mkv' has an option 'wrong'." \
    deepfill=mask.mkv:mask_opts=wrong=1
check 'mask and box' fails \
    "mask='mask.mkv' and box='1 2 3 4' exclude each other: give one of them." \
    "deepfill=mask.mkv:box='1 2 3 4'"
check 'a bare colon in the name of the mask' fails \
    "mask='C' and box='/mask.png' exclude each other: if 'C:/mask.png' is the mask's name, each colon in it is \
written "'\\: within single quotes, and each backslash /, -vf '"'deepfill=C"'\\'":/mask.png'." \
    deepfill=C:/mask.png
check 'a bare address as the mask' fails \
    "mask='http' and box='//host/m.mp4' exclude each other: if 'http://host/m.mp4' is the mask's name, each colon \
in it is written "'\\: within single quotes, -vf '"'deepfill=http"'\\'"://host/m.mp4', or the address becomes the \
second input: -i in.mp4 -i ADDRESS -filter_complex \"[0:v][1:v]deepfill\"." \
    deepfill=http://host/m.mp4
check 'a bare address with a port as the mask' fails \
    "mask='http' and box='//host' exclude each other: if 'http://host:8080/m.mp4' is the mask's name, each colon \
in it is written "'\\: within single quotes, -vf '"'deepfill=http"'\\'"://host"'\\'":8080/m.mp4', or the address \
becomes the second input: -i in.mp4 -i ADDRESS -filter_complex \"[0:v][1:v]deepfill\"." \
    deepfill=http://host:8080/m.mp4
check 'alpha=1 with a box' fails \
    'alpha=1 is for mask=FILE alone: a second input and box= have no alpha plane.' \
    "deepfill=box='1 2 3 4':alpha=1"
check 'mask_loop=1 with a box' fails \
    'mask_loop=1 is for mask=FILE, sketch=FILE and keep_out=FILE: rectangles have no end.' \
    "deepfill=box='1 2 3 4':mask_loop=1"
check 'a size that is too small' fails \
    "size= is 0, for the model's own, or 64 to 4096." deepfill=mask.mkv:size=9
check 'a model that is missing' fails \
    "The model cannot be used: model 'none' is neither built in (small, sketch) nor a readable file: \
No such file or directory." \
    deepfill=mask.mkv:model=none
check 'a model that is a folder' fails \
    "The model cannot be used: folder: is a folder, in which no file 'checkpoint' tells of a TensorFlow \
checkpoint: name the model's file, of TensorFlow's the .index." \
    deepfill=mask.mkv:model=folder
check 'a model that is no checkpoint' fails \
    "The model cannot be used: text.txt: is no checkpoint that is known: expected safetensors, \
PyTorch (.pth, .pt) or TensorFlow V2 (.index)." \
    deepfill=mask.mkv:model=text.txt
if [ -x "$BUILD/tests/tools/model" ]; then
    "$BUILD/tests/tools/model" 4 5 dead.safetensors 0
    check 'a model that fills everything with one colour' fails \
        "The model cannot be used: dead.safetensors: gives no picture: what its network makes of a test \
picture is one flat colour: its weights are damaged or wrongly scaled." \
        deepfill=mask.mkv:model=dead.safetensors
else
    skip 'a model that fills everything with one colour' 'no tests/tools/model: make check'
fi
check 'semantics that nobody has' fails \
    "The model cannot be used: small: semantics 'lama' is unknown: \
this model takes official, stride, nipponjo_tf, nipponjo, with +rgb or +bgr behind it." \
    deepfill=mask.mkv:semantics=lama
check 'a threshold out of range' fails \
    "Value 2.000000 for parameter 'threshold' out of range [0 - 1]" deepfill=mask.mkv:threshold=2
unknown() {
    ! ff -i film.mkv -vf deepfill=mask.mkv:wrong=1 -f null - 2>unknown.txt && grep -q "'wrong'" unknown.txt
}
check 'an option that does not exist' unknown
check 'no mask at all' fails \
    'Without mask=, box= or box_file= a second input is expected as the mask: '\
'ffmpeg -i in.mp4 -i mask.mp4 -filter_complex "[0:v][1:v]deepfill" out.mp4; '\
'-vf has one input alone, so name a file there: -vf deepfill=mask.mp4' \
    deepfill

# What a decoder makes up for lost data is not taken for a mask.
damaged() {
    ff -f lavfi -i color=black:s=128x96:d=1,drawbox=30:30:30:30:white:fill -c:v libx264 -g 5 -bf 0 whole.mp4
    "$FFMPEG" -loglevel quiet -i whole.mp4 -c copy -bsf:v 'noise=amount=99*gt(n\,4):dropamount=0' -y damaged.mp4
    ! ff -i film.mkv -vf deepfill=damaged.mp4 -f null - && messages deepfill=damaged.mp4 |
        grep -q "^The mask 'damaged.mp4' is damaged after"
}
if has encoders libx264; then
    check 'a mask that is damaged' damaged
else
    skip 'a mask that is damaged' 'no libx264'
fi

# A picture of another size ends it all, but those before it are handed on, however many are held; and where
# something before the filter brings them all to one size none is lost.
for size in 128x96 160x120; do
    ff -f lavfi -i "testsrc2=s=$size:r=25:d=0.4" -c:v mjpeg -f mjpeg part.mjpeg &&
        cat part.mjpeg >>sizes.mjpeg
done
# sizes FRAMES FILTER: so many are handed on, else 2; and ffmpeg's status
sizes() {
    local status
    rm -f sizes.txt
    ff -reinit_filter 0 -f mjpeg -i sizes.mjpeg \
        -vf "$2,metadata=print:key=lavfi.deepfill.hole:file=sizes.txt" -f null -
    status=$?
    same "$(grep -c lavfi.deepfill.hole sizes.txt)" "$1" || return 2
    return $status
}
cut_short() {
    sizes 10 "deepfill=box='40 40 20 20':$1"
    local status=$?
    [ $status -ne 0 ] && [ $status -ne 2 ]
}
for setting in delay=0:ahead=0 ahead=3 ahead=-1 temporal=0; do
    check "frames before one of another size come, with $setting" cut_short $setting
done
check 'sizes that change before a scale' sizes 20 "scale=128:96,deepfill=box='40 40 20 20'"

# A name with a colon is a file, not a protocol.
colon() {
    mkdir -p a:b && cp white.png a:b/m.png &&
        same "$(hashes -i film.mkv -vf 'deepfill=a\\:b/m.png:show=mask')" \
            "$(hashes -i film.mkv -vf deepfill=white.png:show=mask)"
}
check 'a colon in the name of the mask' colon

check 'a mask of another size is told about' \
    warns "The mask 'gray.png' is 64x48, the video 128x96: it is scaled." deepfill=gray.png:threshold=0.9
check 'a mask of grays is told about' \
    warns "97 % of the mask 'gray.png' is neither black nor white: this looks like a picture, not a mask; are the two \
swapped?" deepfill=gray.png:threshold=0.9
# A long name does not cut the message short.
long_name() {
    local name
    name=$(printf 'long%.0s' {1..50}).png
    mkdir -p "$name" && cp gray.png "$name/$name" &&
        warns "97 % of the mask '$name/$name' is neither black nor white: this looks like a picture, not a mask; are \
the two swapped?" "deepfill=$name/$name:threshold=0.9"
}
check 'what is told of a mask with a long name is not cut short' long_name
# The second input has no name that the filter knows.
second_input() {
    local said
    said=$("$FFMPEG" -hide_banner -nostdin -i film.mkv -i gray.png -filter_complex '[0:v][1:v]deepfill=threshold=0.9' \
        -f null - 2>&1 | sed -n 's/^\[[^]]*deepfill[^]]*\] //p')
    echo "$said"
    grep -Fxq 'The mask is 64x48, the video 128x96: it is scaled.' <<<"$said" &&
        grep -q '^9[0-9] % of the mask is neither black nor white: ' <<<"$said"
}
check 'a mask that is the second input is told about without a name' second_input
check 'a hole of more than half the frame is told about' \
    warns "The hole of the mask 'white.png' covers 100 % of the frame: did you mean invert=1?" \
    deepfill=white.png:show=mask
check 'a hole of more than half the frame, inverted' warns 'did you mean invert=0?' \
    "deepfill=box='0 0 9 9':invert=1:show=mask"
check 'a box without a known pixel is told about' warns 'A box holds no known pixel' deepfill=white.png
no_frames() {
    same "$("$FFMPEG" -hide_banner -nostdin -ss 9 -i film.mkv -vf deepfill=mask.mkv -f null - 2>&1 |
        sed -n 's/^\[[^]]*deepfill[^]]*\] //p')" "No frame came to be filled: does -ss lie behind the video's end?"
}
check 'a film without frames is told about' no_frames
check 'mask_start behind the mask is told about' warns \
    "mask_start lies behind the end of the mask 'mask.mkv': its last picture" \
    deepfill=mask.mkv:mask_start=5:show=mask
check 'a filter that is never on is told about' warns 'No frame was changed: enable= was off for all.' \
    "deepfill=box='0 0 9 9':enable='gt(t,100)'"
check 'invert, once set, is not offered' warns 'did you mean invert=0?' \
    "sendcmd=c='0 deepfill invert 1',deepfill=box='0 0 9 9':show=mask"
ff -f lavfi -i color=black:s=128x96:d=1 -c:v ffv1 black.mkv
check 'a mask without a hole is told about' warns "No frame had a hole, so none was changed: white in the mask \
'black.mkv', above threshold, is what gets filled." deepfill=black.mkv
ended() {
    ff -i mask.mkv -t 0.4 -c:v ffv1 brief.mkv
    warns "The mask 'brief.mkv' has ended before the video" deepfill=brief.mkv:show=mask
}
check 'a mask that ends is told about' ended
check 'the start is told about' warns 'model small (deepfill, semantics stride, cnum ' deepfill=mask.mkv
silent() {
    same "$(messages "deepfill=box='40 40 20 20'" | wc -l)" 1
}
check 'nothing is told about what is as it should be' silent

# libdeepfill's own messages come with the instance's name, at the levels of av_log.
libdeepfill_says() {
    local said
    said=$("$FFMPEG" -hide_banner -nostdin -nostats -loglevel $1 -i film.mkv -vf "deepfill=box='20 20 30 20'" -f null - 2>&1 |
        grep -c '^\[[^]]*deepfill[^]]*\] libdeepfill .*: model small, frames 128x96, ')
    same "$said" $2
}
check 'libdeepfill tells at verbose what it chose' libdeepfill_says verbose 1
check 'libdeepfill tells nothing of it at info' libdeepfill_says info 0

finish
