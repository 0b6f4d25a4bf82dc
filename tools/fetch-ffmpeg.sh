#!/bin/sh
# Fetch Debian's source of the installed ffmpeg, the same version, with Debian's patches applied.
#
#     sh tools/fetch-ffmpeg.sh FOLDER
#
# Leaves it in FOLDER/src, its version in FOLDER/version; does nothing where it is there already. The
# package lists that this needs are kept in FOLDER: the system's own are not touched.
export LC_ALL=C
set -u
folder=$1
here=$(cd "$(dirname "$0")" && pwd)

version=$(dpkg-query -W -f '${source:Version}' ffmpeg 2>/dev/null)
if [ -z "$version" ]; then
    echo "fetch-ffmpeg.sh: Debian's ffmpeg is not installed; to build another, set FFMPEG_SRC to its source" >&2
    exit 1
fi
[ "$(cat "$folder/version" 2>/dev/null)" != "$version" ] || exit 0

mkdir -p "$folder/lists/partial"
cd "$folder" || exit 1
folder=$PWD

# The system's own mirrors and suites, asked for sources; keys are trusted as they are for its packages.
apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 'Origin: Debian' |
    sort -u >repos
if [ ! -s repos ]; then
    suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
    printf 'http://deb.debian.org/debian %s main\n' "$suite" "$suite-updates" >repos
    echo "http://deb.debian.org/debian-security $suite-security main" >>repos
fi
sed "s|^|deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] |" repos >sources.list

# Root's apt would read and write as user _apt, who may not look into this folder.
apt() {
    apt-get -o Dir::Etc::SourceList="$folder/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::State::Lists="$folder/lists" -o APT::Sandbox::User="$(id -un)" "$@"
}

fetch() {
    apt update && apt source --only-source --download-only "ffmpeg=$version"
}

unpack() {
    rm -rf src && dpkg-source --no-check -x ./ffmpeg_*.dsc src
}

# alive.sh runs programs, not functions: it is given this script again, told which step to run.
case ${2:-} in
fetch | unpack) $2; exit ;;
esac
rm -f ffmpeg_*
if ! sh "$here/alive.sh" "fetching the source of ffmpeg $version" "$folder/fetch.log" sh "$here/fetch-ffmpeg.sh" "$folder" fetch; then
    echo "Does Debian's archive still have version $version? \`apt-get install --only-upgrade ffmpeg\` gets the newest." >&2
    exit 1
fi
sh "$here/alive.sh" "unpacking it" "$folder/unpack.log" sh "$here/fetch-ffmpeg.sh" "$folder" unpack || exit 1
echo "$version" >version
