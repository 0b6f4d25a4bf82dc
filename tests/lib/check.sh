# How the test scripts say what came of each test; sourced, not run.
#
# Every test is a function; `check NAME COMMAND...` runs one and prints its line, in a folder, $DIR, that is
# removed at the end.

DIR=$(mktemp -d)
trap 'rm -rf "$DIR"' EXIT
failures=0

check() {
    local name=$1
    shift
    if "$@" >"$DIR/check.log" 2>&1; then
        echo "ok - $name"
    else
        echo "not ok - $name"
        tail -n 12 "$DIR/check.log" | sed 's/^/# /'
        failures=$((failures + 1))
    fi
}

skip() {
    echo "skip - $1 ($2)"
}

finish() {
    [ $failures -eq 0 ]
    exit
}
