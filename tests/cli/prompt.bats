# On a terminal: prompts without echo, questions, tables, and a secret that is shown.
setup() {
  load lib.bash
  dpat_home
  export TERM=xterm
}

terminal() { "$PYTHON3" "$TOP_SRCDIR/tests/support/terminal.py" "$@"; }

@test "a password is asked for twice when it is set, and never echoed" {
  run terminal --expect 'New password of alice at the embedded service: ' --send "$PASSWORD" --expect 'again: ' --send "$PASSWORD" \
    -- "$DPAT" account add alice
  [ "$status" -eq 0 ]
  [[ $output != *"$PASSWORD"* ]]
  run terminal --expect 'Password or token of alice at the embedded service: ' --send "$PASSWORD" -- "$DPAT" login alice
  [ "$status" -eq 0 ]
  [[ $output != *"$PASSWORD"* && $output == *'signed in'* ]]
  succeeds dpat list
}

@test "two answers that differ" {
  run terminal --expect 'New password of alice at the embedded service: ' --send "$PASSWORD" --expect 'again: ' --send other-password \
    -- "$DPAT" account add alice
  [ "$status" -eq 2 ]
  [[ $output == *differ* ]]
  [ ! -e "$STORE" ]
}

@test "Ctrl-C at a prompt changes nothing" {
  run terminal --expect 'New password of alice at the embedded service: ' --send ^C -- "$DPAT" account add alice
  [ "$status" -eq 130 ]
  [ ! -e "$STORE" ]
}

@test "an answer too long is refused, not cut" {
  with_account alice
  run terminal --expect 'alice at the embedded service: ' --send "$(head -c 1100 /dev/zero | tr '\0' x)" -- "$DPAT" login alice
  [ "$status" -eq 2 ]
  [[ $output == *1024* ]]
}

@test "the user is asked for where none is named" {
  with_account alice
  run terminal --expect 'User at the embedded service: ' --send alice --expect 'alice at the embedded service: ' --send "$PASSWORD" -- "$DPAT" login
  [ "$status" -eq 0 ]
}

@test "create shows the secret on a terminal" {
  signed_in
  run terminal -- "$DPAT" create ci
  [ "$status" -eq 0 ]
  [[ $output == *dpat_* && $output == *'shown only now'* ]]
}

@test "delete asks, and no is no" {
  signed_in
  dpat create ci -q >/dev/null
  run terminal --expect '[y/N]' --send n -- "$DPAT" delete ci
  [ "$status" -eq 10 ]
  run terminal --expect '[y/N]' --send '' -- "$DPAT" delete ci
  [ "$status" -eq 10 ]
  run terminal --expect '[y/N]' --send ^D -- "$DPAT" delete ci
  [ "$status" -eq 10 ]
  run terminal --expect '[y/N]' --send ^C -- "$DPAT" delete ci
  [ "$status" -eq 130 ]
  [ "$(names)" = ci ]
  run terminal --expect '"ci"' --expect '[y/N]' --send y -- "$DPAT" delete ci
  [ "$status" -eq 0 ]
  [ "$(names)" = '' ]
}

@test "counts stand below a list, times as people say them" {
  signed_in
  dpat create ci -e 10d -q >/dev/null
  dpat create cd -q >/dev/null
  dpat deactivate cd
  run terminal -- "$DPAT" list
  [ "$status" -eq 0 ]
  [[ $output == *'2 tokens'*'1 active'*'1 inactive'* ]]
  [[ $output == *"in 10 days"* ]]
  run terminal -- env NO_COLOR=1 "$DPAT" list
  [[ $output != *$'\e['*m* ]]
}

@test "--no-input asks nothing on a terminal either" {
  signed_in
  dpat create ci -q >/dev/null
  run terminal -- "$DPAT" delete ci --no-input
  [ "$status" -eq 10 ]
  run terminal -- env DPAT_NO_INPUT=1 "$DPAT" login alice
  [ "$status" -eq 10 ]
}

