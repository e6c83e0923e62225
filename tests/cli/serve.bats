# dpat serve: starting, stopping, reloading, what it says, and the commands against it.
setup() {
  load lib.bash
  dpat_home
  with_account alice
  printf '%s\n' "$PASSWORD" >password
}

# Serve, and let dpat talk to it from here on.
use_server() {
  start_server "$@"
  export DPAT_SERVICE=$URL
}

@test "the whole life of a token, over HTTP" {
  use_server
  succeeds dpat login alice --password-stdin <password
  dpat create ci --scope write --expires 30d -q >ci.token
  grep -qE '^dpat_[0-9A-Za-z]{38}$' ci.token
  succeeds dpat list --json
  is_document token_list <<<"$output"
  [ "$(json '["tokens"][0]["creator"]["user_agent"]' <<<"$output")" = "dpat/$(dpat version | cut -d ' ' -f 2)" ]
  succeeds dpat rename ci release
  succeeds dpat deactivate release
  [[ $(dpat show release) == *inactive* ]]
  succeeds dpat activate release
  fails_with name_taken dpat create release -q
  fails_with token_not_found dpat show nothing
  succeeds dpat delete release -y
  [ -z "$(dpat list -q)" ]
  succeeds dpat logout
  fails_with not_signed_in dpat list
}

@test "local and served are one service" {
  use_server
  dpat login alice --password-stdin <password 2>/dev/null
  dpat create ci -q >/dev/null
  [ "$(DPAT_SERVICE=local dpat list --operator --user alice -q)" = "$(dpat list -q)" ]
  DPAT_SERVICE=local dpat delete ci -y --operator --user alice
  [ -z "$(dpat list -q)" ]
}

@test "what a token may and may not, over HTTP" {
  use_server
  dpat login alice --password-stdin <password 2>/dev/null
  dpat create ci -q >ci.token
  dpat logout 2>/dev/null
  succeeds dpat login alice --password-stdin --registry registry.example <ci.token
  fails_with pat_cannot_manage dpat list
  export DPAT_PASSWORD_FILE=$HOME/ci.token DPAT_USER=alice
  fails_with pat_cannot_manage dpat list
}

@test "deactivating a token ends its sessions at once" {
  use_server
  dpat login alice --password-stdin <password 2>/dev/null
  dpat create ci -q >ci.token
  body=$(printf '{"identifier":"alice","secret":"%s"}' "$(cat ci.token)")
  bearer=$(curl -s "$URL/v2/auth/token" -d "$body" | json '["access_token"]')
  curl -sf -H "Authorization: Bearer $bearer" "$URL/v2/user" >/dev/null
  dpat deactivate ci
  [ "$(curl -s -o answer -w '%{http_code}' -H "Authorization: Bearer $bearer" "$URL/v2/user")" = 401 ]
  [ "$(curl -s -o answer -w '%{http_code}' "$URL/v2/auth/token" -d "$body")" = 401 ]
  grep -q token_inactive answer
  dpat activate ci
  bearer=$(curl -s "$URL/v2/auth/token" -d "$body" | json '["access_token"]')
  dpat delete ci -y
  [ "$(curl -s -o answer -w '%{http_code}' -H "Authorization: Bearer $bearer" "$URL/v2/user")" = 401 ]
}

@test "a new password ends the other sessions, over HTTP" {
  use_server
  dpat login alice --password-stdin <password 2>/dev/null
  cp -r "$XDG_STATE_HOME" other
  DPAT_STATE_DIR=$HOME/other/dpat dpat login alice --password-stdin <password 2>/dev/null
  printf '%s\nanother password\n' "$PASSWORD" >both
  succeeds dpat account passwd alice --password-stdin <both
  succeeds dpat list
  DPAT_STATE_DIR=$HOME/other/dpat fails_with session_expired dpat list
  fails_with unsupported dpat account passwd bob --password-stdin
}

