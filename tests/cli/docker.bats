# Docker's credentials: what the real docker client finds there, helpers, and many writers at once.
setup() {
  load lib.bash
  load helper.bash
  dpat_home
  printf '%s\n' "$PASSWORD" >password
  signed_in
  CONFIG=$DOCKER_CONFIG/config.json
}

@test "the docker client shows a registry what create --docker wrote" {
  needs_docker
  registry
  succeeds dpat create ci --docker --registry "$REGISTRY"
  [ "$output" = '' ]
  [[ $stderr == *unencrypted* ]]
  succeeds docker manifest inspect --insecure "$REGISTRY/demo/app"
  user=$(awk 'NR == 1 { print $1 }' "$SEEN")
  secret=$(awk 'NR == 1 { print $2 }' "$SEEN")
  [ "$user" = alice ]
  # it is the secret of that very token
  succeeds dpat login alice --password-stdin --registry other.example <<<"$secret"
  [ "$(dpat show ci --porcelain | cut -f 7)" != '' ]
}

@test "the docker client uses what login wrote, and no more after logout" {
  needs_docker
  registry
  succeeds dpat login alice --password-stdin --registry "$REGISTRY" <password
  succeeds docker manifest inspect --insecure "$REGISTRY/demo/app"
  [[ $(head -n 1 "$SEEN") == 'alice dpat_'* ]]
  succeeds dpat logout
  rm "$SEEN"
  run docker manifest inspect --insecure "$REGISTRY/demo/app"
  [ "$status" -ne 0 ]
  [ ! -e "$SEEN" ]
}

@test "docker logout and docker login go on working beside it" {
  needs_docker
  registry
  # a file without any of this has docker look for a credential store by itself, and find one where pass is installed
  mkdir -p "$DOCKER_CONFIG"
  printf '{"credHelpers":{"unused.example":""}}' >"$CONFIG"
  succeeds dpat create ci --docker --registry "$REGISTRY"
  succeeds docker logout "$REGISTRY"
  [ "$("$PYTHON3" -c "import json; print(json.load(open('$CONFIG')).get('auths', {}))")" = '{}' ]
  succeeds docker login -u bob --password-stdin "$REGISTRY" <<<hunter22
  succeeds dpat logout
  succeeds docker manifest inspect --insecure "$REGISTRY/demo/app"
  [[ $(tail -n 1 "$SEEN") == 'bob hunter22'* ]]
}

# Docker keeps its credentials by that helper.
helper() {
  mkdir -p "$DOCKER_CONFIG"
  vault_helper
  printf '{"credsStore":"vault"}' >"$CONFIG"
}

@test "a helper gets the secret, config.json does not" {
  helper
  succeeds dpat create ci --docker --registry registry.example
  [[ $stderr != *unencrypted* ]]
  [[ $(cat vault/registry.example) == *'"Username":"alice"'*'"Secret":"dpat_'* ]]
  run -1 grep -q dpat_ "$CONFIG"
  succeeds dpat status
  [[ $output == *docker-credential-vault* ]]
  succeeds dpat logout
  [ ! -e vault/registry.example ]
}

@test "the docker client finds it through the helper" {
  needs_docker
  helper
  registry
  succeeds dpat create ci --docker --registry "$REGISTRY"
  succeeds docker manifest inspect --insecure "$REGISTRY/demo/app"
  [[ $(head -n 1 "$SEEN") == 'alice dpat_'* ]]
}

@test "a helper that is missing or fails leaves no token" {
  helper
  printf '{"credsStore":"absent"}' >"$CONFIG"
  fails_with credential_helper dpat create ci --docker --registry registry.example
  [[ $stderr == *docker-credential-absent* ]]
  printf '#!/bin/sh\ncat >/dev/null\n[ "$1" = get ] && echo credentials not found in native keychain\nexit 1\n' >bin/docker-credential-vault
  printf '{"credsStore":"vault"}' >"$CONFIG"
  run --separate-stderr dpat create ci --docker --registry registry.example --json
  [ "$status" -eq 14 ]
  [ "$(printf '%s' "${stderr_lines[-1]}" | json '["error"]["details"]["undone"]')" = true ]
  [ "$(names)" = '' ]
  [ "$(cat "$CONFIG")" = '{"credsStore":"vault"}' ]
}

@test "a config.json that cannot be used is told before anything is made" {
  mkdir -p "$DOCKER_CONFIG"
  printf '{"auths":' >"$CONFIG"
  fails_with credentials_file dpat create ci --docker --registry registry.example
  rm "$CONFIG"
  mkdir "$CONFIG"
  fails_with credentials_file dpat create ci --docker --registry registry.example
  [ "$(names)" = '' ]
  [ "$(sqlite3 "$STORE" "SELECT count(*) FROM audit WHERE action = 'token_created'")" -eq 0 ]
}

