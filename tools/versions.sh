#!/bin/sh
# Build a small ffmpeg with deepfill of each of these Debian suites' FFmpeg, for tests/versions.sh.
#
#     sh tools/versions.sh BUILD SUITE...
#
# Each lies in BUILD/versions/SUITE/ffmpeg-custom, with no more in it than the tests need. A suite whose source
# cannot be had, or whose version another suite has, leaves the reason in BUILD/versions/SUITE/why.
export LC_ALL=C
set -eu
build=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
shift

FFMPEG_FLAGS="--disable-everything --disable-autodetect --enable-pthreads --enable-protocol=file,pipe
    --enable-indev=lavfi --enable-demuxer=matroska,image2,image_pgm_pipe --enable-muxer=matroska,image2,framemd5,null
    --enable-decoder=ffv1,pgm,rawvideo,wrapped_avframe --enable-encoder=ffv1,pgm,rawvideo,wrapped_avframe
    --enable-filter=deepfill,testsrc2,color,format,geq,scale,trim,null,aresample"
export FFMPEG_FLAGS
seen=
for suite; do
    folder=$build/versions/$suite
    mkdir -p "$folder"
    rm -f "$folder/why"
    if ! sh "$here/fetch-ffmpeg.sh" "$folder/source" "$suite"; then
        echo "the source of $suite's ffmpeg cannot be had" >"$folder/why"
        continue
    fi
    version=$(cat "$folder/source/version")
    case " $seen " in
    *" $version "*)
        echo "FFmpeg $version, as another suite" >"$folder/why"
        continue
        ;;
    esac
    seen="$seen $version"
    # custom-ffmpeg.sh looks for the library beside what it builds.
    ln -sfn "$build/pkgconfig" "$folder/pkgconfig"
    ln -sf "$build/libdeepfill.a" "$folder/libdeepfill.a"
    sh "$here/custom-ffmpeg.sh" "$folder/source/src" "$folder" || rm -f "$folder/ffmpeg-custom/ffmpeg"
done
