# The client of Docker Hub's API: against a stand-in for Docker Hub itself (by a proxy, at its own address), and against
# servers that hang, cut, lie and send nonsense. Nothing here needs the network.
setup() {
  load lib.bash
  dpat_home
  unset DPAT_SERVICE HTTPS_PROXY HTTP_PROXY ALL_PROXY NO_PROXY https_proxy http_proxy all_proxy no_proxy
  printf '%s\n' "$PASSWORD" >password
  export DPAT_TIMEOUT=10
}

# The stand-in at its own address, or in plain HTTP: start_hub [OPTIONS]
start_hub() {
  "$PYTHON3" "$TOP_SRCDIR/tests/support/hub.py" --port-file hub.port "$@" 2>hub.log 3>&- &
  SERVER=$!
  wait_until test -s hub.port || { cat hub.log; return 1; }
}

# Docker Hub itself, as far as dpat can tell.
docker_hub() {
  make_certificate hub.pem hub-key.pem hub.docker.com
  start_hub --tls hub.pem hub-key.pem --proxy-port-file proxy.port "$@"
  wait_until test -s proxy.port
  HTTPS_PROXY=http://127.0.0.1:$(cat proxy.port)
  export HTTPS_PROXY SSL_CERT_FILE=$HOME/hub.pem
}

# A service at a URL that speaks the API, signed in to.
plain_hub() {
  start_hub
  DPAT_SERVICE=http://127.0.0.1:$(cat hub.port)
  export DPAT_SERVICE
  dpat login alice --password-stdin <password 2>/dev/null
  : >requests
}

# Spoil requests: fault MATCH WHAT [TIMES]
fault() {
  if [ -n "${3-}" ]; then
    printf '{"match": "%s", "do": "%s", "times": %d}' "$1" "$2" "$3" >fault.tmp
  else
    printf '{"match": "%s", "do": "%s"}' "$1" "$2" >fault.tmp
  fi
  mv fault.tmp fault
}

count_requests() { grep -c "^$1" requests || :; }

terminal() { "$PYTHON3" "$TOP_SRCDIR/tests/support/terminal.py" "$@"; }

@test "Docker Hub is the service when nothing else is said, through the proxy" {
  docker_hub
  succeeds dpat login alice --password-stdin <password
  [[ $stderr == *'Docker Hub'* ]]
  grep -q 'CONNECT hub.docker.com:443' connects
  dpat create ci --scope write --expires 30d -q >ci.token
  grep -qE '^dckr_pat_[A-Za-z0-9]{27}$' ci.token
  succeeds dpat list --json
  is_document token_list <<<"$output"
  [ "$(json '["tokens"][0]["scopes"]' <<<"$output")" = "['repo:write']" ]
  succeeds dpat rename ci release
  succeeds dpat deactivate release
  succeeds dpat show release
  [[ $output == *inactive* ]]
  succeeds dpat delete release -y
  succeeds dpat logout
  grep -q '^POST /v2/logout' requests
}

# Whatever a test sent, the published description allows it.
finish() {
  [ ! -s invalid ] || { cat invalid; return 1; }
}

@test "the published examples are understood" {
  plain_hub
  fault 'GET /v2/access-tokens' example:200
  succeeds dpat list --json
  [ "$(json '["tokens"][0]["name"]' <<<"$output")" = 'My read only token' ]
  [ "$(json '["tokens"][0]["state"]' <<<"$output")" = expired ]
  [ "$(json '["tokens"][0]["creator"]["user_agent"]' <<<"$output")" = 'some user agent' ]
  fault 'POST /v2/access-tokens' example:201
  dpat create new --allow-duplicate -q >secret
  [ "$(cat secret)" = a7a5ef25-8889-43a0-8cc7-f2a94268e861 ]
  bearer='eyJhbGciOiJub25lIn0.eyJleHAiOjE1MTYyMzkwMjJ9.c2lnbmF0dXJl'
  grep -qF "$bearer" "$TOP_SRCDIR/tests/support/hub-api.json"
  fault 'POST /v2/users/login' example:200
  succeeds dpat login alice --password-stdin <password
  fails_with session_expired dpat list # the example's bearer ended in 2018
  fault 'POST /v2/users/login' example:401
  INPUT=password fails_with no_input dpat login alice --password-stdin
  printf '%s\n123456\n' "$PASSWORD" >both
  fault 'POST /v2/users' example:401
  INPUT=both fails_with wrong_credentials dpat login alice --password-stdin --otp-stdin
}

