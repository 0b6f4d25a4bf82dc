#!/bin/sh
# Unpack Debian packages of another architecture, with what they depend on, beside the system's own.
#
#     sh tools/sysroot.sh ARCHITECTURE FOLDER PACKAGE...
#
# Leaves them in FOLDER/root, for a cross compiler and for qemu's -L; does nothing where the same ones are there
# already. Lists and states are kept in FOLDER: dpkg and apt of the system do not learn of the architecture.
export LC_ALL=C
set -u
architecture=$1
folder=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)

# Root's apt would read and write as user _apt, who may not look into this folder.
apt() {
    command=$1
    shift
    "$command" -o APT::Architecture="$architecture" -o APT::Architectures="$architecture" \
        -o Dir::Etc::SourceList="$PWD/sources.list" -o Dir::Etc::SourceParts=/dev/null -o Dir::State="$PWD/state" \
        -o Dir::State::Lists="$PWD/lists" -o Dir::State::status="$PWD/status" -o Dir::Cache="$PWD/cache" \
        -o APT::Sandbox::User="$(id -un)" "$@"
}

# alive.sh runs programs, not functions: it is given this script again, told which step to run.
# A mirror that is being written to does not matter where others have the lists.
lists() {
    apt apt-get update || [ -n "$(find lists -name '*_Packages*')" ]
}
# What is installed of it is nothing: apt resolves all that the packages want, down to the C library.
fetch() {
    apt apt-get install -y --no-install-recommends --download-only "$@"
}
unpack() {
    rm -rf root && mkdir root || exit 1
    for package in cache/archives/*.deb; do
        dpkg-deb -x "$package" root || exit 1
    done
    # Links that name a place of the system's root stay in this one.
    find root -lname '/*' | while read -r link; do
        ln -sfn "$PWD/root$(readlink "$link")" "$link"
    done
}
case ${STEP:-} in
?*) "$STEP" "$@"; exit ;;
esac
step() {
    label=$1
    STEP=$2
    shift 2
    STEP=$STEP sh "$here/alive.sh" "$label" "$PWD/$STEP.log" sh "$here/sysroot.sh" "$architecture" "$PWD" "$@"
}

[ "$(cat "$folder/packages" 2>/dev/null)" != "$*" ] || exit 0
mkdir -p "$folder/lists/partial" "$folder/state" "$folder/cache/archives/partial" || exit 1
cd "$folder" || exit 1
: >status

# The system's own mirrors and suites; keys are trusted as they are for its packages.
distribution=$(. /etc/os-release && echo "$ID")
keys=/usr/share/keyrings/$distribution-archive-keyring.gpg
apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' | sort -u |
    sed "s|^|deb $([ ! -e "$keys" ] || echo "[signed-by=$keys]") |" >sources.list
if ! step "reading what packages there are for $architecture" lists; then
    echo "sysroot.sh: no lists of packages for $architecture could be read" >&2
    exit 1
fi
rm -f cache/archives/*.deb
step "fetching $* for $architecture" fetch "$@" && step "unpacking them" unpack || exit 1
rm -f cache/archives/*.deb
echo "$*" >packages
