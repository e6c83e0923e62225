# Hostile input: huge, binary, empty, missing folders, other people's folders.
setup() { load lib.bash; dpat_home; }

@test "10 MB on stdin for a password" {
  with_account alice
  head -c 10000000 /dev/zero | tr '\0' x >big
  INPUT=big fails_with usage dpat login alice --password-stdin
  INPUT=big fails_with usage dpat account add bob --password-stdin
  head -c 10000000 /dev/urandom >binary
  run dpat login alice --password-stdin <binary
  [ "$status" -ne 0 ] && [ "$status" -lt 20 ]
}

@test "10 MB on stdin for TOKENs" {
  signed_in
  head -c 10000000 /dev/zero | tr '\0' x >big
  INPUT=big fails_with usage dpat show -
  head -c 1000 /dev/zero >zeros
  INPUT=zeros fails_with usage dpat show -
}

@test "a secret among TOKENs on stdin is not shown" {
  signed_in
  dpat create ci -q >ci.token
  INPUT=ci.token fails_with secret_in_argument dpat delete -y -
  [[ $stderr != *"$(cat ci.token)"* ]]
}

@test "an argument of 100 kB" {
  signed_in
  fails_with invalid_name dpat create -q "$(head -c 100000 /dev/zero | tr '\0' x)"
  fails_with token_not_found dpat show "$(head -c 100000 /dev/zero | tr '\0' x)"
  fails_with usage dpat "$(head -c 100000 /dev/zero | tr '\0' x)"
}

# Nothing says where dpat's own files could be.
homeless() { env -u HOME -u XDG_CONFIG_HOME -u XDG_STATE_HOME -u XDG_DATA_HOME -u DOCKER_CONFIG "$DPAT" "$@"; }

@test "without HOME what would be stored is refused, with the way out" {
  signed_in
  export DPAT_STORE=$STORE
  for command in 'list' 'login alice --password-stdin' 'logout' 'status' 'config list' 'config set color never' \
    'keystore init' 'keystore status' 'credential list' 'create ci -q'; do
    # shellcheck disable=SC2086 # words
    fails_with config homeless $command
    [[ $stderr == *'HOME is not set'*hint:*HOME* ]]
  done
  unset DPAT_STORE
  fails_with config homeless account list
  [[ $stderr == *DPAT_STORE* ]]
  HOME='' XDG_CONFIG_HOME='' XDG_STATE_HOME='' XDG_DATA_HOME='' fails_with config dpat list
  [ ! -e /nonexistent ]
}

@test "without HOME what stores nothing works" {
  signed_in
  for command in --help version --version help 'help scopes' 'completion bash' 'list --help'; do
    # shellcheck disable=SC2086 # words
    succeeds homeless $command
  done
  printf '%s\n' "$PASSWORD" >password
  export DPAT_PASSWORD_FILE=$HOME/password DPAT_USER=alice
  start_server
  for service in --service="$URL" --store="$STORE"; do
    succeeds homeless create ci -q "$service"
    [[ $output == dpat_* && $stderr == '' ]]
    succeeds homeless list -q "$service"
    [ "${#lines[@]}" -eq 1 ]
    fails_with config homeless create cd --save "$service"
    # docker itself looks for its folder in the home that the system knows
    DOCKER_CONFIG=$HOME/d run env -u HOME -u XDG_CONFIG_HOME -u XDG_STATE_HOME -u XDG_DATA_HOME "$DPAT" create cd --docker \
      --registry registry.example "$service"
    [ "$status" -eq 12 ]
    [[ $output == *hint:*DPAT_STATE_DIR* ]]
    DPAT_STATE_DIR=$HOME/s DOCKER_CONFIG=$HOME/d succeeds env -u HOME "$DPAT" create cd --docker \
      --registry registry.example "$service"
    DPAT_STATE_DIR=$HOME/s DOCKER_CONFIG=$HOME/d succeeds env -u HOME "$DPAT" delete cd -y "$service"
    succeeds homeless delete ci -y "$service"
    succeeds homeless list -q "$service"
    [ "$output" = '' ]
  done
  succeeds homeless account list -q --store="$STORE"
  succeeds homeless log --operator --store="$STORE"
}

@test "folders that are named stand in for HOME" {
  unset HOME XDG_CONFIG_HOME XDG_STATE_HOME XDG_DATA_HOME
  export DPAT_CONFIG_DIR=$BATS_TEST_TMPDIR/c DPAT_STATE_DIR=$BATS_TEST_TMPDIR/s DPAT_STORE=$BATS_TEST_TMPDIR/d.db
  succeeds dpat account add alice --password-stdin <<<"$PASSWORD"
  succeeds dpat login alice --password-stdin <<<"$PASSWORD"
  succeeds dpat create ci -q
}

@test "an empty secret in a file that the environment names is refused before it is used" {
  signed_in
  : >empty
  echo >newline
  for file in empty newline; do
    DPAT_USER=alice DPAT_PASSWORD_FILE=$HOME/$file fails_with config dpat list
    [[ $stderr == *"$HOME/$file (DPAT_PASSWORD_FILE) is empty"* ]]
    DPAT_PASSPHRASE_FILE=$HOME/$file fails_with config dpat keystore init
  done
  run -1 grep -q sign_in_failed <<<"$(dpat log --json)"
}

@test "HOME that is no folder, or not writable" {
  echo x >file
  export HOME=$HOME/file
  unset XDG_CONFIG_HOME XDG_STATE_HOME XDG_DATA_HOME DOCKER_CONFIG
  run --separate-stderr dpat account add alice --password-stdin <<<"$PASSWORD"
  [ "$status" -eq 12 ]
  [[ $stderr == *"$HOME"* ]]
}

@test "relative XDG folders are not followed" {
  export XDG_DATA_HOME=relative
  run --separate-stderr dpat account add alice --password-stdin <<<"$PASSWORD"
  [ ! -e relative ] || [ "$status" -eq 0 ]
}

@test "a state folder of another user" {
  [ "$(id -u)" -eq 0 ] || skip 'needs root'
  signed_in
  chown -R 12345 "$XDG_STATE_HOME/dpat"
  fails_with state dpat list
  [[ $stderr == *"$XDG_STATE_HOME/dpat"* ]]
  printf '%s\n' "$PASSWORD" >in
  INPUT=in fails_with state dpat login alice --password-stdin
}

@test "a state folder that others may write" {
  signed_in
  chmod 777 "$XDG_STATE_HOME/dpat"
  fails_with state dpat list
  chmod 700 "$XDG_STATE_HOME/dpat"
  chmod 666 "$XDG_STATE_HOME/dpat/sessions.json"
  fails_with state dpat list
}

@test "a damaged file of sessions is told and left alone" {
  signed_in
  echo '{' >"$XDG_STATE_HOME/dpat/sessions.json"
  fails_with state dpat list
  printf '%s\n' "$PASSWORD" >in
  INPUT=in fails_with state dpat login alice --password-stdin
  [ "$(cat "$XDG_STATE_HOME/dpat/sessions.json")" = '{' ]
}

@test "without write permission the sentence names the folder" {
  needs_nobody
  run --separate-stderr as_nobody "$PUBLIC/dpat" account add alice --password-stdin <<<"$PASSWORD"
  [ "$status" -eq 12 ]
  [[ $stderr == *"$PUBLIC"* ]]
}
