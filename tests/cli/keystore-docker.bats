# Docker's credentials and the keystore: moving in what Docker has, and signing out while it is locked or damaged.
setup() {
  load lib.bash
  load helper.bash
  load keystore.bash
  keystore_home
  export DPAT_PASSPHRASE_FILE=$HOME/passphrase
  printf '%s\n' "$PASSWORD" >password
  CONFIG=$DOCKER_CONFIG/config.json
  SESSIONS=$XDG_STATE_HOME/dpat/sessions.json
  mkdir -p "$DOCKER_CONFIG"
}

# The base64 of USER:SECRET, as config.json has it.
entry() { printf '{"auth":"%s"}' "$(printf '%s' "$1" | base64 -w 0)"; }

# What the keystore gives for a server: held SERVER
held() { printf '%s' "$1" | helper get | json '["Username"] + ":" + document["Secret"]'; }

# Signed in with an automatic token for registry.example in config.json, beside an entry of somebody's.
with_docker() {
  printf '{"auths":{"other.example":%s},"psFormat":"x"}' "$(entry zoe:hers)" >"$CONFIG"
  signed_in
  dpat login alice --password-stdin --registry registry.example <password 2>/dev/null
}

@test "init --docker moves what dpat stored; of what it did not it asks, one by one" {
  with_docker
  printf '%s' "$(sed 's/"auths": {/&"third.example":'"$(entry tom:his)"',/' "$CONFIG")" >"$CONFIG"
  cp "$CONFIG" before
  fails_with no_input dpat keystore init --docker
  [[ $stderr == *'-y'* ]]
  cmp "$CONFIG" before
  [ ! -e "$KEYSTORE" ]
  run terminal --expect 'of tom for third.example' --send y --expect 'of zoe for other.example' --send n \
    -- "$DPAT" keystore init --docker
  [ "$status" -eq 0 ]
  [[ $output == *'moved the credentials for third.example'*'left the credentials for other.example where they are'* ]]
  [[ $(held registry.example) == alice:dpat_* ]]
  [ "$(held third.example)" = tom:his ]
  [ "$(json '["credsStore"]' <"$CONFIG")" = dpat ]
  [ "$(json '["credHelpers"]' <"$CONFIG")" = "{'other.example': ''}" ]
  [ "$(json '["auths"]["registry.example"]' <"$CONFIG")" = '{}' ]
  [ "$(json '["auths"]["third.example"]' <"$CONFIG")" = '{}' ]
  grep -q "$(printf zoe:hers | base64)" "$CONFIG"
  grep -q psFormat "$CONFIG"
  succeeds dpat status
  [[ $output == *'registry.example, in docker-credential-dpat'* ]]
  succeeds dpat logout
  [ "$(helper list)" = '{"third.example":"tom"}' ]
}

@test "-y moves all of it, and a keystore that is there and in use keeps what it has" {
  with_docker
  succeeds dpat keystore init --docker -y --json
  is_document keystore <<<"$output"
  [ "$(json '["moved"]' <<<"$output")" = "['other.example', 'registry.example']" ]
  [ "$(json '["kept"]' <<<"$output")" = '[]' ]
  [ "$(held other.example)" = zoe:hers ]
  run -1 grep -q '"auth"' "$CONFIG"
  cp "$CONFIG" before
  succeeds dpat keystore init --docker # again is fine, and nobody is asked
  cmp "$CONFIG" before
  # what a program that does not look at credsStore wrote since
  printf '{"credsStore":"dpat","auths":{"other.example":%s,"new.example":%s}}' "$(entry zoe:older)" "$(entry tom:his)" >"$CONFIG"
  succeeds dpat keystore init --docker -y
  [ "$(held other.example)" = zoe:hers ]
  [ "$(held new.example)" = tom:his ]
  grep -q "$(printf zoe:older | base64)" "$CONFIG" # docker does not look at it
}

