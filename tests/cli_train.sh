#!/bin/bash
# deepfill train: every message of a wrong call word for word; what is read and what is left out; the files of a run,
# which are the same for any number of workers and after a rest; a film's own pictures.
. "$(dirname "$0")/lib/cli.sh"

# -------------------------------------------------------------------------------------- options --

wrong() {
    check "$1" misused train "deepfill train: $2" "${@:3}"
}

wrong "no name" "takes the name of the model to write, not 0 names" --data . --steps 1
wrong "two names" "takes the name of the model to write, not 2 names" a.safetensors b.safetensors --data . --steps 1
wrong "a name of another kind" "the model's name must end in .safetensors, not 'a.pth'" a.pth --data . --steps 1
wrong "a name without a name" "the model's name must end in .safetensors, not '.safetensors'" .safetensors --data . \
    --steps 1
wrong "no data" "nothing to learn from was named: give --data DIR, or --like FILM --mask MASK" a.safetensors --steps 1
wrong "data of two kinds" "--data and --like exclude each other" a.safetensors --data . --like a.mkv --mask mask.png \
    --steps 1
wrong "a film without its mask" "--like and --mask go together: a film, and what in it is not known" a.safetensors \
    --like a.mkv --steps 1
wrong "a mask without a film" "--like and --mask go together: a film, and what in it is not known" a.safetensors \
    --data . --mask mask.png --steps 1
wrong "no end" "how long: give either --minutes or --steps" a.safetensors --data .
wrong "two ends" "how long: give either --minutes or --steps" a.safetensors --data . --minutes 1 --steps 1
wrong "a critic's weight without a critic" "--gan is the weight of a critic, and there is none: give --critic N" \
    a.safetensors --data . --steps 1 --critic 0 --gan .1
wrong "a kind of critic without one" "--local-critic is a kind of critic, and there is none: give --critic N" \
    a.safetensors --like a.mkv --mask mask.png --steps 1 --local-critic
wrong "the same with a film" "--gan is the weight of a critic, and there is none: give --critic N" a.safetensors \
    --like a.mkv --mask mask.png --steps 1 --gan .1

while read -r option value range; do
    wrong "--$option $value" "--$option is '$value', must be $range" a.safetensors --data . --$option $value
done <<'END'
cnum 6 a multiple of 4, 4 to 128
cnum 132 a multiple of 4, 4 to 128
size 60 a multiple of 8, 64 to 1024
batch 0 1 to 256
critic -4 a multiple of 4, 0 to 256
workers 0 1 to 256
memory 1 16 to 1048576
minutes 0 0.01 to 1e+06
minutes nan 0.01 to 1e+06
steps 0 1 to 1000000000
steps 1.5 1 to 1000000000
seed -1 0 to 2147483647
gan 11 0 to 10
rate 1 1e-07 to 0.1
END

# ----------------------------------------------------------------------------------------- data --

train() {
    deepfill train "$@" --steps 2 --size 64 --batch 2 --cnum 4 --critic 4
}

mkdir -p data/deeper nothing
still 101x80 data/b.png
still 90x200 data/deeper/a.jpg
still 100x100 data/held.png
still 20x100 data/small.png
still 100x100 data/glass.png rgba
echo 'no picture' >data/broken.png
echo 'text' >data/notes.txt
printf 'held.png\r\nnotes.txt\n' >data/heldout.txt
av -f lavfi -i testsrc2=s=96x80:r=8:d=3 -c:v ffv1 data/film.mkv

reads() {
    train a.safetensors --data data/ >out.txt 2>log.txt && cat out.txt log.txt &&
        same "2 pictures, 3 frames of 1 film: 6 squares, 0 MiB
1 left out by heldout.txt" "$(head -n 2 out.txt | sed 's/, [0-9.]* [KMG]iB$/, 0 MiB/')" &&
        grep -qx 'deepfill: data/glass.png: is transparent in part; it is left out' log.txt &&
        grep -q '^deepfill: data/broken.png: .*; it is left out$' log.txt &&
        grep -qx 'deepfill: 1 picture or film with a side below 32 pixels left out' log.txt && same 3 "$(grep -c . log.txt)"
}
check "a folder's pictures and films, and what is left out" reads

check "a folder without anything" fails \
    "nothing: holds nothing to train with: no picture or film of 32 pixels a side and more that can be read" \
    train b.safetensors --data nothing --steps 1 --size 64
check "no folder" fails "nowhere: cannot be read: No such file or directory" \
    train b.safetensors --data nowhere --steps 1
check "no model to start from" fails \
    "model 'nowhere' is neither built in (small, sketch) nor a readable file: No such file or directory" \
    train b.safetensors --data nothing --steps 1 --init nowhere
