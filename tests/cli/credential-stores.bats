# Real credential stores beside dpat: docker-credential-pass, in both directions, and skopeo with what dpat wrote.
setup() {
  load lib.bash
  load helper.bash
  dpat_home
  CONFIG=$DOCKER_CONFIG/config.json
  mkdir -p "$DOCKER_CONFIG"
  signed_in
}

finish() {
  [ -z "${GNUPGHOME-}" ] || gpgconf --kill all 2>/dev/null || :
  [ -z "${GNUPGHOME-}" ] || rm -rf "$GNUPGHOME"
}

# A password store with a key of its own, which Docker's config.json names.
with_pass() {
  pass_helper
  printf '{"credsStore":"pass"}' >"$CONFIG"
}

@test "a token goes into pass, and comes out again at logout" {
  with_pass
  succeeds dpat create ci --docker --registry registry.example
  [[ $stderr != *unencrypted* ]]
  printf registry.example | docker-credential-pass get >entry
  [ "$(json '["Username"]' <entry)" = alice ]
  [[ $(json '["Secret"]' <entry) == dpat_* ]]
  run -1 grep -q '"auth"' "$CONFIG"
  succeeds dpat status
  [[ $output == *docker-credential-pass* ]]
  succeeds dpat logout
  run docker-credential-pass get < <(printf registry.example)
  [[ $output == *'not found'* || $output == *'"Secret":""'* ]] # as its version has it
}

@test "what pass had before is replaced only with a yes, and what came after stays" {
  with_pass
  printf '{"ServerURL":"registry.example","Username":"mine","Secret":"older"}' | docker-credential-pass store
  fails_with no_input dpat create ci --docker --registry registry.example
  succeeds dpat create ci --docker --registry registry.example -y
  [ "$(printf registry.example | docker-credential-pass get | json '["Username"]')" = alice ]
  [ "$(find "$PASSWORD_STORE_DIR" -name '*.gpg' | wc -l)" -eq 1 ] # and not "mine" beside it
  printf '{"ServerURL":"registry.example","Username":"alice","Secret":"newer"}' | docker-credential-pass store
  succeeds dpat logout
  [ "$(printf registry.example | docker-credential-pass get | json '["Secret"]')" = newer ]
}

# A program "pass" and its helper, which does what is on stdin.
fake_pass() {
  mkdir -p bin
  printf '#!/bin/sh\n' | tee bin/pass >bin/docker-credential-pass
  printf 'cd "%s" || exit 1\n' "$HOME" >>bin/docker-credential-pass
  cat >>bin/docker-credential-pass
  chmod +x bin/pass bin/docker-credential-pass
  PATH=$HOME/bin:$PATH
}

KEEPS='case $1 in
  get) cat >/dev/null; [ -s kept ] && cat kept || { echo credentials not found in native keychain; exit 1; } ;;
  store) cat >kept ;;
  erase) rm -f kept ;;
esac'

@test "where config.json names no store and has no entries, Docker's own choice is made and written down" {
  fake_pass <<<"$KEEPS"
  for content in '' '{}' '{"auths":{}}' '{"auths":null,"psFormat":"x"}' '{"credsStore":""}' '{"credHelpers":{}}'; do
    rm -f "$CONFIG"
    [ -z "$content" ] || printf '%s' "$content" >"$CONFIG"
    succeeds dpat login alice --password-stdin --registry registry.example <<<"$PASSWORD"
    [[ $stderr != *unencrypted* ]]
    [ "$(json '["credsStore"]' <"$CONFIG")" = pass ]
    [ "$(json '["auths"]' <"$CONFIG")" = "{'registry.example': {}}" ]
    [[ $content != *psFormat* ]] || grep -q psFormat "$CONFIG"
    grep -q dpat_ kept
    [ "$(dpat status --json | json '["docker"]["stored_in"]')" = docker-credential-pass ]
    succeeds dpat logout
    [ ! -e kept ]
  done
}

@test "where config.json has an entry, a helper or a store, that decides" {
  fake_pass <<<'echo called >>called; exit 1'
  for content in '{"auths":{"other.example":{}}}' '{"credHelpers":{"other.example":""}}' '{"Auths":{"other.example":{}}}'; do
    printf '%s' "$content" >"$CONFIG"
    succeeds dpat create "ci $content" --docker --registry registry.example
    [[ $stderr == *unencrypted* ]]
    [ ! -e called ]
    run -1 grep -q credsStore "$CONFIG"
  done
}