@test "a rename does not deactivate, and a change sends nothing else" {
  plain_hub
  dpat create ci -q >/dev/null
  dpat rename ci release
  [ "$(grep '^PATCH' requests | cut -d ' ' -f 3-)" = '{"token_label":"release"}' ]
  : >requests
  dpat deactivate release
  [ "$(grep '^PATCH' requests | cut -d ' ' -f 3-)" = '{"is_active":false}' ]
}

@test "an active name is taken once, though Docker Hub would not mind" {
  plain_hub
  dpat create ci -q >/dev/null
  : >requests
  fails_with name_taken dpat create ci -q
  [ "$(count_requests 'POST /v2/access-tokens')" -eq 0 ]
  dpat create ci -q --allow-duplicate >/dev/null
  fails_with ambiguous dpat show ci
}

@test "the second factor of Docker Hub" {
  docker_hub --code 123456
  INPUT=password fails_with no_input dpat login alice --password-stdin
  printf '%s\n123456\n' "$PASSWORD" >both
  succeeds dpat login alice --password-stdin --otp-stdin <both
  printf '%s\n000000\n' "$PASSWORD" >both
  INPUT=both fails_with wrong_credentials dpat login alice --password-stdin --otp-stdin
  DPAT_OTP_COMMAND='echo 123456' DPAT_PASSWORD_FILE=$HOME/password DPAT_USER=alice succeeds dpat list
}

@test "a token signs in, manages nothing, and is told so" {
  docker_hub
  dpat login alice --password-stdin <password 2>/dev/null
  dpat create ci -q >ci.token
  dpat logout 2>/dev/null
  succeeds dpat login alice --password-stdin <ci.token
  [ "$(docker_entry)" = "alice:$(cat ci.token)" ]
  fails_with pat_cannot_manage dpat list
  DPAT_PASSWORD_FILE=$HOME/ci.token DPAT_USER=alice fails_with pat_cannot_manage dpat list
}

docker_entry() {
  "$PYTHON3" -c 'import base64, json, sys
print(base64.b64decode(json.load(open(sys.argv[1]))["auths"]["https://index.docker.io/v1/"]["auth"]).decode())' \
    "$DOCKER_CONFIG/config.json"
}

@test "signing the Docker CLI in makes an automatic token, and logging out deletes it there" {
  docker_hub
  succeeds dpat login alice --password-stdin --docker <password
  [[ $(docker_entry) == alice:dckr_pat_* ]]
  succeeds dpat list --auto -q
  [ "${#lines[@]}" -eq 1 ]
  id=$(dpat list --auto --porcelain | cut -f 1)
  succeeds dpat logout
  grep -q "^DELETE /v2/access-tokens/$id" requests
  [ "$("$PYTHON3" -c 'import json; print(json.load(open(".docker/config.json"))["auths"])')" = '{}' ]
}

@test "where no automatic token can be had that is told, and the session stays" {
  docker_hub --no-desktop
  run --separate-stderr dpat login alice --password-stdin --docker <password
  [ "$status" -eq "$(exit_of unsupported)" ]
  [[ $stderr == *'automatic'*'--docker'* ]]
  succeeds dpat list
}

@test "on a terminal login asks whether docker shall be signed in" {
  docker_hub
  run terminal --expect 'alice at Docker Hub: ' --send "$PASSWORD" --expect '[y/N]' --send y -- "$DPAT" login alice
  [ "$status" -eq 0 ]
  [[ $(docker_entry) == alice:dckr_pat_* ]]
  run terminal --expect 'alice at Docker Hub: ' --send "$PASSWORD" --expect '[y/N]' --send n -- "$DPAT" login alice
  [ "$status" -eq 0 ]
}

