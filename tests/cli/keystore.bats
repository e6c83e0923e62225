# The keystore: made, unlocked and locked; dpat as Docker's credential helper over it.
setup() {
  load lib.bash
  load keystore.bash
  keystore_home
}

@test "a keystore is made on a terminal, its passphrase asked for twice" {
  succeeds dpat keystore status
  [[ $output == *'no keystore yet'* ]]
  run terminal --expect 'keystore: ' --send 'a long passphrase' --expect 'again: ' --send 'a long passphrase' \
    -- "$DPAT" keystore init
  [ "$status" -eq 0 ]
  [[ $output != *'a long passphrase'* ]]
  [ "$(stat -c %a "$KEYSTORE")" = 600 ]
  succeeds dpat keystore status --json
  is_document keystore <<<"$output"
  [[ $(dpat status) == *"$KEYSTORE, locked"* ]]
  dpat status --json | is_document status
  [ "$(json '["unlocked"]' <<<"$output")" = false ]
  fails_with file_exists dpat keystore init
  printf 'short\n' >short
  rm "$KEYSTORE"
  DPAT_PASSPHRASE_FILE=$HOME/short fails_with invalid_password dpat keystore init
  fails_with no_input dpat keystore init --no-input
  [[ $stderr == *hint:*DPAT_PASSPHRASE_FILE* ]]
  [ ! -e "$KEYSTORE" ]
}

@test "the helper's protocol, to the letter" {
  ready_keystore
  printf 'reg.example' >key
  INPUT=key answers 1 'credentials not found in native keychain' helper get
  printf '{"ServerURL":"reg.example","Username":"alice","Secret":"s3cret \\u00fc"}\n' >entry
  INPUT=entry answers 0 '' helper store
  INPUT=key answers 0 '{"ServerURL":"reg.example","Username":"alice","Secret":"s3cret ü"}' helper get
  printf 'reg.example\n' >key
  INPUT=key answers 0 '{"ServerURL":"reg.example","Username":"alice","Secret":"s3cret ü"}' helper get
  answers 0 '{"reg.example":"alice"}' helper list
  INPUT=key answers 0 '' helper erase
  INPUT=key answers 0 '' helper erase # of the absent too
  INPUT=key answers 1 'credentials not found in native keychain' helper get
  answers 0 '{}' helper list
  answers 1 'no credentials server URL' helper get
  answers 1 'no credentials server URL' helper erase
  printf '{"ServerURL":"","Username":"alice","Secret":"x"}' >entry
  INPUT=entry answers 1 'no credentials server URL' helper store
  printf '{"ServerURL":"reg.example","Username":"","Secret":"x"}' >entry
  INPUT=entry answers 1 'no credentials username' helper store
  answers 0 "docker-credential-dpat (dpat) v$(dpat version | cut -d ' ' -f 2)" helper version
  answers 0 'Usage: docker-credential-dpat <store|get|erase|list|version>' helper --help
  answers 1 'Usage: docker-credential-dpat <store|get|erase|list|version>' helper
  answers 1 'Usage: docker-credential-dpat <store|get|erase|list|version>' helper get list
  answers 1 'docker-credential-dpat: unknown action: frob' helper frob
}

@test "server names are opaque, identity tokens are kept, keys come in any case" {
  ready_keystore
  for key in 'https://index.docker.io/v1/' 'https://index.docker.io/v1/access-token' 'reg.example:5000' \
    'https://reg.example:5000' 'a key with "quotes" and \ and ü'; do
    "$PYTHON3" -c 'import json, sys; print(json.dumps({"ServerURL": sys.argv[1], "Username": "<token>", "Secret": "id"}))' \
      "$key" | helper store
  done
  printf 'https://reg.example:5000' >key
  INPUT=key answers 0 '{"ServerURL":"https://reg.example:5000","Username":"<token>","Secret":"id"}' helper get
  [ "$(helper list | json '.__len__()')" -eq 5 ]
  printf '{"serverurl":"low.example",\n"USERNAME":"a","secret":"","extra":[1]}\n' | helper store
  printf 'low.example' >key
  INPUT=key answers 0 '{"ServerURL":"low.example","Username":"a","Secret":""}' helper get
}

