#!/bin/sh
# Tests of the command line have no assertion that cannot fail: bash minds neither the first of two commands joined by &&, nor
# one after "!"; and where a file is not there at all, grep does not find anything in it either.
. "$TOP_SRCDIR/tests/lint/lib.sh"

# shellcheck disable=SC2016 # awk's own dollars
awk '
    { line = $0; gsub(/"[^"]*"/, "S", line); gsub(/'"'"'[^'"'"']*'"'"'/, "S", line) }
    # the last of a function is its result
    held != "" && $0 !~ /^ *\}/ { print held }
    { held = "" }
    line ~ /^ *(\[|run|grep|cmp|succeeds|fails_with) ?.* && / && line !~ /\|\|/ && line !~ /(&&|\\)$|\(\) \{/ &&
    (line !~ /^ *\[\[ / || line ~ /\]\] && /) { held = FILENAME ":" FNR ": " $0 }' tests/cli/*.bats >"$wrong"
promise 'two assertions are two lines' "$wrong"

grep -nE '^ *! ' tests/cli/*.bats | grep -vE '\|\||&&' >"$wrong.all"
while IFS=: read -r file line text; do
    sed -n "$((line + 1))p" "$file" | grep -qE '^ *\}' || printf '%s:%s: %s\n' "$file" "$line" "$text"
done <"$wrong.all" >"$wrong"
promise 'what must fail is run by "run !"' "$wrong"

grep -nE 'run ! (z|e|f)?grep ' tests/cli/*.bats >"$wrong"
promise 'what must not be in a file is looked for with "run -1 grep"' "$wrong"

done_testing
