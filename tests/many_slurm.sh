#!/bin/bash
# samples/slurm.sh as it stands, on a Slurm of this machine's own: a film in five parts as an array, of which one job is
# killed, submitted again.
. "$(dirname "$0")/lib/filter.sh"
. "$ROOT/tests/lib/parts.sh"
. "$ROOT/tests/lib/slurm.sh"

for tool in munged slurmctld slurmd sbatch; do
    PATH=$PATH:/usr/sbin command -v $tool >/dev/null || {
        skip 'films in parts by Slurm' "$tool is not installed"
        exit 0
    }
done
PATH=$PATH:/usr/sbin
has encoders libx264 || {
    skip 'films in parts by Slurm' 'this ffmpeg has no libx264'
    exit 0
}
trap 'slurm_stop; rm -rf "$DIR"' EXIT
slurm_start || {
    slurm_log
    skip 'films in parts by Slurm' 'slurmd does not come up on this machine'
    exit 0
}

shots 24 20 30 22 26
film_of_shots "$VARYING" film.mkv -enc_time_base 1/1000 -c:a aac
ff -i film.mkv -map 0:v:0 -vf "$HOLE" -fps_mode passthrough -enc_time_base 1/1000 -c:v ffv1 single.mkv
plan film.mkv -vf "$HOLE:workers=1" -- -c:v ffv1 || exit 1

# submit: the array and the job after it, until both have left the queue
submit() {
    local after
    after=$(OUT=$PWD/joined.mkv sh "$ROOT/samples/slurm.sh" film.parts) || return 1
    for _ in $(seq 240); do
        [ -n "$(squeue -h)" ] || return 0
        sleep .5
    done
    squeue
    return 1
}

killed() {
    kill_third film.parts
    submit && [ -e killed ] && [ ! -e joined.mkv ] &&
        same 'part-0001.mkv part-0002.mkv part-0004.mkv part-0005.mkv' "$(cd film.parts && echo part-*.mkv)"
}
check 'an array of five jobs, of which one is killed: nothing is joined' killed

again() {
    submit && cat film.parts/join.log && same "$(frames single.mkv)" "$(frames joined.mkv)"
}
check 'submitted again: the film is that of one run' again

finish
