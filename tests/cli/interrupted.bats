# What a run of create leaves when it is killed, and what the next run does about it.
setup() {
  load lib.bash
  dpat_home
  signed_in
  printf '%s\n' "$PASSWORD" >password
}

finish() {
  [ ! -s child ] || kill -9 "$(cat child)" 2>/dev/null || :
}

# A run that is delivering a secret, by a command that takes it and goes on: delivering NAME [OPTION...]
delivering() {
  # shellcheck disable=SC2016 # for the command's shell
  "$DPAT" create "$1" --command 'echo $$ >child; cat >got; touch started; exec sleep 60' "${@:2}" >/dev/null 2>&1 3>&- &
  MAKER=$!
  wait_until test -e started
  rm started
}

killed() {
  kill -9 $MAKER
  wait $MAKER 2>/dev/null || :
  finish
}

# As if it had been killed before it told the service that it begins.
not_begun() {
  sqlite3 "$STORE" "UPDATE delivery SET step = 'made' WHERE step = 'begun'"
}

requests() { sqlite3 "$STORE" "SELECT count(*) FROM delivery WHERE step <> 'done'"; }

# Every command that signs in names the token, and how to go on.
is_named() {
  local id
  id=$(id_of ci 2>/dev/null)
  for command in 'list -q' 'list --json' 'show ci' 'create other -n' 'log' 'status' 'status --check' 'delete other -f'; do
    # shellcheck disable=SC2086 # a command with its options
    run --separate-stderr dpat $command
    [[ $stderr == *"warning: "*"\"ci\" ($id)"*"dpat delete $id"*"dpat activate $id"* ]] || { echo "$command: $stderr"; return 1; }
  done
}

@test "a token whose secret may have been delivered is named until its owner says" {
  delivering ci
  killed
  is_named
  succeeds dpat activate ci
  succeeds dpat list -q
  [ -z "$stderr" ]
  delivering other
  killed
  run dpat delete other -y
  succeeds dpat list -q
  [ -z "$stderr" ]
  [ "$(names)" = ci ]
}

@test "a token whose secret nobody can have is deleted by the next run" {
  delivering ci
  killed
  not_begun
  succeeds dpat create other -n # a dry run only tells
  [[ $stderr == *'"ci"'* ]]
  succeeds dpat create ci -q # the name is free again
  [[ $stderr == *'"ci"'*'deleted again'* ]]
  succeeds dpat list -q
  [ -z "$stderr" ]
  [ "$(names)" = ci ]
  [ "$(sqlite3 "$STORE" "SELECT count(*) FROM audit WHERE action = 'token_deleted'")" -eq 1 ]
}

@test "a run that goes on is left alone, and finishes" {
  # shellcheck disable=SC2016 # for the command's shell
  "$DPAT" create ci --command 'cat >got; touch started; while [ ! -e go ]; do sleep 0.05; done' >/dev/null 2>err 3>&- &
  MAKER=$!
  wait_until test -e started
  for state in begun made; do
    sqlite3 "$STORE" "UPDATE delivery SET step = '$state'"
    succeeds dpat list -q
    [ -z "$stderr" ]
  done
  fails_with busy dpat create ci --if-absent --command 'cat >other'
  touch go
  wait $MAKER
  [ "$(requests)" -eq 0 ]
  succeeds dpat create ci --if-absent --command 'cat >other'
}

@test "who made it on another machine has a quarter of an hour" {
  delivering ci
  killed
  sqlite3 "$STORE" "UPDATE delivery SET maker = 'elsewhere:1:1:1', step = 'made'"
  succeeds dpat list -q
  [ -z "$stderr" ]
  sqlite3 "$STORE" "UPDATE delivery SET at_us = at_us - 901000000"
  succeeds dpat list -q
  [[ $stderr == *'deleted again'* ]]
  [ -z "$(names)" ]
}

@test "another process of the same number is not who made it" {
  delivering ci
  killed
  # as after many more processes: this shell has that number now
  sqlite3 "$STORE" "UPDATE delivery SET maker = replace (maker, ':$MAKER:', ':$$:')"
  is_named
}

@test "a token that was used has arrived" {
  delivering ci
  killed
  dpat login alice --password-stdin --registry reg.example <got 2>/dev/null
  succeeds dpat list -q
  [ -z "$stderr" ]
}

@test "a token that docker has is known to have arrived" {
  dpat create ci --docker --registry reg.example -q
  sqlite3 "$STORE" "UPDATE delivery SET step = 'begun'"
  succeeds dpat list -q
  [ -z "$stderr" ]
  [ "$(requests)" -eq 0 ]
}