check "a place that cannot be written" fails \
    "nowhere/b.safetensors: cannot be written: there is no folder nowhere, make it first" \
    train nowhere/b.safetensors --data data --steps 1
check "nothing to go on from" fails "b.state: is not there, and --resume goes on from it" \
    train b.safetensors --data data --steps 1 --resume
check "a state in the way" fails "a.state: is there: go on from it with --resume, or give the model another name" \
    train a.safetensors --data data --steps 1

# Files that are not the run's own are neither written over nor lost; links to them are the same files.
spared() {
    echo mine >keep.csv && cp data/b.png keep2.png && cp keep2.png mine.png && ln mine.png linked.png &&
        fails "keep.csv: is there: give the model another name, or remove it" \
            train keep.safetensors --data data --steps 1 &&
        fails "keep2.png: is there: give the model another name, or remove it" \
            train keep2.safetensors --data data --steps 1 &&
        cp a.safetensors keep3.safetensors &&
        fails "keep3.safetensors: is there: give the model another name, or remove it" \
            train keep3.safetensors --data data --steps 1 &&
        same mine "$(cat keep.csv)" && cmp keep2.png data/b.png && cmp keep3.safetensors a.safetensors
}
check "files in the way" spared

# kept OPTION FILE ARGUMENT...: with --resume, too, a run writes over nothing that it reads
kept() {
    local text="$2: is what --$1 names, and the run would write over it: give the model another name"
    fails "$text" train "${@:3}" --steps 1 && cp a.state "${3%.*}.state" &&
        fails "$text" train "${@:3}" --steps 9 --resume && rm "${3%.*}.state"
}
check "a mask that would be written over" kept mask mine.png mine.safetensors --like data/film.mkv --mask mine.png
check "the same by another name" kept mask mine.png mine.safetensors --like data/film.mkv --mask linked.png
check "a film that would be written over" kept like mine.png mine.safetensors --like linked.png --mask data/b.png
check "a model that would be written over" kept init keep3.safetensors keep3.safetensors --data data \
    --init ./keep3.safetensors
check "a picture that would be written over" kept data mine.png mine.safetensors --data linked.png

made() {
    ! train a.safetensors --data data/b.png --resume 2>log.txt &&
        same "deepfill: a.state: has made 2 steps already, and --steps is 2" "$(cat log.txt)"
}
check "steps that are made" made

check "a film that is none" fails "data/notes.txt: cannot be read: it is no film, or is cut short" \
    train b.safetensors --like data/notes.txt --mask mask.png --steps 1

# ------------------------------------------------------------------------------------------ runs --

files() {
    same "step,seconds,samples_per_second,coarse,refined,critic,gan" "$(head -n 1 a.csv)" &&
        same 2 "$(wc -l <a.csv)" && grep -qE '^2(,-?[0-9.]+){6}$' a.csv && same 256,384,rgb24 "$(picture a.png)" &&
        deepfill info a.safetensors | grep -qE '^width +4$' && [ -s a.state ] && same "" "$(ls | grep part)"
}

picture() {
    ffprobe -v error -show_entries stream=width,height,pix_fmt -of csv=p=0 "$1"
}
check "model, losses, pictures and state" files

any_workers() {
    train b.safetensors --data data --workers 1 && train c.safetensors --data data --workers 3 &&
        cmp b.safetensors c.safetensors && cmp b.state c.state && cmp b.png c.png &&
        train d.safetensors --data data --seed 2 && ! cmp -s b.safetensors d.safetensors
} 2>/dev/null
check "the same for any number of workers, another for another seed" any_workers

# A folder whose files were made in another order.
any_order() {
    mkdir -p other/deeper && cp data/film.mkv other && cp data/deeper/a.jpg other/deeper && cp data/b.png other &&
        train o.safetensors --data other && cmp b.safetensors o.safetensors
} 2>/dev/null
check "the same for files in any order" any_order

# Ends by Ctrl-C after some steps; rows that came after the state was written are dropped.
rests() {
    local options='--data data --steps 60 --size 64 --batch 1 --cnum 4 --critic 4' process
    deepfill train whole.safetensors $options && {
        "$DEEPFILL" train rest.safetensors $options &
        process=$!
        for i in $(seq 100); do grep -q '^step' rest.txt && break; sleep .1; done
        kill -INT $process
        wait $process
    } >rest.txt && [ -s rest.state ] && [ -s rest.safetensors ] && [ -s rest.csv ] && [ -s rest.png ] &&
        grep -qE '^rest.safetensors: [0-9]+ of 60 steps; --resume --steps 60 goes on$' rest.txt &&
        echo '70,9,9,9,9,9,9' >>rest.csv &&
        deepfill train rest.safetensors --data data --steps 60 --resume && cmp whole.safetensors rest.safetensors &&
        cmp whole.state rest.state && same "20 40 60 " "$(sed 1d rest.csv | cut -d, -f1 | grep 0$ | tr '\n' ' ')"
} 2>/dev/null
check "a run that rests equals one that does not" rests

