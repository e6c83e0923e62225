# The server under load and ill luck: slow clients, kills, a full disk, a store that goes away.
setup() {
  load lib.bash
  dpat_home
  signed_in
  export PORT
}

support() { "$PYTHON3" "$TOP_SRCDIR/tests/support/$1" "${@:2}"; }

@test "slow clients are cut at their deadline, whatever they send" {
  start_server
  run support slow.py
  echo "$output"
  [ "$status" -eq 0 ]
}

@test "200 clients and kill -9: no acknowledged change is lost, none half-done" {
  # shellcheck disable=SC2086 # a program with its options
  DPAT_SERVICE=local run support storm.py 200 3 ${DPAT_RUNNER-} "$DPAT" serve --listen 127.0.0.1:0 --port-file port \
    --rate-limit 0 --connections-per-address 300
  echo "$output"
  [ "$status" -eq 0 ]
  [ "$(sqlite3 "$STORE" 'PRAGMA integrity_check')" = ok ]
}

# Open connections that say nothing, then ask with another one; prints its status, 000 when it gets no answer.
beside() {
  "$PYTHON3" - "$PORT" "$1" <<'EOF'
import http.client, socket, sys
port, count = int(sys.argv[1]), int(sys.argv[2])
silent = [socket.create_connection(("127.0.0.1", port), timeout=5) for _ in range(count)]
connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
try:
    connection.request("GET", "/healthz")
    print(connection.getresponse().status)
except (OSError, http.client.HTTPException):
    print("000")
EOF
}

@test "connections of one address are limited, and of all" {
  start_server --connections-per-address 5
  [ "$(beside 4)" = 200 ]
  [ "$(beside 5)" = 429 ]
  [ "$(beside 0)" = 200 ] # those that went are not counted
  stop_server
  start_server --connections 8
  [ "$(beside 40)" = 000 ]
  recovered() { [ "$(beside 0)" = 200 ]; }
  wait_until recovered
}

@test "a flood of wrong passwords does not make the server grow" {
  native_only 'the sanitizers keep freed memory for a while'
  start_server --rate-limit 0
  memory() { awk '/^VmRSS:/ { print $2 }' "/proc/$SERVER/status"; }
  guess() {
    for i in $(seq "$1" "$2"); do
      printf 'url = "%s/v2/users/login"\ndata = "{\\"username\\":\\"user%d\\",\\"password\\":\\"guess\\"}"\noutput = /dev/null\nnext\n' "$URL" "$i"
    done | sed '$d' >calls
    curl -s -K calls
  }
  guess 1 200
  before=$(memory)
  guess 201 1200
  after=$(memory)
  [ "$((after - before))" -lt 4096 ]
}

@test "a store that is damaged under the server is told in the log, and to clients without a path" {
  start_server
  bearer=$(json '["sessions"][0]["bearer"]' <"$XDG_STATE_HOME/dpat/sessions.json")
  sqlite3 "$STORE" 'ALTER TABLE session RENAME TO gone'
  curl -s -o answer -w '%{http_code}' -H "Authorization: Bearer $bearer" "$URL/v2/user" >code
  [ "$(cat code)" = 500 ]
  run -1 grep -q "$HOME" answer
  said() { grep -q '"status":500.*"error":"' server.log; }
  wait_until said
}