@test "link, mode, order and unknown keys are kept" {
  mkdir -p "$DOCKER_CONFIG" dotfiles
  printf '{\n\t"zeta": 1,\n\t"auths": {},\n\t"HttpHeaders": {"X": "y"},\n\t"big": 9007199254740993\n}' >dotfiles/config.json
  chmod 640 dotfiles/config.json
  ln -s ../dotfiles/config.json "$CONFIG"
  succeeds dpat create ci --docker --registry registry.example
  [ -L "$CONFIG" ]
  [ "$(stat -c %a dotfiles/config.json)" = 640 ]
  [ "$("$PYTHON3" -c "import json; print(list(json.load(open('$CONFIG'))))")" = "['zeta', 'auths', 'HttpHeaders', 'big']" ]
  grep -q 9007199254740993 "$CONFIG"
}

@test "a config.json that is a mount of its own is written in place" {
  needs_mounts
  mkdir -p "$DOCKER_CONFIG"
  echo '{"auths":{"keep.example":{"auth":"bWU6bWluZQ=="}}}' >elsewhere.json
  touch "$CONFIG"
  mount --bind elsewhere.json "$CONFIG" 2>/dev/null || skip 'no mount here'
  run --separate-stderr dpat create ci --docker --registry registry.example
  umount "$CONFIG"
  [ "$status" -eq 0 ]
  grep -q keep.example elsewhere.json
  grep -q registry.example elsewhere.json
}

@test "eight writers at once lose nothing" {
  # each with a state folder of its own, so that nothing but the lock of config.json stands between them
  for i in 1 2 3 4 5 6 7 8; do
    cp -r "$XDG_STATE_HOME/dpat" "$HOME/state$i"
  done
  for i in 1 2 3 4 5 6 7 8; do
    DPAT_STATE_DIR="$HOME/state$i" dpat create "ci$i" --docker --registry "r$i.example" -q 3>&- &
  done
  wait
  for i in 1 2 3 4 5 6 7 8; do
    grep -q "r$i.example" "$CONFIG"
    DPAT_STATE_DIR="$HOME/state$i" succeeds dpat logout
  done
  [ "$("$PYTHON3" -c "import json; print(json.load(open('$CONFIG'))['auths'])")" = '{}' ]
}

@test "a config.json that another program keeps locked is left alone" {
  mkdir -p "$DOCKER_CONFIG"
  exec 9>"$CONFIG.lock"
  flock 9
  run --separate-stderr dpat create ci --docker --registry registry.example 9>&-
  exec 9>&-
  [ "$status" -eq "$(exit_of file_locked)" ]
  [[ $stderr == *config.json.lock* ]]
  [ ! -e "$CONFIG" ]
  [ "$(names)" = '' ]
}

@test "docker writers beside dpat writers lose nothing of dpat's" {
  mkdir -p "$DOCKER_CONFIG"
  # something else that replaces the file under the same lock, as later docker clients may
  for i in 1 2 3 4; do
    (exec 9>"$CONFIG.lock" && flock 9 && "$PYTHON3" -c "import json, os
path = '$CONFIG'
config = json.load(open(path)) if os.path.exists(path) and os.path.getsize(path) else {}
config.setdefault('auths', {})['other$i.example'] = {'auth': 'bWU6bWluZQ=='}
json.dump(config, open(path + '.new$i', 'w'))
os.rename(path + '.new$i', path)") 3>&- &
    dpat create "ci$i" --docker --registry "r$i.example" -q 3>&- &
  done
  wait
  for i in 1 2 3 4; do
    grep -q "r$i.example" "$CONFIG"
    grep -q "other$i.example" "$CONFIG"
  done
}

@test "a file that everybody can read is told, when a secret goes into it" {
  mkdir -p "$DOCKER_CONFIG"
  chmod 755 "$DOCKER_CONFIG"
  succeeds dpat create own --docker --registry one.example
  [[ $stderr == *unencrypted* && $stderr != *chmod* ]]
  chmod 644 "$CONFIG"
  succeeds dpat create open --docker --registry two.example
  [[ $stderr == *"(0644) lets every user of this machine read it; run: chmod o-rwx '$(realpath "$CONFIG")'"* ]]
  eval "$(sed -n 's/.*run: //p' <<<"$stderr")"
  succeeds dpat create closed --docker --registry three.example
  [[ $stderr != *chmod* ]]
  # nobody gets there
  chmod 644 "$CONFIG"
  chmod 700 "$DOCKER_CONFIG"
  succeeds dpat create hidden --docker --registry four.example
  [[ $stderr != *chmod* ]]
}
