# A registry that trusts dpat: Debian's docker-registry with dpat serve behind it, and docker, skopeo and podman in front.
setup() {
  load lib.bash
  dpat_home
  mkdir -p "$DOCKER_CONFIG"
  CONFIG=$DOCKER_CONFIG/config.json
  # without this docker looks for a credential store by itself
  printf '{"credHelpers":{"unused.example":""}}' >"$CONFIG"
  with_account alice bob
  printf '%s\n' "$PASSWORD" >password
}

finish() { stop_registry; }

# Sign in as that user and make a token there: token_of USER NAME SCOPE [OPTIONS]; its secret goes to the file NAME.
token_of() {
  DPAT_STATE_DIR=$HOME/state-$1 DPAT_CONFIG_DIR=$HOME/config-$1 dpat login "$1" --password-stdin <password 2>/dev/null
  local secret=$2
  as "$1" create "$2" --scope "$3" "${@:4}" -q >"$secret"
}

# A command of a user who has signed in by token_of.
as() { DPAT_STATE_DIR=$HOME/state-$1 DPAT_CONFIG_DIR=$HOME/config-$1 dpat "${@:2}"; }

# What /token answers: ask USER SECRET-FILE SCOPES..., or ask - for nobody
ask() {
  local who=() scopes=() scope
  [ "$1" = - ] || who=(-u "$1:$(cat "$2")")
  [ "$1" = - ] && shift || shift 2
  for scope in "$@"; do scopes+=(--data-urlencode "scope=$scope"); done
  curl -s -G "${who[@]}" --data-urlencode service=dpat-registry "${scopes[@]}" "$URL/token"
}

# The part of a registry token that says what is granted, as "name:action,action ..." in one line.
granted() {
  "$PYTHON3" -c 'import base64, json, sys
part = json.load(sys.stdin)["token"].split(".")[1]
claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
print(" ".join(a["name"] + ":" + ",".join(a["actions"]) for a in claims["access"]))'
}

# A registry on loopback whose clients go to the server at URL: start_registry; leaves $REGISTRY.
start_registry() {
  command -v docker-registry >/dev/null || skip 'no docker-registry here'
  dpat registry config --out "$HOME/keys" --url "$URL" >auth.yml 2>/dev/null
  printf '%s\n' 'version: 0.1' 'storage: {filesystem: {rootdirectory: images}, delete: {enabled: true}}' \
    'http: {addr: "127.0.0.1:0"}' >registry.yml
  cat auth.yml >>registry.yml
  run_registry
}

run_registry() {
  : >registry.log
  docker-registry serve registry.yml >>registry.log 2>&1 3>&- &
  REGISTRY_PID=$!
  wait_until grep -q 'listening on' registry.log || { cat registry.log; return 1; }
  REGISTRY=127.0.0.1:$(sed -n 's/.*listening on 127.0.0.1:\([0-9]*\).*/\1/p' registry.log)
}

stop_registry() {
  [ -n "${REGISTRY_PID-}" ] || return 0
  kill "$REGISTRY_PID" 2>/dev/null || :
  wait "$REGISTRY_PID" 2>/dev/null || :
  REGISTRY_PID=
}

needs_skopeo() { command -v skopeo >/dev/null || skip 'no skopeo here'; }

image() { "$PYTHON3" "$TOP_SRCDIR/tests/support/oci.py" "$1" 1 "$1"; }

# push USER SECRET-FILE IMAGE-FOLDER NAME
push() {
  skopeo --insecure-policy copy --dest-tls-verify=false --dest-creds "$1:$(cat "$2")" "oci:$3:1" "docker://$REGISTRY/$4"
}

pull() {
  rm -rf pulled
  skopeo --insecure-policy copy --src-tls-verify=false "${@:2}" "docker://$REGISTRY/$1" oci:pulled:1
}

# The exit status of docker login, and what it says.
docker_login() { run docker login -u "$1" --password-stdin "$REGISTRY" <"$2"; }

@test "the files that a registry needs, and its configuration" {
  cd "$HOME"
  dpat registry config --out deep/keys --url https://tokens.example:8443 >auth.yml 2>err
  grep -q restart err
  [ "$(cat auth.yml)" = "auth:
  token:
    realm: \"https://tokens.example:8443/token\"
    service: \"dpat-registry\"
    issuer: \"dpat\"
    rootcertbundle: \"$HOME/deep/keys/rootcertbundle.pem\"
    jwks: \"$HOME/deep/keys/jwks.json\"" ]
  [ "$(stat -c %a deep/keys deep/keys/jwks.json deep/keys/rootcertbundle.pem | tr '\n' ' ')" = '755 644 644 ' ]
  openssl x509 -in deep/keys/rootcertbundle.pem -noout -text | grep -q prime256v1
  run -1 grep -rq PRIVATE deep/keys
  dpat registry config --out deep/keys --url https://tokens.example:8443 --registry-service 'a: b' --json 2>/dev/null >document
  is_document registry_config <document
  id=$(json '["key_id"]' <document)
  [ "$(json '["keys"][0]["kid"]' <deep/keys/jwks.json)" = "$id" ]
  [ "$(dpat registry keys -q)" = "$id" ]
  dpat registry keys --json | is_document registry_keys
  [ "$(stat -c %a "$STORE.key")" = 600 ]
  dpat registry config --out 'a "b"' --url https://x --registry-service 'a: b' 2>/dev/null >odd.yml
  "$PYTHON3" -c 'import json, sys
text = open("odd.yml").read()
assert "service: \"a: b\"" in text, text
assert json.dumps(sys.argv[1]) in text, text' "$HOME/a \"b\"/jwks.json"
}

