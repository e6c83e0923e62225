# A short secret stands in what every parser reads, and something is wrong right behind it: nothing that is said, by a
# command, with --debug or --json, by the server or in its log, shows any of it.
setup() {
  load lib.bash
  dpat_home
  # parsers quote what is near, and a long text they cut or leave out
  CANARY=hunter2
  mkdir -p bin "$DOCKER_CONFIG" forms
  ln -s "$DPAT" bin/docker-credential-dpat
  PATH=$HOME/bin:$PATH
  printf 'a long passphrase\n' >passphrase
  printf '%s\n' "$PASSWORD" >password
  export DPAT_DEBUG=1
  : >said
}

finish() {
  DPAT_PASSPHRASE_FILE=$HOME/passphrase dpat keystore lock -q 2>/dev/null || :
  [ -z "${WIRE-}" ] || kill "$WIRE" 2>/dev/null || :
}

# Broken JSON, one file each: json_forms BEFORE AFTER are what stands before the secret, within quotes, and after it.
json_forms() {
  local before=$1 after=$2 name
  form() { printf '%s%b' "$before" "$2" >"forms/$1"; }
  form cut 'hunter2'
  form cut-behind 'hunter2"'
  form escape 'hunter2\\q"'"$after"
  form unicode-escape 'hunter2\\uZZZZ"'"$after"
  form surrogate 'hunter2\\ud800"'"$after"
  form byte 'hunter2\0377"'"$after"
  form byte-before '\0377hunter2"'"$after"
  form nul 'hunter2\0000"'"$after"
  form nul-escape 'hunter2\\u0000"'"$after"
  form control 'hunter2\0001"'"$after"
  form newline 'hunter2\n"'"$after"
  form no-comma 'hunter2" "hunter2"'"$after"
  form no-quotes 'x", "y": hunter2'"$after"
  form number 'x", "hunter2": 7hunter2'"$after"
  form overflow 'x", "hunter2": 1e999'"$after"
  form colon 'x", "hunter2" "hunter2"'"$after"
  form twice 'x", "hunter2": 1, "hunter2": 2'"$after"
  form junk 'hunter2"'"$after"'hunter2'
  form junk-quoted 'hunter2"'"$after"'"hunter2"'
  form apostrophe 'hunter2'"'$after"
  { printf '%0.s[' {1..3000}; printf '"hunter2"'; } >forms/deep
  printf 'hunter2' >forms/bare
  printf '"hunter2"' >forms/string
  printf '\357\273\277"hunter2"' >forms/mark
}

