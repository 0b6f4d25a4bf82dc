#!/bin/sh
# Ten consecutive fills above what was there, magnified around the hole, as one picture:
#
#     tools/strips.sh RESULT TRUTH MASK OUT.png [FIRST]
#
# RESULT and TRUTH are films of the same frames, MASK a still or a film of them; FIRST (0) is the first frame
# shown. A wide hole's cells stand in two columns of five, others in five columns of two.
# STEP (1): every STEP-th frame. SCALE (2): magnification. MARGIN (24): pixels around the hole.
export LC_ALL=C
set -eu
if [ $# -lt 4 ]; then
    echo "usage: $0 RESULT TRUTH MASK OUT.png [FIRST]" >&2
    exit 2
fi
result=$1 truth=$2 mask=$3 out=$4 first=${5:-0}
ffmpeg=${FFMPEG:-ffmpeg} step=${STEP:-1} scale=${SCALE:-2} margin=${MARGIN:-24}
last=$((first + 9 * step))
shown="between(n,$first,$last)*not(mod(n-$first,$step))"

# The box that the hole has in all frames shown; a still mask has one frame, which is all of them.
box=$("$ffmpeg" -v error -nostdin -i "$mask" -vf \
    "select='not(n)+between(n,$first,$last)',format=gray,bbox=min_val=128,metadata=print:file=-" -f null - |
    awk -F= -v first="$first" -v margin="$margin" '
        /^frame:/ { split($1, at, /[ :]+/); frame = at[2] }
        # Frame 0 is of the strip if it is the first, or the only one.
        frame == 1 && first > 0 && !moved { x1 = y1 = x2 = y2 = ""; moved = 1 }
        /bbox.x1/ && (x1 == "" || $2 < x1) { x1 = $2 }
        /bbox.y1/ && (y1 == "" || $2 < y1) { y1 = $2 }
        /bbox.x2/ && (x2 == "" || $2 > x2) { x2 = $2 }
        /bbox.y2/ && (y2 == "" || $2 > y2) { y2 = $2 }
        END {
            if (x1 == "")
                exit
            x1 = x1 > margin ? x1 - margin : 0
            y1 = y1 > margin ? y1 - margin : 0
            print x1, y1, x2 + margin + 1 - x1, y2 + margin + 1 - y1
        }')
if [ -z "$box" ]; then
    echo "$mask: no hole in frames $first to $last" >&2
    exit 1
fi
set -- $box
columns=5x2
[ "$3" -le $(($4 * 4)) ] || columns=2x5
around="crop='min($3,iw-$1)':'min($4,ih-$2)':$1:$2:exact=1,scale=iw*$scale:-1:flags=lanczos"
"$ffmpeg" -v error -nostdin -y -i "$result" -i "$truth" -filter_complex "
    [0:v]select='$shown',format=gbrp,$around[fill];
    [1:v]select='$shown',format=gbrp,$around[truth];
    [fill][truth]vstack,tile=$columns:padding=6:color=magenta" -frames:v 1 -update 1 "$out"
