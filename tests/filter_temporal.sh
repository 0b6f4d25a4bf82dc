#!/bin/bash
# Holes filled from other frames: what comes of pans, locked cameras, cuts, flashes, captions and moving
# holes.
. "$(dirname "$0")/lib/filter.sh"

OUTSIDE=$BUILD/tests/tools/outside
[ -x "$OUTSIDE" ] || OUTSIDE=$DIR/outside
[ -x "$OUTSIDE" ] || ${CC:-cc} -O2 "$ROOT/tests/tools/outside.c" -o "$OUTSIDE" || exit 1

# ------------------------------------------------------------------------------------- footage --

# Magenta over a part of each frame:  logo FILE FILE [DRAWBOX OPTIONS]
LOGO=120:20:40:24
logo() {
    ff -i "$1" -vf "drawbox=${3:-$LOGO}:magenta:fill" -c:v ffv1 "$2"
}

joined() {
    ff -i "$1" -i "$2" -filter_complex concat -c:v ffv1 "$3"
}

texture 7 one.png
texture 8 two.png
pan one.png 40 10 4 pan.mkv
pan one.png 40 0 0 still.mkv
pan two.png 20 8 6 other_pan.mkv
pan two.png 20 0 0 other_still.mkv
logo pan.mkv pan_logo.mkv
logo still.mkv still_logo.mkv
FILL="deepfill=box='120 20 40 24'"
HOLE=crop=40:24:120:20

# ------------------------------------------------------------------------------------ measures --

# The network's share of each frame's hole, a line a frame:  shares FILE FILTER
shares() {
    ff -i "$1" -vf "$2,metadata=print:key=lavfi.deepfill.network:file=-" -f null - |
        sed -n 's/lavfi.deepfill.network=//p'
}

# The frame-by-frame fill is beaten by 10 dB:  better FILE TRUTH FILTER [CROP]
better() {
    local alone
    alone=$(psnrs "$1" "$2" "$3:temporal=0" "${4:-}" | mean)
    at_least "$(psnrs "$1" "$2" "$3" "${4:-}" | mean)" "$alone + 10"
}

# The network runs in no frame after the first so many, and all frames are there:
# spared SKIP FRAMES FILE FILTER
spared() {
    local all
    all=$(shares "$3" "$4")
    echo $all
    same "$(echo "$all" | wc -l)" "$2" && same "$(echo "$all" | tail -n +$(($1 + 1)) | sort -u)" 0.000000
}

# The network fills the hole in one frame, and in no other at all:  once FILE FILTER
once() {
    local all
    all=$(shares "$1" "$2")
    echo $all
    same "$(echo "$all" | sort | uniq -c | awk '$2 > 0 { print $1, $2 }')" '1 1.000000'
}

# ------------------------------------------------------------------------------- what is kept --

# Times and durations, and what lies outside of the hole, frame by frame.
kept() {
    local below=crop=192:90:0:54
    same "$(times -i pan_logo.mkv -vf "$FILL:$1")" "$(times -i pan_logo.mkv)" &&
        same "$(hashes -i pan_logo.mkv -vf "$FILL:$1,$below")" "$(hashes -i pan_logo.mkv -vf $below)"
}
for ahead in 0 1 7 -1; do
    check "frames and times with ahead=$ahead" kept ahead=$ahead
done

ff -i pan_logo.mkv -frames:v 30 -c:v ffv1 brief.mkv
REFERENCE=$(hashes -i brief.mkv -vf "$FILL:ahead=40:workers=1")
for setting in ahead=40:workers=2 ahead=40:workers=5 ahead=60:workers=2 ahead=-1:delay=0 ahead=30:delay=9; do
    check "the same frames with $setting" same "$(hashes -i brief.mkv -vf "$FILL:$setting")" "$REFERENCE"
done
for ahead in 0 7; do
    check "the same frames for any workers with ahead=$ahead" same \
        "$(hashes -i brief.mkv -vf "$FILL:ahead=$ahead:workers=5")" \
        "$(hashes -i brief.mkv -vf "$FILL:ahead=$ahead:workers=1:delay=0")"
