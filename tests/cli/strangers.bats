# Words of docker, gh and Docker's settings page: none is run as a guess, and each leads on.
setup() { load lib.bash; dpat_home; }

# The command line is wrong, and the hint has the text: leads_on TEXT ARGUMENT...
leads_on() {
  local text=$1
  shift
  fails_with usage dpat "$@"
  [[ $stderr == *hint:*"$text"* ]] || { echo "dpat $*: $stderr"; return 1; }
}

@test "commands of others" {
  leads_on 'leave "token" out: dpat list' token list
  leads_on 'leave "auth" out: dpat login' auth login alice
  leads_on 'dpat activate TOKEN' pat enable ci
  leads_on 'dpat list' tokens
  for word in new add; do leads_on 'dpat create NAME' $word ci; done
  for word in rotate renew extend edit update regenerate; do leads_on 'dpat create' $word ci; done
  leads_on 'dpat activate TOKEN' enable ci
  leads_on 'dpat deactivate TOKEN' disable ci
  leads_on 'dpat delete TOKEN' remove ci
  leads_on 'dpat account add NAME' account create bob
  leads_on 'dpat keystore get NAME' keystore show ci
  leads_on 'dpat activate TOKEN' help enable
  leads_on 'dpat create NAME' help token
  succeeds dpat ls --help
  succeeds dpat whoami
  [ ! -e "$STORE" ]
}

@test "options of others" {
  signed_in
  for option in --expiration --expires-in --ttl --expires-at; do leads_on '--expires WHEN' create ci $option 30d -q; done
  for option in --scopes --permission --permissions; do leads_on '--scope SCOPE' create ci $option read -q; done
  for option in --name --label; do leads_on 'dpat create NAME' create $option ci -q; done
  leads_on '--user USER' list --username alice
  leads_on 'dpat login USER' login --username alice
  leads_on '--debug' -v
  leads_on '--json' list --format json
  leads_on '--state STATE' list --active
  leads_on 'cannot be changed' rename ci --expires 30d
  leads_on '--match' list ci
  leads_on quotes create my laptop -q
  [ "$(names)" = '' ]
}

@test "a password on the command line is not repeated, and the way is told" {
  for option in '-p hunter22' --password=hunter22 '--password hunter22' '--token hunter22' '-phunter22'; do
    # shellcheck disable=SC2086 # an option and its argument
    leads_on --password-stdin login alice $option
    [[ $stderr != *hunter22* ]]
  done
}

@test "a registry or a service where a user is expected" {
  for host in registry.example registry.example:5000 localhost localhost:5000 ghcr.io/team; do
    leads_on "dpat login USER --registry $host" login $host
    leads_on "dpat login alice --registry $host" login -u alice $host
  done
  leads_on 'dpat login USER --service https://tokens.example' login https://tokens.example
  DPAT_SERVICE=hub leads_on 'dpat login USER --registry docker.io' login docker.io
  leads_on 'dpat login USER --registry HOST' login alice registry.example
  leads_on 'every registry' logout registry.example
  fails_with usage dpat login alice -u bob
  # an account may be called so
  signed_in alice.smith
  succeeds dpat list
}

@test "--description is the name" {
  signed_in
  succeeds dpat create --description 'my laptop' -q
  succeeds dpat create ci --description ci -q
  fails_with usage dpat create ci --description cd -q
  [[ $stderr == *'"ci"'*'"cd"'* ]]
  fails_with usage dpat create -q
  [ "$(names | LC_ALL=C sort | tr '\n' ,)" = 'ci,my laptop,' ]
  succeeds dpat rename ci --description cd
  succeeds dpat rename cd cf --description cf
  fails_with usage dpat rename cf cg --description ch
  fails_with usage dpat rename cf
  fails_with invalid_name dpat rename cf --description ''
  [ "$(names | LC_ALL=C sort | tr '\n' ,)" = 'cf,my laptop,' ]
}

@test "- is stdout where a secret goes, and no file anywhere" {
  signed_in
  succeeds dpat create ci --out -
  [[ $output == dpat_* ]]
  [ "$stderr" = '' ]
  succeeds dpat create cd --out - --json
  is_document token_created <<<"$output"
  [ "$(json '["delivered_to"]' <<<"$output")" = stdout ]
  fails_with usage dpat create ce --out - --save
  fails_with usage dpat create ce --out - --if-absent
  run --separate-stderr bash -c '"$@" >&-' - "$DPAT" create ce --out -
  [ "$status" -eq 12 ]
  for line in 'list --store -' 'list --key-file -' 'serve --port-file -' 'serve --tls-cert -' 'registry check --config -'; do
    # shellcheck disable=SC2086 # words
    fails_with usage dpat $line
    [[ $stderr == *./-* ]]
  done
  [ ! -e - ]
  [ "$(names | LC_ALL=C sort | tr '\n' ' ')" = 'cd ci ' ]
  succeeds dpat create ce --out ./-
  [ -s ./- ]
}
