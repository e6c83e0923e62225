# dpat create: what is made, where the secret goes, and what is refused.
setup() { load lib.bash; dpat_home; }

@test "-q prints only the secret" {
  signed_in
  succeeds dpat create ci -q
  [[ $output =~ ^dpat_[0-9A-Za-z]{38}$ ]]
  [ "$stderr" = '' ]
}

@test "--json has the token and its secret" {
  signed_in
  succeeds dpat create ci -s write -s admin -s write -e 2030-01-31 --json
  is_document token_created <<<"$output"
  [ "$(printf '%s' "$output" | json '["token"]["scopes"]')" = "['repo:write', 'repo:admin']" ]
  [ "$(printf '%s' "$output" | json '["token"]["expires_at"]')" = 2030-01-31T23:59:59Z ]
  [ "$(printf '%s' "$output" | json '["delivered_to"]')" = stdout ]
  [[ $(printf '%s' "$output" | json '["secret"]') == dpat_* ]]
}

@test "by default it may read and lives 90 days" {
  signed_in
  succeeds dpat create ci --json
  [ "$(printf '%s' "$output" | json '["token"]["scopes"]')" = "['repo:read']" ]
  created=$(date -d "$(printf '%s' "$output" | json '["token"]["created_at"]')" +%s)
  expires=$(date -d "$(printf '%s' "$output" | json '["token"]["expires_at"]')" +%s)
  [ $((90 * 86400 - (expires - created))) -le 3 ]
  [ $((expires - created)) -le $((90 * 86400)) ]
  DPAT_DEFAULT_EXPIRES=never succeeds dpat create forever --json
  [ "$(printf '%s' "$output" | json '["token"]["expires_at"]')" = null ]
  dpat config set default_expires 1d
  succeeds dpat create short --json
  [ "$(date -d "$(printf '%s' "$output" | json '["token"]["expires_at"]')" +%s)" -lt $(($(date +%s) + 86402)) ]
}

@test "a pipe or file needs -q or --json" {
  signed_in
  run --separate-stderr dpat create ci
  [ "$status" -eq "$(exit_of no_sink)" ]
  [ "$output" = '' ]
  [[ $stderr == *-q* && $stderr == *--json* && $stderr == *--out* && $stderr == *--docker* ]]
  [ "$(names)" = '' ]
}

@test "--out makes a private file" {
  signed_in
  succeeds dpat create ci --out ci.token
  [ "$output" = '' ]
  [ "$(stat -c %a ci.token)" = 600 ]
  [[ $(cat ci.token) =~ ^dpat_[0-9A-Za-z]{38}$ ]]
  succeeds dpat create two --out two.token --json
  [ "$(printf '%s' "$output" | json '["secret"]')" = null ]
  [ "$(printf '%s' "$output" | json '["delivered_to"]')" = file ]
}

@test "--out takes an empty file of one's own and nothing else" {
  signed_in
  touch empty
  succeeds dpat create ci --out empty
  [ -s empty ]
  echo precious >full
  fails_with file_exists dpat create two --out full
  [ "$(cat full)" = precious ]
  fails_with file_failed dpat create two --out .
  ln -s nowhere dangling
  run dpat create two --out dangling
  [ "$status" -eq 12 ]
  fails_with file_failed dpat create two --out missing/two
  fails_with usage dpat create two --out ''
  [ "$(names)" = ci ]
}

@test "an existing name is refused, or allowed, or fine" {
  signed_in
  dpat create ci -q >/dev/null
  fails_with name_taken dpat create ci -q
  [[ $stderr == *--allow-duplicate* && $stderr != *--if-absent* ]] # which stdout cannot have
  fails_with name_taken dpat create ci --out ci.token
  [[ $stderr == *--allow-duplicate* && $stderr == *--if-absent* ]]
  succeeds dpat create ci --allow-duplicate -q
  [ "$(names | wc -l)" -eq 2 ]
  fails_with usage dpat create other --if-absent -q
}