@test "what registry config and keys refuse" {
  fails_with usage dpat registry config
  fails_with usage dpat registry config --out keys
  for url in '' x ftp://x http://tokens.example https:// https://x/token https://u:p@x http://localhost.example http://127.0.0.1.example 'https://a b' 'https://x?y'; do
    fails_with usage dpat registry config --out keys --url "$url"
  done
  [ ! -e keys ]
  touch file
  fails_with file_failed dpat registry config --out file --url https://x
  fails_with usage dpat registry keys frob
  fails_with usage dpat registry keys rotate --now --after 1h
  fails_with usage dpat registry keys list --now
  fails_with invalid_time dpat registry keys rotate --after soon
  fails_with invalid_time dpat registry keys rotate --after 31d
  fails_with no_input dpat registry keys rotate --now
  fails_with unsupported dpat --service https://tokens.example registry keys
  fails_with invalid_time dpat serve --registry-token-life 10s
  fails_with invalid_time dpat serve --registry-token-life 2h
  fails_with usage dpat serve --registry-service 'a"b'
}

@test "granted is asked and the token's scope and the account's right" {
  start_server
  for scope in public_read read write admin; do token_of alice "$scope" "$scope"; done
  token_of bob bobs admin
  everything='repository:alice/app:pull,push,delete'
  [ "$(ask alice public_read "$everything" | granted)" = '' ]
  [ "$(ask alice read "$everything" | granted)" = 'alice/app:pull' ]
  [ "$(ask alice write "$everything" | granted)" = 'alice/app:pull,push' ]
  [ "$(ask alice admin "$everything" | granted)" = 'alice/app:pull,push,delete' ]
  [ "$(ask alice admin 'repository:alice/app:*' | granted)" = 'alice/app:pull,push,delete' ]
  [ "$(ask alice write 'repository:alice/app:*' | granted)" = 'alice/app:pull,push' ]
  [ "$(ask alice write 'repository:alice/app:pull' | granted)" = 'alice/app:pull' ]
  [ "$(ask alice password "$everything" | granted)" = 'alice/app:pull,push,delete' ]
  [ "$(ask bob bobs "$everything" | granted)" = '' ]
  [ "$(ask - "$everything" | granted)" = '' ]
  # several, repeated and joined, merged
  [ "$(ask alice admin 'repository:alice/a:pull' 'repository:alice/b:push repository:alice/a:push' 'repository:bob/c:pull' \
    'nonsense' 'chart:alice/d:pull' | granted)" = 'alice/a:pull,push alice/b:push' ]
  # the catalogue takes a right over all of it
  [ "$(ask alice admin 'registry:catalog:*' | granted)" = '' ]
  succeeds dpat account grant alice '*' admin
  [ "$(ask alice admin 'registry:catalog:*' | granted)" = 'catalog:*' ]
  [ "$(ask alice write 'registry:catalog:*' | granted)" = '' ]
  succeeds dpat account revoke alice '*'
  # grants of the operator
  succeeds dpat account grant bob alice read
  [ "$(ask bob bobs "$everything" | granted)" = 'alice/app:pull' ]
  succeeds dpat account grant bob alice write
  [ "$(ask bob bobs "$everything" | granted)" = 'alice/app:pull,push' ]
  succeeds dpat account grants --json
  is_document grant_list <<<"$output"
  [ "$(dpat account grants bob --porcelain)" = $'bob\talice\twrite' ]
  succeeds dpat account revoke bob alice
  [ "$(ask bob bobs "$everything" | granted)" = '' ]
  # public repositories
  succeeds dpat account public alice/app on
  [ "$(dpat account public)" = alice/app ]
  [ "$(ask - "$everything" 'repository:alice/other:pull' | granted)" = 'alice/app:pull' ]
  [ "$(ask bob bobs "$everything" | granted)" = 'alice/app:pull' ]
  [ "$(ask alice public_read "$everything" | granted)" = 'alice/app:pull' ]
  succeeds dpat account public alice/app off
  [ "$(ask - "$everything" | granted)" = '' ]
}

@test "grants and public repositories, refused and dry" {
  fails_with account_not_found dpat account grant nobody team read
  fails_with usage dpat account grant bob team own
  fails_with usage dpat account grant bob team/app read
  fails_with usage dpat account grant bob 'Team' read
  fails_with usage dpat account public 'alice/App' on
  fails_with usage dpat account public alice/app
  fails_with usage dpat account public alice/app maybe
  succeeds dpat account grant bob team read -n
  succeeds dpat account public alice/app on -n --json
  is_document public_repositories <<<"$output"
  [ -z "$(dpat account grants -q)" ]
  [ -z "$(dpat account public -q)" ]
  succeeds dpat account grant bob team read --json
  is_document grant <<<"$output"
  [ "$(dpat account grant bob again read --json | json '["changed"]')" = true ]
  [ "$(dpat account grant bob again read --json | json '["changed"]')" = false ]
  [ "$(dpat log --all --porcelain | grep -c 'read again')" -eq 1 ]
  dpat account revoke bob again -q
  succeeds dpat account revoke bob team
  [[ $stderr == *'no right in the namespace team any more'* ]]
  succeeds dpat account revoke bob team # none is fine
  [[ $stderr == *'was granted nothing'* ]]
  DPAT_SERVICE=https://tokens.example fails_with unsupported dpat account grants
}

