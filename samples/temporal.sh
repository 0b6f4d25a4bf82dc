#!/bin/sh
# The pictures of docs/temporal.md, from the sample clip: samples/temporal.jpg.
#
# Three moments, a row each: with the logo, filled frame by frame, filled from other frames, and where that
# came from.
export LC_ALL=C
set -eu
cd "$(dirname "$0")/.."
ffmpeg=${FFMPEG:-build/ffmpeg}
mask=deepfill=samples/mask.png

around="crop=200:112:376:6,scale=400:-2:flags=lanczos"
"$ffmpeg" -v error -nostdin -y -i samples/logo.mp4 -filter_complex "
    [0:v]split=4[a][b][c][d];
    [a]$around[logo];
    [b]$mask:temporal=0,$around[alone];
    [c]$mask,$around[fill];
    [d]$mask:show=sources,$around[sources];
    [logo][alone][fill][sources]hstack=4,select='eq(n,4)+eq(n,60)+eq(n,118)',tile=1x3:padding=4" \
    -frames:v 1 -update 1 -q:v 4 samples/temporal.jpg
