#!/bin/sh
# See that what a part of deepfill needs is installed: engine, program, tests, fuzz, few or all (the drop-in
# libavfilter without or with the external filter libraries).
#
#     sh tools/packages.sh PART...
#
# Missing Debian packages are installed where the user is root; otherwise the one apt-get line to
# run is printed and nothing is done. Fast and silent where nothing is missing. A filter library that apt does
# not know is left out, and what that costs is said. NO_INSTALL=1: never install. STAMPS=DIR: parts that have
# all they need leave DIR/has-PART, and are not looked at again until this script changes. Logs lie in DIR/log, or
# BUILD/log.
export LC_ALL=C DEBIAN_FRONTEND=noninteractive
here=$(dirname "$0")
cc=${CC:-gcc}
log=${STAMPS:-${BUILD:-build}}/log

# among WORD WORDS...
among() {
    word=$1
    shift
    case " $* " in
    *" $word "*) ;;
    *) return 1 ;;
    esac
}

# want PACKAGE COMMAND...: the package is missing unless the command succeeds.
want() {
    package=$1
    shift
    "$@" >/dev/null 2>&1 || among "$package" $missing || missing="${missing:+$missing }$package"
}

preprocesses() {
    echo "#include <$1>" | $cc -E -
}

links() {
    echo 'int main(void) { return 0; }' | $cc -x c - -o /dev/null "$@"
}

openblas() {
    pkg-config --exists openblas || links -lopenblas
}

engine() {
    want gcc command -v "${cc%% *}"
    want libc6-dev preprocesses stdio.h
    want pkg-config command -v pkg-config
    want libopenblas-pthread-dev openblas
    want libzimg-dev pkg-config --atleast-version=3 zimg
}

program() {
    for lib in avcodec avformat avutil swscale; do
        want lib$lib-dev pkg-config --exists lib$lib
    done
    want libjpeg-dev pkg-config --exists libjpeg
}

tests() {
    want libcmocka-dev pkg-config --exists cmocka
    want ffmpeg command -v ffmpeg
    for lib in avcodec avfilter avformat avutil; do
        want lib$lib-dev pkg-config --exists lib$lib
    done
}

fuzzes() {
    echo 'int LLVMFuzzerTestOneInput(void) { return 0; }' |
        clang -x c - -o /dev/null -fsanitize=fuzzer,address,undefined
}

# clang's libFuzzer and sanitizers are packages of their own, for each version of it.
fuzz() {
    want clang command -v clang
    version=$(clang -dumpversion 2>/dev/null | cut -d . -f 1)
    want libclang-rt-${version:+$version-}dev fuzzes
}

few() {
    want ffmpeg test -x /usr/bin/ffmpeg
    want dpkg-dev command -v dpkg-source
    want xz-utils command -v xz
    [ "$(uname -m)" != x86_64 ] || want nasm command -v nasm
}

# The libraries that filters of Debian's ffmpeg are linked with. A drop-in can be built without any of them.
all() {
    few
    want g++ command -v g++ # FFmpeg links with it where a library asks for -lstdc++
    libraries=$(sh "$here/libraries.sh" packages | xargs)
    for name in $libraries; do
        among "$name" $installed || want "$name" false
    done
}

# Sets missing, and libraries: the packages of filter libraries that are wanted, installed or not.
look() {
    missing= libraries=
    for part in $parts; do
        $part
    done
}

# Those of these packages that apt can install.
known() {
    apt-cache policy "$@" 2>/dev/null |
        awk '/^[^ ]/ { name = substr($1, 1, length($1) - 1) } /^  Candidate: [^(]/ { print name }'
}

unknown() {
    printf '%s\n' $missing | grep -vxF -e "$(known $missing)"
}

apt_has_lists() {
    [ -n "$(apt-get indextargets --format '$(FILENAME)' 'Created-By: Packages' 2>/dev/null)" ]
}

offer_few_filters() {
    echo "FILTERS=few (FILTERS=few make demo) builds a drop-in that needs no external library." >&2
}

# leave_out PACKAGE WHY: goes on without a filter library
leave_out() {
    missing=$(printf '%s\n' $missing | grep -vxF "$1" | xargs)
    left_out="$left_out $1"
    echo "without $1, which apt $2, the drop-in lacks $(sh "$here/libraries.sh" without "$1")" >&2
}

leave_out_unknown_libraries() {
    for name in $(unknown); do
        ! among "$name" $libraries || leave_out "$name" "does not know"
    done
}

update_lists() {
    sh "$here/alive.sh" "apt-get update" "$log/apt-update.log" apt-get update
}

install() {
    sh "$here/alive.sh" "apt-get install ($# packages)" "$log/apt-install.log" \
        apt-get install -y --no-install-recommends "$@"
}

# A library that cannot be installed keeps nothing else out.
install_apart() {
    set --
    for name in $missing; do
        among "$name" $libraries || set -- "$@" "$name"
    done
    [ $# -eq 0 ] || install "$@" || return
    for name in $missing; do
        ! among "$name" $libraries || install "$name" || leave_out "$name" "cannot install"
    done
}

finish() {
    [ -z "$STAMPS" ] || for part in $parts; do
        mkdir -p "$STAMPS" && touch "$STAMPS/has-$part"
    done
    exit 0
}

parts=
for part; do
    case $part in
    engine | program | tests | fuzz | few | all) ;;
    *) echo "packages.sh: no part is called '$part'" >&2; exit 2 ;;
    esac
    stamp=${STAMPS:+$STAMPS/has-$part}
    [ -n "$stamp" ] && [ "$stamp" -nt "$0" ] && [ "$stamp" -nt "$here/libraries.sh" ] || parts="$parts $part"
done
[ -n "$parts" ] || exit 0
installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2>/dev/null | sed -n 's/^installed //p' | xargs)
look
[ -n "$missing" ] || finish

if ! command -v apt-get >/dev/null 2>&1; then
    echo "Missing, by their Debian names: $missing" >&2
    echo "Install what your distribution calls them (with headers), then run this again." >&2
    exit 1
fi

may_install=
[ "$(id -u)" != 0 ] || [ "${NO_INSTALL:-0}" != 0 ] || may_install=yes
if [ -n "$may_install" ] && [ -n "$(unknown)" ]; then
    update_lists
    look
fi
left_out=
! apt_has_lists || leave_out_unknown_libraries
if [ -n "$missing" ] && [ -z "$may_install" ]; then
    echo "Some packages are missing. As root, run this, then try again:" >&2
    echo "    apt-get install --no-install-recommends $missing" >&2
    [ -z "$libraries" ] || offer_few_filters
    exit 1
fi

# Lists may be older than the archive, whose superseded packages are gone: one update, one more try.
if [ -n "$missing" ]; then
    echo "Installing Debian packages: $missing"
    install $missing || { update_lists && install $missing; } || install_apart || exit 1
fi
[ -z "$left_out" ] || offer_few_filters
finish
