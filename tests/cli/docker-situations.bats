# Situations that people reported of Docker's config.json, before the real docker client: what it then sends its daemon.
setup() {
  load lib.bash
  load helper.bash
  command -v docker >/dev/null || skip 'no docker client here'
  dpat_home
  printf '%s\n' "$PASSWORD" >password
  mkdir -p "$DOCKER_CONFIG"
  CONFIG=$DOCKER_CONFIG/config.json
  # a file without entries has docker look for a credential store by itself, and find one where pass is installed
  printf '{"auths":{"keep.example":{"auth":"bWU6bWluZQ=="}}}' >"$CONFIG"
  docker_daemon
  signed_in
}

finish() {
  stop_docker_daemon
}

@test "docker sends what dpat stored, and nothing for another registry" {
  succeeds dpat create ci --docker --registry reg.example:5000 -y
  [[ $(docker_sends reg.example:5000/team/app) == *'"serveraddress": "reg.example:5000", "username": "alice"}' ]]
  [ "$(docker_sends other.example/team/app)" = '{}' ]
  [[ $(docker_sends keep.example/app) == '{"password": "mine", '* ]]
}

@test "docker login tells the daemon what it is given" {
  succeeds docker login --username bob --password-stdin reg.example <<<'bobs s3cret'
  asked=$(tail -n 1 "$ASKED") # older ones ask for the daemon's name first
  [ "$(json '["body"]["username"]' <<<"$asked")" = bob ]
  [ "$(json '["body"]["serveraddress"]' <<<"$asked")" = reg.example ]
  [[ $(docker_sends reg.example/app) == '{"password": "bobs s3cret", '* ]]
}

@test "what is typed as a registry is what docker looks up" {
  succeeds dpat create one --docker --registry HTTPS://reg.example:5000/v2/
  [[ $(docker_sends reg.example:5000/app) == '{"password": "dpat_'*'"username": "alice"}' ]]
  for hub in docker.io https://registry-1.docker.io/ Index.Docker.io HTTPS://index.docker.io/v1/; do
    printf '{"auths":{"keep.example":{"auth":"bWU6bWluZQ=="}}}' >"$CONFIG"
    succeeds dpat create "$hub" --docker --registry "$hub"
    for image in alpine docker.io/library/alpine index.docker.io/team/app; do
      [[ $(docker_sends "$image") == '{"password": "dpat_'* ]] || { echo "$hub: no credentials for $image"; return 1; }
    done
  done
}

@test "a config.json as sudo docker login and chown leave it, which docker then goes on with" {
  needs_nobody
  chown 65534:65534 "$PUBLIC"
  user() { as_nobody env DOCKER_HOST= DPAT_SERVICE=local "$@"; }
  user "$PUBLIC/dpat" account add alice --password-stdin -q <<<"$PASSWORD"
  user "$PUBLIC/dpat" login alice --password-stdin <<<"$PASSWORD" 2>/dev/null
  install -d -m 700 -o 65534 -g 0 "$PUBLIC/.docker"
  cp "$CONFIG" "$PUBLIC/.docker/config.json"
  DOCKER_CONFIG=$PUBLIC/.docker docker login --username bob --password-stdin keep.example <<<hunter22 >said 2>&1
  chown 65534:0 "$PUBLIC/.docker/config.json"
  chmod 600 "$PUBLIC/.docker/config.json"
  [ "$(stat -c %u:%g:%a "$PUBLIC/.docker/config.json")" = 65534:0:600 ]
  succeeds user "$PUBLIC/dpat" create ci --docker --registry reg.example
  [ "$(stat -c %u:%g:%a "$PUBLIC/.docker/config.json")" = 65534:65534:600 ]
  export DOCKER_CONFIG=$PUBLIC/.docker
  sends_ours
  [[ $(docker_sends keep.example/app) == '{"password": "hunter22", '* ]]
}