@test "--if-absent makes a token once, and is content with its secret where it should be" {
  signed_in
  for _ in first again; do
    succeeds dpat create ci --out ci.token --if-absent
    grep -qE '^dpat_[0-9A-Za-z]{38}$' ci.token
  done
  succeeds dpat create ci --if-absent --out ci.token --json
  [ "$(json '["created"]' <<<"$output")" = false ]
  [ "$(json '["delivered_to"]' <<<"$output")" = null ]
  succeeds dpat create other --if-absent --command 'cat >got'
  rm got
  succeeds dpat create other --if-absent --command 'cat >got' # where that put it cannot be looked at
  [ ! -e got ]
  [ "$(names | wc -l)" -eq 2 ]
}

@test "--if-absent fails where the token is there and its secret is not" {
  signed_in
  mkdir -p "$DOCKER_CONFIG"
  printf 'a long passphrase\n' >passphrase
  export DPAT_PASSPHRASE_FILE=$HOME/passphrase
  dpat keystore init -q
  dpat create ci -q >/dev/null
  touch empty
  for sink in '--out absent' '--out empty' '--out .' '--save' '--docker --registry reg.example' \
    '--docker --format podman --registry reg.example'; do
    # shellcheck disable=SC2086 # options
    fails_with name_taken dpat create ci --if-absent $sink
    [[ $stderr == *'its secret is not in'*"dpat delete $(id_of ci)"* ]] || { echo "$sink: $stderr"; return 1; }
  done
  [ ! -e absent ]
  [ ! -s empty ]
  [ "$(names)" = ci ]
}

@test "--if-absent with --docker and --save looks for the secret of that token" {
  signed_in
  printf 'a long passphrase\n' >passphrase
  export DPAT_PASSPHRASE_FILE=$HOME/passphrase
  dpat keystore init -q
  for sink in '--save' '--docker --registry reg.example'; do
    for _ in first again; do
      # shellcheck disable=SC2086 # options
      succeeds dpat create "ci$sink" --if-absent $sink
    done
  done
  [ "$(names | wc -l)" -eq 2 ]
  # what another put in its place is not its secret
  dpat create another --docker --registry reg.example -q
  fails_with name_taken dpat create 'ci--docker --registry reg.example' --if-absent --docker --registry reg.example
}

@test "bad names, scopes and times make nothing" {
  signed_in
  for name in '' ' ' "$(printf 'a\nb')" "$(printf '\x1b[31mred')" "$(printf '\xff')" "$(printf '%0101d' 0)"; do
    fails_with invalid_name dpat create -q -- "$name"
  done
  for scope in '' all repo READ repo:delete; do
    fails_with invalid_scope dpat create ci -q -s "$scope"
  done
  for when in '' 13q 2027-02-30 2020-01-01 0d -1d 99999999999999999999d 9999y tomorrow 2020-01-01T00:00:00Z; do
    fails_with invalid_time dpat create ci -q --expires="$when"
  done
  [ "$(names)" = '' ]
}

@test "a name may have 100 characters of any script" {
  signed_in
  name=$(printf 'ü%.0s' {1..100})
  succeeds dpat create "$name" -q
  [ "$(names)" = "$name" ]
}

@test "an argument that looks like a secret is refused and not shown" {
  signed_in
  dpat create ci -q >ci.token
  secret=$(cat ci.token)
  fails_with secret_in_argument dpat create "$secret" -q
  [[ $stderr != *"$secret"* ]]
  fails_with secret_in_argument dpat create x --out "$secret"
  fails_with secret_in_argument dpat "$secret"
  fails_with secret_in_argument dpat show dckr_pat_abcdefghijklmnopqrstuvwxyz0
  [[ $stderr != *abcdefghij* ]]
}

@test "-n makes nothing and opens nothing" {
  signed_in
  succeeds dpat create ci -n --out ci.token
  [[ $stderr == *'would be made'* ]]
  [ ! -e ci.token ]
  succeeds dpat create ci -n --json
  [ "$(printf '%s' "$output" | json '["created"]')" = false ]
  [ "$(names)" = '' ]
}

@test "service, user, scope and expiry are told on stderr" {
  signed_in
  succeeds dpat create ci --out ci.token -s admin -e 2031-05-05
  [[ $stderr == *alice* && $stderr == *'embedded service'* && $stderr == *repo:admin* && $stderr == *2031-05-05T23:59:59Z* ]]
}

