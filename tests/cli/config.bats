# dpat config.
setup() { load lib.bash; dpat_home; }

@test "set, get, list, unset" {
  succeeds dpat config set default_expires 30d
  [ "$output$stderr" = '' ]
  succeeds dpat config get default_expires
  [ "$output" = 30d ]
  succeeds dpat config set color never
  succeeds dpat config list
  [[ $output == *default_expires=30d* && $output == *color=never* ]]
  succeeds dpat config list --porcelain
  [[ $output == *$'default_expires\t30d'* ]]
  succeeds dpat config unset default_expires
  fails_with setting_not_set dpat config get default_expires
  succeeds dpat config unset default_expires
  [ "$(stat -c %a "$XDG_CONFIG_HOME/dpat/config.json")" = 600 ]
}

@test "--json is a config document" {
  succeeds dpat config set color never --json
  is_document config <<<"$output"
  succeeds dpat config list --json
  [ "$(printf '%s' "$output" | json '["settings"]["color"]')" = never ]
}

@test "values are checked first" {
  fails_with usage dpat config set color purple
  fails_with usage dpat config set colour never
  [[ $stderr == *color* ]]
  run dpat config set default_expires 13q
  [ "$status" -eq 2 ]
  fails_with invalid_account_name dpat config set user Alice
  fails_with usage dpat config set service nonsense
  fails_with usage dpat config set
  [ ! -e "$XDG_CONFIG_HOME/dpat/config.json" ]
}

@test "a file that does not parse is told and left alone" {
  mkdir -p "$XDG_CONFIG_HOME/dpat"
  for text in '{' '[]' '{"color":5}' '{"user":"a","user":"b"}'; do
    printf '%s' "$text" >"$XDG_CONFIG_HOME/dpat/config.json"
    fails_with config dpat config set color never
    fails_with config dpat list
    [[ $stderr == *config.json* ]]
    [ "$(cat "$XDG_CONFIG_HOME/dpat/config.json")" = "$text" ]
  done
}

@test "members of a later dpat are kept" {
  mkdir -p "$XDG_CONFIG_HOME/dpat"
  printf '{"later":{"x":[1]},"color":"auto"}' >"$XDG_CONFIG_HOME/dpat/config.json"
  succeeds dpat config set color never
  [ "$("$PYTHON3" -c 'import json; print(json.load(open("'"$XDG_CONFIG_HOME"'/dpat/config.json")))')" = "{'later': {'x': [1]}, 'color': 'never'}" ]
}

@test "command line before environment before file before default" {
  unset DPAT_SERVICE
  run --separate-stderr dpat status --json
  [ "$(printf '%s' "$output" | json '["service"]')" = hub ]
  dpat config set service local
  run --separate-stderr dpat status --json
  [ "$(printf '%s' "$output" | json '["service"]')" = local ]
  DPAT_SERVICE=hub run --separate-stderr dpat status --json
  [ "$(printf '%s' "$output" | json '["service"]')" = hub ]
  DPAT_SERVICE=hub run --separate-stderr dpat status --json --service local
  [ "$(printf '%s' "$output" | json '["service"]')" = local ]
}

@test "two writers at once lose nothing" {
  for i in 1 2 3 4 5 6 7 8; do
    dpat config set user "user$i" &
    dpat config set default_expires "${i}d" &
  done
  wait
  succeeds dpat config list
  [[ $output == *user=user* && $output == *default_expires=* ]]
}

@test "the folders can be named" {
  DPAT_CONFIG_DIR=$HOME/conf succeeds dpat config set color never
  [ -f conf/config.json ]
}
