# Help: short and full, commands, topics, and what is near.
setup() { load lib.bash; dpat_home; }

@test "dpat alone prints short help" {
  succeeds dpat
  [ "${#lines[@]}" -le 30 ]
  [[ $output == *Usage:* && $output == *create* && $output == *list* ]]
}

@test "--help is on stdout with exit 0, for every command" {
  succeeds dpat --help
  "$DPAT_MANUAL" commands | cut -f 1 | while read -r command; do
    # shellcheck disable=SC2086 # words
    succeeds dpat $command --help
    [[ $output == *"dpat $command"* ]]
    [ "$stderr" = '' ]
    # shellcheck disable=SC2086
    succeeds dpat $command -h
    # shellcheck disable=SC2086
    succeeds dpat help $command
  done
}

@test "every alias works as its command" {
  for pair in ls:list inspect:show rm:delete revoke:delete whoami:status; do
    succeeds dpat help "${pair%:*}"
    [[ ${lines[0]} == "Usage: dpat ${pair#*:}"* ]]
  done
}

@test "topics" {
  for topic in environment exit-codes output scopes secrets selectors; do
    succeeds dpat help $topic
    [ "${#lines[@]}" -gt 5 ]
  done
  fails_with usage dpat help nonsense
  fails_with usage dpat help create nonsense
  [[ $stderr == *hint:*'dpat help create'* ]]
  fails_with usage dpat help secret
  [[ $stderr == *secrets* ]]
}

@test "every exit code of the table is in the help" {
  succeeds dpat help exit-codes
  for code in name_taken pat_cannot_manage undelivered store_corrupt no_input; do
    [[ $output == *"$code"* ]]
  done
}

@test "a mistyped command names the nearest and does not run it" {
  for pair in crate:create lsit:list delte:delete statsu:status; do
    fails_with usage dpat "${pair%:*}"
    [[ $stderr == *"${pair#*:}"* ]]
  done
  fails_with usage dpat xyzzy
  [[ $stderr != *'did you mean'* ]]
  fails_with usage dpat account ad
  [[ $stderr == *add* ]]
  fails_with usage dpat account
}

@test "a mistyped option names the nearest" {
  fails_with usage dpat create ci --scop read
  [[ $stderr == *--scope* ]]
  fails_with usage dpat list -Z
}

@test "options of another command are not taken" {
  fails_with usage dpat list --out x
  fails_with usage dpat version -q
}

@test "help to a full or closed stdout fails" {
  run bash -c '"$@" >/dev/full' - "$DPAT" --help
  [ "$status" -eq 12 ]
  run bash -c '"$@" >&-' - "$DPAT" help list
  [ "$status" -eq 12 ]
}

@test "the overview, on the terminal and as dpat(1), says what is so" {
  unset DPAT_SERVICE
  succeeds dpat help overview
  overview=$output
  page=$(sed 's/\\-/-/g; s/\\(aq/'"'"'/g; s/^\\&//' "$TOP_BUILDDIR/man/dpat.1")
  while IFS= read -r line; do
    [[ -z $line || $page == *"$line"* ]] || { echo "dpat(1) lacks: $line"; return 1; }
  done < <(tail -n +3 <<<"$overview")
  [[ $(dpat help) == *"$(sed -n 3,6p <<<"$overview")"* ]]
  # every command and topic that it names
  count=0
  while read -r words; do
    # shellcheck disable=SC2086 # words
    succeeds dpat help ${words#help }
    count=$((count + 1))
  done < <(tr '\n' ' ' <<<"$overview" | grep -oE 'dpat (help [a-z-]+|account add|login|create|list|delete|serve)' | sed 's/dpat //')
  [ "$count" -ge 8 ]
  # Docker Hub is the default
  [[ $overview == *'hub    Docker Hub, the default'* ]]
  [ "$(dpat status --json | json '["service"]')" = hub ]
  # the embedded service is one SQLite file and no server, and begins with account add
  [[ $overview == *'local  the embedded service: one SQLite file on this machine, and no server'* ]]
  dpat account add alice --service local --password-stdin -q <<<"$PASSWORD"
  [ "$(head -c 15 "$STORE")" = 'SQLite format 3' ]
  # the last dpat login chooses the service; a service at a URL works
  dpat login alice --service local --password-stdin <<<"$PASSWORD"
  succeeds dpat create ci -q
  DPAT_SERVICE=local start_server
  dpat login alice --service "$URL" --password-stdin <<<"$PASSWORD"
  succeeds dpat list -q
  [ "$output" = "$(dpat list -q --service local)" ]
  # what a service cannot do is "unsupported", exit 5
  fails_with unsupported dpat account list
  [ "$(exit_of unsupported)" -eq 5 ]
}