@test "a full standard output leaves no live token" {
  signed_in
  run --separate-stderr bash -c '"$@" >/dev/full' - "$DPAT" create ci -q
  [ "$status" -eq "$(exit_of undelivered)" ]
  [ "$(names)" = '' ]
  run --separate-stderr bash -c '"$@" >/dev/full' - "$DPAT" create ci --json
  [ "$status" -eq 14 ]
  is_document error undelivered 14 <<<"${stderr_lines[-1]}"
  [ "$(printf '%s' "${stderr_lines[-1]}" | json '["error"]["details"]["undone"]')" = true ]
  [[ $(printf '%s' "${stderr_lines[-1]}" | json '["error"]["details"]["id"]') == ????????-* ]]
  [ "$(names)" = '' ]
}

@test "a closed standard output is told before anything is made" {
  signed_in
  run --separate-stderr bash -c '"$@" >&-' - "$DPAT" create ci -q
  [ "$status" -eq "$(exit_of output)" ]
  [ "$(names)" = '' ]
  [ "$(sqlite3 "$STORE" "SELECT count(*) FROM audit WHERE action = 'token_created'")" -eq 0 ]
}

@test "a pipe that nobody reads is told before anything is made" {
  signed_in
  mkfifo pipe
  # the shell holds both ends of the pipe, gives dpat the one to write to, and closes the one to read from
  run --separate-stderr bash -c 'exec 3<>pipe 4>pipe 3<&-; "$@" >&4 4>&-' - "$DPAT" create ci -q
  [ "$status" -eq "$(exit_of output)" ]
  [ "$(names)" = '' ]
}

@test "a reader that goes while the token is made leaves no live token" {
  signed_in
  mkfifo go pipe
  # the store is kept locked from when dpat has found the pipe in order until its reader has gone
  (printf 'BEGIN IMMEDIATE;\n'; cat go) | sqlite3 "$STORE" 3>&- &
  exec 8>go
  locked() { ! sqlite3 "$STORE" 'BEGIN IMMEDIATE; ROLLBACK' 2>/dev/null; }
  wait_until locked
  exec 9<>pipe
  # SIGPIPE as a login shell gives it, for whoever runs the tests may have it ignored
  env --default-signal=PIPE DPAT_DEBUG=1 "$DPAT" create ci -q >pipe 2>words 3>&- 8>&- 9>&- &
  maker=$!
  wait_until grep -q 'debug: store .* is open' words
  exec 9>&- 8>&-
  status=0
  wait "$maker" || status=$?
  cat words
  [ "$status" -eq "$(exit_of undelivered)" ]
  grep -q 'the token was deleted again' words
  [ "$(names)" = '' ]
}

@test "a full disk under --out leaves neither token nor file" {
  needs_mounts
  signed_in
  mkdir small
  mount -t tmpfs -o size=4k none small 2>/dev/null || skip 'no mount here'
  head -c 4096 /dev/zero >small/filler || :
  run --separate-stderr dpat create ci --out small/ci.token
  umount small
  [ "$status" -eq 14 ] || [ "$status" -eq 12 ]
  [ "$(names)" = '' ]
}

@test "--operator acts for a user without a session" {
  dpat account add bob --password-stdin <<<"$PASSWORD"
  succeeds dpat create ci -q --operator -u bob
  succeeds dpat list --operator -u bob --porcelain
  [[ $output == *$'\tci\t'* ]]
  fails_with account_not_found dpat list --operator -u nobody
  fails_with usage dpat list --operator
  [ "$(sqlite3 "$STORE" "SELECT actor FROM audit WHERE action = 'token_created'")" = operator ]
}

@test "with DPAT_PASSWORD_FILE a command signs in for itself alone" {
  with_account alice
  printf '%s\n' "$PASSWORD" >password
  chmod 600 password
  export DPAT_PASSWORD_FILE=$HOME/password DPAT_USER=alice
  succeeds dpat create ci -q
  succeeds dpat list -q
  [ ! -e "$XDG_STATE_HOME/dpat/sessions.json" ]
  [ "$(sqlite3 "$STORE" 'SELECT count(*) FROM session')" -eq 0 ]
  echo wrong-horse >password
  fails_with wrong_credentials dpat list
  rm password
  run dpat list
  [ "$status" -eq 12 ]
}

