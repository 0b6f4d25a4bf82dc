#!/bin/bash
# The program deepfill as its users call it: usage, info and convert, every message word for word.
. "$(dirname "$0")/lib/cli.sh"

# ------------------------------------------------------------------------------------- the program --

usage() {
    deepfill help >help.txt && grep -q '^Usage: deepfill COMMAND' help.txt &&
        deepfill --help | cmp - help.txt && deepfill -h | cmp - help.txt &&
        says 2 "$(cat help.txt)" && same "deepfill 0.4.0" "$(deepfill version)" &&
        same "deepfill 0.4.0" "$(deepfill --version)"
}
check "usage and version" usage

helps() {
    local command
    for command in info convert fill find plan join train bench; do
        deepfill help $command >help.txt && grep -q "^Usage: deepfill $command " help.txt &&
            deepfill $command --help | cmp - help.txt && deepfill $command -h x y z | cmp - help.txt &&
            [ -z "$(awk 'length > 100' help.txt)" ] || return 1
    done
}
check "every command has help" helps

unknown='deepfill: there is no command '\''shrink'\''
Try '\''deepfill help'\''.'
check "an unknown command" says 2 "$unknown" shrink
check "help for an unknown command" says 2 "$unknown" help shrink

unknown_level() {
    DEEPFILL_CPU=sse5 deepfill info small >info.txt 2>log.txt && [ -s info.txt ] &&
        grep -qE '^deepfill: DEEPFILL_CPU is ignored: it is none of c( [a-z0-9]+)*$' log.txt &&
        DEEPFILL_CPU=c deepfill info small 2>&1 | cmp - info.txt
}
check "a level of the CPU's that is none" unknown_level

full() {
    local arguments
    for arguments in help 'info small --json'; do
        deepfill $arguments >/dev/full 2>log.txt
        same 1 $? && same "deepfill: the standard output cannot be written: No space left on device" \
            "$(cat log.txt)" || return 1
    done
}
check "a full disk behind the standard output" full

# ----------------------------------------------------------------------------------------- info --

about_small() {
    deepfill info small >info.txt && same "file        small
container   safetensors
variant     deepfill
network     deepfillv2
semantics   stride
colours     rgb
width       16
input       rgb,ones,mask, 5 planes
sketch      no
sides       multiples of 8, from 64 on; best up to 512
parameters  454574
used        84 tensors, 454574 values
ignored     0 tensors
sha256      $(sha256sum <"$ROOT/models/small.safetensors" | cut -c1-64)  small" "$(cat info.txt)"
}
check "info of the built-in model" about_small

about_official() {
    deepfill info "$GOLDEN/checkpoints/official" >info.txt &&
        grep -qx 'container   TensorFlow' info.txt && grep -qx 'variant     official' info.txt &&
        grep -qx 'colours     bgr' info.txt && grep -qE '^ +[0-9]+  \*/Adam, [0-9]+ values$' info.txt &&
        grep -qE '^ +[0-9]+  discriminator/\*, [0-9]+ values$' info.txt &&
        [ "$(grep -c '^sha256 ' info.txt)" -eq 2 ] &&
        deepfill info "$GOLDEN/checkpoints/official/snap-0" | grep -qx 'variant     official' &&
        deepfill info "$GOLDEN/checkpoints/official/snap-0.index" | grep -qx 'variant     official'
}
check "info of a TensorFlow checkpoint, by folder, prefix and index" about_official

about_mmagic() {
    deepfill info "$GOLDEN/checkpoints/mmagic.pth" --semantics mmagic+rgb >info.txt &&
        grep -qx 'prefix      state_dict.generator.' info.txt && grep -qx 'colours     rgb' info.txt &&
        grep -qx 'sides       multiples of 8, from 72 on; best up to 512' info.txt &&
        grep -qE '^ +[0-9]+  state_dict\.disc\.\*, [0-9]+ values$' info.txt
}
check "info of a PyTorch checkpoint, colours overridden" about_mmagic

about_one() {
    deepfill info "$GOLDEN/checkpoints/nipponjo.pth" >info.txt && grep -qx 'ignored     1 tensor' info.txt
}
check "info of a checkpoint with one tensor that is not used" about_one

every_tensor() {
    local file=$GOLDEN/checkpoints/mmagic.pth used ignored
    used=$(deepfill info "$file" | sed -nE 's/^used +([0-9]+) .*/\1/p')
    ignored=$(deepfill info "$file" | sed -nE 's/^ignored +([0-9]+) .*/\1/p')
    deepfill info --tensors "$file" >info.txt && [ "$used" -eq 84 ] && [ "$ignored" -gt 0 ] &&
        [ "$(grep -cE '^used +state_dict\.generator\.[^ ]+ [0-9x]+ bfloat16$' info.txt)" -eq "$used" ] &&
        [ "$(grep -cE '^ignored +[^ ]+ ([0-9x]+|a single value) [a-z0-9]+$' info.txt)" -eq "$ignored" ]
}
check "info of every tensor" every_tensor

