# Credential helpers other than dpat: one made here, and pass.
# shellcheck shell=bash
# Sourced after lib.bash in setup().

# A credential helper that keeps one file per registry, on PATH as "vault".
vault_helper() {
  mkdir -p bin vault
  cat >bin/docker-credential-vault <<H
#!/bin/sh
input=\$(cat)
key=\$(printf %s "\$input" | sed -n 's/.*"ServerURL":"\([^"]*\)".*/\1/p')
file=$HOME/vault/\$(printf %s "\${key:-\$input}" | tr / _)
case \$1 in
  store) printf %s "\$input" >"\$file" ;;
  get) [ -f "\$file" ] && cat "\$file" || { echo 'credentials not found in native keychain'; exit 1; } ;;
  erase) rm -f "\$file" ;;
esac
H
  chmod +x bin/docker-credential-vault
  PATH=$HOME/bin:$PATH
}

# docker-credential-pass with a store of its own; who calls it takes $GNUPGHOME away in the end.
pass_helper() {
  command -v docker-credential-pass >/dev/null && command -v pass >/dev/null && command -v gpg >/dev/null ||
    skip 'needs docker-credential-pass, pass and gpg (golang-docker-credential-helpers, pass, gnupg)'
  GNUPGHOME=$(mktemp -d "${TMPDIR:-/tmp}/dpat-gpg-XXXXXX") # a socket's path may not be long
  export GNUPGHOME PASSWORD_STORE_DIR=$HOME/passwords
  chmod 700 "$GNUPGHOME"
  gpg --batch --quiet --passphrase '' --quick-generate-key dpat-test default default never 2>/dev/null
  pass init dpat-test >/dev/null
}

# A stand-in for Docker's daemon (tests/support/daemon.py): $DOCKER_HOST leads the docker client to it, $ASKED has what
# it was asked. Who calls it calls stop_docker_daemon in finish(): docker_daemon [OPTIONS of daemon.py]
docker_daemon() {
  ASKED=$HOME/asked
  SOCKETS=$(mktemp -d "${TMPDIR:-/tmp}/dpat-docker-XXXXXX") # a socket's path may not be long
  export DOCKER_HOST=unix://$SOCKETS/docker.sock
  unset DOCKER_CONTEXT DOCKER_TLS_VERIFY DOCKER_AUTH_CONFIG
  "$PYTHON3" "$TOP_SRCDIR/tests/support/daemon.py" --socket "$SOCKETS/docker.sock" --record "$ASKED" "$@" 3>&- &
  DAEMON=$!
  wait_until test -S "$SOCKETS/docker.sock"
}

stop_docker_daemon() {
  [ -n "${DAEMON-}" ] || return 0
  kill "$DAEMON" 2>/dev/null || :
  wait "$DAEMON" || :
  DAEMON=
  rm -rf "$SOCKETS"
}

# The credentials that docker pull shows the daemon for an image, as JSON with its keys in order, "{}" for none; what
# docker says goes to the file said: docker_sends IMAGE
docker_sends() {
  rm -f "$ASKED"
  docker pull "$1" >said 2>&1
  "$PYTHON3" -c 'import json, sys
print(json.dumps(json.loads(sys.stdin.readlines()[-1])["auth"], sort_keys=True))' <"$ASKED"
}
