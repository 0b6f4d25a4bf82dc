#!/bin/bash
# A film in parts that are filled alone has the bits that it has in one run, whatever its rate, and comes back with all
# else that it had. What is missing, short or bound to the whole film is told in a sentence.
. "$(dirname "$0")/lib/filter.sh"
. "$ROOT/tests/lib/parts.sh"

has encoders libx264 || {
    skip 'films in parts' 'this ffmpeg has no libx264'
    exit 0
}

# parted NAME.ENDING FILTER PARTS [ENCODER OPTIONS]: planned, run and joined, it is the same as in one run.
#   single: the run's own options.
parted() {
    local film=$1 filter=$2 parts=$3 folder=${1%.*}.p$3 out=${1%.*}.joined.${1##*.}
    shift 3
    rm -rf "$folder"
    plan "$film" -vf "$filter" --parts "$parts" -o "$folder" -- "$@" && sh "$folder/jobs.txt" &&
        sh "$folder/join.sh" -o "$out" --ffmpeg "$FFMPEG" &&
        same "$(frames single.mkv)" "$(frames "$out")"
}

single() {
    local film=$1 filter=$2
    shift 2
    ff -i "$film" -map 0:v:0 -vf "$filter" "$@" single.mkv
}

# --------------------------------------------------------------------------------- the same bits --

same_bits() {
    local parts
    single varying.mkv "$HOLE" -fps_mode passthrough -enc_time_base 1/1000 -c:v ffv1 || return 1
    for parts in 1 2 5; do
        parted varying.mkv "$HOLE" $parts -c:v ffv1 && same $parts "$(ls varying.p$parts/part-* | wc -l)" || {
            echo "in $parts parts"
            return 1
        }
    done
}

shots 24 20 30 22 26
film_of_shots "$VARYING" varying.mkv -enc_time_base 1/1000 -x264-params open-gop=1 -c:a aac
check 'a film of varying rate, open groups of pictures and sound in 1, 2 and 5 parts' same_bits

film_of_shots "$EVEN" even.mkv -c:a aac
even() {
    single even.mkv "$HOLE" -c:v ffv1 && parted even.mkv "$HOLE" 5 -c:v ffv1 && same 10 "$(wc -l <even.p5/README)"
}
# The command that README says to give the same film does so.
as_told() {
    sed -n 's/^The joined film is that of: \(.*\)OUT.mkv$/\1-y -v error told.mkv/p' varying.p5/README >told.sh &&
        sh told.sh </dev/null && same "$(frames told.mkv)" "$(frames varying.joined.mkv)"
}
check 'the command that README names' as_told
check 'a film of constant rate' even

quick() {
    single quick.mp4 "$1" -c:v libx264 -qp 0 && parted quick.mp4 "$1" 3 -c:v libx264 -qp 0
}
film_of_shots "$EVEN" quick.mp4 -c:a aac
check 'MP4 to MP4' quick "$HOLE"

real() {
    (real_shots && film_of_shots "$EVEN" real.mkv -c:a aac) && single real.mkv "$1" -c:v ffv1 && parted real.mkv "$1" 3 -c:v ffv1
}
if [ -e "$CLIPS/dog.mp4" ]; then
    check 'real pictures' real deepfill=x=226:y=16:w=68:h=38
else
    skip 'real pictures in parts' "no $CLIPS"
fi

# ---------------------------------------------------------------------------------------- masks --

# Holes that move and come and go, by mask videos:  moving RATE SECONDS FILE
moving() {
    ff -f lavfi -i "color=black:s=192x144:r=$1:d=$2" \
       -vf "drawbox=x='100+mod(20*t,30)':y=16:w=50:h=32:c=white:t=fill:enable='lt(mod(t,2.3),1.7)'" -pix_fmt gray -c:v ffv1 "$3"
}

# masks FILTER [TEXT]: the same bits, and what jobs are told of the pairing
masks() {
    single even.mkv "$1" -c:v ffv1 && parted even.mkv "$1" 5 -c:v ffv1 && grep -qF ":mask_sync=${2-}" even.p5/jobs.txt
}

plain() {
    single even.mkv "$1" -c:v ffv1 && parted even.mkv "$1" 5 -c:v ffv1
}
moving 25 9 beside.mkv
moving 12.5 9 half.mkv
moving 30 7 numbered.mkv
mkdir -p pictures && ff -i beside.mkv -frames:v 200 pictures/%04d.png
printf '%s\n' '0-1.9 116 16 48 32' '1.2-3.6 20 100 40 20' '4.2- 116 16 48 32' >boxes.txt
check 'a mask video in time with the film' masks deepfill=beside.mkv time:mask_start=
check 'a mask video of half the rate' masks deepfill=half.mkv time:mask_start=
check 'a mask video paired by number' masks deepfill=numbered.mkv frame:mask_frame=
check 'mask pictures' masks deepfill=pictures/%04d.png frame:mask_frame=
check 'a mask that begins elsewhere' masks deepfill=beside.mkv:mask_start=0.4:mask_sync=time time:mask_start=0.400000
check 'rectangles with times, grown in time' masks deepfill=box_file=boxes.txt:dilate_time=3 time:mask_start=
check 'a mask and what is kept out' masks deepfill=beside.mkv:keep_out=half.mkv:mask_sync=time time:mask_start=

numbered_varying() {
    single varying.mkv deepfill=numbered.mkv:mask_sync=frame -fps_mode passthrough -enc_time_base 1/1000 -c:v ffv1 &&
        parted varying.mkv deepfill=numbered.mkv:mask_sync=frame 5 -c:v ffv1
}
check 'a mask by number beside a film of varying rate' numbered_varying

# Until its 70th frame, in the third shot, time and number tell the same.
ff -i beside.mkv -vf "setpts='if(lt(N,70),N,70+(N-70)*5/6)/25/TB'" -fps_mode passthrough -enc_time_base 1/1000 \
   -c:v ffv1 later.mkv
check 'a mask whose pairing is settled in the middle of the film' masks deepfill=later.mkv time:mask_start=

bottom_first() {
    ff -i even.mkv -vf setfield=bff -c:v libx264 -flags +ildct+ilme -crf 12 -g 25 -c:a copy bottom.mkv &&
        same bt "$(ffprobe -v error -select_streams v -show_entries stream=field_order -of default=nk=1:nw=1 \
                           bottom.mkv)" &&
        single bottom.mkv "$HOLE:fields=1" -c:v ffv1 && parted bottom.mkv "$HOLE:fields=1" 5 -c:v ffv1
}
check 'fields, the bottom one first' bottom_first
check 'little memory' plain "$HOLE:memory=1"

overlaid() {
    ff -f lavfi -i color=white@0.5:s=192x144,format=rgba -vf "geq=r=255:g=255:b=255:a='120*between(X,120,160)*between(Y,20,44)'" \
       -frames:v 1 -update 1 overlay.png
    plain deepfill=overlay=overlay.png:overlay_fade=0
}
check 'a translucent overlay' overlaid

# ------------------------------------------------------------------------------- tied and refused --

# Of the second cut's two sides each fills two frames more of what is masked on the other one.
tied() {
    local cut filter=deepfill=box_file=tied.txt:dilate_time=2
    cut=$(ff -i even.mkv -vf "$HOLE:show=cuts,metadata=print:key=lavfi.deepfill.cut:file=-" -f null - |
        sed -n 's/.*pts_time://p' | sed -n 3p)
    printf '%s\n' '0- 116 16 48 32' "0-$cut 20 100 40 20" >tied.txt
    same "$cut" "$(ff -i even.mkv -vf $filter:show=cuts,metadata=print:file=- -f null - |
        sed -n 's/.*pts_time://p; /lavfi.deepfill.tied=1/p' | grep -B1 tied=1 | head -n 1)" &&
        single even.mkv $filter -c:v ffv1 &&
        parted even.mkv $filter 5 -c:v ffv1 >said.txt && cat said.txt &&
        grep -q '122 frames, 5 shots, 1 tied to the one before by a mask: 4 parts' said.txt
}
check 'a cut that a mask grows across ties two shots' tied

