# The keystore under what befalls files: flipped bits, cuts, other versions, no permission, no room; and many writers.
setup() {
  load lib.bash
  dpat_home
  printf 'a long passphrase\n' >passphrase
  KEYSTORE=$XDG_STATE_HOME/dpat/keystore
  mkdir bin
  ln -s "$DPAT" bin/docker-credential-dpat
  PATH=$HOME/bin:$PATH
  ready_keystore
  store reg.example old
  printf reg.example >key
}

finish() {
  dpat keystore lock -q 2>/dev/null || :
}

helper() { docker-credential-dpat "$@"; }

store() { printf '{"ServerURL":"%s","Username":"alice","Secret":"%s"}\n' "$1" "$2" | helper store; }

# Every command says what is wrong with it, and leaves it as it is: refused WORDS
refused() {
  cp "$KEYSTORE" bad
  local status said
  for command in 'store' 'erase' 'get' 'list'; do
    status=0
    said=$(printf '{"ServerURL":"reg.example","Username":"alice","Secret":"new"}' | helper "$command" 2>&1) || status=$?
    # erase and get of a name that is not there are answered only by a keystore that can be read
    [ "$status" -eq 1 ] && [[ $said == *$1* ]] || { echo "$command: exit $status, $said"; return 1; }
  done
  cmp "$KEYSTORE" bad
}

@test "a bit flipped in any byte" {
  # where the kernel keeps keys, else each of some hundred readings derives one
  dpat keystore unlock --for 10m -q 2>/dev/null || skip 'the kernel keeps no keys here'
  cp "$KEYSTORE" good
  "$PYTHON3" - "$KEYSTORE" <<'P'
import os
import subprocess
import sys

path = sys.argv[1]
with open(path, "rb") as file:
    good = file.read()
wrong = 0
for at in range(0, len(good), 1 if os.environ.get("CHECK_LONG") else 9):
    bad = bytes(byte ^ (1 << at % 8) if i == at else byte for i, byte in enumerate(good))
    for action, text in (("get", b"reg.example"),
                         ("store", b'{"ServerURL":"reg.example","Username":"alice","Secret":"new"}')):
        with open(path, "wb") as file:
            file.write(bad)
        run = subprocess.run(["docker-credential-dpat", action], input=text, capture_output=True, check=False)
        with open(path, "rb") as file:
            left = file.read()
        if run.returncode != 1 or left != bad or b"cannot be used" not in run.stdout or path.encode() not in run.stdout:
            print(f"byte {at}, {action}: exit {run.returncode}, {run.stdout!r} {run.stderr!r}")
            wrong += 1
with open(path, "wb") as file:
    file.write(good)
sys.exit(wrong > 0 or len(good) < 100)
P
  helper get <key | grep -q '"old"'
}

@test "cut short, empty, another version, somebody else's file, too large" {
  cp "$KEYSTORE" good
  for length in 1 7 8 9 40 81 82 100; do
    head -c "$length" good >"$KEYSTORE"
    refused 'cannot be used'
  done
  : >"$KEYSTORE"
  refused 'cannot be used'
  cp good "$KEYSTORE"
  printf '\x02' | dd of="$KEYSTORE" bs=1 seek=8 conv=notrunc status=none
  refused 'another version of dpat'
  echo 'a diary' >"$KEYSTORE"
  refused 'no keystore'
  cp good "$KEYSTORE"
  truncate -s 5M "$KEYSTORE"
  refused 'larger than'
  fails_with keystore dpat keystore unlock
  fails_with keystore dpat keystore passphrase
  run dpat keystore init
  [ "$status" -ne 0 ]
  cmp -n 100 "$KEYSTORE" good
}

# The same for a user that may not: permitted MODE-OF-FOLDER MODE-OF-FILE OWNER-OF-FILE
permitted() {
  chmod "$1" "$PUBLIC/state"
  chmod "$2" "$PUBLIC/state/keystore"
  chown "$3:$3" "$PUBLIC/state/keystore"
  status=0
  said=$(printf '{"ServerURL":"reg.example","Username":"alice","Secret":"new"}' | as_nobody env \
    DPAT_STATE_DIR="$PUBLIC/state" DPAT_PASSPHRASE_FILE="$PUBLIC/passphrase" "$PUBLIC/docker-credential-dpat" store) ||
    status=$?
}