@test "what Docker Hub cannot do is unsupported" {
  docker_hub
  dpat login alice --password-stdin <password 2>/dev/null
  fails_with unsupported dpat account 2fa status
  fails_with unsupported dpat logout --all
  fails_with unsupported dpat log
  fails_with unsupported dpat account list
  printf '%s\nanother password\n' "$PASSWORD" >both
  INPUT=both fails_with unsupported dpat account passwd alice --password-stdin
  succeeds dpat list
}

@test "many pages, by their numbers" {
  plain_hub
  bearer=$(json '["sessions"][0]["bearer"]' <"$XDG_STATE_HOME/dpat/sessions.json")
  for i in $(seq 230); do
    printf 'url = "%s/v2/access-tokens"\ndata = "{\\"token_label\\":\\"t%d\\",\\"scopes\\":[\\"repo:read\\"]}"\nheader = "Authorization: Bearer %s"\noutput = /dev/null\nnext\n' \
      "$DPAT_SERVICE" "$i" "$bearer"
  done | sed '$d' >calls
  curl -s -K calls
  : >requests
  [ "$(dpat list -q | wc -l)" -eq 230 ]
  [ "$(count_requests 'GET /v2/access-tokens?page=')" -eq 3 ]
  dpat list --porcelain | cut -f 2 >names
  [ "$(sort -u names | wc -l)" -eq 230 ]
}

@test "links to elsewhere, or to the same page, are not followed" {
  plain_hub
  fault 'GET /v2/access-tokens?page=1' other_origin
  dpat list
  [ "$(count_requests 'GET /v2/access-tokens?page=2')" -eq 1 ] # its number, here
  fault 'GET /v2/access-tokens' endless
  fails_with service_failed dpat list
  [[ $stderr == *end* ]]
  fault 'GET /v2/access-tokens' redirect
  fails_with service_failed dpat list
  [[ $stderr == *elsewhere* ]]
}

@test "nonsense is told as such" {
  plain_hub
  for what in huge broken deep wrong_types wrong_token bad_times status:200; do
    fault 'GET /v2/access-tokens' "$what"
    fails_with service_failed dpat list
  done
  for what in broken wrong_types status:404; do
    fault 'POST /v2/users/login' "$what"
    INPUT=password fails_with service_failed dpat login alice --password-stdin
  done
}

@test "text of a service cannot drive the terminal, and scopes nobody knows are left out" {
  plain_hub
  fault 'GET /v2/access-tokens' control
  succeeds dpat list
  [[ $output != *$'\e'* && $output == *'[31mred'* && $output == *read* ]]
}

@test "a service that hangs is given up after the time-out" {
  plain_hub
  export DPAT_TIMEOUT=1
  for what in hang slow; do
    fault 'GET /v2/access-tokens' "$what"
    fails_with network dpat list
    [[ $stderr == *'within 1 s'* ]]
  done
  DPAT_TIMEOUT=soon fails_with config dpat list
}

@test "a lost connection: reading and deleting are tried again" {
  plain_hub
  dpat create ci -q >/dev/null
  for what in cut half status:502 status:503 status:504; do
    fault 'GET /v2/access-tokens' "$what" 2
    succeeds dpat list -q
    [ "${#lines[@]}" -eq 1 ]
  done
  fault 'DELETE' cut 1
  succeeds dpat delete ci -y
  fault 'GET /v2/access-tokens' cut
  fails_with network dpat list
  fault 'GET /v2/access-tokens' status:503
  fails_with busy dpat list
  fault 'GET /v2/access-tokens' status:500
  : >requests
  fails_with service_failed dpat list
  [ "$(count_requests 'GET /v2/access-tokens?page=')" -eq 2 ] # once for each of the two calls
}

