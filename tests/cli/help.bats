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
