#!/bin/sh
# Functions and files stay short enough to read.
. "$TOP_SRCDIR/tests/lint/lib.sh"
command -v ctags >/dev/null || { echo '1..0 # SKIP no ctags'; exit 0; }

functions() {
    find src -name '*.c' | sort | ctags -L - --languages=C --kinds-C=f --fields=+ne -f - 2>/dev/null |
        awk -F '\t' '{ line = end = 0
            for (i = 4; i <= NF; i++) {
                if ($i ~ /^line:/) line = substr($i, 6)
                if ($i ~ /^end:/) end = substr($i, 5)
            }
            print end - line + 1, $2 ":" line, $1 }' | sort -n
}

functions >"$wrong.functions"
awk '$1 > 80 { print $2 ": " $3 " has " $1 " lines" }' "$wrong.functions" >"$wrong"
promise 'no function above 80 lines' "$wrong"

awk '{ n[NR] = $1 } END { if (n[int (NR / 2)] > 16) print "median " n[int (NR / 2)]; if (n[int (NR * 0.9)] > 45) print "p90 " n[int (NR * 0.9)] }' \
    "$wrong.functions" >"$wrong"
promise 'half of the functions have 16 lines at most, nine of ten 45' "$wrong"

find src -name '*.[ch]' -exec wc -l {} + | awk '$2 != "total" && $1 > 500 { print $2 " has " $1 " lines" }' >"$wrong"
promise 'no file above 500 lines' "$wrong"

find src tests -name '*.[ch]' -exec awk 'length > 120 { print FILENAME ":" FNR ": " length " columns" }' {} + >"$wrong"
promise 'no line above 120 columns' "$wrong"

grep -nE '[[:space:]]+$' -r src tests man completions README.md NEWS SECURITY.md configure.ac Makefile.am --include='*.[ch]' --include='*.sh' \
    --include='*.mk' --include='*.bats' --include='*.py' --include=NEWS --include=SECURITY.md >"$wrong"
promise 'no blanks at the end of lines' "$wrong"

done_testing
