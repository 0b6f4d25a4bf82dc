#!/bin/sh
# Build a whole ffmpeg with deepfill from any FFmpeg source tree, 5.1 to 9.0.
#
#     sh tools/custom-ffmpeg.sh TREE BUILD
#
# The filter is added to TREE itself; all that is compiled lies in BUILD/ffmpeg-custom. FFMPEG_FLAGS, in
# the environment, are more switches for FFmpeg's configure.
export LC_ALL=C
set -eu
build=$(cd "$2" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$1" 2>/dev/null && pwd) || { echo "custom-ffmpeg.sh: there is no folder $1" >&2; exit 1; }
tree=$build/ffmpeg-custom
case $source$build in
*[[:space:]]*)
    echo "custom-ffmpeg.sh: FFmpeg cannot be built with a space in a folder's path: $source, $build" >&2
    exit 1
    ;;
esac

sh "$here/../filter/install.sh" "$source"
if [ -e "$source/config.h" ]; then
    echo "custom-ffmpeg.sh: $source was configured in place; \`make distclean\` there first" >&2
    exit 1
fi

flags=
! pkg-config --exists x264 || flags=--enable-libx264
mkdir -p "$tree"
cd "$tree"
compiler=${CC:-gcc}
! command -v ccache >/dev/null || compiler="ccache ${compiler#ccache }"
set -- --cc="$compiler" --enable-gpl --disable-doc --disable-debug --enable-libdeepfill $flags ${FFMPEG_FLAGS:-}

wish="$source $* $(cksum <"$source/configure")"
if [ "$(cat configured 2>/dev/null)" != "$wish" ]; then
    PKG_CONFIG_PATH="$build/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}" \
        sh "$here/alive.sh" "configuring $source" "$build/log/ffmpeg-custom-configure.log" "$source/configure" "$@"
    echo "$wish" >configured
fi
# FFmpeg's makefile does not know that libdeepfill.a goes into the programs.
[ ! ffmpeg -ot "$build/libdeepfill.a" ] || rm -f ffmpeg ffmpeg_g
sh "$here/alive.sh" "compiling $source" "$build/log/ffmpeg-custom-make.log" \
    make -j"$(nproc 2>/dev/null || echo 1)" ffmpeg
touch done
