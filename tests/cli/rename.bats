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

@test "a name with characters that nobody sees is refused, and an old one is shown for what it is" {
  id=$(id_of ci)
  zero=$'\u200b' tag=$'\U000e0061' soft=$'\u00ad'
  for hidden in "c${zero}i" "ci$tag" "c${soft}i" $'\ufeffci' $'c\u200di' $'ci\ufe0f'; do
    fails_with invalid_name dpat rename ci "$hidden"
    fails_with invalid_name dpat create "$hidden" -q
    [[ $stderr == *'<U+'* ]]
    [[ $stderr != *"$hidden"* ]]
  done
  succeeds dpat rename ci $'\U0001f469\u200d\U0001f4bb \u2764\ufe0f'
  succeeds dpat list
  [[ $output == *$'\U0001f469\u200d\U0001f4bb \u2764\ufe0f'* ]]
  # as an older dpat took it
  old="c${zero}i"
  sqlite3 "$STORE" "UPDATE token SET name = '$old' WHERE id = '$id'"
  for command in list "show $id" "show $old" "deactivate $old -n"; do
    # shellcheck disable=SC2086 # a command with its arguments
    succeeds dpat $command
    [[ $output$stderr == *'c<U+200B>i'* ]]
    [[ $output$stderr != *"$zero"* ]]
  done
  [ "$(dpat list --json | json '["tokens"][0]["name"]')" = "$old" ]
  [ "$(names)" = "$old" ]
  succeeds dpat rename "$old" ci
  sqlite3 "$STORE" "UPDATE token SET name = '$old' WHERE id = '$id'"
  run "$PYTHON3" "$TOP_SRCDIR/tests/support/terminal.py" --expect 'c<U+200B>i' --send n -- "$DPAT" delete "$old"
  [ "$status" -eq "$(exit_of declined)" ]
  succeeds dpat delete "$old" -y
  [[ $stderr == *'c<U+200B>i'* ]]
  [ -z "$(names)" ]
}