@test "hostile input" {
  ready_keystore
  store reg.example alice secret
  cp "$KEYSTORE" before
  for text in '' '[]' '{' 'null' '{"ServerURL":7,"Username":"a","Secret":"b"}' '{"ServerURL":"a","ServerURL":"b"}'; do
    printf '%s' "$text" >entry
    run helper store <entry
    [ "$status" -eq 1 ]
  done
  head -c 70000 /dev/zero | tr '\0' x >big
  run --separate-stderr helper get <big
  [ "$status" -eq 1 ]
  head -c 200 /dev/urandom >junk
  run helper store <junk
  [ "$status" -eq 1 ]
  cmp "$KEYSTORE" before
}

@test "nothing of it is in the clear, neither secrets nor names of servers" {
  ready_keystore
  store reg.example alice v3ry-s3cret
  run -1 grep -aqE 'reg.example|alice|v3ry' "$KEYSTORE"
  grep -aq DPATSEAL "$KEYSTORE"
}

@test "a wrong passphrase is told, and changes nothing" {
  ready_keystore
  store reg.example alice secret
  cp "$KEYSTORE" before
  export DPAT_PASSPHRASE_FILE=$HOME/other
  fails_with keystore_locked dpat keystore unlock
  printf 'reg.example' >key
  run --separate-stderr helper get <key
  [ "$status" -eq 1 ]
  [ "$output" = 'the passphrase of the keystore is wrong' ]
  run store reg.example bob other
  [ "$status" -eq 1 ]
  cmp "$KEYSTORE" before
}

@test "a locked keystore asks nobody where there is nobody, and never hangs" {
  ready_keystore
  unset DPAT_PASSPHRASE_FILE
  printf 'reg.example' >key
  run --separate-stderr timeout 60 setsid --wait docker-credential-dpat get <key
  [ "$status" -eq 1 ]
  [[ $output == *locked*unlock* ]]
  run --separate-stderr timeout 60 setsid --wait "$DPAT" keystore unlock
  [ "$status" -eq "$(exit_of keystore_locked)" ]
}

@test "unlocked, nothing asks until it is locked or the time is over" {
  ready_keystore
  store reg.example alice secret
  needs_keyring
  succeeds dpat keystore unlock --for 1h
  unset DPAT_PASSPHRASE_FILE
  printf 'reg.example' >key
  INPUT=key answers 0 '{"ServerURL":"reg.example","Username":"alice","Secret":"secret"}' helper get
  run --separate-stderr setsid --wait docker-credential-dpat get <key # another session of this user
  [ "$status" -eq 0 ]
  succeeds dpat keystore status
  [[ $output == *unlocked* ]]
  succeeds dpat status
  [[ $output == *"$KEYSTORE, unlocked"* ]]
  succeeds dpat keystore lock
  run setsid --wait docker-credential-dpat get <key
  [ "$status" -eq 1 ]
  DPAT_PASSPHRASE_FILE=$HOME/passphrase succeeds dpat keystore unlock --for 1s
  locked() { ! setsid --wait docker-credential-dpat get <key >/dev/null; }
  wait_until locked
  DPAT_PASSPHRASE_FILE=$HOME/passphrase fails_with invalid_time dpat keystore unlock --for 31d
}

@test "another passphrase: the old one opens nothing any more" {
  ready_keystore
  store reg.example alice secret
  run terminal --expect 'New passphrase of dpat' --send 'another one altogether' --expect 'again: ' \
    --send 'another one altogether' -- "$DPAT" keystore passphrase
  [ "$status" -eq 0 ]
  fails_with keystore_locked dpat keystore unlock
  export DPAT_PASSPHRASE_FILE=$HOME/other
  printf 'reg.example' >key
  INPUT=key answers 0 '{"ServerURL":"reg.example","Username":"alice","Secret":"secret"}' helper get
}

