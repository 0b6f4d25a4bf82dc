#!/bin/bash
# Programs other than ffmpeg that run the filter: MLT's melt, as Kdenlive and Shotcut do, mpv, PyAV.
. "$(dirname "$0")/lib/filter.sh"

if [ ! -e "$BUILD/lib" ]; then
    skip 'the filter in other programs' 'no drop-in libavfilter'
    finish
fi
# With the drop-in in the place of the system's libavfilter, and no screen.
host() {
    LD_LIBRARY_PATH=$BUILD/lib QT_QPA_PLATFORM=offscreen SDL_AUDIODRIVER=dummy timeout 60 "$@" </dev/null
}

# The luma alone, as MLT converts chroma to 4:2:2 and back.
film 1 film.mkv
ff -f lavfi -i color=black:s=128x96,drawbox=40:40:24:24:white:fill -frames:v 1 -update 1 mask.png
ff -i film.mkv -vf deepfill=mask.png:delay=0:ahead=0 -c:v ffv1 filled.mkv
# The least PSNR of the luma of any frame against that of the same frame:  luma FILE FILE
luma() {
    ff -i "$1" -i "$2" -lavfi psnr=stats_file=- -f null - |
        sed -n 's/.*psnr_y:\([0-9.inf]*\).*/\1/p' | sed 's/inf/100/' | sort -g | head -n 1
}
like() {
    local psnr
    psnr=$(luma "$1" "$2")
    awk "BEGIN { exit !(\"$psnr\" + 0 >= 40) }" || { echo "$1 and $2: $psnr dB"; return 1; }
}
unlike() {
    ! like "$1" "$2" >/dev/null
}

