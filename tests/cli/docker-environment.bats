# DOCKER_AUTH_CONFIG, which docker 28.3 and later prefers to all it has stored; and files that need no change.
setup() {
  load lib.bash
  load helper.bash
  dpat_home
  printf '%s\n' "$PASSWORD" >password
  CONFIG=$DOCKER_CONFIG/config.json
  mkdir -p "$DOCKER_CONFIG"
}

# What docker takes from the environment for a registry: environment HOST
environment() { printf '{"auths":{"%s":{"auth":"em9lOmhlcnM="}}}' "$1"; }

@test "login, create and status tell that docker uses other credentials" {
  printf '{"credHelpers":{"unused.example":""}}' >"$CONFIG"
  signed_in
  export DOCKER_AUTH_CONFIG
  DOCKER_AUTH_CONFIG=$(environment registry.example)
  succeeds dpat login alice --password-stdin --registry registry.example <password
  [[ $stderr == *'DOCKER_AUTH_CONFIG has credentials for registry.example'*'unset DOCKER_AUTH_CONFIG'* ]]
  succeeds dpat create ci --docker --registry registry.example
  [[ $stderr == *'DOCKER_AUTH_CONFIG has credentials for registry.example'* ]]
  succeeds dpat status
  [[ $output == *'registry.example, in '*'not used: DOCKER_AUTH_CONFIG is'* ]]
  [[ $stderr == *'DOCKER_AUTH_CONFIG is set'* ]]
  succeeds dpat status --json
  is_document status <<<"$output"
  [ "$(json '["docker_entries"][0]["overridden"]' <<<"$output")" = true ]
  [ -z "$stderr" ]
}

@test "of Docker Hub by its key, of podman never, and of a value that docker rejects nothing" {
  printf '{"credHelpers":{"unused.example":""}}' >"$CONFIG"
  signed_in
  DOCKER_AUTH_CONFIG=$(environment https://index.docker.io/v1/) succeeds dpat create hub --docker --registry docker.io
  [[ $stderr == *DOCKER_AUTH_CONFIG* ]]
  DOCKER_AUTH_CONFIG=$(environment registry.example) succeeds dpat create podman --docker --format podman \
    --registry registry.example
  [[ $stderr != *DOCKER_AUTH_CONFIG* ]]
  count=0
  for value in '' '{}' '{"auths":{}}' "$(environment other.example)" 'no JSON' '{"auths":[]}' '{"auths":{"registry.example":{}}}' \
    '{"auths":{"registry.example":{"auth":"YTpi","identitytoken":"x"}}}' '{"auths":{"registry.example":7}}' \
    '{"auths":{"registry.example":{"auth":"YTpi"}},"credsStore":"x"}'; do
    count=$((count + 1))
    DOCKER_AUTH_CONFIG=$value succeeds dpat create "ci $count" --docker --registry registry.example -y
    [[ $stderr != *DOCKER_AUTH_CONFIG* ]]
  done
}

# As nobody, in $PUBLIC, with a token in ci.token.
nobody_with_token() {
  needs_nobody
  with_account
  dpat create ci -q -s write --operator -u alice >ci.token
  cp -r "$HOME/.local" ci.token "$PUBLIC"
  mkdir "$PUBLIC/.docker"
  printf '{"credHelpers":{"unused.example":""}}' >"$PUBLIC/.docker/config.json"
  chown -R 65534 "$PUBLIC"
  nobody() { as_nobody env "DPAT_STORE=$PUBLIC/.local/share/dpat/service.db" "$PUBLIC/dpat" "$@"; }
}

login_again() {
  nobody login alice --password-stdin --registry registry.example "$@" <"$PUBLIC/ci.token"
}

@test "the same credentials in a config.json that cannot be written are fine" {
  nobody_with_token
  succeeds login_again
  CONFIG=$PUBLIC/.docker/config.json
  cp "$CONFIG" before
  chmod 400 "$CONFIG"
  succeeds login_again
  chmod 500 "$PUBLIC/.docker"
  succeeds login_again
  [[ $stderr != *'could not be remembered'* ]]
  cmp "$CONFIG" before
  INPUT=$PUBLIC/ci.token fails_with credentials_file nobody login alice --password-stdin --registry other.example
  chmod 700 "$PUBLIC/.docker" && chmod 600 "$CONFIG"
  succeeds nobody logout
  chmod 500 "$PUBLIC/.docker" && chmod 400 "$CONFIG"
  succeeds nobody logout # nothing is left to take away
}

@test "what somebody else stored is not asked about when it is the same" {
  with_account
  dpat create ci -q --operator -u alice >ci.token
  printf '{"auths":{"registry.example":{"auth":"%s"}}}' "$(printf 'alice:%s' "$(cat ci.token)" | base64 -w 0)" >"$CONFIG"
  cp "$CONFIG" before
  succeeds dpat login alice --password-stdin --registry registry.example <ci.token
  cmp "$CONFIG" before
}

@test "the same in a helper's place writes nothing" {
  with_account
  dpat create ci -q --operator -u alice >ci.token
  vault_helper
  printf '{"credsStore":"vault"}' >"$CONFIG"
  succeeds dpat login alice --password-stdin --registry registry.example <ci.token
  touch -d 2020-01-01 "$CONFIG" vault/registry.example
  succeeds dpat login alice --password-stdin --registry registry.example <ci.token
  [ "$(find "$CONFIG" vault/registry.example -newermt 2021-01-01)" = '' ]
}

@test "dpat's own files are not written either when nothing changes" {
  signed_in
  dpat config set color never
  touch -d 2020-01-01 "$XDG_CONFIG_HOME/dpat/config.json"
  succeeds dpat config set color never
  succeeds dpat config unset default_expires
  [ -z "$(find "$XDG_CONFIG_HOME/dpat/config.json" -newermt 2021-01-01)" ]
}
