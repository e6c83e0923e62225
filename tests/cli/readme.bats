# README.md: every command in it works, and answers as it says.
setup() {
  load lib.bash
  dpat_home
  unset XDG_CONFIG_HOME XDG_STATE_HOME XDG_DATA_HOME
  mkdir bin
  ln -s "$DPAT" bin/dpat
  PATH=$HOME/bin:$PATH
}

readme() { "$PYTHON3" "$TOP_SRCDIR/tests/support/readme.py" "$TOP_SRCDIR/README.md" "$@"; }

@test "the first token, as it is told" {
  readme 'A first token' console >session
  sed -i '/^dpat account add /s/$/ --password-stdin <password/; /^dpat login /s/$/ --password-stdin <password/' session
  printf '%s\n' "$PASSWORD" >password
  unset DPAT_SERVICE
  bash -eu session >shown 2>&1
  readme 'A first token' answers >expected
  [ "$(wc -l <shown)" -eq "$(wc -l <expected)" ]
  while IFS= read -r pattern <&8 && IFS= read -r line <&9; do
    # columns may be wider or narrower
    line=$(sed 's/  */ /g; s/ $//' <<<"$line")
    pattern=$(sed 's/\\ / /g; s/  */ /g; s/ $//' <<<"$pattern")
    [[ $line =~ ^$pattern$ ]] || { echo "README: $pattern"; echo "dpat:   $line"; return 1; }
  done 8<expected 9<shown
}

# A program of that name that writes down its arguments and its stdin.
stand_in() {
  printf '#!/bin/sh\n{ echo "%s $*"; cat; echo; } >>"$HOME/given"\n' "$1" >"bin/$1"
  chmod +x "bin/$1"
}