@test "a config.json that a killed dpat left half-written is whole for docker after the next run" {
  entry='{"auths":{"keep.example":{"auth":"bWU6bWluZQ=="}}}'
  longer='{"auths":{"keep.example":{"auth":"bWU6bWluZQ=="},"reg.example":{"auth":"Ym9iOng="}}}'
  printf %s "$entry" >"$DOCKER_CONFIG/.config.json.dpat-old"
  printf %s "$longer" >"$DOCKER_CONFIG/.config.json.dpat-new"
  printf %s "${longer:0:60}" >"$CONFIG"
  docker pull keep.example/app >said 2>&1 || :
  grep -q 'WARNING: Error' said
  succeeds dpat status
  [ "$(cat "$CONFIG")" = "$entry" ]
  [[ $(docker_sends keep.example/app) == '{"password": "mine", '* ]]
  [ "$(ls -A "$DOCKER_CONFIG")" = $'config.json\nconfig.json.lock' ]
}

ONLY_OURS=', "serveraddress": "reg.example", "username": "alice"}'

# docker sends the token that dpat made for reg.example, and nothing else of an entry: sends_ours
sends_ours() {
  local sent
  sent=$(docker_sends reg.example/app)
  [[ $sent == '{"password": "dpat_'*"$ONLY_OURS" ]] || { echo "docker sends: $sent"; cat said; return 1; }
}

# A config.json with these entries, beside one of another registry: entries JSON
entries() {
  printf '{"auths":{"keep.example":{"auth":"bWU6bWluZQ=="},%s}}' "$1" >"$CONFIG"
}

@test "what somebody keeps in an entry, in any letters, is replaced only with a yes, and then altogether" {
  local entries=('{"auth":"Ym9iOng="}' '{"Auth":"Ym9iOng="}' '{"AUTH":"Ym9iOng="}' '{"IdentityToken":"i"}' '{"identitytoken":"i"}'
    '{"registrytoken":"r"}' '{"registryToken":"r"}' '{"REGISTRYTOKEN":"r","auth":""}' '{"password":"p"}' '{"PassWord":"p"}'
    '{"username":"bob"}' '{"username":"bob","Password":"p"}' '"plain"' '5' '["x"]' '{"auth":5}' '{"auth":"!!"}'
    '{"auth":"Ym9iOng"}' '{"auth":"Ym9i"}' '{"auth":"OmJvYg=="}' '{"auth":"","AUTH":"Ym9iOng="}' '{"\u212Aind":1,"identityTo\u212Aen":"i"}'
    '{"pa\u017fsword":"p"}')
  mapfile -t sample < <(some 8 "${entries[@]}")
  for entry in "${sample[@]}"; do
    entries "\"reg.example\":$entry"
    cp "$CONFIG" before
    run --separate-stderr dpat create ci --docker --registry reg.example
    [ "$status" -eq "$(exit_of no_input)" ] || { echo "$entry: exit $status, $stderr"; return 1; }
    cmp "$CONFIG" before
    [ -z "$(names)" ]
    succeeds dpat create ci --docker --registry reg.example -y
    sends_ours || { echo "the entry was $entry"; return 1; }
    [[ $(docker_sends keep.example/app) == '{"password": "mine", '* ]]
    succeeds dpat delete ci -y
  done
}

@test "an empty entry, or nothing but what docker does not know, needs no yes and keeps that" {
  for entry in '{}' null '{"auth":""}' '{"auth":null,"Password":null}' '{"own":1}'; do
    entries "\"reg.example\":$entry"
    succeeds dpat create ci --docker --registry reg.example
    sends_ours || { echo "the entry was $entry"; return 1; }
    succeeds dpat delete ci -y
  done
}