@test "a second factor, over HTTP" {
  use_server
  dpat login alice --password-stdin <password 2>/dev/null
  run "$PYTHON3" "$TOP_SRCDIR/tests/support/terminal.py" --expect 'Password of alice at ' --send "$PASSWORD" \
    --expect 'shows now: ' --send @code -- "$DPAT" account 2fa enable
  [ "$status" -eq 0 ]
  uri=$(grep -o 'otpauth://[^[:space:]]*' <<<"$output")
  dpat logout 2>/dev/null
  INPUT=password fails_with no_input dpat login alice --password-stdin
  printf '%s\n000000\n' "$PASSWORD" >both
  INPUT=both fails_with wrong_credentials dpat login alice --password-stdin --otp-stdin
  printf '%s\n%s\n' "$PASSWORD" "$("$PYTHON3" "$TOP_SRCDIR/tests/support/otp.py" "$uri" 30)" >both
  succeeds dpat login alice --password-stdin --otp-stdin <both
  succeeds dpat account 2fa status
  [[ $output == *on ]]
  # as other clients of Docker Hub know it: the sentence and the member both
  run curl -s "$URL/v2/users/login" -d "{\"username\":\"alice\",\"password\":\"$PASSWORD\"}"
  [ "$(json '["detail"]' <<<"$output")" = 'Require secondary authentication on MFA enabled account' ]
  [ -n "$(json '["login_2fa_token"]' <<<"$output")" ]
}

@test "logging out deletes the automatic token at the service" {
  use_server
  succeeds dpat login alice --password-stdin --registry registry.example <password
  [ "$(dpat list --auto -q | wc -l)" -eq 1 ]
  succeeds dpat logout
  dpat login alice --password-stdin <password 2>/dev/null
  [ -z "$(dpat list --auto -q)" ]
}