@test "entries that a former dpat left in the clear beside the keystore move in" {
  with_docker
  "$PYTHON3" -c 'import json, sys
config = json.load(open(sys.argv[1]))
del config["auths"]["other.example"]
config["credsStore"] = "dpat"
json.dump(config, open(sys.argv[1], "w"))' "$CONFIG"
  succeeds dpat keystore init --docker
  [[ $(held registry.example) == alice:dpat_* ]]
  run -1 grep -q '"auth"' "$CONFIG"
}

@test "keys that are URLs, identity tokens and helpers of single hosts" {
  printf '{"credHelpers":{"kept.example":"vault"},"auths":{"https://index.docker.io/v1/":%s,"https://old.example/v2/":%s,
    "https://index.docker.io/v1/refresh-token":%s,"kept.example":{},"two.example":%s,"http://two.example/v1/":%s,
    "id.example":{"auth":"dG9tOg==","identitytoken":"refresh"}}}' "$(entry a:1)" "$(entry b:2)" "$(entry c:3)" \
    "$(entry d:4)" "$(entry e:5)" >"$CONFIG"
  succeeds dpat keystore init --docker -y
  [ "$(held https://index.docker.io/v1/)" = a:1 ]
  [ "$(held https://index.docker.io/v1/refresh-token)" = c:3 ]
  [ "$(held old.example)" = b:2 ]
  [ "$(held two.example)" = d:4 ]
  [ "$(held id.example)" = '<token>:refresh' ]
  [ "$(json '["credHelpers"]' <"$CONFIG")" = "{'kept.example': 'vault'}" ]
  run -1 grep -q old.example/v2 "$CONFIG"
}

@test "what another store has moves out of it, or stays and is still found there" {
  vault_helper
  printf '{"credsStore":"vault"}' >"$CONFIG"
  for server in one two; do
    printf '{"ServerURL":"%s.example","Username":"tom","Secret":"%s"}' $server $server | docker-credential-vault store
  done
  printf '{"credsStore":"vault","auths":{"one.example":{},"two.example":{},"gone.example":{}}}' >"$CONFIG"
  run terminal --expect 'kept by docker-credential-vault now' --send y --expect 'for one.example' --send y \
    --expect 'for two.example' --send n -- "$DPAT" keystore init --docker
  [ "$status" -eq 0 ]
  [ "$(held one.example)" = tom:one ]
  [ ! -e vault/one.example ]
  [ -e vault/two.example ]
  [ "$(json '["credHelpers"]' <"$CONFIG")" = "{'two.example': 'vault'}" ]
}

@test "docker itself finds all of it afterwards" {
  command -v docker >/dev/null || skip 'no docker client here'
  registry
  signed_in
  printf '{"auths":{"other.example":%s}}' "$(entry zoe:hers)" >"$CONFIG"
  dpat create ci --docker --registry "$REGISTRY"
  succeeds dpat keystore init --docker -y
  succeeds timeout 20 docker manifest inspect --insecure "$REGISTRY/demo/app"
  grep -q '^alice dpat_' "$SEEN"
  # and what was left in the file
  printf '{"auths":{"%s":%s}}' "$REGISTRY" "$(entry zoe:hers)" >"$CONFIG"
  run terminal --expect "of zoe for $REGISTRY" --send n -- "$DPAT" keystore init --docker
  rm "$SEEN"
  timeout 20 docker manifest inspect --insecure "$REGISTRY/demo/app" >/dev/null || :
  grep -q '^zoe hers' "$SEEN"
}

# Signed in, with docker's entry in the keystore, which is locked.
locked() {
  signed_in
  printf '{"credsStore":"dpat"}' >"$CONFIG"
  ready_keystore
  dpat login alice --password-stdin --registry registry.example <password 2>/dev/null
  unset DPAT_PASSPHRASE_FILE
}

