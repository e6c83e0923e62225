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
  [ "$(json '["body"]["username"]' <"$ASKED")" = bob ]
  [ "$(json '["body"]["serveraddress"]' <"$ASKED")" = reg.example ]
  [[ $(docker_sends reg.example/app) == '{"password": "bobs s3cret", '* ]]
}
