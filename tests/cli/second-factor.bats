# The second factor: turning it on at a terminal, signing in with codes, turning it off, and the operator's reset.
setup() {
  load lib.bash
  dpat_home
  export TERM=xterm
  signed_in
  printf '%s\n' "$PASSWORD" >password
}

terminal() { "$PYTHON3" "$TOP_SRCDIR/tests/support/terminal.py" "$@"; }

# Turn it on; leaves $uri, $recovery, and all that was shown in $output.
turned_on() {
  run terminal --expect 'Password of alice at ' --send "$PASSWORD" --expect 'shows now: ' --send @code \
    -- "$DPAT" account 2fa enable
  [ "$status" -eq 0 ]
  uri=$(grep -o 'otpauth://[^[:space:]]*' <<<"$output")
  recovery=$(grep -oE '([0-9a-f]{5}-){3}[0-9a-f]{5}' <<<"$output")
}

# A code that was not used yet: the one used to turn it on may be that of now, so the next one.
code() { "$PYTHON3" "$TOP_SRCDIR/tests/support/otp.py" "$uri" 30; }

@test "it is turned on with a code of the device, and asked for from then on" {
  succeeds dpat account 2fa status
  [ "$output" = 'the second factor of alice is off' ]
  turned_on
  [[ $output == *█* && $output == *'second factor of alice is on'* && $output != *"$PASSWORD"* ]]
  [ -n "$recovery" ]
  succeeds dpat account 2fa status --json
  is_document second_factor <<<"$output"
  [ "$(json '["enabled"]' <<<"$output")" = true ]
  [ "$(json '["recovery_code"]' <<<"$output")" = null ]
  [[ $(dpat account list) == *' on '* ]]
  dpat logout
  INPUT=password fails_with no_input dpat login alice --password-stdin
  printf '%s\n%s\n' "$PASSWORD" "$(code)" >both
  succeeds dpat login alice --password-stdin --otp-stdin <both
  succeeds dpat list
  INPUT=both fails_with wrong_credentials dpat login alice --password-stdin --otp-stdin # used already
}

@test "on a terminal login asks for the code" {
  turned_on
  run terminal --expect 'Password or token of alice at the embedded service: ' --send "$PASSWORD" \
    --expect 'Code of the second factor of alice at the embedded service: ' --send "$(code)" -- "$DPAT" login alice
  [ "$status" -eq 0 ]
}

@test "a command gives the code, to login and to jobs" {
  turned_on
  code >code.txt
  DPAT_OTP_COMMAND='cat code.txt' succeeds dpat login alice --password-stdin <password
  dpat logout
  export DPAT_PASSWORD_FILE=$HOME/password DPAT_USER=alice
  DPAT_OTP_COMMAND="echo $recovery" succeeds dpat list
  DPAT_OTP_COMMAND='exit 3' fails_with config dpat list
  DPAT_OTP_COMMAND=true fails_with config dpat list
  DPAT_OTP_COMMAND='yes' fails_with config dpat list
  fails_with no_input dpat list
}

@test "a second command within the life of a code waits for the next one" {
  turned_on
  native_only 'faketime cannot be loaded into it'
  command -v faketime >/dev/null || skip 'no faketime here'
  # clocks that have 3 s left of their step, so that nobody waits for half a minute
  late() { DPAT_RUNNER="faketime -f +$(($1 * 30 + 27 - $(date +%s) % 30))s"; }
  late 1
  export DPAT_PASSWORD_FILE=$HOME/password DPAT_USER=alice
  export DPAT_OTP_COMMAND="$PYTHON3 '$TOP_SRCDIR/tests/support/otp.py' '$uri'"
  succeeds dpat create job -q
  [[ $stderr != *waits* ]]
  succeeds dpat delete job --force
  [[ $stderr == *'a code works once, so dpat waits '[1-4]' s for the next one'* ]]
  # what is no code of a device is not waited for, and neither is the same code twice
  DPAT_OTP_COMMAND='echo 12345' run --separate-stderr dpat list
  [ "$status" -eq 4 ]
  [[ $stderr == *hint:*'the password was right'* ]]
  [[ $stderr != *waits* ]]
  late 3
  DPAT_OTP_COMMAND='echo 000000' run --separate-stderr dpat list
  [ "$status" -eq 4 ]
  [[ $stderr == *waits*'the code is wrong, or was used already'* ]]
}