# refused TEXT FILM FILTER: plan fails, ffmpeg or plan says why, and no folder is left
refused() {
    local text=$1
    shift
    ! plan "$1" -vf "$2" -o refused >said.txt 2>&1 || return 1
    cat said.txt
    grep -qF "$text" said.txt && [ ! -e refused ]
}
check 'temporal=0' refused 'with temporal=0 no other frame is looked at' even.mkv "$HOLE:temporal=0"
check 'ahead=0' refused 'with ahead=0 or realtime=1 a flash looks like a cut' even.mkv "$HOLE:ahead=0"
check 'realtime=1' refused 'with ahead=0 or realtime=1 a flash looks like a cut' even.mkv "$HOLE:realtime=1"
check 'overlay_fade=1' refused 'overlay_fade=1 follows the overlay from shot to shot' even.mkv deepfill=overlay=overlay.png
check 'overlay_estimate=1' refused 'overlay_estimate=1 learns from the whole film' even.mkv "$HOLE:overlay_estimate=1"
check 'enable by numbers' refused 'enable= counts frames' even.mkv "$HOLE:enable='gte(n,20)'"
check 'rectangles with times on a film of varying rate' refused \
    'varying.mkv: its frames are not evenly spaced in time, so a part of it cannot tell to the frame when rectangles of box_file' \
    varying.mkv deepfill=box_file=boxes.txt