@test "the forms of a request and of its answer" {
  start_server
  token_of alice ci write
  secret=$(cat ci)
  ask alice ci 'repository:alice/app:pull' >answer
  [ "$(json '["token"]' <answer)" = "$(json '["access_token"]' <answer)" ]
  [ "$(json '["expires_in"]' <answer)" = 300 ]
  [[ $(json '["issued_at"]' <answer) =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z$ ]]
  [ "$(json '.get("scope", "none")' <answer)" = none ]
  [ "$(json '.get("refresh_token", "none")' <answer)" = none ]
  "$PYTHON3" - answer <<'P'
import base64, json, sys
header, payload = (json.loads(base64.urlsafe_b64decode(p + "=" * (-len(p) % 4)))
                   for p in json.load(open(sys.argv[1]))["token"].split(".")[:2])
assert header["alg"] == "ES256" and header["typ"] == "JWT" and len(header["kid"]) == 59, header
assert payload["aud"] == "dpat-registry" and payload["iss"] == "dpat" and payload["sub"] == "alice", payload
assert payload["exp"] - payload["iat"] == 300 and payload["nbf"] <= payload["iat"], payload
assert all(type(payload[k]) is int for k in ("exp", "iat", "nbf")), payload
P
  # as containerd asks: a form; also in chunks, as containers/image sends them
  curl -s "$URL/token" -d grant_type=password -d client_id=containerd-client -d service=dpat-registry \
    -d username=alice --data-urlencode "password=$secret" --data-urlencode 'scope=repository:alice/app:push,pull repository:bob/x:pull' >answer
  [ "$(json '["scope"]' <answer)" = 'repository:alice/app:pull,push' ]
  curl -s -H 'Transfer-Encoding: chunked' "$URL/auth/token/" -d grant_type=password -d service=dpat-registry \
    -d scope=repository:alice/app:pull -d scope=repository:alice/b:pull -d username=alice -d "password=$secret" >answer
  [ "$(json '["scope"]' <answer)" = 'repository:alice/app:pull repository:alice/b:pull' ]
  curl -s -u "alice:$secret" "$URL/auth/token?service=dpat-registry&account=alice&scope=repository%3Aalice%2Fapp%3Apull" | granted | grep -qx 'alice/app:pull'
  # docker's own refresh tokens are not given unless the operator wants them
  curl -s -u "alice:$secret" "$URL/token?service=dpat-registry&offline_token=true" >answer
  [ "$(json '.get("refresh_token", "none")' <answer)" = none ]
  # a short life, and no longer than the token itself
  stop_server
  start_server --registry-token-life 10m
  [ "$(ask alice ci | json '["expires_in"]')" = 600 ]
  token_of alice brief read -e 2m
  left=$(ask alice brief | json '["expires_in"]')
  [ "$left" -gt 100 ] && [ "$left" -le 120 ]
}

# refused STATUS CODE TEXT CURL-OPTIONS...
refused() {
  local got
  got=$(curl -s -o answer -w '%{http_code}' "${@:4}")
  if [ "$got" != "$1" ] || [ "$(json '["errors"][0]["code"]' <answer)" != "$2" ] ||
    [[ $(json '["errors"][0]["message"]' <answer) != *"$3"* ]]; then
    echo "$got: $(cat answer)"
    return 1
  fi
}

@test "who has the right secret is told why it fails, and nobody else anything" {
  start_server
  token_of alice ci write
  token_of alice gone write
  as alice delete gone -y -q
  token_of alice off write
  as alice deactivate off
  secret=$(cat ci)
  other=${secret%?}$([ "${secret: -1}" = x ] && echo y || echo x)
  at() { printf '%s/token?service=dpat-registry&scope=repository:alice/app:pull' "$URL"; }
  refused 401 UNAUTHORIZED 'the token "off" is deactivated; its owner can activate it' -u "alice:$(cat off)" "$(at)"
  for who in 'alice:wrong password' 'nobody:wrong password' "bob:$secret" "nobody:$secret" "alice:$(cat gone)" "alice:$other" \
    'alice:' ':x' "bob:$(cat off)"; do
    refused 401 UNAUTHORIZED 'incorrect user name or secret' -u "$who" "$(at)"
    cat answer >>answers
  done
  [ "$(sort -u answers | sed 's/}$//' | sort -u | wc -l)" -eq 1 ]
  curl -s -D head -o answer -u alice:nothing "$(at)"
  grep -qi '^www-authenticate: basic realm="dpat"' head
  run --separate-stderr dpat account disable alice
  [[ $stderr == *'for 6m more at most'* ]]
  refused 401 UNAUTHORIZED 'the account alice is disabled' -u "alice:$secret" "$(at)"
  refused 401 UNAUTHORIZED 'the account alice is disabled' -u "alice:$PASSWORD" "$(at)"
  dpat account enable alice -q
  stop_server
  DPAT_RUNNER=$(clock FAKETIME=+100d) start_server
  refused 401 UNAUTHORIZED 'the token "ci" expired at ' -u "alice:$secret" "$(at)"
  refused 401 UNAUTHORIZED 'incorrect' -u "bob:$secret" "$(at)"
  # what OAuth's clients look for stands beside it
  refused 401 UNAUTHORIZED expired -d grant_type=password -d username=alice -d "password=$secret" "$URL/token"
  [ "$(json '["error"]' <answer)" = invalid_grant ]
  run -1 grep -q dpat_ server.log
  dpat account public team/app on -q
  curl -s -o answer "$URL/token?scope=repository:team/app:pull,push"
  granted_in_log() { grep -q '"granted":"repository:team/app:pull"' server.log; }
  wait_until granted_in_log
}

