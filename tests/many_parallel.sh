#!/bin/bash
# samples/parallel.sh as it stands: a film in five parts by GNU parallel, of which one job is killed, and the run resumed.
. "$(dirname "$0")/lib/filter.sh"
. "$ROOT/tests/lib/parts.sh"

command -v parallel >/dev/null && parallel --version 2>/dev/null | grep -q '^GNU parallel' || {
    skip 'films in parts by GNU parallel' 'parallel is not installed'
    exit 0
}
has encoders libx264 || {
    skip 'films in parts by GNU parallel' 'this ffmpeg has no libx264'
    exit 0
}
export HOME=$DIR # where parallel keeps what it has found out

shots 24 20 30 22 26
film_of_shots "$VARYING" film.mkv -enc_time_base 1/1000 -c:a aac
ff -i film.mkv -map 0:v:0 -vf "$HOLE" -fps_mode passthrough -enc_time_base 1/1000 -c:v ffv1 single.mkv
plan film.mkv -vf "$HOLE:workers=1" -- -c:v ffv1 || exit 1

# One job is killed; the others go on.
killed() {
    kill_third film.parts
    ! OUT=joined.mkv sh "$ROOT/samples/parallel.sh" film.parts --jobs 2 && [ -e killed ] && [ ! -e joined.mkv ] &&
        same 'part-0001.mkv part-0002.mkv part-0004.mkv part-0005.mkv' "$(cd film.parts && echo part-*.mkv)" &&
        same 1 "$(awk 'NR > 1 && $7 != 0' film.parts/jobs.log | wc -l)"
}
check 'one job killed: four parts are there, and nothing half-written' killed

resumed() {
    OUT=joined.mkv sh "$ROOT/samples/parallel.sh" film.parts --jobs 2 &&
        same 6 "$(awk 'NR > 1' film.parts/jobs.log | wc -l)" && same "$(frames single.mkv)" "$(frames joined.mkv)"
}
check 'resumed: that job alone is run, and the film is that of one run' resumed

# A folder of films, as docs/many-machines.md has it.
folder_of_films() {
    mkdir -p films clean && ff -i 1.mkv -c copy films/a.mkv && ff -i 2.mkv -c copy "films/b c.mkv" || return 1
    parallel --joblog films.log --resume "'$FFMPEG' -nostdin -loglevel error -y -i {} -vf '$HOLE:workers=1' -c:v ffv1 -c:a copy \
        clean/.{/} && mv clean/.{/} clean/{/}" ::: films/*.mkv && same "a.mkv b c.mkv" "$(ls clean | xargs)"
}
check 'a folder of films' folder_of_films

finish
