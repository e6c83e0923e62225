# dpat status.
setup() {
  load lib.bash
  dpat_home
  printf '%s\n' "$PASSWORD" >password
}

@test "of nobody, without a store" {
  succeeds dpat status
  [[ $output == *nobody* && $output == *no* ]]
  [ ! -e "$STORE" ]
  succeeds dpat status --json
  is_document status <<<"$output"
  [ "$(printf '%s' "$output" | json '["user"]')" = null ]
  fails_with not_signed_in dpat status --check
}

@test "of a session, with docker" {
  signed_in
  dpat login alice --password-stdin --registry registry.example <password
  succeeds dpat whoami
  [[ $output == *local* && $output == *alice* && $output == *password* && $output == *registry.example* ]]
  succeeds dpat status --check --json
  [ "$(printf '%s' "$output" | json '["docker"]["registry"]')" = registry.example ]
  [ "$(printf '%s' "$output" | json '["docker"]["stored_in"]')" = "$(realpath "$DOCKER_CONFIG")/config.json" ]
  [ "$(printf '%s' "$output" | json '["secrets_in"]')" = "$XDG_STATE_HOME/dpat/sessions.json" ] ||
    [ "$(printf '%s' "$output" | json '["secrets_in"]')" = "$XDG_STATE_HOME/dpat" ]
}

@test "--check asks the service" {
  signed_in
  succeeds dpat status --check
  dpat account disable alice
  fails_with session_expired dpat status --check
  succeeds dpat status
}

@test "a session that is over" {
  signed_in
  run --separate-stderr faketime '+13 hours' "$DPAT" status --check
  [ "$status" -eq 4 ]
  run --separate-stderr faketime '+13 hours' "$DPAT" status --json
  [ "$status" -eq 0 ]
  [ "$(printf '%s' "$output" | json '["signed_in_with"]')" = null ]
}

@test "of every registry that Docker was signed in to, and where each secret rests" {
  signed_in
  dpat login alice --password-stdin --registry one.example <password
  dpat create ci --docker --registry two.example
  DOCKER_CONFIG=$HOME/third dpat create other --docker --registry three.example
  printf '{"credHelpers":{"three.example":"vault"},"auths":{"three.example":{}}}' >third/config.json
  succeeds dpat status
  [[ $output == *one.example*unencrypted*two.example*three.example*docker-credential-vault* ]]
  succeeds dpat status --json
  is_document status <<<"$output"
  [ "$(json '["docker_entries"].__len__()' <<<"$output")" -eq 3 ]
  [ "$(json '["docker_entries"][0]["registry"]' <<<"$output")" = one.example ]
  [ "$(json '["docker_entries"][0]["automatic"]' <<<"$output")" = true ]
  [ "$(json '["docker_entries"][1]["token_id"]' <<<"$output")" = "$(id_of ci)" ]
  [ "$(json '["docker_entries"][1]["unencrypted"]' <<<"$output")" = true ]
  [ "$(json '["docker_entries"][2]["stored_in"]' <<<"$output")" = docker-credential-vault ]
  [ "$(json '["docker_entries"][2]["unencrypted"]' <<<"$output")" = false ]
  [ "$(json '["docker"]["registry"]' <<<"$output")" = three.example ]
  dpat account add bob --password-stdin -q <password
  dpat login bob --password-stdin <password
  [ "$(dpat status --json | json '["docker_entries"].__len__()')" -eq 0 ]
}

@test "a file of credentials that cannot be read is told, and who is signed in as well" {
  signed_in
  dpat login alice --password-stdin --registry one.example <password
  REGISTRY_AUTH_FILE=$PWD/auth.json dpat create ci --docker --format podman --registry two.example
  printf '{bad' >"$DOCKER_CONFIG/config.json"
  printf '[]' >auth.json
  succeeds dpat status
  [[ $output == *alice*password* ]]
  [ "$(grep -c warning: <<<"$stderr")" -eq 2 ]
  [[ $stderr == *"$DOCKER_CONFIG/config.json cannot be used: "*"$PWD/auth.json cannot be used: "* ]]
  succeeds dpat status --json
  is_document status <<<"$output"
  [ "$(json '["signed_in_with"]' <<<"$output")" = password ]
  [ "$(json '["docker_entries"].__len__()' <<<"$output")" -eq 0 ]
  [ "$(json '["docker_problems"].__len__()' <<<"$output")" -eq 2 ]
}
