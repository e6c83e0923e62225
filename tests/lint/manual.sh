#!/bin/sh
# help = man = completion: all are made from the same tables, and the makefile installs every page there is.
. "$TOP_SRCDIR/tests/lint/lib.sh"
: "${DPAT:?}" "${DPAT_MANUAL:?}" "${TOP_BUILDDIR:?}"
HOME=$(mktemp -d)
export HOME

"$DPAT_MANUAL" list | sort >"$wrong.made"
sed -n 's|^\tman/\([^ ]*\).*|\1|p' man/local.mk | sort | diff "$wrong.made" - >"$wrong"
promise 'man/local.mk names every page' "$wrong"

page_of() { printf '%s/man/dpat-%s.1' "$TOP_BUILDDIR" "${1%% *}"; }

tab=$(printf '\t')
"$DPAT_MANUAL" commands | while IFS=$tab read -r command options; do
    # shellcheck disable=SC2086 # words
    "$DPAT" help $command >"$wrong.help" 2>&1 || echo "dpat help $command fails"
    for option in $options; do
        grep -qE -- "(^|[ ,])$option( |\$)" "$wrong.help" || echo "dpat help $command: $option is missing"
        sed 's/\\-/-/g; s/\\f.//g' "$(page_of "$command")" | grep -qE -- "(^|[ ,\"])$option( |\"|\$)" ||
            sed 's/\\-/-/g; s/\\f.//g' "$TOP_BUILDDIR/man/dpat.1" | grep -qE -- "(^|[ ,\"])$option( |\"|\$)" ||
            echo "man dpat-${command%% *}: $option is missing"
    done
done >"$wrong"
promise 'help and man page have every option' "$wrong"

for shell in bash zsh fish; do
    "$DPAT" completion $shell >"$wrong.completion"
    "$DPAT_MANUAL" commands | while IFS=$tab read -r command options; do
        for option in $options; do
            grep -qE -- "(-l ${option#--}|$option)([ ']|\$)" "$wrong.completion" || echo "$shell completion: $command $option is missing"
        done
        for word in $command; do
            grep -qwF -- "$word" "$wrong.completion" || echo "$shell completion: $word is missing"
        done
    done
done >"$wrong"
promise 'completion has every command and option' "$wrong"

for pair in bash:dpat zsh:_dpat fish:dpat.fish; do
    "$DPAT" completion "${pair%%:*}" | cmp - "$TOP_BUILDDIR/completions/${pair#*:}"
done >"$wrong" 2>&1
promise 'what is installed is what dpat prints' "$wrong"

if command -v mandoc >/dev/null; then
    mandoc -T lint -W warning "$TOP_BUILDDIR"/man/*.[17] 2>&1 | grep -vE 'referenced manual not found|missing date|cannot parse date|lower case character in document title' >"$wrong"
    promise 'mandoc finds nothing wrong with the man pages' "$wrong"
fi
if command -v man >/dev/null; then
    : >"$wrong"
    for page in "$TOP_BUILDDIR"/man/*.[17]; do
        MANROFFSEQ='' LC_ALL=C.UTF-8 man --warnings=w -E UTF-8 -l "$page" 2>>"$wrong" >/dev/null
    done
    promise 'groff finds nothing wrong with the man pages' "$wrong"
fi

bash -n "$TOP_BUILDDIR/completions/dpat" >"$wrong" 2>&1
promise 'bash can read its completion' "$wrong"
if command -v zsh >/dev/null; then
    zsh -n "$TOP_BUILDDIR/completions/_dpat" >"$wrong" 2>&1
    promise 'zsh can read its completion' "$wrong"
fi
if command -v fish >/dev/null; then
    fish --no-config --no-execute "$TOP_BUILDDIR/completions/dpat.fish" >"$wrong" 2>&1
    promise 'fish can read its completion' "$wrong"
fi

rm -r "$HOME"
done_testing
