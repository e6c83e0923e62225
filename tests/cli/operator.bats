# The operator of a store that another user's server owns: root's commands on it leave nothing that the server cannot use,
# and no link of that user leads root to anything else.
setup() {
  load lib.bash
  dpat_home
  needs_nobody
  PLACE=$PUBLIC/place
  install -d -m 700 -o 65534 -g 65534 "$PLACE"
  export DPAT_STORE=$PLACE/service.db
  printf '%s\n' "$PASSWORD" >password
}

add() { dpat account add "$1" --password-stdin <password; }

# The server's user: theirs COMMAND...
theirs() { as_nobody env DPAT_SERVICE=local DPAT_STORE="$DPAT_STORE" "$PUBLIC/dpat" "$@"; }

# Its server, on a free port.
serve_theirs() {
  # no function stands before the program, which would be another process than the one that is ended
  "${NOBODY[@]}" env DPAT_STORE="$DPAT_STORE" "$PUBLIC/dpat" serve --listen 127.0.0.1:0 --port-file "$PLACE/port" \
    2>>"$HOME/server.log" 3>&- &
  SERVER=$!
  wait_until test -s "$PLACE/port" || { cat server.log; return 1; }
  URL=http://127.0.0.1:$(cat "$PLACE/port")
}

# Whatever is in the server's folder is the server's, and open to no one else.
all_theirs() {
  local others
  others=$(find "$PLACE" ! -uid 65534 -o ! -gid 65534)
  [ -z "$others" ] || { ls -ln "$PLACE"; return 1; }
  [ -z "$(find "$PLACE" -type f -name 'service.db*' -perm /077)" ]
}

@test "what root makes in the server's folder is the server's" {
  succeeds add alice
  all_theirs
  succeeds theirs account list --porcelain
  [[ $output == alice* ]]
}

@test "every command of the operator works for root while the server serves" {
  succeeds theirs account add alice --password-stdin <password
  serve_theirs
  succeeds add bob
  succeeds dpat account list
  succeeds dpat account disable bob
  succeeds dpat account enable bob
  succeeds dpat account passwd bob --reset --password-stdin <password
  succeeds dpat account grant bob team write
  succeeds dpat account public team/app on
  succeeds dpat registry config --out "$HOME/registry" --url https://tokens.example
  succeeds dpat registry keys rotate
  succeeds dpat create ci --operator --user bob --out ci.token
  all_theirs
  [ "$(stat -c %u ci.token)" -eq 0 ]
  [ "$(stat -c %u registry/jwks.json)" -eq 0 ]
  curl -sf "$URL/v2/auth/token" -d "{\"identifier\":\"bob\",\"secret\":\"$(cat ci.token)\"}" >/dev/null
  stop_server
  succeeds dpat account delete bob --yes
  all_theirs
  succeeds theirs account list --porcelain
  [[ $output == alice* && $output != *bob* ]]
}

@test "root serves a store of another user and leaves it to that user" {
  succeeds theirs account add alice --password-stdin <password
  start_server
  curl -sf "$URL/v2/users/login" -d "{\"username\":\"alice\",\"password\":\"$PASSWORD\"}" >/dev/null
  all_theirs
  stop_server
  all_theirs
}

@test "in a home of another user root makes that user's files" {
  DPAT_STORE=$PLACE/.local/share/dpat/service.db succeeds add alice
  all_theirs
}

@test "a link in the server's folder leads root nowhere" {
  mkdir -m 700 precious
  succeeds theirs account add alice --password-stdin <password
  cp -a "$PLACE" kept
  for name in service.db-wal service.db-shm service.db-journal service.db.key.lock service.db.key.next service.db.key.next.new; do
    rm -rf "$PLACE" && cp -a kept "$PLACE"
    rm -f "$PLACE/$name"
    as_nobody ln -s "$HOME/precious/$name" "$PLACE/$name"
    run add bob
    run dpat registry keys rotate
    [ "$(ls -A precious)" = '' ] || { echo "through $name"; ls -la precious; return 1; }
  done
  for name in service.db service.db.key; do
    rm -rf "$PLACE" && install -d -m 700 -o 65534 -g 65534 "$PLACE"
    as_nobody ln -s "$HOME/precious/$name" "$PLACE/$name"
    run add bob
    [ "$status" -eq 12 ]
    [ "$(ls -A precious)" = '' ] || { echo "through $name"; ls -la precious; return 1; }
  done
}

@test "root's own store in a folder of another user stays root's" {
  mkdir own
  DPAT_STORE=$HOME/own/service.db succeeds add alice
  mv own/* "$PLACE"
  succeeds add bob
  [ "$(stat -c %u "$PLACE/service.db")" -eq 0 ]
  succeeds dpat account list
}

@test "another user is told whose the key file is, and what to do" {
  succeeds theirs account add alice --password-stdin <password
  chmod 755 "$PLACE"
  chmod 644 "$DPAT_STORE"
  run --separate-stderr "${NOBODY[@]//65534/65533}" env DPAT_SERVICE=local DPAT_STORE="$DPAT_STORE" "$PUBLIC/dpat" account list
  [ "$status" -eq 12 ]
  [[ $stderr == *'service.db.key belongs to another user (uid 65534), not to you (uid 65533)'*'as root'* ]]
}
