#!/bin/bash
# What goes in comes out: as many frames, their times and side data, other streams; the same for any workers.
. "$(dirname "$0")/lib/filter.sh"

film 2 film.mkv
ff -f lavfi -i "color=black:s=128x96:r=25:d=2" -vf "format=gray,geq=lum='255*lt(hypot(X-20-N,Y-50),10)'" \
    -c:v ffv1 mask.mkv
ff -i film.mkv -vf "select='not(eq(mod(n,7),1)+between(n,20,30))'" -fps_mode passthrough -c:v ffv1 vfr.mkv
FILL=deepfill=mask.mkv

# Everything that framemd5 tells of a frame but its hash: number, times, duration, size.
kept() {
    same "$(times "$@" -vf $FILL)" "$(times "$@")" &&
        differ "$(hashes "$@" -vf $FILL)" "$(hashes "$@")"
}
check 'frames, times and durations' kept -i film.mkv
check 'frames, times and durations of variable rate' kept -i vfr.mkv
b_frames() {
    ff -i film.mkv -c:v libx264 -bf 3 -g 12 b.mp4 && kept -i b.mp4
}
if has encoders libx264; then
    check 'frames, times and durations of B-frames' b_frames
else
    skip 'frames, times and durations of B-frames' 'no libx264'
fi
check 'times that do not begin at 0' kept -copyts -ss 0.5 -i film.mkv
one() {
    ff -i film.mkv -frames:v 1 -c:v ffv1 one.mkv && kept -i one.mkv
}
check 'a film of one frame' one
check 'the first frames alone' \
    same "$(hashes -i film.mkv -vf $FILL -frames:v 7)" "$(hashes -i film.mkv -vf $FILL | head -n 7)"
check 'a trim behind the filter' \
    same "$(hashes -i film.mkv -vf $FILL,trim=end_frame=7)" "$(hashes -i film.mkv -vf $FILL | head -n 7)"

# The reference is filled by one worker, one frame at a time.
REFERENCE=$(hashes -i film.mkv -vf $FILL:workers=1:delay=0)
for setting in workers=1 workers=2 workers=5 workers=2:delay=0 workers=2:delay=100 threads=2 delay=1; do
    check "the same frames with $setting" same "$(hashes -i film.mkv -vf $FILL:$setting)" "$REFERENCE"
done

check 'realtime=1 looks and holds none' \
    same "$(hashes -i film.mkv -vf $FILL:realtime=1)" "$(hashes -i film.mkv -vf $FILL:delay=0:ahead=0)"
check 'realtime=1 tells that ahead does not hold' \
    same "$(messages $FILL:realtime=1:ahead=3 | grep -Fxc \
        'delay= and ahead= do not hold: realtime=1, as set, takes 0 for both.')" 1

# Metadata and side data that were there stay, on their frames; the fraction of the hole joins them.
carried() {
    local graph="metadata=add:key=mark:value=1,addroi=8:8:16:16:0.5"
    ff -i film.mkv -vf "$graph,$FILL,metadata=print:file=kept.txt" -f null - || return
    same "$(grep -c '^mark=1$' kept.txt)" 50 &&
        same "$(grep -c '^lavfi.deepfill.hole=0\.[0-9]\{6\}$' kept.txt)" 50 || return
    same "$("$FFMPEG" -hide_banner -nostats -i film.mkv -vf "$graph,$FILL,showinfo" -f null - 2>&1 |
        grep -ci 'regions of interest')" 50
}
check 'metadata and side data' carried

# What enable= switches off passes; what it switches on does not.
enabled() {
    local plain filled mixed
    plain=$(hashes -i film.mkv) filled=$(hashes -i film.mkv -vf $FILL:temporal=0)
    mixed=$(hashes -i film.mkv -vf "$FILL:temporal=0:enable='between(n,10,19)'")
    same "$(sed -n 11,20p <<<"$mixed")" "$(sed -n 11,20p <<<"$filled")" &&
        same "$(sed 11,20d <<<"$mixed")" "$(sed 11,20d <<<"$plain")" &&
        same "$(comm -12 <(sort <<<"$filled") <(sort <<<"$plain") | wc -l)" 0
}
check 'enable= switches by frame' enabled
check 'nothing changes where the mask is black' same \
    "$(hashes -i film.mkv -vf "deepfill=box='0 0 128 96':invert=1")" "$(hashes -i film.mkv)"

