#!/bin/bash
# A translucent logo that ffmpeg itself has put on is taken off: how near to the film, in every kind of format, from all
# kinds of files, with masks, in fields; what is refused, and that nothing else is said.
. "$(dirname "$0")/lib/filter.sh"

find_outside

# A locked camera over a texture, with some grain: no other frame shows what a logo hides.
texture 7 one.png
pan one.png 25 0 0 still.mkv
ff -i still.mkv -vf noise=alls=4:allf=t:all_seed=3 -c:v ffv1 truth.mkv

# Strokes of four columns, white at half opacity.  strokes FILE HEIGHT Y0 Y1 RED ALPHA
strokes() {
    ff -f lavfi -i "color=black:s=192x$2,format=rgba,geq=r=$5:g=$5:b=$5:
            a='$6*between(X,60,131)*between(Y,$3,$4)*lt(mod(X,9),4)'" -frames:v 1 -update 1 "$1"
}
strokes logo.png 144 40 79 255 128
strokes half.png 72 20 39 255 128
strokes clear.png 144 40 79 255 0
strokes solid.png 144 40 79 255 255
ff -i logo.png -vf crop=72:40:60:40 -frames:v 1 -update 1 small.png
ff -i logo.png -vf "alphaextract,lut=y='255*gt(val,0)'" -frames:v 1 -update 1 mask.png
ff -i mask.png -pix_fmt gray -f rawvideo mask.raw

# logo_on TRUTH PICTURE FILE [OUTPUT OPTIONS]
logo_on() {
    local truth=$1 picture=$2 file=$3
    shift 3
    ff -i "$truth" -i "$picture" -filter_complex "[0:v][1:v]overlay=format=yuv420" -c:v ffv1 "$@" "$file"
}
logo_on truth.mkv logo.png film.mkv
HOLE=crop=72:40:60:40
OFF=deepfill=overlay=logo.png

# restores FILM FILTER [LEAD]: so many decibels nearer to the film than what can be done without the equation
restores() {
    local own fill delogo lead=${3:-6}
    own=$(psnrs "$1" truth.mkv "$2" | mean)
    fill=$(psnrs "$1" truth.mkv deepfill=mask.png | mean)
    delogo=$(psnrs "$1" truth.mkv delogo=60:40:72:40 | mean)
    echo "a mask $fill dB, delogo $delogo dB"
    at_least "$own" "$fill + $lead" && at_least "$own" "$delogo + $lead"
}
check 'a logo goes' restores film.mkv $OFF
check 'frame by frame' restores film.mkv $OFF:temporal=0
check 'live' restores film.mkv $OFF:realtime=1
check 'without an estimate of its fade' restores film.mkv $OFF:overlay_fade=0
if has encoders libx264; then
    logo_on truth.mkv logo.png coded.mkv -c:v libx264 -crf 20
    check 'a logo in a coded film goes' restores coded.mkv $OFF 3
else
    skip 'a logo in a coded film goes' 'no libx264'
fi

# A shape of 35 % over a locked shot: nearer to the film than the equation alone brings it, in codes of 8 bits.
better_than_the_formula() {
    local own formula
    ff -f lavfi -i "color=white:s=320x180,format=rgba,geq=r=255:g=255:b=255:
            a='89*between(X,200,289)*(between(Y,20,31)+between(Y,44,55))'" -frames:v 1 -update 1 shape.png
    ff -f lavfi -i "mandelbrot=s=320x180:r=25:start_scale=0.2:end_scale=0.2:maxiter=200" -frames:v 15 \
       -vf format=yuv444p -c:v ffv1 clean.mkv
    ff -i clean.mkv -i shape.png -filter_complex "[0:v][1:v]overlay=format=yuv444" -c:v libx264 -crf 14 shape.mkv
    own=$(psnrs shape.mkv clean.mkv deepfill=overlay=shape.png crop=90:12:200:20 | mean)
    formula=$(psnrs shape.mkv clean.mkv "geq=lum='clip((lum(X,Y)-0.349*235)/0.651,16,235)':cb='clip((cb(X,Y)-0.349*128)/0.651,
            0,255)':cr='clip((cr(X,Y)-0.349*128)/0.651,0,255)'" crop=90:12:200:20 | mean)
    echo "$own dB, the formula $formula dB"
    at_least "$own" "$formula"
}
if has encoders libx264; then
    check 'a blend with known colour and opacity is undone' better_than_the_formula