cat >profile <<'P'
description=film
frame_rate_num=25
frame_rate_den=1
width=128
height=96
progressive=1
sample_aspect_num=1
sample_aspect_den=1
display_aspect_num=4
display_aspect_den=3
colorspace=601
P
# melts OPTION=VALUE...: film.mkv, filtered with them, to out.mkv, what is said to log
melts() {
    local filter=() option
    [ $# -eq 0 ] || filter=(-filter avfilter.deepfill)
    for option; do filter+=("av.$option"); done
    rm -f out.mkv
    host melt -silent -profile "$PWD/profile" film.mkv in=0 out=24 "${filter[@]}" -consumer avformat:out.mkv \
        f=matroska vcodec=ffv1 pix_fmt=yuv420p an=1 real_time=-1 >log 2>&1 &&
        same "$(hashes -i out.mkv | wc -l)" 25
}
filled_by_melt() {
    melts mask=mask.png "$@" && like out.mkv filled.mkv && unlike out.mkv film.mkv
}
told_by_melt() {
    filled_by_melt "$@" &&
        grep -Fq "delay= and ahead= do not hold: realtime=1, which MLT's programs need, takes 0 for both." log
}
held_in_melt() {
    melts mask=mask.png realtime=0 && like out.mkv film.mkv || return
    grep -q 'No frame has come out: all [0-9]* were still held back, to look at others, when' log ||
        { cat log; return 1; }
}
if ! command -v melt >/dev/null; then
    skip 'every frame is filled in its place by melt' 'no melt'
elif ! melts || ! like out.mkv film.mkv; then
    skip 'every frame is filled in its place by melt' 'this melt does not copy a film'
elif [ "$(ldd "$(command -v melt)" | grep -c libmlt)" = 0 ] ||
     ! host melt -query filters 2>/dev/null | grep -q avfilter.deepfill; then
    skip 'every frame is filled in its place by melt' 'its MLT is built with another libavfilter'
else
    check 'every frame is filled in its place by melt' filled_by_melt
    check 'every frame is filled in its place by melt, whatever is looked ahead' told_by_melt ahead=5
    check 'with realtime=0 melt shows frames unfilled, and is told' held_in_melt
fi

# What the editors' descriptions set are options of the filter; both ask for a frame for each.
described() {
    local name
    for name in $(grep -rhoE 'av\.[a-z_]+' "$ROOT/editors" | sed 's/^av\.//' | sort -u); do
        "$FFMPEG" -hide_banner -h filter=deepfill | grep -q "^ *$name " || { echo "no option $name"; return 1; }
    done
    grep -q 'name="av.realtime" default="1" value="1"' "$ROOT/editors/kdenlive.xml" &&
        grep -q "filter.set('av.realtime', 1)" "$ROOT/editors/shotcut/ui.qml"
}
check "what Kdenlive's and Shotcut's descriptions set are options" described
if command -v xmllint >/dev/null; then
    check "Kdenlive's description is XML" xmllint --noout "$ROOT/editors/kdenlive.xml"
else
    skip "Kdenlive's description is XML" 'no xmllint'
fi

cat >seek.lua <<'L'
local steps = {
    function() mp.commandv("seek", "0.2", "absolute", "exact") end,
    function() mp.commandv("screenshot-to-file", "first.png", "video") end,
    function() mp.commandv("seek", "0.8", "absolute", "exact") end,
    function() mp.commandv("screenshot-to-file", "second.png", "video") end,
    function() mp.command("quit") end,
}
local step = 0
mp.register_event("playback-restart", function()
    step = step + 1
    if steps[step] then steps[step]() end
    if step == 2 or step == 4 then step = step + 1; steps[step]() end
end)
L
mpv_run() {
    host mpv --no-config --ao=null --no-audio --untimed --really-quiet "$@" film.mkv
}
played() {
    rm -rf pictures
    mpv_run --vo=image --vo-image-format=png --vo-image-outdir=pictures --vf="lavfi=[deepfill=mask.png$1]" &&
        same "$(ls pictures | wc -l)" 25
}
# Of all frames of the film, that of a screenshot's number is the one most like it; N counts from 0.
shows() {
    local nearest
    nearest=$(ff -i filled.mkv -loop 1 -i "$1" -lavfi \
        '[0:v]format=gray[a];[1:v]format=gray[b];[a][b]psnr=stats_file=-:shortest=1' -f null - |
        sed -n 's/^n:\([0-9]*\) .*psnr_y:\(.*[0-9f]\).*/\2 \1/p' | sort -g | tail -n 1)
    same "${nearest#* }" $(($2 + 1))
}
sought() {
    rm -f first.png second.png
    mpv_run --vo=null --pause --keep-open=always --script=seek.lua --vf="lavfi=[deepfill=mask.png$1]" &&
        shows first.png 5 && shows second.png 20
}
if ! command -v mpv >/dev/null; then
    skip 'mpv plays all frames' 'no mpv'
elif ! host mpv --no-config --vf=help 2>/dev/null | grep -q deepfill &&
     ! mpv_run --vo=null --vf='lavfi=[deepfill=mask.png]' --frames=1; then
    skip 'mpv plays all frames' 'this mpv is built with another libavfilter'
else
    check 'mpv plays all frames' played :realtime=1
    check 'mpv plays all frames, looking ahead' played ''
    check 'mpv seeks to the right frames' sought :realtime=1
    check 'mpv seeks to the right frames, looking ahead' sought ''
fi

cat >push.py <<'P'
import sys
import av

def pull(graph):
    count = 0
    while True:
        try:
            graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return count
        count += 1

stream = av.open("film.mkv")
graph = av.filter.Graph()
source, fill = graph.add_buffer(template=stream.streams.video[0]), graph.add("deepfill", sys.argv[1])
sink = graph.add("buffersink")
source.link_to(fill)
fill.link_to(sink)
graph.configure()
before = 0
for frame in stream.decode(video=0):
    graph.push(frame)
    before += pull(graph)
graph.push(None)
print(before, before + pull(graph))
P
PYTHON=/usr/bin/python3
if ! host $PYTHON -c 'import av.filter' 2>/dev/null ||
   ! host $PYTHON -c 'import av.filter as f; f.Filter("deepfill")' 2>/dev/null; then
    skip 'PyAV gets all frames' "no python3-av on the system's libavfilter"
else
    check 'PyAV gets all frames after push(None)' same "$(host $PYTHON push.py mask.png 2>/dev/null)" '0 25'
    check 'PyAV gets a frame for each with realtime=1' \
        same "$(host $PYTHON push.py mask.png:realtime=1 2>/dev/null)" '25 25'
fi
finish