@test "a wrong code or old password is not taken for the wrong service" {
  turned_on
  start_server
  printf '%s\n000000\n' "$PASSWORD" >both
  printf 'not-the-password\n%s\n' "$PASSWORD" >wrong
  head -n 1 wrong >other
  INPUT=other fails_with wrong_credentials dpat login alice --service "$URL" --password-stdin
  [[ $stderr == *hint:*'--service local'* ]]
  INPUT=both fails_with wrong_credentials dpat login alice --service "$URL" --password-stdin --otp-stdin
  [[ $stderr == *hint:*'the password was right'* && $stderr != *'--service local'* ]]
  printf '%s\n%s\n' "$PASSWORD" "$recovery" >both
  succeeds dpat login alice --service "$URL" --password-stdin --otp-stdin <both
  INPUT=wrong fails_with wrong_credentials dpat account passwd alice --password-stdin
  [[ $stderr != *'--service local'* ]]
}

@test "a token needs no code" {
  dpat create ci --out ci.token
  turned_on
  succeeds dpat login alice --password-stdin --registry registry.example <ci.token
}

@test "the recovery code stands in for one code" {
  turned_on
  printf '%s\n%s\n' "$PASSWORD" "$(tr 'a-f' 'A-F' <<<"$recovery" | tr -d -)" >both
  succeeds dpat login alice --password-stdin --otp-stdin <both
  succeeds dpat account 2fa status
  [[ $output == *'recovery code is used up'* ]]
  INPUT=both fails_with wrong_credentials dpat login alice --password-stdin --otp-stdin
}

@test "five wrong codes lock it, and the error says until when" {
  turned_on
  printf '%s\n12345\n' "$PASSWORD" >both
  for _ in 1 2; do # each is made twice, with --json too
    INPUT=both fails_with wrong_credentials dpat login alice --password-stdin --otp-stdin
  done
  INPUT=both fails_with rate_limited dpat login alice --password-stdin --otp-stdin
  run --separate-stderr dpat login alice --password-stdin --otp-stdin --json <both
  [ "$(json '["error"]["retry_at"]' <<<"$stderr")" != null ]
  succeeds dpat account 2fa status
  [[ $output == *'locked until'* ]]
}

@test "it is turned off with password and code" {
  turned_on
  printf '%s\n%s\n' "$PASSWORD" 000000 >both
  INPUT=both fails_with wrong_credentials dpat account 2fa disable --password-stdin --otp-stdin
  printf '%s\n%s\n' 'wrong password' "$(code)" >both
  INPUT=both fails_with wrong_credentials dpat account 2fa disable --password-stdin --otp-stdin
  printf '%s\n%s\n' "$PASSWORD" "$(code)" >both
  succeeds dpat account 2fa disable --password-stdin --otp-stdin <both
  [[ $stderr == *off* ]]
  succeeds dpat login alice --password-stdin <password
}

@test "the operator takes it away" {
  turned_on
  fails_with no_input dpat account 2fa reset alice
  fails_with usage dpat account 2fa reset
  fails_with account_not_found dpat account 2fa reset nobody -y
  succeeds dpat account 2fa reset alice -y -n
  succeeds dpat account 2fa status
  [[ $output == *on ]]
  succeeds dpat account 2fa reset alice -y
  succeeds dpat login alice --password-stdin <password
}

@test "nothing is begun where there is nobody to show it to" {
  run --separate-stderr setsid --wait "$DPAT" account 2fa enable --password-stdin <password
  [ "$status" -eq "$(exit_of no_input)" ]
  fails_with no_input dpat account 2fa enable --no-input
  fails_with usage dpat account 2fa frob
  fails_with usage dpat account 2fa status alice
  succeeds dpat account 2fa status
  [[ $output == *off ]]
}

@test "neither the device's secret nor the recovery code rests in the store" {
  turned_on
  secret=${uri#*secret=}
  secret=${secret%%&*}
  sqlite3 "$STORE" .dump >dump
  "$PYTHON3" - "$secret" dump "$STORE" "$recovery" <<'EOF'
import base64, sys
secret, dump, store, recovery = sys.argv[1:]
raw = base64.b32decode(secret + "=" * (-len(secret) % 8))
text, data = open(dump).read().lower(), open(store, "rb").read()
assert secret.lower() not in text and raw.hex() not in text and raw not in data
assert recovery not in text and recovery.replace("-", "") not in text
EOF
}
