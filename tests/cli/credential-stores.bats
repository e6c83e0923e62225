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
  run ! grep -q '"auth"' "$CONFIG"
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

@test "skopeo uses what dpat wrote into config.json" {
  command -v skopeo >/dev/null || skip 'no skopeo here'
  printf '{}' >"$CONFIG"
  registry
  succeeds dpat create ci --docker --registry "$REGISTRY"
  skopeo inspect --raw --tls-verify=false "docker://$REGISTRY/demo/app:latest" >/dev/null
  grep -q '^alice dpat_' "$SEEN"
}

@test "skopeo asks dpat as a helper, where credHelpers names it" {
  command -v skopeo >/dev/null || skip 'no skopeo here'
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
