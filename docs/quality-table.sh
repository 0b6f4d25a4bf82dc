#!/bin/sh
# The table of docs/quality.md from what `make quality` printed: make quality | sh docs/quality-table.sh
#
# A row for each hole; each cell psnr, lpips, flicker.
export LC_ALL=C
set -eu
cd "$(dirname "$0")/.."
page=$(mktemp)
trap 'rm -f "$page"' EXIT
awk '
    BEGIN {
        print "| clip | hole | deepfill | deepfill alone | delogo | removelogo |"
        print "|---|---|---|---|---|---|"
    }
    $NF ~ /^-?[0-9.]+$/ && NF >= 6 {
        hole = $1 " | " $2
        by = $3 == "deepfill" && $4 == "alone" ? "alone" : $3
        if (!(hole in seen))
            holes[++n] = hole
        seen[hole]
        flicker = sprintf("%.1f", $NF)
        sub(/^-0.0$/, "0.0", flicker)
        lpips = $(NF - 1) == "-" ? "-" : sprintf("%.3f", $(NF - 1))
        cell[hole, by] = sprintf("%.1f, %s, %s", $(NF - 2), lpips, flicker)
    }
    END {
        for (i = 1; i <= n; i++) {
            h = holes[i]
            printf "| %s | %s | %s | %s | %s |\n", h, cell[h, "deepfill"], cell[h, "alone"], cell[h, "delogo"],
                   cell[h, "removelogo"]
        }
    }' | awk '
    NR == FNR { table = table $0 "\n"; next }
    /^<!-- figures -->$/ { print; printf "%s", table; inside = 1; next }
    /^<!-- end of figures -->$/ { inside = 0 }
    !inside' - docs/quality.md >"$page"
cat "$page" >docs/quality.md
