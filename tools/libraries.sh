#!/bin/sh
# The external libraries that filters of Debian's ffmpeg are linked with, and what each is for.
#
#     sh tools/libraries.sh packages          Debian packages of those that the installed ffmpeg uses, or, where
#                                             none is installed, the one that apt would install
#     sh tools/libraries.sh switches          FFmpeg's configure switches for those whose package is installed
#     sh tools/libraries.sh without PACKAGE   the filters that a drop-in lacks without it
#
# The installed ffmpeg's own configuration names the libraries that it uses, but for those that FFmpeg's
# configure finds by itself ("found"). The versions are FFmpeg's major ones: first-last.
export LC_ALL=C
program=/usr/bin/ffmpeg # Debian's, whatever else PATH may find first

table() {
    cat <<'END'
--enable-libass         libass-dev           named  0-99  any               ass, subtitles
--enable-libbs2b        libbs2b-dev          named  0-99  any               bs2b
--enable-libflite       flite1-dev           named  0-99  any               flite
--enable-libfontconfig  libfontconfig-dev    named  0-99  any               drawtext's fonts by name
--enable-libfreetype    libfreetype-dev      named  0-99  any               drawtext
--enable-libfribidi     libfribidi-dev       named  0-99  any               drawtext from right to left
--enable-libharfbuzz    libharfbuzz-dev      named  6-99  any               drawtext
--enable-libmysofa      libmysofa-dev        named  0-99  any               sofalizer
--enable-libplacebo     libplacebo-dev       named  0-99  any               libplacebo
--enable-librubberband  librubberband-dev    named  0-99  any               rubberband
--enable-libvidstab     libvidstab-dev       named  0-99  any               vidstabdetect, vidstabtransform
--enable-libzimg        libzimg-dev          named  0-99  any               zscale
--enable-libzmq         libzmq3-dev          named  0-99  any               azmq, zmq
--enable-lv2            liblilv-dev          named  0-99  any               lv2
--enable-ladspa         ladspa-sdk           named  0-99  any               ladspa
--enable-frei0r         frei0r-plugins-dev   named  0-99  any               frei0r, frei0r_src
--enable-pocketsphinx   libpocketsphinx-dev  named  0-7   any               asr
--enable-opencl         ocl-icd-opencl-dev   named  0-99  any               openclsrc, all *_opencl
--enable-libmfx         libmfx-dev           named  0-5   amd64             all *_qsv
--enable-libvpl         libvpl-dev           named  6-99  amd64             all *_qsv
--enable-libglslang     glslang-dev          named  0-8   any               all *_vulkan
--glslc=glslc           glslc                found  8-99  any               all *_vulkan
--enable-vulkan         libvulkan-dev        found  0-99  any               libplacebo, all *_vulkan
--enable-vaapi          libva-dev            found  0-99  any               all *_vaapi
--enable-ffnvcodec      libffmpeg-nvenc-dev  found  0-99  amd64,arm64,i386  all *_cuda
--enable-cuda-llvm      clang                found  0-99  amd64,arm64,i386  all *_cuda
END
}

if [ -x $program ]; then
    about=$($program -version 2>/dev/null)
    configuration=$(echo "$about" | sed -n 's/^configuration: //p')
    version=$(echo "$about" | sed -n 's/^ffmpeg version \([0-9]*\)\..*/\1/p')
else
    configuration=
    version=$(apt-cache policy ffmpeg 2>/dev/null | sed -nE 's/^  Candidate: ([0-9]+:)?([0-9]+)\..*/\2/p')
fi
version=${version:-99} # nothing is known: the newest
architecture=$(dpkg --print-architecture 2>/dev/null)

# used SWITCH named|found VERSIONS ARCHITECTURES
used() {
    case " $configuration " in
    *" $1 "*) return 0 ;;
    *" --disable-${1#--enable-} "*) return 1 ;;
    esac
    [ -z "$configuration" ] || [ "$2" = found ] || return 1
    case ",$4," in
    *,any,* | *",$architecture,"*) [ "$version" -ge "${3%-*}" ] && [ "$version" -le "${3#*-}" ] ;;
    *) return 1 ;;
    esac
}

installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

case ${1:-} in
packages | switches)
    table | while read -r switch package named versions architectures _; do
        used "$switch" "$named" "$versions" "$architectures" || continue
        if [ "$1" = packages ]; then
            echo "$package"
        elif installed "$package"; then
            echo "$switch"
        fi
    done
    ;;
without)
    table | while read -r _ package _ _ _ filters; do
        [ "$package" != "$2" ] || echo "$filters"
    done
    ;;
*) echo "libraries.sh: say packages, switches, or without PACKAGE" >&2; exit 2 ;;
esac
