# Odd credential helpers and DOCKER_AUTH_CONFIG before the real docker client: what dpat says is what docker then does.
setup() {
  load lib.bash
  load helper.bash
  command -v docker >/dev/null || skip 'no docker client here'
  dpat_home
  mkdir -p "$DOCKER_CONFIG" bin
  PATH=$HOME/bin:$PATH
  CONFIG=$DOCKER_CONFIG/config.json
  printf '{"credsStore":"odd"}' >"$CONFIG"
  docker_daemon
  signed_in
}

finish() {
  stop_docker_daemon
}

# A helper with a file "kept": odd NOTHING GIVE, which say how nothing is told, and what was kept.
odd() {
  cat >bin/docker-credential-odd <<H
#!/bin/sh
cd "$HOME" || exit 1
case \$1 in
  get) cat >/dev/null; if [ -s kept ]; then $2; else $1; fi ;;
  store) cat >kept ;;
  erase) rm -f kept ;;
esac
H
  chmod +x bin/docker-credential-odd
}

NOTHING='echo credentials not found in native keychain; exit 1'

create() { dpat create ci --docker --registry reg.example -y; }

@test "a helper with words of its own for \"not found\" works for docker, too" {
  odd 'echo no such entry; exit 1' 'cat kept'
  succeeds create
  [[ $(docker_sends reg.example/app) == *'"username": "alice"'* ]]
}

@test "what follows an answer docker does not look at, and what stands before it docker cannot read" {
  odd "$NOTHING" 'cat kept; echo; echo and more'
  succeeds create
  [[ $(docker_sends reg.example/app) == *'"username": "alice"'* ]]
  dpat delete ci -y -q
  rm -f kept
  odd "$NOTHING" 'echo a warning; cat kept'
  run --separate-stderr create
  [ "$status" -eq "$(exit_of undelivered)" ]
  printf '{"ServerURL":"reg.example","Username":"alice","Secret":"x"}' >kept
  [ "$(docker_sends reg.example/app)" = '{}' ]
}

@test "a helper that keeps nothing gives docker nothing" {
  odd "$NOTHING" 'cat kept'
  sed -i 's/cat >kept/cat >\/dev\/null/' bin/docker-credential-odd
  run --separate-stderr create
  [ "$status" -eq "$(exit_of undelivered)" ]
  [ "$(docker_sends reg.example/app)" = '{}' ]
}

@test "after the keystore became docker's store, docker sends what moved, and what stayed" {
  ln -s "$DPAT" bin/docker-credential-dpat
  printf '{"auths":{"mine.example":{"auth":"bWU6bWluZQ=="}}}' >"$CONFIG"
  create 2>/dev/null
  ready_keystore
  run "$PYTHON3" "$TOP_SRCDIR/tests/support/terminal.py" --expect 'of me for mine.example' --send n \
    -- "$DPAT" keystore init --docker
  [ "$status" -eq 0 ]
  [[ $(docker_sends reg.example/app) == *'"username": "alice"'* ]]
  [[ $(docker_sends mine.example/app) == *'"username": "me"'* ]]
}

@test "DOCKER_AUTH_CONFIG wins from docker 28.3 on" {
  printf '{"credHelpers":{"unused.example":""}}' >"$CONFIG"
  export DOCKER_AUTH_CONFIG='{"auths":{"reg.example":{"auth":"em9lOmhlcnM="}}}'
  succeeds create
  [[ $stderr == *'DOCKER_AUTH_CONFIG has credentials for reg.example'* ]]
  version=$(docker --version | sed 's/[^0-9]*\([0-9]*\)\.\([0-9]*\).*/\1 \2/')
  user=alice
  [ "${version% *}" -lt 28 ] || { [ "${version% *}" -eq 28 ] && [ "${version#* }" -lt 3 ]; } || user=zoe
  [[ $(docker_sends reg.example/app) == *"\"username\": \"$user\""* ]]
}
