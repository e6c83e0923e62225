# The test suite itself: its assertions can fail, it changes nothing of the machine, and it minds nobody's settings.
setup() { load lib.bash; dpat_home; }

# Run bats on a file with that setup and the test on stdin, by a user with the environment of the arguments:
# suite [NAME=VALUE...]; $RUN is what starts bats.
suite() {
  {
    printf 'setup() { load %s/tests/cli/lib.bash; dpat_home; }\n' "${TOP_SRCDIR@Q}"
    printf '@test "it" {\n'
    cat
    printf '}\n'
  } >it.bats
  # shellcheck disable=SC2086 # words
  run env -i PATH="$PATH" HOME=/nowhere TMPDIR="${TMPDIR:-/tmp}" TOP_SRCDIR="$TOP_SRCDIR" TOP_BUILDDIR="$TOP_BUILDDIR" \
    DPAT="$DPAT" DPAT_RUNNER="${DPAT_RUNNER-}" PYTHON3="$PYTHON3" BATS="${BATS-}" "$@" ${RUN-} "${BATS:-$BATS_ROOT/bin/bats}" --tap it.bats 3>&-
}

@test "assertions can fail" {
  suite <<<'true'
  [[ $output == *'ok 1 it'* ]]
  while IFS= read -r assertion; do
    suite <<<"$assertion"
    [ "$status" -eq 1 ] && [[ $output == *'not ok 1 it'* ]] || { echo "it passes: $assertion"; return 1; }
  done <<'EOT'
succeeds false; true
succeeds dpat nonsense; true
fails_with usage dpat version; true
fails_with not_signed_in dpat nonsense; true
fails_with no_such_code dpat nonsense; true
fails_with usage sh -c 'echo dpat: spoken; exit 2' 2>&1; true
echo secret >here; nowhere secret; true
is_document version <<<'{"schema":"dpat/1","kind":"version"}'
is_document version <<<'{"schema":"dpat/1","kind":"list","version":"1"}'
is_document version <<<'nonsense'
is_document error usage 3 <<<'{"schema":"dpat/1","kind":"error","error":{"code":"usage","exit":2}}'
dpat version --json | sed p | is_document version; true
EOT
}

@test "what the user has set does not reach a test" {
  suite DPAT_SERVICE=hub DPAT_TIMEOUT=0 DPAT_USER=eve DPAT_NO_INPUT=1 DPAT_STORE=/of-the-user/s DOCKER_CONFIG=/of-the-user \
    DOCKER_AUTH_CONFIG='{}' DOCKER_HOST=x XDG_CONFIG_HOME=/of-the-user XDG_RUNTIME_DIR=/of-the-user REGISTRY_AUTH_FILE=/of-the-user \
    CLICOLOR_FORCE=1 COLUMNS=10 HTTPS_PROXY=http://127.0.0.1:1 SSL_CERT_FILE=/of-the-user LC_ALL=C LANG=de_DE.UTF-8 \
    <<<'signed_in; succeeds dpat create ci -q; succeeds dpat list; [ "$(names)" = ci ]; env >seen; run -1 grep /of-the-user seen'
  [ "$status" -eq 0 ]
  run env -i PATH="$PATH" LD_X=kept DPAT_X=x DOCKER_X=x XDG_X=x LANG=x LC_X=x BASH_ENV=x MAKEFLAGS=x LINES=$'two\nDPAT_Y=lines' \
    sh -c '. "$0"; env' "$TOP_SRCDIR/tests/environment.sh"
  [ "$(printf '%s\n' "${lines[@]%%=*}" | sort | tr '\n' ' ')" = 'LC_ALL LD_X PATH PWD TERM ' ]
}

@test "a test whose tool is not here is skipped, one that does not need it is not" {
  hide sqlite3
  suite <<<'look() { sqlite3 :memory: .dump; }; look'
  [[ $output == *'ok 1 it # skip sqlite3 is not here'* ]]
  suite <<<'false'
  [[ $output == *'not ok 1 it'* ]]
}

@test "a dpat that is installed is not used" {
  mkdir installed
  for name in dpat docker-credential-dpat docker-pat other; do printf '#!/bin/sh\necho installed\n' >installed/$name; done
  chmod +x installed/*
  suite PATH="$HOME/installed:$PATH" \
    <<<'[ "$(other)" = installed ]; for name in dpat docker-credential-dpat docker-pat; do run -1 type -P "$name"; done'
  [ "$status" -eq 0 ]
}

needs_apart() {
  needs_mounts
  [ "${TOP_BUILDDIR-}" ] && [ -x "$TOP_SRCDIR/tests/run-bats" ]
}

@test "nothing but temporary files and the build can be written" {
  needs_apart
  for folder in / /etc /usr /usr/local /var/lib /root /home; do
    run touch "$folder/dpat-was-here"
    [ "$status" -ne 0 ] || { rm "$folder/dpat-was-here"; echo "$folder can be written"; return 1; }
  done
  touch "$TOP_BUILDDIR/tests/written" "${TMPDIR:-/tmp}/dpat-written"
  rm "$TOP_BUILDDIR/tests/written" "${TMPDIR:-/tmp}/dpat-written"
  [ -z "$(find /run -type s)" ]
}

@test "what a test mounts goes with it, also when it fails" {
  needs_apart
  before=$(cat /proc/self/mounts)
  RUN="sh $TOP_SRCDIR/tests/run-bats" suite <<<'needs_mounts; mkdir m; mount -t tmpfs none m; echo "$PWD" >'"$HOME/where"'; false'
  [ "$status" -eq 1 ]
  [ ! -e "$(cat where)" ]
  # all that was started, at once
  RUN="setsid --wait sh $TOP_SRCDIR/tests/run-bats" suite <<<'needs_mounts; mkdir m; mount -t tmpfs none m; kill -9 0'
  [ "$status" -ne 0 ]
  [ "$(cat /proc/self/mounts)" = "$before" ]
}

@test "side by side by itself, unless told" {
  jobs() { (cd "$TOP_BUILDDIR" && make -n "$@" check TESTS=tests/cli/version.bats) | grep -oE 'make +-j[0-9]+ check-TESTS'; }
  [ "$(jobs)" = "make -j$(nproc) check-TESTS" ]
  [ -z "$(jobs -j3)" ]
}
