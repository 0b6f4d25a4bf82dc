#!/bin/sh
# Run the jobs of a plan as a Slurm array, and a job after them that checks and joins the parts.
#
#     deepfill plan in.mkv -vf deepfill=mask.png:workers=4 -- -c:v libx264 -crf 18
#     sh samples/slurm.sh in.parts --cpus-per-task=4           # what sbatch takes
#
# All nodes see film, masks and folder under the same paths, and have ffmpeg-deepfill. The same command once more runs what
# failed: a part that is there is left alone. Logs are job-N.log and join.log in the folder. OUT=out.mkv names the film.
set -eu
case ${1:?which folder? sh slurm.sh FOLDER, that deepfill plan has made} in
--job) # a part, on a node
    sed -n "${SLURM_ARRAY_TASK_ID}p" "$2/jobs.txt" | sh
    ;;
--join)
    sh "$2/join.sh" ${OUT:+-o "$OUT"}
    ;;
*)
    folder=$(cd "$1" && pwd)
    shift
    array=$(sbatch --parsable --array="1-$(wc -l <"$folder/jobs.txt")" --output="$folder/job-%a.log" "$@" \
                   "$0" --job "$folder")
    sbatch --parsable --dependency="afterok:$array" --kill-on-invalid-dep=yes --output="$folder/join.log" \
           "$0" --join "$folder"
    ;;
esac
