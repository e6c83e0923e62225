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
  sed -i "s/^dpat account add alice$/dpat account add alice --password-stdin <password/
    s/^dpat login alice$/dpat login alice --password-stdin <password/" session
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

@test "Docker Hub" {
  unset HTTP_PROXY ALL_PROXY NO_PROXY no_proxy https_proxy http_proxy all_proxy DPAT_SERVICE
  make_certificate hub.pem hub-key.pem hub.docker.com
  "$PYTHON3" "$TOP_SRCDIR/tests/support/hub.py" --port-file hub.port --tls hub.pem hub-key.pem \
    --proxy-port-file proxy.port 2>hub.log 3>&- &
  SERVER=$!
  wait_until test -s proxy.port
  HTTPS_PROXY=http://127.0.0.1:$(cat proxy.port)
  export HTTPS_PROXY SSL_CERT_FILE=$HOME/hub.pem
  readme 'Docker Hub' | sed 's/^dpat login yourname$/dpat login alice --password-stdin/' >lines
  succeeds bash -eu lines <<<"$PASSWORD"
  grep -q '^dckr_pat_' ci.token
}

@test "a team" {
  unset DPAT_SERVICE
  make_certificate chain.pem key.pem localhost
  printf '%s\n' "$PASSWORD" >password
  readme 'Serve a team' | sed "s|/var/lib/dpat|$HOME|; s|^dpat account .*|& --password-stdin <password|
    s|--listen :8443|--listen 127.0.0.1:0 --port-file port|; s|^dpat serve.*|& >server.out 2>server.log \& echo \$! >pid|
    s|^dpat login .*|while [ ! -s port ]; do sleep 0.1; done; & --password-stdin <password|
    s|tokens.example:8443|localhost:\$(cat port)|" >lines
  SSL_CERT_FILE=$HOME/chain.pem run --separate-stderr bash -eu lines 3>&-
  SERVER=$(cat pid)
  echo "$stderr"
  [ "$status" -eq 0 ]
  [[ $output == dpat_* ]]
  kill "$SERVER"
  SERVER=
}

@test "a registry, and what was done" {
  unset DPAT_SERVICE
  for name in alice bob; do dpat account add "$name" --password-stdin -q --service local <<<"$PASSWORD"; done
  readme 'A registry that trusts dpat' | sed "s|/etc/docker/registry|$HOME|" >lines
  succeeds bash -eu lines
  grep -qx "    jwks: $HOME/dpat/jwks.json" auth.yml
  [ "$(dpat account grants --service local --porcelain)" = $'bob\tteam\twrite' ]
  [ "$(dpat account public --service local)" = team/app ]
  export DPAT_SERVICE=local
  dpat login alice --password-stdin <<<"$PASSWORD"
  dpat create ci-deploy -q >ci.token
  readme 'What was done' >lines
  succeeds bash -eu lines
  [[ $output == *created* && $output == *'signed in'* ]]
}

@test "podman and skopeo" {
  command -v skopeo >/dev/null || skip 'no skopeo here'
  signed_in
  "$PYTHON3" "$TOP_SRCDIR/tests/support/registry.py" --port-file port --record seen 3>&- &
  SERVER=$!
  wait_until test -s port
  unset DOCKER_CONFIG
  export XDG_RUNTIME_DIR=$HOME/runtime
  mkdir "$XDG_RUNTIME_DIR"
  readme 'podman and skopeo' | sed "s/registry.example:5000/localhost:$(cat port)/; s/--raw/& --tls-verify=false/" >lines
  succeeds bash -eu lines
  grep -q '^alice dpat_.* /v2/team/app/manifests/latest$' seen
  [ -s "$XDG_RUNTIME_DIR/containers/auth.json" ]
}

