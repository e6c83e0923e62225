#!/bin/sh
# What make check says first: announce.sh SECONDS JOBS. SECONDS is the time that a core needs for all of it (0: do not say).
set -eu
seconds=$1 jobs=$2

# Tests say themselves, too, why they are skipped.
missing=$(sh "$(dirname "$0")/tools.sh" absent | tr '\n' ' ')
[ -z "$missing" ] || echo "make check: not here, so that tests which need it are skipped: $missing"

if [ "$seconds" -gt 0 ]; then
    minutes=$(((seconds / jobs + 59) / 60))
    echo "make check: $jobs files at a time, about $minutes minutes; longer on a machine that is busy"
fi