@test "members that are added to dpat's own entry make it somebody's" {
  entries '"x.example":{}'
  succeeds dpat create ci --docker --registry reg.example
  auth=$(json '["auths"]["reg.example"]["auth"]' <"$CONFIG")
  for more in '"registryToken":"r"' '"IDENTITYTOKEN":"i"' '"Auth":"Ym9iOng="'; do
    entries "\"reg.example\":{\"auth\":\"$auth\",$more}"
    cp "$CONFIG" before
    fails_with no_input dpat create other --docker --registry reg.example
    succeeds dpat logout
    cmp "$CONFIG" before # and it is not taken back
    dpat login alice --password-stdin <password 2>/dev/null
  done
}

@test "of several members of one name the last one counts" {
  entries '"x.example":{}'
  succeeds dpat create ci --docker --registry reg.example
  auth=$(json '["auths"]["reg.example"]["auth"]' <"$CONFIG")
  entries "\"reg.example\":{\"Auth\":\"Ym9iOng=\",\"auth\":\"$auth\",\"AUTH\":null}"
  sends_ours
  succeeds dpat create other --docker --registry reg.example
  sends_ours
}

@test "base64 with line ends is read" {
  entries '"x.example":{}'
  succeeds dpat create ci --docker --registry reg.example
  auth=$(json '["auths"]["reg.example"]["auth"]' <"$CONFIG")
  entries "\"reg.example\":{\"auth\":\"${auth:0:5}\\r\\n${auth:5:4}\\n${auth:9}\\n\"}"
  sends_ours
  succeeds dpat status
  [[ $output == *reg.example* ]]
  succeeds dpat logout # for it is still dpat's
  [ "$(docker_sends reg.example/app)" = '{}' ]
}