else
    skip 'a blend with known colour and opacity is undone' 'no libx264'
fi

# Frames without the logo are told by themselves and stay as they are, but those that are told too late, at the film's
# beginning and where it goes.
comes_and_goes() {
    pan one.png 25 9 0 moving.mkv
    ff -i moving.mkv -i logo.png -filter_complex "[0:v][1:v]overlay=format=yuv420:enable='between(n,8,15)'" \
       -c:v ffv1 partly.mkv
    local off truth
    off=$(hashes -i partly.mkv -vf $OFF) truth=$(hashes -i moving.mkv)
    same "$(sed -n 3,8p <<<"$off")" "$(sed -n 3,8p <<<"$truth")" &&
        same "$(tail -n 5 <<<"$off")" "$(tail -n 5 <<<"$truth")" &&
        differ "$(sed -n 9,16p <<<"$off")" "$(hashes -i partly.mkv | sed -n 9,16p)"
}
check 'frames without the logo stay' comes_and_goes

# Each frame tells how much of the logo it had.
told() {
    ff -i partly.mkv -vf "$1,metadata=print:key=lavfi.deepfill.overlay:file=-" -f null - |
        sed -n 's/lavfi.deepfill.overlay=//p'
}
tells_the_fade() {
    local off
    off=$(told $OFF)
    same 25 "$(wc -l <<<"$off")" && same 0.000000 "$(tail -n 1 <<<"$off")" && same 1.000000 "$(sed -n 12p <<<"$off")" &&
        [ -z "$(told deepfill=mask.png)" ]
}
check 'metadata tell how much of it a frame had' tells_the_fade

# What the mask marks is learnt from what moves behind it, and is taken off: late frames are nearer to the film than
# by the mask alone. An overlay that is half as opaque as it ought to be becomes better.
learns() {
    pan one.png 50 12 5 learn.mkv
    logo_on learn.mkv logo.png marked.mkv
    local late=',trim=start_frame=30' film learnt faint better
    film=$(psnrs marked.mkv learn.mkv "deepfill=mask.png:ahead=0" "$HOLE$late" | mean)
    learnt=$(psnrs marked.mkv learn.mkv "deepfill=mask.png:ahead=0:overlay_estimate=1" "$HOLE$late" | mean)
    faint=$(psnrs marked.mkv learn.mkv "deepfill=overlay=faint.png" "$HOLE$late" | mean)
    better=$(psnrs marked.mkv learn.mkv "deepfill=overlay=faint.png:overlay_estimate=1" "$HOLE$late" | mean)
    echo "the mask $film, learnt $learnt dB; too faint $faint, learnt $better dB"
    at_least "$learnt" "$film" && at_least "$better" "$faint + 3"
}
strokes faint.png 144 40 79 255 64
check 'an overlay is learnt on the way' learns

# Outside the logo nothing changes, whatever the format. Odd sizes, an odd place; packed formats are compared as planar.
#     preserved FORMAT BYTES PLANES SUB_X SUB_Y [PLANAR] [OPTIONS]
ff -f lavfi -i "color=black:s=127x95,format=gray,geq=lum='255*between(X,33,33+44)*between(Y,21,21+26)*lt(mod(X-33,9),4)'" \
   -frames:v 1 -pix_fmt gray -f rawvideo odd.raw
