# dpat delete.
setup() { load lib.bash; dpat_home; signed_in; for n in a b c; do dpat create $n -q >$n.token; done; }

@test "needs a yes, and then the token is gone" {
  fails_with no_input dpat delete a
  [[ $stderr == *-y* ]]
  succeeds dpat delete a -y
  [ "$(names | tr '\n' ' ')" = 'b c ' ]
  INPUT=a.token fails_with wrong_credentials dpat login alice --password-stdin --registry r.example
}

@test "aliases, several, by id and stdin" {
  succeeds dpat rm -y a "$(id_of b)"
  succeeds dpat revoke -y - <<<c
  [ "$(names)" = '' ]
}

@test "one that is not there" {
  fails_with token_not_found dpat delete nothere -y
  succeeds dpat delete nothere -y --if-exists
  succeeds dpat delete nothere a -f
  [ "$(names | tr '\n' ' ')" = 'b c ' ]
}

@test "of several some fail: exit 9 and the result on stdout" {
  run --separate-stderr dpat delete a nothere -y --json
  [ "$status" -eq 9 ]
  is_document result <<<"$output"
  [ "$(printf '%s' "$output" | json '["ok"]')" = 1 ]
  [ "$(printf '%s' "$output" | json '["failed"]')" = 1 ]
  [ "$(printf '%s' "$output" | json '["items"][0]["error"]["code"]')" = token_not_found ]
  [ "$stderr" = '' ] # one document: the result has the errors
  run --separate-stderr dpat delete b nothere -y
  [ "$status" -eq 9 ]
  [[ $stderr == *'"nothere": failed'*'deleted "b"'*'1 of 2 tokens failed'* ]]
}

@test "all failed alike: that is the error, and no result" {
  fails_with token_not_found dpat delete x -y
  run --separate-stderr dpat delete x y -y --json
  [[ $status -eq 3 && $output == '' ]]
  is_document error token_not_found 3 <<<"$stderr"
  [ "$(json '["error"]["details"]["tokens"]' <<<"$stderr")" = "['x', 'y']" ]
  run --separate-stderr dpat delete x y -y
  [ "$status" -eq 3 ]
  [[ $output$stderr == *x*y*'all 2 tokens failed'* ]]
}

@test "the same token named twice is one" {
  succeeds dpat delete a "$(id_of a)" -y --json
  [ "$(printf '%s' "$output" | json '["ok"]')" = 1 ]
}

@test "selectors, --max and dry runs" {
  succeeds dpat delete --match '*' -n
  [ "$(names | wc -l)" -eq 3 ]
  fails_with too_many_matches dpat delete --match '*' -y --max 2
  [ "$(names | wc -l)" -eq 3 ]
  fails_with usage dpat delete -y
  succeeds dpat delete --match '[ab]' -y --max 2
  [ "$(names)" = c ]
  succeeds dpat delete --state expired -y
  [[ $stderr == *'no token matches'* ]]
}

@test "an expired token can be deleted" {
  sqlite3 "$STORE" "UPDATE token SET expires_us = 1 WHERE name = 'a'"
  succeeds dpat delete --state expired -y
  [ "$(names | wc -l)" -eq 2 ]
}

@test "what dpat put into docker's credentials goes with its token, other entries stay" {
  dpat create d --docker --registry d.example
  dpat create e --docker --registry e.example
  succeeds dpat delete d -y
  run -1 grep -q d.example "$DOCKER_CONFIG/config.json"
  grep -q e.example "$DOCKER_CONFIG/config.json"
  "$PYTHON3" -c 'import json, sys
path = sys.argv[1]
config = json.load(open(path))
config["auths"]["e.example"]["auth"] = "bWU6bWluZQ=="
json.dump(config, open(path, "w"))' "$DOCKER_CONFIG/config.json"
  succeeds dpat delete e -y
  grep -q bWU6bWluZQ== "$DOCKER_CONFIG/config.json"
}
