#!/bin/sh
# The time of `dpat list` on 20 tokens beside a bare C program that reads the same rows: minima and ratio of one run.
set -eu
: "${DPAT:?}" "${BARE:?}"
command -v hyperfine >/dev/null || { echo 'make bench needs hyperfine: apt-get install hyperfine' >&2; exit 1; }

HOME=$(mktemp -d)
trap 'rm -rf "$HOME"' EXIT
export HOME DPAT_SERVICE=local DPAT_STORE="$HOME/service.db"
unset XDG_CONFIG_HOME XDG_STATE_HOME XDG_DATA_HOME DPAT_USER DPAT_KEY_FILE DPAT_PASSWORD_FILE

echo 'a long password' | "$DPAT" account add bench --password-stdin --quiet
echo 'a long password' | "$DPAT" login bench --password-stdin 2>/dev/null
for number in $(seq 20); do
    "$DPAT" create "token $number" --quiet >/dev/null
done
hyperfine --shell=none --warmup 50 --runs 500 --export-json "$HOME/result.json" \
    "$DPAT list --porcelain" "$BARE $DPAT_STORE" >/dev/null 2>&1
jq -r '[.results[].times | min * 1000] | "dpat list  \(.[0] * 1000 | round / 1000) ms\nbare       \(.[1] * 1000 | round / 1000) ms\nratio      \(.[0] / .[1] * 100 | round / 100)"' \
    "$HOME/result.json"
