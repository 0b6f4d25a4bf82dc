#!/bin/sh
# Remove the logo from the sample clip and show what came of it: `make demo`.
#
# Writes demo/filled.mp4 and demo/sheet.png (frames in a row: input, mask over it, filled, truth) into
# BUILD and prints the PSNR inside the hole and the speed.
export LC_ALL=C
set -eu
cd "$(dirname "$0")/.."
build=${BUILD:-build} ffmpeg=${FFMPEG:-build/ffmpeg}
demo=$build/demo
mkdir -p "$demo"
filled=$demo/filled.mp4 sheet=$demo/sheet.png

quiet() {
    "$ffmpeg" -v error -nostdin -y "$@"
}

# -stats shows that the filter is at work: a line that counts frames.
echo "filling samples/logo.mp4 with -vf deepfill=samples/mask.png"
began=$(date +%s.%N)
"$ffmpeg" -hide_banner -v warning -stats -nostdin -y -i samples/logo.mp4 -vf deepfill=samples/mask.png \
    -c:v libx264 -crf 16 -c:a copy "$filled"
ended=$(date +%s.%N)

# Two moments of the clip, each a row of four pictures around the logo.
around=crop=320:180:310:0
show=$around,scale=480:-2:flags=lanczos
quiet -i samples/logo.mp4 -i "$filled" -i samples/truth.mp4 -filter_complex "
    [0:v]split[logo][under];
    [under]deepfill=samples/mask.png:show=mask[mask];
    [logo]$show[a];[mask]$show[b];[1:v]$show[c];[2:v]$show[d];
    [a][b][c][d]hstack=4,select='eq(n,20)+eq(n,105)',tile=1x2:padding=4" -frames:v 1 "$sheet"

# The hole as the filter takes it is the mask grown; what is measured is what the logo covered.
set -- $("$ffmpeg" -hide_banner -nostdin -i samples/mask.png 2>&1 | sed -n 's/.*Video:.* \([0-9]*\)x\([0-9]*\).*/\1 \2/p')
raw=$(mktemp -d)
trap 'rm -rf "$raw"' EXIT
quiet -i samples/mask.png -f rawvideo -pix_fmt gray "$raw/mask"
quiet -i samples/truth.mp4 -f rawvideo -pix_fmt rgb24 "$raw/truth"
for clip in samples/logo.mp4 "$filled"; do
    quiet -i "$clip" -f rawvideo -pix_fmt rgb24 "$raw/result"
    "$build/tests/tools/score" "$1" "$2" "$raw/mask" "$raw/truth" "$raw/result" >>"$raw/scores"
done

echo
echo "$filled"
echo "$sheet"
awk -v seconds="$(echo "$began $ended" | awk '{ print $2 - $1 }')" '
    { psnr[NR] = $2; frames = $6 }
    END {
        printf "PSNR in the hole against the truth: %.2f dB (with the logo: %.2f dB)\n", psnr[2], psnr[1]
        printf "%.1f frames per second (%d frames in %.1f s, decoding and encoding included)\n",
               frames / seconds, frames, seconds
    }' "$raw/scores"