check 'a mask by time on a film of varying rate' refused 'which picture of mask belongs to it by time' \
    varying.mkv deepfill=half.mkv:mask_sync=time

check 'enable by times' plain "$HOLE:enable='between(t,.5,3)'"

# ----------------------------------------------------------------------------- all else of a film --

# PATH leads to ffmpeg's programs and, by way of a script that notes it, to mkvmerge, which ends as where it has warned.
mkdir -p bare noting
for name in sh ffmpeg ffprobe readlink dirname env; do
    ln -sf "$(command -v $name)" bare/$name
done
MKVMERGE=$(command -v mkvmerge)
printf '#!/bin/sh\n: >"%s/noted"\necho Warning\n"%s" "$@" && exit 1\nexit 2\n' "$PWD" "$MKVMERGE" >noting/mkvmerge
chmod +x noting/mkvmerge

# join_by PROGRAM FOLDER OUT: the parts are joined by mkvmerge or ffmpeg, and join names the film
join_by() {
    local program=$1 path=$PWD/bare
    [ $program = ffmpeg ] || path=$PWD/noting:$path
    rm -f noted
    same "$3" "$(PATH=$path "$DEEPFILL" join --ffmpeg "$FFMPEG" "$2" -o "$3")" || return 1
    [ $program = ffmpeg ] || [ -e noted ] || { echo 'mkvmerge did not run'; return 1; }
}