done
first_frames() {
    same "$(hashes -i brief.mkv -vf "$FILL:ahead=40" -frames:v 7)" "$(echo "$REFERENCE" | head -n 7)" &&
        same "$(hashes -i brief.mkv -vf "$FILL:ahead=40,trim=end_frame=7")" "$(echo "$REFERENCE" | head -n 7)"
}
check 'the first frames alone' first_frames

# ------------------------------------------------------------------------------------- cameras --

check 'a pan shows what the logo hides' better pan_logo.mkv pan.mkv "$FILL"
check 'a pan needs no network' spared 1 40 pan_logo.mkv "$FILL"
check 'a pan needs the network once with ahead=0' spared 1 40 pan_logo.mkv "$FILL:ahead=0"

locked() {
    once still_logo.mkv "$FILL:$1" &&
        same "$(hashes -i still_logo.mkv -vf "$FILL:$1,$HOLE" | sort -u | wc -l)" 1
}
for ahead in -1 0 7; do
    check "a locked camera's fill stands still with ahead=$ahead" locked ahead=$ahead
done
grain() {
    ff -i still_logo.mkv -vf noise=alls=5:all_seed=3 -c:v ffv1 grain.mkv && once grain.mkv "$FILL"
}
check "a locked camera's grain does not wake the network" grain

# ----------------------------------------------------------------------------- cuts and flashes --

# The new scene is filled from the new scene: as well, or with the very same, as if it stood alone.
cut_pans() {
    local alone
    ff -i pan.mkv -frames:v 20 -c:v ffv1 before.mkv && joined before.mkv other_pan.mkv cut.mkv &&
        logo cut.mkv cut_logo.mkv &&
        logo other_pan.mkv other_logo.mkv || return
    alone=$(psnrs other_logo.mkv other_pan.mkv "$FILL" | mean)
    at_least "$(psnrs cut_logo.mkv cut.mkv "$FILL" | tail -n 20 | mean)" "$alone - 0.5"
}
check 'a cut between pans' cut_pans
cut_stills() {
    ff -i still.mkv -frames:v 20 -c:v ffv1 before.mkv && joined before.mkv other_still.mkv cut.mkv &&
        logo cut.mkv cut_logo.mkv &&
        logo other_still.mkv other_logo.mkv || return
    same "$(hashes -i cut_logo.mkv -vf "$FILL,$HOLE" | tail -n 20)" \
        "$(hashes -i other_logo.mkv -vf "$FILL,$HOLE")" &&
        same "$(shares cut_logo.mkv "$FILL" | sort | uniq -c | awk '$2 > 0 { print $1, $2 }')" '2 1.000000'
}
check 'a cut between locked cameras' cut_stills
# Which frames begin a shot by their metadata, in one line:  begun FILE FILTER
begun() {
    echo $(ff -i "$1" -vf "$2,metadata=print:key=lavfi.deepfill.cut:file=-" -f null - |
        sed -n 's/^frame:\([0-9]*\) .*/\1/p')
}
marked() {
    same "$(begun cut_logo.mkv "$FILL:$1")" '0 20' && same "$(begun still_logo.mkv "$FILL:$1")" 0
}
# They are found without filling as well, and the frames stay as they are; a command begins the filling.
cuts() {
    same "$(begun cut_logo.mkv "$FILL:show=cuts")" '0 20' &&
        same "$(hashes -i cut_logo.mkv)" "$(hashes -i cut_logo.mkv -vf "$FILL:show=cuts")" &&
        same "$(hashes -i cut_logo.mkv -vf "$FILL" | tail -n 20)" \
            "$(hashes -i cut_logo.mkv -vf "sendcmd=0.78 deepfill show fill,$FILL:show=cuts" | tail -n 20)"
}
check 'show=cuts' cuts
for ahead in -1 0; do
    check "metadata mark a shot's first frame with ahead=$ahead" marked ahead=$ahead
done

