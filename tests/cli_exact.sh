#!/bin/bash
# deepfill fill --exact: what each project itself makes of pictures, known pixels and all.
. "$(dirname "$0")/lib/cli.sh"

still 101x67 deep.png rgb48be
drawn 202x134 large.png negate
check "--exact with 16 bits" \
    fails "deep.png: has 16 bits a sample, the originals read 8: leave --exact out" \
    fill deep.png mask.png -o x.png --exact
check "--exact with a mask of another size" \
    fails "large.png: has 202x134 pixels, rgb.png 101x67: --exact wants the same" \
    fill rgb.png large.png -o x.png --exact
check "--exact with sides that the original does not take" \
    fails "rgb.png: has 101x67 pixels, the original of 'mmagic' takes sides that are multiples of 8 from 72 \
on: leave --exact out" fill rgb.png mask.png -o x.png --exact -m "$GOLDEN/checkpoints/mmagic.pth"
still 101x63 low.png
av -i mask.png -vf crop=101:63:0:0 -update 1 low_mask.png
check "--exact below the least side" \
    fails "low.png: has 101x63 pixels, the original of 'official' takes sides cut down to multiples of 8 \
from 64 on: leave --exact out" fill low.png low_mask.png -o x.png --exact -m "$GOLDEN/checkpoints/official"

cropped() {
    same "out.png: 96x64 pixels, 11.1 % filled in one region of 96x64, all as by 'official'" \
        "$(deepfill fill rgb.png mask.png -o out.png --exact -m "$GOLDEN/checkpoints/official")" &&
        still 101x67 in.png rgba && deepfill fill in.png mask.png -o out.png --exact &&
        same rgb24 "$(pixel_format out.png)"
}
check "--exact cuts pictures down to the alignment, and drops alpha" cropped

# takes SHARE CHECKPOINT [OPTION]...: how much of a picture is hole to that project by a gray mask, 25 % of it
# at level 26 and 25 % at level 230
still 128x128 square.png
drawn 128x128 dim.png "drawbox=0:0:64:64:0x1a1a1a:fill,drawbox=64:0:64:64:0xe6e6e6:fill"
takes() {
    local share=$1 model=$2
    shift 2
    deepfill fill square.png dim.png -o out.png --exact -m "$model" "$@" | grep -qF ", $share % filled in one"
}
check "official cuts gray masks at half" takes 25.0 "$GOLDEN/checkpoints/official"
check "nipponjo's test.py does, too" takes 25.0 "$GOLDEN/checkpoints/nipponjo.pth"
check "its infer() takes any value" takes 50.0 "$GOLDEN/checkpoints/nipponjo_tf.pth" --threshold 0
check "mmagic takes any value" takes 50.0 "$GOLDEN/checkpoints/mmagic.pth"
check "mmagic's partial convolution does, too" takes 50.0 "$GOLDEN/checkpoints/pconv_mmagic.pth"
check "unless told otherwise" takes 25.0 "$GOLDEN/checkpoints/mmagic.pth" --threshold 0.5
for project in csqiangwen naoto0804; do
    check "$project multiplies by gray masks" \
        fails "dim.png: has values between black and white, which the original of '$project' takes as they \
are: --threshold 0.5 makes them one or the other" \
        fill square.png dim.png -o x.png --exact -m "$GOLDEN/checkpoints/$project.pth"
    check "$project with a threshold" takes 25.0 "$GOLDEN/checkpoints/$project.pth" --threshold 0.5
done
without_exact() {
    deepfill fill square.png dim.png -o out.png -m "$GOLDEN/checkpoints/mmagic.pth" |
        grep -qF ', 25.0 % filled'
}
check "without --exact the threshold is half" without_exact

# as_expected EXPECTED CHECKPOINT [OPTION]...: every case of a golden file is as the project makes it
as_expected() {
    local expected=$GOLDEN/checkpoints/$1.expected.safetensors model=$GOLDEN/checkpoints/$2 cases case
    shift 2
    cases=$(grep -oaE '"[a-z]+_[0-9x]+\.final"' "$expected" | tr -d '"' | sed 's/\.final//' | sort -u)
    [ -n "$cases" ] || return 1
    for case in $cases; do
        rm -f out.ppm
        python3 "$STILL" golden "$case" &&
            deepfill fill image.ppm mask.pgm -o out.png --exact -m "$model" "$@" 2>/dev/null &&
            av -i out.png -update 1 out.ppm && python3 "$STILL" compare "$expected" "$case" out.ppm ||
            { echo "$case"; return 1; }
    done
}

# like_fixture PROJECT CASE CHECKPOINT [OPTION]...: the original's own output
like_fixture() {
    local folder=$FIXTURES/$1 case=$2 model=$FIXTURES/$1/$3
    shift 3
    python3 "$STILL" npy "$FIXTURES/inputs/${case#*_-}/image.npy" image.ppm &&
        python3 "$STILL" npy "$FIXTURES/inputs/${case#*_-}/mask.npy" mask.pgm &&
        deepfill fill image.ppm mask.pgm -o out.png --exact -m "$model" "$@" 2>/dev/null &&
        av -i out.png -update 1 out.ppm && python3 "$STILL" same out.ppm "$folder/${case/_-/_}/final.npy"
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
