# On a terminal: prompts without echo, questions, tables, and a secret that is shown.
setup() {
  load lib.bash
  dpat_home
  export TERM=xterm
}

terminal() { "$PYTHON3" "$TOP_SRCDIR/tests/support/terminal.py" "$@"; }

@test "a password is asked for twice when it is set, and never echoed" {
  run terminal --expect 'New password of alice: ' --send "$PASSWORD" --expect 'again: ' --send "$PASSWORD" \
    -- "$DPAT" account add alice
  [ "$status" -eq 0 ]
  [[ $output != *"$PASSWORD"* ]]
  run terminal --expect 'Password or token of alice: ' --send "$PASSWORD" -- "$DPAT" login alice
  [ "$status" -eq 0 ]
  [[ $output != *"$PASSWORD"* && $output == *'signed in'* ]]
  succeeds dpat list
}

@test "two answers that differ" {
  run terminal --expect 'New password of alice: ' --send "$PASSWORD" --expect 'again: ' --send other-password \
    -- "$DPAT" account add alice
  [ "$status" -eq 2 ]
  [[ $output == *differ* ]]
  [ ! -e "$STORE" ]
}

@test "Ctrl-C at a prompt changes nothing" {
  run terminal --expect 'New password of alice: ' --send ^C -- "$DPAT" account add alice
  [ "$status" -eq 130 ]
  [ ! -e "$STORE" ]
}

@test "an answer too long is refused, not cut" {
  with_account alice
  run terminal --expect 'alice: ' --send "$(head -c 1100 /dev/zero | tr '\0' x)" -- "$DPAT" login alice
  [ "$status" -eq 2 ]
  [[ $output == *1024* ]]
}

@test "the user is asked for where none is named" {
  with_account alice
  run terminal --expect 'User: ' --send alice --expect 'alice: ' --send "$PASSWORD" -- "$DPAT" login
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
