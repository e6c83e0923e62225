#!/bin/sh
# What make check says first: announce.sh SECONDS JOBS. SECONDS is the time that a core needs for all of it (0: do not say).
set -eu
seconds=$1 jobs=$2

# Tests say themselves, too, why they are skipped.
missing=
for tool in curl docker docker-credential-pass docker-registry faketime fish gpg man mandoc openssl pass podman psql \
    setpriv shellcheck skopeo sqlite3 strace unshare zsh; do
    command -v "$tool" >/dev/null || missing="$missing $tool"
done
"$PYTHON3" -c 'import jsonschema' 2>/dev/null || missing="$missing python3-jsonschema"
[ -z "$missing" ] || echo "make check: not here, so that tests which need it are skipped:$missing"

if [ "$seconds" -gt 0 ]; then
    minutes=$(((seconds / jobs + 59) / 60))
    echo "make check: $jobs files at a time, about $minutes minutes; longer on a machine that is busy"
fi