stranger="pictures.safetensors: names its tensors ('104x88', ...) as no model that is known: neither a \
DeepFillv2 (deepfill, official, nipponjo_tf, nipponjo, mmagic, yangyu12, csqiangwen) nor a partial \
convolution (deepfill, naoto0804, pconv_mmagic)"
info_stranger() {
    cp "$GOLDEN/pictures.safetensors" . && ! deepfill info pictures.safetensors >info.txt 2>log.txt &&
        same "deepfill: $stranger" "$(cat log.txt)" && grep -qx 'container   safetensors' info.txt &&
        grep -qx 'holds       14 tensors' info.txt && grep -q '^sha256 ' info.txt &&
        grep -qx '       1  104x88 88x104x3 other' info.txt
}
check "info of what is no network" info_stranger

check "info of nothing" misused info "deepfill info: takes one checkpoint, not 0"
check "info of two" misused info "deepfill info: takes one checkpoint, not 2" small small
check "info with an unknown option" misused info "deepfill info: unrecognized option '--quick'" --quick small
check "info of a file that is not there" \
    fails "model 'gone.pth' is neither built in (small, sketch) nor a readable file: No such file or directory" \
    info gone.pth
check "info of a file that is no checkpoint" \
    fails "mask.png: is a picture or film, not a checkpoint" info mask.png
check "semantics that do not fit" \
    fails "small: semantics 'mmagic' is of another network: this model takes official, stride, nipponjo_tf, \
nipponjo, with +rgb or +bgr behind it" convert small -o x.safetensors --semantics mmagic

# ----------------------------------------------------------------------------------------- JSON --

json() {
    python3 -c "import json, sys; d = json.load(open(sys.argv[1], encoding='utf-8')); assert $2, d" "$1"
}

json_small() {
    deepfill info small --json >info.json &&
        json info.json "d['error'] is None and d['variant'] == 'deepfill' and d['semantics'] == 'stride'" &&
        json info.json "d['width'] == 16 and d['alignment'] == 8 and d['sketch'] is False" &&
        json info.json "sum(len(t['shape']) in (1, 4) and t['used'] for t in d['tensors']) == 84" &&
        json info.json "d['parameters'] == 454574 and d['metadata']['size'] == '512'" &&
        json info.json "len(d['files']) == 1 and len(d['files'][0]['sha256']) == 64"
}

json_stranger() {
    ! deepfill info --json pictures.safetensors >info.json 2>log.txt &&
        same "deepfill: $stranger" "$(cat log.txt)" &&
        json info.json "d['error'] == '''$stranger'''" &&
        json info.json "len(d['tensors']) == 14 and not any(t['used'] for t in d['tensors'])"
}

# Names may hold what a terminal obeys and what JSON does not take.
json_odd() {
    local name=$'caf\xc3\xa9\xff"\n.safetensors'
    python3 "$STILL" odd "$name" '\u001b[31m\"\\\u0007\u202e\u00e9' &&
        ! deepfill info --json "$name" >info.json 2>log.txt &&
        json info.json "d['tensors'][0]['name'] == '\x1b[31m\"\\\\\x07\u202e\u00e9'" &&
        json info.json "d['name'] == 'caf\u00e9\ufffd\"\n.safetensors' and d['tensors'][0]['shape'] == []" &&
        ! deepfill info --tensors "$name" >info.txt 2>>log.txt &&
        ! LC_ALL=C grep -q $'[\x01-\x09\x0b-\x1f\x7f\xff]' info.txt log.txt &&
        grep -qF $'holds       ?[31m"\\??\xc3\xa9 a single value float32' info.txt
}

json_unread() {
    ! deepfill info --json mask.png >info.json 2>log.txt &&
        json info.json "d['error'] == 'mask.png: is a picture or film, not a checkpoint'" &&
        json info.json "d['name'] == 'mask.png'" &&
        json info.json "set(d) == {'name', 'error'}"
}

if command -v python3 >/dev/null; then
    check "JSON of the built-in model" json_small
    check "JSON of what is no network" json_stranger
    check "JSON with any bytes in names" json_odd
    check "JSON of what cannot be read" json_unread
else
    skip "JSON" "python3 is not installed"
fi

# -------------------------------------------------------------------------------------- convert --

