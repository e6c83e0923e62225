# Where secrets are not: arguments, logs, errors, files, the environment of helpers, core dumps.
setup() {
  load lib.bash
  dpat_home
  signed_in
}

@test "after a life of tokens no file holds a secret but those it was sent to" {
  dpat create one -q >"$BATS_TEST_TMPDIR/one"
  dpat create two --out "$BATS_TEST_TMPDIR/two" 2>>log
  dpat create three --json 2>>log | json '["secret"]' >"$BATS_TEST_TMPDIR/three"
  dpat --debug list 2>>log >/dev/null
  dpat --debug rename one uno 2>>log
  dpat --debug create one --out /nonexistent/x 2>>log || :
  dpat --debug login alice --password-stdin --registry r.example 2>>log < "$BATS_TEST_TMPDIR/one"
  dpat --debug delete uno two three -y 2>>log
  for file in one two three; do
    secret=$(cat "$BATS_TEST_TMPDIR/$file")
    [[ $secret == dpat_* ]]
    nowhere "$secret"
    nowhere "${secret:5:32}"
  done
  nowhere "$PASSWORD"
}

@test "no option takes a secret" {
  for option in --password --token --secret --pat; do
    run dpat login alice $option hunter22hunter22
    [ "$status" -eq 2 ]
    [[ $output != *hunter22* ]]
    run dpat login alice $option=hunter22hunter22
    [ "$status" -eq 2 ]
    [[ $output != *hunter22* ]]
  done
}

@test "a secret in an argument is refused before anything is opened, and its memory wiped" {
  secret=$(dpat create ci -q)
  for command in "show $secret" "delete -y $secret" "list --match $secret" "create $secret -q" "rename ci $secret" \
    "login alice $secret" "--user $secret list" "login --registry $secret"; do
    # shellcheck disable=SC2086 # words
    fails_with secret_in_argument dpat $command
    [[ $stderr != *"$secret"* ]]
  done
}

@test "no process of the same user can read its memory" {
  native_only 'the sanitizers need to be traced'
  needs_nobody
  mkfifo -m 666 "$PUBLIC/in"
  "${NOBODY[@]}" "$PUBLIC/dpat" --store "$PUBLIC/s.db" account add alice --password-stdin <"$PUBLIC/in" 3>&- &
  pid=$!
  exec 9>"$PUBLIC/in"
  # it has begun to read when it is dpat that runs; not dumpable, so /proc belongs to root
  is_dpat() { [ "$(readlink "/proc/$pid/exe")" = "$PUBLIC/dpat" ] && [ "$(stat -c %u "/proc/$pid/mem")" -eq 0 ]; }
  wait_until is_dpat
  run setpriv --reuid 65534 --regid 65534 --clear-groups cat "/proc/$pid/environ"
  exec 9>&-
  wait $pid || :
  [ "$status" -ne 0 ]
}

@test "a helper sees no secret in its arguments or environment" {
  mkdir -p bin "$DOCKER_CONFIG"
  printf '#!/bin/sh\ntr "\\0" "\\n" </proc/$$/cmdline >>%s/seen\nenv >>%s/seen\ncat >%s/input\ncd %s\ncase $1 in get) cat kept || { echo credentials not found in native keychain; exit 1; } ;; store) mv input kept ;; esac\n' "$HOME" "$HOME" "$HOME" "$HOME" >bin/docker-credential-spy
  chmod +x bin/docker-credential-spy
  printf '{"credsStore":"spy"}' >"$DOCKER_CONFIG/config.json"
  PATH=$HOME/bin:$PATH succeeds dpat create ci --docker --registry r.example
  grep -q docker-credential-spy seen
  run -1 grep -q dpat_ seen
}

@test "the password never rests on the client" {
  printf '%s\n' "$PASSWORD" | dpat login alice --password-stdin --for 30d
  nowhere "$PASSWORD"
  nowhere "$(printf %s "$PASSWORD" | base64)"
}