flash() {
    ff -i "$1" -vf "lutyuv=y='clip(val+70,16,235)':enable='between(n,20,21)'" -c:v ffv1 flash.mkv &&
        logo flash.mkv flash_logo.mkv
}
flash_still() {
    flash still.mkv && once flash_logo.mkv "$FILL:$1" || return
    for n in 19 22; do
        ff -i flash_logo.mkv -vf "$FILL:$1,select='eq(n,$n)',setpts=0,$HOLE" -c:v ffv1 $n.mkv
    done
    at_least "$(psnrs 22.mkv 19.mkv null null | mean)" 40
}
for ahead in -1 0; do
    check "a flash does not change a locked camera's fill with ahead=$ahead" flash_still ahead=$ahead
done
flash_pan() {
    local quiet
    flash pan.mkv && spared 1 40 flash_logo.mkv "$FILL" || return
    quiet=$(psnrs pan_logo.mkv pan.mkv "$FILL" | sed 21,22d | mean)
    at_least "$(psnrs flash_logo.mkv flash.mkv "$FILL" | sed 21,22d | mean)" "$quiet - 2"
}
check 'a flash does not keep a pan from being followed' flash_pan
check 'a flash begins no shot' same "$(begun flash_logo.mkv "$FILL")" 0

# --------------------------------------------------------------------------------------- holes --

# Captions stand in frames 10 to 19 and 30 to 39 alone; the others show all, and pass as they are.
SHOWN="enable='between(mod(n,20),10,19)'"
captions() {
    ff -i "$1" -vf "drawbox=$LOGO:magenta:fill:$SHOWN" -c:v ffv1 captions.mkv &&
        spared 0 40 captions.mkv "$2" &&
        same "$(hashes -i captions.mkv -vf "$2" | sed '11,20d;31,40d')" \
            "$(hashes -i "$1" | sed '11,20d;31,40d')" &&
        at_least "$(psnrs captions.mkv "$1" "$2" | least)" "$3"
}
caption_mask() {
    ff -f lavfi -i "color=black:s=192x144:r=25:d=1.6,format=gray,drawbox=$LOGO:white:fill:$SHOWN" \
        -c:v ffv1 captions_mask.mkv
    captions pan.mkv deepfill=captions_mask.mkv 25
}
check 'captions over a pan, by a mask video' caption_mask
check 'captions over a pan, by enable=' captions pan.mkv "$FILL:$SHOWN" 25
check 'captions over a locked camera, with ahead=0' captions still.mkv "$FILL:$SHOWN:ahead=0" 40

two_logos() {
    local both="deepfill=box='120 20 40 24|20 100 30 30'"
    logo pan_logo.mkv two_logos.mkv 20:100:30:30 && spared 1 40 two_logos.mkv "$both" &&
        better two_logos.mkv pan.mkv "$both" && better two_logos.mkv pan.mkv "$both" crop=30:30:20:100
}
check 'two logos on a pan' two_logos

# A block that goes three pixels a frame; the whole frame is judged.
moving() {
    local block="color=black:s=192x144:r=25:d=1.6,format=gray[b];
        color=white:s=40x40:r=25:d=1.6,format=gray[w];[b][w]overlay=20+3*n:50"
    ff -f lavfi -i "$block" -c:v ffv1 block.mkv &&
        ff -i "$1" -f lavfi -i color=magenta:s=40x40:r=25:d=1.6 -filter_complex "overlay=20+3*n:50" \
            -pix_fmt yuv420p -c:v ffv1 moving.mkv &&
        spared 0 40 moving.mkv deepfill=block.mkv && better moving.mkv "$1" deepfill=block.mkv null
}
check 'a moving hole before a locked camera' moving still.mkv
check 'a moving hole before a pan' moving pan.mkv

at_the_edge() {
    local corner="deepfill=box='0 0 50 20'"
    logo pan.mkv corner.mkv 0:0:50:20 &&
        same "$(times -i corner.mkv -vf "$corner")" "$(times -i corner.mkv)" &&
        at_least "$(psnrs corner.mkv pan.mkv "$corner" crop=50:20:0:0 | mean)" \
                 "$(psnrs corner.mkv pan.mkv "$corner:temporal=0" crop=50:20:0:0 | mean) + 3"
}
check 'a logo in the corner' at_the_edge

