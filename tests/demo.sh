#!/bin/sh
# The whole life of a token on the embedded service, in a temporary home: what `make demo` runs.
set -eu
: "${DPAT:?}" "${TOP_SRCDIR:?}"

home=$(mktemp -d "${TMPDIR:-/tmp}/dpat-demo-XXXXXX")
registry_pid=
# shellcheck disable=SC2317 # called by trap
finish() {
    [ -z "$registry_pid" ] || kill "$registry_pid" 2>/dev/null || :
    rm -rf "$home"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

export HOME="$home" DOCKER_CONFIG="$home/.docker" DPAT_SERVICE=local
unset XDG_CONFIG_HOME XDG_STATE_HOME XDG_DATA_HOME DPAT_USER DPAT_STORE DPAT_KEY_FILE DPAT_CONFIG_DIR DPAT_STATE_DIR \
    DPAT_NO_INPUT DPAT_PASSWORD_FILE DPAT_DEFAULT_EXPIRES DPAT_DEBUG
mkdir "$home/bin"
ln -s "$DPAT" "$home/bin/dpat"
PATH=$home/bin:$PATH
cd "$home"

say() { printf '\n# %s\n' "$*"; }
run() { printf '$ %s\n' "$1"; sh -euc "$1" 2>&1; }

say 'An account on the embedded service: one SQLite file, no server. Its password comes from stdin here.'
printf 'correct horse battery\n' >password
run 'dpat account add alice --password-stdin <password'

say 'Sign in.'
run 'dpat login alice --password-stdin <password'

say 'One token per integration. Its secret is shown now and never again.'
run 'dpat create ci-deploy --scope write --expires 30d -q'
run 'dpat create backup --scope read --out backup.token'
run 'dpat list'

say 'Rename it; switch it off and on again.'
run 'dpat rename ci-deploy release-pipeline'
run 'dpat deactivate release-pipeline'
run 'dpat list --state inactive'
run 'dpat activate release-pipeline'

say "A token for docker itself: it goes where docker's own login would put it."
registry=registry.example:5000
if [ -n "${PYTHON3-}" ] && command -v docker >/dev/null; then
    "$PYTHON3" "$TOP_SRCDIR/tests/support/registry.py" --port-file "$home/port" --record "$home/record" &
    registry_pid=$!
    while [ ! -s "$home/port" ]; do sleep 0.05; done
    registry=localhost:$(cat "$home/port")
fi
run "dpat create docker-pull --docker --registry $registry"
run 'cat .docker/config.json'
if [ -n "$registry_pid" ]; then
    say 'The real docker client shows it to a registry (a stand-in on loopback):'
    run "docker manifest inspect --insecure $registry/demo/app >/dev/null && echo accepted"
    sed -n 's/^\([^ ]*\) \(.....\).*$/# the registry saw user \1 with a secret that begins with \2/p' "$home/record" | tail -n 1
fi

say 'Delete tokens that are not needed any more; what scripts read is JSON.'
run 'dpat delete release-pipeline --yes'
run 'dpat list --json'

say 'Sign out: what dpat put into the credentials of docker goes with the session.'
run 'dpat logout'
run 'cat .docker/config.json'

cat <<END

That was in a temporary home, which is gone now. To try it yourself:

  export DPAT_SERVICE=local
  $DPAT account add $(id -un | tr -cd 'a-z0-9')
  $DPAT login $(id -un | tr -cd 'a-z0-9')
  $DPAT create my-first-token
  $DPAT help
END