@test "logout while the keystore is locked ends the session, says what is left, and is finished later" {
  locked
  run --separate-stderr setsid --wait "$DPAT" logout --json
  [ "$status" -eq "$(exit_of credential_helper)" ]
  [ "$(json '["error"]["details"]["left"]' <<<"${stderr_lines[-1]}")" = "['registry.example in docker-credential-dpat']" ]
  [[ ${stderr_lines[-1]} == *'alice is signed out, but not all is gone'*'keystore is locked'*'dpat keystore unlock'*'dpat logout'* ]]
  [ "$(sqlite3 "$STORE" "SELECT count(*) FROM token WHERE source = 'auto'")" -eq 0 ]
  succeeds dpat status --json
  is_document status <<<"$output"
  [ "$(json '["signed_in_with"]' <<<"$output")" = null ]
  [ "$(json '["docker_entries"][0]["ended"]' <<<"$output")" = true ]
  succeeds dpat status
  [[ $output == *'registry.example, in docker-credential-dpat, left by an ended sign-in'* ]]
  fails_with not_signed_in dpat list
  [ -z "$(dpat status --all --porcelain)" ]
  run setsid --wait "$DPAT" logout # still locked
  [ "$status" -eq "$(exit_of credential_helper)" ]
  export DPAT_PASSPHRASE_FILE=$HOME/passphrase
  succeeds dpat logout
  [ "$(helper list)" = '{}' ]
  run -1 grep -q registry.example "$CONFIG" "$SESSIONS"
  succeeds dpat status --json
  [ "$(json '["docker_entries"]' <<<"$output")" = '[]' ]
}

@test "any command finishes it once the keystore is open, and a new login is not touched by it" {
  locked
  run setsid --wait "$DPAT" logout
  export DPAT_PASSPHRASE_FILE=$HOME/passphrase
  succeeds dpat login alice --password-stdin --registry registry.example <password
  [[ $(held registry.example) == alice:dpat_* ]]
  succeeds dpat status --json
  [ "$(json '["docker_entries"].__len__()' <<<"$output")" -eq 1 ]
  [ "$(json '["docker_entries"][0]["ended"]' <<<"$output")" = false ]
}

@test "several that are left are all told, and those that can go do" {
  locked
  export DPAT_PASSPHRASE_FILE=$HOME/passphrase
  dpat create one --docker --registry one.example
  DOCKER_CONFIG=$HOME/second dpat create two --docker --registry two.example 2>/dev/null
  unset DPAT_PASSPHRASE_FILE
  run --separate-stderr setsid --wait "$DPAT" logout --json
  [ "$(json '["error"]["details"]["left"]' <<<"${stderr_lines[-1]}")" = \
    "['registry.example in docker-credential-dpat', 'one.example in docker-credential-dpat']" ]
  run -1 grep -q '"auth"' second/config.json
}

@test "docker logout beforehand lets logout be whole, whatever the helper says" {
  locked
  printf '{"credsStore":"dpat"}' >"$CONFIG"
  run --separate-stderr setsid --wait "$DPAT" status
  [[ $output != *registry.example* ]]
  succeeds setsid --wait "$DPAT" logout
}

@test "after release of a damaged keystore logout finishes, and its bearer goes when the keystore is back" {
  signed_in
  ready_keystore
  dpat keystore init --sessions -q
  cp "$KEYSTORE" good
  damage "$KEYSTORE" 120
  run --separate-stderr dpat keystore release
  [ "$status" -eq "$(exit_of keystore)" ]
  run --separate-stderr dpat logout
  [ "$status" -eq "$(exit_of keystore)" ]
  [[ $stderr == *'signed out here, but the service could not be told'* ]]
  succeeds dpat status --json
  [ "$(json '["signed_in_with"]' <<<"$output")" = null ]
  fails_with not_signed_in dpat list
  succeeds dpat logout
  cp good "$KEYSTORE"
  succeeds dpat status
  run -1 grep -q alice "$SESSIONS"
  run ! cmp -s good "$KEYSTORE"
  succeeds dpat login alice --password-stdin <password
  succeeds dpat list
}
