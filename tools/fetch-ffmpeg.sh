#!/bin/sh
# Fetch the source of FFmpeg that Debian has: of the installed ffmpeg, the same version, or of a suite.
#
#     sh tools/fetch-ffmpeg.sh FOLDER [SUITE]
#
# Leaves it in FOLDER/src, with Debian's patches applied, its version in FOLDER/version; does nothing where
# it is there already. The package lists that this needs are kept in FOLDER: the system's own are not touched.
export LC_ALL=C
set -u
folder=$1
suite=${2:-}
here=$(cd "$(dirname "$0")" && pwd)
. "$here/apt.sh"

# An archive in motion may have lost Debian's part already, and still have FFmpeg's own.
fetch() {
    apt apt-get source --only-source --download-only "ffmpeg=$1" ||
        { rm -f ./*.dsc ./*.asc && apt apt-get source --only-source --download-only --tar-only "ffmpeg=$1"; }
}

unpack() {
    rm -rf src
    if [ -e ./*.dsc ]; then
        dpkg-source --no-check -x ./*.dsc src
    else
        mkdir src && tar -xf ./ffmpeg_*.orig.tar.* --strip-components=1 -C src
    fi
}

case ${APT_STEP:-} in
?*) "$APT_STEP" "$suite"; exit ;;
esac

if [ -z "$suite" ]; then
    version=$(dpkg-query -W -f '${source:Version}' ffmpeg 2>/dev/null)
    if [ -z "$version" ]; then
        echo "fetch-ffmpeg.sh: Debian's ffmpeg is not installed; to build another, set FFMPEG_SRC to its source" >&2
        exit 1
    fi
    [ "$(cat "$folder/version" 2>/dev/null)" != "$version" ] || exit 0
fi

apt_in "$folder" && sources deb-src "$suite" || exit 1
if ! step "reading what sources there are" lists "$PWD"; then
    echo "fetch-ffmpeg.sh: no lists of sources could be read from $(sed 's/ .*//' repos | sort -u | xargs)" >&2
    exit 1
fi
if [ -n "$suite" ]; then
    version=$(apt apt-cache showsrc --only-source ffmpeg | sed -n 's/^Version: //p' | sort -V | tail -n 1)
    [ -n "$version" ] || { echo "fetch-ffmpeg.sh: $suite has no ffmpeg" >&2; exit 1; }
    [ "$(cat version 2>/dev/null)" != "$version" ] || exit 0
fi

rm -rf ffmpeg_* version
if ! step "fetching the source of ffmpeg $version" fetch "$PWD" "$version"; then
    echo "Does Debian's archive still have version $version?" \
        "\`apt-get install --only-upgrade ffmpeg\` gets the newest." >&2
    exit 1
fi
[ -e ./*.dsc ] ||
    echo "Debian's patches to ffmpeg $version are not in its archive: this is FFmpeg's own source without them."
step "unpacking it" unpack "$PWD" || exit 1
echo "$version" >version
