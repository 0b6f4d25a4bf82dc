# What the tests of the filter in a real ffmpeg share; sourced, not run.
#
# All media are made by ffmpeg itself in the folder of check.sh.

BUILD=${BUILD:-build}
FFMPEG=$(realpath "${FFMPEG:-$BUILD/ffmpeg}")
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
BUILD=$(realpath "$BUILD")

[ -x "$FFMPEG" ] || { echo "skip - the filter in ffmpeg (no $FFMPEG: make ffmpeg)"; exit 0; }
. "$ROOT/tests/lib/check.sh"
cd "$DIR" || exit 1

ff() {
    "$FFMPEG" -hide_banner -nostdin -loglevel error -y "$@"
}

# Are encoder, filter... to be had?  has encoders libx264
has() {
    "$FFMPEG" -hide_banner "-$1" 2>/dev/null | awk '{ print $2 }' | grep -qx "$2"
}

# Two texts are to be the same, and there is to be something.
same() {
    [ -n "$1" ] || { echo "nothing came"; return 1; }
    [ "$1" = "$2" ] || { diff <(echo "$1") <(echo "$2") | head -n 20; return 1; }
}

differ() {
    [ -n "$1" ] && [ "$1" != "$2" ]
}

# Hashes of the frames alone, and all that is told of each frame but its hash.
hashes() {
    ff "$@" -fps_mode passthrough -f framemd5 - | grep -v '^#' | sed 's/.*, *//'
}

times() {
    ff "$@" -fps_mode passthrough -f framemd5 - | sed 's/\(.*\),.*/\1/'
}

# A film of 128x96, 25 pictures a second:  film SECONDS FILE [OUTPUT OPTIONS]
film() {
    local seconds=$1 file=$2
    shift 2
    ff -f lavfi -i "testsrc2=s=128x96:r=25:d=$seconds" -c:v ffv1 -pix_fmt yuv420p "$@" "$file"
}

# A still of random texture with detail of some four pixels:  texture SEED FILE
texture() {
    ff -f lavfi -i "color=gray:s=320x192:r=25,format=yuv444p,noise=all_seed=$1:alls=100,gblur=1.8" \
       -vf "lutyuv='clip((val-128)*5+128,16,235)':u='(val-128)*3+128':v='(val-128)*3+128',
            scale=1280:768:flags=bicubic" \
       -frames:v 1 -update 1 "$2"
}

# A camera over a still, 192x144, so many quarters of a pixel a frame:  pan STILL FRAMES STEP_X STEP_Y FILE
pan() {
    ff -loop 1 -i "$1" -frames:v "$2" \
        -vf "crop=768:576:x='$3*n':y='$4*n',scale=192:144:flags=bicubic,format=yuv420p" \
       -c:v ffv1 "$5"
}

# A mask whose pictures tell their numbers: picture N mod 60 is white in 2 (N + 1) columns of 48 rows.
#     counting RATE SECONDS FILE [OUTPUT OPTIONS]
counting() {
    local rate=$1 seconds=$2 file=$3
    shift 3
    ff -f lavfi -i "color=black:s=128x96:r=$rate:d=$seconds" \
       -vf "format=gray,geq=lum='255*lt(X\,2*(mod(N\,60)+1))*lt(Y\,48)'" -c:v ffv1 "$@" "$file"
}

# Which picture of a counting mask each frame got, -1 for none, in one line. The graph has the filter without
# its input and output:  pictures -i FILE ... -filter_complex "$(graph 'deepfill=mask.mkv')"
#     graph DEEPFILL [BEFORE] [AFTER]
graph() {
    local after=${3:-null}
    echo "${2:-[0:v]}$1:dilate=0:feather=0:show=mask,metadata=print:key=lavfi.deepfill.hole:file=-,$after"
}

pictures() {
    ff "$@" -fps_mode passthrough -f null - |
        sed -n 's/lavfi.deepfill.hole=//p' |
        awk '{ printf("%s%d", (NR > 1 ? " " : ""), int($1 * 128 + 0.5) - 1) }'
}

# got EXPECTED DEEPFILL INPUT OPTIONS...: these pictures of a counting mask
got() {
    local expected=$1 filter=$2
    shift 2
    same "$(pictures "$@" -filter_complex "$(graph "$filter")")" "$expected"
}

# The numbers of an awk expression in n, for n = 0 .. COUNT - 1, in one line:  numbers COUNT EXPRESSION
numbers() {
    awk "BEGIN { for (n = 0; n < $1; n++) printf(\"%s%d\", (n ? \" \" : \"\"), ($2)) }"
}

# The filter's own lines about film.mkv and DEEPFILL, without the part that names the instance.
messages() {
    "$FFMPEG" -hide_banner -nostdin -nostats -y -i film.mkv -vf "$1" -f null - 2>&1 |
        sed -n 's/^\[[^]]*deepfill[^]]*\] //p'
}

# fails MESSAGE FILTER: a status, no output, and the sentence, word for word
fails() {
    ff -i film.mkv -vf "$2" -f null - && { echo 'ffmpeg went through'; return 1; }
    same "$(messages "$2" | grep -Fx -- "$1" | head -n 1)" "$1" || messages "$2"
    messages "$2" | grep -Fxq -- "$1"
}

# warns TEXT FILTER: once, and film.mkv, of one second, is whole
warns() {
    same "$(messages "$2" | grep -Fc -- "$1")" 1 || { messages "$2"; return 1; }
    same "$(hashes -i film.mkv -vf "$2" | wc -l)" 25
}

# OUTSIDE becomes the program that compares raw video before and after the filter.
find_outside() {
    OUTSIDE=$BUILD/tests/tools/outside
    [ -x "$OUTSIDE" ] && return
    OUTSIDE=$DIR/outside
    ${CC:-cc} -O2 "$ROOT/tests/tools/outside.c" -o "$OUTSIDE" || exit 1
}

# PSNR of a part of each frame, a line a frame:  psnrs FILE TRUTH FILTER [CROP], by default HOLE
psnrs() {
    ff -i "$1" -i "$2" \
        -filter_complex "[0:v]$3,${4:-$HOLE}[a];[1:v]${4:-$HOLE}[b];[a][b]psnr=stats_file=-" -f null - |
        sed -n 's/.*psnr_avg:\([^ ]*\).*/\1/p' | sed s/inf/100/
}

mean() {
    awk '{ sum += $1 } END { print NR ? sum / NR : "none" }'
}

least() {
    sort -g | head -n 1
}

# at_least VALUE LEAST: expressions, none of which is to be missing
at_least() {
    echo "$1, at least $2 is wanted"
    [[ -n $1 && $1$2 != *none* ]] && awk "BEGIN { exit !($1 >= $2) }"
}