# each COMMAND...: it ends with an error for every form, put where the function place puts it, with and without --json.
each() {
  local form
  [ -s forms/cut ]
  for form in forms/*; do
    place "$form"
    echo "== $form: $*" >>said
    if "$@" <"$form" >>said 2>&1 3>&-; then echo "$form was taken by: $*"; return 1; fi
    [ "$1" != dpat ] || ! "$@" --json --debug <"$form" >>said 2>&1 3>&- || return 1
  done
}

silent() {
  # the forms' own names are said as well, so a secret is looked for by what only it has
  run -1 grep -anE 'unter|hunt|er2' said
  run -1 grep -anF "$(printf %s "$CANARY" | base64)" said
}

@test "the files of docker and podman" {
  signed_in 2>>said
  json_forms '{"auths":{"r.example":{"auth":"' '}}}'
  place() { cp "$1" "$DOCKER_CONFIG/config.json"; }
  each dpat create x --docker --registry r.example -y
  grep -q 'config.json cannot be used: it is not valid JSON: .* (line 1, column [0-9]*)' said
  place() { cp "$1" auth.json; }
  REGISTRY_AUTH_FILE=$HOME/auth.json each dpat create x --podman --registry r.example -y
  json_forms '{"credsStore":"x","hunter2":"' '}'
  place() { cp "$1" "$DOCKER_CONFIG/config.json"; }
  each dpat create x --docker --registry r.example -y
  silent
}

@test "entries whose auth is nothing that docker reads" {
  signed_in 2>>said
  for auth in hunter2 'hunter2!' 'aHVudGVyMg==' ':hunter2' '\u0068unter2'; do
    printf '{"auths":{"r.example":{"auth":"%s"}}}' "$auth" >"$DOCKER_CONFIG/config.json"
    dpat create "x $RANDOM" --docker --registry r.example -y >>said 2>&1 || :
    dpat status --json >>said 2>&1 || :
    dpat logout >>said 2>&1 || :
    dpat login alice --password-stdin <password >>said 2>&1
  done
  silent
}

@test "dpat's sessions and settings" {
  signed_in 2>>said
  json_forms '{"version":1,"sessions":[{"bearer":"' '}]}'
  place() { cp "$1" "$XDG_STATE_HOME/dpat/sessions.json"; }
  each dpat list
  grep -q 'sessions.json cannot be used: it is not valid JSON: .* (line 1, column [0-9]*)' said
  rm "$XDG_STATE_HOME/dpat/sessions.json"
  json_forms '{"service":"' '}'
  place() { cp "$1" "$XDG_CONFIG_HOME/dpat/config.json"; }
  each dpat list
  each dpat config list
  silent
}

@test "what the helper is given" {
  export DPAT_PASSPHRASE_FILE=$HOME/passphrase
  dpat keystore init -q 2>>said
  place() { :; }
  json_forms '{"ServerURL":"r.example","Username":"a","Secret":"' '}'
  rm forms/newline # lines are joined, as the reference does
  each docker-credential-dpat store
  grep -q 'the input is not valid JSON: it ends too early (line 1, column' said
  json_forms '{"Secret":"hunter2","ServerURL":"r.example","Username":"' '}'
  rm forms/newline
  each docker-credential-dpat store
  silent
}

@test "what another helper answers" {
  signed_in 2>>said
  printf '#!/bin/sh\n[ "$1" != get ] || exec cat "%s/answer"\nexit 0\n' "$HOME" >bin/docker-credential-odd
  chmod +x bin/docker-credential-odd
  printf '{"credsStore":"odd"}' >"$DOCKER_CONFIG/config.json"
  json_forms '{"ServerURL":"r.example","Username":"a","Secret":"' '}'
  place() { cp "$1" answer; }
  for form in forms/*; do
    place "$form"
    for words in "create x$RANDOM --docker --registry r.example -y" status logout 'status --json'; do
      # shellcheck disable=SC2086 # words
      dpat $words >>said 2>&1 || :
    done
    dpat login alice --password-stdin <password >>said 2>&1
  done
  # and what it says when it fails, with the secret that it was given in several dresses
  for end in 'sed "s/.*Secret.: *.//; s/\".*//"' cat 'base64' 'sed "s/./&\\\\/g"' 'tr -d "\n" | rev'; do
    printf '#!/bin/sh\ncase $1 in store|erase) %s; exit 1;; get) echo credentials not found in native keychain; exit 1;; esac\n' \
      "$end" >bin/docker-credential-odd
    dpat login alice --password-stdin --registry r.example -y <password >>said 2>&1 || :
  done
  run -1 grep -qaE 'dpat_[A-Za-z0-9]{20}' said
  silent
}

@test "requests to the server, its answers and its log" {
  dpat account add alice --password-stdin -q <password 2>>said
  json_forms '{"username":"alice","password":"' '}'
  start_server
  PORT=$PORT PYTHONPATH=$TOP_SRCDIR/tests/support "$PYTHON3" - >>said 2>&1 <<'PYTHON'
import os
from api import api
for name in sorted(os.listdir("forms")):
    body = open("forms/" + name, "rb").read()
    for path in ("/v2/users/login", "/v2/users/2fa-login", "/v2/auth/token"):
        status, _, document = api().ask("POST", path, body)
        print(path, status, document)
        assert status in (400, 401), (name, path, status, document)
form = b"grant_type=password&username=alice&service=x&password=hunter2"
for end in (b"%", b"%zz", b"\xff", b"%00", b"\0", b"&password=hunter2", b"=hunter2&&&==", b"&scope=hunter2"):
    status, _, document = api().ask("POST", "/token", form + end,
                                    {"Content-Type": "application/x-www-form-urlencoded"})
    print("/token", status, document)
for value in ("Basic hunter2", "Basic aHVudGVyMg==", "Basic \xff", "Bearer hunter2", "Bearer a.hunter2.b", "hunter2"):
    for path in ("/v2/access-tokens", "/token?service=x"):
        status, _, document = api().ask("GET", path, None, {"Authorization": value.encode("latin-1")})
        print(path, status, document)
PYTHON
  grep -q 'the body is not valid JSON' said
  stop_server
  cat server.log >>said
  silent
}

