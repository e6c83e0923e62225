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