# Each frame twice: each fill twice.
repeated() {
    local fills
    fills=$(hashes -i brief.mkv -vf "fps=50,$FILL:$1,$HOLE")
    same "$(echo "$fills" | wc -l)" 60 &&
        same "$(echo "$fills" | sed -n 'n;p')" "$(echo "$fills" | sed -n 'p;n')"
}
for ahead in -1 0; do
    check "a repeated frame repeats its fill with ahead=$ahead" repeated ahead=$ahead
done

# A fill from other frames has no feather. The network's own has one, and so has a soft mask.
feathers() {
    local hash all
    for feather in 0 4 40; do
        hash=$(hashes -i brief.mkv -vf "$1:feather=$feather" | md5sum)
        all+="$hash"$'\n'
    done
    same "$(sort -u <<<"${all%$'\n'}" | wc -l)" "$2"
}
soft_feathers() {
    ff -f lavfi -i "color=black:s=192x144,format=gray,drawbox=$LOGO:white:fill,gblur=2" -frames:v 1 -update 1 soft.png
    differ "$(hashes -i brief.mkv -vf deepfill=soft.png:soft=1:feather=40)" \
        "$(hashes -i brief.mkv -vf deepfill=soft.png:soft=1)"
}
check 'feather changes nothing in a fill from other frames' feathers "$FILL" 1
check 'feather changes nothing with ahead=0, either' feathers "$FILL:ahead=0" 1
check 'feather blends with temporal=0' feathers "$FILL:temporal=0" 3
check 'feather blends with soft=1' soft_feathers

# ------------------------------------------------------------------------------- what is shown --

sources() {
    ff -f lavfi -i "color=black:s=192x144,format=gray,drawbox=$LOGO:white:fill" \
        -frames:v 1 -f rawvideo -pix_fmt gray mask.raw
    ff -i brief.mkv -vf "$FILL" -f rawvideo fill.raw &&
        ff -i brief.mkv -vf "$FILL:show=sources" -f rawvideo sources.raw &&
        "$OUTSIDE" 1 3 1 1 192 144 8 mask.raw fill.raw sources.raw
}
check 'show=sources tints the hole alone' sources
told() {
    "$FFMPEG" -hide_banner -nostdin -i brief.mkv -vf "$FILL:$1" -f null - 2>&1 | grep -q "$2"
}
# What is shown and not filled needs no other frames: two are held, one a worker, and the pictures are the same.
previewed() {
    told "show=$1:workers=2" 'workers, delay 2, a preview, none looks at others' &&
        same "$(hashes -i brief.mkv -vf "$FILL:show=$1")" "$(hashes -i brief.mkv -vf "$FILL:show=$1:temporal=0")"
}
for show in mask regions coarse; do
    check "show=$show looks at no other frame" previewed $show
