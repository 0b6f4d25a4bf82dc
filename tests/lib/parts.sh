# What the tests of films in parts share; sourced after lib/filter.sh.

DEEPFILL=${DEEPFILL:-$BUILD/deepfill}
CLIPS=$ROOT/../shared/clips
[ -x "$DEEPFILL" ] || { echo "skip - films in parts (no $DEEPFILL: make)"; exit 0; }

# A film of five shots with a logo:  shots COUNT.. makes 1.mkv .. 5.mkv, of those lengths
HOLE="deepfill=x=116:y=16:w=48:h=32"
shots() {
    local i=0 frames steps=(12 0 20 4 8)
    for frames; do
        texture $((i + 1)) still.png
        pan still.png "$frames" "${steps[i]}" $((8 - ${steps[i]} / 4)) shot.mkv
        i=$((i + 1))
        ff -i shot.mkv -vf "drawbox=120:20:40:24:magenta:fill" -c:v ffv1 $i.mkv
    done
}

# The same of real pictures, where they are there.
real_shots() {
    local i=0 name
    for name in dog car motorway person car; do
        i=$((i + 1))
        ff -i "$CLIPS/$name.mp4" -an -vf "trim=start_frame=$((i == 5 ? 50 : 0)):end_frame=$((i == 5 ? 85 : 20 + 5 * i)),
            setpts=N/25/TB,scale=320:-2,crop=320:176,drawbox=230:20:60:30:white:fill" -r 25 -c:v ffv1 $i.mkv
    done
}

# Put together, with sound that begins first:  film TIMES FILE [OPTIONS]; TIMES is an expression of each frame's, in ms
film_of_shots() {
    local times=$1 file=$2
    shift 2
    ff -i 1.mkv -i 2.mkv -i 3.mkv -i 4.mkv -i 5.mkv -f lavfi -i "sine=440:d=6" \
       -filter_complex "concat=n=5,settb=1/1000,setpts='$times'[v]" -map '[v]' -map 5:a -fps_mode passthrough \
       -c:v libx264 -preset veryfast -crf 12 -g 25 -bf 3 "$@" "$file"
}

VARYING='if(lt(N,30),N*40,if(lt(N,80),1200+(N-30)*33,2850+(N-80)*50))+80'
EVEN='N*40'

# The frames' hashes, times and durations, to be the same of two films.
frames() {
    ff -copyts -i "$1" -map 0:v:0 -fps_mode passthrough -enc_time_base 1/90000 -f framemd5 - | grep -v '^#'
}

# plan ARGUMENT...: on this ffmpeg
plan() {
    "$DEEPFILL" plan --ffmpeg "$FFMPEG" "$@"
}

# The first time that the third job of a folder runs, its ffmpeg is killed as it begins to write:  kill_third FOLDER
# The file killed tells that it was.
kill_third() {
    mkdir -p fragile
    cat >fragile/ffmpeg <<END
#!/bin/sh
for last; do :; done
case \$last in
*part-0003*) [ -e "$PWD/killed" ] || { touch "$PWD/killed" "\$last"; kill -9 \$\$; } ;;
esac
exec '$FFMPEG' "\$@"
END
    chmod +x fragile/ffmpeg
    sed -i "s|$FFMPEG|$PWD/fragile/ffmpeg|" "$1/jobs.txt"
}
