# The store and its key file: missing, locked, full, read-only, damaged, newer, somebody else's.
setup() {
  load lib.bash
  dpat_home
  signed_in
  dpat create ci -q >ci.token
  printf '%s\n' "$PASSWORD" >password
}

rows() { sqlite3 "$STORE" 'SELECT count(*) FROM token'; }

@test "the table of tokens is strict and named token" {
  [[ $(sqlite3 "$STORE" '.schema token') == *STRICT* ]]
  [ "$(sqlite3 "$STORE" 'PRAGMA journal_mode')" = wal ]
  [ "$(sqlite3 "$STORE" 'PRAGMA user_version')" -eq 4 ]
}

@test "a store of an older version is brought up to date, and nothing of it is lost" {
  sqlite3 "$STORE" 'DROP TABLE namespace_grant; DROP TABLE public_repository; DROP TABLE token_address; DROP TABLE delivery;
    DROP INDEX audit_by_time; DROP INDEX audit_by_token; PRAGMA user_version = 2'
  succeeds dpat account grant alice team write
  [ "$(sqlite3 "$STORE" 'PRAGMA user_version')" -eq 4 ]
  [ "$(names)" = ci ]
  [ "$(dpat log ci --porcelain | cut -f 3)" = token_created ]
  [ "$(head -n 1 "$STORE.key")" = 'dpat-key 1' ] # a key for a registry is made when it is needed
  dpat registry config --out keys --url https://tokens.example >auth.yml 2>/dev/null
  [ "$(head -n 1 "$STORE.key")" = 'dpat-key 2' ]
  succeeds dpat login alice --password-stdin --registry check.example <ci.token
}

@test "without a session no store is opened or made" {
  dpat logout
  rm "$STORE"
  fails_with not_signed_in dpat list
  fails_with not_signed_in dpat create x -q
  [ ! -e "$STORE" ]
}

@test "a store that is gone" {
  rm "$STORE" "$STORE.key"
  fails_with store_missing dpat list
  [[ $stderr == *"$STORE"* ]]
  [ ! -e "$STORE" ]
}

@test "an empty file is no store" {
  rm "$STORE"*
  touch "$STORE"
  run dpat list
  [ "$status" -eq 12 ]
  [ ! -s "$STORE" ]
}

@test "a damaged store is refused and left alone" {
  sqlite3 "$STORE" 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
  printf 'this was a database once, and is not any more' | dd of="$STORE" conv=notrunc status=none
  before=$(sha256sum <"$STORE")
  fails_with store_corrupt dpat list
  [[ $stderr == *"$STORE"* ]]
  INPUT=password fails_with store_corrupt dpat account add bob --password-stdin
  [ "$(sha256sum <"$STORE")" = "$before" ]
}

@test "pages damaged in the middle" {
  sqlite3 "$STORE" 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
  rm -f "$STORE-wal" "$STORE-shm"
  size=$(stat -c %s "$STORE")
  dd if=/dev/urandom of="$STORE" bs=4096 seek=1 count=$((size / 4096 - 1)) conv=notrunc status=none
  run --separate-stderr dpat list
  [ "$status" -eq 12 ]
  [[ $stderr == *"$STORE"* || $stderr == *store* ]]
}

@test "a store from the future" {
  sqlite3 "$STORE" 'PRAGMA user_version = 99'
  before=$(sqlite3 "$STORE" .dump | sha256sum)
  fails_with store_newer dpat list
  [[ $stderr == *newer* ]]
  INPUT=password fails_with store_newer dpat account add bob --password-stdin
  [ "$(sqlite3 "$STORE" .dump | sha256sum)" = "$before" ]
}

@test "somebody else's database" {
  sqlite3 other.db 'CREATE TABLE recipe (name); PRAGMA user_version = 1'
  cp "$STORE.key" other.db.key
  fails_with store_corrupt dpat --store "$HOME/other.db" account list
  INPUT=password fails_with store_corrupt dpat --store "$HOME/other.db" account add bob --password-stdin
  [ "$(sqlite3 other.db '.tables')" = recipe ]
}

