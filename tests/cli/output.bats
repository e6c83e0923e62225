# What every command does with stdout, stderr, closed descriptors and errors.
setup() { load lib.bash; dpat_home; }

@test "with --json an error is one line on stderr, the last" {
  run --separate-stderr dpat list --json
  [ "$output" = '' ]
  is_document error not_signed_in 4 <<<"${stderr_lines[-1]}"
  run --separate-stderr dpat --json nonsense
  is_document error usage 2 <<<"${stderr_lines[-1]}"
  run --separate-stderr dpat nonsense --json
  is_document error usage 2 <<<"${stderr_lines[-1]}"
  run --separate-stderr dpat list --nonsense --json
  is_document error usage 2 <<<"${stderr_lines[-1]}"
}

@test "every listing fails on a full disk" {
  signed_in
  dpat create ci -q >/dev/null
  for command in list 'list --json' 'list -q' 'show ci' status 'account list' 'config list' version 'completion bash'; do
    # shellcheck disable=SC2086 # words
    run bash -c '"$@" >/dev/full' - "$DPAT" $command
    [ "$status" -eq 12 ] || { echo "$command: $status"; return 1; }
  done
}

@test "a result that goes to a closed stdout is told" {
  signed_in
  dpat create ci -q >/dev/null
  for command in list status 'account list'; do
    # shellcheck disable=SC2086 # words
    run bash -c '"$@" >&-' - "$DPAT" $command
    [ "$status" -eq 12 ] || { echo "$command: $status"; return 1; }
  done
}

@test "closed descriptors never become files of ours" {
  signed_in
  dpat create one -q >/dev/null
  before=$(sha256sum "$STORE.key")
  run bash -c '"$@" <&- >&- 2>&-' - "$DPAT" list
  [ "$status" -eq 12 ]
  run bash -c '"$@" 2>&-' - "$DPAT" create ci -q
  [ "$status" -eq 0 ]
  run bash -c '"$@" 2>&- </dev/null' - "$DPAT" nonsense
  [ "$status" -eq 2 ]
  [ "$(sha256sum "$STORE.key")" = "$before" ]
  [ "$(sqlite3 "$STORE" 'PRAGMA integrity_check')" = ok ]
}

@test "a reader that goes away ends it as every filter" {
  signed_in
  for i in 1 2 3; do dpat create "t$i" -q >/dev/null; done
  mkfifo pipe
  run bash -c 'exec 3<>pipe 4>pipe 3<&-; "$@" >&4 4>&-' - "$DPAT" list
  [ "$status" -ne 0 ]
}

@test "--debug tells, and never a secret" {
  signed_in
  printf '%s\n' "$PASSWORD" >in
  run --separate-stderr dpat --debug login alice --password-stdin --registry r.example <in
  [[ $stderr == *debug* && $stderr != *"$PASSWORD"* && $stderr != *eyJ* ]]
  run --separate-stderr dpat --debug create ci -q
  [[ $output == dpat_* ]]
  [[ $stderr != *"$output"* && $stderr == *debug* ]]
  DPAT_DEBUG=1 run --separate-stderr dpat list
  [[ $stderr == *debug* ]]
  DPAT_DEBUG=0 run --separate-stderr dpat list
  [[ $stderr != *debug* ]]
}

@test "options before the command, and -- ends them" {
  signed_in
  succeeds dpat --json list
  succeeds dpat -u alice list --json
  succeeds dpat create -q -- --scope
  [ "$(names)" = --scope ]
  succeeds dpat delete -y -- --scope
}

@test "contradictory forms of output are refused before anything is done" {
  signed_in
  run --separate-stderr dpat list --json --porcelain
  [[ $status -eq 2 && $output == '' ]]
  is_document error usage 2 <<<"$stderr"
  run --separate-stderr dpat list -q --porcelain
  [[ $status -eq 2 && $output == '' ]]
  fails_with usage dpat delete --match '*' -y --porcelain -q
  succeeds dpat list --json -q
  is_document token_list <<<"$output"
  fails_with usage dpat list --auto --manual
}
