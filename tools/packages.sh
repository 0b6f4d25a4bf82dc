#!/bin/sh
# See that what a part of deepfill needs is installed: engine, program, tests, fuzz, few or all (the drop-in
# libavfilter without or with the external filter libraries).
#
#     sh tools/packages.sh PART...
#
# Missing Debian packages are installed where the user is root; otherwise the one apt-get line to
# run is printed and nothing is done. Fast and silent where nothing is missing. NO_INSTALL=1: never install.
export LC_ALL=C DEBIAN_FRONTEND=noninteractive
here=$(dirname "$0")
cc=${CC:-gcc}
missing=

# want PACKAGE COMMAND...: the package is missing unless the command succeeds.
want() {
    package=$1
    shift
    "$@" >/dev/null 2>&1 || case " $missing " in
        *" $package "*) ;;
        *) missing="${missing:+$missing }$package" ;;
    esac
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

installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
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

# The libraries that filters of Debian's ffmpeg are linked with.
all() {
    few
    for name in libass-dev libfreetype-dev libfribidi-dev libfontconfig-dev libvidstab-dev \
            librubberband-dev libmysofa-dev libzimg-dev libzmq3-dev liblilv-dev ocl-icd-opencl-dev \
            opencl-headers libbs2b-dev libpocketsphinx-dev libplacebo-dev libva-dev libdrm-dev \
            libvulkan-dev glslang-dev flite1-dev frei0r-plugins-dev libffmpeg-nvenc-dev ladspa-sdk clang; do
        want $name installed $name
    done
    [ "$(uname -m)" != x86_64 ] || want libmfx-dev installed libmfx-dev
}

has_candidates() {
    for name in $missing; do
        apt-cache policy "$name" | grep -q 'Candidate: [^(]' || return 1
    done
}

update_lists() {
    sh "$here/alive.sh" "apt-get update" build/log/apt-update.log apt-get update
}

install_missing() {
    sh "$here/alive.sh" "apt-get install ($(echo $missing | wc -w) packages)" build/log/apt-install.log \
        apt-get install -y --no-install-recommends $missing
}

for part; do
    case $part in
    engine | program | tests | fuzz | few | all) $part ;;
    *) echo "packages.sh: no part is called '$part'" >&2; exit 2 ;;
    esac
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "Missing, by their Debian names: $missing" >&2
    echo "Install what your distribution calls them (with headers), then run this again." >&2
    exit 1
fi
if [ "$(id -u)" != 0 ] || [ "${NO_INSTALL:-0}" = 1 ]; then
    echo "Some packages are missing. As root, run this, then try again:" >&2
    echo "    apt-get install --no-install-recommends $missing" >&2
    exit 1
fi

echo "Installing Debian packages: $missing"
has_candidates || update_lists || exit 1
# Lists may be older than the archive, whose superseded packages are gone: one update, one more try.
install_missing || { update_lists && install_missing; }