@test "a lost connection: making is not tried again, and the doubt is told" {
  plain_hub
  fault 'POST /v2/access-tokens' cut
  run --separate-stderr dpat create ci -q
  [ "$status" -eq "$(exit_of network)" ]
  [[ $stderr == *'may have been made'* ]]
  [ "$(count_requests 'POST /v2/access-tokens')" -eq 1 ]
  fault 'POST /v2/access-tokens' status:503
  : >requests
  run dpat create ci -q
  [ "$status" -ne 0 ]
  [ "$(count_requests 'POST /v2/access-tokens')" -eq 1 ]
}

@test "a token without a secret is no token" {
  plain_hub
  fault 'POST /v2/access-tokens' no_secret
  fails_with service_failed dpat create ci -q
  rm fault
  [ -z "$(dpat list -q)" ]
}

@test "a secret that would drive a terminal, or is no line of text, is refused and its token deleted" {
  plain_hub
  for secret in '\u001b[31mred' 'two\nlines' 'end\n' 'a b' '\u007f' '\u202e' long; do
    [ "$secret" != long ] || secret=$(printf '%05000d' 0)
    for sink in --json '--out ci.token'; do
      fault 'POST /v2/access-tokens' "secret:$(printf %s "$secret" | sed 's/\\/\\\\/g')"
      # shellcheck disable=SC2086 # options
      run --separate-stderr dpat create ci $sink
      rm fault
      [ "$status" -eq "$(exit_of service_failed)" ] || { echo "$sink: $status: $stderr"; return 1; }
      [ -z "$output" ]
      [[ $stderr == *'deleted again'* && $stderr != *$'\e'* ]]
      [ ! -e ci.token ]
    done
  done
  [ -z "$(dpat list -q)" ]
}

@test "too many requests: waits as told, else says when" {
  plain_hub
  for what in status:429:1 unix_retry:2; do
    fault 'GET /v2/access-tokens' "$what" 1
    succeeds dpat list
  done
  fault 'GET /v2/access-tokens' status:429:3600
  fails_with rate_limited dpat list
  run --separate-stderr dpat list --json
  [ "$(json '["error"]["retry_at"]' <<<"$stderr")" != null ]
  [ "$(json '["error"]["retryable"]' <<<"$stderr")" = true ]
  fault 'POST /v2/users/login' status:429:3600
  INPUT=password fails_with rate_limited dpat login alice --password-stdin
}

@test "a session that the service ended says to sign in again" {
  plain_hub
  bearer=$(json '["sessions"][0]["bearer"]' <"$XDG_STATE_HOME/dpat/sessions.json")
  curl -s -X POST -H "Authorization: Bearer $bearer" "$DPAT_SERVICE/v2/logout" >/dev/null
  fails_with session_expired dpat list
  [[ $stderr == *'dpat login'* ]]
  succeeds dpat logout
}

@test "nobody there, no such name, no such scheme" {
  export DPAT_SERVICE=http://127.0.0.1:1
  INPUT=password fails_with network dpat login alice --password-stdin
  DPAT_SERVICE=https://nowhere.invalid INPUT=password fails_with network dpat login alice --password-stdin
  DPAT_SERVICE=http://192.0.2.1 INPUT=password fails_with usage dpat login alice --password-stdin
  DPAT_SERVICE=http://127.0.0.1.evil.example INPUT=password fails_with usage dpat login alice --password-stdin
  DPAT_SERVICE=https://alice:secret@hub.example INPUT=password fails_with usage dpat login alice --password-stdin
  DPAT_SERVICE=https:// INPUT=password fails_with usage dpat login alice --password-stdin
  DPAT_SERVICE='https://hub.example/?a=b' INPUT=password fails_with usage dpat login alice --password-stdin
}

@test "the password goes nowhere but to the service, and no secret into what is said" {
  plain_hub
  run --separate-stderr dpat create ci -q --debug
  [[ $stderr == *'debug: POST http'* ]]
  [[ $stderr != *"$output"* ]]
  run --separate-stderr dpat login alice --password-stdin --debug <password
  [[ $stderr != *"$PASSWORD"* && $stderr != *eyJ* ]]
  run -1 grep -rqF "$PASSWORD" "$XDG_STATE_HOME" "$XDG_CONFIG_HOME"
}