# A port of loopback that nobody has now.
free_port() { "$PYTHON3" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# What the hosts of README stand for here: Docker Hub's address behind a proxy, and a registry with an image.
hosts_of_readme() {
  make_certificate hub.pem hub-key.pem hub.docker.com
  "$PYTHON3" "$TOP_SRCDIR/tests/support/hub.py" --port-file hub.port --tls hub.pem hub-key.pem \
    --proxy-port-file proxy.port 2>hub.log 3>&- &
  BACKGROUND=$!
  "$PYTHON3" "$TOP_SRCDIR/tests/support/registry.py" --port-file registry.port --record seen 3>&- &
  BACKGROUND+=" $!"
  wait_until test -s proxy.port
  wait_until test -s registry.port
  unset HTTP_PROXY ALL_PROXY no_proxy https_proxy http_proxy all_proxy
  HTTPS_PROXY=http://127.0.0.1:$(cat proxy.port)
  export HTTPS_PROXY NO_PROXY=localhost,127.0.0.1 SSL_CERT_FILE=$HOME/hub.pem
  # podman's own files: the stand-in has no TLS, and images need no signature
  mkdir -p .config/containers
  printf '[[registry]]\nlocation = "localhost:%s"\ninsecure = true\n' "$(cat registry.port)" >.config/containers/registries.conf
  printf '{"default": [{"type": "insecureAcceptAnything"}]}\n' >.config/containers/policy.json
}

finish() {
  # shellcheck disable=SC2086 # several
  [ -z "${BACKGROUND-}" ] || kill $BACKGROUND 2>/dev/null || :
  dpat keystore lock 2>/dev/null || :
}

# Lines as a stranger pastes them, with nothing changed but hosts, ports and where passwords come from. What a person
# waits for by typing a password, a server that has begun to listen, is waited for before the next line.
# The ports are those of README's service, of the manual's service and of the manual's registry.
pasted_here() {
  sed "s/tokens\.example:8443/localhost:$1/; s/tokens\.example/localhost/; s/--listen :8443/--listen 127.0.0.1:$1/
    s/registry\.example:5000/localhost:$(cat registry.port)/; s|/run/secrets/dpat-password|$HOME/password|
    s/^dpat login yourname/dpat login alice/
    /^dpat account \(add\|passwd\) /s|$| --password-stdin <~/password|; /^dpat login /s|$| --password-stdin <~/password|
    s|^dpat serve \(.*\) &$|&\nuntil curl -sko ~/health https://localhost:$1/healthz; do sleep 0.1; done|
    s/localhost:7380\b/localhost:$2/; s/localhost:5000\b/localhost:$3/g; s/^dpat serve &/dpat serve --listen 127.0.0.1:$2 \&/
    s|/etc/docker/registry/config.yml|$HOME/debian-config.yml|
    s|^dpat serve --listen 127.0.0.1:$2 &$|&\nuntil curl -so ~/health http://127.0.0.1:$2/healthz; do sleep 0.1; done|
    s|^docker-registry serve .*|&\nuntil curl -so ~/health http://127.0.0.1:$3/; do sleep 0.1; done|
    s/^dpat keystore unlock .*/& || [ \$? -eq 5 ]/"
}

# The structure of the configuration of Debian's docker-registry, which has an auth block already.
debian_config() {
  printf '%s\n' 'version: 0.1' 'storage:' '  filesystem:' '    rootdirectory: /var/lib/docker-registry' 'http:' \
    '  addr: :5000' 'auth:' '  htpasswd:' '    realm: basic-realm' '    path: /etc/docker/registry' 'health:' \
    '  storagedriver:' '    enabled: true'
}

# The lines of "Run the server as a service" (a fence called shell) want root and the machine itself: the gate runs them in a
# root of its own.
@test "every line of README and of the manual can be pasted, in order, into one new shell" {
  command -v skopeo >/dev/null || skip 'no skopeo here'
  hosts_of_readme
  printf '%s\n' "$PASSWORD" >password
  for program in gh glab vault kubectl; do stand_in "$program"; done
  ln -s "$DPAT" bin/docker-credential-dpat # as make install does
  debian_config >debian-config.yml
  readme --from 'A first token' >all
  if command -v docker-registry >/dev/null; then dpat help private-registry | sed -n 's/^  \$ //p' >>all; fi
  own_port=$(free_port)
  pasted_here "$(free_port)" "$(free_port)" "$own_port" <all >lines
  export DPAT_PASSPHRASE_FILE=$HOME/password XDG_RUNTIME_DIR=$HOME/runtime
  mkdir runtime
  unset DPAT_SERVICE DOCKER_CONFIG CI_JOB_ID
  printf '%s\n' 'trap '"'"'echo "in: $BASH_COMMAND" >&2; kill $(jobs -p) 2>/dev/null'"'"' ERR' >shell
  cat lines >>shell
  # clients that look at where the realm is, where they are installed
  if command -v docker-registry >/dev/null; then
    echo 'mkdir clients; cp $XDG_RUNTIME_DIR/containers/auth.json clients/config.json' >>shell
    echo 'export DOCKER_CONFIG=$PWD/clients' >>shell
    ! command -v crane >/dev/null || echo "crane digest localhost:$own_port/alice/app:1" >>shell
    ! command -v oras >/dev/null || echo "oras manifest fetch localhost:$own_port/alice/app:1" >>shell
  fi
  echo 'kill $(jobs -p) 2>/dev/null || :' >>shell
  succeeds timeout 60 bash -eE shell 3>&-
  shown=$output
  grep -q '^dckr_pat_' hub.token
  grep -q '^dpat_' ci.token
  [[ $output == *created* && $output == *'signed in'* ]]                    # the log
  grep -q '^alice dpat_.* /v2/team/app/manifests/latest$' seen              # skopeo, with the token for podman
  [ "$(grep -cE '^dpat_[0-9A-Za-z]{38}$' given)" -eq 4 ]                    # other programs
  [ "$(grep -v '^dpat_' given | grep .)" = "gh secret set REGISTRY_TOKEN
glab variable set REGISTRY_TOKEN
vault kv put -mount=secret registry token=-
kubectl create secret generic registry --from-file=token=/dev/stdin" ]
  grep -q '"credsStore": "dpat"' .docker/config.json
  [ -s dpat-backup.db ]
  [ -s dpat-backup.db.key ]
  [ "$(dpat account grants --service local --porcelain)" = $'bob\tteam\twrite' ]
  [ "$(dpat account public --service local)" = team/app ]
  succeeds dpat list --porcelain --service local --operator -u alice
  [[ $output == *ci-github* && $output != *build-* ]]
  grep -qF "jwks: \"$HOME/keys/jwks.json\"" auth.yml
  command -v docker-registry >/dev/null || skip 'the lines of dpat help private-registry: no docker-registry here'
  [ "$(grep -c "takes dpat's tokens" <<<"$shown")" -eq 2 ] # the new configuration, and Debian's
  [ -d own-registry/images/docker/registry/v2/repositories/alice/app/_manifests/tags/1 ]
  DPAT_STORE=$HOME/own-registry/service.db succeeds dpat log laptop --service local --operator -u alice
  [[ $output == *'used from a new address'* ]]
}

@test "the sections stand in the order a newcomer asks" {
  run grep '^## ' "$TOP_SRCDIR/README.md"
  [ "$(printf '%s|' "${lines[@]}")" = '## Try it|## Install|## A first token|## Docker Hub|## Serve a team|## A registry that trusts dpat|## What was done|## podman and skopeo|## In a CI job|## Into other programs|## Where secrets are stored|## Backup and restore|## Forgotten password|## Run the server as a service|## More|' ]
  readme 'Try it' >try
  [ "$(tr '\n' ' ' <try)" = 'make demo make check ' ]
  # which is what the gate runs
  [ "$(cd "$TOP_SRCDIR" && bash .ci/root readme 1)" = 'make demo' ]
  [ "$(cd "$TOP_SRCDIR" && bash .ci/root readme 2)" = 'make check' ]
}

# A home in which every example of the help has what it names.
home_of_examples() {
  printf '%s\n' "$PASSWORD" >password.txt
  signed_in
  dpat create ci-token -q >ci.token
  dpat create shown -q >/dev/null
  sqlite3 "$HOME/.local/share/dpat/service.db" "UPDATE token SET id = '3f2a' || substr(id, 5) WHERE name = 'shown'"
  for name in bob backup; do dpat account add "$name" --password-stdin -q <<<"$PASSWORD"; done
  dpat config set default_expires 60d
}

# Run one line on a terminal and answer what it asks.
run_example() {
  local answers=() line=$1
  case $1 in
    'dpat create '*) ;;
    *) dpat create ci-deploy -q >/dev/null ;;
  esac
  case $1 in
    *'gh secret set'*) stand_in gh ;;&
    'dpat account add '*) export DPAT_STORE=$HOME/new.db ;;&
    'dpat account add '* | *'passwd alice --reset') answers=(--expect 'New password' --send "$PASSWORD" --expect again: --send "$PASSWORD") ;;
    'dpat login '*'<'*) ;;
    'dpat login '*) answers=(--expect 'alice at' --send "$PASSWORD") ;;
    'dpat keystore init'*) answers=(--expect 'New passphrase' --send "$PASSWORD" --expect again: --send "$PASSWORD") ;;
    'dpat keystore unlock'* | 'dpat keystore get'* | 'dpat credential'*)
      DPAT_PASSPHRASE_FILE=$HOME/password.txt dpat keystore init -q
      answers=(--expect Passphrase --send "$PASSWORD")
      DPAT_PASSPHRASE_FILE=$HOME/password.txt dpat create ci-deploy --save --allow-duplicate
      ;;
    'dpat delete ci-deploy') answers=(--expect '[y/N]' --send y) ;;
    'dpat registry config'*) line=${line//\/etc\/docker/$HOME} ;;
    'dpat registry check'*)
      printf 'version: 0.1\nstorage: {inmemory: {}}\n' >config.yml
      dpat registry config --out "$HOME/registry" --url https://tokens.example >>config.yml 2>/dev/null
      line=${line//\/etc\/docker\/registry/$HOME}
      ;;
    'dpat serve'*)
      make_certificate chain.pem key.pem localhost
      answers=(--expect 'serving' --send ^C)
      line+=' --listen 127.0.0.1:0' # not a port that somebody else may have
      ;;
  esac
  local status=0
  "$PYTHON3" "$TOP_SRCDIR/tests/support/terminal.py" "${answers[@]}" -- bash -euo pipefail -c "$line" || status=$?
  case $1 in
    'dpat keystore unlock'*)
      dpat keystore lock
      [ "$status" -ne 5 ] || status=0 # where the kernel keeps no keys
      ;;
  esac
  return "$status"
}

@test "every example in the help works" {
  home_of_examples
  cp -a "$HOME" "$BATS_TEST_TMPDIR/fresh"
  count=0
  while IFS= read -r line; do
    find "$HOME" -mindepth 1 -delete
    cp -a "$BATS_TEST_TMPDIR/fresh/." "$HOME"
    (run_example "$line" </dev/null) >shown 2>&1 3>&- || { echo "$line"; cat shown; return 1; }
    count=$((count + 1))
  done < <("$DPAT_MANUAL" examples)
  [ "$count" -gt 25 ]
}