everything() {
    local name="o'dd \"näme\" \$x.mkv"
    printf '1\n00:00:01,000 --> 00:00:02,000\nHello\n' >text.srt
    printf ';FFMETADATA1\ntitle=All of it\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=4000\ntitle=One\n' >chapters.txt
    ff -i even.mkv -i text.srt -i chapters.txt -f lavfi -i testsrc2=s=64x64:d=4 -map 0:a -map 0:v -map 1 -map 3 \
       -map_metadata 2 -map_chapters 2 -attach boxes.txt -metadata:s:t mimetype=text/plain -metadata:s:t filename=boxes.txt \
       -metadata:s:v:0 language=jpn -metadata:s:a language=swe -disposition:v:0 default -c:a copy -c:v:0 copy \
       -c:v:1 libx264 -c:s srt "$name" &&
        plan "$name" -vf "$HOLE" --parts 3 -o "fol'der ü \"x\"" -- -c:v ffv1 && sh "fol'der ü \"x\"/jobs.txt" || return 1
    single "$name" "$HOLE" -c:v ffv1
    local program out
    for program in ${MKVMERGE:+mkvmerge} ffmpeg; do
        out="by $program.mkv"
        join_by $program "fol'der ü \"x\"" "$out" || return 1
        ffprobe -v error -show_streams -show_chapters -show_format "$out" >told.txt
        grep -q 'TAG:title=All of it' told.txt && grep -q 'TAG:title=One' told.txt && grep -q 'TAG:language=jpn' told.txt &&
            grep -q 'TAG:language=swe' told.txt && grep -q 'TAG:filename=boxes.txt' told.txt &&
            same "audio video subtitle video attachment" "$(sed -n 's/^codec_type=//p' told.txt | xargs)" &&
            same "$(hashes -i "$name" -map 0:a -c copy)" "$(hashes -i "$out" -map 0:a -c copy)" &&
            same "$(frames single.mkv)" "$(frames "$out")" || { echo "$out"; return 1; }
    done
}

check 'names with quotes and blanks; sound, subtitles, chapters, tags, attachments' everything

# -------------------------------------------------------------------------------- what goes wrong --

missing() {
    rm -rf m.parts && plan even.mkv -vf "$HOLE" -o m.parts -- -c:v ffv1 && sed 3d m.parts/jobs.txt | sed '4q' | sh || return 1
    ! "$DEEPFILL" join m.parts -o m.mkv 2>said.txt && [ ! -e m.mkv ] &&
        same 'deepfill: m.parts: 1 of 5 parts is missing: run line 3 of its jobs.txt' "$(cat said.txt)" &&
        rm m.parts/part-0005.mkv && ! "$DEEPFILL" join m.parts 2>said.txt &&
        same 'deepfill: m.parts: 2 of 5 parts are missing: run lines 3, 5 of its jobs.txt' "$(cat said.txt)" && sh m.parts/jobs.txt
}
check 'parts that are missing' missing

short() {
    cp m.parts/part-0002.mkv whole.mkv
    ff -i whole.mkv -copyts -c copy -frames:v 10 m.parts/part-0002.mkv
    ! "$DEEPFILL" join m.parts -o m.mkv 2>said.txt && [ ! -e m.mkv ] &&
        same 'deepfill: m.parts/part-0002.mkv: has 10 frames, must have 20: delete it, and run line 2 of m.parts/jobs.txt again' \
            "$(cat said.txt)" &&
        ff -itsoffset 0.5 -copyts -i whole.mkv -c copy m.parts/part-0002.mkv &&
        ! "$DEEPFILL" join m.parts -o m.mkv 2>said.txt && cat said.txt &&
        grep -q '^deepfill: m.parts/part-0002.mkv: its frame 0 comes at 1.500 s, must come at 1.000 s: delete it' said.txt &&
        head -c 20000 whole.mkv >m.parts/part-0002.mkv && ! "$DEEPFILL" join m.parts -o m.mkv 2>said.txt && cat said.txt &&
        grep -q '^deepfill: m.parts/part-0002.mkv: .*: delete it, and run line 2 of m.parts/jobs.txt again' said.txt &&
        ff -i whole.mkv -vf scale=64:36 -copyts -c:v ffv1 m.parts/part-0002.mkv &&
        ! "$DEEPFILL" join m.parts -o m.mkv 2>said.txt && cat said.txt &&
        grep -q 'part-0002.mkv: has ffv1 of 64x36, the first part ffv1 of .*: delete it, and run line 2' said.txt &&
        echo nothing >m.parts/part-0002.mkv && ! "$DEEPFILL" join m.parts -o m.mkv 2>said.txt && cat said.txt &&
        grep -q '^deepfill: m.parts/part-0002.mkv: cannot be read: it is no film.*: delete it, and run line 2 of' said.txt && rm m.parts/part-0002.mkv &&
        sed -n 2p m.parts/jobs.txt | sh && "$DEEPFILL" join m.parts -o m.mkv --ffmpeg "$FFMPEG"
}
check 'a part that is short, elsewhere, cut or none' short