others() {
    printf '1\n00:00:00,200 --> 00:00:01,000\nwords\n' >words.srt
    ff -i film.mkv -f lavfi -i sine=d=2 -i words.srt -map 0 -map 1 -map 2 -c:v copy -c:a flac -c:s srt \
       -metadata title=a_title full.mkv || return
    ff -i full.mkv -map 0 -c copy -c:v ffv1 -vf $FILL filled.mkv || return
    for map in 0:a 0:s; do
        same "$(ff -i filled.mkv -map $map -c copy -f framemd5 -)" \
            "$(ff -i full.mkv -map $map -c copy -f framemd5 -)" || return
    done
    same "$(hashes -i filled.mkv -map 0:v)" "$REFERENCE" &&
        ff -i filled.mkv -f ffmetadata - | grep -q title=a_title
}
check 'sound, subtitles and tags of the file' others

# Two filters in one graph, and one film on two ways.
chained() {
    local box="deepfill=box='90 10 20 20'"
    same "$(hashes -i film.mkv -filter_complex "[0:v]split[a][b];[a]$FILL,$box[c];[b]nullsink;[c]null")" \
         "$(hashes -i film.mkv -vf "$FILL,$box")"
}
check 'several in one graph' chained

# Frames that a limit leaves behind are told of at info, in words for it.
unasked() {
    same "$("$FFMPEG" -hide_banner -nostdin -nostats -y -i film.mkv -vf $FILL:ahead=10 "$@" -f null - 2>&1 |
        grep -c 'The last [0-9]* frames were still held back, to look at others, when no more were asked for: after -t, -frames or -shortest nobody wants them')" 1
}
check 'what -frames leaves is told of as such' unasked -frames:v 3
check 'what -t leaves is told of as such' unasked -t 0.2

# What ffmpeg says from warnings on, of one run.
warnings() {
    "$FFMPEG" -hide_banner -nostdin -nostats -loglevel warning -y "$@" -f null - 2>&1
}
none() {
    [ -z "$1" ] || { echo "$1"; return 1; }
}
many_held() {
    none "$(warnings -f lavfi -i testsrc2=s=64x48:r=25:d=6 -vf "deepfill=box='20 20 16 16':ahead=120")"
}
check 'more than 100 frames held leave without a warning' many_held
film 6 long.mkv
check 'a film is filled without a warning' none "$(warnings -i long.mkv -vf "deepfill=box='40 30 24 20'")"
for limit in '-frames:v 3' '-t 0.2'; do
    check "frames that nobody wants after $limit are no warning" none \
        "$(warnings -i film.mkv -vf $FILL:ahead=10 $limit)"
done

# A frame leaves once nothing that may come can change it: of a pan, of which 60 may be held, 20 have left after 50.
texture 7 still.png
pan still.png 50 8 3 pan.mkv
early() {
    local frame=$((192 * 144 * 3 / 2)) left=100 size
    rm -f early.fifo early.yuv && mkfifo early.fifo &&
        ff -i pan.mkv -pix_fmt yuv420p -f rawvideo pan.yuv || return
    ff -f rawvideo -video_size 192x144 -framerate 25 -pix_fmt yuv420p -probesize 32 -analyzeduration 0 -i early.fifo \
       -vf "deepfill=box='120 20 24 24'" -fps_mode passthrough -f rawvideo -flush_packets 1 early.yuv &
    exec 3>early.fifo
    cat pan.yuv >&3
    while size=$(stat -c %s early.yuv 2>/dev/null || echo 0) && ((size < 20 * frame && left--)); do
        sleep 0.1
    done
    exec 3>&-
    wait $! || return
    echo "$((size / frame)) frames came before the end, $(($(stat -c %s early.yuv) / frame)) in all"
    ((size >= 20 * frame)) && same "$(stat -c %s early.yuv)" $((50 * frame))
}
check "a pan's frames leave long before the look-ahead is full" early

