# Credential helpers that Docker's config.json names and that do what no helper should.
setup() {
  load lib.bash
  dpat_home
  signed_in
  CONFIG=$DOCKER_CONFIG/config.json
  HELPER=$HOME/bin/docker-credential-odd
  mkdir -p bin "$DOCKER_CONFIG"
  PATH=$HOME/bin:$PATH
  printf '{"credsStore":"odd","auths":{"keep.example":{"auth":"bWU6bWluZQ=="}}}' >"$CONFIG"
  cp "$CONFIG" before
}

# One that keeps one credential, as the protocol has it.
KEEPS='case $1 in get) cat >/dev/null; [ -s kept ] && cat kept || nothing;; store) cat >kept;; erase) rm -f kept;; esac'

finish() {
  [ ! -s child ] || xargs kill <child 2>/dev/null || :
}

# A helper that has nothing; what it does for the other actions is the script on stdin.
odd() {
  {
    printf '#!/bin/sh\nnothing() { cat >/dev/null; echo credentials not found in native keychain; exit 1; }\n'
    printf 'cd "%s" || exit 1\n' "$HOME"
    cat
  } >"$HELPER"
  chmod 755 "$HELPER"
}

create() { dpat create ci --docker --registry registry.example "$@"; }

# No token is left, and config.json is as it was.
as_before() {
  [ -z "$(names)" ] && cmp "$CONFIG" before
}

# Refused before a token is made.
refused() {
  fails_with credential_helper create
  [[ $stderr == *docker-credential-* ]]
  as_before
  [ "$(sqlite3 "$STORE" "SELECT count(*) FROM audit WHERE action = 'token_created'")" -eq 0 ]
}

# The token was made and is gone again; what is said holds none of its secret.
undone() {
  run --separate-stderr "$@" "$DPAT" create ci --docker --registry registry.example --json
  [ "$status" -eq "$(exit_of undelivered)" ]
  [ -z "$output" ]
  [ "$(json '["error"]["details"]["undone"]' <<<"${stderr_lines[-1]}")" = true ]
  run -1 grep -qE 'dpat_.*[0-9A-Za-z]{8}' <<<"$stderr"
  as_before
}

@test "missing, no program, a folder" {
  refused
  [[ $stderr == *docker-credential-odd*PATH* ]]
  echo 'exit 0' >"$HELPER"
  chmod 644 "$HELPER"
  refused
  rm "$HELPER"
  mkdir "$HELPER"
  refused
  rmdir "$HELPER"
  echo 'not a program' >"$HELPER"
  chmod 755 "$HELPER"
  refused
  rm "$HELPER"
  ln -s "$HELPER" "$HELPER"
  refused
}

@test "a get that answers junk, an error with exit 0, or too much" {
  for answer in 'echo junk' 'echo "error: locked"' 'echo "[]"' 'printf "\\0\\1\\2"' 'yes' 'head -c 70000 /dev/zero' \
    'echo "{\"Username\":\"me\",\"Secret\":7}"' 'echo locked; exit 1' 'kill -9 $$'; do
    odd <<<"$answer"
    refused
  done
}

@test "a get that shows a secret and fails" {
  odd <<<'echo "{\"Username\":\"me\",\"Secret\":\"c4nary-s3cret\"}"; exit 1'
  refused
  [[ $stderr != *c4nary* ]]
}

@test "a store that fails tells why, and never shows the secret" {
  odd <<<'[ "$1" = get ] && nothing; cat >/dev/null; echo "the safe is locked"; exit 1'
  undone
  [[ $stderr == *'the safe is locked'* ]]
  odd <<<'[ "$1" = get ] && nothing; cat; exit 1'
  undone
  odd <<<'[ "$1" = get ] && nothing; sed "s/.*\"Secret\": *\"//" | cut -c 6-30; exit 1'
  undone
}

@test "a store that only says that all is well" {
  odd <<<'[ "$1" = get ] && nothing; cat >/dev/null; echo "error: disk full"'
  undone
  # one that is talkative, but does it, is fine
  odd <<<'case $1 in get) cat >/dev/null; [ -s kept ] && cat kept || nothing;; store) cat >kept; echo stored;; erase) rm -f kept;; esac'
  succeeds create
  grep -q dpat_ kept
}

