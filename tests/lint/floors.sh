#!/bin/sh
# A file includes its own folder and lower floors; a base file includes only the base; there are no circles.
. "$TOP_SRCDIR/tests/lint/lib.sh"

# From the bottom to the top. Folders of one line may not include each other.
floors='base
token
credentials
store
service
hub server
core
cli'

# "file:line: folder of the includer, folder of the included"
includes() {
    grep -nE '^#include "src/' -r src --include='*.[ch]' |
        sed -E 's|^(src/([^/]+)/[^:]*):([0-9]+):#include "src/([^/"]+)/.*|\1:\3 \2 \4|; s|^(src/main\.c):([0-9]+):#include "src/([^/"]+)/.*|\1:\2 main \3|'
}

floor_of() {
    if [ "$1" = main ]; then
        echo 100
    else
        printf '%s\n' "$floors" | grep -nwF -- "$1" | cut -d : -f 1
    fi
}

includes | while read -r where from to; do
    [ "$from" = "$to" ] && continue
    from_floor=$(floor_of "$from") to_floor=$(floor_of "$to")
    [ -n "$from_floor" ] && [ -n "$to_floor" ] && [ "$to_floor" -lt "$from_floor" ] || echo "$where: $from may not include $to"
done >"$wrong"
promise 'nothing includes upwards' "$wrong"

# store and credentials know nothing of each other, though both stand below the service
includes | awk '($2 == "store" && $3 == "credentials") || ($2 == "credentials" && $3 == "store") || ($2 == "service" && $3 == "credentials") { print }' >"$wrong"
promise 'store, service and credentials are apart' "$wrong"

find src -mindepth 1 -maxdepth 1 -type d ! -name '.*' | sed 's|src/||' | while read -r folder; do
    [ -n "$(floor_of "$folder")" ] || echo "src/$folder has no floor"
done >"$wrong"
promise 'every folder has its floor' "$wrong"

# Only app.c opens adapters: the command line speaks to ports.
grep -lE '#include "src/(service/embedded|store/|hub/)' -r src/cli src/core --include='*.[ch]' |
    grep -vE '^src/cli/app\.[ch]$' >"$wrong"
promise 'only app opens the service' "$wrong"

grep -nE '#include "(\.\./|[^s/]+\.h")' -r src tests --include='*.[ch]' | grep -v '"config.h"' >"$wrong"
promise 'includes are from the root' "$wrong"

# Circles of headers.
grep -nE '^#include "src/' -r src --include='*.h' | sed -E 's|^([^:]+):[0-9]+:#include "([^"]+)".*|\1 \2|' >"$wrong.pairs"
tsort <"$wrong.pairs" >/dev/null 2>"$wrong"
promise 'headers have no circles' "$wrong"

done_testing
