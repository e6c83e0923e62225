# create is killed at each of its system calls, and finds no memory at each of its allocations, with every place for the
# secret and at every service: the next run knows of every token that works and that nobody has.
setup() {
  load lib.bash
  dpat_home
  native_only 'strace and the sanitizers get in each other'"'"'s way'
  signed_in
  printf '%s\n' "$PASSWORD" >password
  printf 'a long passphrase\n' >passphrase
  export DPAT_PASSPHRASE_FILE=$HOME/passphrase
  "$CC" -shared -fPIC -o oom.so "$TOP_SRCDIR/tests/support/oom.c"
}

finish() {
  [ ! -e "$XDG_STATE_HOME/dpat/keystore" ] || dpat keystore lock -q 2>/dev/null || :
}

needs_strace() {
  command -v strace >/dev/null || skip 'no strace here'
  [ "$(id -u)" -eq 0 ] || skip 'needs root to trace a program that hides its memory'
}

keystore() {
  dpat keystore init -q
  dpat keystore unlock --for 1h -q 2>/dev/null || :
}

over_http() {
  start_server --rate-limit 0
  export DPAT_SERVICE=$URL
  dpat login alice --password-stdin <password 2>/dev/null
}

# A service that remembers no requests.
at_a_hub() {
  "$PYTHON3" "$TOP_SRCDIR/tests/support/hub.py" --port-file hub.port 3>&- &
  SERVER=$!
  wait_until test -s hub.port
  DPAT_SERVICE=http://127.0.0.1:$(cat hub.port)
  export DPAT_SERVICE
  dpat login alice --password-stdin <password 2>/dev/null
}

crash() {
  "$PYTHON3" "$TOP_SRCDIR/tests/support/crash.py" "$1" --preload "$HOME/oom.so" "${@:2}"
}

@test "kill -9 at each system call: stdout" {
  needs_strace
  crash kill -- -q
  crash kill --every 3 -- --json
}

@test "kill -9 at each system call: --out" {
  needs_strace
  crash kill -- --out '{}'
}

@test "kill -9 at each system call: --docker" {
  needs_strace
  crash kill -- --docker --registry '{}.example'
}

@test "kill -9 at each system call: --save" {
  needs_strace
  keystore
  crash kill -- --save
}

@test "kill -9 at each system call: --command" {
  needs_strace
  crash kill -- --command 'cat >{}'
}

@test "kill -9 at each system call, over HTTP" {
  needs_strace
  over_http
  crash kill --every 3 -- -q
  crash kill --every 11 -- --out '{}'
  crash kill --every 11 -- --docker --registry '{}.example'
  crash kill --every 11 -- --command 'cat >{}'
}

@test "kill -9 at each system call, where the service remembers nothing" {
  needs_strace
  at_a_hub
  crash kill --every 11 --first 0.3 -- -q
  crash kill --every 23 --first 0.3 -- --out '{}'
  crash kill --every 23 --first 0.3 -- --docker --registry '{}.example'
}

@test "no memory at each allocation" {
  keystore
  crash oom --first 0.7 -- -q
  crash oom --every 7 -- --json
  crash oom --every 3 --first 0.7 -- --out '{}'
  crash oom --every 3 --first 0.7 -- --docker --registry '{}.example'
  crash oom --every 3 --first 0.7 -- --save
  crash oom --every 3 --first 0.7 -- --command 'cat >{}'
}

@test "no memory from each allocation on" {
  crash oom-from --every 101 --first 0.75 -- -q
  crash oom-from --every 101 --first 0.75 -- --out '{}'
  crash oom-from --every 101 --first 0.75 -- --docker --registry '{}.example'
}

@test "no memory at each allocation, over HTTP" {
  over_http
  crash oom --every 23 -- -q
  crash oom --every 53 -- --docker --registry '{}.example'
}

@test "no memory at each allocation, where the service remembers nothing" {
  at_a_hub
  crash oom --every 151 -- -q
}
