#!/bin/sh
# Add the deepfill filter to an FFmpeg source tree, 5.1 to 9.0.
#
#     sh filter/install.sh TREE
#
# Then, in the tree: ./configure --enable-libdeepfill ..., with libdeepfill.pc on PKG_CONFIG_PATH.
# Running it again changes nothing, or refreshes what has changed here. Every line that it adds to a
# file of FFmpeg names deepfill: an update takes such lines out and puts the new ones in.
set -u
here=$(cd "$(dirname "$0")" && pwd)
tree=${1:-}

die() {
    echo "install.sh: $*" >&2
    exit 1
}

[ $# -eq 1 ] || die "usage: sh filter/install.sh TREE, an FFmpeg source tree"
for file in configure libavfilter/allfilters.c libavfilter/Makefile; do
    [ -f "$tree/$file" ] || die "$tree is no FFmpeg source tree: it has no $file"
done
grep -q '^#define LIBAVFILTER_VERSION_MAJOR' "$tree/libavfilter/version_major.h" 2>/dev/null ||
    die "$tree is an FFmpeg older than 5.1, which the filter does not fit"

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
changed=0

# replace NEW FILE: the tree's FILE becomes NEW, unless it is that already (its date would rebuild it).
replace() {
    cmp -s "$1" "$tree/$2" && return
    if [ -f "$tree/$2" ]; then echo "updated $2"; else echo "added   $2"; fi
    # Through cat, so that the file keeps its mode.
    cat "$1" >"$tree/$2" || die "cannot write $tree/$2"
    changed=1
}

# put before|after ANCHOR TEXT: insert TEXT at the one line of $work/file that begins with ANCHOR.
put() {
    where=$1 anchor=$2 text=$3 awk '
        BEGIN { where = ENVIRON["where"]; anchor = ENVIRON["anchor"]; text = ENVIRON["text"] }
        index($0, anchor) != 1 { print; next }
        { found++ }
        where == "before" { print text; print }
        where == "after" { print; print text }
        END { exit found != 1 }
    ' "$work/file" >"$work/next" ||
        die "$tree/$file does not have exactly one line that begins with: $2"
    mv "$work/next" "$work/file"
}

# edit FILE [SED]: begin with the tree's FILE without what an earlier run added.
edit() {
    file=$1
    sed "${2:-/deepfill/d; /DEEPFILL/d}" "$tree/$file" >"$work/file"
}

edit configure
put before "  --enable-libdc1394 " \
    "  --enable-libdeepfill     enable inpainting filter deepfill using libdeepfill [no]"
put after "    libdc1394" "    libdeepfill"
put before 'delogo_filter_deps=' 'deepfill_filter_deps="libdeepfill avcodec avformat swscale"'
put after 'enabled libdc1394 ' \
    'enabled libdeepfill       && require_pkg_config libdeepfill "libdeepfill >= 0.4.0" deepfill.h deepfill_version'
put after 'enabled removelogo_filter ' \
    'enabled deepfill_filter     && prepend avfilter_deps "avformat avcodec swscale"'
replace "$work/file" configure

objects=
for source in "$here"/*.c; do
    objects="$objects $(basename "$source" .c).o"
done
edit libavfilter/Makefile
put before 'OBJS-$(CONFIG_DELOGO_FILTER)' "OBJS-\$(CONFIG_DEEPFILL_FILTER)               +=$objects"
replace "$work/file" libavfilter/Makefile

# The type's name differs: AVFilter up to 7.1, FFFilter from 8.0.
type=$(sed -n 's/^extern const \([A-Za-z]*\) ff_vf_delogo;.*/\1/p' "$tree/libavfilter/allfilters.c")
edit libavfilter/allfilters.c
put before "extern const $type ff_vf_delogo;" "extern const $type ff_vf_deepfill;"
replace "$work/file" libavfilter/allfilters.c

if [ -f "$tree/doc/filters.texi" ]; then
    edit doc/filters.texi '/^@section deepfill$/,/^@section delogo$/ { /^@section delogo$/!d; }'
    put before '@section delogo' "$(cat "$here/deepfill.texi")
"
    replace "$work/file" doc/filters.texi
fi

for source in "$here"/*.[ch]; do
    replace "$source" "libavfilter/$(basename "$source")"
done

if [ $changed -eq 1 ]; then
    echo "The deepfill filter is in $tree; configure it with --enable-libdeepfill."
else
    echo "The deepfill filter was in $tree already; nothing changed."
fi
