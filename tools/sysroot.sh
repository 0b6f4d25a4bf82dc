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
. "$here/apt.sh"

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
case ${APT_STEP:-} in
?*) "$APT_STEP" "$@"; exit ;;
esac

# Packages of one release do not serve the compiler of the next.
wish="$* $(. /etc/os-release && echo "$ID ${VERSION_CODENAME:-}")"
[ "$(cat "$folder/packages" 2>/dev/null)" != "$wish" ] || exit 0
apt_in "$folder" && sources deb || exit 1
if ! step "reading what packages there are for $architecture" lists "$architecture" "$PWD"; then
    echo "sysroot.sh: no lists of packages for $architecture could be read" >&2
    exit 1
fi
rm -f cache/archives/*.deb
step "fetching $* for $architecture" fetch "$architecture" "$PWD" "$@" &&
    step "unpacking them" unpack "$architecture" "$PWD" || exit 1
rm -f cache/archives/*.deb
echo "$wish" >packages