@test "auths, credsStore and credHelpers in any letters, and more than once" {
  vault_helper
  printf '{"Auths":{"keep.example":{"auth":"bWU6bWluZQ=="}}}' >"$CONFIG"
  succeeds dpat create one --docker --registry reg.example
  sends_ours
  [[ $(docker_sends keep.example/app) == '{"password": "mine", '* ]]
  printf '{"auths":{"keep.example":{"auth":"bWU6bWluZQ=="}},"psFormat":"x","AUTHS":{"more.example":{"auth":"bWU6bW9yZQ=="}}}' >"$CONFIG"
  succeeds dpat create two --docker --registry reg.example
  sends_ours
  [[ $(docker_sends keep.example/app) == '{"password": "mine", '* ]]
  [[ $(docker_sends more.example/app) == '{"password": "more", '* ]]
  printf '{"auths":{},"CREDSSTORE":"vault"}' >"$CONFIG"
  succeeds dpat create three --docker --registry reg.example
  [ -e vault/reg.example ]
  sends_ours
  rm vault/*
  printf '{"auths":{},"credsStore":"absent","CredsStore":"vault","credhelpers":{"no.example":"absent"},"CREDHELPERS":{"no.example":""}}' >"$CONFIG"
  succeeds dpat create four --docker --registry reg.example -y
  [ -e vault/reg.example ]
  sends_ours
  succeeds dpat create five --docker --registry no.example
  [[ $(docker_sends no.example/app) == '{"password": "dpat_'* ]]
}

# What docker cannot read, in or beside the entry of another registry.
BROKEN=('"auths":{"bad.example":{"auth":"!!"}}' '"auths":{"bad.example":{"auth":"Ym9iOng"}}' '"auths":{"bad.example":{"auth":"Ym9i"}}'
  '"auths":{"bad.example":{"auth":"OmJvYg=="}}' '"auths":{"bad.example":{"Auth":"!!"}}' '"auths":{"bad.example":"plain"}'
  '"auths":{"bad.example":{"auth":5}}' '"auths":{"bad.example":["x"]}' '"auths":{"bad.example":{"Email":5}}'
  '"auths":{"bad.example":{"identityToken":{}}}')

# The file, with that text in it: broken JSON
broken() {
  printf '{%s}' "$1" >"$CONFIG"
  cp "$CONFIG" before
}

@test "another registry's entry that docker cannot read is told with its name, by all that docker would look there for" {
  needs_docker 23
  mapfile -t sample < <(some 4 "${BROKEN[@]}")
  for text in "${sample[@]}"; do
    broken "$text"
    docker pull reg.example/app >said 2>&1 || :
    grep -qE 'WARNING: Error (parsing|loading) config file' said || { echo "docker reads $text"; return 1; }
    fails_with credentials_file dpat create ci --docker --registry reg.example
    [[ $stderr == *"$CONFIG"*'"bad.example"'*'hint: '*'by hand'* ]] || { echo "$text: $stderr"; return 1; }
    INPUT=password fails_with credentials_file dpat login alice --password-stdin --registry reg.example
    [[ $stderr == *'"bad.example"'* ]]
    cmp "$CONFIG" before
    succeeds dpat status
    [[ $stderr == *'"bad.example"'*'by hand'* ]] || { echo "$text: $stderr"; return 1; }
    succeeds dpat status --json
    [[ $(json '["docker_problems"][0]["problem"]' <<<"$output") == *'"bad.example"'* ]]
    is_document status <<<"$output"
  done
  [ -z "$(names)" ]
  # it can be mended by replacing that entry, too
  succeeds dpat create ci --docker --registry bad.example -y
  succeeds dpat create more --docker --registry reg.example
  sends_ours
  succeeds dpat status
  [[ $stderr != *warning* ]]
}

@test "members of other kinds than docker wants are told by name" {
  for text in '"psFormat":5' '"experimental":true' '"HttpHeaders":["x"]' '"credHelpers":{"x.example":5}' '"pruneFilters":{}' '"plugins":{"x":"y"}' \
    '"PROXIES":{"default":{"httpProxy":5}}' '"aliases":{"x":[]}'; do
    broken "$text"
    docker pull reg.example/app >said 2>&1 || :
    grep -qE 'WARNING: Error (parsing|loading) config file' said || { echo "docker reads $text"; return 1; }
    fails_with credentials_file dpat create ci --docker --registry reg.example
    [[ $stderr == *"$CONFIG"*"${text%%:*}"*'hint: '*'by hand'* ]] || { echo "$text: $stderr"; return 1; }
    succeeds dpat status
    [[ $stderr == *"${text%%:*}"* ]]
    cmp "$CONFIG" before
  done
}

@test "what docker can read is not complained of" {
  for text in '"auths":{"x.example":null}' '"auths":{"x.example":{}},"psFormat":null,"HttpHeaders":{},"unknown":[1]' \
    '"auths":{"x.example":{"auth":"Ym9i\nOng=","own":5}},"pruneFilters":["a=b"],"proxies":{"default":{"httpProxy":"p"}}' \
    '"auths":{"x.example":{"registrytoken":"r"}},"plugins":{"x":{"y":"z"}},"features":{"buildkit":"true"},"currentContext":"default"'; do
    broken "$text"
    docker pull reg.example/app >said 2>&1 || :
    run -1 grep WARNING said
    succeeds dpat status
    [[ $stderr != *warning* ]] || { echo "$text: $stderr"; return 1; }
    succeeds dpat create ci --docker --registry reg.example
    sends_ours
    succeeds dpat delete ci -y
  done
}

@test "where a helper has the secret docker finds it all the same, and the entry is told" {
  needs_docker 23
  vault_helper
  broken '"credsStore":"vault","auths":{"bad.example":{"auth":"!!"}}'
  succeeds dpat create ci --docker --registry reg.example
  [[ $stderr == *warning*'"bad.example"'*'by hand'* ]]
  sends_ours
  [ "$(json '["auths"]["bad.example"]["auth"]' <"$CONFIG")" = '!!' ]
}

@test "podman's file is read entry by entry, and works" {
  export REGISTRY_AUTH_FILE=$HOME/auth.json
  printf '{"auths":{"bad.example":{"auth":"!!"}}}' >auth.json
  succeeds dpat create ci --docker --format podman --registry reg.example
  succeeds dpat logout
}
