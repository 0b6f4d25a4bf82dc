#!/bin/sh
# Build a libavfilter that has deepfill and takes the place of the installed ffmpeg's own.
#
#     sh tools/dropin.sh all|few BUILD
#
# all: with every external library that the installed one's filters use; few: with none, for quick
# builds. FFmpeg's configured tree is kept in BUILD/ffmpeg-all or -few, so that a changed filter or
# libdeepfill costs a compilation and a link. The result is BUILD/ffmpeg-*/lib/libavfilter.so.N.
#
# Only libavfilter is compiled. It is linked with the installed libavutil, libavcodec and so on: links
# to these lie where FFmpeg's makefile would put its own, and make is told to take them as they are.
export LC_ALL=C
set -eu
filters=$1
build=$(cd "$2" && pwd)
case $build in
*[[:space:]]*)
    echo "dropin.sh: FFmpeg cannot be built in a folder with a space in its path; move $(dirname "$build")" >&2
    exit 1
    ;;
esac
here=$(cd "$(dirname "$0")" && pwd)
source=$build/ffmpeg-src/src
tree=$build/ffmpeg-$filters
log=$build/log/ffmpeg-$filters
program=/usr/bin/ffmpeg # Debian's, whatever else PATH may find first
jobs=$(nproc 2>/dev/null || echo 1)

alive() {
    sh "$here/alive.sh" "$@"
}

# installed NAME: the path of the libNAME.so.N that the installed ffmpeg runs with.
installed() {
    ldd "$program" | sed -n "s|^.*lib$1\.so\.[0-9]* => \([^ ]*\).*|\1|p"
}

external=
[ "$filters" = few ] || external=$(sh "$here/libraries.sh" switches)

sh "$here/fetch-ffmpeg.sh" "$build/ffmpeg-src"
sh "$here/../filter/install.sh" "$source"

mkdir -p "$tree/lib"
cd "$tree"
compiler=${CC:-gcc}
! command -v ccache >/dev/null || compiler="ccache ${compiler#ccache }"
set -- --prefix=/usr --cc="$compiler" --enable-gpl --enable-shared --disable-static --disable-autodetect \
    --extra-cflags='-fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2' \
    --extra-ldflags='-Wl,-z,relro,-z,now' --enable-pthreads --disable-programs --disable-doc --disable-debug \
    --enable-libdeepfill $external

# Configured again only where the wish, the version or what install.sh writes into configure changed.
wish="$(cat "$build/ffmpeg-src/version") $* $(cksum <"$source/configure")"
if [ "$(cat configured 2>/dev/null)" != "$wish" ]; then
    # version.sh would take the commit of whatever git repository this folder lies in.
    GIT_DIR=/nonexistent PKG_CONFIG_PATH="$build/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}" \
        alive "configuring libavfilter ($filters filters)" "$log-configure.log" "$source/configure" "$@" || {
            tail -n 20 ffbuild/config.log >&2
            exit 1
        }
    # ffmpeg warns where its libraries were configured differently. These are its own filters, all of
    # them, with its own libraries: it may say the same as ffmpeg.
    if [ "$filters" = all ]; then
        # Escaped for C, then for sed.
        same=$("$program" -version | sed -n 's/^configuration: //p' | sed 's/[\\"]/\\&/g; s/[\\&|]/\\&/g')
        sed -i "s|^#define FFMPEG_CONFIGURATION .*|#define FFMPEG_CONFIGURATION \"$same\"|" config.h
    fi
    echo "$wish" >configured
fi

keep=
for name in avutil avcodec avformat swscale swresample postproc; do
    path=$(installed $name)
    [ -n "$path" ] || continue
    mkdir -p lib$name
    ln -sf "$path" lib$name/lib$name.so
    keep="$keep -o lib$name/lib$name.so"
done
soname=$(basename "$(installed avfilter)")

# FFmpeg's makefile does not know that libdeepfill.a goes into the library.
[ ! libavfilter/"$soname" -ot "$build/libdeepfill.a" ] || rm -f libavfilter/"$soname"
GIT_DIR=/nonexistent alive "compiling libavfilter ($filters filters)" "$log-make.log" \
    make -j"$jobs" $keep libavfilter/"$soname"

# A new file, not new contents of the old one: a running ffmpeg may have that mapped.
cp libavfilter/"$soname" "lib/$soname.new"
strip --strip-debug "lib/$soname.new"
mv "lib/$soname.new" "lib/$soname"
find lib -name 'libavfilter.so.*' ! -name "$soname" -delete # of an ffmpeg that was there before

names() {
    "$program" -hide_banner -filters 2>/dev/null | awk '$3 ~ /->/ { print $2 }' | sort
}
names >filters.system
LD_LIBRARY_PATH=$tree/lib names >filters.ours
grep -qx deepfill filters.ours || { echo "dropin.sh: the libavfilter that was built has no deepfill" >&2; exit 1; }
missing=$(comm -23 filters.system filters.ours)
echo "$(echo "$missing" | grep -c .) of the system's $(wc -l <filters.system) filters are missing from the drop-in" \
    "$([ "$filters" = few ] && echo '(few filters were asked for)' || echo $missing)"
touch done
