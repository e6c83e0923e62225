# dpat list: tables, lines, ids, JSON; selectors, order, limit.
setup() {
  load lib.bash
  dpat_home
}

three_tokens() {
  signed_in
  dpat create beta -s write -e 10d -q >/dev/null
  dpat create alpha -e never -q >/dev/null
  dpat create 'gämma ray' -s read -s write -e 100d -q >/dev/null
  dpat deactivate alpha
}

@test "the table has a heading and these columns" {
  three_tokens
  succeeds dpat list
  [[ ${lines[0]} =~ ^NAME\ +ID\ +SCOPES\ +STATE\ +SOURCE\ +LAST\ USED\ +EXPIRES\ +CREATED ]]
  [ "${#lines[@]}" -eq 4 ]
  [[ ${lines[2]} == alpha*read*inactive*manual*never*never* ]]
}

@test "--json is a token_list, counts are of the whole account" {
  three_tokens
  succeeds dpat list --json --state active --limit 1
  is_document token_list <<<"$output"
  [ "$(printf '%s' "$output" | json '["count"]')" = 3 ]
  [ "$(printf '%s' "$output" | json '["active_count"]')" = 2 ]
  [ "$(printf '%s' "$output" | json '["inactive_count"]')" = 1 ]
  [ "$(printf '%s' "$output" | json '["expired_count"]')" = 0 ]
  [ "$(printf '%s' "$output" | json '["tokens"][0]["name"]')" = beta ]
}

@test "--json wins over -q" {
  three_tokens
  succeeds dpat list -q --json
  is_document token_list <<<"$output"
}

@test "--porcelain has eight fields and no heading" {
  three_tokens
  succeeds dpat list --porcelain
  [ "${#lines[@]}" -eq 3 ]
  for line in "${lines[@]}"; do
    [ "$(printf '%s\n' "$line" | awk -F '\t' '{ print NF }')" -eq 8 ]
  done
  IFS=$'\t' read -r id name state scopes source _ <<<"${lines[0]}"
  [[ $id =~ ^[0-9a-f-]{36}$ ]]
  [ "$name $state $scopes $source" = 'beta active repo:write manual' ]
  [ "$(printf '%s\n' "${lines[1]}" | cut -f 6,7)" = $'\t' ]
}

@test "-q prints ids" {
  three_tokens
  succeeds dpat list -q
  [ "${#lines[@]}" -eq 3 ]
  [[ ${lines[0]} =~ ^[0-9a-f-]{36}$ ]]
}

selected() { dpat list --porcelain "$@" | cut -f 2 | tr '\n' ,; }

@test "selectors must all hold" {
  three_tokens
  [ "$(selected --state active)" = 'beta,gämma ray,' ]
  [ "$(selected --state inactive)" = alpha, ]
  [ "$(selected --scope read)" = 'alpha,gämma ray,' ]
  [ "$(selected --scope write --match 'g*')" = 'gämma ray,' ]
  [ "$(selected --expiring 14d)" = beta, ]
  [ "$(selected --never-used --manual)" = 'beta,alpha,gämma ray,' ]
  [ "$(selected --auto)" = '' ]
  [ "$(selected --unused 1d)" = '' ]
  [ "$(selected --older 1d)" = '' ]
  [ "$(selected --match '?????')" = alpha, ]
}

@test "order and limit" {
  three_tokens
  [ "$(selected --sort name)" = 'alpha,beta,gämma ray,' ]
  [ "$(selected --sort name:desc --limit 2)" = 'gämma ray,beta,' ]
  [ "$(selected --sort expires)" = 'beta,gämma ray,alpha,' ]
  [ "$(selected --sort created:desc --limit 1)" = 'gämma ray,' ]
}

@test "bad selectors are told" {
  signed_in
  fails_with usage dpat list --state gone
  fails_with usage dpat list --sort size
  fails_with usage dpat list --limit 0
  fails_with usage dpat list --limit -5
  fails_with invalid_scope dpat list --scope all
  fails_with invalid_time dpat list --unused soon
  fails_with usage dpat list --auto --manual
  fails_with usage dpat list --state inactive --state active
  fails_with usage dpat list --match 'a*' --match 'b*'
  succeeds dpat list --state active --state active
  fails_with usage dpat list extra
}

@test "an empty list is no error" {
  signed_in
  succeeds dpat list
  [ "$output" = '' ]
  [[ $stderr == *'dpat create'* ]]
  succeeds dpat list --json
  [ "$(printf '%s' "$output" | json '["tokens"]')" = '[]' ]
  succeeds dpat ls -q
  [ "$output$stderr" = '' ]
}

@test "expired tokens say so" {
  signed_in
  dpat create soon -e 1m -q >/dev/null
  succeeds faketime '+1 hour' "$DPAT" list --json
  [ "$(printf '%s' "$output" | json '["tokens"][0]["state"]')" = expired ]
  [ "$(printf '%s' "$output" | json '["expired_count"]')" = 1 ]
}

@test "colour only where asked for" {
  three_tokens
  succeeds dpat list
  [[ $output != *$'\e['* ]]
  succeeds dpat list --color always
  [[ $output == *$'\e['* ]]
  NO_COLOR=1 succeeds dpat list --color never
  [[ $output != *$'\e['* ]]
  fails_with usage dpat list --color purple
}
