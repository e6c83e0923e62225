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
TERM=dumb LC_ALL=C.UTF-8
export TERM LC_ALL