@test "no permission: told, and the old content stays" {
  needs_nobody
  cp -r "$XDG_STATE_HOME/dpat" "$PUBLIC/state"
  install -m 644 passphrase "$PUBLIC/passphrase"
  chown -R 65534:65534 "$PUBLIC/state"
  ln -s dpat "$PUBLIC/docker-credential-dpat"
  cp "$PUBLIC/state/keystore" before
  permitted 500 600 65534 # the folder cannot be written
  [ "$status" -eq 1 ]
  [[ $said == *"$PUBLIC/state/"*'Permission denied'* ]]
  cmp "$PUBLIC/state/keystore" before
  rm -f "$PUBLIC/state/keystore.lock"
  permitted 500 600 65534 # nor a lock be made
  [ "$status" -eq 1 ]
  [[ $said == *keystore.lock*'Permission denied'* ]]
  cmp "$PUBLIC/state/keystore" before
  permitted 700 400 65534 # the file cannot be written
  [ "$status" -eq 1 ]
  [[ $said == *"$PUBLIC/state/keystore"*'Permission denied'* ]]
  cmp "$PUBLIC/state/keystore" before
  permitted 700 600 0 # the file is another user's
  [ "$status" -eq 1 ]
  [[ $said == *'belongs to another user'* ]]
  cmp "$PUBLIC/state/keystore" before
  permitted 700 666 65534 # others may write it
  [ "$status" -eq 1 ]
  [[ $said == *'can be written by others'* ]]
  cmp "$PUBLIC/state/keystore" before
  permitted 700 600 65534
  [ "$status" -eq 0 ]
}

@test "a disk that is full, and one that is read-only" {
  needs_mounts
  mkdir -m 700 small
  mount -t tmpfs -o size=64k,mode=700 none small 2>/dev/null || skip 'no mount here'
  cp -p "$KEYSTORE" small/keystore
  export DPAT_STATE_DIR=$HOME/small
  KEYSTORE=small/keystore
  store reg.example old
  cp small/keystore before
  head -c 100000 /dev/zero >small/filler 2>/dev/null || :
  run store reg.example new
  [ "$status" -eq 1 ]
  [[ $output == *"$HOME/small/"*'No space left on device'* ]]
  cmp small/keystore before
  [ ! -e small/.keystore.dpat-tmp ]
  rm small/keystore
  head -c 100000 /dev/zero >small/more 2>/dev/null || :
  fails_with keystore dpat keystore init
  [ ! -e small/keystore ]
  rm small/filler small/more
  cp -p before small/keystore
  mount -o remount,ro small
  run store reg.example new
  [ "$status" -eq 1 ]
  [[ $output == *'Read-only file system'* ]]
  cmp small/keystore before
  helper get <key | grep -q '"old"'
  mount -o remount,rw small
}

@test "a folder, a fifo, a loop of links in its place, and in place of its lock" {
  cp "$KEYSTORE" good
  for make in 'mkdir' 'mkfifo -m 600' 'ln -s keystore'; do
    rm -r "$KEYSTORE"
    $make "$KEYSTORE"
    run timeout 60 docker-credential-dpat get <key
    [ "$status" -eq 1 ]
    [[ $output == *"$KEYSTORE"* ]]
    run timeout 60 docker-credential-dpat store <<<'{"ServerURL":"reg.example","Username":"alice","Secret":"new"}'
    [ "$status" -eq 1 ]
    [ ! -f "$KEYSTORE" ]
  done
  rm -r "$KEYSTORE"
  install -m 600 good "$KEYSTORE"
  echo precious >precious
  rm -f "$KEYSTORE.lock"
  ln -s "$HOME/precious" "$KEYSTORE.lock" # a lock is never followed elsewhere
  run store reg.example new
  [ "$status" -eq 1 ]
  [ "$(cat precious)" = precious ]
  cmp "$KEYSTORE" good
}

@test "eight helpers and eight logins of docker at once lose nothing" {
  command -v docker >/dev/null || skip 'no docker client here'
  "$PYTHON3" "$TOP_SRCDIR/tests/support/registry.py" --port-file "$HOME/port" --record "$HOME/seen" --count 8 3>&- &
  SERVER=$!
  wait_until test -s port
  signed_in
  mkdir -p "$DOCKER_CONFIG"
  printf '{"credsStore":"dpat"}' >"$DOCKER_CONFIG/config.json"
  mapfile -t ports <port
  waiting=()
  for i in 1 2 3 4 5 6 7 8; do
    # docker loses entries of config.json, but no credentials
    docker login -u "user$i" --password-stdin "localhost:${ports[i - 1]}" <<<"secret$i" >"login$i" 2>&1 3>&- &
    waiting+=($!)
    dpat create "ci$i" --docker --registry "r$i.example" -q 3>&- &
    waiting+=($!)
  done
  for pid in "${waiting[@]}"; do
    wait "$pid" || { cat login*; return 1; }
  done
  helper list >listed
  for i in 1 2 3 4 5 6 7 8; do
    [ "$(json "['localhost:${ports[i - 1]}']" <listed)" = "user$i" ]
    [ "$(json "['r$i.example']" <listed)" = alice ]
    printf 'localhost:%s' "${ports[i - 1]}" | helper get | grep -q "\"secret$i\""
    printf 'r%s.example' "$i" | helper get | grep -q '"dpat_'
  done
  [ "$(json '.__len__()' <listed)" -eq 17 ]
  [ "$(dpat list -q | wc -l)" -eq 8 ]
}
