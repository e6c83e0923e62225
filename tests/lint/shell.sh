#!/bin/sh
# Shell scripts are clean by shellcheck, the completion for bash included.
. "$TOP_SRCDIR/tests/lint/lib.sh"
command -v shellcheck >/dev/null || { echo '1..0 # SKIP no shellcheck'; exit 0; }

shellcheck --external-sources --exclude=SC1091 bootstrap .ci/run .ci/root tests/run-* tests/*.sh tests/lint/*.sh tests/data/*/*.sh >"$wrong" 2>&1
promise 'scripts' "$wrong"

# In bats, a variable may be meant for a function of the library.
shellcheck --shell=bats --exclude=SC1091,SC2001,SC2030,SC2031,SC2034,SC2154,SC2016,SC2015,SC2153 tests/cli/*.bats >"$wrong" 2>&1
promise 'bats files' "$wrong"

shellcheck --shell=bash --exclude=SC2034,SC2154 "$TOP_BUILDDIR/completions/dpat" >"$wrong" 2>&1
promise 'completion for bash' "$wrong"

done_testing