@test "an account with a second factor needs a token" {
  start_server
  token_of alice ci write
  run "$PYTHON3" "$TOP_SRCDIR/tests/support/terminal.py" --expect 'Password of alice at ' --send "$PASSWORD" \
    --expect 'shows now: ' --send @code -- env DPAT_STATE_DIR="$HOME/state-alice" DPAT_CONFIG_DIR="$HOME/config-alice" "$DPAT" account 2fa enable
  [ "$status" -eq 0 ]
  refused 401 UNAUTHORIZED 'alice has a second factor: a registry needs a personal access token' -u "alice:$PASSWORD" "$URL/token"
  refused 401 UNAUTHORIZED incorrect -u "alice:not it at all" "$URL/token"
  pat_needed() { as alice log --porcelain | grep -q 'right password, but a token is needed'; }
  wait_until pat_needed
  [ "$(ask alice ci 'repository:alice/app:pull' | granted)" = 'alice/app:pull' ]
  needs_docker
  start_registry
  docker_login alice password
  [ "$status" -eq 1 ]
  [[ $output == *'unauthorized: alice has a second factor: a registry needs a personal access token'* ]]
  docker_login alice ci
  [ "$status" -eq 0 ]
}

@test "hostile requests" {
  start_server --rate-limit 0
  token_of alice ci write
  secret=$(cat ci)
  refused 400 UNSUPPORTED 'whose "service" is "evil"' -u "alice:$secret" "$URL/token?service=evil"
  refused 400 UNSUPPORTED 'stands twice' -u "alice:$secret" "$URL/token?service=dpat-registry&service=evil"
  refused 400 UNSUPPORTED 'escape' "$URL/token?scope=%zz"
  refused 400 UNSUPPORTED 'UTF-8' "$URL/token?scope=%ff%fe"
  refused 400 UNSUPPORTED 'grant_type' -d grant_type=refresh_token -d refresh_token=x "$URL/token"
  refused 400 UNSUPPORTED 'grant_type' -d grant_type=client_credentials "$URL/token"
  refused 400 UNSUPPORTED 'in the body of a POST' "$URL/token?grant_type=password&username=alice&password=$secret"
  refused 400 UNSUPPORTED 'in the body of a POST' "$URL/token?refresh_token=x"
  refused 400 UNSUPPORTED 'in the body of a POST' -d username=alice -d password=wrong "$URL/token"
  refused 400 UNSUPPORTED 'in the body of a POST' -u "alice:$PASSWORD" "$URL/token?password=$secret" # no way round the workers
  refused 400 UNSUPPORTED 'shown twice' -u "alice:$secret" -d grant_type=password -d username=alice -d password=x "$URL/token"
  refused 401 UNAUTHORIZED 'well-formed' -H 'Authorization: Basic !!!' "$URL/token"
  refused 401 UNAUTHORIZED 'well-formed' -H "Authorization: Basic $(printf 'no colon' | base64)" "$URL/token"
  refused 401 UNAUTHORIZED 'well-formed' -H "Authorization: Basic $(printf 'alice\0:x' | base64)" "$URL/token"
  refused 401 UNAUTHORIZED 'well-formed' -H "Authorization: Bearer $secret" "$URL/token"
  refused 413 SIZE_INVALID 'large' --data-binary @<(head -c 70000 /dev/zero | tr '\0' a) "$URL/token"
  curl -s -o answer "$URL/token" -u "alice:$secret" -d "scope=$(printf 'repository:alice/app%d:pull ' $(seq 400))"
  [ "$(granted <answer | wc -w)" -eq 100 ]
  [ "$(ask alice ci "repository:alice/$(head -c 300 /dev/zero | tr '\0' a):pull" 'repository:../alice/x:pull' 'repository:ALICE/x:pull' \
    'repository:alice/../bob/x:pull' 'repository:alice//x:pull' | granted)" = '' ]
  [ "$(curl -s -o answer -w '%{http_code}' -X PUT "$URL/token")" = 405 ]
  # passwords are throttled as everywhere
  for i in 1 2 3 4 5 6 7; do curl -s -o answer -w '%{http_code}\n' -u "bob:wrong number $i" "$URL/token"; done >codes
  [ "$(tail -n 1 codes)" = 429 ]
  [ "$(json '["errors"][0]["code"]' <answer)" = TOOMANYREQUESTS ]
  [ "$(ask alice ci 'repository:alice/app:pull' | granted)" = 'alice/app:pull' ]
  stop_server
  start_server --rate-limit 2
  # six, for a minute may begin between two of them
  for i in 1 2 3 4 5 6; do curl -s "$URL/token"; echo; done >answers
  grep -q '"code":"TOOMANYREQUESTS"' answers
}

@test "refresh tokens, where the operator wants them" {
  start_server --refresh-tokens
  token_of alice ci write
  curl -s -u "alice:$(cat ci)" "$URL/token?service=dpat-registry&offline_token=true" >answer
  refresh=$(json '["refresh_token"]' <answer)
  [ "$(ask alice ci | json '.get("refresh_token", "none")')" = none ]
  by_refresh() { curl -s -o answer -w '%{http_code}' "$URL/token" -d grant_type=refresh_token --data-urlencode "refresh_token=$1" -d service=dpat-registry -d scope=repository:alice/app:pull; }
  [ "$(by_refresh "$refresh")" = 200 ]
  [ "$(json '["scope"]' <answer)" = repository:alice/app:pull ]
  # one kind of token is never good for another
  token=$(json '["token"]' <answer)
  bearer=$(curl -s "$URL/v2/users/login" -d "{\"username\":\"alice\",\"password\":\"$PASSWORD\"}" | json '["token"]')
  for other in "$bearer" "$token" "$(cat ci)" "${refresh%????}AAAA" x; do
    [ "$(by_refresh "$other")" = 401 ]
  done
  [ "$(by_refresh '')" = 400 ] # none at all
  for other in "$refresh" "$token"; do
    [ "$(curl -s -o answer -w '%{http_code}' -H "Authorization: Bearer $other" "$URL/v2/user")" = 401 ]
  done
  # none for a password; and all end with the token
  curl -s -u "alice:$PASSWORD" "$URL/token?service=dpat-registry&offline_token=true" >answer
  [ "$(json '.get("refresh_token", "none")' <answer)" = none ]
  as alice deactivate ci
  [ "$(by_refresh "$refresh")" = 401 ]
  grep -q deactivated answer
  as alice activate ci
  [ "$(by_refresh "$refresh")" = 200 ]
  as alice delete ci -y
  [ "$(by_refresh "$refresh")" = 401 ]
}

