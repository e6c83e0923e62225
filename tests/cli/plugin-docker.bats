# docker pat through the docker client: its options before and after, its folder, help, completion and exit status.
setup() {
  load lib.bash
  dpat_home
  mkdir -p "$DOCKER_CONFIG/cli-plugins"
  ln -s "$DPAT" "$DOCKER_CONFIG/cli-plugins/docker-pat"
  PLUGIN=$DOCKER_CONFIG/cli-plugins/docker-pat
}

@test "its metadata opens nothing of the user's, no terminal and no socket, and starts nothing" {
  native_only 'the sanitizers open files of their own'
  command -v strace >/dev/null || skip 'no strace here'
  mkdir -p "$XDG_CONFIG_HOME/dpat"
  printf 'no JSON' >"$XDG_CONFIG_HOME/dpat/config.json"
  printf 'no JSON' >"$DOCKER_CONFIG/config.json"
  succeeds strace -f -qq -o "$BATS_TEST_TMPDIR/trace" \
    -e trace=%file,%network,%process,write,ioctl "$PLUGIN" docker-cli-plugin-metadata
  [ "$(json '["SchemaVersion"]' <<<"$output")" = 0.1.0 ]
  cd "$BATS_TEST_TMPDIR"
  grep -q 'write(1' trace # else nothing was traced
  sed 1d trace >rest # its own start
  run -1 grep -F "$HOME" rest
  run -1 grep -E '/dev/tty|socket\(|connect\(|clone|fork|execve\(' rest
  run -1 grep -E 'libcurl|libmicrohttpd|libkeyutils' rest
}

@test "docker's options before and after, and its --config" {
  needs_docker
  signed_in
  mkdir other
  ln -s "$DOCKER_CONFIG/cli-plugins" other/cli-plugins
  succeeds docker --config "$HOME/other" pat create one --docker --registry one.example
  succeeds docker --config="$HOME/other" -D --tls=false --log-level=error pat create two --docker --registry two.example
  grep -q one.example other/config.json
  grep -q two.example other/config.json
  [ ! -e "$DOCKER_CONFIG/config.json" ]
  # docker 26 does not take a folder named from where it is
  if [[ $(cd other && docker --config . pat version 2>&1) != *'outside of root config'* ]]; then
    (cd other && docker --config . pat create three --docker --registry three.example)
    grep -q three.example other/config.json
  else
    dpat create three -q >/dev/null
  fi
  succeeds docker -l error -H unix:///nowhere pat list -q
  [ "${#lines[@]}" -eq 3 ]
  succeeds docker pat list --json --state active
  [ "$(json '["count"]' <<<"$output")" -eq 3 ]
  # all of it is known to dpat by the folder's full name
  succeeds docker pat logout
  run -1 grep -q 'example' other/config.json
}

@test "help, by every way to ask for it" {
  needs_docker
  succeeds dpat create --help
  [[ $output == *--scope* ]]
  for words in 'pat create --help' 'pat create -h' 'help pat create' 'pat help create'; do
    # shellcheck disable=SC2086 # words
    succeeds docker $words
    [[ $output == *'create'*'--scope'* ]] || { echo "docker $words: $output"; return 1; }
  done
  for words in 'pat --help' 'pat -h' 'help pat' 'pat help'; do
    # shellcheck disable=SC2086 # words
    succeeds docker $words
    [[ $output == *create*rotate* || $output == *create*rename* ]] || { echo "docker $words: $output"; return 1; }
  done
}

@test "the exit status is passed on, and so are stdin, stdout and stderr" {
  needs_docker
  run docker pat list
  [ "$status" -eq "$(exit_of not_signed_in)" ]
  run docker pat frob
  [ "$status" -eq "$(exit_of usage)" ]
  docker pat account add alice --password-stdin -q <<<"$PASSWORD"
  succeeds docker pat login alice --password-stdin <<<"$PASSWORD"
  [ -z "$output" ]
  [[ $stderr == *'signed in'* ]]
  run docker pat show nothing
  [ "$status" -eq "$(exit_of token_not_found)" ]
  run docker pat create x --command 'exit 3'
  [ "$status" -eq "$(exit_of undelivered)" ]
  printf '[]' >"$DOCKER_CONFIG/config.json"
  run --separate-stderr docker pat create x --docker --registry r.example
  [ "$status" -eq "$(exit_of credentials_file)" ]
  [ "$(cat "$DOCKER_CONFIG/config.json")" = '[]' ]
}

@test "completion through docker" {
  needs_docker 23
  signed_in
  dpat create ci-one -q >/dev/null
  complete() { docker __complete "$@" 2>/dev/null; }
  [ "$(complete pat crea)" = $'create\n:4' ]
  [[ $(complete pat '') == *$'list\n'*':4' ]]
  [ "$(complete pat show ci)" = $'ci-one\n:4' ]
  [[ $(complete pat list --state '') == $'active\ninactive\nexpired\n:4' ]]
  [ "$(complete pat create x --out '')" = ':0' ]
  [ "$(complete --config "$DOCKER_CONFIG" pat crea)" = $'create\n:4' ]
}
