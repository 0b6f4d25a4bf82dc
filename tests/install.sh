#!/bin/bash
# `make install` puts what is promised where it is promised, a program builds from it with pkg-config
# alone, `make uninstall` takes it all away; filter/install.sh adds the filter to an FFmpeg tree once.
cd "$(dirname "$0")/.." || exit 1
build=${BUILD:-build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root prefix=/opt/deepfill
failed=0
unset MAKEFLAGS MFLAGS MAKELEVEL FILTERS FFMPEG_SRC PREFIX LIBDIR DESTDIR

# test_that NAME COMMAND...: passes where the command succeeds; its output shows only where it does not.
test_that() {
    local name=$1
    shift
    if "$@" >"$work/log" 2>&1; then
        echo "ok - $name"
    else
        echo "not ok - $name"
        cat "$work/log"
        failed=1
    fi
}

staged() {
    make "$1" DESTDIR="$root" PREFIX=$prefix LIBDIR=$prefix/lib FILTERS="${filters:-few}"
}

# Every file and link under the staging root, as its user would see it.
files() {
    (cd "$root" && find . ! -type d | sed 's/^\.//' | sort)
}

promised() {
    local soname
    printf "$prefix/%s\n" include/deepfill.h lib/libdeepfill.a lib/libdeepfill.so lib/libdeepfill.so.0.4 \
        lib/libdeepfill.so.0.4.0 lib/pkgconfig/libdeepfill.pc bin/ffmpeg-deepfill bin/deepfill \
        share/man/man1/{deepfill,ffmpeg-deepfill}.1 share/bash-completion/completions/deepfill \
        share/kdenlive/effects/avfilter_deepfill.xml share/shotcut/qml/filters/deepfill/{meta,ui}.qml
    for soname in "$build"/lib/libavfilter.so.*; do
        [ ! -e "$soname" ] || printf "$prefix/%s\n" "lib/deepfill/$(basename "$soname")" bin/ffplay-deepfill \
            share/man/man1/ffplay-deepfill.1
    done
}

same_files() {
    diff <(promised | sort) <(files)
}

no_staging_path() {
    ! grep -rlF "$root" "$root"
}

# The staged tree is what pkg-config's sysroot is for.
flags() {
    PKG_CONFIG_PATH="$root$prefix/lib/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$root" pkg-config "$@" libdeepfill
}

link_shared() {
    ${CC:-gcc} samples/inpaint.c $(flags --cflags --libs) -o "$work/inpaint" &&
        ldd "$work/inpaint" | grep -q deepfill
}

link_static() {
    ${CC:-gcc} samples/inpaint.c $(flags --cflags --libs --static | sed 's/-ldeepfill/-l:libdeepfill.a/') \
        -o "$work/inpaint-static" && ! ldd "$work/inpaint-static" | grep -q libdeepfill
}

# The sample program fills a picture: pixels change in the mask, which grows by 4 and is feathered by 4, not elsewhere.
inpaint() {
    local file
    ffmpeg -v error -i samples/logo.mp4 -frames:v 1 "$work/in.ppm" &&
        ffmpeg -v error -i samples/mask.png -pix_fmt gray "$work/mask.pgm" &&
        LD_LIBRARY_PATH="$root$prefix/lib" "$work/inpaint" "$work/in.ppm" "$work/mask.pgm" "$work/out.ppm" || return
    for file in in.ppm out.ppm mask.pgm; do
        ffmpeg -v error -i "$work/$file" -pix_fmt "$([ $file = mask.pgm ] && echo gray || echo gbrp)" -f rawvideo \
            "$work/$file.raw" || return
    done
    ${CC:-gcc} tests/tools/outside.c -o "$work/outside" &&
        "$work/outside" 1 3 0 0 640 360 8 "$work/mask.pgm.raw" "$work/in.ppm.raw" "$work/out.ppm.raw"
}

# The program needs nothing of the staging tree but itself.
program() {
    [ "$("$root$prefix/bin/deepfill" --version)" = "deepfill 0.4.0" ] &&
        "$root$prefix/bin/deepfill" info small | grep -q '^semantics *stride$'
}

man_page() {
    local pages=$root$prefix/share/man/man1 page
    for page in deepfill ffmpeg-deepfill; do
        [ -z "$(man --warnings -E UTF-8 -l -Tutf8 -Z "$pages/$page.1" 2>&1 >/dev/null)" ] || return 1
    done
    man -l "$pages/deepfill.1" | grep -q 'deepfill fill IMAGE MASK' &&
        man -l "$pages/ffmpeg-deepfill.1" | grep -q 'ffmpeg-deepfill -i FILM'
}

# What bash would offer for a command line whose last word is the second to last argument's continuation.
offers() {
    local expected=$1
    shift
    bash -c 'compopt() { :; }; . "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _deepfill
             printf "%s\n" "${COMPREPLY[@]}"' \
         bash "$root$prefix/share/bash-completion/completions/deepfill" "$@" | grep -qxF -e "$expected"
}

# Every option that a command's help tells is completed.
completion() {
    local command option listed name options='s/^ +(-., )?(--[a-z0-9-]+).*/\2/p'
    offers convert deepfill con && offers stride deepfill info x --semantics str &&
        offers small deepfill convert sm && offers small deepfill fill a b -m sm &&
        offers fill deepfill help f && offers bench deepfill b || return 1
    for command in info convert fill find plan join train bench; do
        listed=0
        for option in $("$root$prefix/bin/deepfill" help $command | sed -nE "$options"); do
            listed=$((listed + 1))
            offers "$option" deepfill $command "$option" || { echo "$command: $option"; return 1; }
            name=${option#--}
            grep -q -e "\\\\-\\\\-${name//-/\\\\-}" docs/deepfill.1 || { echo "man: $option"; return 1; }
        done
        [ $listed -gt 2 ] || { echo "$command: $listed options"; return 1; }
    done
}

# Where FFmpeg's libraries have no headers, and nobody may install them.
without_av() {
    mkdir -p "$work/bin"
    printf '%s\n' '#!/bin/sh' 'case "$*" in *libav* | *libsw*) exit 1 ;; esac' \
        "exec $(command -v pkg-config) \"\$@\"" >"$work/bin/pkg-config"
    chmod +x "$work/bin/pkg-config"
    PATH=$work/bin:$PATH NO_INSTALL=1 "$@"
}

tells_packages() {
    local said
    said=$(without_av sh tools/packages.sh program 2>&1)
    [ $? -eq 1 ] && grep -qw 'libavcodec-dev libavformat-dev libavutil-dev libswscale-dev' <<<"$said"
}

# fake PROGRAM TEXT: a shell script of that name comes first in PATH for without_packages.
fake() {
    mkdir -p "$work/fake"
    printf '%s\n' '#!/bin/sh' "$2" >"$work/fake/$1"
    chmod +x "$work/fake/$1"
}

# On a Debian with nothing installed but gcc and make, whose apt knows all packages but libzmq3-dev.
without_packages() {
    fake dpkg-query ''
    fake pkg-config 'exit 1'
    fake apt-get 'echo list'
    fake apt-cache 'shift; for name; do [ "$name" = libzmq3-dev ] ||
                        printf "%s:\n  Installed: (none)\n  Candidate: 7:7.1-1\n" "$name"; done'
    PATH=$work/fake:$PATH NO_INSTALL=1 "$@"
}

# A tree that was never configured.
bare_make() {
    local file
    mkdir -p "$work/bare"
    for file in *; do
        [ "$file" = build ] || [ "$file" = config.mak ] || ln -sfn "$PWD/$file" "$work/bare/$file"
    done
    without_packages make -C "$work/bare" --no-print-directory "$@" 2>&1
}

one_line_for_both_commands() {
    local demo check
    demo=$(bare_make demo)
    [ $? -eq 1 ] || return
    check=$(bare_make -j2 check)
    [ $? -eq 1 ] || return
    echo "$demo"
    [ "$demo" = "$check" ] && [ "$(grep -c '^    apt-get install --no-install-recommends ' <<<"$demo")" -eq 1 ] &&
        grep -qw 'libcmocka-dev' <<<"$demo" && grep -qw 'libass-dev' <<<"$demo" &&
        [ -z "$(grep -E '[*][*][*]|config.mak|Makefile' <<<"$demo")" ] && [ "$(wc -l <<<"$demo")" -eq 4 ]
}

leaves_out_unknown_packages() {
    local said
    said=$(without_packages sh tools/packages.sh all 2>&1)
    echo "$said"
    grep -qxF 'without libzmq3-dev, which apt does not know, the drop-in lacks azmq, zmq' <<<"$said" &&
        grep -qxF 'FILTERS=few (FILTERS=few make demo) builds a drop-in that needs no external library.' <<<"$said" &&
        grep -q '^    apt-get .* libass-dev ' <<<"$said" && ! grep '^    apt-get .* libzmq3-dev' <<<"$said"
}

few_needs_fewer() {
    local said
    said=$(bare_make FILTERS=few demo)
    echo "$said"
    grep -q '^    apt-get .* libcmocka-dev ' <<<"$said" && ! grep -E 'libass|libzmq|FILTERS' <<<"$said"
}

# The switches for FFmpeg's configure are those of the libraries that are there, as far as ffmpeg has them.
switches() {
    fake dpkg-query "case \"\$*\" in *$1*) ;; *) echo installed ;; esac"
    PATH=$work/fake:$PATH sh tools/libraries.sh switches
}

drops_a_missing_library() {
    switches nothing >"$work/whole" && switches libzmq3-dev >"$work/less" || return
    diff "$work/whole" "$work/less"
    [ "$(diff "$work/whole" "$work/less" | grep '^[<>]')" = '< --enable-libzmq' ]
}

# builds_with PROFILE PACKAGE...: debian/control names them, unless that profile is asked for, if any
builds_with() {
    local profile=$1 name
    shift
    [ $# -gt 3 ] || return
    for name; do
        grep -qE "^ (.*[|] )?$name( [^<|]*)?( <!$profile>)?( [|].*)?,$" debian/control || { echo "$name"; return 1; }
    done
}

# But for what build-essential brings. Libraries are those of any FFmpeg, not the installed one's alone.
builds_in_debian() {
    asked_by() {
        without_packages sh tools/packages.sh "$@" 2>&1 | sed -n 's/^    apt-get .*-recommends //p' |
            tr ' ' '\n' | grep -vxE 'gcc|libc6-dev|dpkg-dev|xz-utils'
    }
    builds_with none $(asked_by engine program few) && builds_with nocheck $(asked_by tests) &&
        builds_with pkg.deepfill.few $(sed -n 's/^--[^ ]* *\([^ ]*\) .*/\1/p' tools/libraries.sh)
}

library_alone() {
    local rules
    rules=$(without_av make -n BUILD="$work/other" library install-library 2>/dev/null) &&
        grep -q 'libdeepfill.so' <<<"$rules" && ! grep -E 'engine/cli|packages.sh' <<<"$rules"
}

has_filter() {
    "${1:-$root$prefix/bin}/ffmpeg-deepfill" -hide_banner -filters 2>&1 | grep -w deepfill
}

# Of what is installed, what is compiled: the loader binds all of it before it runs, and nothing can be written over
# its addresses; functions with arrays watch their frames.
is_hardened() {
    local file
    for file in "$root$prefix"/{bin/deepfill,lib/libdeepfill.so,lib/deepfill/libavfilter.so.*}; do
        [ -e "$file" ] || continue
        echo "$file"
        readelf -d "$file" | grep -qw BIND_NOW && readelf -l "$file" | grep -qw GNU_RELRO &&
            nm -D "$file" | grep -q __stack_chk_fail && nm -D "$file" | grep -q __snprintf_chk || return 1
    done
}

versioned() {
    local symbols
    symbols=$(nm -D --defined-only "$root$prefix/lib/libdeepfill.so" | awk '$2 == "T" { print $3 }')
    echo "$symbols"
    [ "$(wc -l <<<"$symbols")" -gt 20 ] && ! grep -v '^deepfill_[a-z_]*@@DEEPFILL_0\.4$' <<<"$symbols"
}

# An administrator's umask of 077 does not hide what is installed.
anyone_reads() {
    rm -rf "$root" && (umask 077; staged install) && [ -z "$(find "$root" ! -type l ! -perm -o+r)" ] &&
        [ -z "$(find "$root" -type d ! -perm -o+x)" ]
}

elsewhere() {
    make install-library DESTDIR="$work/multi" PREFIX=/usr LIBDIR=/usr/lib/arch &&
        grep -qxF 'libdir=${prefix}/lib/arch' "$work/multi/usr/lib/arch/pkgconfig/libdeepfill.pc" &&
        grep -q '^Libs.private: .*-lstdc++' "$work/multi/usr/lib/arch/pkgconfig/libdeepfill.pc" &&
        [ -e "$work/multi/usr/lib/arch/libdeepfill.so" ] && [ ! -e "$work/multi/usr/lib/pkgconfig" ] &&
        make uninstall DESTDIR="$work/multi" PREFIX=/usr LIBDIR=/usr/lib/arch &&
        [ -z "$(find "$work/multi" ! -type d)" ]
}

# A whole ffmpeg takes the place of a drop-in, here by the same program: nothing of the other stays.
replaces_dropin() {
    cp -r "$root" "$work/replaced" &&
        make -o programs install-dropin FFMPEG_SRC=. DESTDIR="$work/replaced" PREFIX=$prefix LIBDIR=$prefix/lib &&
        [ -z "$(find "$work/replaced" -path '*/lib/deepfill' -o -name 'ffplay*')" ] &&
        [ -x "$work/replaced$prefix/bin/ffmpeg-deepfill" ]
}

# The loader takes colons and semicolons for ends of folders' names, dollars for its own variables.
odd_folder() {
    local bin="$work/at 1:2;\$ORIGIN/bin"
    cp -r "$root$prefix" "${bin%/bin}" && has_filter "$bin" &&
        "$bin/ffmpeg-deepfill" -v error -f image2pipe -i pipe:9 -vf deepfill=x=9:y=9:w=9:h=9 -f null - \
            9<samples/mask.png
}

# An ffmpeg that was upgraded runs with its own libavfilter; a drop-in that fits says nothing.
tells_other_version() {
    local at=$work/upgraded
    cp -r "$root$prefix" "$at" && [ -z "$("$at/bin/ffmpeg-deepfill" -version 2>&1 >/dev/null)" ] || return
    mv "$at"/lib/deepfill/libavfilter.so.* "$at/lib/deepfill/libavfilter.so.0" &&
        "$at/bin/ffmpeg-deepfill" -version 2>&1 >/dev/null | grep "^ffmpeg-deepfill: .*there is no filter deepfill$"
}

flags_of_the_environment() {
    local rules
    rules=$(CPPFLAGS=-DASKED_CPP CFLAGS=-fasked-c LDFLAGS=-Wl,--asked-ld \
            make -n V=1 BUILD="$work/other" "$work/other/libdeepfill.so.0.4.0" "$work/other/deepfill")
    ! grep -E -- '-c engine/[^ ]*\.c' <<<"$rules" | grep -v -- '-DASKED_CPP.*-fasked-c' &&
        [ "$(grep -c -- '-fasked-c.*--asked-ld' <<<"$rules")" -eq 2 ]
}

# Probes are compiled as the library will be; the compiler of the environment stays.
configures() {
    local mak=$work/configured/config.mak
    conf() {
        ./configure --no-install --build="$work/configured" "$@"
    }
    CC='gcc -DASKED' conf && grep "^CONFIGURE_SWITCHES := .*'--cc=gcc -DASKED'$" "$mak" &&
        ! CFLAGS=--bogus conf && ! LDFLAGS=--bogus conf && ! conf --cflags=--bogus
}

# An object is compiled again where its flags change, and only there.
follows_flags() {
    local object=$work/other/obj/engine/base.o
    with() {
        CFLAGS=$1 make -n V=1 BUILD="$work/other" "$object" | grep -c -- '-c engine/base.c'
    }
    [ "$(with -DONE)" -eq 1 ] && mkdir -p "${object%/*}" && touch "$object" && [ "$(with -DONE)" -eq 0 ] &&
        [ "$(with -DTWO)" -eq 1 ]
}

# An FFmpeg tree as far as the script looks at it: the files it edits, from the source that was fetched.
copy_tree() {
    local source=$build/ffmpeg-src/src file
    mkdir -p "$work/tree/libavfilter" "$work/tree/doc"
    for file in configure libavfilter/Makefile libavfilter/allfilters.c \
        libavfilter/version_major.h doc/filters.texi; do
        # As they were before deepfill.
        sed '/^@section deepfill$/,/^@section delogo$/ { /^@section delogo$/!d; }; /deepfill/d; /DEEPFILL/d' \
            "$source/$file" >"$work/tree/$file" || return 1
    done
}

install_filter() {
    sh filter/install.sh "$work/tree"
}

installs_nothing_twice() {
    cp -rp "$work/tree" "$work/before" && install_filter | grep -q 'nothing changed' &&
        diff -r "$work/before" "$work/tree" && [ -z "$(find "$work/tree" -newer "$work/stamp")" ]
}

refreshes_an_edit() {
    echo '/* old */' >"$work/tree/libavfilter/vf_deepfill.c"
    sed -i '/DEEPFILL_FILTER/s/ vf_deepfill\.o.*/ vf_deepfill.o/' "$work/tree/libavfilter/Makefile"
    install_filter && diff -r "$work/before" "$work/tree"
}

refuses_other_folders() {
    ! sh filter/install.sh samples && [ "$(sh filter/install.sh samples 2>&1 | wc -l)" -eq 1 ] &&
        [ ! -e samples/libavfilter ]
}

if [ -L "$build/lib" ]; then
    filters=$(readlink "$build/lib")
    filters=${filters#ffmpeg-}
    filters=${filters%/lib}
fi
test_that "what the program lacks is told by its packages' names" tells_packages
test_that "FILTERS=few asks for fewer packages" few_needs_fewer
test_that "debian/control names what packages.sh and libraries.sh ask for" builds_in_debian
if /usr/bin/ffmpeg -version 2>/dev/null | grep -q -- --enable-libzmq; then
    test_that "make demo and make check ask for the same packages, in one line, and say no more" \
        one_line_for_both_commands
    test_that "a package that apt does not know is left out, and what that costs is said" \
        leaves_out_unknown_packages
    test_that "a library that is missing is not asked of FFmpeg" drops_a_missing_library
else
    echo "skip - packages of libraries that filters use (no /usr/bin/ffmpeg with libzmq)"
fi
test_that "the library is built and installed without FFmpeg's libraries" library_alone
test_that "CPPFLAGS, CFLAGS and LDFLAGS of the environment are used" flags_of_the_environment
test_that "configure probes with the flags and the compiler of the environment" configures
test_that "an object is compiled again where its flags change" follows_flags
test_that "make install succeeds" staged install
test_that "with a umask of 077 anybody can use it" anyone_reads
test_that "libraries go where LIBDIR says" elsewhere
test_that "exactly the promised files are installed" same_files
test_that "no installed file names the staging folder" no_staging_path
test_that "a program links with the shared library" link_shared
test_that "a program links with the static library" link_static
test_that "samples/inpaint fills a picture" inpaint
test_that "the program runs" program
if command -v man >/dev/null; then
    test_that "the man pages are without fault" man_page
else
    echo "skip - the man page (man is not installed)"
fi
test_that "bash completes commands, options and names" completion
test_that "ffmpeg-deepfill has the filter" has_filter
test_that "ffmpeg-deepfill runs in a folder with a colon in its name" odd_folder
test_that "a whole ffmpeg is installed in the place of a drop-in" replaces_dropin
if [ -d "$root$prefix/lib/deepfill" ]; then
    test_that "a drop-in of another version than ffmpeg's is told" tells_other_version
else
    echo "skip - a drop-in of another version than ffmpeg's (a whole ffmpeg is installed)"
fi
test_that "what is installed is hardened" is_hardened
test_that "public functions have a version, and nothing else is public" versioned
test_that "make uninstall succeeds" staged uninstall
test_that "nothing is left after make uninstall" test -z "$(files)"

if [ -d "$build/ffmpeg-src/src" ]; then
    test_that "an FFmpeg tree to try filter/install.sh on" copy_tree
    test_that "filter/install.sh adds the filter" install_filter
    touch "$work/stamp"
    test_that "filter/install.sh changes nothing the second time" installs_nothing_twice
    test_that "filter/install.sh refreshes what was edited" refreshes_an_edit
else
    echo "skip - filter/install.sh on a tree (no source was fetched)"
fi
test_that "filter/install.sh refuses a folder that is no FFmpeg tree" refuses_other_folders
exit $failed
