# dpat login: sessions, and the Docker CLI signed in.
setup() {
  load lib.bash
  dpat_home
  with_account alice
  printf '%s\n' "$PASSWORD" >password
}

# What docker would find for a registry: USER:SECRET
docker_entry() {
  "$PYTHON3" -c 'import base64, json, sys
entry = json.load(open(sys.argv[1])).get("auths", {}).get(sys.argv[2])
print(base64.b64decode(entry["auth"]).decode() if entry else "none")' "$DOCKER_CONFIG/config.json" "$1"
}

@test "opens a session for later commands, private" {
  succeeds dpat login alice --password-stdin <password
  [ "$output" = '' ]
  succeeds dpat list
  [ "$(stat -c %a "$XDG_STATE_HOME/dpat")" = 700 ]
  [ "$(stat -c %a "$XDG_STATE_HOME/dpat/sessions.json")" = 600 ]
  [ ! -e "$DOCKER_CONFIG/config.json" ]
  nowhere "$PASSWORD" || { rm password; nowhere "$PASSWORD"; }
}

@test "makes service and user the current ones" {
  dpat login alice --password-stdin <password
  unset DPAT_SERVICE
  succeeds dpat list
  succeeds dpat config get user
  [ "$output" = alice ]
  succeeds dpat config get service
  [ "$output" = local ]
}

@test "lasts 12 hours, --for up to 30 days" {
  succeeds dpat login alice --password-stdin --json <password
  is_document status <<<"$output"
  left=$(($(date -d "$(printf '%s' "$output" | json '["expires_at"]')" +%s) - $(date +%s)))
  [ "$left" -gt 43100 ]
  [ "$left" -le 43200 ]
  succeeds dpat login alice --password-stdin --for 30d --json <password
  left=$(($(date -d "$(printf '%s' "$output" | json '["expires_at"]')" +%s) - $(date +%s)))
  [ "$left" -gt $((30 * 86400 - 100)) ]
  INPUT=password fails_with invalid_time dpat login alice --password-stdin --for 31d
  INPUT=password fails_with invalid_time dpat login alice --password-stdin --for soon
}

@test "unknown user and wrong password look the same" {
  echo 'wrong horse battery' >wrong
  INPUT=wrong fails_with wrong_credentials dpat login alice --password-stdin
  one=$stderr
  INPUT=wrong fails_with wrong_credentials dpat login nobody --password-stdin
  [ "$one" = "$stderr" ]
  [[ $stderr != *'wrong horse'* ]]
  [ ! -e "$XDG_STATE_HOME/dpat/sessions.json" ]
}

@test "without a store nothing is made" {
  rm -r "$XDG_DATA_HOME"
  INPUT=password fails_with store_missing dpat login alice --password-stdin
  [ ! -e "$XDG_DATA_HOME/dpat" ]
  [[ $stderr == *'account add'* ]]
}

@test "without a terminal the password must come from stdin" {
  run --separate-stderr setsid -w "$DPAT" login alice </dev/null
  [ "$status" -eq "$(exit_of no_input)" ]
  [[ $stderr == *--password-stdin* ]]
  fails_with no_input dpat login alice --no-input
}

@test "--registry signs docker in with an automatic token" {
  succeeds dpat login alice --password-stdin --registry registry.example:5000 <password
  [[ $stderr == *unencrypted* ]]
  entry=$(docker_entry registry.example:5000)
  [[ $entry =~ ^alice:dpat_[0-9A-Za-z]{38}$ ]]
  succeeds dpat list --auto --porcelain
  [ "$(printf '%s\n' "$output" | cut -f 3-5)" = $'active\trepo:admin\tauto' ]
  # the registry is remembered for --docker
  succeeds dpat login alice --password-stdin --docker <password
  [ "$(docker_entry registry.example:5000)" != "$entry" ]
  [ "$(dpat list --auto -q | wc -l)" -eq 1 ]
}

@test "--docker needs to know which registry" {
  INPUT=password fails_with usage dpat login alice --password-stdin --docker
  [[ $stderr == *--registry* ]]
  INPUT=password fails_with usage dpat login alice --password-stdin --registry 'a b'
  [ "$(sqlite3 "$STORE" 'SELECT count(*) FROM session')" -eq 0 ]
}

