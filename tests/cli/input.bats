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

@test "HOME unset" {
  unset HOME XDG_CONFIG_HOME XDG_STATE_HOME XDG_DATA_HOME
  fails_with config dpat list
  [[ $stderr == *HOME* ]]
  HOME='' fails_with config dpat list
  export DPAT_CONFIG_DIR=$BATS_TEST_TMPDIR/c DPAT_STATE_DIR=$BATS_TEST_TMPDIR/s DPAT_STORE=$BATS_TEST_TMPDIR/d.db
  succeeds dpat account add alice --password-stdin <<<"$PASSWORD"
  succeeds dpat login alice --password-stdin <<<"$PASSWORD"
  succeeds dpat create ci -q
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