# A service that answers with what is in the file answer, or where there is none with an error that quotes the request.
wire() {
  cat >wire.py <<'PYTHON'
import http.server, json, os
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        status = 200 if os.path.exists("answer") else 400
        if status == 200:
            body = open("answer", "rb").read()
        else:
            asked = self.rfile.read(int(self.headers["Content-Length"])).decode()
            body = json.dumps({"message": "cannot read " + asked, "code": "usage",
                               "fields": {"password": json.loads(asked).get("password")}}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    do_GET = do_POST
    def log_message(self, *_):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
open("wire.tmp", "w").write(str(server.server_port))
os.rename("wire.tmp", "wire.port")
server.serve_forever()
PYTHON
  "$PYTHON3" wire.py 3>&- &
  WIRE=$!
  wait_until test -s wire.port
  DPAT_SERVICE=http://127.0.0.1:$(cat wire.port)
  export DPAT_SERVICE
}

@test "answers of a service" {
  unset DPAT_SERVICE
  wire
  place() { cp "$1" answer; }
  json_forms '{"token":"' '}'
  printf '{"token":"hunter2.hunter2.hunter2"}' >forms/no-jwt
  printf '{"token":"a.%s.b"}' "$(printf '{"hunter2":"hunter2' | base64 -w 0 | tr -d =)" >forms/cut-jwt
  attempt() { dpat login alice --password-stdin "$@" <password; }
  each attempt
  each attempt --json
  silent
}

@test "a service that quotes what it was sent" {
  unset DPAT_SERVICE
  wire
  for secret in hunter2 'hunt"er2\\x' "$(printf 'dpat_%038d' 0)"; do
    run dpat login alice --password-stdin --debug <<<"$secret"
    [ "$status" -eq 2 ]
    echo "$output" >>said
    dpat login alice --password-stdin --json <<<"$secret" >>said 2>&1 || :
  done
  grep -q 'answered with HTTP 400' said
  run -1 grep -F 00000000 said
  silent
}

@test "the configuration of a registry, and what it names" {
  dpat account add alice --password-stdin -q <password 2>>said
  dpat registry config --out keys --url https://tokens.example -q >auth.yml 2>>said
  yaml() { printf 'version: 0.1\nstorage: {inmemory: {}}\nhttp:\n  secret: %b\n' "$2" >"forms/$1"; cat auth.yml >>"forms/$1"; }
  yaml cut '"hunter2'
  yaml escape '"hunter2\\q"'
  yaml byte '"hunter2\0377"'
  yaml byte-plain 'hunter2\0377'
  yaml nul 'hunter2\0000'
  yaml alias '*hunter2'
  yaml tag '!hunter2!hunter2 x'
  yaml at '@hunter2'
  yaml mapping 'hunter2: hunter2: x'
  yaml twice 'x\n  hunter2: 1\n  hunter2: 2'
  yaml flow '{hunter2'
  yaml list '[hunter2, hunter2'
  yaml tab 'x\n\thunter2: {'
  yaml merge 'x\n  <<: hunter2'
  printf '%%YAML hunter2\n---\nhunter2' >forms/directive
  place() { :; }
  for form in forms/*; do
    dpat registry check --config "$form" >>said 2>&1 && { echo "$form was taken"; return 1; }
    ! dpat registry check --config "$form" --json --debug >>said 2>&1 || return 1
  done
  grep -q 'is not valid YAML (line 4, column' said
  { printf 'version: 0.1\nstorage: {inmemory: {}}\n'; cat auth.yml; } >good.yml
  for realm in https://alice:hunter2@tokens.example/token alice:hunter2@tokens.example http://hunter2@10.0.0.1; do
    sed "s|realm: .*|realm: \"$realm\"|" good.yml >forms/realm
    ! dpat registry check --config forms/realm >>said 2>&1 || return 1
    ! REGISTRY_AUTH_TOKEN_REALM=$realm dpat registry check --config good.yml >>said 2>&1 || return 1
    ! dpat registry config --out keys --url "$realm" >>said 2>&1 || return 1
  done
  rm forms/*
  json_forms '{"keys":[{"d":"' '}]}'
  place() { cp "$1" keys/jwks.json; }
  each dpat registry check --config good.yml
  place() { { echo -----BEGIN CERTIFICATE-----; cat "$1"; } >keys/rootcertbundle.pem; }
  each dpat registry check --config good.yml
  silent
}

@test "the key file, and files of a password, a passphrase and a code" {
  dpat account add alice --password-stdin -q <password 2>>said
  cp "$STORE.key" good.key
  json_forms 'key "' ''
  sed 's/^key .*/key hunter2/' good.key >forms/key
  sed 's/^id .*/id hunter2/' good.key >forms/id
  { cat good.key; echo 'registry 1 hunter2'; } >forms/behind
  place() { cp "$1" "$STORE.key"; }
  each dpat account list
  each dpat registry keys
  cp good.key "$STORE.key"
  printf 'hunter2\377\n' >forms/bytes
  printf 'hunter2\0hunter2\n' >forms/nul-line
  for form in forms/*; do
    DPAT_USER=alice DPAT_PASSWORD_FILE=$HOME/$form dpat list >>said 2>&1 && return 1
    DPAT_USER=alice DPAT_PASSWORD_FILE=$HOME/password DPAT_OTP_COMMAND="cat $HOME/$form; exit 3" dpat list >>said 2>&1 || :
    DPAT_PASSPHRASE_FILE=$HOME/$form dpat keystore unlock >>said 2>&1 && return 1
    dpat login alice --password-stdin <"$form" >>said 2>&1 && return 1
    dpat login alice --password-stdin --otp-stdin <"$form" >>said 2>&1 && return 1
  done
  silent
}
