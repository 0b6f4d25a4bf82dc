#!/bin/bash
# deepfill fill --exact: which pictures and masks it takes, and which not.
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

finish
