# dpat show, and how TOKENs are named.
setup() { load lib.bash; dpat_home; }

@test "shows everything known" {
  signed_in
  dpat create ci -s write -e 2030-01-31 -q >/dev/null
  succeeds dpat show ci
  [[ $output == *'Name:'*ci* && $output == *'Scopes:'*repo:write* && $output == *'State:'*active* ]]
  [[ $output == *'Expires:'*2030-01-31T23:59:59Z* && $output == *'Last used:'*never* && $output == *dpat/* ]]
  succeeds dpat inspect ci --json
  is_document token_list <<<"$output"
}

@test "by name, id, beginning of an id, and stdin" {
  signed_in
  dpat create ci -q >/dev/null
  dpat create cd -q >/dev/null
  id=$(id_of ci)
  for token in ci "$id" "${id^^}" "${id:0:8}" "${id:0:12}"; do
    succeeds dpat show "$token" -q
    [ "$output" = "$id" ]
  done
  succeeds dpat show - -q < <(printf 'ci\r\n\n%s\n' "$(id_of cd)")
  [ "${#lines[@]}" -eq 2 ]
  succeeds dpat show ci cd -q
  [ "${#lines[@]}" -eq 2 ]
}

@test "a name beats a prefix" {
  signed_in
  dpat create one -q >/dev/null
  prefix=$(id_of one | cut -c 1-6)
  dpat create "$prefix" -q >/dev/null
  succeeds dpat show "$prefix" --porcelain
  [ "$(printf '%s' "$output" | cut -f 2)" = "$prefix" ]
}

@test "unknown, ambiguous and malformed TOKENs" {
  signed_in
  fails_with token_not_found dpat show nothere
  fails_with token_not_found dpat show 3f2504e0-4f89-41d3-9a0c-0305e82c3301
  fails_with invalid_token_id dpat show 3f2504e0-4f89-41d3-9a0c-0305e82c330g
  fails_with usage dpat show ''
  fails_with usage dpat show
  dpat create twin -q >/dev/null
  dpat create twin --allow-duplicate -q >/dev/null
  fails_with ambiguous dpat show twin
  ids=$(dpat list -q)
  while read -r id; do
    [[ $stderr == *"$id"* ]]
  done <<<"$ids"
  run --separate-stderr dpat show twin --json
  [ "$(printf '%s' "${stderr_lines[-1]}" | "$PYTHON3" -c 'import json,sys; print(sorted(json.load(sys.stdin)["error"]["details"]["ids"]))')" = \
    "$(printf '%s\n' "$ids" | "$PYTHON3" -c 'import sys; print(sorted(sys.stdin.read().split()))')" ]
}

@test "an ambiguous prefix is refused" {
  signed_in
  dpat create one -q >/dev/null
  dpat create two -q >/dev/null
  sqlite3 "$STORE" "UPDATE token SET id = 'abcd1111-0000-4000-8000-000000000001' WHERE name = 'one';
    UPDATE token SET id = 'abcd2222-0000-4000-8000-000000000002' WHERE name = 'two'"
  fails_with ambiguous dpat show abcd
  succeeds dpat show abcd1 -q
  [ "$output" = abcd1111-0000-4000-8000-000000000001 ]
  fails_with token_not_found dpat show abc
}

@test "of several, those that are there are shown" {
  signed_in
  dpat create ci -q >/dev/null
  run --separate-stderr dpat show ci nothere -q
  [ "$status" -ne 0 ]
  [[ $stderr == *nothere* ]]
  run --separate-stderr dpat show ci nothere --json
  [ "$status" -eq 9 ]
  is_document token_list <<<"$output"
  [ "$(json '["failed"][0]["name"]' <<<"$output")" = nothere ]
  [ "$(json '["failed"][0]["error"]["code"]' <<<"$output")" = token_not_found ]
}

@test "text of a name cannot drive the terminal" {
  signed_in
  dpat create ci -q >/dev/null
  sqlite3 "$STORE" "UPDATE token SET name = char(27) || '[31mred' || char(10) || 'x'"
  succeeds dpat list
  [[ $output != *$'\e'* ]]
  succeeds dpat list --porcelain
  [ "${#lines[@]}" -eq 1 ]
  [[ $output != *$'\e'* ]]
  succeeds dpat list --json
  [[ $output != *$'\e'* ]]
}
