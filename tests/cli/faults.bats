# Ends at arbitrary moments: kill -9 and signals during create and login leave everything whole.
setup() {
  load lib.bash
  dpat_home
  signed_in
  printf '%s\n' "$PASSWORD" >password
  CONFIG=$DOCKER_CONFIG/config.json
  mkdir -p "$DOCKER_CONFIG"
  printf '{"auths":{"keep.example":{"auth":"bWU6bWluZQ=="}},"psFormat":"x"}' >"$CONFIG"
}

# Start a command and end it with a signal after some milliseconds: killed SIGNAL MILLISECONDS COMMAND...
killed() {
  local signal=$1 after=$2
  shift 2
  "$@" >>out 2>/dev/null 3>&- &
  local pid=$!
  sleep "$(printf '0.%03d' "$after")"
  kill "-$signal" $pid 2>/dev/null || :
  wait $pid 2>/dev/null || :
}

# Store, sessions and config.json can be read, and what docker has belongs to a token that is there.
whole() {
  [ "$(sqlite3 "$STORE" 'PRAGMA integrity_check')" = ok ] || return 1
  "$PYTHON3" -c 'import json, sys
for path in sys.argv[1:]:
    json.load(open(path))' "$CONFIG" "$XDG_STATE_HOME/dpat/sessions.json" || return 1
  grep -q keep.example "$CONFIG" && grep -q psFormat "$CONFIG"
}

@test "kill -9 during create --docker" {
  native_only 'too slow to hit the moments'
  # shellcheck disable=SC2046 # numbers
  for after in $(some 8 $(seq 1 2 60)); do
    killed KILL "$after" "$DPAT" create "ci$after" --docker --registry "r$after.example"
    whole
  done
  succeeds dpat create last --docker --registry last.example
  succeeds dpat logout
  # all that dpat wrote is known to it, the killed runs included
  [ "$("$PYTHON3" -c "import json; print(list(json.load(open('$CONFIG'))['auths']))")" = "['keep.example']" ]
}

@test "kill -9 during login --registry" {
  native_only 'too slow to hit the moments'
  # shellcheck disable=SC2046 # numbers
  for after in $(some 8 $(seq 1 4 120)); do
    killed KILL "$after" "$DPAT" login alice --password-stdin --registry registry.example <password
    whole
  done
  succeeds dpat login alice --password-stdin --registry registry.example <password
  succeeds dpat logout
  [ "$("$PYTHON3" -c "import json; print(list(json.load(open('$CONFIG'))['auths']))")" = "['keep.example']" ]
}

@test "kill -9 during the first account" {
  native_only 'too slow to hit the moments'
  # shellcheck disable=SC2046 # numbers
  for after in $(some 5 $(seq 1 4 60)); do
    killed KILL "$after" "$DPAT" --store "$HOME/s$after.db" account add bob --password-stdin <password
    run --separate-stderr dpat --store "$HOME/s$after.db" account add carol --password-stdin <password
    [ "$status" -eq 0 ] || { echo "after $after ms: $stderr"; return 1; }
    run dpat --store "$HOME/s$after.db" login carol --password-stdin <password
    [ "$status" -eq 0 ]
  done
}

@test "a token that was killed before its secret was told is listed and can be deleted" {
  native_only 'too slow to hit the moments'
  : >out
  # shellcheck disable=SC2046 # numbers
  for after in $(some 8 $(seq 1 2 40)); do
    killed KILL "$after" "$DPAT" create "ci$after" -q
  done
  # as many secrets as were told belong to tokens that are there
  while read -r secret; do
    succeeds dpat login alice --password-stdin --registry check.example -y <<<"$secret"
  done < <(grep '^dpat_' out)
  succeeds dpat delete --match 'ci*' -y
}

@test "a signal that ends create undoes the token when its secret went nowhere" {
  mkfifo pipe
  for signal in TERM INT HUP; do
    # a pipe that is full: create waits in its write, the token is made
    exec 7<>pipe
    head -c 65536 /dev/zero >&7
    # a job in the background ignores SIGINT, and one under nohup SIGHUP
    env --default-signal "$DPAT" create "ci$signal" -q >&7 2>err 3>&- 7>&- &
    pid=$!
    made() { [ "$(sqlite3 "$STORE" "SELECT count(*) FROM audit WHERE token_name = 'ci$signal' AND action = 'token_created'")" -eq 1 ]; }
    wait_until made
    kill "-$signal" $pid
    code=0
    wait $pid || code=$?
    exec 7>&-
    [ "$code" -gt 128 ] || [ "$code" -eq 14 ] || { echo "$signal: $code"; cat err; return 1; }
    [ "$(names)" = '' ]
  done
}