ff -i logo.png -vf crop=45:27:63:41 -frames:v 1 -update 1 odd.png
preserved() {
    local planar=${6:-$1} raw="-f rawvideo -s 127x95 -r 10"
    local film="[0:v]format=gbrp[a];[a][1:v]overlay=x=33:y=21:format=gbrp,format=$1"
    local off="deepfill=overlay=odd.png:overlay_x=33:overlay_y=21${7:-}"
    ff -f lavfi -i "testsrc2=s=128x96:r=10:d=0.5,format=gbrp,crop=127:95:0:0" -i odd.png -filter_complex "$film" \
       -f rawvideo odd.yuv &&
        ff $raw -pix_fmt "$1" -i odd.yuv -vf "format=$planar" -f rawvideo before.raw &&
        ff $raw -pix_fmt "$1" -i odd.yuv -vf "$off,format=$planar" -f rawvideo after.raw &&
        "$OUTSIDE" $2 $3 $4 $5 127 95 0 odd.raw before.raw after.raw
}
check 'outside the logo yuv420p stays' preserved yuv420p 1 3 1 1
check 'outside the logo yuv422p10le stays' preserved yuv422p10le 2 3 1 0
check 'outside the logo yuv444p stays' preserved yuv444p 1 3 0 0
check 'outside the logo yuv411p stays, frame by frame' preserved yuv411p 1 3 2 0 yuv411p :temporal=0
check 'outside the logo gbrp stays' preserved gbrp 1 3 0 0
check 'outside the logo gbrp16le stays' preserved gbrp16le 2 3 0 0
check 'outside the logo gray stays' preserved gray 1 1 0 0
check 'outside the logo rgb24 stays' preserved rgb24 1 3 0 0 gbrp
check 'outside the logo nv12 stays' preserved nv12 1 3 1 1 yuv420p
check 'outside the logo p010le stays' preserved p010le 2 3 1 1 yuv420p10le

any_workers() {
    same "$(hashes -i film.mkv -vf "$OFF:workers=1$1")" "$(hashes -i film.mkv -vf "$OFF:workers=4$1")"
}
check 'workers do not matter' any_workers
check 'frame by frame neither' any_workers :temporal=0
check 'a packed format is as its planar one' \
    same "$(hashes -i film.mkv -vf "format=nv12,$OFF,format=yuv420p")" "$(hashes -i film.mkv -vf "$OFF")"

SMALL=deepfill=overlay=small.png
check 'a small picture at its place' \
    same "$(hashes -i film.mkv -vf "$SMALL:overlay_x=60:overlay_y=40")" "$(hashes -i film.mkv -vf $OFF)"
beside_the_frame() {
    ff -i logo.png -vf "crop=192:100:0:40" -frames:v 1 -update 1 top.png
    same "$(hashes -i film.mkv -vf "deepfill=overlay=top.png:overlay_y=40")" "$(hashes -i film.mkv -vf $OFF)"
}
check 'a picture as wide as the film, so many lines down' beside_the_frame

# The same numbers in other kinds of pictures are the same overlay.
alike() {
    local picture own
    python3 "$ROOT/tests/lib/strokes.py" rgba16.png gray8.png gray16.png palette.png || return
    own=$(hashes -i film.mkv -vf $OFF)
    for picture in rgba16 gray8 gray16 palette; do
        same "$(hashes -i film.mkv -vf deepfill=overlay=$picture.png)" "$own" || { echo $picture; return 1; }
    done
}
if command -v python3 >/dev/null; then
    check 'pictures of 16 bits, gray and with a palette' alike
else
    skip 'pictures of 16 bits, gray and with a palette' 'no python3'
fi

