# dpat logout.
setup() {
  load lib.bash
  dpat_home
  with_account alice
  printf '%s\n' "$PASSWORD" >password
  CONFIG=$DOCKER_CONFIG/config.json
}

@test "ends the session here and at the service" {
  dpat login alice --password-stdin <password
  cp "$XDG_STATE_HOME/dpat/sessions.json" kept
  succeeds dpat logout
  fails_with not_signed_in dpat list
  [ "$(sqlite3 "$STORE" 'SELECT count(*) FROM session')" -eq 0 ]
  cp kept "$XDG_STATE_HOME/dpat/sessions.json"
  fails_with session_expired dpat list
}

@test "takes away what dpat wrote, and the automatic token" {
  mkdir -p "$DOCKER_CONFIG"
  printf '{"auths":{"other.example":{"auth":"bWU6bWluZQ=="}},"psFormat":"x"}' >"$CONFIG"
  dpat login alice --password-stdin --registry registry.example <password
  dpat create ci --docker --registry second.example
  grep -q registry.example "$CONFIG"
  grep -q second.example "$CONFIG"
  succeeds dpat logout
  run -1 grep -q registry.example "$CONFIG"
  run -1 grep -q second.example "$CONFIG"
  grep -q 'bWU6bWluZQ==' "$CONFIG"
  grep -q psFormat "$CONFIG"
  [ "$(sqlite3 "$STORE" "SELECT count(*) FROM token WHERE source = 'auto'")" -eq 0 ]
  [ "$(sqlite3 "$STORE" "SELECT count(*) FROM token WHERE name = 'ci'")" -eq 1 ]
}

@test "a later docker login is never undone" {
  dpat login alice --password-stdin --registry registry.example <password
  "$PYTHON3" -c 'import base64, json, sys
path = sys.argv[1]
config = json.load(open(path))
config["auths"]["registry.example"]["auth"] = base64.b64encode(b"alice:typed by hand").decode()
json.dump(config, open(path, "w"))' "$CONFIG"
  succeeds dpat logout
  grep -q "$(printf 'alice:typed by hand' | base64)" "$CONFIG"
}

@test "of nobody is fine" {
  succeeds dpat logout
  [ ! -e "$XDG_STATE_HOME/dpat/sessions.json" ]
  dpat login alice --password-stdin <password
  succeeds dpat logout
  succeeds dpat logout
}

@test "forgets what is here even when the store is gone" {
  dpat login alice --password-stdin --registry registry.example <password
  rm "$STORE"
  run --separate-stderr dpat logout
  [ "$status" -eq "$(exit_of store_missing)" ]
  run -1 grep -q registry.example "$CONFIG"
  fails_with not_signed_in dpat list
}

@test "takes away what a token signed in with" {
  dpat create ci -q --operator -u alice >ci.token
  dpat login alice --password-stdin --registry registry.example <ci.token
  succeeds dpat logout
  run -1 grep -q registry.example "$CONFIG"
  fails_with not_signed_in dpat list
}

@test "leaves other users alone" {
  dpat account add bob --password-stdin -q <password
  dpat login bob --password-stdin --registry bob.example <password
  dpat login alice --password-stdin --registry alice.example <password
  succeeds dpat logout
  grep -q bob.example "$CONFIG"
  succeeds dpat list -u bob
}

@test "--all ends every session of the account, wherever it was opened" {
  dpat account add bob --password-stdin -q <password
  dpat login bob --password-stdin --registry bob.example <password
  DPAT_STATE_DIR=$HOME/elsewhere DOCKER_CONFIG=$HOME/docker2 dpat login alice --password-stdin --registry alice.example <password
  fails_with not_signed_in dpat logout --all -u alice
  dpat login alice --password-stdin <password
  dpat create ci -q >/dev/null
  succeeds dpat logout --all
  fails_with not_signed_in dpat list
  DPAT_STATE_DIR=$HOME/elsewhere fails_with session_expired dpat list
  [ "$(sqlite3 "$STORE" "SELECT count(*) FROM token WHERE source = 'auto' AND account_id = (SELECT id FROM account WHERE name = 'alice')")" -eq 0 ]
  succeeds dpat list -u bob
  [ "$(dpat list --operator -u alice --porcelain | cut -f 2)" = ci ]
}

@test "--json is a status" {
  dpat login alice --password-stdin <password
  succeeds dpat logout --json
  is_document status <<<"$output"
  [ "$(printf '%s' "$output" | json '["signed_in_with"]')" = null ]
}
