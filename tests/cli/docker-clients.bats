# The docker client itself over docker-credential-dpat: login, logout and pulls, unlocked, locked, and beside pass.
setup() {
  load lib.bash
  load helper.bash
  command -v docker >/dev/null || skip 'no docker client here'
  dpat_home
  export TERM=xterm
  printf 'a long passphrase\n' >passphrase
  mkdir bin
  ln -s "$DPAT" bin/docker-credential-dpat
  PATH=$HOME/bin:$PATH
  export DPAT_PASSPHRASE_FILE=$HOME/passphrase
  dpat keystore init --docker -q
  CONFIG=$DOCKER_CONFIG/config.json
  registry
  printf '%s' "$REGISTRY" >key
}

finish() {
  DPAT_PASSPHRASE_FILE=$HOME/passphrase dpat keystore lock -q 2>/dev/null || :
  [ -z "${GNUPGHOME-}" ] || gpgconf --kill all 2>/dev/null || :
  [ -z "${GNUPGHOME-}" ] || rm -rf "$GNUPGHOME"
}

pull() { timeout 60 docker manifest inspect --insecure "$REGISTRY/demo/app"; }

@test "docker login stores there, pulls take it from there, docker logout removes it" {
  succeeds docker login --username bob --password-stdin "$REGISTRY" <<<'bobs s3cret'
  [[ $output == *'Login Succeeded'* && $stderr != *unencrypted* ]]
  [ "$(docker-credential-dpat list)" = "{\"$REGISTRY\":\"bob\"}" ]
  [ "$(json '["auths"]' <"$CONFIG")" = "{'$REGISTRY': {}}" ]
  rm "$SEEN"
  nowhere 'bobs s3cret'
  succeeds pull
  [[ $(head -n 1 "$SEEN") == 'bob bobs s3cret GET '* ]]
  succeeds docker logout "$REGISTRY"
  [ "$(docker-credential-dpat list)" = '{}' ]
  rm "$SEEN"
  run ! pull
  [ ! -e "$SEEN" ]
}

@test "unlocked it needs no passphrase; locked it gives nothing, says so, and does not hang" {
  dpat keystore unlock --for 10m -q 2>/dev/null || skip 'the kernel keeps no keys here'
  unset DPAT_PASSPHRASE_FILE
  succeeds docker login --username bob --password-stdin "$REGISTRY" <<<'bobs s3cret'
  rm "$SEEN"
  succeeds pull
  grep -q '^bob ' "$SEEN"
  dpat keystore lock -q
  rm "$SEEN"
  run setsid --wait timeout 60 docker manifest inspect --insecure "$REGISTRY/demo/app"
  [ "$status" -ne 0 ]
  [ "$status" -ne 124 ] # docker goes on without credentials, and is refused
  [ ! -e "$SEEN" ]
  run setsid --wait timeout 60 docker login --username eve --password-stdin "$REGISTRY" <<<other
  [ "$status" -eq 1 ]
  [[ $output == *'keystore is locked'* ]]
  DPAT_PASSPHRASE_FILE=$HOME/passphrase run docker-credential-dpat get <key
  [[ $output == *'"bob"'* ]]
}

@test "what docker login put there is replaced by dpat only with a yes, and not taken back" {
  signed_in
  docker login --username bob --password-stdin "$REGISTRY" <<<'bobs s3cret' >/dev/null 2>&1
  fails_with no_input dpat create ci --docker --registry "$REGISTRY"
  succeeds dpat create ci --docker --registry "$REGISTRY" -y
  rm "$SEEN"
  succeeds pull
  grep -q '^alice dpat_' "$SEEN"
  docker login --username bob --password-stdin "$REGISTRY" <<<'bobs s3cret' >/dev/null 2>&1
  succeeds dpat logout
  [[ $(docker-credential-dpat get <key) == *'"bob"'* ]]
}

@test "pass and dpat understand each other's entries" {
  pass_helper
  printf '{"ServerURL":"%s","Username":"bob","Secret":"p\\"w ü <&>"}' "$REGISTRY" | docker-credential-pass store
  docker-credential-pass get <key | docker-credential-dpat store
  "$PYTHON3" -m json.tool --sort-keys <(docker-credential-pass get <key) one
  "$PYTHON3" -m json.tool --sort-keys <(docker-credential-dpat get <key) two
  cmp one two
  printf 'https://index.docker.io/v1/' >hub
  printf '{"ServerURL":"https://index.docker.io/v1/","Username":"<token>","Secret":"id"}' | docker-credential-dpat store
  docker-credential-dpat get <hub | docker-credential-pass store
  [ "$(docker-credential-pass get <hub | json '["Username"]')" = '<token>' ]
  [ "$(docker-credential-dpat list | json '.__len__()')" -eq 2 ]
  # docker moves from one to the other
  printf '{"credHelpers":{"%s":"pass"},"credsStore":"dpat"}' "$REGISTRY" >"$CONFIG"
  docker-credential-dpat erase <key
  succeeds pull
  grep -q '^bob p"w ü <&> ' "$SEEN"
}