@test "a token instead of the password signs docker in and opens no session" {
  dpat create ci -q --operator -u alice >ci.token
  succeeds dpat login alice --password-stdin --registry registry.example <ci.token
  [ "$(docker_entry registry.example)" = "alice:$(cat ci.token)" ]
  fails_with pat_cannot_manage dpat list
  [[ $stderr == *'dpat login'* ]]
  fails_with pat_cannot_manage dpat create more -q
  succeeds dpat status --json
  [ "$(printf '%s' "$output" | json '["signed_in_with"]')" = pat ]
  succeeds dpat login alice --password-stdin <password
  succeeds dpat login alice --password-stdin --registry registry.example <ci.token
  succeeds dpat list
}

@test "a mistyped token is refused and not shown" {
  dpat create ci -q --operator -u alice >ci.token
  sed -i 's/.$/!/' ci.token
  INPUT=ci.token fails_with wrong_credentials dpat login alice --password-stdin --registry registry.example
  [[ $stderr == *mistyped* && $stderr != *"$(cut -c 10-30 ci.token)"* ]]
  [ ! -e "$DOCKER_CONFIG/config.json" ]
}

@test "an entry that dpat did not write is replaced only with a yes" {
  mkdir -p "$DOCKER_CONFIG"
  printf '{"auths":{"registry.example":{"auth":"%s"}}}' "$(printf 'me:mine' | base64)" >"$DOCKER_CONFIG/config.json"
  INPUT=password fails_with no_input dpat login alice --password-stdin --registry registry.example
  [ "$(docker_entry registry.example)" = me:mine ]
  [ "$(sqlite3 "$STORE" 'SELECT count(*) FROM token')" -eq 0 ]
  succeeds dpat login alice --password-stdin --registry registry.example -y <password
  [[ $(docker_entry registry.example) == alice:dpat_* ]]
}

@test "a config.json that does not parse is told before anything is made" {
  mkdir -p "$DOCKER_CONFIG"
  for text in '{' '[]' '{"auths":{},"auths":{}}' $'\xef\xbb\xbf{}'; do
    printf '%s' "$text" >"$DOCKER_CONFIG/config.json"
    INPUT=password fails_with credentials_file dpat login alice --password-stdin --registry registry.example
    [ "$(cat "$DOCKER_CONFIG/config.json")" = "$text" ]
  done
  [ "$(sqlite3 "$STORE" 'SELECT count(*) FROM token')" -eq 0 ]
}

@test "when docker cannot be signed in the session stays and the token goes" {
  mkdir -p "$DOCKER_CONFIG" bin
  printf '{"credsStore":"broken"}' >"$DOCKER_CONFIG/config.json"
  printf '#!/bin/sh\ncat >/dev/null\ncase $1 in get) echo credentials not found in native keychain ;; *) echo the keyring is locked ;; esac\nexit 1\n' >bin/docker-credential-broken
  chmod +x bin/docker-credential-broken
  PATH=$HOME/bin:$PATH
  run --separate-stderr dpat login alice --password-stdin --registry registry.example <password
  [ "$status" -eq 14 ]
  [[ $stderr == *'the keyring is locked'* ]]
  succeeds dpat list --json
  [ "$(printf '%s' "$output" | json '["count"]')" = 0 ]
  [ "$(cat "$DOCKER_CONFIG/config.json")" = '{"credsStore":"broken"}' ]
}

@test "the sixth sign-in from another place pushes out the least recently used" {
  for i in 1 2 3 4 5; do
    DOCKER_CONFIG=$HOME/docker$i dpat login alice --password-stdin --registry registry.example <password
  done
  [ "$(dpat list --auto -q | wc -l)" -eq 5 ]
  DOCKER_CONFIG=$HOME/docker6 succeeds dpat login alice --password-stdin --registry registry.example <password
  [[ $stderr == *'used least recently, was deleted'* ]]
  [ "$(dpat list --auto -q | wc -l)" -eq 5 ]
}

@test "when the session has ended the entry of docker goes" {
  dpat login alice --password-stdin --registry registry.example <password
  dpat create mine --docker --registry own.example
  mine=$(docker_entry own.example)
  run faketime '+13 hours' "$DPAT" list
  [ "$status" -eq "$(exit_of session_expired)" ]
  [ "$(docker_entry registry.example)" = none ]
  [ "$(docker_entry own.example)" = "$mine" ]
}

@test "bad user names" {
  INPUT=password fails_with invalid_account_name dpat login Alice --password-stdin
  INPUT=password fails_with no_input dpat login --password-stdin
  INPUT=password fails_with usage dpat login alice bob --password-stdin
}

@test "what is no token service" {
  DPAT_SERVICE=nonsense run dpat list
  [ "$status" -eq 12 ] || [ "$status" -eq 2 ]
}
