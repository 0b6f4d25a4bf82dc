#!/bin/sh
# Compile the engine for another architecture and run its unit tests, under qemu but for i386.
#
#     sh tools/cross.sh ARCHITECTURE BUILD TEST...
#
# ARCHITECTURE is Debian's name; all that is made lies in BUILD, Debian's libraries of it unpacked beside. What is
# missing of compiler and emulator is installed where the user is root; else, and where Debian's packages cannot be
# had, one line says what is left out. Tests are as tests/run.sh takes them; without any, all is compiled only.
export LC_ALL=C
set -u
architecture=$1
build=$2
shift 2
case $architecture in
arm64) machine=aarch64 ;;
i386) machine=i686 ;;
s390x) machine=s390x ;;
riscv64) machine=riscv64 ;;
*) echo "cross.sh: arm64, i386, s390x or riscv64, not $architecture" >&2; exit 2 ;;
esac
triple=$machine-linux-gnu
folder=/usr/lib/$machine-linux-gnu
emulator=qemu-$machine
# x86-64 runs it by itself, and OpenBLAS does not know the processor that qemu shows it.
if [ $architecture = i386 ]; then
    folder=/usr/lib/i386-linux-gnu
    emulator=
fi

skip() {
    echo "check-$architecture: skipped ($*)"
    exit 0
}
missing() {
    command -v $triple-gcc >/dev/null || echo gcc-$triple
    [ $# -eq 0 ] || [ -z "$emulator" ] || command -v $emulator >/dev/null || echo qemu-user
}

if [ -n "$(missing "$@")" ] && [ "$(id -u)" = 0 ] && [ "${NO_INSTALL:-0}" = 0 ]; then
    sh tools/alive.sh "apt-get install $(missing "$@" | xargs)" "$build/log/install.log" \
        apt-get install -y --no-install-recommends $(missing "$@") || exit 1
fi
[ -z "$(missing "$@")" ] || skip "not installed: $(missing "$@" | xargs)"

mkdir -p "$build" && build=$(cd "$build" && pwd) || exit 1
case $build in
*[[:space:]]*) skip "compilers are told of folders by flags, which the blanks in $build would cut" ;;
esac
sh tools/sysroot.sh $architecture "$build/sysroot" libc6-dev libopenblas-pthread-dev libzimg-dev libcmocka-dev ||
    skip "Debian's packages for $architecture cannot be had"

root=$build/sysroot/root
export PKG_CONFIG_SYSROOT_DIR="$root" PKG_CONFIG_PATH= \
    PKG_CONFIG_LIBDIR="$root$folder/openblas-pthread/pkgconfig:$root$folder/pkgconfig"
[ "$build/config.mak" -nt configure ] ||
    ./configure --no-install --build="$build" --cc="$triple-gcc --sysroot=$root" || exit 1
touch "$build/has-tests" # FFmpeg's libraries, which no test of the engine's needs

# LEVEL@ and levels: stay with the test's name.
programs= targets=
for test; do
    case $test in
    *[:@]*) prefix=${test%"${test##*[:@]}"} ;;
    *) prefix= ;;
    esac
    targets="$targets $build/tests/${test##*[:@]}"
    programs="$programs $prefix$build/tests/${test##*[:@]}"
done
MAKEFLAGS= sh tools/alive.sh "compiling for $architecture" "$build/log/make.log" \
    make -j"$(nproc 2>/dev/null || echo 1)" BUILD="$build" CONFIG="$build/config.mak" "$build/libdeepfill.a" \
    "$build/libtrain.a" "$build/tests/tools/levels" $targets || exit 1
if [ -n "$emulator" ]; then
    run="$emulator -L $root -E LD_LIBRARY_PATH=$folder/openblas-pthread"
else
    run="$root/lib/ld-linux.so.2 --library-path $root${folder#/usr}:$root$folder:$root$folder/openblas-pthread"
fi
[ $# -eq 0 ] || SMALL_TESTS=1 BUILD=$build EMULATOR=$run sh tests/run.sh $programs