@test "SIGTERM and SIGINT end it with 0, and what was used is written first" {
  use_server
  dpat login alice --password-stdin <password 2>/dev/null
  dpat create ci -q >ci.token
  curl -sf "$URL/v2/auth/token" -d "{\"identifier\":\"alice\",\"secret\":\"$(cat ci.token)\"}" >/dev/null
  stop_server
  [ "$ended" -eq 0 ]
  DPAT_SERVICE=local succeeds dpat list --json --operator --user alice
  [ "$(json '["tokens"][0]["last_used_at"]' <<<"$output")" != null ]
  [[ $(json '["tokens"][0]["last_used_from"]["user_agent"]' <<<"$output") == curl/* ]]
  start_server
  kill -INT "$SERVER"
  wait "$SERVER"
  SERVER=
}

@test "plain HTTP is for this machine alone" {
  export DPAT_SERVICE=local
  fails_with usage dpat serve --listen 0.0.0.0:0
  [[ $stderr == *--tls-cert* ]]
  fails_with usage dpat serve --listen :0
  fails_with usage dpat serve --listen 127.0.0.1
  fails_with usage dpat serve --listen 127.0.0.1:99999
  fails_with network dpat serve --listen 192.0.2.1:0
  fails_with usage dpat serve --listen 127.0.0.1:0 --tls-cert cert.pem
  fails_with usage dpat serve --behind-proxy nonsense
  fails_with usage dpat serve --behind-proxy 10.0.0.0/33
  fails_with usage dpat serve --public-url tokens.example
  fails_with usage dpat serve --rate-limit many
  start_server --listen 0.0.0.0:0 --behind-proxy 10.0.0.0/8
}

@test "a port that is taken" {
  start_server
  DPAT_SERVICE=local fails_with network dpat serve --listen "127.0.0.1:$PORT"
  [[ $stderr == *"in use"* ]]
}

@test "who stands behind a proxy" {
  start_server --behind-proxy 127.0.0.0/8 --public-url https://tokens.example
  curl -s -H 'X-Forwarded-For: 203.0.113.9, 198.51.100.7' "$URL/healthz" >/dev/null
  curl -s -H 'X-Forwarded-For: 203.0.113.9, 127.0.0.3' "$URL/healthz" >/dev/null
  curl -s -H 'X-Forwarded-For: nonsense' "$URL/healthz" >/dev/null
  long=$(printf '203.0.113.77, %.0s' $(seq 200))
  curl -s -H 'X-Forwarded-For: 203.0.113.66' -H "X-Forwarded-For: $long" "$URL/healthz" >/dev/null
  stop_server
  grep -q '"client":"198.51.100.7"' server.log
  grep -q '"client":"203.0.113.9"' server.log
  grep -q '"client":"127.0.0.1"' server.log
  run -1 grep -qE '203.0.113.(66|77)' server.log # half a list is no list
  : >server.log
  start_server
  curl -s -H 'X-Forwarded-For: 203.0.113.9' "$URL/healthz" >/dev/null
  stop_server
  run -1 grep -q 203.0.113.9 server.log
}

@test "pages follow one another, by Host or by the public address" {
  use_server
  dpat login alice --password-stdin <password 2>/dev/null
  for i in 1 2 3; do dpat create "t$i" -q >/dev/null; done
  bearer=$(curl -s "$URL/v2/users/login" -d "{\"username\":\"alice\",\"password\":\"$PASSWORD\"}" | json '["token"]')
  get() { curl -s -H "Authorization: Bearer $bearer" "$@"; }
  get "$URL/v2/access-tokens?page_size=2" >page
  [ "$(json '["next"]' <page)" = "$URL/v2/access-tokens?page=2&page_size=2" ]
  [ "$(json '["results"][0]["token_label"]' <page)" = t3 ]
  next=$(json '["next"]' <page)
  get "$next" >page
  [ "$(json '["next"]' <page)" = null ]
  [ "$(json '["previous"]' <page)" = "$URL/v2/access-tokens?page=1&page_size=2" ]
  [ "$(json '["count"]' <page)" = 3 ]
  [ "$(get -o answer -w '%{http_code}' "$URL/v2/access-tokens?page=3&page_size=2")" = 404 ]
  [ "$(get -o answer -w '%{http_code}' "$URL/v2/access-tokens?page=0")" = 400 ]
  [ "$(get -o answer -w '%{http_code}' "$URL/v2/access-tokens?page=x")" = 400 ]
  grep -q '"fields"' answer
  stop_server
  start_server --public-url https://tokens.example
  get "$URL/v2/access-tokens?page_size=2" >page
  [ "$(json '["next"]' <page)" = 'https://tokens.example/v2/access-tokens?page=2&page_size=2' ]
}

@test "methods and paths that are not there" {
  start_server
  [ "$(curl -s -o answer -w '%{http_code}' "$URL/v3")" = 404 ]
  [ "$(curl -s -D head -o answer -w '%{http_code}' -X PUT "$URL/v2/access-tokens")" = 405 ]
  grep -qi '^allow: GET, HEAD, POST' head
  [ "$(curl -s -I -o answer -w '%{http_code}' "$URL/healthz")" = 200 ]
  [ "$(curl -s -o answer -w '%{http_code}' "$URL/v2/users/login" -d '[]')" = 400 ]
  [ "$(curl -s -o answer -w '%{http_code}' "$URL/v2/users/login" -d '{"username":"a","username":"b"}')" = 400 ]
  [ "$(curl -s -o answer -w '%{http_code}' "$URL/v2/users/login" -d '{"username":1,"password":"x"}')" = 400 ]
  [ "$(curl -s -o answer -w '%{http_code}' "$URL/v2/users/login" -d '{')" = 400 ]
}

@test "requests of one address are limited, and told so" {
  start_server --rate-limit 3
  for _ in 1 2 3; do curl -sf -D head "$URL/healthz" >/dev/null; done
  grep -qi '^x-ratelimit-limit: 3' head
  grep -qi '^x-ratelimit-remaining: 0' head
  grep -qi '^x-ratelimit-reset: [0-9]' head
  [ "$(curl -s -D head -o answer -w '%{http_code}' "$URL/healthz")" = 429 ]
  grep -qi '^retry-after: [0-9]' head
  grep -q 'Rate limit exceeded' answer
}

@test "guessing passwords is slowed down, and does not lock the owner's address out" {
  use_server
  printf 'wrong password\n' >wrong
  for _ in 1 2 3 4 5; do
    run dpat login alice --password-stdin <wrong
    [ "$status" -eq "$(exit_of wrong_credentials)" ]
  done
  run dpat login alice --password-stdin <wrong
  [ "$status" -eq "$(exit_of rate_limited)" ]
  run --separate-stderr dpat login alice --password-stdin --json <password
  [ "$status" -eq "$(exit_of rate_limited)" ]
  [ "$(json '["error"]["retry_at"]' <<<"$stderr")" != null ]
  # a token works on
  DPAT_SERVICE=local dpat create ci -q --operator --user alice >ci.token
  succeeds dpat login alice --password-stdin --registry registry.example <ci.token
}

# The status of one request, which may be said to come from another address.
code() { curl -s -o answer -w '%{http_code}' "$@"; }

@test "wrong tokens are no guesses of the password, at any way in" {
  dpat account add bob --password-stdin -q <password
  dpat create ci -q --operator --user alice >ci.token
  use_server
  wrong="$(head -c 40 ci.token)xyz" # the shape of a token, with another checksum
  for _ in 1 2 3 4 5 6; do
    code -u "alice:$wrong" "$URL/token"
    code "$URL/v2/users/login" -d "{\"username\":\"alice\",\"password\":\"$wrong\"}"
    code "$URL/v2/auth/token" -d '{"identifier":"alice","secret":"dckr_pat_0123456789"}'
    code "$URL/token" -d "grant_type=password&service=dpat-registry&username=alice&password=$wrong"
  done
  [ "$(code -u "alice:$wrong" "$URL/token")" = 429 ] # they are counted, apart
  [ "$(code -u "alice:$PASSWORD" "$URL/token")" = 200 ]
  [ "$(code -u "alice:$(cat ci.token)" "$URL/token")" = 200 ]
  succeeds dpat login alice --password-stdin <password
  # the other way round it is the same
  for _ in 1 2 3 4 5 6; do code -u 'bob:wrong password' "$URL/token"; done
  [ "$(code -u "bob:$PASSWORD" "$URL/token")" = 429 ]
  [ "$(code -u "bob:$wrong" "$URL/token")" = 401 ]
}

@test "who shows an earlier session of the account gets through while strangers guess" {
  dpat account add bob --password-stdin -q <password
  dpat create ci -q --operator --user alice >ci.token
  start_server
  export DPAT_SERVICE=$URL
  dpat login alice --password-stdin <password 2>/dev/null
  session=$(json '["sessions"][0]["bearer"]' <"$XDG_STATE_HOME/dpat/sessions.json")
  sign_in() { curl -s "$URL/v2/users/login" -d "{\"username\":\"$1\",\"password\":\"$2\"}"; }
  others=$(sign_in bob "$PASSWORD" | json '["token"]')
  pat=$(sign_in alice "$(cat ci.token)" | json '["token"]')
  stop_server
  start_server --behind-proxy 127.0.0.0/8 --listen "127.0.0.1:$PORT"
  try() { code "$URL/v2/users/login" -H 'X-Forwarded-For: 203.0.113.9' -d "{\"username\":\"alice\",\"password\":\"$1\"}" "${@:2}"; }
  guessed=0
  guess() { # that many times, each from an address of its own
    for _ in $(seq "$1"); do
      guessed=$((guessed + 1))
      printf 'url = "%s/v2/users/login"\nheader = "X-Forwarded-For: 198.51.100.%d"\noutput = /dev/null\n' "$URL" "$guessed"
      printf 'data = "{\\"username\\":\\"alice\\",\\"password\\":\\"guess number %d\\"}"\nnext\n' "$guessed"
    done >guesses
    sed -i '$d' guesses
    curl -s -K guesses
  }
  press() { guess 4; } # the attack goes on, whatever is forgotten meanwhile
  guess 120
  press
  [ "$(try "$PASSWORD")" = 429 ]
  for no_help in "$others" "$pat" "${session}x" nonsense; do
    press
    [ "$(try "$PASSWORD" -H "Authorization: Bearer $no_help")" = 429 ]
  done
  [ "$(try 'wrong password' -H "Authorization: Bearer $session")" = 401 ]
  # its password can be changed, too
  [ "$(code -X PUT "$URL/v2/user/password" -H 'X-Forwarded-For: 203.0.113.10' -H "Authorization: Bearer $session" \
    -d "{\"old_password\":\"$PASSWORD\",\"new_password\":\"$PASSWORD\"}")" = 204 ]
  [ "$(try "$PASSWORD" -H "Authorization: Bearer $session")" = 200 ]
  # dpat shows what it has
  press
  DPAT_STATE_DIR=$HOME/elsewhere run dpat login alice --password-stdin <password
  [ "$status" -eq "$(exit_of rate_limited)" ]
  succeeds dpat login alice --password-stdin <password
  # a stolen session is no oracle: five guesses more than without it, and one more a minute
  session=$(json '["sessions"][0]["bearer"]' <"$XDG_STATE_HOME/dpat/sessions.json")
  try() { code "$URL/v2/users/login" -H 'X-Forwarded-For: 203.0.113.11' -d "{\"username\":\"alice\",\"password\":\"$1\"}" "${@:2}"; }
  press
  for guesses in $(seq 20); do
    [ "$(try 'wrong password' -H "Authorization: Bearer $session")" = 401 ] || break
  done
  [ "$guesses" -ge 6 ]
  [ "$guesses" -le 11 ]
  press
  [ "$(try "$PASSWORD" -H "Authorization: Bearer $session")" = 429 ]
}

@test "who is signed in, as Docker Hub tells it" {
  use_server
  dpat login alice --password-stdin <password 2>/dev/null
  bearer=$(json '["sessions"][0]["bearer"]' <"$XDG_STATE_HOME/dpat/sessions.json")
  curl -sf -H "Authorization: Bearer $bearer" "$URL/v2/user/" >user
  [ "$(json '["username"]' <user)" = alice ]
  [[ $(json '["id"]' <user) =~ ^[0-9a-f]{32}$ ]]
  [ "$(json '["type"]' <user)" = User ]
  [ "$(json '["session"]["signed_in_with"]' <user)" = password ]
  for path in orgs 'orgs/?page_size=100'; do # as hub-tool asks
    curl -sf -H "Authorization: Bearer $bearer" "$URL/v2/user/$path" >orgs
    [ "$(cat orgs)" = '{"count":0,"next":null,"previous":null,"results":[]}' ]
  done
}

@test "metrics count, for this machine alone" {
  use_server
  dpat login alice --password-stdin <password 2>/dev/null
  dpat create ci -q >/dev/null
  run -4 dpat login alice --password-stdin <<<'wrong password'
  curl -s "$URL/metrics" >metrics
  grep -q '^dpat_sign_ins_total{outcome="ok"} 1$' metrics
  grep -q '^dpat_sign_ins_total{outcome="wrong_credentials"} 1$' metrics
  grep -q '^dpat_tokens{state="active"} 1$' metrics
  grep -q '^dpat_requests_total{method="POST",route="/v2/access-tokens",status="2xx"} 1$' metrics
  stop_server
  start_server --behind-proxy 127.0.0.0/8
  [ "$(curl -s -o answer -w '%{http_code}' -H 'X-Forwarded-For: 203.0.113.9' "$URL/metrics")" = 403 ]
  stop_server
  start_server --behind-proxy 127.0.0.0/8 --metrics-for-all
  curl -sf -H 'X-Forwarded-For: 203.0.113.9' "$URL/metrics" >/dev/null
}

@test "no secret is in the log" {
  use_server
  dpat login alice --password-stdin <password 2>/dev/null
  dpat create ci -q >ci.token
  curl -s "$URL/v2/user?token=$(cat ci.token)" -H "User-Agent: $(cat ci.token)" >/dev/null
  curl -s "$URL/v2/$(cat ci.token)" -H "Authorization: Bearer $(cat ci.token)" >/dev/null
  curl -s "$URL/v2/users/login" -d "{\"username\":\"$PASSWORD\",\"password\":\"$PASSWORD\"}" >/dev/null
  stop_server
  [ "$(grep -c '^{' server.log)" -gt 4 ]
  run -1 grep -qF "$(cat ci.token)" server.log
  run -1 grep -qF "$PASSWORD" server.log
  while IFS= read -r line; do json '["status"]' <<<"$line"; done < <(grep '^{' server.log) >/dev/null
}

@test "TLS: served, trusted by name, and each fault told" {
  make_certificate cert.pem key.pem localhost
  use_server --tls-cert cert.pem --tls-key key.pem
  export DPAT_SERVICE=https://localhost:$PORT
  INPUT=password fails_with network dpat login alice --password-stdin
  [[ $stderr == *'cannot be trusted'*self*signed* ]]
  export SSL_CERT_FILE=$HOME/cert.pem
  succeeds dpat login alice --password-stdin <password
  succeeds dpat list
  # another name
  stop_server
  make_certificate other.pem key2.pem other.example
  sed -i 's/IP:127.0.0.1//' other.pem
  start_server --tls-cert other.pem --tls-key key2.pem
  export DPAT_SERVICE=https://localhost:$PORT SSL_CERT_FILE=$HOME/other.pem
  INPUT=password fails_with network dpat login alice --password-stdin
  [[ $stderr == *'cannot be trusted'*localhost* ]]
}

@test "TLS: an expired certificate is refused by server and client" {
  make_certificate cert.pem key.pem localhost 1
  DPAT_SERVICE=local FAKETIME=+3d run --separate-stderr faketime -f +3d "$DPAT" serve --listen 127.0.0.1:0 \
    --tls-cert cert.pem --tls-key key.pem
  [ "$status" -eq "$(exit_of config)" ]
  [[ $stderr == *expired* ]]
  start_server --tls-cert cert.pem --tls-key key.pem
  export DPAT_SERVICE=https://localhost:$PORT SSL_CERT_FILE=$HOME/cert.pem
  run --separate-stderr faketime -f +3d "$DPAT" login alice --password-stdin <password
  [ "$status" -eq "$(exit_of network)" ]
  [[ $stderr == *'cannot be trusted'*expired* ]]
}

@test "TLS: certificates that cannot be used" {
  export DPAT_SERVICE=local
  make_certificate cert.pem key.pem localhost
  make_certificate other.pem other-key.pem localhost
  fails_with config dpat serve --listen 127.0.0.1:0 --tls-cert cert.pem --tls-key other-key.pem
  [[ $stderr == *"not that of the certificate"* ]]
  fails_with config dpat serve --listen 127.0.0.1:0 --tls-cert missing.pem --tls-key key.pem
  fails_with config dpat serve --listen 127.0.0.1:0 --tls-cert key.pem --tls-key key.pem
  head -c 100 key.pem >cut.pem
  fails_with config dpat serve --listen 127.0.0.1:0 --tls-cert cert.pem --tls-key cut.pem
}

@test "TLS: nothing older than 1.2" {
  make_certificate cert.pem key.pem localhost
  start_server --tls-cert cert.pem --tls-key key.pem
  curl -sf --cacert cert.pem --resolve "localhost:$PORT:127.0.0.1" "https://localhost:$PORT/healthz"
  run ! openssl s_client -connect "127.0.0.1:$PORT" -tls1_1 -cipher 'ALL:@SECLEVEL=0' </dev/null
  [[ $output == *'no peer certificate'*TLSv1.1* ]] # it was asked for, and not given
  openssl s_client -connect "127.0.0.1:$PORT" -tls1_2 </dev/null >said 2>&1
}

# The serial number of the certificate that is served now.
served() { openssl s_client -connect "127.0.0.1:$PORT" </dev/null 2>/dev/null | openssl x509 -noout -serial; }

@test "SIGHUP reads the certificate again, and a broken one changes nothing" {
  make_certificate cert.pem key.pem localhost
  start_server --tls-cert cert.pem --tls-key key.pem
  first=$(served)
  make_certificate new.pem new-key.pem localhost
  mv new.pem cert.pem
  mv new-key.pem key.pem
  kill -HUP "$SERVER"
  wait_until grep -q 'read again' server.log
  second=$(served)
  [ "$first" != "$second" ]
  echo broken >cert.pem
  kill -HUP "$SERVER"
  wait_until grep -q 'the old ones stay' server.log
  [ "$(served)" = "$second" ]
  stop_server
  [ "$ended" -eq 0 ]
}

@test "a connection that is open while certificates change goes on" {
  make_certificate cert.pem key.pem localhost
  start_server --tls-cert cert.pem --tls-key key.pem
  "$PYTHON3" - "$PORT" "$SERVER" <<'EOF'
import http.client, os, signal, ssl, sys, time
port, server = int(sys.argv[1]), int(sys.argv[2])
connection = http.client.HTTPSConnection("localhost", port, context=ssl._create_unverified_context(), timeout=60)
for turn in range(2):
    connection.request("GET", "/healthz")
    answer = connection.getresponse()
    assert answer.status == 200 and answer.read()
    if turn == 0:
        os.kill(server, signal.SIGHUP)
        while "read again" not in open("server.log").read():
            time.sleep(0.02)
assert answer.headers["Connection"] == "close"
EOF
}