@test "eight helpers at once lose nothing" {
  ready_keystore
  for i in 1 2 3 4 5 6 7 8; do
    store "r$i.example" alice "secret$i" 3>&- &
  done
  wait
  [ "$(helper list | json '.__len__()')" -eq 8 ]
}

@test "kill -9 at any moment of a store leaves the old content or the new" {
  ready_keystore
  store reg.example alice old
  printf 'reg.example' >key
  # shellcheck disable=SC2046 # numbers
  for i in $(some 20 $(seq 200)); do
    store reg.example alice "new$i" 3>&- &
    killed_within 10 $!
    helper get <key | grep -qE '"Secret":"(old|new[0-9]+)"}$'
  done
}

@test "the docker client keeps its credentials there" {
  command -v docker >/dev/null || skip 'no docker client here'
  export DPAT_PASSPHRASE_FILE=$HOME/passphrase
  succeeds dpat keystore init --docker
  grep -q '"credsStore": "dpat"' "$DOCKER_CONFIG/config.json"
  registry
  signed_in
  succeeds dpat create ci --docker --registry "$REGISTRY"
  [[ $stderr == *'in docker-credential-dpat'* && $stderr != *unencrypted* ]]
  run -1 grep -q '"auth"' "$DOCKER_CONFIG/config.json"
  docker manifest inspect --insecure "$REGISTRY/demo/app" >/dev/null
  grep -q '^alice dpat_' "$SEEN"
  docker login --username bob --password-stdin "$REGISTRY" <<<'bobs secret' >/dev/null 2>&1 || :
  docker logout "$REGISTRY" >/dev/null 2>&1
  printf '%s' "$REGISTRY" >key
  INPUT=key answers 1 'credentials not found in native keychain' helper get
}

@test "another store that docker uses is replaced only with a yes" {
  export DPAT_PASSPHRASE_FILE=$HOME/passphrase
  mkdir -p "$DOCKER_CONFIG"
  printf '{"credsStore":"pass","other":{"kept":1}}' >"$DOCKER_CONFIG/config.json"
  fails_with no_input dpat keystore init --docker
  grep -q pass "$DOCKER_CONFIG/config.json"
  succeeds dpat keystore init --docker -y
  [ "$(json '["credsStore"]' <"$DOCKER_CONFIG/config.json")" = dpat ]
  [ "$(json '["other"]["kept"]' <"$DOCKER_CONFIG/config.json")" = 1 ]
  [[ $stderr == *'Docker keeps its credentials in it from now on'* && $stderr != *warning* ]]
  rm bin/docker-credential-dpat
  succeeds dpat keystore init --docker
  [[ $stderr == *'docker-credential-dpat'*'is not a program on PATH; put it there: ln -s '* ]]
  succeeds dpat keystore init --docker -q
  [[ $stderr != *'from now on'* ]]
}

# A session of an hour with an automatic token in the keystore.
signed_in_for_an_hour() {
  export DPAT_PASSPHRASE_FILE=$HOME/passphrase
  dpat keystore init --docker -q
  with_account alice
  dpat login alice --password-stdin --registry reg.example --for 1h <<<"$PASSWORD" 2>/dev/null
  printf 'reg.example' >key
  helper get <key | grep -q dpat_
}

@test "an automatic token's entry is gone when its session is over, and really gone" {
  signed_in_for_an_hour
  INPUT=key answers 1 'credentials not found in native keychain' later "$HOME/bin/docker-credential-dpat" get
  answers 0 '{}' helper list
  succeeds later "$DPAT" status # what is remembered of it goes as well
  run -1 grep -q reg.example "$XDG_STATE_HOME/dpat/sessions.json" "$DOCKER_CONFIG/config.json"
}