@test "a store that keeps nothing, another secret, or what cannot be read" {
  odd <<<'[ "$1" = get ] && nothing; cat >/dev/null'
  undone
  [[ $stderr == *'docker-credential-odd store reported success, but has not stored it'* ]]
  odd <<<"${KEEPS/cat >kept/sed s,dpat_,DPAT_, >kept}"
  undone
  [ ! -e kept ]
  odd <<<'[ "$1" = get ] || { touch told; exit 0; }; [ -e told ] || nothing; echo "{\"Username\":\"alice\"}"'
  undone
  [[ $stderr == *'docker-credential-odd store reported success, but what it stored cannot be read'* ]]
  # what was there before comes back
  printf '{"ServerURL":"registry.example","Username":"bob","Secret":"bobs"}' >kept
  odd <<<"${KEEPS/cat >kept/sed s,.*alice.*,broken, >kept}"
  run --separate-stderr create -y
  [ "$status" -eq "$(exit_of undelivered)" ]
  [ "$(json '["Secret"]' <kept)" = bobs ]
}

@test "an erase that fails does not show what it was to erase" {
  odd <<<"$KEEPS"
  succeeds create
  # of another user, who must go first; and a secret that no form gives away, as docker login keeps them too
  sed -i 's/dpat_/plain/; s/"alice"/"bob"/' kept
  secret=$(json '["Secret"]' <kept)
  odd <<<"${KEEPS/rm -f kept/echo cannot take it back: $secret; exit 1}"
  printf '{"credsStore":"odd","auths":{"registry.example":{}}}' >"$CONFIG"
  [[ $(printf registry.example | "$HELPER" erase || :) == *"$secret"* ]]
  run --separate-stderr "$DPAT" create other --docker --registry registry.example -y --debug
  [ "$status" -ne 0 ]
  [[ $stderr == *docker-credential-odd* && $stderr != *"$secret"* ]]
}

@test "an erase that erases nothing is not believed" {
  odd <<<"$KEEPS"
  succeeds create
  odd <<<"${KEEPS/rm -f kept/:}"
  run --separate-stderr dpat logout
  [ "$status" -eq "$(exit_of credential_helper)" ]
  [[ $stderr == *'docker-credential-odd erase reported success, but has not erased it'* ]]
  odd <<<"$KEEPS"
  succeeds dpat logout
  [ ! -e kept ]
}

@test "one that says \"not found\" in its own words, or warns before, is asked about" {
  for nothing in 'echo "no such entry"; exit 1' 'echo "warning: old format"; echo credentials not found in native keychain; exit 1' \
    'echo nothing; exit 0' 'exit 1' 'exit 3'; do
    odd <<<"case \$1 in get) cat >/dev/null; if [ -s kept ]; then cat kept; else $nothing; fi;; store) cat >kept;; erase) rm -f kept;; esac"
    fails_with no_input create
    [[ $stderr == *'docker-credential-odd does not tell whether it has credentials for registry.example'* ]]
    as_before
    [ ! -e kept ]
    run "$PYTHON3" "$TOP_SRCDIR/tests/support/terminal.py" --expect 'Replace what it may have?' --send n -- "$DPAT" create ci --docker --registry registry.example
    [ "$status" -eq "$(exit_of declined)" ]
    succeeds create -y
    grep -q dpat_ kept
    succeeds dpat logout
    [ ! -e kept ]
    cp before "$CONFIG"
    dpat delete -f --operator -u alice ci -q
    dpat login alice --password-stdin <<<"$PASSWORD" 2>/dev/null
  done
}

@test "one that adds something after its answer is read as docker reads it" {
  local more='{ sed s,Username,username, kept; echo and more; }'
  odd <<<"${KEEPS/cat kept/$more}"
  succeeds create
  succeeds dpat logout
  [ ! -e kept ]
}