@test "what lasts longer than a second is shown on a terminal" {
  plain_hub
  fault 'GET /v2/access-tokens' status:429:2 1
  run terminal -- "$DPAT" list
  [ "$status" -eq 0 ]
  [[ $output == *'waiting for 127.0.0.1'*'1 s'* ]]
  [[ $output == *$'\r\e[K'* ]] # and is taken away again
  fault 'GET /v2/access-tokens' status:429:2 1
  run --separate-stderr dpat list
  [[ $stderr != *waiting* ]]
}

@test "a signal while a token is made leaves none that nobody knows of" {
  plain_hub
  fault 'POST /v2/access-tokens' late:1 1
  # shellcheck disable=SC2086 # a program with its options
  ${DPAT_RUNNER-} "$DPAT" create ci -q >out 2>words 3>&- &
  maker=$!
  wait_until grep -q '^POST /v2/access-tokens' requests
  kill -TERM "$maker"
  status=0
  wait "$maker" || status=$?
  [ "$status" -ne 0 ]
  [ -z "$(dpat list -q)" ]
}

# What runs that were killed left is in notes, for this service remembers no requests.
notes() { find "$XDG_STATE_HOME/dpat" -name '*.note' | wc -l; }

@test "a run that is killed while the service makes its token leaves a note, and the next names what fits" {
  plain_hub
  fault 'POST /v2/access-tokens' late:0.5
  "$DPAT" create ci -q >/dev/null 2>&1 3>&- &
  pid=$!
  wait_until grep -q '^POST /v2/access-tokens ' requests
  kill -9 $pid
  wait $pid 2>/dev/null || :
  rm fault
  [ "$(notes)" -eq 1 ]
  made() { dpat list --porcelain 2>/dev/null | grep -q ci; }
  wait_until made
  succeeds dpat list -q
  [[ $stderr == *'may have made the token "ci"'*'dpat delete'*'dpat activate'* ]]
  succeeds dpat activate ci
  succeeds dpat list -q
  [ -z "$stderr" ]
  [ "$(notes)" -eq 0 ]
}

@test "a token that was delivered is not taken for one of a run that was killed" {
  plain_hub
  fault 'POST /v2/access-tokens' hang
  "$DPAT" create ci -q >/dev/null 2>&1 3>&- &
  pid=$!
  wait_until grep -q '^POST /v2/access-tokens ' requests
  kill -9 $pid
  wait $pid 2>/dev/null || :
  rm fault
  [ "$(notes)" -eq 1 ]
  succeeds dpat create ci --out got
  succeeds dpat list -q
  [ -z "$stderr" ]
  succeeds dpat create ci --if-absent --out got
  [[ $stderr != *warning* ]]
  [ "$(notes)" -eq 1 ] # what that run asked for may still be made
}

@test "a run that is killed while it delivers leaves a note until its token is deleted" {
  plain_hub
  # shellcheck disable=SC2016 # for the command's shell
  "$DPAT" create ci --command 'echo $$ >child; cat >got; touch started; exec sleep 60' >/dev/null 2>&1 3>&- &
  pid=$!
  wait_until test -e started
  succeeds dpat list -q
  [ -z "$stderr" ] # it goes on
  kill -9 $pid "$(cat child)"
  wait $pid 2>/dev/null || :
  for _ in first again; do
    succeeds dpat list -q
    [[ $stderr == *'has made the token "ci"'*'dpat delete'* ]]
  done
  fails_with name_taken dpat create ci --if-absent --out got
  dpat delete ci -y 2>/dev/null
  succeeds dpat list -q
  [ -z "$stderr" ]
  [ "$(notes)" -eq 0 ]
  [ ! -e "$XDG_STATE_HOME/dpat/deliveries" ]
}

@test "where no note can be kept, create says so and goes on" {
  plain_hub
  export DPAT_PASSWORD_FILE=$HOME/password DPAT_USER=alice DPAT_STATE_DIR=/dev/null/dpat
  succeeds dpat create ci -q
  [[ $output == dckr_pat_* ]]
  [[ $stderr == *'warning: no note of the delivery could be kept'*/dev/null* ]]
}