@test "a store that cannot be written" {
  needs_nobody
  cp -r "$HOME/.local" "$HOME/.config" "$PUBLIC"
  store=$PUBLIC/.local/share/dpat/service.db
  session=$(sed "s|$STORE|$store|" "$PUBLIC/.local/state/dpat/sessions.json")
  printf '%s' "$session" >"$PUBLIC/.local/state/dpat/sessions.json"
  chown -R 65534 "$PUBLIC"
  succeeds as_nobody "$PUBLIC/dpat" list -q
  chmod 400 "$store"*
  chmod 500 "$(dirname "$store")"
  run --separate-stderr as_nobody "$PUBLIC/dpat" create x -q
  [ "$status" -eq "$(exit_of store_read_only)" ]
  [ "$output" = '' ]
  [[ $stderr == *"$store"* ]]
  [ "$(sqlite3 "$store" 'SELECT count(*) FROM token')" -eq 1 ]
}

@test "a full disk" {
  needs_mounts
  mkdir small
  mount -t tmpfs -o size=400k none small 2>/dev/null || skip 'no mount here'
  dpat --store "$HOME/small/s.db" account add carol --password-stdin <<<"$PASSWORD"
  dpat --store "$HOME/small/s.db" login carol --password-stdin <<<"$PASSWORD"
  made=0
  for i in $(seq 1 400); do
    run --separate-stderr dpat create "token $i with a name that is rather long, so that the disk is full before long" -q
    [ "$status" -eq 0 ] || break
    made=$((made + 1))
  done
  code=$status text=$stderr
  run --separate-stderr dpat list -q
  listed=${#lines[@]}
  umount small
  [ "$code" -eq 12 ]
  [[ $text == *full* ]]
  [ "$listed" -eq "$made" ]
}

@test "a store that somebody keeps locked" {
  mkfifo go
  (printf 'BEGIN IMMEDIATE;\n'; cat go) | sqlite3 "$STORE" 3>&- &
  exec 8>go
  locked() { ! sqlite3 "$STORE" 'BEGIN IMMEDIATE; ROLLBACK' 2>/dev/null; }
  wait_until locked
  fails_with store_locked dpat create x -q
  [[ $stderr == *lock* ]]
  succeeds dpat list # readers go on
  exec 8>&-
  wait
  succeeds dpat create x -q
}

@test "without its key file" {
  mv "$STORE.key" away.key
  fails_with key_missing dpat list
  [[ $stderr == *"$STORE.key"* ]]
  INPUT=password fails_with key_missing dpat login alice --password-stdin
  INPUT=password fails_with key_missing dpat account add bob --password-stdin
  [ ! -e "$STORE.key" ]
  succeeds dpat list --key-file "$HOME/away.key"
  DPAT_KEY_FILE=$HOME/away.key succeeds dpat list
}

@test "with the key file of another store" {
  dpat --store "$HOME/other.db" account add alice --password-stdin <<<"$PASSWORD"
  cp other.db.key "$STORE.key"
  fails_with key_mismatch dpat list
  [ "$(rows)" -eq 1 ]
}

@test "with a key file that others may read, or that is none" {
  chmod 644 "$STORE.key"
  fails_with key_invalid dpat list
  [[ $stderr == *"$STORE.key"* ]]
  chmod 600 "$STORE.key"
  echo nonsense >"$STORE.key"
  fails_with key_invalid dpat list
  [[ $stderr != *nonsense* ]]
}

@test "a backup of store and key file is all that is needed" {
  sqlite3 "$STORE" ".backup $HOME/backup.db"
  cp -p "$STORE.key" backup.key
  dpat delete ci -y
  rm -r "$XDG_DATA_HOME/dpat"
  mkdir -m 700 "$XDG_DATA_HOME/dpat"
  cp backup.db "$STORE"
  cp -p backup.key "$STORE.key"
  chmod 600 "$STORE"
  succeeds dpat login alice --password-stdin <password
  [ "$(names)" = ci ]
  succeeds dpat login alice --password-stdin --registry r.example <ci.token
}

@test "the store holds no secret" {
  sqlite3 "$STORE" .dump >dump
  run -1 grep -qF "$(cat ci.token)" dump
  run -1 grep -qF "$(cut -c 6-37 ci.token)" dump
  run -1 grep -qF "$PASSWORD" dump
  grep -q 'argon2id' dump
}

@test "a clock that was set back" {
  succeeds faketime '2020-01-01' "$DPAT" status
  run --separate-stderr faketime '2020-01-01' "$DPAT" list -q
  [ "$status" -eq 0 ] || [ "$status" -eq 4 ]
  [ "$(rows)" -eq 1 ]
}

@test "a store whose path cannot be written down is refused" {
  fails_with config dpat --store "$HOME/"$'\xff.db' account add alice --password-stdin <<<"$PASSWORD"
  run ! compgen -G "$HOME/*.db"
}