done
# A command that ends a preview starts the filling: as if the film began there.
filled_later() {
    local command="sendcmd=c='0.4 deepfill show $2'"
    same "$(hashes -i brief.mkv -vf "$command,$FILL:show=$1")" \
        "$(hashes -i brief.mkv -vf "$FILL:show=$1" -frames:v 10
           hashes -i brief.mkv -vf "trim=start_frame=10,$FILL:show=$2")"
}
check 'a command turns show=mask into fill' filled_later mask fill
check 'a command turns show=coarse into sources' filled_later coarse sources
check 'a command turns show=mask into regions' filled_later mask regions
# The other way round the workers stay: frames before the command see those after it.
shown_later() {
    local all
    all=$(hashes -i brief.mkv -vf "sendcmd=c='0.4 deepfill show mask;0.8 deepfill show fill',$FILL:ahead=5")
    same "$(echo "$all" | sed -n 11,20p)" "$(hashes -i brief.mkv -vf "$FILL:show=mask" | sed -n 11,20p)" &&
        same "$(echo "$all" | sed 11,20d | wc -l)" 20 &&
        same "$(echo "$all" | sed 11,20d | sort | comm -12 - <(hashes -i brief.mkv -vf "$FILL:show=mask" | sort) | wc -l)" 0
}
check 'commands turn fill into show=mask and back' shown_later
# as_good_as_alone FILM SECONDS FRAMES: with a logo, its last FRAMES are filled as well as where it begins at SECONDS
as_good_as_alone() {
    local fill="deepfill=box='200 30 80 50':dilate=0" crop=crop=80:50:200:30 alone option
    ff -i "$1.mkv" -vf drawbox=200:30:80:50:yellow:fill -c:v ffv1 "$1_logo.mkv"
    ff -ss "$2" -i "$1.mkv" -c:v ffv1 "$1_part.mkv"
    ff -ss "$2" -i "$1_logo.mkv" -c:v ffv1 "$1_part_logo.mkv"
    alone=$(psnrs "$1_part_logo.mkv" "$1_part.mkv" "$fill" $crop | mean)
    for option in ahead=40 ahead=0; do
        at_least "$(psnrs "$1_logo.mkv" "$1.mkv" "$fill:$option" $crop | tail -n "$3" | mean)" "$alone - 1" || return 1
    done
}
# A locked shot that fades in from black: once it is there, the fill is as good as in the shot without its fade.
fades_in() {
    ff -f lavfi -i "color=gray:s=320x180:r=25:d=2.6,geq=lum='if(lt(mod(X,76),38),205,75)':cb=120:cr=135,noise=alls=6" \
        -vf format=yuv420p,fade=in:st=0.4:d=1 -c:v ffv1 fade.mkv
    as_good_as_alone fade 1.5 27
}
check 'a shot that fades in is filled as well as without its fade' fades_in
# One locked shot dissolves into another: a second later the fill is as good as in the second shot alone.
dissolves() {
    ff -f lavfi -i "color=gray:s=320x180:r=25:d=1.6,geq=lum='if(lt(mod(X,76),38),205,75)':cb=120:cr=135,noise=alls=6" \
        -f lavfi -i "color=gray:s=320x180:r=25:d=3,geq=lum='if(lt(mod(X+20,52),26),75,160)':cb=135:cr=125,noise=alls=6" \
        -filter_complex 'xfade=duration=1:offset=0.4,format=yuv420p' -c:v ffv1 dissolve.mkv
    as_good_as_alone dissolve 1.6 20
}
check 'a shot that another dissolves into is filled as well as alone' dissolves
# The mean of V in the hole: red is far above gray, green far below.
hue() {
    ff -i "$1" -vf "$2:show=sources,$HOLE,extractplanes=v,scale=1:1:flags=area" -f rawvideo - |
        od -An -v -tu1 -w1
}
tints() {
    at_least "$(hue still_logo.mkv "$FILL:temporal=0" | least)" 160 &&
        at_least "$(hue still_logo.mkv "$FILL:ahead=0" | head -n 1)" 160 &&
        at_least "-$(hue pan_logo.mkv "$FILL:ahead=0" | tail -n 1)" -110
}
check 'the network is red, frames before are green' tints
check 'temporal=0 fills each frame by the network' same \
    "$(shares pan_logo.mkv "$FILL:temporal=0" | sort | uniq -c | awk '{ print $1, $2 }')" '40 1.000000'
check 'what is looked ahead is told' told workers=2:ahead=7 \
    'delay 2, from other frames, at most 7 ahead: the first comes out after [1-9][0-9]* frames at most, memory 512 MiB'
check 'the default, and memory, are told' told workers=2:memory=4 \
    'from other frames, at most 40 ahead: the first comes out after [1-9][0-9]* frames at most, memory 4 MiB'
check 'of fields, frames are told' told workers=2:delay=2:ahead=7:fields=1 \
    'each frame as two fields: 2 workers, delay 2, from other frames, at most 7 ahead: the first comes out after [1-9][0-9]* frames'
check 'that none is looked ahead is told' told ahead=0 'from frames before, none ahead: the first comes out after [1-9]'
check 'that frames stand alone is told' told temporal=0 'each frame by itself'

finish
