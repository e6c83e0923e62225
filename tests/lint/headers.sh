#!/bin/sh
# Every header compiles alone, in C and with a guard named after its path.
. "$TOP_SRCDIR/tests/lint/lib.sh"

find src tests -name '*.h' | sort | while read -r header; do
    # shellcheck disable=SC2086 # flags
    printf '#include "%s"\n' "$header" |
        ${CC:-cc} -std=gnu11 $LINT_CFLAGS -I"$TOP_BUILDDIR" -I. -D_GNU_SOURCE -fsyntax-only -Wno-unused-function -x c - 2>&1 || echo "$header does not compile alone"
done >"$wrong"
promise 'headers compile alone' "$wrong"

# shellcheck disable=SC2086 # flags
find src -name '*.h' | sort | sed 's/.*/#include "&"/' |
    ${CC:-cc} -std=gnu11 $LINT_CFLAGS -I"$TOP_BUILDDIR" -I. -D_GNU_SOURCE -fsyntax-only -Wno-unused-function -x c - >"$wrong" 2>&1
promise 'headers compile together' "$wrong"

find src tests -name '*.h' | sort | while read -r header; do
    guard=DPAT_$(printf %s "${header#src/}" | tr 'a-z/.' 'A-Z__')
    grep -q "^#ifndef $guard\$" "$header" && grep -q "^#define $guard\$" "$header" || echo "$header: guard is not $guard"
done >"$wrong"
promise 'guards are named after paths' "$wrong"

done_testing