@test "what was written before Docker used the keystore is known to rest in config.json, and taken from there" {
  export DPAT_PASSPHRASE_FILE=$HOME/passphrase
  signed_in
  dpat create ci --docker --registry reg.example
  dpat keystore init -q
  sed -i '1s/{/{"credsStore":"dpat",/' "$DOCKER_CONFIG/config.json" # by hand: keystore init --docker moves it
  succeeds dpat status
  [[ $output == *"reg.example, in $(realpath "$DOCKER_CONFIG")/config.json, unencrypted"* ]]
  succeeds dpat logout
  run -1 grep -q reg.example "$DOCKER_CONFIG/config.json"
}

@test "any command takes it out of the keystore" {
  signed_in_for_an_hour
  succeeds later "$DPAT" status
  [ -z "$stderr" ]
  answers 0 '{}' helper list
  run -1 grep -q reg.example "$XDG_STATE_HOME/dpat/sessions.json" "$DOCKER_CONFIG/config.json"
}

@test "what somebody else stored for that registry since is given, and stays" {
  signed_in_for_an_hour
  store reg.example bob 'bobs own'
  INPUT=key answers 0 '{"ServerURL":"reg.example","Username":"bob","Secret":"bobs own"}' \
    later "$HOME/bin/docker-credential-dpat" get
  succeeds later "$DPAT" status
  answers 0 '{"reg.example":"bob"}' helper list
}

@test "while the keystore is locked it stays, nobody is asked, and a later run takes it" {
  signed_in_for_an_hour
  unset DPAT_PASSPHRASE_FILE
  run terminal -- env LC_ALL=C faketime -f +2h "$DPAT" status
  [ "$status" -eq 0 ]
  [[ $output != *Passphrase* && $output == *'is still there'* ]]
  grep -q reg.example "$XDG_STATE_HOME/dpat/sessions.json"
  export DPAT_PASSPHRASE_FILE=$HOME/passphrase
  answers 0 '{"reg.example":"alice"}' helper list
  succeeds later "$DPAT" status
  answers 0 '{}' helper list
}

@test "a job in the background is not stopped to be asked" {
  ready_keystore
  unset DPAT_PASSPHRASE_FILE
  # shellcheck disable=SC2016 # the inner shell's variables
  run terminal -- bash -c 'set -m; "$0" keystore unlock & wait $!; echo "ended $?"' "$DPAT"
  [[ $output == *"ended $(exit_of keystore_locked)"* ]]
}

@test "create --save keeps the secret there, and the keystore is opened first" {
  ready_keystore
  signed_in
  succeeds dpat create 'ci build' --save
  [ -z "$output" ]
  [[ $stderr == *"dpat keystore get 'ci build'"* && $stderr != *dpat_[0-9A-Za-z]* ]]
  key=$(helper list | json '.__iter__().__next__()')
  printf '%s' "$key" >key
  helper get <key | json '["Secret"]' >ci.token
  succeeds dpat login alice --password-stdin --registry registry.example <ci.token
  succeeds dpat create other --save --json
  is_document token_created <<<"$output"
  [ "$(json '["delivered_to"]' <<<"$output")" = keystore ]
  [ "$(json '["secret"]' <<<"$output")" = null ]
  DPAT_PASSPHRASE_FILE=$HOME/other fails_with keystore_locked dpat create third --save
  rm "$KEYSTORE"
  fails_with keystore dpat create third --save
  [ "$(dpat list -q | wc -l)" -eq 2 ]
  fails_with usage dpat create third --save --docker
}

@test "where docker's credentials rest in a locked keystore, it is said" {
  DPAT_PASSPHRASE_FILE=$HOME/passphrase dpat keystore init --docker -q
  signed_in
  run --separate-stderr dpat create ci --docker --registry registry.example
  [ "$status" -eq 12 ]
  [[ $stderr == *'docker-credential-dpat store failed'*'keystore is locked'*'dpat keystore unlock'* ]]
  [ -z "$(dpat list -q)" ]
}