@test "one that a signal ends, and one whose interpreter is gone, are told as such" {
  odd <<<'kill -9 $$'
  refused
  [[ $stderr == *'was killed by SIGKILL'* ]]
  printf '#!/opt/gone/python -u\n' >"$HELPER"
  refused
  [[ $stderr == *"its interpreter /opt/gone/python is not there"*'install /opt/gone/python'* ]]
  printf '#!/usr/bin/env gone-python\n' >"$HELPER"
  refused
  [[ $stderr == *'its interpreter gone-python is not there'* ]]
  odd <<<'[ "$1" = get ] && nothing; kill -SEGV $$'
  undone
  [[ $stderr == *'docker-credential-odd store was killed by SIGSEGV'* ]]
  fails_with undelivered dpat create ci --command 'kill -TERM $$'
  [[ $stderr == *'killed by SIGTERM'* ]]
}

@test "a store that floods, or does not read" {
  odd <<<'[ "$1" = get ] && nothing; yes'
  undone
  odd <<<'[ "$1" = get ] && nothing; exec 0<&-; exit 3'
  undone
  odd <<<'exec 0<&-; [ "$1" = get ] && { echo credentials not found in native keychain; exit 1; }; exit 3'
  undone
}

@test "one that hangs is ended with all it started" {
  native_only 'faketime and the sanitizers get in each other'"'"'s way'
  # 30 seconds are given: let them pass sixty times as fast
  odd <<<'[ "$1" = get ] && nothing; sleep 7000 3>&- & echo $! >>child; wait'
  undone faketime -f '+0 x60'
  [[ $stderr == *'did not answer within 30 s'* ]]
  gone() { ! xargs kill -0 <child 2>/dev/null; }
  wait_until gone
  rm child
  odd <<<'sleep 7000 3>&- & echo $! >>child; wait'
  run --separate-stderr faketime -f '+0 x60' "$DPAT" create ci --docker --registry registry.example
  [ "$status" -eq "$(exit_of credential_helper)" ]
  as_before
  wait_until gone
}

# As gpg-agent would, if it did not take care.
@test "a child that keeps stdout open does not keep dpat waiting" {
  odd <<<'(sleep 7000 3>&- & echo $! >>child) 2>/dev/null; '"$KEEPS"
  run --separate-stderr timeout 60 "$DPAT" create ci --docker --registry registry.example
  [ "$status" -eq 0 ]
  grep -q dpat_ kept
}

@test "whoever starts dpat may ignore the end of children" {
  odd <<<"$KEEPS"
  run --separate-stderr timeout 60 env --ignore-signal=CHLD "$DPAT" create ci --docker --registry registry.example
  [ "$status" -eq 0 ]
}

@test "what another user has there survives a store that fails" {
  odd <<'H'
case $1 in
  get) cat >/dev/null; [ -s kept ] && cat kept || nothing ;;
  store) input=$(cat); case $input in *alice*) echo 'no, not alice'; exit 1 ;; esac; printf %s "$input" >kept ;;
  erase) rm -f kept ;;
esac
H
  printf '{"ServerURL":"registry.example","Username":"bob","Secret":"bobs"}' >kept
  run --separate-stderr create -y
  [ "$status" -eq "$(exit_of undelivered)" ]
  [ "$(json '["Secret"]' <kept)" = bobs ]
  as_before
}

@test "logout with a helper that fails keeps what it could not take back" {
  odd <<<"$KEEPS"
  succeeds create
  cp "$HELPER" good
  for answer in 'echo locked; exit 1' 'echo junk' 'yes' 'kill -9 $$'; do
    odd <<<"$answer"
    run --separate-stderr dpat logout
    [ "$status" -eq "$(exit_of credential_helper)" ]
    [[ $stderr == *docker-credential-odd* ]]
    grep -q registry.example "$CONFIG"
  done
  cp good "$HELPER"
  succeeds dpat logout
  [ ! -e kept ]
  run -1 grep -q registry.example "$CONFIG"
  grep -q keep.example "$CONFIG"
}

@test "status does not ask a helper for secrets" {
  odd <<<'echo called >>called; exit 1'
  succeeds dpat status
  [ ! -e called ]
}