# A job may be run twice at the same time, and fail: nothing but whole parts has a part's name.
twice() {
    local job
    job=$(sed -n 4p m.parts/jobs.txt)
    cp m.parts/part-0004.mkv once.mkv && rm m.parts/part-0004.mkv
    sh -c "$job" & sh -c "$job"
    wait
    same "$(frames once.mkv)" "$(frames m.parts/part-0004.mkv)" && same 9 "$(ls m.parts | wc -l)" && rm m.parts/part-0004.mkv &&
        ! sh -c "${job/-c:v ffv1/-c:v nothing}" && same 8 "$(ls m.parts | wc -l)"
}
check 'a job run twice at a time, and one that fails' twice

folder() {
    plan even.mkv -vf "$HOLE" -o m.parts 2>said.txt
    same 'deepfill: m.parts: is there and not empty: name another folder, or delete it' "$(cat said.txt)" &&
        sed -i 4d m.parts/manifest && ! "$DEEPFILL" join m.parts 2>said.txt &&
        same 'deepfill: m.parts/manifest: line 4 is not what `deepfill plan` writes: make the folder anew' "$(cat said.txt)" &&
        ! "$DEEPFILL" join none 2>said.txt &&
        same 'deepfill: none/manifest: cannot be read: No such file or directory: `deepfill plan` makes it' "$(cat said.txt)"
}
check 'a folder that is there, and one that is none' folder

# The film's sound and tags are joined to the parts: it has to be the film that they are of.
exchanged() {
    rm -rf e.parts && cp even.mkv changed.mkv && plan changed.mkv -vf "$HOLE" -o e.parts -- -c:v ffv1 &&
        sh -e e.parts/jobs.txt && printf x >>changed.mkv && ! "$DEEPFILL" join e.parts -o e.mkv 2>said.txt &&
        grep -q '^deepfill: .*/changed.mkv: has [0-9]* bytes, had [0-9]* when its parts were planned' said.txt &&
        [ ! -e e.mkv ] && cp even.mkv changed.mkv && "$DEEPFILL" join e.parts -o e.mkv
}
check 'a film that is another one by now' exchanged

# ffmpeg's own words come first, and no folder is left.
told='^deepfill: .* failed, with exit status [0-9]*: what it says is above: it was to encode the first frame of even.mkv'
refused_options() {
    ! plan even.mkv -vf "$HOLE" -o refused "$@" 2>said.txt && [ ! -e refused ] &&
        [ "$(wc -l <said.txt)" -gt 1 ] && tail -1 said.txt | grep -q "$told"
}
check 'an option that ffmpeg does not know' refused_options -- -crff 18
check 'an encoder that is none' refused_options -- -c:v nothing
check 'a codec that the parts cannot hold' refused_options --ending mp4 -- -c:v utvideo

# --------------------------------------------------------------------------- names, programs, folders --

# What goes into jobs.txt is one line, and a film one file; nothing is run before that is told.
unfit() {
    local newline=$'a\nb.mkv'
    cp even.mkv "$newline" && mkfifo pipe.mkv && texture 1 picture.png
    refused "'a?b.mkv' has a newline, and jobs.txt is a command a line" "$newline" "$HOLE" &&
        refused "mask=a?b.mkv' has a newline, and jobs.txt is a command a line" even.mkv deepfill=mask="$newline" &&
        ! plan even.mkv -vf "$HOLE" -o refused -- -metadata title="$newline" 2>said.txt &&
        grep -q "^deepfill: 'title=a?b.mkv' has a newline" said.txt && [ ! -e refused ] &&
        refused 'pipe.mkv: is no regular file: jobs seek in the film, so copy it into a file first' pipe.mkv "$HOLE" &&
        refused 'file:even.mkv: cannot be read: No such file or directory: name the film' file:even.mkv "$HOLE" &&
        ! plan even.mkv -vf "$HOLE" -o nowhere/x 2>said.txt &&
        same 'deepfill: nowhere/x: cannot be made: there is no folder nowhere, make it first' "$(cat said.txt)" &&
        ! plan even.mkv -vf "$HOLE" -o even.mkv/x 2>said.txt &&
        same 'deepfill: even.mkv/x: cannot be made: even.mkv is no folder' "$(cat said.txt)" &&
        refused 'nofilm.mkv: cannot be read: No such file or directory' nofilm.mkv "$HOLE" && ! grep protocol said.txt &&
        refused 'picture.png: is a picture, and a film is wanted' picture.png "$HOLE"
}
check 'names with newlines, and films that are no files' unfit

