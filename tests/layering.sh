#!/bin/bash
# The rooms of the house include one another one way only: deepfill.c -> video -> temporal -> image -> model ->
# layers -> kernels -> base, arena, cpu, thread_pool, spin, log, sized; temporal -> motion -> plane -> kernels; image -> texture -> plane;
# video -> overlay -> image. Foreign libraries
# come in by one door each. The public header stands alone.
cd "$(dirname "$0")/.." || exit 1
failed=0

# check NAME LINES: passes where there are no offending lines.
check() {
    if [ -z "$2" ]; then
        echo "ok - $1"
    else
        echo "not ok - $1"
        printf '%s\n' "$2"
        failed=1
    fi
}

# sources PATH...: C files there, but those of train and cli, which may use everything.
sources() {
    find "$@" -name '*.[ch]' ! -path '*/train/*' ! -path '*/cli/*' 2>/dev/null
}

# includes PATTERN FILE...: the lines that include something whose name matches
includes() {
    local pattern=$1
    shift
    [ $# -eq 0 ] || grep -nE "^[[:space:]]*#[[:space:]]*include[[:space:]]+[<\"]($pattern)" "$@" /dev/null
}

# may_include ROOM ALLOWED: of the other rooms' headers, those of ROOM name only ALLOWED ones.
may_include() {
    local bad
    bad=$(includes '(video|temporal|overlay|image|texture|motion|plane|model|layers|kernels|weights|train|cli)/' $(sources "engine/$1") |
          grep -vE "include[[:space:]]+\"($2)/")
    check "$1 includes only ${2//|/, }" "$bad"
}

may_include kernels 'kernels'
may_include layers  'layers|kernels'
may_include model   'model|layers|kernels|weights'
may_include weights 'weights|kernels'
may_include plane   'plane|kernels'
may_include motion  'motion|plane|kernels'
may_include texture 'texture|plane|kernels'
may_include image   'image|texture|model|plane'
may_include temporal 'temporal|image|motion|plane|model'
may_include overlay 'overlay|image|plane|kernels|weights'
may_include video   'video|temporal|overlay|image'

check "base, arena, cpu, thread_pool, spin, log and sized include no room" \
    "$(includes '(video|temporal|overlay|image|texture|motion|plane|model|layers|kernels|weights|train|cli)/' engine/{base,arena,cpu,thread_pool,spin,log,sized}.[ch])"
check "nothing includes train or cli" "$(includes '(.*/)?(train|cli)/' $(sources engine))"
check "no include climbs out of its room" "$(includes '\.\./' $(sources engine))"
check "only gemm.c includes cblas.h" \
    "$(includes 'cblas\.h|openblas' $(sources engine | grep -v '^engine/kernels/gemm\.c$'))"
check "only color.c includes zimg.h" \
    "$(includes 'zimg' $(sources engine | grep -v '^engine/image/color\.c$'))"
check "no FFmpeg library in the engine" "$(includes 'lib(av|sw|postproc)' $(sources engine))"
check "in the program only picture_*.c, film*.c and digest.c include FFmpeg's libraries" \
    "$(includes 'lib(av|sw|postproc)' \
        $(find engine/cli -name '*.[ch]' ! -name 'picture_*.c' ! -name 'film*.c' ! -name digest.c))"
check "no engine header in the filter" \
    "$(includes '(.*/)?(base|arena|context|cpu|thread_pool|model|video|temporal|overlay|image|texture|motion|plane|layers|kernels)[./]' filter/*.[ch])"

# compiles NAME COMPILER...: the public header alone, every warning an error
compiles() {
    local name=$1
    shift
    if ! command -v "$1" >/dev/null; then
        echo "skip - $name ($1 is not installed)"
        return
    fi
    check "$name" \
        "$(echo '#include <deepfill.h>' |
            "$@" -Wall -Wextra -pedantic -Wconversion -Wsign-conversion -Werror -Iinclude -fsyntax-only - 2>&1)"
}
compiles "deepfill.h is C99 by itself" ${CC:-gcc} -std=c99 -x c
compiles "deepfill.h is C++ by itself" g++ -std=c++11 -x c++
exit $failed