# Logo data files: little-endian numbers, in hexadecimal.  lgd VERSION OPACITY VALUES
int16() {
    printf '\\x%02x\\x%02x' $(($1 & 255)) $(($1 >> 8 & 255))
}
lgd() {
    local version=$1 opacity=$2 numbers= name=32 after= pixel n
    [ "$version" = 1 ] || { name=256 after=240; }
    for n in 60 40 40 72 0 0 0 0; do
        numbers+=$(int16 "$n")
    done
    pixel=$(int16 "$opacity")$(int16 4096)$(int16 "$opacity")$(int16 0)$(int16 "$opacity")$(int16 0)
    printf "<logo data file ver0.$version>"
    head -c 5 /dev/zero
    printf '\0\0\0\1'
    head -c $name /dev/zero
    printf "$numbers"
    head -c ${after:-0} /dev/zero
    printf "$pixel%.0s" $(seq $((72 * 40)))
}
lgd 1 502 >one.lgd
lgd 2 502 >two.lgd
lgd 2 502 >named
head -c 5000 one.lgd >cut.lgd
head -c 12 one.lgd >head.lgd
ff -f lavfi -i "color=white:s=72x40,format=rgba,colorchannelmixer=aa=0.502" -frames:v 1 -update 1 plate.png
ff -i truth.mkv -i plate.png -filter_complex "[0:v][1:v]overlay=x=60:y=40:format=yuv420" -c:v ffv1 plate.mkv
logo_files() {
    local one
    restores plate.mkv deepfill=overlay=one.lgd || return
    one=$(hashes -i plate.mkv -vf deepfill=overlay=one.lgd)
    same "$(hashes -i plate.mkv -vf deepfill=overlay=two.lgd)" "$one" &&
        same "$(hashes -i plate.mkv -vf deepfill=overlay=named)" "$one"
}
check 'logo data files of both versions, told by what they hold' logo_files

# With a mask its hole is filled as well, and the rest stays.
with_a_mask() {
    ff -f lavfi -i color=black:s=192x144,drawbox=120:60:30:30:white:fill -frames:v 1 -update 1 box.png
    ff -i box.png -i mask.png -filter_complex "[0:v]format=gray[a];[1:v]format=gray[b];[a][b]blend=all_mode=lighten" \
       -frames:v 1 -pix_fmt gray -f rawvideo both.raw
    ff -i film.mkv -f rawvideo before.raw
    ff -i film.mkv -vf "deepfill=box.png:overlay=logo.png$1" -f rawvideo after.raw
    "$OUTSIDE" 1 3 1 1 192 144 8 both.raw before.raw after.raw &&
        same "$(hashes -i film.mkv -vf "deepfill=box.png:overlay=logo.png$1,crop=50:40:60:40")" \
             "$(hashes -i film.mkv -vf "drawbox=121:61:28:28:red:fill,deepfill=box.png:overlay=logo.png$1,crop=50:40:60:40")"
}
check 'with a mask' with_a_mask
check 'with a mask, frame by frame' with_a_mask :temporal=0

enabled() {
    local off film
    off=$(hashes -i film.mkv -vf "$OFF:enable='between(n,5,9)'") film=$(hashes -i film.mkv)
    same "$(sed '6,10d' <<<"$off")" "$(sed '6,10d' <<<"$film")" &&
        differ "$(sed -n 6,10p <<<"$off")" "$(sed -n 6,10p <<<"$film")" &&
        [ -z "$(comm -12 <(sed -n 6,10p <<<"$off" | sort) <(sed -n 6,10p <<<"$film" | sort))" ]
}
check 'enable=' enabled

# Frames of two fields.  through FILTERS
FIELDS=setfield=prog,interlace=scan=tff:lowpass=0
through() {
    hashes -i film.mkv -vf "$FIELDS,$1"
}
# Each field is restored as well as if it were a frame of half the height.
near_truth() {
    ff -i film.mkv -i truth.mkv \
       -filter_complex "[0:v]$FIELDS,$1,$HOLE[a];[1:v]$FIELDS,$HOLE[b];[a][b]psnr=stats_file=-" -f null - |
        sed -n 's/.*psnr_avg:\([^ ]*\).*/\1/p' | mean
}
as_fields() {
    at_least "$(near_truth "$OFF:fields=1$1")" "$(near_truth "separatefields,deepfill=overlay=half.png$1,weave") - 0.3"
}
check 'fields' as_fields
check 'fields, each by itself' as_fields :temporal=0
one_field() {
    ff -i logo.png -vf "geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':a='alpha(X,Y)*mod(Y,2)'" -frames:v 1 -update 1 lines.png
    local off="deepfill=overlay=lines.png:fields=1"
    same "$(through "$off,separatefields,select='not(mod(n,2))'")" "$(through "separatefields,select='not(mod(n,2))'")" &&
        differ "$(through "$off,separatefields,select='mod(n,2)'")" "$(through "separatefields,select='mod(n,2)'")"
}
check 'a field without a row of it stays' one_field

