#!/bin/sh
# Every statement of the store can be prepared on SQLite and, where its server is installed, on PostgreSQL.
. "$TOP_SRCDIR/tests/lint/lib.sh"
: "${PYTHON3:?}"

folder=$(mktemp -d)
trap 'stop_server; rm -rf "$folder" "$wrong"*' EXIT

# The newest server's programs; Debian keeps them off PATH.
postgresql() {
    command -v initdb >/dev/null && { dirname "$(command -v initdb)"; return; }
    find /usr/lib/postgresql -path '*/bin/initdb' 2>/dev/null | sort -V | tail -n 1 | xargs -r dirname
}

# It refuses to run as root.
as_somebody() {
    if [ "$(id -u)" -eq 0 ]; then
        setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
    else
        "$@"
    fi
}

start_server() {
    [ "$(id -u)" -ne 0 ] || chown 65534:65534 "$folder"
    as_somebody "$bin/initdb" -D "$folder/data" -U dpat --auth=trust --no-sync -E UTF8 --locale=C >"$folder/log" 2>&1 &&
        as_somebody "$bin/pg_ctl" -D "$folder/data" -l "$folder/server.log" -w -o "-k $folder -c listen_addresses=" start \
            >>"$folder/log" 2>&1
}

stop_server() {
    [ ! -f "$folder/data/postmaster.pid" ] || as_somebody "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1
}

files=
for source in src/store/store*.c; do
    # shellcheck disable=SC2086 # flags
    ${CC:-cc} -std=gnu11 $LINT_CFLAGS -I"$TOP_BUILDDIR" -I. -E -P "$source" >"$folder/$(basename "$source").i"
    files="$files $folder/$(basename "$source").i"
done

# shellcheck disable=SC2086 # words
"$PYTHON3" tests/support/statements.py count $files | awk '$1 < 3 || $2 < 40 { print "only " $1 " scripts and " $2 " statements were found" }' >"$wrong"
promise 'the statements are found' "$wrong"

# shellcheck disable=SC2086 # words
"$PYTHON3" tests/support/statements.py sqlite $files >"$wrong" 2>&1
promise 'SQLite takes every statement' "$wrong"

bin=$(postgresql)
if [ -z "$bin" ] || ! command -v "${bin:-.}/psql" >/dev/null; then
    skipped 'PostgreSQL takes every statement' 'no server of PostgreSQL here'
elif ! start_server; then
    skipped 'PostgreSQL takes every statement' 'its server does not start here'
else
    # shellcheck disable=SC2086 # words
    "$PYTHON3" tests/support/statements.py postgresql $files >"$folder/sql"
    "$bin/psql" -X -q -h "$folder" -U dpat -d postgres -v ON_ERROR_STOP=0 -f "$folder/sql" >"$wrong" 2>&1
    promise 'PostgreSQL takes every statement' "$wrong"
fi

done_testing
