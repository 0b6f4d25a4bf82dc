# What the tests of the program deepfill share; sourced, not run.
#
# Pictures are made by ffmpeg in the folder of check.sh, where the tests are run.

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
BUILD=$(realpath "${BUILD:-build}")
DEEPFILL=${DEEPFILL:-$BUILD/deepfill}
ROOT=$PWD
OUTSIDE=$BUILD/tests/tools/outside
MAKE_MODEL=$BUILD/tests/tools/model
GOLDEN=$PWD/tests/golden
FIXTURES=$PWD/../shared/fixtures
STILL=$PWD/tests/lib/still.py
. "$ROOT/tests/lib/check.sh"
cd "$DIR" || exit 1

deepfill() {
    "$DEEPFILL" "$@"
}

same() {
    [ "$1" = "$2" ] || { diff <(echo "$1") <(echo "$2") | head -n 20; return 1; }
}

# says STATUS TEXT ARGUMENT...: the program ends so, with that on its standard error and nothing elsewhere
says() {
    local status=$1 text=$2 said got
    shift 2
    said=$(deepfill "$@" 2>&1 >out.txt)
    got=$?
    same "$text" "$said" && [ ! -s out.txt ] && same "$status" "$got"
}

# fails TEXT ARGUMENT...: it failed, and for that reason
# misused COMMAND TEXT ARGUMENT...: it was called wrongly
fails() {
    local text=$1
    shift
    says 1 "deepfill: $text" "$@"
}

misused() {
    local command=$1 text=$2
    shift 2
    says 2 "$text
Try 'deepfill $command --help'." "$command" "$@"
}

av() {
    ffmpeg -hide_banner -nostdin -v error -y "$@"
}

# Pictures of noise: still SIZE FILE [FORMAT]
still() {
    av -f lavfi -i "nullsrc=s=$1,format=gbrap,geq=r='random(1)*256':g='mod(X*3+Y,256)':b='Y*2':a='64+X'" \
       -frames:v 1 -update 1 -pix_fmt "${3:-rgb24}" "$2"
}

# A gray picture, black but for what a filter draws: drawn SIZE FILE FILTER
drawn() {
    av -f lavfi -i "color=black:s=$1,format=yuv444p,$3,format=gray" -frames:v 1 -update 1 "$2"
}

# outside FORMAT BYTES PLANES BEFORE AFTER: only pixels in the hole of mask.png differ, and some do; no alpha
outside() {
    local size
    size=$(ffprobe -v error -show_entries stream=width,height -of csv=p=0 "$4" | tr , ' ') &&
        av -i mask.png -f rawvideo -pix_fmt gray mask.raw &&
        av -i "$4" -f rawvideo -pix_fmt "$1" before.raw && av -i "$5" -f rawvideo -pix_fmt "$1" after.raw &&
        "$OUTSIDE" "$2" "$3" 0 0 $size 0 mask.raw before.raw after.raw
}

pixel_format() {
    ffprobe -v error -show_entries stream=pix_fmt -of csv=p=0 "$1"
}

same_picture() {
    same "$(av -i "$1" -f framemd5 - | tail -n 1)" "$(av -i "$2" -f framemd5 - | tail -n 1)"
}

still 101x67 rgb.png
drawn 101x67 mask.png drawbox=40:20:30:25:white:fill
