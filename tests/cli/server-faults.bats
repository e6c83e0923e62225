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

@test "many clients and kill -9: no acknowledged change is lost, none half-done" {
  local clients=40 kills=1
  [ -z "${CHECK_LONG-}" ] || clients=200 kills=5
  # shellcheck disable=SC2086 # a program with its options
  DPAT_SERVICE=local run support storm.py $clients $kills ${DPAT_RUNNER-} "$DPAT" serve --listen 127.0.0.1:0 --port-file port \
    --rate-limit 0 --connections-per-address 300
  echo "$output"
  [ "$status" -eq 0 ]
  [ "$(sqlite3 "$STORE" 'PRAGMA integrity_check')" = ok ]
}

# Open connections that say nothing, or no more than the second argument, then ask with another one; prints its status,
# 000 when it gets no answer in those seconds: beside NUMBER [WORDS [SECONDS]]
beside() {
  "$PYTHON3" - "$PORT" "$1" "${2-}" "${3-60}" <<'EOF'
import contextlib, http.client, socket, sys
port, count, words = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3].encode()
silent = [socket.create_connection(("127.0.0.1", port), timeout=5) for _ in range(count)]
for peer in silent:
    with contextlib.suppress(OSError):
        peer.sendall(words)
for peer in silent if words else []:
    with contextlib.suppress(OSError):
        peer.recv(65536)  # 100, once its head was looked at
connection = http.client.HTTPConnection("127.0.0.1", port, timeout=float(sys.argv[4]))
try:
    connection.request("GET", "/healthz")
    print(connection.getresponse().status)
except (OSError, http.client.HTTPException):
    print("000")
EOF
}

@test "connections of one address are limited, and of all" {
  start_server --connections-per-address 5
  half=$'POST /v2/users/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n'
  [ "$(beside 4 "$half")" = 200 ]
  [ "$(beside 5 "$half")" = 429 ]
  free() { [ "$(beside 0 '' 3)" = 200 ]; }
  wait_until free # those that went are not counted
  [ "$(beside 40)" = 200 ] # those that say nothing make room
  stop_server
  start_server --connections 8
  [ "$(beside 40 "$half")" = 200 ] # nor those whose body does not come
  wait_until free
  [ "$(beside 40)" = 200 ]
}

@test "requests that end before their head is whole leave nothing in memory" {
  native_only 'the sanitizers keep freed memory for a while'
  start_server --rate-limit 0
  run support flood.py heads "$SERVER"
  echo "$output"
  [ "$status" -eq 0 ]
  curl -s "$URL/metrics" | grep -q '^dpat_requests_total{method="",route="",status="0xx"} [0-9]'
  grep -q '"status":0.*"error":"it ended before its head was whole"' server.log
}

@test "bodies of strangers take no more memory than their text" {
  native_only 'the sanitizers keep freed memory for a while'
  start_server --rate-limit 0
  run support flood.py bodies "$SERVER"
  echo "$output"
  [ "$status" -eq 0 ]
}

@test "600 connections that say nothing keep nobody out" {
  start_server
  run support flood.py silent "$SERVER"
  echo "$output"
  [ "$status" -eq 0 ]
}

@test "want of memory refuses a request, and never ends the server" {
  native_only 'the sanitizers reserve more than there may be'
  start_server --rate-limit 0 --connections-per-address 500
  run support flood.py starved "$SERVER"
  echo "$output"
  [ "$status" -eq 0 ]
  run -1 grep -q 'out of memory' server.log
  stop_server
  [ "$ended" -eq 0 ]
}

@test "a rush does not keep address space, which may be limited" {
  native_only 'the sanitizers have an allocator of their own'
  start_server --rate-limit 0
  size() { awk '/^VmSize:/ { print $2 }' "/proc/$SERVER/status"; }
  before=$(size)
  data='{"username":"alice","password":"'$PASSWORD'"}'
  for _ in $(seq 24); do
    curl -s -o /dev/null -d "$data" "$URL/v2/users/login" 3>&- &
    rush+=($!)
  done
  wait "${rush[@]}"
  echo "$before KiB before, $(size) after"
  [ $(($(size) - before)) -lt 49152 ] # less than malloc sets apart for one thread
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
