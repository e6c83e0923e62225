# dpat's own sessions in the keystore: moved there and back, kept, ended, and what a killed run leaves.
setup() {
  load lib.bash
  load keystore.bash
  keystore_home
  printf '%s\n' "$PASSWORD" >password
  SESSIONS=$XDG_STATE_HOME/dpat/sessions.json
}

# The bearer of the one session in the file, empty when it is not there.
bearer() { "$PYTHON3" -c 'import json, sys; print(json.load(open(sys.argv[1]))["sessions"][0].get("bearer", ""))' "$SESSIONS"; }

# Signed in for an hour, then moved into a keystore.
moved() {
  ready_keystore
  dpat account add alice --password-stdin -q <password
  dpat login alice --password-stdin --for 1h <password 2>/dev/null
  OLD=$(bearer)
  [ -n "$OLD" ]
  dpat keystore init --sessions -q
}

@test "init --sessions moves the sessions there are, and they go on working" {
  moved
  [ -z "$(bearer)" ]
  run -1 grep -rqF "$OLD" "$XDG_STATE_HOME"
  grep -q '"user": "alice"' "$SESSIONS"
  succeeds dpat list
  succeeds dpat status --json
  is_document status <<<"$output"
  [ "$(json '["secrets_in"]' <<<"$output")" = "$KEYSTORE" ]
  succeeds dpat keystore status --json
  is_document keystore <<<"$output"
  [ "$(json '["sessions"]' <<<"$output")" = true ]
  succeeds dpat keystore init --sessions # again is fine
  succeeds dpat list
}

@test "one command makes the keystore, moves sessions in and has docker use it" {
  export DPAT_PASSPHRASE_FILE=$HOME/passphrase
  signed_in
  succeeds dpat keystore init --docker --sessions
  [[ $stderr == *'sessions rest in it'* ]]
  [ "$(json '["credsStore"]' <"$DOCKER_CONFIG/config.json")" = dpat ]
  [ -z "$(bearer)" ]
  succeeds dpat list
}

@test "later logins, several users and services, each their own" {
  moved
  dpat account add bob --password-stdin -q <password
  succeeds dpat login bob --password-stdin --json <password
  is_document status <<<"$output"
  [ "$(json '["secrets_in"]' <<<"$output")" = "$KEYSTORE" ]
  start_server
  succeeds dpat login alice --service "$URL" --password-stdin <password
  run -1 grep -q '"bearer"' "$SESSIONS"
  succeeds dpat create one -q --service local --user alice
  [ "$(dpat list -q --service local --user bob | wc -l)" -eq 0 ]
  succeeds dpat list -q --service "$URL" --user alice
  succeeds dpat logout --service local --user alice
  fails_with not_signed_in dpat list --service local --user alice
  succeeds dpat list --service local --user bob
  succeeds dpat list --service "$URL" --user alice
}

@test "Docker never gets them, nor can it overwrite or erase them" {
  moved
  answers 0 '{}' helper list
  name=$(json '["sessions"][0]["service"]' <"$SESSIONS")
  printf '%s\nalice' "$name" >key
  INPUT=key answers 1 'credentials not found in native keychain' helper get
  INPUT=key answers 0 '' helper erase
  "$PYTHON3" -c 'import json, sys; print(json.dumps({"ServerURL": open("key").read(), "Username": "a", "Secret": "b"}))' |
    helper store
  succeeds dpat list
  succeeds dpat logout
  [ "$(helper list | json '.__len__()')" -eq 1 ]
}

@test "logout takes it out, and ends it at the service" {
  moved
  succeeds dpat logout
  fails_with not_signed_in dpat list
  [ "$(sqlite3 "$STORE" 'SELECT count(*) FROM session')" -eq 0 ]
  # with the record put back, the keystore has nothing for it
  dpat login alice --password-stdin <password 2>/dev/null
  cp "$SESSIONS" kept
  succeeds dpat logout
  cp kept "$SESSIONS"
  fails_with not_signed_in dpat list
  [[ $stderr == *'not there any more'*'dpat login alice'* ]]
}

@test "when it is over any command takes it out, without asking" {
  moved
  cp "$KEYSTORE" before
  succeeds later "$DPAT" status
  run ! cmp -s before "$KEYSTORE"
  run -1 grep -q in_keystore "$SESSIONS"
  run --separate-stderr later "$DPAT" list
  [ "$status" -eq "$(exit_of session_expired)" ]
  [[ $stderr == *'has expired'* ]]
}

@test "when it is over and the keystore locked, it stays for a later run, and nobody is asked" {
  moved
  unset DPAT_PASSPHRASE_FILE
  run terminal -- env LC_ALL=C faketime -f +2h "$DPAT" status
  [ "$status" -eq 0 ]
  [[ $output != *assphrase* ]]
  grep -q in_keystore "$SESSIONS"
  DPAT_PASSPHRASE_FILE=$HOME/passphrase succeeds later "$DPAT" status
  run -1 grep -q in_keystore "$SESSIONS"
}

@test "a locked keystore: status asks nobody, a person is asked, where nobody is it is an error at once" {
  moved
  unset DPAT_PASSPHRASE_FILE
  succeeds timeout 60 setsid --wait "$DPAT" status
  [[ $output == *alice*"$KEYSTORE, locked"* ]]
  for command in list logout 'login alice --password-stdin' 'keystore release'; do
    # shellcheck disable=SC2086 # words
    run --separate-stderr timeout 60 setsid --wait "$DPAT" $command <password
    [ "$status" -eq "$(exit_of keystore_locked)" ]
    [[ $stderr == *'keystore is locked'*'dpat keystore unlock'* && $stderr != *'could not be kept'* ]]
  done
  [ "$(sqlite3 "$STORE" 'SELECT count(*) FROM session')" -eq 1 ] # no login was begun, no logout done
  run terminal --expect 'keystore: ' --send 'a long passphrase' -- "$DPAT" list -q
  [ "$status" -eq 0 ]
  run terminal --expect 'keystore: ' --send 'a wrong passphrase' -- "$DPAT" list -q
  [ "$status" -eq "$(exit_of keystore_locked)" ]
}