@test "Docker's order: pass without its helper means the file, no pass means secretservice" {
  fake_pass <<<"$KEEPS"
  mv bin/docker-credential-pass bin/docker-credential-secretservice
  mkdir only
  for program in sh cat rm env sed; do ln -s "$(command -v "$program")" "only/$program"; done
  succeeds env PATH="$HOME/only:$HOME/bin" "$DPAT" create one --docker --registry registry.example
  [[ $stderr == *unencrypted* ]]
  rm "$CONFIG" bin/pass
  succeeds env PATH="$HOME/only:bin" "$DPAT" create two --docker --registry registry.example # docker runs nothing from there
  [[ $stderr == *unencrypted* ]]
  rm "$CONFIG"
  succeeds env PATH="$HOME/only:$HOME/bin" "$DPAT" create three --docker --registry registry.example
  [ "$(json '["credsStore"]' <"$CONFIG")" = secretservice ]
  # podman asks no store by itself
  rm "$CONFIG"
  succeeds env PATH="$HOME/only:$HOME/bin" "$DPAT" create four --docker --format podman --registry registry.example/team
  run -1 grep -q credsStore "$CONFIG"
}

@test "a store of Docker's choice that does not work is told and not used" {
  for fault in 'cat >/dev/null; echo "pass not initialized"; exit 1' 'kill -9 $$' \
    'case $1 in get) echo credentials not found in native keychain; exit 1;; esac; cat >/dev/null'; do
    rm -f "$CONFIG"
    fake_pass <<<"$fault"
    succeeds dpat create "ci $fault" --docker --registry registry.example
    [[ $stderr == *'cannot be used, so the secret went to the file: docker-credential-pass'*unencrypted* ]]
    grep -q '"auth"' "$CONFIG"
    run -1 grep -q credsStore "$CONFIG"
  done
}

@test "a pass that is not initialised is told and not used" {
  command -v docker-credential-pass >/dev/null && command -v pass >/dev/null || skip 'no docker-credential-pass here'
  PASSWORD_STORE_DIR=$HOME/none succeeds dpat create ci --docker --registry registry.example
  [[ $stderr == *'docker-credential-pass store failed: pass not initialized'*unencrypted* ]]
  grep -q '"auth"' "$CONFIG"
}

@test "what docker finds by itself and what dpat finds is the same" {
  command -v docker >/dev/null || skip 'no docker client here'
  pass_helper
  registry
  succeeds dpat create ci --docker --registry "$REGISTRY"
  [ "$(json '["credsStore"]' <"$CONFIG")" = pass ]
  cp "$CONFIG" ours
  succeeds timeout 60 docker manifest inspect --insecure "$REGISTRY/demo/app"
  grep -q '^alice dpat_' "$SEEN"
  # a later docker login keeps the password there, too
  succeeds timeout 60 docker login --username bob --password-stdin "$REGISTRY" <<<'bobs s3cret'
  [[ $stderr != *unencrypted* ]]
  cmp "$CONFIG" ours
  rm "$CONFIG"
  succeeds timeout 60 docker login --username bob --password-stdin "$REGISTRY" <<<'bobs s3cret'
  cmp "$CONFIG" ours
}

# With a folder of the session: it looks there first, and ends when it may not.
needs_skopeo() {
  command -v skopeo >/dev/null || skip 'no skopeo here'
  export XDG_RUNTIME_DIR=$HOME/run
  mkdir -m 700 run
}

@test "skopeo uses what dpat wrote into config.json" {
  needs_skopeo
  printf '{}' >"$CONFIG"
  registry
  succeeds dpat create ci --docker --registry "$REGISTRY"
  skopeo inspect --raw --tls-verify=false "docker://$REGISTRY/demo/app:latest" >/dev/null
  grep -q '^alice dpat_' "$SEEN"
}

@test "skopeo asks dpat as a helper, where credHelpers names it" {
  needs_skopeo
  mkdir bin
  ln -s "$DPAT" bin/docker-credential-dpat
  PATH=$HOME/bin:$PATH
  ready_keystore
  registry
  printf '{"credHelpers":{"%s":"dpat"}}' "$REGISTRY" >"$CONFIG"
  succeeds dpat create ci --docker --registry "$REGISTRY"
  skopeo inspect --raw --tls-verify=false "docker://$REGISTRY/demo/app:latest" >/dev/null
  grep -q '^alice dpat_' "$SEEN"
  succeeds dpat logout
  # and without an entry it goes on without credentials, instead of failing for the helper's sake
  run skopeo inspect --raw --tls-verify=false "docker://$REGISTRY/demo/app:latest"
  [[ $output != *"error getting credentials"* ]]
}