still 256x256 large.png

# Ctrl-C while the steps of N minutes are counted.
unbegun() {
    local process status
    "$DEEPFILL" train u.safetensors --data large.png --size 256 --batch 8 --cnum 16 --critic 0 --minutes 1 \
        >out.txt 2>log.txt &
    process=$!
    for i in $(seq 100); do grep -q square out.txt && break; sleep .1; done
    sleep .3
    kill -INT $process
    wait $process
    status=$?
    same 1 $status && same "deepfill: the run was stopped before its first step: no file was written" \
        "$(cat log.txt)" && same "" "$(ls | grep '^u\.')"
}
check "a run that ends before it begins" unbegun

# A run among its data does not learn from its own sheet; links to folders that they lie in are not followed.
among() {
    local options='--data among/ --size 64 --batch 2 --cnum 4 --critic 4'
    mkdir -p among/deeper && cp data/b.png among/deeper && ln -s .. among/deeper/up && ln -s . among/here &&
        deepfill train among/in.safetensors $options --steps 1 >first.txt &&
        deepfill train among/in.safetensors $options --steps 2 --resume >second.txt &&
        same "1 picture, 0 frames of 0 films: 1 square" "$(head -n 1 first.txt | sed 's/, [0-9.]* [KMG]iB$//')" &&
        same "$(head -n 1 first.txt)" "$(head -n 1 second.txt)"
} 2>/dev/null
check "a run among its data, and links that go round" among

# A picture beyond the user's limit keeps no other file from being written, and is what is told.
partly() {
    local options='--data large.png --size 256 --batch 1 --cnum 4 --critic 0'
    ! (ulimit -f 480 && deepfill train p.safetensors $options --steps 1 >out.txt 2>log.txt) &&
        same "deepfill: p.png: cannot be written: File too large" "$(cat log.txt)" && [ ! -e p.png ] &&
        [ -s p.safetensors ] && [ -s p.csv ] && deepfill train p.safetensors $options --steps 2 --resume >out.txt
}
check "a picture that cannot be written" partly

# A state whose weights are 3.4e38: no gradient is a number, and the last files stay.
diverges() {
    local options='--data data/b.png --size 64 --batch 2 --cnum 4 --critic 4' at
    deepfill train v.safetensors $options --steps 1 && at=$(($(od -An -tu8 -N8 v.state) + 8)) &&
        head -c 4000 /dev/zero | tr '\0' '\177' | dd of=v.state bs=1 seek=$at conv=notrunc status=none &&
        cp v.state before.state && ! deepfill train v.safetensors $options --steps 3 --resume 2>log.txt &&
        same "deepfill: v.safetensors: is that of step 1, and so are the files beside it
deepfill: step 1: the generator's gradient is no number: a lower learning rate is wanted" "$(cat log.txt)" && cmp before.state v.state
}
check "a training that diverges" diverges

other() {
    ! deepfill train c.safetensors --data data/b.png --resume --steps 3 --size 64 --cnum 4 --critic 8 2>log.txt &&
        same "deepfill: c.state: is of a training with critic 4, not 8" "$(cat log.txt)"
}
check "a state of another training" other

# A state goes on with more pictures than it was made of, but that is told.
more() {
    local options='--size 64 --batch 2 --cnum 4 --critic 4'
    mkdir -p more && cp data/b.png more && deepfill train more.safetensors --data more $options --steps 1 &&
        deepfill train more.safetensors --data more $options --steps 2 --resume 2>log.txt && same "" "$(cat log.txt)" &&
        cp large.png more && deepfill train more.safetensors --data more $options --steps 3 --resume 2>log.txt &&
        same "deepfill: more.state: is of other pictures: the result is not that of one run" "$(cat log.txt)"
}
check "more pictures than before" more

# What is written fills. Its fills are nearly gray after two steps: 16 bits tell them apart.
still 100x100 deep.png rgb48be
fill() {
    deepfill fill deep.png --box '20 20 30 30' --no-texture --no-grain --model "$@"
}

guided() {
    train s.safetensors --data data --sketch 2>/dev/null && deepfill info s.safetensors | grep -qx 'sketch      yes' &&
        fill s.safetensors -o plain.png && fill s.safetensors --sketch lines.png -o lined.png &&
        same 100,100,rgb48be "$(picture plain.png)" && ! cmp -s plain.png lined.png
}
drawn 100x100 lines.png drawbox=25:25:20:20:white:fill
check "a model that is guided by sketches" guided

