#!/bin/sh
# Run the jobs of a plan by GNU parallel, on this machine or on several, then check and join the parts.
#
#     deepfill plan in.mkv -vf deepfill=mask.png:workers=1 -- -c:v libx264 -crf 18
#     sh samples/parallel.sh in.parts                          # as many jobs at a time as there are cores
#     sh samples/parallel.sh in.parts --jobs 4                 # what parallel takes, such as this
#     sh samples/parallel.sh in.parts --sshloginfile machines  # a machine a line: user@host, 8/host for eight jobs there
#
# All machines see film, masks and folder under the same paths, and have ffmpeg-deepfill. After a failure, or Ctrl-C, the
# same command goes on: jobs.log tells which jobs are done. OUT=out.mkv names the film.
set -eu
folder=${1:?which folder? sh parallel.sh FOLDER, that deepfill plan has made}
shift
[ ! -t 2 ] || set -- --bar "$@"
PARALLEL_SHELL=/bin/sh
export PARALLEL_SHELL
parallel --joblog "$folder/jobs.log" --resume-failed "$@" <"$folder/jobs.txt"
sh "$folder/join.sh" ${OUT:+-o "$OUT"}
