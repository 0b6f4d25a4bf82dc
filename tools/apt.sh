# apt beside the system's own: lists, states and caches lie in the current folder, and no privilege is needed. Sourced,
# not run, by a script of tools/ that has set here, with architecture where it is not the system's own, and that does
# as APT_STEP says once its functions are known.

# apt_in FOLDER: makes it the current one
apt_in() {
    mkdir -p "$1/lists/partial" "$1/state" "$1/cache/archives/partial" && cd "$1" && : >status
}

# Root's apt would read and write as user _apt, who may not look into this folder. Nothing is installed in it.
apt() {
    command=$1
    shift
    "$command" -o Dir::Etc::SourceList="$PWD/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::State="$PWD/state" -o Dir::State::Lists="$PWD/lists" -o Dir::State::status="$PWD/status" \
        -o Dir::Cache="$PWD/cache" -o APT::Sandbox::User="$(id -un)" \
        ${architecture:+-o APT::Architecture="$architecture" -o APT::Architectures="$architecture"} "$@"
}

# A mirror that is being written to does not matter where others have the lists.
lists() {
    apt apt-get update || [ -n "$(find lists -name '*_Packages*' -o -name '*_Sources*')" ]
}

# step LABEL FUNCTION ARGUMENT...: alive.sh runs programs, not functions: it is given the script again, with these
# arguments, told which step to run.
step() {
    label=$1 step=$2
    shift 2
    APT_STEP=$step sh "$here/alive.sh" "$label" "$PWD/$step.log" sh "$here/${0##*/}" "$@"
}

# sources deb|deb-src [SUITE]: writes sources.list, of the system's own mirrors and suites as far as they are the
# distribution's, or of that suite; keys are trusted as they are for its packages.
sources() {
    distribution=$(. /etc/os-release && echo "$ID")
    keys=/usr/share/keyrings/$distribution-archive-keyring.gpg
    origin=Debian
    [ "$distribution" != ubuntu ] || origin=Ubuntu
    apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' "Origin: $origin" |
        sort -u >repos
    if [ -n "${2:-}" ]; then
        mirror=$(grep -v security repos | sed 's/ .*//; q')
        echo "${mirror:-http://deb.debian.org/debian} $2 main" >repos
    elif [ ! -s repos ]; then
        release=$(. /etc/os-release && echo "$VERSION_CODENAME")
        printf 'http://deb.debian.org/debian %s main\n' "$release" "$release-updates" >repos
        echo "http://deb.debian.org/debian-security $release-security main" >>repos
    fi
    sed "s|^|$1 $([ ! -e "$keys" ] || echo "[signed-by=$keys]") |" repos >sources.list
}
