#!/bin/bash
# What `make quality` prints, and the sheets of consecutive fills.
. "$(dirname "$0")/lib/filter.sh"

[ -x "$BUILD/tests/tools/score" ] || { skip 'rows of make quality' 'no tests/tools/score: make check'; finish; }

film 0.48 film.mkv
ff -i film.mkv -vf negate -c:v ffv1 other.mkv

# quality OPTIONS...: the rows' clip, hole and what filled it, without the figures
quality() {
    env "$@" BUILD="$BUILD" FFMPEG="$FFMPEG" FRAMES=3 CLIPS="$PWD/film.mkv" bash "$ROOT/tests/quality.sh"
}
rows() {
    same "$(quality HOLES="logo blob" PYTHON=false |
        sed -n '/^film/s/ *[-0-9.]* *[-0-9.]* *[-0-9.]*$//p' | tr -s ' ')" "film logo deepfill
film logo deepfill alone
film logo delogo
film logo removelogo
film blob deepfill
film blob deepfill alone
film blob removelogo"
}
check 'a row for each hole and what fills it' rows
without_lpips() {
    local said=$(quality HOLES=blob PYTHON=false)
    [ "$(grep -c '^no LPIPS: no ' <<<"$said")" = 1 ] && grep -q 'removelogo  *[0-9.]*  *-  *[-0-9.]*$' <<<"$said"
}
check 'what LPIPS lacks is told in one line' without_lpips
sheets() {
    quality HOLES=blob SHEETS="$PWD/sheets" >/dev/null && same "$(ls sheets)" "film.blob.deepfill-alone.png
film.blob.deepfill.png
film.blob.removelogo.png"
}
check 'a sheet for each row' sheets

strips() { FFMPEG=$FFMPEG MARGIN=4 SCALE=1 sh "$ROOT/tools/strips.sh" "$@"; }
# crop_of SHEET X Y: hash of a cell of 28x18; frame_of FILM N X Y: of what it should show
crop_of() { ff -i "$1" -vf "crop=28:18:$2:$3,format=gbrp" -f md5 -; }
frame_of() { ff -i "$1" -vf "select='eq(n,$2)',format=gbrp,crop=28:18:$3:$4:exact=1" -frames:v 1 -f md5 -; }
cells() {
    ff -f lavfi -i "color=black:s=128x96,format=gray,drawbox=41:31:20:10:white:fill" -frames:v 1 still.png
    strips other.mkv film.mkv still.png strip.png 2 || return 1
    # Five cells of 28x36 in a row, six pixels between them; the third shows frame 4, the seventh frame 8.
    same "$(crop_of strip.png 68 0)" "$(frame_of other.mkv 4 37 27)" &&
        same "$(crop_of strip.png 68 18)" "$(frame_of film.mkv 4 37 27)" &&
        same "$(crop_of strip.png 34 42)" "$(frame_of other.mkv 8 37 27)"
}
check 'ten fills above the truth, cut around the hole' cells
moving() {
    ff -f lavfi -i "color=black:s=128x96:r=25:d=0.48,format=gray,geq=lum='255*between(X,2*N,2*N+9)*between(Y,40,49)'" \
        -c:v ffv1 moving.mkv
    strips other.mkv film.mkv moving.mkv strip.png 2 || return 1
    # The hole goes from column 4 to 31: with the margin 36 columns and 18 rows a picture.
    same "$(ff -i strip.png -vf showinfo -f null - -loglevel info 2>&1 | sed -n 's/.* s:\([0-9x]*\) .*/\1/p')" 204x78
}
check 'a moving hole is seen whole' moving
nothing() {
    ff -f lavfi -i "color=black:s=128x96,format=gray" -frames:v 1 black.png
    ! strips other.mkv film.mkv black.png none.png 2>said && grep -q 'black.png: no hole in frames 0 to 9' said &&
        [ ! -e none.png ]
}
check 'a mask without a hole is refused' nothing

finish
