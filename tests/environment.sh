# shellcheck shell=sh
# Sourced before each test: nothing of what the user has set reaches it, but where programs and temporary files are.
for name in $(env | sed -n 's/^\([A-Za-z_][A-Za-z0-9_]*\)=.*/\1/p'); do
    case $name in
        PATH | HOME | TMPDIR | USER | LOGNAME | PWD | LD_* | FAKE* | CCACHE_* | PYENV_* | PYTHON* | *SAN_OPTIONS) ;;
        *) unset "$name" ;;
    esac
done
unset name
umask 022
# Tests write this path into scripts and settings; what dpat makes of other names, tests of its own look at.
case ${TMPDIR-} in
    *[!A-Za-z0-9/._+-]*) unset TMPDIR ;;
    /*) test -d "$TMPDIR" -a -w "$TMPDIR" || unset TMPDIR ;;
    *) unset TMPDIR ;;
esac
TERM=dumb LC_ALL=C.UTF-8
export TERM LC_ALL