@test "a command gets the secret on its stdin, and its words stay off stdout" {
  signed_in
  succeeds dpat create ci --command 'cat >got; echo done; echo more >&2'
  grep -qE '^dpat_[0-9A-Za-z]{38}$' got
  [ "$(wc -c <got)" -eq 43 ] # without a newline
  [ -z "$output" ]
  [[ $stderr == *done*more* && $stderr != *"$(cat got)"* ]]
  succeeds dpat create ci2 --command 'cat >/dev/null' --json
  is_document token_created <<<"$output"
  [ "$(json '["delivered_to"]' <<<"$output")" = command ]
  [ "$(json '["secret"]' <<<"$output")" = null ]
}

@test "a command that does not read the whole secret has not got it" {
  signed_in
  for command in true 'exec <&-; sleep 0.2' 'exec </dev/null; true' 'dd bs=1 count=10 of=half 2>/dev/null' \
    'exec 3<&0; sleep 2 <&3 &' '(exec 0<&-; sleep 0.1)'; do
    run --separate-stderr dpat create ci --command "$command"
    [ "$status" -eq "$(exit_of undelivered)" ] || { echo "exit $status of: $command"; return 1; }
    [[ $stderr == *'did not read the secret'*'deleted again'* ]]
    [ -z "$(names)" ]
  done
  fails_with undelivered dpat create ci --command true
}

@test "a program that a command leaves in the background may read the secret a little later" {
  signed_in
  succeeds dpat create ci --command 'exec 3<&0; { sleep 0.3; cat >got; } <&3 &'
  wait_until grep -qE '^dpat_[0-9A-Za-z]{38}$' got
}

@test "a command that fails undoes the token" {
  signed_in
  for command in false 'exit 3' 'kill -9 $$' 'cat >/dev/null; exit 1' no-such-program; do
    run --separate-stderr dpat create ci --command "$command"
    [ "$status" -eq "$(exit_of undelivered)" ]
    [[ $stderr == *'deleted again'* ]]
  done
  [ -z "$(names)" ]
  fails_with usage dpat create ci --command ''
  fails_with usage dpat create ci --command cat --out file
  fails_with usage dpat create ci --command cat --docker
}

@test "a lock that cannot be had is told before a token is made" {
  signed_in
  printf 'a long passphrase\n' >passphrase
  export DPAT_PASSPHRASE_FILE=$HOME/passphrase
  dpat keystore init -q
  mkdir -p "$DOCKER_CONFIG"
  echo '{}' >"$DOCKER_CONFIG/config.json"
  state=$XDG_STATE_HOME/dpat
  for row in "$state/keystore --save" "$state/sessions.json --save" "$state/sessions.json --docker --registry reg.example" \
    "$DOCKER_CONFIG/config.json --docker --registry reg.example"; do
    read -ra words <<<"$row"
    rm -rf "${words[0]}.lock"
    mkdir "${words[0]}.lock" # not even root makes a lock of that
    run --separate-stderr dpat create ci "${words[@]:1}"
    [ "$status" -eq 12 ] || { echo "$row: $status: $stderr"; return 1; }
    [[ $stderr == *"${words[0]}"* ]]
    rm -r "${words[0]}.lock"
  done
  [ "$(sqlite3 "$STORE" "SELECT count(*) FROM audit WHERE action = 'token_created'")" -eq 0 ]
}

@test "a new file is synced with its folder" {
  native_only 'strace and the sanitizers get in each other'"'"'s way'
  command -v strace >/dev/null || skip 'no strace here'
  [ "$(id -u)" -eq 0 ] || skip 'needs root to trace a program that hides its memory'
  signed_in
  mkdir folder
  strace -y -o trace -e trace=fsync,write "$DPAT" create ci --out folder/ci.token 2>/dev/null
  tail -n +"$(grep -n 'write(.*folder/ci.token' trace | cut -d : -f 1 | head -1)" trace >after
  grep -q 'fsync(.*folder/ci.token>' after
  grep -q "fsync(.*$HOME/folder>" after
}

@test "a command sees no secret in its arguments or environment" {
  signed_in
  succeeds dpat create ci --command 'cat >got; tr "\0" "\n" </proc/$PPID/cmdline >seen; env >>seen'
  run -1 grep -qF "$(cat got)" seen
}
