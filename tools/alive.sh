#!/bin/sh
# Run a long command, its output in a log, and show every ten seconds that it is alive.
#
#     sh tools/alive.sh LABEL LOG COMMAND...
#
# Exit status: the command's. Where it fails, the end of the log is shown.
label=$1 log=$2
shift 2
mkdir -p "$(dirname "$log")"

"$@" >"$log" 2>&1 </dev/null &
job=$!
trap 'kill $job 2>/dev/null; exit 130' INT TERM

printf '%s ...\n' "$label"
seconds=0
while kill -0 $job 2>/dev/null; do
    sleep 1
    seconds=$((seconds + 1))
    if [ $((seconds % 10)) -eq 0 ]; then
        # ffmpeg and apt end progress lines with a carriage return: what follows the last one is current.
        printf '%s ... %d s: %s\n' "$label" $seconds \
            "$(tail -c 400 "$log" | tr '\r' '\n' | grep . | tail -n 1 | cut -c 1-70)"
    fi
done
wait $job
status=$?

if [ $status -ne 0 ]; then
    tail -n 20 "$log" >&2
    printf '%s: failed after %d s; the whole log is %s\n' "$label" $seconds "$log" >&2
fi
exit $status
