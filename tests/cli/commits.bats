# Two places that must agree, a store and a key file, or several rows of the store: a COMMIT that fails, is lost, or is the
# last thing before a kill leaves both as they were or both changed.
setup_file() {
  "$CC" -shared -fPIC -D_GNU_SOURCE -o "$BATS_FILE_TMPDIR/commit.so" "$TOP_SRCDIR/tests/support/commit.c" -ldl
}

setup() {
  load lib.bash
  native_only 'the sanitizers must be loaded first'
  dpat_home
  printf '%s\n' "$PASSWORD" >password
  dpat account add alice --password-stdin -q <password
}

# Run it with a COMMIT that comes to nothing, or to a bad end: spoiled FAULT WORDS...
spoiled() {
  run --separate-stderr env FAULT="$1" LD_PRELOAD="$BATS_FILE_TMPDIR/commit.so" "$DPAT" "${@:2}"
}

# The state of keys and trail: the ids of all keys, and how many rotations the trail tells of.
state() { dpat registry keys --porcelain | cut -f 1; dpat log --all --porcelain | grep -c registry_key_rotated || :; }

@test "a rotation whose commit fails leaves keys and trail as they were" {
  dpat registry config --out keys --url https://tokens.example >/dev/null 2>&1
  for how in --now '--after 1h'; do
    before=$(state)
    key_file=$(sha256sum <"$STORE.key")
    # shellcheck disable=SC2086 # words
    spoiled full registry keys rotate -y $how
    [ "$status" -eq 12 ]
    [[ $stderr == *'nothing was changed'* ]]
    [ "$(sha256sum <"$STORE.key")" = "$key_file" ]
    [ "$(state)" = "$before" ]
    [ ! -e "$STORE.key.next" ]
    succeeds dpat registry config --out keys --url https://tokens.example
    [ "$(json '["keys"][0]["kid"]' <keys/jwks.json)" = "$(head -n 1 <<<"$before")" ]
  done
  succeeds dpat registry keys rotate --now -y
}

@test "a rotation that is committed and says that it is not has taken place" {
  dpat registry config --out keys --url https://tokens.example >/dev/null 2>&1
  before=$(state)
  spoiled lost registry keys rotate -y --now
  [ "$status" -eq 0 ]
  [ "$(state | head -n 1)" != "$(head -n 1 <<<"$before")" ]
  [ "$(state | tail -n 1)" -eq 1 ]
  [ ! -e "$STORE.key.next" ]
}

@test "a rotation that is killed is whole or has not been" {
  dpat registry config --out keys --url https://tokens.example >/dev/null 2>&1
  before=$(state)
  spoiled before registry keys rotate -y --now
  [ "$status" -eq 137 ]
  [ "$(state)" = "$before" ]
  [ ! -e "$STORE.key.next" ]
  spoiled after registry keys rotate -y --now
  [ "$status" -eq 137 ]
  [ "$(state | head -n 1)" != "$(head -n 1 <<<"$before")" ]
  [ "$(state | tail -n 1)" -eq 1 ]
  [ ! -e "$STORE.key.next" ]
  # a server that runs signs with the key that was left waiting, once somebody has opened the store
  start_server
  dpat login alice --password-stdin <password 2>/dev/null
  dpat create ci -q >ci.token
  signer() { curl -s -u "alice:$(cat ci.token)" "$URL/token?service=dpat-registry" | json '["token"]' | cut -d . -f 1; }
  old=$(signer)
  spoiled after registry keys rotate -y --now
  dpat registry keys >/dev/null
  changed() { [ "$(signer)" != "$old" ]; }
  wait_until changed
}

@test "a rotation that cannot write the key file changes nothing" {
  needs_nobody
  mkdir "$PUBLIC/home"
  chown 65534 "$PUBLIC/home"
  theirs() { "${NOBODY[@]}" "$PUBLIC/dpat" --store "$PUBLIC/home/s.db" --key-file "$PUBLIC/keys/k" "$@"; }
  mkdir "$PUBLIC/keys"
  chown 65534 "$PUBLIC/keys"
  theirs account add alice --password-stdin -q <password
  theirs registry config --out "$PUBLIC/home/out" --url https://tokens.example >/dev/null 2>&1
  before=$(theirs registry keys --porcelain)
  chmod 555 "$PUBLIC/keys"
  run --separate-stderr theirs registry keys rotate --now -y
  chmod 755 "$PUBLIC/keys"
  [ "$status" -eq 12 ]
  [ "$(theirs registry keys --porcelain)" = "$before" ]
  run -1 grep -q registry_key_rotated <(theirs log --all --porcelain)
}

@test "what is left beside a key file and is none of its own is no key" {
  dpat registry config --out keys --url https://tokens.example >/dev/null 2>&1
  before=$(state)
  for content in '' nonsense "$(cat "$STORE.key")"; do
    (umask 077; printf '%s\n' "$content" >"$STORE.key.next")
    [ "$(state)" = "$before" ]
  done
  rm -f "$STORE.key.next"
  (umask 022; cp "$STORE.key" "$STORE.key.next"; chmod 644 "$STORE.key.next")
  [ "$(state)" = "$before" ]
}

@test "a store whose making was killed is made whole by the next account" {
  rm -rf "$XDG_DATA_HOME"
  INPUT=password
  for fault in before before after; do
    spoiled "$fault" account add alice --password-stdin -q <password
    [ "$status" -eq 137 ]
    [ "$fault" = before ] || continue
    fails_with store_missing dpat registry keys
    [[ $stderr == *'dpat account add NAME'* ]]
  done
  succeeds dpat account add alice --password-stdin <password
  dpat login alice --password-stdin <password 2>/dev/null
  succeeds dpat create ci -q
}

@test "an account that is not deleted after all keeps what others have in its namespace" {
  dpat account add bob --password-stdin -q <password
  dpat account grant bob alice write
  dpat account public alice/app on
  rows() { sqlite3 "$STORE" 'SELECT * FROM account; SELECT * FROM namespace_grant; SELECT * FROM public_repository'; }
  before=$(rows)
  for fault in full before; do
    spoiled "$fault" account delete alice -y
    [ "$status" -ne 0 ]
    [ "$(rows)" = "$before" ]
  done
}
