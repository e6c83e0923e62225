# The credentials of podman, skopeo and buildah: what the real clients find there and leave there, keys of repositories,
# helpers, and many writers at once.
setup() {
  load lib.bash
  load helper.bash
  dpat_home
  unset DOCKER_CONFIG
  export XDG_RUNTIME_DIR=$HOME/runtime
  mkdir -m 700 "$XDG_RUNTIME_DIR"
  printf '%s\n' "$PASSWORD" >password
  signed_in
  AUTH=$XDG_RUNTIME_DIR/containers/auth.json
  CONFIG=$HOME/.docker/config.json
}

needs_podman() {
  command -v podman >/dev/null || skip 'no podman here'
}

needs_skopeo() {
  command -v skopeo >/dev/null || skip 'no skopeo here'
}

# The user and the secret that were shown last.
shown() {
  tail -n 1 "$SEEN" | cut -d ' ' -f 1,2
}

# Create a token for a key of podman's: create [--json] NAME KEY [OPTION...]
create() {
  local json=()
  [ "$1" != --json ] || { json=(--json) && shift; }
  dpat create "$1" --docker --format podman --registry "${@:2}" "${json[@]}"
}

inspect() {
  skopeo inspect --raw --tls-verify=false "docker://$REGISTRY/$1" >/dev/null
}

# The keys of auth.json in their order, separated by blanks.
keys() {
  "$PYTHON3" -c 'import json, sys; print(" ".join(json.load(open(sys.argv[1])).get("auths", {})))' "${1-$AUTH}"
}

# The "auth" of a user and a secret, as another client writes it.
auth() {
  printf %s "$1" | base64
}

# auth.json with this content.
auth_json() {
  mkdir -p "${AUTH%/*}"
  printf %s "$1" >"$AUTH"
}

