# Test Anything Protocol for the checks of the source text. Sourced by the others.
# shellcheck shell=sh
: "${TOP_SRCDIR:?}"
cd "$TOP_SRCDIR" || exit 99
count=0

# promise NAME FILE: passes when FILE, the list of what is wrong, is empty.
promise() {
    count=$((count + 1))
    if [ -s "$2" ]; then
        printf 'not ok %d - %s\n' "$count" "$1"
        sed 's/^/# /' "$2" | head -n 40
    else
        printf 'ok %d - %s\n' "$count" "$1"
    fi
}

# skipped NAME WHY: what cannot be tried here.
skipped() {
    count=$((count + 1))
    printf 'ok %d - %s # SKIP %s\n' "$count" "$1" "$2"
}

wrong=$(mktemp)
trap 'rm -f "$wrong"*' EXIT

# The end of every script.
done_testing() {
    printf '1..%d\n' "$count"
}
