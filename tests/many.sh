#!/bin/bash
# A film in parts that are filled alone has the bits that it has in one run, whatever its rate, and comes back with all
# else that it had. What is missing, short or bound to the whole film is told in a sentence.
. "$(dirname "$0")/lib/filter.sh"
. "$ROOT/tests/lib/parts.sh"

has encoders libx264 || {
    skip 'films in parts' 'this ffmpeg has no libx264'
    exit 0
}

# parted NAME.ENDING FILTER PARTS [ENCODER OPTIONS]: planned, run and joined, it is the same as in one run.
#   single: the run's own options.
parted() {
    local film=$1 filter=$2 parts=$3 folder=${1%.*}.p$3 out=${1%.*}.joined.${1##*.}
    shift 3
    plan "$film" -vf "$filter" --parts "$parts" -o "$folder" -- "${@:--c:v ffv1}" && sh "$folder/jobs.txt" &&
        same "$parts" "$(ls "$folder"/part-* | wc -l)" && sh "$folder/join.sh" -o "$out" --ffmpeg "$FFMPEG" &&
        same "$(frames single.mkv)" "$(frames "$out")"
}

single() {
    local film=$1 filter=$2
    shift 2
    ff -i "$film" -map 0:v:0 -vf "$filter" -fps_mode passthrough "$@" single.mkv
}

# --------------------------------------------------------------------------------- the same bits --

same_bits() {
    local parts
    single varying.mkv "$HOLE" -enc_time_base 1/1000 -c:v ffv1 || return 1
    for parts in 1 2 5; do
        parted varying.mkv "$HOLE" $parts -c:v ffv1 || { echo "in $parts parts"; return 1; }
    done
}

shots 48 40 45 30 37
film_of_shots "$VARYING" varying.mkv -enc_time_base 1/1000 -x264-params open-gop=1 -c:a aac
check 'a film of varying rate, open groups of pictures and sound in 1, 2 and 5 parts' same_bits

even() {
    film_of_shots "$EVEN" even.mkv -c:a aac && single even.mkv "$HOLE" -c:v ffv1 && parted even.mkv "$HOLE" 5 -c:v ffv1
}
check 'a film of constant rate' even
