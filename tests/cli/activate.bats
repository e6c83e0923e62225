# dpat activate and deactivate.
setup() { load lib.bash; dpat_home; signed_in; dpat create ci -q >ci.token; dpat create cd -q >cd.token; }

@test "a deactivated token authenticates nothing until it is activated" {
  succeeds dpat deactivate ci
  INPUT=ci.token fails_with token_inactive dpat login alice --password-stdin --registry r.example
  [[ $stderr == *'dpat activate'* ]]
  succeeds dpat activate ci
  succeeds dpat login alice --password-stdin --registry r.example <ci.token
}

@test "already so is fine" {
  succeeds dpat activate ci
  [[ $stderr == *already* ]]
  succeeds dpat deactivate ci cd
  succeeds dpat deactivate ci --porcelain
  [ "$(printf '%s' "$output" | cut -f 3)" = unchanged ]
}

@test "selectors need a yes" {
  fails_with no_input dpat deactivate --match 'c*'
  [ "$(dpat list --state inactive -q)" = '' ]
  succeeds dpat deactivate --match 'c*' -y
  [ "$(dpat list --state inactive -q | wc -l)" -eq 2 ]
  succeeds dpat activate --state inactive --yes --json
  [ "$(printf '%s' "$output" | json '["ok"]')" = 2 ]
}

@test "no TOKEN and no selector, or both" {
  fails_with usage dpat deactivate
  fails_with usage dpat deactivate ci --match 'x*'
  fails_with usage dpat activate -y
}

@test "an expired one cannot be switched" {
  sqlite3 "$STORE" "UPDATE token SET expires_us = 1 WHERE name = 'ci'"
  fails_with state_conflict dpat deactivate ci
  fails_with state_conflict dpat activate ci
  INPUT=ci.token fails_with token_expired dpat login alice --password-stdin --registry r.example
}

@test "-n changes nothing" {
  succeeds dpat deactivate ci -n
  [[ $stderr == *'dry run'* ]]
  [ "$(dpat list --state inactive -q)" = '' ]
}