# ffmpeg sets the filters up anew when the input changes: the frames in flight are lost, and told of.
recording() {
    ff -f lavfi -i "testsrc2=s=$2:r=25:d=1" -f lavfi -i "anullsrc=cl=$3:r=48000" -shortest \
       -c:v mpeg2video -q:v 5 -c:a mp2 -ac ${4:-2} -f mpegts "$1.ts"
}
recording a 128x96 stereo && recording b 96x96 stereo && recording c 128x96 mono 1
changed() {
    cat a.ts $1.ts >change.ts
    warnings -i change.ts -map '[v]' -map '[a]' \
        -filter_complex "[0:v]deepfill=box='20 20 30 20'$2[v];[0:a]anull[a]"
}
changes() {
    local said
    said=$(changed $1 '')
    grep -q "$2 which all filters were set up anew: [0-9]* frames\? in flight \(is\|are\) lost\. realtime=1 " \
        <<<"$said" || { echo "$said"; return 1; }
    said=$(changed $1 :realtime=1 | grep -F 'deepfill')
    none "$said"
}
# Frames that ffmpeg itself may lose where it sets filters up anew: 7.1 does so behind slow filters of its own, too
# (gblur: a frame in one run of 14).
own_loss() {
    local major
    major=$("$FFMPEG" -hide_banner -version | sed -n 's/^libavfilter *\([0-9]*\)\..*/\1/p')
    echo $((major >= 10 ? 5 : 0))
}
# As many frames come as without the filter, less those of which the warning of the same run tells; with realtime=1 all.
accounted() {
    local graph='[v];[0:a]anull[a]' without with lost
    cat a.ts $1.ts >change.ts
    count() {
        "$FFMPEG" -hide_banner -nostdin -nostats -loglevel warning -y -i change.ts -map '[v]' -map '[a]' \
            -filter_complex "[0:v]$1$graph" -fps_mode passthrough -c:v rawvideo -c:a pcm_s16le \
            -f framemd5 - 2>count.log | grep -c '^0,'
    }
    all_but() {
        [ "$1" -le "$without" ] && [ "$1" -ge $((without - $(own_loss))) ] || { echo "$1 of $without"; return 1; }
    }
    without=$(count null) with=$(count "deepfill=box='20 20 30 20'")
    lost=$(sed -n 's/.*set up anew: \([0-9]*\) frame.*/\1/p' count.log)
    all_but "$((with + lost))" && all_but "$(count "deepfill=box='20 20 30 20':realtime=1")"
}
check 'the picture changes its size' changes b \
    'The picture has changed from 128x96 yuv420p to 96x96 yuv420p, for'
check 'the sound changes its layout' changes c \
    'Another property of the input has changed, such as the layout of sound in the same -filter_complex, for'
check 'frames lost for another size are counted' accounted b
check 'frames lost for another layout are counted' accounted c

# What is held at q is lost, and told of; 7.1's ffmpeg lets it out, all that has come in two seconds.
quit() {
    local said
    said=$( (sleep 2; printf q) | "$FFMPEG" -hide_banner -nostats -loglevel warning -y -re -i long.mkv \
        -vf "deepfill=box='40 30 24 20':ahead=120" -c:v ffv1 quit.mkv 2>&1)
    grep -q 'No frame has come out: all [0-9]* were still held back, to look at others, when the program ended: after q or Ctrl-C they are lost' \
        <<<"$said" || [ "$(hashes -i quit.mkv | wc -l)" -ge 25 ] || { echo "$said"; return 1; }
}
check 'what q loses is told' quit
# By default a second and some of film is held, so of four seconds the first two are there.
quit_late() {
    (sleep 4; printf q) | "$FFMPEG" -hide_banner -nostats -loglevel error -y -re -i long.mkv \
        -vf "deepfill=box='40 30 24 20'" -c:v ffv1 quit.mkv
    [ "$(hashes -i quit.mkv | wc -l)" -ge 40 ]
}
check 'q loses less than two seconds' quit_late

# Another track's packets wait until the first frame leaves. Where ffmpeg keeps too few of them (128 or, where those
# have little data, more) it fails; 7.1 hangs, as with reverse, and does not heed SIGTERM.
two_tracks() {
    ff -i long.mkv -i long.mkv -map 0 -map 1 -c copy two.mkv
    two() { # AHEAD OPTION...
        timeout -s KILL 30 "$FFMPEG" -hide_banner -nostdin -loglevel error -y -i two.mkv -map 0 -c copy \
            -filter:v:0 "deepfill=box='20 20 30 20':ahead=$1" -c:v:0 ffv1 "${@:2}" two_out.mkv
    }
    two -1 -muxing_queue_data_threshold 1 &&
        ! two 140 -muxing_queue_data_threshold 1 && two 140 -muxing_queue_data_threshold 1G &&
        same "$(ff -i two_out.mkv -map 0:1 -c copy -f framemd5 -)" "$(ff -i two.mkv -map 0:1 -c copy -f framemd5 -)"
}
check 'a second track is kept, with more ahead by -muxing_queue_data_threshold' two_tracks

finish
