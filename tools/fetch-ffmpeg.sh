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

# Root's apt would read and write as user _apt, who may not look into this folder.
apt() {
    command=$1
    shift
    "$command" -o Dir::Etc::SourceList="$PWD/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::State::Lists="$PWD/lists" -o APT::Sandbox::User="$(id -un)" "$@"
}

lists() {
    apt apt-get update
}

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

# alive.sh runs programs, not functions: it is given this script again, told which step to run.
case $folder in
--lists | --fetch | --unpack) ${folder#--} "$suite"; exit ;;
esac
step() {
    sh "$here/alive.sh" "$1" "$PWD/$2.log" sh "$here/fetch-ffmpeg.sh" "--$2" "${3:-}"
}

if [ -z "$suite" ]; then
    version=$(dpkg-query -W -f '${source:Version}' ffmpeg 2>/dev/null)
    if [ -z "$version" ]; then
        echo "fetch-ffmpeg.sh: Debian's ffmpeg is not installed; to build another, set FFMPEG_SRC to its source" >&2
        exit 1
    fi
    [ "$(cat "$folder/version" 2>/dev/null)" != "$version" ] || exit 0
fi

mkdir -p "$folder/lists/partial"
cd "$folder" || exit 1

# The system's own mirrors and suites, asked for sources; keys are trusted as they are for its packages.
distribution=$(. /etc/os-release && echo "$ID")
keys=/usr/share/keyrings/$distribution-archive-keyring.gpg
origin=Debian
[ "$distribution" != ubuntu ] || origin=Ubuntu
apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' "Origin: $origin" |
    sort -u >repos
if [ -n "$suite" ]; then
    mirror=$(grep -v security repos | sed 's/ .*//; q')
    echo "${mirror:-http://deb.debian.org/debian} $suite main" >repos
elif [ ! -s repos ]; then
    release=$(. /etc/os-release && echo "$VERSION_CODENAME")
    printf 'http://deb.debian.org/debian %s main\n' "$release" "$release-updates" >repos
    echo "http://deb.debian.org/debian-security $release-security main" >>repos
fi
sed "s|^|deb-src $([ ! -e "$keys" ] || echo "[signed-by=$keys]") |" repos >sources.list

if ! step "reading what sources there are" lists; then
    echo "fetch-ffmpeg.sh: no lists of sources could be read from $(sed 's/ .*//' repos | sort -u | xargs)" >&2
    exit 1
fi
if [ -n "$suite" ]; then
    version=$(apt apt-cache showsrc --only-source ffmpeg | sed -n 's/^Version: //p' | sort -V | tail -n 1)
    [ -n "$version" ] || { echo "fetch-ffmpeg.sh: $suite has no ffmpeg" >&2; exit 1; }
    [ "$(cat version 2>/dev/null)" != "$version" ] || exit 0
fi

rm -rf ffmpeg_* version
if ! step "fetching the source of ffmpeg $version" fetch "$version"; then
    echo "Does Debian's archive still have version $version? \`apt-get install --only-upgrade ffmpeg\` gets the newest." >&2
    exit 1
fi
[ -e ./*.dsc ] || echo "Debian's patches to ffmpeg $version are not in its archive: this is FFmpeg's own source without them."
step "unpacking it" unpack || exit 1
echo "$version" >version
