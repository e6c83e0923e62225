# An account that is deleted takes everything with it, so that who gets its name later has nothing of the former one's: no
# rights, no rights of others in its namespace, no session, no second factor, no refresh token.
setup() {
  load lib.bash
  dpat_home
  for name in alice bob carol; do dpat account add "$name" --password-stdin -q <<<"$PASSWORD"; done
  printf '%s\n' "$PASSWORD" >password
}

as() { DPAT_STATE_DIR=$HOME/state-$1 DPAT_CONFIG_DIR=$HOME/config-$1 dpat "${@:2}"; }

token_of() {
  as "$1" login "$1" --password-stdin <password 2>/dev/null
  as "$1" create "$2" --scope admin -q >"$2.token"
}

# What of the actions on a repository is granted: allowed USER TOKEN REPOSITORY, or allowed - REPOSITORY for nobody
allowed() {
  local who=()
  [ "$1" = - ] && shift || { who=(-u "$1:$(cat "$2.token")"); shift 2; }
  curl -s -G "${who[@]}" -d service=dpat-registry --data-urlencode "scope=repository:$1:pull,push,delete" "$URL/token" |
    "$PYTHON3" -c 'import base64, json, sys
part = json.load(sys.stdin)["token"].split(".")[1]
print(",".join(a for e in json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))["access"] for a in e["actions"]))'
}

again() {
  dpat account delete alice -y
  run --separate-stderr dpat account add alice --password-stdin <password
  [ "$status" -eq 0 ]
  [[ $stderr != *'from before'* ]]
}

@test "others' rights in its namespace and its public repositories go, and nothing else" {
  dpat account grant bob alice write
  dpat account grant bob team write
  dpat account grant carol '*' read
  dpat account grant alice team admin
  dpat account grant alice bob read
  for repository in alice/app alice/deep/app alice alice.x/app bob/app team/app; do
    dpat account public "$repository" on
  done
  start_server
  token_of bob bobs
  token_of carol carols
  [ "$(allowed bob bobs alice/app)" = pull,push ]
  dpat account grants --porcelain >before
  again
  token_of alice alices
  [ "$(allowed bob bobs alice/private)" = '' ]
  [ "$(allowed - alice/app)$(allowed - alice/deep/app)$(allowed - alice)" = '' ]
  [ "$(allowed alice alices alice/app)" = pull,push,delete ]
  [ "$(allowed alice alices team/private)$(allowed alice alices bob/private)" = '' ]
  # what is the operator's, or another account's, stays
  [ "$(allowed bob bobs team/private)" = pull,push ]
  [ "$(allowed carol carols alice/private)" = pull ]
  [ "$(dpat account public | tr '\n' ' ')" = 'alice.x/app bob/app team/app ' ]
  [ "$(dpat account grants --porcelain | tr '\t\n' '  ')" = 'bob team write carol * read ' ]
}

@test "the trail tells what went, and the new account has a trail of its own" {
  dpat account grant bob alice write
  dpat account public alice/app on
  again
  trail() { dpat log --all --json | json '["entries"]' | grep -o "'$1'" | wc -l; }
  [ "$(trail namespace_revoked)" -eq 1 ]
  [ "$(trail repository_made_private)" -eq 1 ]
  [ "$(trail account_deleted)" -eq 1 ]
  as alice login alice --password-stdin <password 2>/dev/null
  [ "$(as alice log --porcelain | wc -l)" -eq 2 ] # account_added, signed_in
}

@test "its sessions, tokens, refresh tokens and second factor" {
  start_server --refresh-tokens
  token_of alice alices
  refresh=$(curl -s -u "alice:$(cat alices.token)" "$URL/token?service=dpat-registry&offline_token=true" |
    json '["refresh_token"]')
  bearer=$(curl -s "$URL/v2/users/login" -d "{\"username\":\"alice\",\"password\":\"$PASSWORD\"}" | json '["token"]')
  id=$(sqlite3 "$STORE" "SELECT id FROM account WHERE name = 'alice'")
  sqlite3 "$STORE" "INSERT INTO second_factor (account_id, sealed, enabled, last_step, failures, created_us)
    VALUES ('$id', x'00', 1, 0, 5, 1)"
  again
  status_of() { curl -s -o answer -w '%{http_code}' "$@"; }
  [ "$(status_of -H "Authorization: Bearer $bearer" "$URL/v2/user")" = 401 ]
  [ "$(status_of -u "alice:$(cat alices.token)" "$URL/token?service=dpat-registry")" = 401 ]
  [ "$(status_of "$URL/token" -d grant_type=refresh_token -d service=dpat-registry \
    --data-urlencode "refresh_token=$refresh")" = 401 ]
  run as alice list
  [ "$status" -eq "$(exit_of session_expired)" ]
  succeeds as alice login alice --password-stdin <password
  [ "$(as alice account 2fa status)" = 'the second factor of alice is off' ]
  # no row of any table knows the former account, but the trail
  for table in account token session second_factor namespace_grant; do
    [ "$(sqlite3 "$STORE" ".dump $table" | grep -c "$id")" -eq 0 ]
  done
}

@test "who gets a name that was a namespace before is told of the rights there" {
  dpat account grant bob team write
  dpat account public team/app on
  succeeds dpat account add team --password-stdin <password
  [[ $stderr == *'others have rights in the namespace team from before: 1 grant, 1 public repository'* ]]
  succeeds dpat account grants bob
  [[ $output == *team*write* ]] # the operator's to take away
}
