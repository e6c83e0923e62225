# Homes with names that people really have, and some that they should not: everything works, and stays within.
setup() { load lib.bash; dpat_home; }

@test "a home with blanks, quotes, a dollar, a percent sign, or letters beyond ASCII in its name" {
  local outer=$HOME
  for name in 'with a  blank' "o'brien \"x\" \$HOME" 'ünal 100%s' '-f' 'a;b&c|d' 'x:y'; do
    export HOME=$outer/$name
    dpat_folders
    mkdir "$HOME"
    cd "$HOME"
    STORE=$XDG_DATA_HOME/dpat/service.db
    signed_in
    [ -s "$STORE" ]
    succeeds dpat create ci --out "$HOME/ci.token"
    succeeds dpat create cd --docker --registry registry.example
    grep -q registry.example "$DOCKER_CONFIG/config.json"
    ready_keystore
    succeeds dpat create ce --save -q
    succeeds dpat status --json
    is_document status <<<"$output"
    start_server
    succeeds dpat login alice --service "$URL" --password-stdin <<<"$PASSWORD"
    DPAT_SERVICE=$URL succeeds dpat list -q
    [ "${#lines[@]}" -eq 3 ]
    stop_server
    [ "$ended" -eq 0 ]
    succeeds dpat logout --service local
    run -1 grep -q registry.example "$DOCKER_CONFIG/config.json"
    cd "$outer"
  done
  [ "$(find . -maxdepth 1 -mindepth 1 | wc -l)" -eq 6 ]
}
