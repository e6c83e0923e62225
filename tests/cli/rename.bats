# dpat rename.
setup() { load lib.bash; dpat_home; signed_in; dpat create ci -s write -q >ci.token; }

@test "changes the name and nothing else" {
  before=$(dpat list --porcelain)
  succeeds dpat rename ci 'ci two'
  [[ $stderr == *'renamed to "ci two"'* ]]
  [ "$(dpat list --porcelain)" = "${before/$'\t'ci$'\t'/$'\t'ci two$'\t'}" ]
  succeeds dpat login alice --password-stdin --registry r.example <ci.token
}

@test "the same name is fine" {
  succeeds dpat rename ci ci
  [[ $stderr == *already* ]]
}

@test "a name in use is refused" {
  dpat create cd -q >/dev/null
  fails_with name_taken dpat rename ci cd
  dpat deactivate cd
  succeeds dpat rename ci cd
}

@test "bad names, unknown tokens and an expired one" {
  fails_with invalid_name dpat rename ci ''
  fails_with invalid_name dpat rename ci "$(printf 'a\tb')"
  fails_with token_not_found dpat rename nothere x
  fails_with usage dpat rename ci
  fails_with usage dpat rename ci a b
  sqlite3 "$STORE" 'UPDATE token SET expires_us = 1'
  fails_with state_conflict dpat rename ci x
  [[ $stderr == *expired* ]]
}

@test "-n, --json, --porcelain and -q" {
  succeeds dpat rename ci x -n
  [ "$(names)" = ci ]
  succeeds dpat rename ci x --json
  is_document result <<<"$output"
  succeeds dpat rename x y --porcelain
  [ "$output" = "$(id_of y)"$'\ty\tchanged\t' ]
  succeeds dpat rename y z -q
  [ "$output$stderr" = '' ]
}

@test "what cannot be changed is answered with a hint" {
  for word in renew extend edit update; do
    fails_with usage dpat "$word" ci
    [[ $stderr == *create* || $stderr == *rename* ]]
  done
}
