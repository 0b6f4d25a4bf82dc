#!/bin/bash
# deepfill bench: what it prints, for people and as JSON, and every message word for word. How fast it is, is
# no test's business.
. "$(dirname "$0")/lib/cli.sh"

json() {
    python3 -c "import json, sys; d = json.load(open(sys.argv[1])); assert $2, d" "$1"
}

quick() {
    deepfill bench --seconds 0 --rounds 1 "$@"
}

json_runs() {
    quick --cnum 4 --size 64 --json >bench.json &&
        json bench.json "d['version'] == '0.4.0' and set(d['machine']) == {'cpu', 'cpus', 'level', 'blas'}" &&
        json bench.json "d['machine']['blas'] is None" &&
        json bench.json "[r['mode'] for r in d['runs']] == ['whole', 'hole'] and set(d) >= {'runs'}" &&
        json bench.json "all(r['fps'] > 0 and r['ms'] > 0 and r['peak_mib'] > 1 for r in d['runs'])" &&
        json bench.json "all(r['workspace_mib'] > 0 and r['ready_ms'] > 0 for r in d['runs'])" &&
        json bench.json "{(r['cnum'], r['size'], r['workers'], r['model']) for r in d['runs']} == \
                         {(4, 64, 1, None)}"
}

json_workers() {
    quick --cnum 8 --size 72 --workers 2 --json >bench.json &&
        json bench.json "[(r['shared'], r['mode']) for r in d['runs']] == [(False, 'whole'), \
                         (False, 'hole'), (True, 'whole'), (True, 'hole')]" &&
        json bench.json "all(abs(r['fps'] * r['ms'] / 1000 - (1 if r['shared'] else 2)) < 0.01 \
                         for r in d['runs'])"
}

# conv1 of width 16: 64x64 pixels, 5x5 from 5 planes to 16 channels, a product is two operations.
json_layers() {
    quick --model small --size 64 --layers --json >bench.json &&
        json bench.json "'OpenBLAS' in d['machine']['blas']" &&
        json bench.json "len(d['layers']) == 1 and d['layers'][0]['model'] == 'small'" &&
        json bench.json "{r['name'] for r in d['layers'][0]['rows']} > {'conv1', 'attention', 'allconv17'}" &&
        json bench.json "abs(sum(r['share'] for r in d['layers'][0]['rows']) - 1) < 0.01" &&
        json bench.json "[r['gflop'] for r in d['layers'][0]['rows'] if r['name'] == 'conv1'] == [0.016384]" &&
        json bench.json "abs(sum(r['hole_share'] for r in d['layers'][0]['rows']) - 1) < 0.01" &&
        json bench.json "d['layers'][0]['sgemm_gflops'] > 0 and all(r['method'] and r['gflops'] > 0 and \
                         r['of_peak'] > 0 for r in d['layers'][0]['rows'] if 'conv' in r['name'])"
}

if command -v python3 >/dev/null; then
    check "JSON of two runs" json_runs
    check "JSON of several workers, a frame each and one for all" json_workers
    check "JSON of every layer" json_layers
else
    skip "JSON" "python3 is not installed"
fi

table() {
    quick --cnum 8 --size 64 --layers >bench.txt && grep -q '^deepfill 0.4.0 on .* kernels: ' bench.txt &&
        [ "$(grep -cE '^cnum 8 +64 +1 ( +[0-9.]+){7}$' bench.txt)" -eq 1 ] &&
        grep -qE '^cnum 8, 64x64, 1 worker on one frame, [0-9]+ runs; sgemm' bench.txt &&
        grep -qE '^conv1 +[^ ]+ +[0-9.]+ +[0-9.]+ % +[0-9.]+ +[0-9]+ % +[0-9.]+ ' bench.txt &&
        grep -qE '^attention +attention ' bench.txt && grep -qE '^all +[0-9.]+ 100.0 % ' bench.txt &&
        [ -z "$(awk 'length > 115' bench.txt)" ]
}
check "a table for people" table

foreign() {
    quick --model "$GOLDEN/checkpoints/nipponjo_tf.pth" --semantics official --size 64 >bench.txt &&
        grep -qE ' 64 +1 ( +[0-9.]+){7}$' bench.txt
}
check "a checkpoint of another project" foreign

# Random weights are in a file of no folder, and each measurement is a process: nothing of either is left.
leaves_nothing() {
    mkdir temporary
    TMPDIR=$PWD/temporary quick --cnum 4 --size 64 >/dev/null && [ -z "$(ls -A temporary)" ]
}
check "nothing is left behind" leaves_nothing

# fails_after TEXT ARGUMENT...: so it ends, once the machine was printed
fails_after() {
    local text=$1 said
    shift
    said=$(quick "$@" 2>&1 >out.txt)
    same 1 $? && same "deepfill: $text" "$said"
}
check "a size that the network does not take" \
    fails_after "a region's width is 100 pixels, expected a multiple of 8 from 64 up" --cnum 4 --size 100
check "JSON is whole or none" \
    fails "a region's width is 100 pixels, expected a multiple of 8 from 64 up" bench --json --size 100
check "a model that is not there" \
    fails "model 'gone' is neither built in (small, sketch) nor a readable file: No such file or directory" \
    bench --model gone

check "a width that is none" \
    misused bench "deepfill bench: --cnum is '6', must be a multiple of 4, 4 to 256" --cnum 6
check "a size that is none" misused bench "deepfill bench: --size is 'big', must be 16 to 16384" --size big
check "no workers" misused bench "deepfill bench: --workers is '0', must be 1 to 256" --workers 0
check "no rounds" misused bench "deepfill bench: --rounds is '0', must be 1 to 100" --rounds 0
check "a time that is none" misused bench "deepfill bench: --seconds is '-1', must be 0 to 3600" --seconds -1
check "a file" misused bench "deepfill bench: takes options alone: a checkpoint is given by --model" small
check "a model and a width" \
    misused bench "deepfill bench: --model and --cnum exclude each other: a model has its own" \
    --model small --cnum 16
check "semantics of no checkpoint" \
    misused bench "deepfill bench: --semantics is about a checkpoint: give --model" --semantics official
check "a size of films" \
    misused bench "deepfill bench: --pipeline takes no --size or --layers: its frames are 1080p" \
    --pipeline --size 256
check "an option that is none" misused bench "deepfill bench: unrecognized option '--fast'" --fast

finish