@test "the CI job" {
  dpat account add alice --password-stdin -q <<<"$PASSWORD"
  printf '%s\n' "$PASSWORD" >password
  readme 'In a CI job' | sed "s|/run/secrets/dpat-password|$HOME/password|" >job
  echo 'cat "$DOCKER_CONFIG/config.json"; dpat list --porcelain' >>job
  CI_JOB_ID=17 succeeds bash job
  [[ $output == *registry.example:5000* && $output == *build-17* ]]
  [ ! -e .local/state/dpat/sessions.json ] || [ "$(json '["sessions"]' <.local/state/dpat/sessions.json)" = '[]' ]
  DPAT_SERVICE=local succeeds dpat list -q --operator -u alice
  [ "$output" = '' ]
}

# A program of that name that writes down its arguments and its stdin.
stand_in() {
  printf '#!/bin/sh\n{ echo "%s $*"; cat; echo; } >>"$HOME/given"\n' "$1" >"bin/$1"
  chmod +x "bin/$1"
}

@test "into other programs" {
  signed_in
  for program in gh glab vault kubectl; do stand_in "$program"; done
  readme 'Into other programs' >lines
  succeeds bash -eu lines
  [ "$(grep -cE '^dpat_[0-9A-Za-z]{38}$' given)" -eq 4 ]
  [ "$(grep -v '^dpat_' given | grep .)" = "gh secret set REGISTRY_TOKEN
glab variable set REGISTRY_TOKEN
vault kv put -mount=secret registry token=-
kubectl create secret generic registry --from-file=token=/dev/stdin" ]
  [ "$(dpat list -q | wc -l)" -eq 4 ]
  [[ $output != *dpat_* && $stderr != *dpat_[0-9A-Za-z]* ]]
}

@test "the keystore for docker" {
  printf '%s\n' "$PASSWORD" >passphrase
  readme 'Where secrets rest' >lines
  DPAT_PASSPHRASE_FILE=$HOME/passphrase run bash -eu lines
  [ "$status" -eq 0 ] || [ "$status" -eq "$(exit_of unsupported)" ] # where the kernel keeps no keys
  grep -q '"credsStore": "dpat"' "$DOCKER_CONFIG/config.json"
  dpat keystore lock
}

@test "backup and restore" {
  signed_in
  dpat create ci -q >ci.token
  readme 'Backup and restore' >both
  sed '/^rm -f/,$d' both >backup
  sed -n '/^rm -f/,$p' both >restore
  bash -eu backup
  dpat delete ci -y
  bash -eu restore
  succeeds dpat login alice --password-stdin <<<"$PASSWORD"
  [ "$(names)" = ci ]
}

@test "the forgotten password" {
  signed_in
  readme 'Forgotten password' >reset
  sed -i 's/$/ --password-stdin/' reset
  succeeds bash -eu reset <<<'a new password'
  succeeds dpat login alice --password-stdin <<<'a new password'
}

@test "the sections stand in the order a newcomer asks" {
  run grep '^## ' "$TOP_SRCDIR/README.md"
  [ "$(printf '%s|' "${lines[@]}")" = '## Try it|## A first token|## Docker Hub|## Serve a team|## A registry that trusts dpat|## What was done|## Install|## podman and skopeo|## In a CI job|## Into other programs|## Where secrets rest|## Backup and restore|## Forgotten password|## More|' ]
  readme 'Try it' >try
  [ "$(tr '\n' ' ' <try)" = 'make demo make check ' ]
  grep -q 'make -j.* check' "$TOP_SRCDIR/.ci/run"
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
    'dpat login '*) answers=(--expect alice: --send "$PASSWORD") ;;
    'dpat keystore init'*) answers=(--expect 'New passphrase' --send "$PASSWORD" --expect again: --send "$PASSWORD") ;;
    'dpat keystore unlock'* | 'dpat credential'*)
      DPAT_PASSPHRASE_FILE=$HOME/password.txt dpat keystore init -q
      answers=(--expect Passphrase --send "$PASSWORD")
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