converts() {
    local line
    cp "$GOLDEN/checkpoints/nipponjo_tf.pth" n.pth &&
        line=$(deepfill convert n.pth -o n.safetensors --semantics official+rgb) &&
        same "n.safetensors: $(wc -c <n.safetensors) bytes, 'official' from 'nipponjo_tf' as float32" \
             "$line" &&
        deepfill info n.safetensors >info.txt && grep -qx 'semantics   official' info.txt &&
        grep -qx 'colours     rgb' info.txt && grep -qx 'variant     deepfill' info.txt &&
        line=$(deepfill convert n.safetensors -o h.safetensors --f16) &&
        same "h.safetensors: $(wc -c <h.safetensors) bytes, 'official' from 'deepfill' as float16" "$line" &&
        deepfill convert n.safetensors -o n2.safetensors && cmp n.safetensors n2.safetensors &&
        deepfill convert h.safetensors -o h2.safetensors && deepfill info h2.safetensors >/dev/null
}
check "convert, and convert what was converted" converts

half() {
    python3 "$STILL" values n.safetensors n2.safetensors 0 &&
        python3 "$STILL" values n.safetensors h.safetensors 0.5
}
if command -v python3 >/dev/null; then
    check "values stay, or are rounded to the nearest float16" half
else
    skip "values of what was converted" "python3 is not installed"
fi

# The source is read under any name, the target replaced, whatever it was.
spares_source() {
    local before
    before=$(sha256sum <n.safetensors)
    ln -sf n.safetensors link.safetensors && ln -f n.safetensors hard.safetensors &&
        fails "n.safetensors: is read, so that it cannot be written, too" \
            convert n.safetensors -o n.safetensors &&
        fails "n.safetensors: is read, so that it cannot be written, too" \
            convert link.safetensors -o n.safetensors &&
        fails "link.safetensors: is read, so that it cannot be written, too" \
            convert n.safetensors -o link.safetensors &&
        fails "hard.safetensors: is read, so that it cannot be written, too" \
            convert n.safetensors -o hard.safetensors &&
        same "$before" "$(sha256sum <n.safetensors)" && rm link.safetensors hard.safetensors
}
check "convert never overwrites its source" spares_source

spares_shards() {
    cp -r "$GOLDEN/checkpoints/guided" . && ln -s guided/snap-7.data-00001-of-00002 shard.safetensors &&
        fails "shard.safetensors: is read, so that it cannot be written, too" \
            convert guided -o shard.safetensors && diff -r "$GOLDEN/checkpoints/guided" guided
}
check "nor one of its source's files" spares_shards

# Where one of several files is damaged, that one is named: it is to be fetched again.
names_shard() {
    cp -r "$GOLDEN/checkpoints/guided" flipped && printf '\377' |
        dd of=flipped/snap-7.data-00001-of-00002 bs=1 seek=1000 conv=notrunc status=none &&
        ! deepfill info flipped >/dev/null 2>log.txt &&
        same "deepfill: flipped/snap-7.data-00001-of-00002: does not have its checksum: the file is damaged" \
            "$(sed "s/tensor '[^']*' //" log.txt)"
}
check "a damaged one of several files is named" names_shard

overwrites() {
    echo old >old.safetensors && chmod 600 old.safetensors && deepfill convert small -o old.safetensors &&
        deepfill info old.safetensors | grep -qx 'semantics   stride' &&
        [ -z "$(ls -A | grep 'old.safetensors.')" ]
}
check "convert replaces another file, and leaves nothing beside it" overwrites

limited() {
    mkdir limited
    (ulimit -f 100 && fails "limited/x.safetensors: cannot be written: File too large" \
        convert small -o limited/x.safetensors) && [ -z "$(ls -A limited)" ]
}
check "nothing is left of what the user's limits do not allow" limited

check "convert without a target" \
    misused convert "deepfill convert: no output was named: give -o OUT.safetensors" small
check "convert of nothing" misused convert "deepfill convert: takes one checkpoint, not 0" -o x.safetensors
check "convert without a value" \
    misused convert "deepfill convert: option requires an argument -- 'o'" small -o
for name in x.pth -; do
    check "convert to what is named '$name'" misused convert \
        "deepfill convert: '$name' does not end in .safetensors, and that is what is written" small -o "$name"
done
ln -s /dev/null device.safetensors
check "convert to a device" \
    fails "device.safetensors: cannot be written: it is not a regular file" \
    convert small -o device.safetensors
check "convert to no folder" \
    fails "gone/x.safetensors: cannot be written: there is no folder gone, make it first" \
    convert small -o gone/x.safetensors
check "convert of what is no network" fails "$stranger" convert pictures.safetensors -o x.safetensors
check "nothing is written when convert fails" test ! -e x.safetensors

finish
