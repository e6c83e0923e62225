# dpat account: the operator's side of the embedded service.
setup() { load lib.bash; dpat_home; }

@test "the first account makes the store and its key file, private" {
  succeeds dpat account add alice --password-stdin <<<"$PASSWORD"
  [ "$output" = '' ]
  [ "$(stat -c %a "$STORE")" = 600 ]
  [ "$(stat -c %a "$STORE.key")" = 600 ]
  [ "$(stat -c %a "$(dirname "$STORE")")" = 700 ]
}

@test "a list of no accounts says so and makes nothing" {
  fails_with store_missing dpat account list
  [ ! -e "$STORE" ]
}

@test "names are those of namespaces" {
  for name in a Alice -a a- a--b 'a b' 1234567890123456789012345678901 "$(printf 'a\nb')" ünal; do
    fails_with invalid_account_name dpat account add --password-stdin -- "$name"
  done
  [ ! -e "$STORE" ]
}

@test "passwords have 8 to 1024 bytes of text" {
  INPUT=$BATS_TEST_TMPDIR/password
  for text in 1234567 "$(printf 'with\ttab in it')" "$(printf 'bad \xff byte')"; do
    printf '%s\n' "$text" >"$INPUT"
    fails_with invalid_password dpat account add alice --password-stdin
  done
  head -c 1025 /dev/zero | tr '\0' x >"$INPUT"
  fails_with usage dpat account add alice --password-stdin
  [[ $stderr == *1024* ]]
  INPUT=/dev/null fails_with usage dpat account add alice --password-stdin
  [ ! -e "$STORE" ]
  head -c 1024 /dev/zero | tr '\0' x >"$INPUT"
  succeeds dpat account add alice --password-stdin <"$INPUT"
}

@test "a second account of one name is refused" {
  signed_in
  printf '%s\n' "$PASSWORD" >"$HOME/password"
  INPUT=$HOME/password fails_with account_exists dpat account add alice --password-stdin
}

@test "list counts tokens" {
  signed_in
  dpat create one -q >/dev/null
  dpat create two -q >/dev/null
  dpat deactivate two
  succeeds dpat account list --json
  is_document account_list <<<"$output"
  [ "$(printf '%s' "$output" | json '["accounts"][0]["token_count"]')" = 2 ]
  [ "$(printf '%s' "$output" | json '["accounts"][0]["active_token_count"]')" = 1 ]
  succeeds dpat account list
  [[ ${lines[0]} == NAME*STATE*TOKENS*ACTIVE*CREATED ]]
  succeeds dpat account list -q
  [ "$output" = alice ]
}

@test "passwd asks for the old password, --reset does not" {
  signed_in
  printf 'wrong horse\nanother password\n' >"$HOME/in"
  INPUT=$HOME/in fails_with wrong_credentials dpat account passwd alice --password-stdin
  printf '%s\nanother password\n' "$PASSWORD" >"$HOME/in"
  succeeds dpat account passwd alice --password-stdin <"$HOME/in"
  succeeds dpat list
  succeeds dpat account passwd alice --reset --password-stdin <<<'third password'
  fails_with session_expired dpat list
  succeeds dpat login alice --password-stdin <<<'third password'
}

@test "a disabled account's sessions and tokens end at once" {
  signed_in
  dpat create ci -q >"$HOME/ci.token"
  succeeds dpat account disable alice
  fails_with session_expired dpat list
  printf '%s\n' "$PASSWORD" >"$HOME/in"
  INPUT=$HOME/in fails_with account_disabled dpat login alice --password-stdin
  INPUT=$HOME/ci.token fails_with account_disabled dpat login alice --password-stdin --registry r.example
  succeeds dpat account enable alice
  succeeds dpat login alice --password-stdin <<<"$PASSWORD"
}

@test "delete asks, and takes the tokens along" {
  signed_in
  dpat create ci -q >"$HOME/ci.token"
  fails_with no_input dpat account delete alice
  succeeds dpat account delete alice --yes
  fails_with account_not_found dpat account delete alice --yes
  succeeds dpat account list -q
  [ "$output" = '' ]
  printf '%s\n' "$PASSWORD" >"$HOME/in"
  INPUT=$HOME/in fails_with wrong_credentials dpat login alice --password-stdin
}

@test "dry runs change nothing" {
  succeeds dpat account add alice -n --password-stdin </dev/null
  [ ! -e "$STORE" ]
  signed_in
  succeeds dpat account disable alice -n
  succeeds dpat account delete alice -n
  succeeds dpat list
}

@test "what is done is in the audit trail, without secrets" {
  signed_in
  dpat create ci -q >"$HOME/ci.token"
  dpat delete ci -y
  run sqlite3 "$STORE" 'SELECT actor, action, token_name FROM audit ORDER BY at_us'
  [[ $output == *'operator|account_added|'* ]]
  [[ $output == *'owner|signed_in|'* ]]
  [[ $output == *'owner|token_created|ci'* ]]
  [[ $output == *'owner|token_deleted|ci'* ]]
  run sqlite3 "$STORE" .dump
  [[ $output != *"$(cat "$HOME/ci.token")"* ]]
}

@test "accounts of a service that has none are unsupported" {
  DPAT_SERVICE=hub fails_with unsupported dpat account list
  DPAT_SERVICE=https://dpat.example fails_with unsupported dpat account disable alice
}