alone() {
    deepfill train n.safetensors --data data --steps 2 --size 64 --batch 2 --cnum 4 --critic 0 2>/dev/null &&
        tail -n 1 n.csv | grep -qE ",0\.0+,0\.0+$" && ! cmp -s n.safetensors b.safetensors &&
        fill n.safetensors -o n.png
}
check "no critic" alone

# ------------------------------------------------------------------------------- one's own film --

av -f lavfi -i testsrc2=s=160x96:r=8:d=2 -c:v ffv1 own.mkv
drawn 160x96 logo.png drawbox=100:20:30:12:white:fill
drawn 160x96 black.png null
drawn 160x96 white.png drawbox=0:0:160:96:white:fill
av -f lavfi -i color=black:s=160x96:r=8:d=2 -c:v ffv1 \
   -vf "format=yuv444p,drawbox=60:70:40:10:white:fill:enable='gte(t,1)',format=gray" captions.mkv

# like OUT MASK CRITIC [OPTION]...: CRITIC is what its losses look like
like() {
    deepfill train "$1.safetensors" --like own.mkv --mask "$2" --steps 1 --size 64 --batch 1 "${@:4}" &&
        deepfill info "$1.safetensors" | grep -qE '^width +16$' && tail -n 1 "$1.csv" | grep -qE ",$3\$"
}
check "a film's own pictures, without a critic" like own logo.png 0.00000,0.00000
check "with a mask that comes and goes, and a critic" like film captions.mkv '[0-9.]*[1-9][0-9]*,-?[0-9.]*[1-9][0-9]*' --critic 4

narrower() {
    deepfill train thin.safetensors --data data --steps 1 --size 64 --batch 1 --cnum 8 --critic 0 >/dev/null &&
        deepfill train thinner.safetensors --like own.mkv --mask logo.png --init thin.safetensors --steps 1 --size 64 \
            --batch 1 >/dev/null && deepfill train thinner.safetensors --like own.mkv --mask logo.png --resume --steps 2 &&
        deepfill info thinner.safetensors | grep -qE '^width +8$'
}
check "one that began from a narrower model goes on" narrower
check "a width that small's does not divide" fails "small: its cnum is 16, and 24 is no multiple of it" \
    train k.safetensors --like own.mkv --mask logo.png --steps 1 --size 64 --cnum 24
scaled() {
    av -i logo.png -vf scale=320:192 -update 1 large_logo.png &&
        deepfill train k.safetensors --like own.mkv --mask large_logo.png --steps 1 --size 64 --batch 1 2>log.txt &&
        same "deepfill: large_logo.png: is scaled from 320x192 to 160x96 pixels" "$(cat log.txt)"
}
check "a mask of another size" scaled
check "a mask that marks nothing" fails "black.png: marks nothing of own.mkv: what is white in it is not known" \
    train e.safetensors --like own.mkv --mask black.png --steps 1 --size 64
check "a mask that marks all" fails "white.png: marks all of own.mkv, and nothing is left to learn from" \
    train e.safetensors --like own.mkv --mask white.png --steps 1 --size 64
check "a film that is too small" fails "own.mkv: has frames of 160x96 pixels, too small for samples of 256: give a smaller --size" \
    train e.safetensors --like own.mkv --mask logo.png --steps 1

# Frames of another size end a film: those before stay. One that does not tell its length gives its first frames.
broken() {
    av -f lavfi -i testsrc2=s=160x96:r=25:d=1 -c:v mpeg2video -f mpeg2video one.m2v &&
        av -f lavfi -i testsrc2=s=96x160:r=25:d=1 -c:v mpeg2video -f mpeg2video two.m2v &&
        cat one.m2v two.m2v >broken.m2v &&
        deepfill train r.safetensors --like broken.m2v --mask logo.png --steps 1 --size 64 --batch 1 >out.txt \
            2>log.txt && grep -q '^0 pictures, [1-9][0-9]* frames of 1 film' out.txt &&
        grep -q '^deepfill: broken.m2v: .*; what follows is left out$' log.txt && same 1 "$(grep -c . log.txt)"
}
check "a film that breaks off" broken

endless() {
    av -f lavfi -i testsrc2=s=160x96:r=25:d=10 -c:v mjpeg -f matroska - >endless.mkv &&
        deepfill train l.safetensors --like endless.mkv --mask logo.png --steps 1 --size 64 --batch 1 >out.txt &&
        grep -q '^0 pictures, 240 frames of 1 film' out.txt
}
check "a film that does not tell its length" endless

minutes() {
    deepfill train m.safetensors --data data --minutes .02 --size 64 --batch 1 --cnum 4 --critic 4 >minutes.txt &&
        tail -n 1 minutes.txt | grep -qE '^m.safetensors: ([2-9]|[1-9][0-9]+) (of [0-9]+ )?steps'
}
check "minutes" minutes
finish
