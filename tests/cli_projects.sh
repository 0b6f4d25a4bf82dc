#!/bin/bash
# deepfill fill --exact: what each project itself makes of pictures, known pixels and all.
. "$(dirname "$0")/lib/cli.sh"

# Nothing below counts for a level at which the program does not work.
at_level() {
    deepfill bench --cnum 4 --size 64 --rounds 1 --seconds 0.01 --json | grep -q "\"level\": *\"$DEEPFILL_CPU\""
}
[ -z "$DEEPFILL_CPU" ] || check "the engine's level is $DEEPFILL_CPU" at_level

# golden CASE: its pictures, in a folder of that name
golden() {
    [ -d "$1" ] || { mkdir "$1" && (cd "$1" && python3 "$STILL" golden "$1"); }
}

# unpacked FOLDER...: the out.png of each as out.ppm
unpacked() {
    local folder inputs=() outputs=()
    for folder; do
        outputs+=(-map "$((${#inputs[@]} / 2))" -update 1 "$folder/out.ppm")
        inputs+=(-i "$folder/out.png")
    done
    av "${inputs[@]}" "${outputs[@]}"
}

# as_expected EXPECTED CHECKPOINT [OPTION]...: every case of a golden file is as the project makes it
as_expected() {
    local expected=$GOLDEN/checkpoints/$1.expected.safetensors model=$GOLDEN/checkpoints/$2 cases case
    shift 2
    cases=$(grep -oaE '"[a-z]+_[0-9x]+\.final"' "$expected" | tr -d '"' | sed 's/\.final//' | sort -u)
    [ -n "$cases" ] || return 1
    for case in $cases; do
        golden "$case" && rm -f "$case"/out.* && (
            cd "$case" && deepfill fill image.ppm mask.pgm -o out.png --exact -m "$model" "$@" 2>/dev/null
        ) || return 1
    done
    unpacked $cases && python3 "$STILL" compare "$expected" $cases
}

# like_fixture PROJECT CASE CHECKPOINT [OPTION]...: the original's own output
like_fixture() {
    local folder=$FIXTURES/$1 case=$2 model=$FIXTURES/$1/$3 input=${2#*_-}
    shift 3
    if [ ! -d "$input" ]; then
        mkdir "$input" && python3 "$STILL" npy "$FIXTURES/inputs/$input/image.npy" "$input/image.ppm" &&
            python3 "$STILL" npy "$FIXTURES/inputs/$input/mask.npy" "$input/mask.pgm" || return 1
    fi
    rm -f "$input"/out.*
    (cd "$input" && deepfill fill image.ppm mask.pgm -o out.png --exact -m "$model" "$@" 2>/dev/null) &&
        unpacked "$input" && python3 "$STILL" same "$input/out.ppm" "$folder/${case/_-/_}/final.npy"
}

if command -v python3 >/dev/null; then
    check "official, exactly" as_expected official official
    check "official with a sketch, exactly" as_expected guided guided --sketch sketch.pgm
    check "official as nipponjo_tf, exactly" \
        as_expected official=nipponjo_tf+bgr official --semantics nipponjo_tf+bgr
    check "official with RGB, exactly" as_expected official=official+rgb official --semantics official+rgb
    check "nipponjo_tf as official, exactly" \
        as_expected nipponjo_tf=official nipponjo_tf.pth --semantics official
    for project in nipponjo_tf nipponjo mmagic yangyu12 csqiangwen naoto0804 pconv_mmagic; do
        check "$project, exactly" as_expected $project $project.pth
    done
else
    skip "--exact" "python3 is not installed"
fi
if command -v python3 >/dev/null && [ -d "$FIXTURES" ]; then
    for case in s64_free s64_empty s128x96_border; do
        check "the original's official $case" like_fixture official_tf_shim $case .
        check "the original's nipponjo_tf $case" like_fixture nipponjo_tf $case ckpt_cnum8.pth
        check "the original's nipponjo $case" like_fixture nipponjo_pt $case ckpt_cnum8.pth
        check "the original's csqiangwen $case" like_fixture csqiangwen $case ckpt.pth
    done
    check "the original's official, trained on" like_fixture official_tf_shim train_-s64_free train
    check "the original's nipponjo_tf at full width" \
        like_fixture nipponjo_tf full_-s128x96_border ckpt_cnum48_fp16.pth
    for case in s80x72_free s80x72_empty s128x96_border; do
        check "the original's mmagic $case" like_fixture mmagic_deepfillv2 $case ckpt_mmengine.pth
    done
    for case in s128_free s128_full; do
        check "the original's partial convolution $case" like_fixture pconv_naoto0804 $case ckpt.pth
        check "mmagic's partial convolution $case" like_fixture pconv_mmagic $case ckpt.pth
    done
else
    skip "the originals' own output" "no ../shared/fixtures, or no python3"
fi

finish