@test "podman and skopeo use what create wrote" {
  needs_podman
  needs_skopeo
  registry
  succeeds create ci "$REGISTRY"
  [[ $stderr == *"unencrypted in $(realpath "$AUTH")"* ]]
  [[ $stderr == *"its secret is in $(realpath "$AUTH")"* ]]
  [ "$(stat -c %a "$AUTH")" = 600 ]
  [ "$(stat -c %a "${AUTH%/*}")" = 700 ]
  [ ! -e "$CONFIG" ]
  [ "$(podman login --get-login "$REGISTRY")" = alice ]
  [ "$(skopeo login --get-login "$REGISTRY")" = alice ]
  inspect demo/app
  [[ $(shown) == 'alice dpat_'* ]]
  succeeds podman login --tls-verify=false "$REGISTRY" </dev/null
  [[ $output == *'Existing credentials are valid'* ]]
  # nothing but "auth"
  [ "$(json "['auths']['$REGISTRY'].keys()" <"$AUTH")" = "dict_keys(['auth'])" ]
}

@test "login signs podman in, and logout takes it back" {
  needs_podman
  registry
  succeeds dpat login alice --password-stdin --format podman --registry "$REGISTRY" <password
  [[ $stderr == *"podman is signed in to $REGISTRY as alice"* ]]
  [ "$(podman login --get-login "$REGISTRY")" = alice ]
  [[ $(dpat list --auto --porcelain | cut -f 2) == 'podman on '* ]]
  succeeds dpat status
  [[ $output == *"Podman:     $REGISTRY, in $(realpath "$AUTH")"* ]]
  succeeds dpat status --json
  [ "$(json '["docker"]["format"]' <<<"$output")" = podman ]
  [ "$(json '["docker"]["stored_in"]' <<<"$output")" = "$(realpath "$AUTH")" ]
  succeeds dpat logout
  run podman login --get-login "$REGISTRY"
  [ "$status" -ne 0 ]
  [ "$(keys)" = '' ]
}

@test "a token signs podman in without a session" {
  dpat create ci -q >ci.token
  dpat logout
  succeeds dpat login alice --password-stdin --format podman --registry registry.example/team --json <ci.token
  [ "$(json '["signed_in_with"]' <<<"$output")" = pat ]
  [ "$(json '["docker"]["registry"]' <<<"$output")" = registry.example/team ]
  [ "$(json "['auths']['registry.example/team']['auth']" <"$AUTH")" = "$(auth "alice:$(cat ci.token)" | tr -d '\n')" ]
}

@test "the most specific of the keys wins, and others keep theirs" {
  needs_podman
  needs_skopeo
  registry
  podman login -u host --password-stdin --tls-verify=false "$REGISTRY" <<<h
  podman login -u mine --password-stdin --tls-verify=false "$REGISTRY/other" <<<o
  # a repository has no entry of its own here, so nothing is replaced
  succeeds create team "$REGISTRY/team"
  succeeds create app "$REGISTRY/team/app"
  [ "$(keys)" = "$REGISTRY $REGISTRY/other $REGISTRY/team $REGISTRY/team/app" ]
  dpat show app --json >app.json
  inspect else/app && [ "$(shown)" = 'host h' ]
  inspect other/app && [ "$(shown)" = 'mine o' ]
  inspect team/web && team=$(shown) && [[ $team == 'alice dpat_'* ]]
  inspect team/app && [[ $(shown) == 'alice dpat_'* && $(shown) != "$team" ]]
  succeeds dpat logout
  [ "$(keys)" = "$REGISTRY $REGISTRY/other" ]
  inspect team/app && [ "$(shown)" = 'host h' ]
}

@test "what podman or skopeo wrote is replaced only with a yes" {
  needs_podman
  needs_skopeo
  registry
  podman login -u bob --password-stdin --tls-verify=false "$REGISTRY" <<<hunter22
  before=$(cat "$AUTH")
  fails_with no_input create ci "$REGISTRY"
  [[ $stderr == *"$REGISTRY"*"$(realpath "$AUTH")"* ]]
  INPUT=password fails_with no_input dpat login alice --password-stdin --format podman --registry "$REGISTRY"
  [ "$(cat "$AUTH")" = "$before" ]
  [ "$(names)" = '' ]
  succeeds create ci "$REGISTRY" -y
  [ "$(podman login --get-login "$REGISTRY")" = alice ]
  # dpat's own is replaced without a question; what came after it stays
  succeeds create again "$REGISTRY"
  skopeo login -u carol --password-stdin --tls-verify=false "$REGISTRY" <<<later
  succeeds dpat logout
  [ "$(skopeo login --get-login "$REGISTRY")" = carol ]
}

@test "podman logout of dpat's entry is fine" {
  needs_podman
  registry
  succeeds create ci "$REGISTRY"
  succeeds podman logout "$REGISTRY"
  [ "$(keys)" = '' ]
  succeeds dpat delete ci -y
  [ "$stderr" = "$(sed '/^deleted/!d' <<<"$stderr")" ]
  succeeds dpat logout
}

@test "a deleted token's entry goes, and with the folder of the session all is gone already" {
  succeeds create one registry.example
  succeeds create two registry.example/team
  succeeds dpat delete one -y
  [ "$(keys)" = registry.example/team ]
  rm -r "$XDG_RUNTIME_DIR"
  succeeds dpat status
  succeeds dpat delete two -y
  [[ $stderr != *warning* ]]
  succeeds dpat logout
  [ ! -e "$XDG_RUNTIME_DIR" ]
  [ "$(json '["docker"]' <"$XDG_STATE_HOME/dpat/sessions.json")" = '[]' ]
}

@test "an expired session's entry is taken out by any later command" {
  succeeds dpat login alice --password-stdin --format podman --registry registry.example/team --for 1h <password
  [ "$(keys)" = registry.example/team ]
  command -v faketime >/dev/null || skip 'no faketime here'
  native_only 'faketime cannot be loaded into it'
  faketime -f +2h "$DPAT" status >/dev/null
  [ "$(keys)" = '' ]
}

@test "the environment names the file as podman has it" {
  needs_podman
  registry
  check() {
    succeeds create "$1" "$REGISTRY"
    [ "$(keys "$2")" = "$REGISTRY" ]
    podman login --verbose --tls-verify=false "$REGISTRY" </dev/null 2>&1 | grep -qF 'Existing credentials are valid'
    podman login --verbose -u bob --password-stdin --tls-verify=false "$REGISTRY" <<<x 2>&1 | grep -qxF "Used:  $2"
    rm "$2"
  }
  check runtime "$AUTH"
  DOCKER_CONFIG=$HOME/.docker check docker "$CONFIG"
  DOCKER_CONFIG=$HOME/.docker REGISTRY_AUTH_FILE=$HOME/mine/auth.json check named "$HOME/mine/auth.json"
}

@test "a folder of the session that is not there is told before anything is made" {
  export XDG_RUNTIME_DIR=$HOME/absent
  fails_with credentials_file create ci registry.example
  [[ $stderr == *"$HOME/absent"*XDG_RUNTIME_DIR*REGISTRY_AUTH_FILE* ]]
  [ ! -e "$HOME/absent" ]
  run --separate-stderr dpat login alice --password-stdin --format podman --registry registry.example <password
  [ "$status" -eq "$(exit_of credentials_file)" ]
  [ "$(names)" = '' ]
  [ "$(sqlite3 "$STORE" "SELECT count(*) FROM audit WHERE action = 'token_created'")" -eq 0 ]
}

@test "a file that cannot be used is told before anything is made, and left as it is" {
  auth_json '{"auths":'
  fails_with credentials_file create ci registry.example
  [ "$(cat "$AUTH")" = '{"auths":' ]
  rm "$AUTH"
  mkdir "$AUTH"
  fails_with credentials_file create ci registry.example
  [ "$(names)" = '' ]
}

@test "keys and formats that are none are refused" {
  for key in https://registry.example/team registry.example/app:1 registry.example/app@sha256:00 bob@registry.example \
    registry.example/App registry.example//app registry.example/ registry.example/.. registry.example/./app \
    registry.example/-x registry.example/app- registry.example/a..b registry.example/a___b; do
    fails_with usage create ci "$key"
    [[ $stderr == *"$key"* ]]
  done
  fails_with usage dpat create ci --docker --format oci --registry registry.example
  [[ $stderr == *oci*docker*podman* ]]
  fails_with usage dpat create ci --format podman
  INPUT=password fails_with usage dpat login alice --password-stdin --format oci --registry registry.example
  [ "$(names)" = '' ]
  succeeds create deep registry.example/a.b/c_d/e__f/g--h/0
  # docker has no keys with a path, and whatever leads to the registry itself is cut
  fails_with usage dpat create ci --docker --format docker --registry https://registry.example/team/app
  succeeds dpat create ci --docker --format docker --registry https://registry.example/v2/
  [ "$(keys "$CONFIG")" = registry.example ]
}

@test "every name of Docker Hub is docker.io" {
  needs_podman
  n=0
  for name in docker.io index.docker.io registry-1.docker.io https://index.docker.io/v1/; do
    succeeds create "ci$((n += 1))" "$name"
    [ "$(keys)" = docker.io ]
  done
  [ "$(podman login --get-login docker.io)" = alice ]
  succeeds create own index.docker.io/alice/app
  [ "$(keys)" = 'docker.io docker.io/alice/app' ]
}

@test "unknown keys, order, link and mode are kept" {
  mkdir -p "${AUTH%/*}" dotfiles
  printf '{"zeta":1,"auths":{"z.example/team":{"auth":"%s","note":"n"}},"credHelpers":{"h.example":"x"},"big":9007199254740993}' \
    "$(auth a:b)" >dotfiles/auth.json
  chmod 640 dotfiles/auth.json
  ln -s ../../dotfiles/auth.json "$AUTH"
  succeeds create ci a.example
  [ -L "$AUTH" ]
  [ "$(stat -c %a dotfiles/auth.json)" = 640 ]
  [ "$(json '.keys()' <"$AUTH")" = "dict_keys(['zeta', 'auths', 'credHelpers', 'big'])" ]
  [ "$(keys)" = 'z.example/team a.example' ]
  [ "$(json '["auths"]["z.example/team"]["note"]' <"$AUTH")" = n ]
  grep -q 9007199254740993 "$AUTH"
  succeeds dpat logout
  [ "$(keys)" = z.example/team ]
}

@test "entries of docker and podman stand side by side" {
  succeeds dpat create d --docker --registry registry.example
  succeeds create p registry.example
  [ "$(keys "$CONFIG")" = registry.example ]
  [ "$(keys)" = registry.example ]
  succeeds dpat status --json
  is_document status <<<"$output"
  [ "$(json '["docker_entries"][0]["format"]' <<<"$output")" = docker ]
  [ "$(json '["docker_entries"][0]["stored_in"]' <<<"$output")" = "$(realpath "$CONFIG")" ]
  [ "$(json '["docker_entries"][1]["format"]' <<<"$output")" = podman ]
  [ "$(json '["docker_entries"][1]["stored_in"]' <<<"$output")" = "$(realpath "$AUTH")" ]
  succeeds dpat delete p -y
  [ "$(keys)" = '' ]
  [ "$(keys "$CONFIG")" = registry.example ]
  succeeds create p registry.example
  succeeds dpat logout
  [ "$(keys)" = '' ]
  [ "$(keys "$CONFIG")" = '' ]
}

@test "login for both, and logout removes both" {
  succeeds dpat login alice --password-stdin --registry registry.example <password
  succeeds dpat login alice --password-stdin --format podman --registry registry.example <password
  [ "$(dpat list --auto -q | wc -l)" -eq 2 ]
  [ "$(keys) $(keys "$CONFIG")" = 'registry.example registry.example' ]
  succeeds dpat logout
  [ "$(keys) $(keys "$CONFIG")" = ' ' ]
}

@test "one file for both: each has its own, and neither takes the other's" {
  export DOCKER_CONFIG=$HOME/.docker
  mkdir "$DOCKER_CONFIG"
  vault_helper
  printf '{"credsStore":"vault"}' >"$CONFIG"
  succeeds dpat create d --docker --registry registry.example
  [[ $stderr != *unencrypted* ]]
  succeeds create p registry.example # which podman's clients do not look for in the store
  [[ $stderr == *unencrypted* ]]
  succeeds dpat status
  [[ $output == *"Docker:     registry.example, in docker-credential-vault"$'\n'* ]]
  [[ $output == *"Podman:     registry.example, in $(realpath "$CONFIG"), unencrypted"* ]]
  succeeds dpat delete d -y
  [ ! -e vault/registry.example ]
  [ "$(json '["auths"]["registry.example"].keys()' <"$CONFIG")" = "dict_keys(['auth'])" ]
  succeeds dpat logout
  [ "$(json '["auths"]' <"$CONFIG")" = '{}' ]
}

@test "a repository of podman's does not become docker's registry" {
  succeeds dpat login alice --password-stdin --format podman --registry registry.example:5000/team/app <password
  succeeds dpat create ci --docker
  [ "$(keys "$CONFIG")" = registry.example:5000 ]
  succeeds dpat create cj --docker --format podman
  [ "$(keys)" = 'registry.example:5000/team/app registry.example:5000' ]
  # and Docker Hub, which they call by different names
  succeeds dpat login alice --password-stdin --format podman --registry docker.io/alice <password
  succeeds dpat create ck --docker
  [ "$(keys "$CONFIG")" = 'registry.example:5000 https://index.docker.io/v1/' ]
  succeeds dpat create cl --docker --format podman
  [[ $(keys) == *' docker.io' ]]
}

@test "a helper that auth.json names gets the secret" {
  needs_podman
  needs_skopeo
  registry
  vault_helper
  auth_json "{\"credHelpers\":{\"$REGISTRY\":\"vault\"}}"
  succeeds create ci "$REGISTRY"
  [[ $stderr != *unencrypted* ]]
  [[ $stderr == *docker-credential-vault* ]]
  [ "$(cat "$AUTH")" = "{\"credHelpers\":{\"$REGISTRY\":\"vault\"}}" ]
  [ "$(podman login --get-login "$REGISTRY")" = alice ]
  inspect demo/app
  [[ $(shown) == 'alice dpat_'* ]]
  succeeds dpat logout
  [ ! -e "vault/$REGISTRY" ]
  # what podman put there is not ours
  podman login -u bob --password-stdin --tls-verify=false "$REGISTRY" <<<hunter22
  signed_in bob
  fails_with no_input create ci "$REGISTRY"
}

@test "Docker Hub is asked of a helper as docker.io" {
  vault_helper
  auth_json '{"credHelpers":{"docker.io":"vault"}}'
  succeeds create ci https://index.docker.io/v1/
  [[ $(cat vault/docker.io) == *'"ServerURL":"docker.io"'* ]]
}

@test "what was written before auth.json named a helper is known to rest there, and taken from there" {
  vault_helper
  succeeds create ci registry.example
  sed -i 's/^{/{"credHelpers":{"registry.example":"vault"},/' "$AUTH"
  succeeds dpat status
  [[ $output == *"Podman:     registry.example, in $(realpath "$AUTH"), unencrypted"* ]]
  succeeds dpat logout
  [ "$(keys)" = '' ]
}

@test "a helper keeps no repository, and one that is not there is told" {
  vault_helper
  auth_json '{"credHelpers":{"registry.example":"vault","absent.example":"absent","empty.example":""},"credsStore":"vault"}'
  before=$(cat "$AUTH")
  fails_with credential_helper create ci registry.example/team
  [[ $stderr == *'hosts only'* ]]
  fails_with credential_helper create ci absent.example
  [[ $stderr == *docker-credential-absent*auth.json* ]]
  fails_with credential_helper create ci empty.example # podman would run "docker-credential-"
  [ "$(cat "$AUTH")" = "$before" ]
  [ "$(names)" = '' ]
  succeeds create ci other.example # credsStore is nothing to podman
  [ "$(keys)" = other.example ]
  [ "$(ls vault)" = '' ]
}

@test "eight writers at once lose nothing" {
  # each with a state folder of its own, so that nothing but the lock of auth.json stands between them
  for i in 1 2 3 4 5 6 7 8; do
    cp -r "$XDG_STATE_HOME/dpat" "$HOME/state$i"
  done
  for i in 1 2 3 4 5 6 7 8; do
    DPAT_STATE_DIR="$HOME/state$i" create "ci$i" "registry.example/r$i" -q 3>&- &
  done
  wait
  [ "$(keys | tr ' ' '\n' | sort | tr '\n' ' ')" = "$(printf 'registry.example/r%s ' 1 2 3 4 5 6 7 8)" ]
  for i in 1 2 3 4 5 6 7 8; do
    DPAT_STATE_DIR="$HOME/state$i" succeeds dpat logout
  done
  [ "$(keys)" = '' ]
}

@test "an auth.json that another program keeps locked is left alone" {
  mkdir -p "${AUTH%/*}"
  exec 9>"$AUTH.lock"
  flock 9
  run --separate-stderr create ci registry.example 9>&-
  exec 9>&-
  [ "$status" -eq "$(exit_of file_locked)" ]
  [[ $stderr == *auth.json.lock* ]]
  [ ! -e "$AUTH" ]
  [ "$(names)" = '' ]
}

@test "the answer says where the secret rests" {
  succeeds create ci registry.example --json
  [ "$(json '["delivered_to"]' <<<"$output")" = docker ]
  [ "$(json '["stored_in"]' <<<"$output")" = "$(realpath "$AUTH")" ]
  is_document token_created <<<"$output"
  succeeds dpat create cj --out cj.token --json
  [ "$(json '["stored_in"]' <<<"$output")" = null ]
}

# dpat as the helper of these clients, its keystore opened by a file.
as_helper() {
  mkdir -p bin
  ln -s "$DPAT" bin/docker-credential-dpat
  PATH=$HOME/bin:$PATH
  ready_keystore
  auth_json "{\"credHelpers\":{\"$REGISTRY\":\"dpat\"}}"
}

@test "podman and skopeo keep their credentials in dpat's keystore" {
  needs_podman
  needs_skopeo
  registry
  as_helper
  succeeds podman login -u bob --password-stdin --tls-verify=false "$REGISTRY" <<<hunter22
  [ "$(printf %s "$REGISTRY" | dpat credential get | json '["Secret"]')" = hunter22 ]
  run -1 grep -rqF hunter22 "$XDG_STATE_HOME" "$XDG_RUNTIME_DIR"
  [ "$(podman login --get-login "$REGISTRY")" = bob ]
  [ "$(skopeo login --get-login "$REGISTRY")" = bob ]
  inspect demo/app
  [ "$(shown)" = 'bob hunter22' ]
  succeeds podman logout "$REGISTRY"
  [ "$(dpat credential list)" = '{}' ]
  # erasing what is not there is no failure, of which skopeo would crash
  run skopeo logout "$REGISTRY"
  [[ $output != *panic* && $output != *'stack'* ]]
  run podman login --get-login "$REGISTRY"
  [[ $output != *'error getting credentials'* ]]
  succeeds skopeo login -u carol --password-stdin --tls-verify=false "$REGISTRY" <<<'sec"ret<&>'
  [ "$(printf %s "$REGISTRY" | dpat credential get | json '["Secret"]')" = 'sec"ret<&>' ]
  succeeds skopeo logout "$REGISTRY"
  [ "$(dpat credential list)" = '{}' ]
}

@test "a token that dpat made rests in its keystore, for podman" {
  needs_podman
  registry
  as_helper
  succeeds create ci "$REGISTRY"
  [[ $stderr != *unencrypted* ]]
  [ "$(podman login --get-login "$REGISTRY")" = alice ]
  succeeds podman login --tls-verify=false "$REGISTRY" </dev/null
  [[ $(shown) == 'alice dpat_'* ]]
  succeeds dpat delete ci -y
  [ "$(dpat credential list)" = '{}' ]
}

@test "the secret of a session that is over is not given to podman, and goes" {
  REGISTRY=docker.io
  as_helper
  succeeds dpat login alice --password-stdin --format podman --registry https://index.docker.io/v1/ --for 1h <password
  [ "$(dpat credential list)" = '{"docker.io":"alice"}' ]
  command -v faketime >/dev/null || skip 'no faketime here'
  native_only 'faketime cannot be loaded into it'
  printf docker.io >key
  run --separate-stderr faketime -f +2h docker-credential-dpat get <key
  [ "$status" -eq 1 ]
  [ "$output" = 'credentials not found in native keychain' ]
  [ "$(dpat credential list)" = '{}' ]
}

@test "a token goes into pass where auth.json names it, and podman finds it" {
  needs_podman
  pass_helper
  auth_json '{"credHelpers":{"registry.example":"pass"}}'
  succeeds create ci registry.example
  [ "$(podman login --get-login registry.example)" = alice ]
  [[ $(printf registry.example | docker-credential-pass get | json '["Secret"]') == dpat_* ]]
  succeeds dpat logout
  run podman login --get-login registry.example
  [ "$status" -ne 0 ]
}

finish() {
  [ -z "${GNUPGHOME-}" ] || gpgconf --kill all 2>/dev/null || :
  [ -z "${GNUPGHOME-}" ] || rm -rf "$GNUPGHOME"
}
