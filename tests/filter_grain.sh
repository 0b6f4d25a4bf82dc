#!/bin/bash
# Fills with the grain of the film around them.
. "$(dirname "$0")/lib/filter.sh"

FILL="deepfill=box='120 20 40 24'"
HOLE=crop=36:20:122:22

# Footage of a locked camera over soft shapes, as it is and with a sensor's noise, and both with a logo.
texture 7 one.png
pan one.png 20 0 0 sharp.mkv
ff -i sharp.mkv -vf gblur=3 -c:v ffv1 clean.mkv
ff -i clean.mkv -vf noise=alls=14:allf=t:all_seed=3 -c:v ffv1 grainy.mkv
for film in clean grainy; do
    ff -i $film.mkv -vf "drawbox=120:20:40:24:magenta:fill" -c:v ffv1 ${film}_logo.mkv
done

# How much the hole changes from frame to frame, on average:  change FILE FILTER
change() {
    ff -i "$1" -vf "$2,$HOLE,signalstats,metadata=print:key=lavfi.signalstats.YDIF:file=-" -f null - |
        sed -n 's/lavfi.signalstats.YDIF=//p' | awk 'NR > 1 { sum += $1 } END { print sum / (NR - 1) }'
}

# changes_as_film OPTIONS: as much as the film itself does, to a fifth
changes_as_film() {
    local film fill
    film=$(change grainy.mkv null) fill=$(change grainy_logo.mkv "$FILL:$1")
    echo "the film changes by $film a frame, the fill by $fill"
    awk "BEGIN { exit !($fill > 0.8 * $film && $fill < 1.2 * $film) }"
}
check 'what is synthesised has new grain in each frame' changes_as_film grain=1
check 'by default' changes_as_film workers=2
check 'live' changes_as_film ahead=0
check 'frame by frame' changes_as_film temporal=0

# Flat graphics around the logo have no grain; where they are kept out, the fill's is the film's.
BANNERS=drawbox=60:10:50:44:gray:fill,drawbox=166:10:26:44:gray:fill,drawbox=60:54:132:40:gray:fill
ff -i grainy_logo.mkv -vf "$BANNERS" -c:v ffv1 banners.mkv
ff -f lavfi -i "color=black:s=192x144,format=gray,${BANNERS//gray/white}" -frames:v 1 -update 1 banners.png
# beside_banners OPTIONS
beside_banners() {
    local film fill
    film=$(change grainy.mkv null) fill=$(change banners.mkv "$FILL:keep_out=banners.png:$1")
    echo "the film changes by $film a frame, the fill by $fill; nothing kept out: $(change banners.mkv "$FILL:$1")"
    awk "BEGIN { exit !($fill > 0.8 * $film && $fill < 1.2 * $film) }"
}
check 'grain is not measured in what is kept out' beside_banners temporal=1
check 'nor frame by frame' beside_banners temporal=0:texture=0

stands_still() {
    local fill
    fill=$(change grainy_logo.mkv "$FILL:grain=0")
    echo "the fill changes by $fill a frame"
    awk "BEGIN { exit !($fill < 1) }"
}
check 'without grain it stands still' stands_still

no_grain() {
    same "$(hashes -i clean_logo.mkv -vf "$FILL:grain=0:$1")" "$(hashes -i clean_logo.mkv -vf "$FILL:grain=1:$1")"
}
check 'a film without grain stays as it is' no_grain ahead=5
check 'frame by frame, too' no_grain temporal=0

any_workers() {
    same "$(hashes -i grainy_logo.mkv -vf "$FILL:workers=1:$1")" "$(hashes -i grainy_logo.mkv -vf "$FILL:workers=3:$1")"
}
check 'workers do not matter' any_workers ahead=5
check 'frame by frame neither' any_workers temporal=0