@test "docker login, with what is right and what is not" {
  needs_docker
  start_server
  start_registry
  for name in ci off gone; do token_of alice "$name" write; done
  docker_login alice ci
  [ "$status" -eq 0 ]
  [[ $output == *'Login Succeeded'* ]]
  as alice deactivate off
  docker_login alice off
  [ "$status" -eq 1 ]
  [[ $output == *'unauthorized: the token "off" is deactivated'* ]]
  as alice delete gone -y
  docker_login alice gone
  [ "$status" -eq 1 ]
  [[ $output == *'unauthorized: incorrect user name or secret'* ]]
  echo 'not the password' >wrong
  docker_login alice wrong
  [ "$status" -eq 1 ]
  [[ $output == *'unauthorized: incorrect user name or secret'* ]]
  docker_login nobody wrong
  [[ $output == *'unauthorized: incorrect user name or secret'* ]]
  docker_login bob ci
  [ "$status" -eq 1 ]
  docker_login bob password
  [ "$status" -eq 0 ]
  token_of alice brief write -e 1m
  stop_server
  DPAT_RUNNER=$(clock FAKETIME=+2m) start_server --listen "127.0.0.1:$PORT"
  docker_login alice brief
  [ "$status" -eq 1 ]
  [[ $output == *'unauthorized: the token "brief" expired at'* ]]
}

@test "push, pull and delete, each with the token that may" {
  needs_skopeo
  start_server
  start_registry
  image one
  for scope in read write admin; do token_of alice "$scope" "$scope"; done
  token_of bob bobs admin
  succeeds push alice write one alice/app:1
  succeeds pull alice/app:1 --src-creds "alice:$(cat read)"
  cmp one/index.json pulled/index.json || [ -s pulled/index.json ]
  run push alice read one alice/app:2
  [ "$status" -ne 0 ]
  [[ $output == *denied* || $output == *unauthorized* ]]
  run push bob bobs one alice/app:2
  [ "$status" -ne 0 ]
  run pull alice/app:1 --src-creds "bob:$(cat bobs)"
  [ "$status" -ne 0 ]
  run pull alice/app:1
  [ "$status" -ne 0 ]
  # public, without any credential
  succeeds dpat account public alice/app on
  succeeds pull alice/app:1 --src-no-creds
  succeeds pull alice/app:1 --src-creds "bob:$(cat bobs)"
  run push bob bobs one alice/app:2
  [ "$status" -ne 0 ]
  # a namespace that is granted
  succeeds dpat account grant bob team write
  succeeds push bob bobs one team/app:1
  run skopeo delete --tls-verify=false --creds "alice:$(cat write)" "docker://$REGISTRY/alice/app:1"
  [ "$status" -ne 0 ]
  succeeds skopeo delete --tls-verify=false --creds "alice:$(cat admin)" "docker://$REGISTRY/alice/app:1"
  run pull alice/app:1 --src-creds "alice:$(cat read)"
  [ "$status" -ne 0 ]
  # the catalogue
  catalog() { curl -s -o answer -w '%{http_code}' -H "Authorization: Bearer $(ask "$1" "$2" 'registry:catalog:*' | json '["token"]')" "http://$REGISTRY/v2/_catalog"; }
  [ "$(catalog alice admin)" = 401 ]
  succeeds dpat account grant alice '*' admin
  [ "$(catalog alice admin)" = 200 ]
  grep -q team/app answer
  # when it was last used, and from where
  stop_server
  [ "$(as alice show write --json | json '["tokens"][0]["last_used_at"]')" != null ]
  [[ $(as alice show write --json | json '["tokens"][0]["last_used_from"]["user_agent"]') == skopeo* ]]
}

@test "what is switched off gets no further token, and how long the others live is said" {
  needs_skopeo
  start_server
  start_registry
  image one
  token_of alice ci write
  succeeds push alice ci one alice/app:1
  token=$(ask alice ci 'repository:alice/app:pull' | json '["token"]')
  manifest() { curl -s -o answer -w '%{http_code}' -H 'Accept: application/vnd.oci.image.manifest.v1+json' -H "Authorization: Bearer $token" "http://$REGISTRY/v2/alice/app/manifests/1"; }
  [ "$(manifest)" = 200 ]
  run --separate-stderr as alice deactivate ci
  [[ $stderr == *'for 6m more at most'* ]]
  run push alice ci one alice/app:2
  [ "$status" -ne 0 ]
  [ "$(manifest)" = 200 ] # as was said
  as alice activate ci
  succeeds push alice ci one alice/app:2
  run --separate-stderr as alice delete ci -y --json
  is_document result <<<"$output"
  [ "$(json '["registry_tokens_left_s"]' <<<"$output")" = 360 ]
  # over HTTP as well
  token_of alice ci write
  export DPAT_SERVICE=$URL
  dpat login alice --password-stdin <password 2>/dev/null
  run --separate-stderr dpat delete ci -y
  [[ $stderr == *'for 6m more at most'* ]]
  run --separate-stderr dpat delete ci -y --if-exists
  [[ $stderr != *'more at most'* ]]
}

