# docker pat: dpat as a plugin of the Docker CLI.
setup() {
  load lib.bash
  dpat_home
  mkdir -p "$DOCKER_CONFIG/cli-plugins"
  ln -s "$DPAT" "$DOCKER_CONFIG/cli-plugins/docker-pat"
  PLUGIN=$DOCKER_CONFIG/cli-plugins/docker-pat
  signed_in
}

@test "its metadata, without touching anything" {
  run --separate-stderr env -i "$PLUGIN" docker-cli-plugin-metadata
  [ "$status" -eq 0 ]
  [ -z "$stderr" ]
  [ "$(json '["SchemaVersion"]' <<<"$output")" = 0.1.0 ]
  [ -n "$(json '["Vendor"]' <<<"$output")" ]
  [ "$(json '["Version"]' <<<"$output")" = "v$(dpat version | cut -d ' ' -f 2)" ]
  if command -v strace >/dev/null && ! grep -qa __asan_init "$DPAT"; then
    strace -f -e trace=openat,connect -o trace "$PLUGIN" docker-cli-plugin-metadata >/dev/null
    run -1 grep -E '\.docker|/dev/tty|service\.db|dpat/config|connect\(' trace
  fi
}

@test "the real docker client runs it" {
  needs_docker
  succeeds docker pat create ci -q
  [[ $output == dpat_* ]]
  succeeds docker pat list -q
  [ "$output" = "$(id_of ci)" ]
  succeeds docker --log-level error --context default pat list --json
  [ "$(json '["tokens"][0]["name"]' <<<"$output")" = ci ]
  run docker pat show nothing
  [ "$status" -eq "$(exit_of token_not_found)" ]
  succeeds docker pat --help
  [[ $output == *create* ]]
  succeeds docker help pat create
  [[ $output == *--scope* ]]
  [[ $(docker --help) == *'pat*'*'Manage personal access tokens'* ]]
}

@test "docker's --config is honoured" {
  mkdir other
  succeeds "$PLUGIN" --config "$HOME/other" pat create ci --docker --registry registry.example
  grep -q registry.example other/config.json
  [ ! -e "$DOCKER_CONFIG/config.json" ]
  succeeds "$PLUGIN" --config="$HOME/other" -D -H tcp://x pat create ci2 --docker --registry two.example
  grep -q two.example other/config.json
  # it is of no concern to podman
  succeeds "$PLUGIN" --config "$HOME/other" pat create ci3 --docker --format podman --registry three.example
  run -1 grep -q three.example other/config.json
  grep -q three.example "$DOCKER_CONFIG/config.json"
}

@test "called by hand" {
  succeeds "$PLUGIN" list
  succeeds "$PLUGIN" pat list
  succeeds "$PLUGIN" pat version
  run "$PLUGIN" pat frob
  [ "$status" -eq 2 ]
}

@test "it completes as docker asks for it" {
  dpat create ci-one -q >/dev/null
  dpat create other -q >/dev/null
  complete() { "$PLUGIN" __complete pat "$@"; }
  [ "$(complete crea)" = $'create\n:4' ]
  [[ $(complete '') == *$'list\n'*':4' ]]
  [[ $(complete account '') == *$'passwd\n'* ]]
  [ "$(complete create --sc)" = $'--scope\n:4' ]
  [[ $(complete list --state '') == $'active\ninactive\nexpired\n:4' ]]
  [ "$(complete show ci)" = $'ci-one\n:4' ]
  [[ $(complete show '') == *other* ]]
  [ "$(complete create x --out '')" = ':0' ]
  [ "$(complete create '')" = ':4' ]
  dpat logout 2>/dev/null
  run --separate-stderr complete show ''
  [ "$status" -eq 0 ]
  [ "$output" = ':4' ]
  [ -z "$stderr" ]
}

@test "the real docker client completes with it" {
  needs_docker 23
  succeeds docker __complete pat crea
  [[ $output == *create*':4'* ]]
}