@test "--if-absent is not content with a token that may be in nobody's hands" {
  delivering ci
  killed
  for sink in '--out got' '--command cat'; do
    # shellcheck disable=SC2086 # options
    fails_with name_taken dpat create ci --if-absent $sink
    [[ $stderr == *'may have gone nowhere'*"dpat delete $(id_of ci 2>/dev/null)"* ]]
  done
  dpat activate ci 2>/dev/null
  succeeds dpat create ci --if-absent --out got
}

@test "a token deleted while its secret is on the way is not delivered" {
  # shellcheck disable=SC2016 # for the command's shell
  "$DPAT" create ci --command 'cat >got; touch started; while [ ! -e go ]; do sleep 0.05; done' >/dev/null 2>err 3>&- &
  MAKER=$!
  wait_until test -e started
  dpat delete ci -y -q
  touch go
  status=0
  wait $MAKER || status=$?
  [ "$status" -eq "$(exit_of undelivered)" ]
  grep -q 'deleted it meanwhile' err
}

@test "the same over HTTP, where the same request never makes a second token" {
  start_server
  export DPAT_SERVICE=$URL
  dpat login alice --password-stdin <password 2>/dev/null
  bearer=$(json '["sessions"][-1]["bearer"]' <"$XDG_STATE_HOME/dpat/sessions.json")
  delivering ci
  succeeds dpat list -q
  [ -z "$stderr" ]
  killed
  run --separate-stderr dpat list -q
  [[ $stderr == *'"ci"'*'dpat activate'* ]]
  not_begun
  run --separate-stderr dpat list -q
  [[ $stderr == *'deleted again'* ]]
  ask() {
    curl -s -o answer -w '%{http_code}' -H "Authorization: Bearer $bearer" -H 'Content-Type: application/json' "$URL/v2/access-tokens$1" "${@:2}"
  }
  request='{"token_label":"x","request_id":"0b57f5f6-5d5c-4d0b-9a3c-3f1f5a1f0a01","maker":"a:b:1:2","sink":"file"}'
  [ "$(ask '' -d "$request")" -eq 201 ]
  made=$(json '["uuid"]' <answer)
  for name in x another; do
    [ "$(ask '' -d "${request/\"x\"/\"$name\"}")" -eq 409 ]
    [ "$(json '["code"]' <answer)" = request_repeated ]
    [ "$(json '["uuid"]' <answer)" = "$made" ]
  done
  [ "$(ask '?undelivered=true')" -eq 200 ]
  [ "$(json '["undelivered"][0]["delivery"]["step"]' <answer)" = made ]
  for bad in '"request_id":"x"' '"request_id":7' '"request_id":"0b57f5f6-5d5c-4d0b-9a3c-3f1f5a1f0a02","sink":"lost"' \
    '"request_id":"0b57f5f6-5d5c-4d0b-9a3c-3f1f5a1f0a02","maker":"\u001b[31m"'; do
    [ "$(ask '' -d "{\"token_label\":\"y\",$bad}")" -eq 400 ]
  done
  for step in made nothing; do
    [ "$(ask "/$made" -X PATCH -d "{\"delivery\":\"$step\"}")" -eq 400 ]
  done
  [ "$(ask "/$made" -X PATCH -d '{"delivery":"done"}')" -eq 200 ]
  [ "$(ask "/$made" -X PATCH -d '{"delivery":"begun"}')" -eq 200 ] # what is done stays done
  [ "$(ask '?undelivered=true')" -eq 200 ]
  [ "$(cat answer)" = '{"undelivered":[]}' ]
  [ "$(ask "/$made" -X DELETE)" -eq 204 ]
  [ "$(ask '' -d "$request")" -eq 409 ] # though it is gone
}

@test "memory that ends after the token was made names it, and the next run deletes or names it" {
  native_only 'the sanitizers have an allocator of their own'
  "$CC" -shared -fPIC -o oom.so "$TOP_SRCDIR/tests/support/oom.c"
  # close enough to meet the first uses of SQLite and of libcrypto
  "$PYTHON3" "$TOP_SRCDIR/tests/support/crash.py" oom --preload "$HOME/oom.so" --every 67 --first 0.7 -- -q
  for sink in '--out {}' '--docker --registry {}.example'; do
    # shellcheck disable=SC2086 # options
    "$PYTHON3" "$TOP_SRCDIR/tests/support/crash.py" oom --preload "$HOME/oom.so" --every 401 --first 0.7 -- $sink
  done
}

@test "kill -9 at any system call of create" {
  native_only 'strace and the sanitizers get in each other'"'"'s way'
  command -v strace >/dev/null || skip 'no strace here'
  [ "$(id -u)" -eq 0 ] || skip 'needs root to trace a program that hides its memory'
  "$PYTHON3" "$TOP_SRCDIR/tests/support/crash.py" kill --every 37 -- --out '{}'
}