# Heat is the same in all frames, and lies on the logo alone.
shown() {
    ff -i film.mkv -f rawvideo before.raw
    ff -i film.mkv -vf "$OFF:show=overlay" -f rawvideo after.raw
    "$OUTSIDE" 1 3 1 1 192 144 0 mask.raw before.raw after.raw &&
        same "$(hashes -i film.mkv -vf "$OFF:show=overlay,crop=2:40:64:40" | sort -u | wc -l)" 1
}
check 'show=overlay' shown
check 'show=sources' differ "$(hashes -i film.mkv -vf "$OFF:show=sources")" "$(hashes -i film.mkv -vf "$OFF")"
commanded() {
    local filter=${OFF/deepfill/deepfill@d}
    same "$(hashes -i film.mkv -vf "sendcmd=c='0.4 deepfill@d show overlay',$filter" | tail -n 15)" \
         "$(hashes -i film.mkv -vf "$OFF:show=overlay" | tail -n 15)"
}
check 'command show' commanded

# One line tells what was read, and nothing else is said.
quiet() {
    same "$(messages "$1")" "Overlay '${2:-logo.png}': 67x40 at 63,40, opacity 0.50; 0 % of its pixels are opaque and are \
filled."
}
check 'one line tells what was read' quiet $OFF
check 'of fields, too' quiet $OFF:fields=1
check 'of a small picture, too' quiet $SMALL:overlay_x=60:overlay_y=40 small.png
switched_off() {
    same "$(messages "$OFF:enable=0" | tail -n +2)" 'No frame was changed: enable= was off for all.'
}
check 'enable= that is off for all is told' switched_off

check 'learning without other frames' fails \
    'overlay_estimate=1 learns from other frames: temporal=0 looks at none.' \
    deepfill=mask.png:overlay_estimate=1:temporal=0
check 'an overlay that is missing' fails \
    "The overlay 'none.png' cannot be read (No such file or directory): give overlay= an existing file or URL." \
    deepfill=overlay=none.png
check 'a picture without alpha' fails \
    "The overlay 'mask.png' (gray) has no alpha plane, which tells its opacity: what is opaque needs no overlay but a \
mask, deepfill=MASK." \
    deepfill=overlay=mask.png
check 'a picture of another size without a place' fails \
    "The overlay 'small.png' is 72x40, the video 192x144: say where in the frame it lies, by overlay_x and overlay_y." \
    deepfill=overlay=small.png
check 'a picture that is transparent' fails \
    "The overlay 'clear.png' cannot be used: the overlay covers no pixel of the frame of 192x144: it is transparent \
there, or lies beside it." \
    deepfill=overlay=clear.png
check 'a picture that lies beside the frame' fails \
    "The overlay 'small.png' cannot be used: the overlay covers no pixel of the frame of 192x144: it is transparent \
there, or lies beside it." \
    deepfill=overlay=small.png:overlay_x=192
check 'a logo data file that is cut short' fails \
    "The overlay 'cut.lgd' cannot be used: the logo file is cut short: its logo is 72x40 pixels of 12 bytes, 4920 bytes \
are left." \
    deepfill=overlay=cut.lgd
check 'a logo data file that is hardly begun' fails \
    "The overlay 'head.lgd' cannot be used: this is no logo file: '<logo data file ver0.1>' is missing at its beginning." \
    deepfill=overlay=head.lgd
echo 'no picture' >text.png
check 'a picture that is text' fails \
    "The picture of the overlay 'text.png' cannot be decoded: check it with ffmpeg -i." deepfill=overlay=text.png
check 'a place without an overlay' fails "overlay_x= and overlay_y= are for overlay=FILE." deepfill=mask.png:overlay_x=5
check 'show=overlay without an overlay' fails "show=overlay is for overlay=FILE." deepfill=mask.png:show=overlay

finish