# An ffmpeg that notes what it was asked for, and puts a folder where README is to be written.
noted_ffmpeg() {
    printf '#!/bin/sh\necho "$*" >>"%s/asked"\n[ ! -e block ] || mkdir -p odd/README/x\nexec "%s" "$@"\n' \
        "$PWD" "$FFMPEG" >noting/ffmpeg
    chmod +x noting/ffmpeg
}

scan() {
    noted_ffmpeg && rm -rf asked all.parts &&
        "$DEEPFILL" plan even.mkv -vf "$HOLE:workers=1" -o all.parts --ffmpeg "$PWD/noting/ffmpeg" &&
        same 1 "$(grep -c "workers=1:workers=0:show=cuts" asked)" &&
        same 5 "$(grep -c 'workers=1' all.parts/jobs.txt)" && ! grep workers=0 all.parts/jobs.txt
}
check 'the cuts are looked for by all cores, whatever the jobs have' scan

kept_folder() {
    mkdir -m 750 odd && touch block &&
        ! "$DEEPFILL" plan even.mkv -vf "$HOLE" -o odd --ffmpeg "$PWD/noting/ffmpeg" 2>said.txt &&
        grep -q '^deepfill: odd/README: cannot be written: it is not a regular file' said.txt &&
        same README "$(ls odd)" && rm -r block odd/README && same 750 "$(stat -c %a odd)" &&
        plan even.mkv -vf "$HOLE" -o odd -- -c:v ffv1 && same 750 "$(stat -c %a odd)"
}
check 'a folder that is there and empty: it stays, and holds nothing after an error' kept_folder

# script is util-linux's; what is at work is never more than all.
progress() {
    script -qec "'$DEEPFILL' plan even.mkv -vf $HOLE -o bar.parts --ffmpeg '$FFMPEG'" typescript >/dev/null &&
        same '1 of 122' "$(grep -ao '[0-9]* of 122' typescript | head -n 1)" && ! grep -a '12[3-9] of' typescript
}
check 'the progress line begins at 1' progress

# The film's name is kept as it was given, and ffmpeg found beside the program, where PATH has no ffmpeg-deepfill.
beside() {
    mkdir -p else where && cp even.mkv else/film.mkv && ln -s ../else/film.mkv where/film.mkv &&
        PATH=$PWD/bare "$DEEPFILL" plan where/film.mkv -vf "$HOLE" --parts 1 -- -c:v ffv1 &&
        grep -qF "$(dirname "$(readlink -f "$DEEPFILL")")/ffmpeg" where/film.parts/jobs.txt &&
        sh where/film.parts/jobs.txt && PATH=$PWD/bare sh where/film.parts/join.sh &&
        [ -e where/film.clean.mkv ] && [ ! -e else/film.clean.mkv ]
}
check 'beside a link to the film, by the ffmpeg beside the program' beside

# mkvmerge takes such names for lists of options.
signs() {
    plan even.mkv -vf "$HOLE" -o @odd -- -c:v ffv1 && sh @odd/jobs.txt && single even.mkv "$HOLE" -c:v ffv1 || return 1
    local program
    for program in ${MKVMERGE:+mkvmerge} ffmpeg; do
        join_by $program @odd @$program.mkv && same "$(frames single.mkv)" "$(frames @$program.mkv)" || return 1
    done
}
check 'names that begin by @' signs

