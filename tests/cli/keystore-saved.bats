# Secrets kept by create --save, and gone with their tokens.
setup() {
  load lib.bash
  load keystore.bash
  keystore_home
  ready_keystore
  signed_in
  SESSIONS=$XDG_STATE_HOME/dpat/sessions.json
}

# The names of what the keystore has.
kept() { helper list | "$PYTHON3" -c 'import json, sys; print(*json.load(sys.stdin), sep="\n")'; }

@test "a token that is deleted takes its saved secret along" {
  dpat create ci --save
  dpat create other --save
  store reg.example alice mine
  succeeds dpat delete ci -y
  [ -z "$stderr" ] || [[ $stderr != *warning* ]]
  [[ $(kept) != *'/alice/ci'* && $(kept) == *'/alice/other'* && $(kept) == *reg.example* ]]
  [ "$(json '["saved"].__len__()' <"$SESSIONS")" -eq 1 ]
  run -1 grep -q dpat_ "$SESSIONS"
}

@test "after a rename too, and by id" {
  dpat create ci --save
  id=$(id_of ci)
  dpat rename ci release
  dpat create ci -q --allow-duplicate >/dev/null
  succeeds dpat delete "$id" -y
  [ -z "$(kept)" ]
}

@test "a dry run takes nothing, a failed deletion neither" {
  dpat create ci --save
  succeeds dpat delete ci -y -n
  fails_with token_not_found dpat delete nothing -y
  [[ $(kept) == *'/alice/ci' ]]
}

@test "what a newer token of that name saved stays when the older one goes" {
  dpat create ci --save
  old=$(id_of ci)
  dpat create ci --save --allow-duplicate
  cp "$KEYSTORE" before
  DPAT_PASSPHRASE_FILE=/nonexistent succeeds dpat delete "$old" -y # not even asked for
  [[ $stderr != *warning* ]]
  cmp before "$KEYSTORE"
  new=$(id_of ci)
  succeeds dpat delete "$new" -y
  [ -z "$(kept)" ]
}

@test "what somebody else put under that name stays" {
  dpat create ci --save
  store "$(kept)" alice 'something else'
  cp "$KEYSTORE" before
  succeeds dpat delete ci -y
  cmp before "$KEYSTORE"
  [ "$(json '["saved"].__len__()' <"$SESSIONS")" -eq 0 ]
}

@test "locked, with nobody to ask: deleted with a warning, and a later run takes it away" {
  dpat create ci --save
  unset DPAT_PASSPHRASE_FILE
  run --separate-stderr timeout 60 setsid --wait "$DPAT" delete ci -y
  [ "$status" -eq 0 ]
  [[ $stderr == *warning*'/alice/ci'*locked*'dpat keystore unlock'* ]]
  [ -z "$(names)" ]
  run terminal -- "$DPAT" status # nobody is asked for it later
  [ "$status" -eq 0 ]
  [[ $output != *assphrase* ]]
  export DPAT_PASSPHRASE_FILE=$HOME/passphrase
  [[ $(kept) == *'/alice/ci' ]]
  succeeds dpat list
  [ -z "$(kept)" ]
}

@test "a person is asked only where something was saved" {
  dpat create ci --save
  dpat create plain -q >/dev/null
  unset DPAT_PASSPHRASE_FILE
  run terminal -- "$DPAT" delete plain -y
  [ "$status" -eq 0 ]
  [[ $output != *assphrase* ]]
  run terminal --expect 'keystore: ' --send 'a long passphrase' -- "$DPAT" delete ci -y
  [ "$status" -eq 0 ]
  [[ $output != *warning* ]]
  DPAT_PASSPHRASE_FILE=$HOME/passphrase
  export DPAT_PASSPHRASE_FILE
  [ -z "$(kept)" ]
}

@test "a keystore that is gone is no reason to warn" {
  dpat create ci --save
  rm "$KEYSTORE"
  succeeds dpat delete ci -y
  [[ $stderr != *warning* ]]
  [ "$(json '["saved"].__len__()' <"$SESSIONS")" -eq 0 ]
}

@test "a damaged one is, and stays as it is" {
  dpat create ci --save
  damage "$KEYSTORE" 120
  cp "$KEYSTORE" bad
  succeeds dpat delete ci -y
  [[ $stderr == *warning*damaged* ]]
  cmp "$KEYSTORE" bad
}

@test "a token of another service with the same name is another one" {
  start_server
  dpat create ci --save
  dpat login alice --service "$URL" --password-stdin <<<"$PASSWORD" 2>/dev/null
  dpat create far --save --service "$URL"
  [ "$(kept | wc -l)" -eq 2 ]
  succeeds dpat delete far -y --service "$URL"
  [[ $(kept) == 'token:local:'*'/alice/ci' ]]
}

@test "keystore get prints a saved token, where a secret may go" {
  dpat create ci --save
  dpat create "it's mine" --save 2>told
  run --separate-stderr dpat keystore get ci
  [ "$status" -eq "$(exit_of no_sink)" ]
  [ -z "$output" ]
  succeeds dpat keystore get ci -q
  [[ $output == dpat_* && $stderr == '' ]]
  printf '%s\n' "$output" >ci.token
  succeeds dpat login alice --password-stdin --registry registry.example <ci.token
  succeeds dpat keystore get ci --json
  is_document saved_token <<<"$output"
  [ "$(json '["secret"]' <<<"$output")" = "$(cat ci.token)" ]
  run "$PYTHON3" "$TOP_SRCDIR/tests/support/terminal.py" -- "$DPAT" keystore get ci
  [[ $status -eq 0 && $output == *"$(cat ci.token)"* ]]
  # the line that create tells can be pasted
  PATH=$(dirname "$DPAT"):$PATH run bash -c "$(sed -n 's/.*to see it: //p' told) -q"
  [[ $status -eq 0 && $output == dpat_* ]]
  run --separate-stderr bash -c '"$@" >&-' - "$DPAT" keystore get ci -q
  [ "$status" -eq 12 ]
}

@test "keystore get knows service, user and name apart, and says what is missing" {
  dpat create ci --save
  fails_with secret_not_found dpat keystore get cd -q
  [[ $stderr == *'"cd"'*'dpat create NAME --save'* ]]
  fails_with secret_not_found dpat keystore get ci -q -u bob
  fails_with secret_not_found dpat keystore get ci -q --service hub -u alice
  fails_with usage dpat keystore get ci -q --service hub
  fails_with usage dpat keystore get
  dpat rename ci cd
  succeeds dpat keystore get ci -q
  dpat delete cd -y
  fails_with secret_not_found dpat keystore get ci -q
  DPAT_PASSPHRASE_FILE=$HOME/nothing run --separate-stderr dpat keystore get ci -q
  [ "$status" -eq 12 ]
}