@test "Enter or Ctrl-D at a prompt is no answer, and nothing is sent" {
  dpat account add alice --password-stdin -q <<<"$PASSWORD"
  for key in '' ^D; do
    run terminal --expect 'Password or token of alice at the embedded service: ' --send "$key" -- "$DPAT" login alice
    [[ $status -eq 10 && $output == *'nothing was typed'* ]]
    run terminal --expect 'User at the embedded service: ' --send "$key" -- "$DPAT" login
    [[ $status -eq 10 && $output == *'nothing was typed'*'dpat login USER'* ]]
    run terminal --expect 'New password of bob at the embedded service: ' --send "$key" -- "$DPAT" account add bob
    [ "$status" -eq 10 ]
    run terminal --expect 'Old password of alice at the embedded service: ' --send "$key" -- "$DPAT" account passwd alice
    [ "$status" -eq 10 ]
    run terminal --expect "New passphrase of dpat's keystore: " --send "$key" -- "$DPAT" keystore init
    [ "$status" -eq 10 ]
  done
  [ "$(dpat account list -q)" = alice ]
  run -1 grep -q sign_in_failed <<<"$(dpat log --all --json)"
}

# Docker Hub, where nobody listens.
nowhere_hub() {
  unset DPAT_SERVICE HTTP_PROXY ALL_PROXY NO_PROXY no_proxy https_proxy http_proxy all_proxy
  export HTTPS_PROXY=http://127.0.0.1:1
}

@test "every prompt for a secret names the service that gets it" {
  dpat account add alice --password-stdin -q <<<"$PASSWORD"
  nowhere_hub
  run terminal --expect 'Password or token of alice at Docker Hub: ' --send ^C -- "$DPAT" login alice
  [ "$status" -eq 130 ]
  run terminal --expect 'Password or token of alice at https://tokens.example: ' --send ^C \
    -- "$DPAT" login alice --service https://tokens.example
  [ "$status" -eq 130 ]
  run terminal --expect 'User at Docker Hub: ' --send ^C -- "$DPAT" login
  run terminal --expect 'Old password of alice at the embedded service: ' --send "$PASSWORD" \
    --expect 'New password of alice at the embedded service: ' --send ^C -- "$DPAT" account passwd alice --service local
  [ "$status" -eq 130 ]
  dpat login alice --service local --password-stdin <<<"$PASSWORD"
  run terminal --expect 'Password of alice at the embedded service: ' --send "$PASSWORD" \
    --expect 'Code of alice at the embedded service that it shows now: ' --send ^C -- "$DPAT" account 2fa enable
  [ "$status" -eq 130 ]
}

@test "an account of this machine is pointed to before its password goes to Docker Hub" {
  dpat account add alice --password-stdin -q <<<"$PASSWORD"
  nowhere_hub
  run terminal --expect 'Password or token of alice at Docker Hub: ' --send "$PASSWORD" --expect '[y/N]' --send n \
    -- "$DPAT" login alice
  [ "$status" -eq 7 ]
  [[ $output == *"note: "*"$STORE"*"dpat login alice --service local"*'Password or token'*'Docker Hub, the default service: '*'hint: '*"dpat login alice --service local"* ]]
  run terminal --expect 'bob at Docker Hub: ' --send "$PASSWORD" --expect '[y/N]' --send n -- "$DPAT" login bob
  [ "$status" -eq 7 ]
  [[ $output != *"$STORE"* && $output == *'--service URL'*DPAT_SERVICE* ]]
  # whoever says which service is meant knows it
  run terminal --expect 'alice at Docker Hub: ' --send ^C -- "$DPAT" login alice --service hub
  [[ $output != *"$STORE"* ]]
  printf '%s\n' "$PASSWORD" >password
  INPUT=password fails_with network dpat login alice --password-stdin
  [[ $stderr == *'dpat login alice --service local'* ]]
  INPUT=password fails_with network dpat login alice --password-stdin --service http://127.0.0.1:1
  [[ $stderr == *127.0.0.1*'dpat login alice --service local'* ]]
  INPUT=password fails_with network dpat login bob --password-stdin --service http://127.0.0.1:1
  [[ $stderr == *127.0.0.1*DPAT_SERVICE* ]]
  [ ! -e "$XDG_CONFIG_HOME/dpat/config.json" ]
}
