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
  printf '%s\n' "$output" | "$PYTHON3" "$TOP_SRCDIR/tests/support/check-json.py" status
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