outputs() {
    ln -s target.mkv link.mkv && touch target.mkv && chmod 640 target.mkv && join_by ffmpeg @odd link.mkv &&
        [ -L link.mkv ] && same "$(frames single.mkv)" "$(frames target.mkv)" &&
        same 640 "$(stat -c %a target.mkv)" && chmod 444 target.mkv && join_by ffmpeg @odd link.mkv &&
        same 444 "$(stat -c %a target.mkv)" || return 1
    ! "$DEEPFILL" join @odd -o @odd/part-0002.mkv 2>said.txt &&
        same 'deepfill: @odd/part-0002.mkv: is part 2 of the film: name another file by -o' "$(cat said.txt)" &&
        ! "$DEEPFILL" join @odd -o even.mkv 2>said.txt &&
        same 'deepfill: even.mkv: is the film that the parts are of: name another file by -o' \
            "$(cat said.txt)" &&
        mkdir own && printf '#!/bin/sh\nexit 7\n' >own/deepfill && chmod +x own/deepfill &&
        PATH=$PWD/own:$PATH sh @odd/join.sh --ffmpeg "$FFMPEG" -o own.mkv
}
check 'links stay, parts and film are not written, join.sh has its own deepfill' outputs

# Ended while ffmpeg runs: ffmpeg ends as well, and nothing is left.
ended() {
    local before=$(ls -A . @odd) program
    printf '#!/bin/sh\n: >"%s/begun"\nexec "%s" 60\n' "$PWD" "$(command -v sleep)" >slow
    chmod +x slow
    PATH=$PWD/bare "$DEEPFILL" "$@" --ffmpeg "$PWD/slow" 2>said.txt & program=$!
    for _ in $(seq 2000); do
        [ ! -e begun ] || break
        sleep .01
    done
    kill -TERM $program
    wait $program
    same 143 $? && cat said.txt || return 1
    rm begun slow && same "$before" "$(ls -A . @odd)" && grep -q 'slow was ended by signal 15' said.txt
}
check 'a join that is ended by a signal leaves nothing' ended join @odd -o ended.mkv
check 'a plan that is ended by a signal leaves nothing' ended plan even.mkv -vf "$HOLE" -o ended.parts

misused() {
    local text=$1
    shift
    plan "$@" >out.txt 2>said.txt
    same 2 $? && same "deepfill plan: $text
Try 'deepfill plan --help'." "$(cat said.txt)"
}
check 'two filters' misused "-vf has more than one filter: what comes before deepfill is run first, into a file without loss, \
what comes after it on the joined film" even.mkv -vf "scale=640:360,$HOLE"
check 'another filter' misused "-vf is to be the filter and its options: -vf 'deepfill=mask.png'" even.mkv -vf delogo=x=1
check 'show=' misused 'show= and mask_frame= are set by plan: leave them out' even.mkv -vf "$HOLE:show=mask"
BEHIND="cannot be given behind --: frames, times, streams and files are plan's to choose, and the filter is given by -vf, before --"
check "the encoder's options before --" misused "-c:v is no option of plan: the encoder's stand behind --, as in -- -c:v libx264 -crf 18" \
    even.mkv -vf "$HOLE" -c:v ffv1
check 'a rate' misused "-r $BEHIND" even.mkv -vf "$HOLE" -- -r 25 -c:v ffv1
for option in -lavfi -filter_complex -filter:v; do
    check "$option" misused "$option $BEHIND" even.mkv -vf "$HOLE" -- $option null -c:v ffv1
done
check 'a name for the film' misused "'out.mkv' is no option of an encoder: the film's name is given to join, by -o" \
    even.mkv -vf "$HOLE" -- -c:v ffv1 out.mkv
check 'no film' misused 'takes one film, not 0 files' -vf "$HOLE"

finish
