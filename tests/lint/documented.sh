#!/bin/sh
# Every file says what it is for; every public function and struct has a comment.
. "$TOP_SRCDIR/tests/lint/lib.sh"

find src tests -name '*.[ch]' | sort | while read -r file; do
    head -n 1 "$file" | grep -qE '^/\* .{15,}' || echo "$file does not begin with what it is for"
done >"$wrong"
promise 'every C file begins with what it is for' "$wrong"

for file in tests/cli/*.ba* tests/lint/*.sh tests/support/*.py tests/*.sh bootstrap GNUmakefile Makefile.am configure.ac .ci/run ./*/local.mk; do
    head -n 3 "$file" | grep -qE '^(#|dnl) ?[A-Za-z].{8,}|^"""[A-Z].{15,}' || echo "$file"
done >"$wrong"
promise 'so does every script and makefile' "$wrong"

# shellcheck disable=SC2016 # awk's own dollars
# A prototype, or a struct that is defined, needs a comment before it; those that follow without a blank line share it.
find src -name '*.h' | sort | xargs awk '
    FNR == 1 { documented = 0; inside = 0 }
    /^\/\*/ { documented = 1 }
    /^[[:space:]]*$/ { if (!inside) documented = 0 }
    /^(struct|enum) [a-z_]+ \{/ { if (!documented && FNR > 5) print FILENAME ":" FNR ": " $0; inside = 1 }
    /^\};?/ { inside = 0 }
    /^[a-z].*\(.*[^\\]$/ && !/^(static|struct [a-z_]+ \{|enum|typedef|extern)/ && !inside {
        if (!documented) print FILENAME ":" FNR ": " $0 }' >"$wrong"
promise 'every public function is documented' "$wrong"

done_testing