@test "podman signs in" {
  command -v podman >/dev/null || skip 'no podman here'
  start_server
  start_registry
  token_of alice ci write
  # its own folders, and no look at the system's
  pod() { env -u DOCKER_CONFIG XDG_RUNTIME_DIR="$HOME/run" REGISTRY_AUTH_FILE="$HOME/auth.json" podman --storage-driver vfs --root "$HOME/pod" --runroot "$HOME/podrun" "$@"; }
  mkdir -p run
  succeeds pod login --tls-verify=false -u alice --password-stdin "$REGISTRY" <ci
  [[ $output == *'Login Succeeded'* ]]
  [ "$(pod login --get-login "$REGISTRY")" = alice ]
  succeeds pod logout "$REGISTRY"
  run pod login --tls-verify=false -u alice --password-stdin "$REGISTRY" <password
  [ "$status" -eq 0 ]
  as alice deactivate ci
  run pod login --tls-verify=false -u bob --password-stdin "$REGISTRY" <ci
  [ "$status" -ne 0 ]
  [[ $output == *'invalid username/password'* ]]
}

@test "what the registry itself refuses" {
  start_server
  start_registry
  token_of alice ci write
  # whether the registry takes a token for a look at alice/app, and what it writes about it
  registry_says() {
    : >registry.log
    local code
    code=$(curl -s -o answer -w '%{http_code}' -H "Authorization: Bearer $1" "http://$REGISTRY/v2/alice/app/tags/list")
    if [ "$code" != "$2" ] || ! grep -qF -- "$3" registry.log; then
      echo "$code"
      cat registry.log
      return 1
    fi
  }
  good() { ask alice ci 'repository:alice/app:pull' | json '["token"]'; }
  registry_says "$(good)" 404 'authorized request'
  registry_says "$(ask alice ci 'repository:alice/other:pull' | json '["token"]')" 401 'insufficient scope'
  registry_says "$(good | sed 's/....$/AAAA/')" 401 'invalid'
  token_of alice brief write -e 1m
  stop_server
  DPAT_RUNNER=$(clock FAKETIME=-10m) start_server
  registry_says "$(good)" 401 'token not to be used after'
  stop_server
  start_server --registry-service other
  URL=$URL registry_says "$(curl -s -u "alice:$(cat ci)" "$URL/token?service=other&scope=repository:alice/app:pull" | json '["token"]')" 401 'token intended for another audience'
  stop_server
  dpat registry keys rotate --now -y -q >id
  start_server
  registry_says "$(good)" 401 "token signed by untrusted key with ID: \\\"$(cat id)\\\""
  # which dpat explains, and mends
  run dpat registry check --config registry.yml
  [ "$status" -eq 11 ]
  [[ $output == *"untrusted key with ID: \"$(cat id)\""* ]]
  dpat registry config --out "$HOME/keys" --url "$URL" >/dev/null 2>&1
  succeeds dpat registry check --config registry.yml
  stop_registry
  run_registry
  registry_says "$(good)" 404 'authorized request'
}