@test "unlocked, nothing asks" {
  moved
  needs_keyring
  succeeds dpat keystore unlock --for 1h
  unset DPAT_PASSPHRASE_FILE
  succeeds setsid --wait "$DPAT" list
  succeeds setsid --wait "$DPAT" logout
}

@test "a keystore that is gone: told what to do, and the way back works" {
  moved
  mv "$KEYSTORE" away
  fails_with keystore dpat list
  [[ $stderr == *'there is no keystore'*'dpat keystore release'*'dpat login alice'* ]]
  INPUT=password fails_with keystore dpat login alice --password-stdin
  succeeds dpat status
  [[ $output != *'with the password'* ]]
  [ ! -e "$KEYSTORE" ]
  run --separate-stderr dpat keystore release
  [ "$status" -eq "$(exit_of keystore)" ]
  succeeds dpat login alice --password-stdin <password
  [ -n "$(bearer)" ]
  succeeds dpat list
  mv away "$KEYSTORE" # what was lost is known still, and goes
  succeeds dpat list
  run -1 grep -q in_keystore "$SESSIONS"
}

@test "a keystore that comes back after release gives its sessions back" {
  moved
  mv "$KEYSTORE" away
  run dpat keystore release
  [ "$status" -eq "$(exit_of keystore)" ]
  mv away "$KEYSTORE"
  succeeds dpat list
  [ "$(bearer)" = "$OLD" ]
}

@test "a keystore that is gone: logout forgets the session and tells that the service was not told" {
  moved
  mv "$KEYSTORE" away
  fails_with keystore dpat logout --all
  grep -q alice "$SESSIONS"
  run --separate-stderr dpat logout
  [ "$status" -eq "$(exit_of keystore)" ]
  [[ $stderr == *'signed out here, but the service could not be told'* ]]
  fails_with not_signed_in dpat list
}

@test "a damaged keystore is told and left as it is" {
  moved
  damage "$KEYSTORE" 120
  cp "$KEYSTORE" bad
  cp "$SESSIONS" before
  fails_with keystore dpat list
  [[ $stderr == *damaged* ]]
  fails_with keystore dpat logout
  INPUT=password fails_with keystore dpat login alice --password-stdin
  fails_with keystore dpat keystore init --sessions
  cmp "$KEYSTORE" bad
  cmp "$SESSIONS" before
}

@test "release moves them back" {
  moved
  succeeds dpat keystore release
  [[ $stderr == *'sessions.json'* ]]
  [ "$(bearer)" = "$OLD" ]
  rm "$KEYSTORE"
  succeeds dpat list
  succeeds dpat keystore release # again is fine
}

@test "DPAT_PASSWORD_FILE leaves no session there either" {
  ready_keystore
  dpat keystore init --sessions -q
  dpat account add alice --password-stdin -q <password
  cp "$KEYSTORE" before
  DPAT_USER=alice DPAT_PASSWORD_FILE=$HOME/password succeeds dpat create ci --out ci.token
  cmp "$KEYSTORE" before
  run -1 grep -q alice "$SESSIONS"
}

@test "kill -9 at any moment of moving and signing in leaves a session that works, or one told to be gone" {
  moved
  # shellcheck disable=SC2046 # numbers
  for i in $(some 24 $(seq 240)); do
    case $((i % 3)) in
      0) dpat keystore release >/dev/null 2>&1 3>&- & ;;
      1) dpat keystore init --sessions >/dev/null 2>&1 3>&- & ;;
      2) dpat login alice --password-stdin <password >/dev/null 2>&1 3>&- & ;;
    esac
    killed_within 50 $!
    run --separate-stderr dpat list
    if [ "$status" -ne 0 ]; then
      [[ $stderr == *'not there any more'*'dpat login alice'* ]]
      dpat login alice --password-stdin <password 2>/dev/null
    fi
  done
  dpat keystore init --sessions -q
  succeeds dpat list
  run -1 grep -q '"bearer"' "$SESSIONS"
}

@test "each step of a move that a kill ends is finished by the next run" {
  native_only 'strace and the sanitizers get in each other'"'"'s way'
  command -v strace >/dev/null || skip 'no strace here'
  moved
  hit=0
  for way in 'init --sessions' release; do
    for when in 1 2 3 4 5; do
      case $way in release) dpat keystore init --sessions -q ;; *) dpat keystore release -q ;; esac
      # shellcheck disable=SC2086 # words
      run strace -qq -o trace -e trace=rename -e "inject=rename:signal=KILL:when=$when" "$DPAT" keystore $way
      ! grep -q KILL trace || hit=$((hit + 1))
      succeeds dpat list # which puts right what was begun
      succeeds dpat list
      case $(json '["bearers_in"]' <"$SESSIONS") in
        keystore) [ -z "$(bearer)" ] ;;
        *) [ "$(bearer)" = "$OLD" ] && run -1 grep -q in_keystore "$SESSIONS" ;;
      esac
    done
  done
  [ "$hit" -ge 6 ] # else nothing was proved
}
