# Several services at once: each has its own user, registry and session.
setup() {
  load lib.bash
  dpat_home
  unset DPAT_SERVICE
  printf '%s\n' "$PASSWORD" >password
  dpat account add alice --service local --password-stdin -q <password
  DPAT_STORE=$HOME/other.db dpat account add bob --service local --password-stdin -q <password
}

# bob at a service at a URL and alice at that of this machine, in that order.
two_services() {
  DPAT_STORE=$HOME/other.db start_server
  dpat login bob --service "$URL" --registry bob.example:5000 --password-stdin <password
  dpat login alice --service local --registry alice.example:5000 --password-stdin <password
}

# Who is meant at a service: user_at OPTIONS
user_at() { dpat status --json "$@" | json '["user"]'; }

@test "user and registry are remembered for each service" {
  two_services
  [ "$(user_at)" = alice ]
  [ "$(user_at --service "$URL")" = bob ]
  [ "$(user_at --service "$URL/")" = bob ]
  [ "$(user_at --service https://elsewhere.example)" = null ]
  succeeds dpat list --service "$URL"
  succeeds dpat list --service local
  [ "$(dpat config get user)" = alice ]
  [ "$(dpat config get user --service "$URL")" = bob ]
  [ "$(dpat config get registry --service "$URL")" = bob.example:5000 ]
  [ "$(dpat config get registry)" = alice.example:5000 ]
  # no user of another service is guessed
  fails_with not_signed_in dpat list --service hub
  [[ $stderr != *alice* && $stderr == *'Docker Hub'*'dpat login USER --service hub'*'dpat status --all'* ]]
  # what is said comes first
  [ "$(DPAT_USER=carol user_at)" = carol ]
  [ "$(user_at -u carol)" = carol ]
  dpat logout --service "$URL"
  succeeds dpat list
}

@test "status --all lists every session" {
  succeeds dpat status --all
  [[ $output = '' && $stderr == *'nobody is signed in'*'dpat login USER'* ]]
  two_services
  succeeds dpat status --all
  [[ $output == *SERVICE*USER*"$URL"*bob*'with the password'*bob.example:5000*'*'*"local:$STORE"*alice*alice.example:5000* ]]
  succeeds dpat status --all --json
  is_document session_list <<<"$output"
  [ "$(json '["count"]' <<<"$output")" = 2 ]
  [ "$(json '["sessions"][0]["current"]' <<<"$output")" = false ]
  [ "$(json '["sessions"][1]["current"]' <<<"$output")" = true ]
  succeeds dpat status --all --porcelain
  [ "$(cut -f 1-3,5,6 <<<"$output")" = "$URL"$'\tbob\tpassword\t\tbob.example:5000\n'"local:$STORE"$'\talice\tpassword\tcurrent\talice.example:5000' ]
  fails_with usage dpat status --all --check
  fails_with usage dpat status --porcelain
  dpat logout --service "$URL"
  succeeds dpat status --all
  [[ $output != *bob* && $output == *alice* ]]
}

@test "status --all has those whose token docker was given without a session" {
  export DPAT_SERVICE=local
  dpat login alice --password-stdin <password
  dpat create ci -q >ci.token
  dpat logout
  dpat login alice --registry registry.example:5000 --password-stdin <ci.token
  succeeds dpat status --all
  [[ $output == *alice*'with a token'*registry.example:5000* ]]
}

@test "config lists what is remembered for every service" {
  two_services
  succeeds dpat config list
  [[ $output == *user=alice* && $output == *registry=alice.example:5000* && $output != *bob* ]]
  succeeds dpat config list --all
  [[ $output == *"user=bob ($URL)"* && $output == *"registry=bob.example:5000 ($URL)"* ]]
  succeeds dpat config list --all --porcelain
  [[ $output == *$'user\tbob\t'"$URL"* ]]
  succeeds dpat config list --json
  is_document config <<<"$output"
  [ "$(json "['services']['$URL']['user']" <<<"$output")" = bob ]
  dpat config unset user --service "$URL"
  dpat config set registry third.example --service "$URL"
  [ "$(user_at)" = alice ]
  [ "$(dpat config get registry --service "$URL")" = third.example ]
  [ "$(user_at --service "$URL")" = bob ] # whose session is the only one there
  fails_with setting_not_set dpat config get user --service https://elsewhere.example
}

@test "what the first layout remembered works on" {
  mkdir -p "$XDG_CONFIG_HOME/dpat"
  CONFIG=$XDG_CONFIG_HOME/dpat/config.json
  printf '{"service":"local","user":"alice","registry":{"local:%s":"registry.example:5000"}}' "$STORE" >"$CONFIG"
  [ "$(user_at)" = alice ]
  [ "$(DPAT_STORE=$HOME/other.db user_at)" = alice ] # which store it was is not written there
  [ "$(user_at --service hub)" = null ]
  [ "$(dpat config get registry)" = registry.example:5000 ]
  dpat config set user bob --service https://tokens.example
  [ "$(user_at)" = alice ]
  [ "$(user_at --service https://tokens.example)" = bob ]
  run -1 grep -q '"user"' "$CONFIG"
  printf '{"service":"https://tokens.example/","user":"carol"}' >"$CONFIG"
  [ "$(user_at)" = carol ]
  [ "$(user_at --service local)" = null ]
  printf '{"user":"carol"}' >"$CONFIG" # set with another service in the environment
  [ "$(user_at --service local)" = carol ]
  dpat config unset user --service local
  [ "$(user_at --service local)" = null ]
  for text in '{"user":5}' '{"users":[]}' '{"users":{"hub":5}}' '{"registry":"x"}'; do
    printf '%s' "$text" >"$CONFIG"
    fails_with config dpat config list
    [ "$(cat "$CONFIG")" = "$text" ]
  done
}