@test "a new key takes over, and the old one's tokens stay good" {
  start_server
  start_registry
  token_of alice ci write
  good() { ask alice ci 'repository:alice/app:pull' | json '["token"]'; }
  takes() { [ "$(curl -s -o answer -w '%{http_code}' -H "Authorization: Bearer $1" "http://$REGISTRY/v2/alice/app/tags/list")" = 404 ]; }
  key_of() { cut -d . -f 1 <<<"$1"; }
  old=$(good)
  succeeds dpat registry keys rotate --after 3s
  fails_with state_conflict dpat registry keys rotate
  succeeds dpat registry keys --json
  is_document registry_keys <<<"$output"
  [ "$(json '["keys"][0]["state"]' <<<"$output")" = signing ]
  [ "$(json '["keys"][1]["state"]' <<<"$output")" = next ]
  run dpat registry check --config registry.yml
  [ "$status" -eq 0 ] # it warns of what will be
  [[ $output == *warning*'does not have the key'* ]]
  dpat registry config --out "$HOME/keys" --url "$URL" >/dev/null 2>&1
  stop_registry
  run_registry
  takes "$old"
  switched() { [ "$(key_of "$(good)")" != "$(key_of "$old")" ]; }
  wait_until switched # without a restart of dpat serve
  takes "$(good)"
  takes "$old"
  [ "$(dpat registry keys --porcelain | cut -f 2 | tr '\n' ' ')" = 'former signing ' ]
  succeeds dpat registry check --config registry.yml
}

@test "a rotation that fails has not rotated" {
  dpat registry config --out keys --url https://tokens.example >/dev/null 2>&1
  before=$(sha256sum <"$STORE.key")
  mkfifo release
  "$PYTHON3" -c 'import sqlite3, sys
store = sqlite3.connect(sys.argv[1], isolation_level=None)
store.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()' "$STORE" <release >held 3>&- &
  holder=$!
  exec 8>release
  wait_until test -s held
  fails_with store_locked dpat registry keys rotate --now -y
  exec 8>&-
  wait "$holder"
  [ "$(sha256sum <"$STORE.key")" = "$before" ]
  succeeds dpat registry keys rotate --now -y
  [ "$(sha256sum <"$STORE.key")" != "$before" ]
  [ "$(dpat log --all --porcelain | grep -c registry_key)" -eq 1 ]
}

@test "a key file that cannot be read any more signs nothing" {
  start_server
  token_of alice ci write
  ask alice ci 'repository:alice/app:pull' | granted
  mv "$STORE.key" away
  wait_until refused 500 UNKNOWN '' -u "alice:$(cat ci)" "$URL/token"
  mv away "$STORE.key"
  [ "$(ask alice ci 'repository:alice/app:pull' | granted)" = 'alice/app:pull' ]
}

@test "registry check tells what is wrong, and where" {
  dpat registry config --out keys --url https://tokens.example >auth.yml 2>/dev/null
  check() { run --separate-stderr dpat registry check --config registry.yml; }
  says() {
    check
    if [ "$status" -ne "$1" ] || [[ $output != *"$2"* ]]; then
      echo "$status: $output $stderr"
      return 1
    fi
  }
  cp auth.yml registry.yml
  sed -i '1i storage: {inmemory: {}}' auth.yml
  sed -i '1i version: 0.1' auth.yml
  cp auth.yml registry.yml
  says 0 'takes dpat'
  printf '\xef\xbb\xbf' | cat - auth.yml >registry.yml
  says 0 'takes dpat'
  sed '/^version/d' auth.yml >registry.yml
  says 11 'version is missing'
  sed 's/^version.*/version: 1/' auth.yml >registry.yml
  says 11 'version is missing or not 0.1'
  sed '/^storage/d' auth.yml >registry.yml
  says 11 'storage is missing'
  sed 's/^auth:/&\n  htpasswd: {realm: x, path: y}/' auth.yml >registry.yml
  says 11 'has both "token" and "htpasswd"'
  sed 's/^    issuer/    autoredirect: "yes"\n&/' auth.yml >registry.yml
  says 11 'neither true nor false'
  sed 's|/token"$|/v2/token"|' auth.yml >registry.yml
  says 11 'makes no tokens'
  sed 's|/token"$|/auth/token/"|' auth.yml >registry.yml
  says 0 'takes dpat'
  [ -z "$(dpat registry check --config registry.yml -q)" ]
  dpat registry check --config registry.yml --json | is_document registry_check
  echo 'version: 0.1' >registry.yml
  says 11 'lets everybody do everything'
  printf 'auth:\n  htpasswd:\n    realm: x\n' >registry.yml
  says 11 'authenticates by "htpasswd"'
  printf 'auth:\n  token:\n' >registry.yml
  says 11 'auth.token is empty'
  for member in realm service issuer; do
    grep -v "$member:" auth.yml >registry.yml
    says 11 "auth.token.$member is missing"
  done
  grep -v rootcertbundle auth.yml >registry.yml
  says 0 '2.8 does not start'
  grep -v jwks auth.yml >registry.yml
  says 0 'distribution 3 finds no key'
  sed 's/service: .*/service: other/' auth.yml >registry.yml
  says 11 'intended for another audience'
  sed 's/issuer: .*/issuer: other/' auth.yml >registry.yml
  says 11 'untrusted issuer'
  sed 's|realm: .*|realm: tokens.example/token|' auth.yml >registry.yml
  says 11 'whole address'
  sed 's|realm: .*|realm: https://tokens.example/|' auth.yml >registry.yml
  says 11 'makes no tokens'
  sed 's|realm: .*|realm: http://tokens.example/token|' auth.yml >registry.yml
  says 0 'in the clear'
  for host in localhost.example 127.0.0.1.example 127.example:80; do
    sed "s|realm: .*|realm: http://$host/token|" auth.yml >registry.yml
    says 0 'in the clear'
  done
  sed 's|realm: .*|realm: http://127.0.0.1:7380/token|' auth.yml >registry.yml
  check
  [[ $status -eq 0 && $output != *'in the clear'* ]]
  sed 's|^    issuer|    autoredirect: true\n&|' auth.yml >registry.yml
  says 0 'autoredirect is on'
  cp auth.yml registry.yml
  echo nothing >keys/rootcertbundle.pem
  says 11 'has no certificate'
  rm keys/rootcertbundle.pem
  says 11 'No such file'
  dpat registry config --out keys --url https://tokens.example >/dev/null 2>&1
  echo '[]' >keys/jwks.json
  says 11 'no JSON Web Key Set'
  printf '{"keys":[]}' >keys/jwks.json
  says 11 'untrusted key'
  dpat registry config --out keys --url https://tokens.example >/dev/null 2>&1
  sed -i 's/"kid": "[^"]*"/"kid": "mine"/' keys/jwks.json
  says 11 'calls a key "mine"'
  printf 'a: [1\n' >registry.yml
  fails_with config dpat registry check --config registry.yml
  [[ $stderr == *'line 2'* ]]
  : >registry.yml
  says 11 'it is empty'
  printf 'version: 0.1\nauth:\0 x' >registry.yml
  fails_with config dpat registry check --config registry.yml
  [[ $stderr == *NUL* ]]
  # what grows to ten thousand million nodes
  { echo 'a0: &a0 x'
    for i in {1..9}; do printf 'a%d: &a%d [%s]\n' "$i" "$i" "$(printf "*a$((i - 1)),%.0s" {1..10})"; done; } >registry.yml
  fails_with config dpat registry check --config registry.yml
  [[ $stderr == *'more in it than any configuration'* ]]
  printf 'a: &a [*a]\n' >registry.yml
  fails_with config dpat registry check --config registry.yml
  # what is repeated in moderation is fine
  dpat registry config --out keys --url https://tokens.example >/dev/null 2>&1
  { sed 's/^    issuer: /    issuer: \&issuer /' auth.yml; echo 'x: *issuer'; } >registry.yml
  says 0 'takes dpat'
  # nobody is asked for a pass phrase
  cp auth.yml registry.yml
  { echo '-----BEGIN CERTIFICATE-----'; printf 'Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00112233445566778899AABBCCDDEEFF\n\n'
    echo 'AAAA'; echo '-----END CERTIFICATE-----'; } >keys/rootcertbundle.pem
  run --separate-stderr timeout 60 "$PYTHON3" "$TOP_SRCDIR/tests/support/terminal.py" -- "$DPAT" registry check --config registry.yml --no-input
  [ "$status" -eq 11 ]
  [[ $output != *'pass phrase'* ]]
  head -c 2000000 /dev/zero >registry.yml
  fails_with config dpat registry check --config registry.yml
  fails_with config dpat registry check --config absent.yml
  fails_with usage dpat registry check
}

@test "a key file that cannot be given a key serves everything else" {
  chmod 400 "$STORE.key"
  needs_mounts
  mkdir apart
  cp -p "$STORE.key" apart/key
  mount -t tmpfs -o size=64k tmpfs apart 2>/dev/null || skip 'no mount here'
  cp "$STORE.key" apart/key
  mount -o remount,ro apart
  start_server --key-file "$HOME/apart/key"
  grep -q 'no registry can use this service' server.log || { cat server.log; return 1; }
  code=$(curl -s -o answer -w '%{http_code}' "$URL/token")
  health=$(curl -s -o health -w '%{http_code}' "$URL/healthz")
  stop_server
  run --separate-stderr dpat registry keys rotate --key-file "$HOME/apart/key"
  umount apart
  [ "$code" = 500 ]
  [ "$health" = 200 ]
  grep -q UNKNOWN answer
  [[ $status -eq 12 && $stderr == *'cannot be given a key'*'where it can be written'* && $stderr != *backup* ]]
}

@test "the log tells the life of a token, and never a secret" {
  start_server
  token_of alice ci write
  ask alice ci >/dev/null
  as alice deactivate ci
  ask alice ci >/dev/null
  ask alice ci >/dev/null
  as alice activate ci
  as alice rename ci release
  DPAT_SERVICE=$URL; export DPAT_SERVICE
  as alice login alice --password-stdin <password 2>/dev/null
  as alice delete release -y # over HTTP, so that what the server gathered is not lost
  DPAT_SERVICE=local
  curl -s -o answer -u 'alice:no such password' "$URL/token"
  curl -s -o answer -u "alice:$(cat ci)" "$URL/token"
  stop_server
  as alice log ci --porcelain | cut -f 3 >actions
  head -n 1 actions | grep -qx token_created
  tail -n 1 actions | grep -qx token_deleted
  [ "$(sort actions | tr '\n' ' ')" = 'token_activated token_created token_deactivated token_deleted token_refused token_renamed token_used_from_new_address ' ] ||
    { cat actions; return 1; }
  [ "$(as alice log release --porcelain | wc -l)" -eq "$(as alice log ci --porcelain | wc -l)" ]
  as alice log --json >document
  is_document log <document
  grep -q '"note":"token_inactive"' document
  grep -q 'wrong password' document
  [ "$(dpat log --all --json | json '["count"]')" -gt "$(json '["count"]' <document)" ]
  dpat log --all --json | grep -q 'unknown token'
  [ -z "$(as alice log --since 2100-01-01 --porcelain)" ]
  [ -z "$(as alice log release --since 2100-01-01 --porcelain)" ]
  DPAT_STATE_DIR=$HOME/state-alice DPAT_CONFIG_DIR=$HOME/config-alice fails_with token_not_found dpat log relaese
  [ -n "$(as alice log --since 1d --porcelain)" ]
  [ "$(as alice log --limit 2 --porcelain | wc -l)" -eq 2 ]
  run as alice log
  [[ $output == *'renamed to release'*deleted* ]]
  dpat log --operator -u alice --porcelain | grep -q acted_for
  nowhere_in_log() { ! dpat log --all --json | grep -qE 'dpat_[0-9A-Za-z]{10}|no such password'; }
  nowhere_in_log
  fails_with usage dpat log --all ci
  fails_with usage dpat log --all --user alice
  DPAT_STATE_DIR=$HOME/state-alice DPAT_CONFIG_DIR=$HOME/config-alice fails_with invalid_time dpat log --since yesterday
  # the same over HTTP
  start_server
  export DPAT_SERVICE=$URL
  dpat login alice --password-stdin <password 2>/dev/null
  succeeds dpat log ci --json
  is_document log <<<"$output"
  [ "$(json '["count"]' <<<"$output")" -eq 7 ]
  succeeds dpat create 'a name & more' -q
  [ "$(dpat log 'a name & more' --porcelain | wc -l)" -eq 1 ]
  fails_with unsupported dpat log --all --service "$URL"
}

@test "what is refused is written down when the clock was set back" {
  native_only 'faketime cannot be loaded into it'
  echo '+0' >offset
  DPAT_RUNNER=$(clock "FAKETIME_TIMESTAMP_FILE=$HOME/offset" FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1) start_server
  token_of alice ci write
  ask alice ci 'repository:alice/app:pull' | granted
  written() { [[ $(dpat log --all --porcelain) == *"$1"* ]]; }
  wait_until written token_used_from_new_address
  echo '-1h' >offset
  refused 401 UNAUTHORIZED incorrect -u "bob:$(cat ci)" "$URL/token"
  wait_until written 'unknown token'
}
