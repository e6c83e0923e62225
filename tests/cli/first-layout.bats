# The files that the first layout of dpat left (tests/data/first-layout) work on, a day after they were made.
setup() {
  load lib.bash
  load keystore.bash
  command -v faketime >/dev/null || skip 'no faketime here: the sessions in these files last until 2026-12-25'
  native_only 'faketime cannot be loaded into it'
  keystore_home
  cp -r "$TOP_SRCDIR/tests/data/first-layout/." .
  chmod -R u+w,go= .
  sed -i "s,@HOME@,$HOME," state*/dpat/sessions.json
  export XDG_CONFIG_HOME=$HOME/config XDG_STATE_HOME=$HOME/state DOCKER_CONFIG=$HOME/docker TZ=UTC FAKETIME_FMT=%s
  export DPAT_STORE=/proc/self/cwd/store/service.db DPAT_PASSPHRASE_FILE=$HOME/passphrase
  KEYSTORE=$XDG_STATE_HOME/dpat/keystore
  STORE=$HOME/store/service.db
  DPAT_RUNNER=$(clock "FAKETIME=@$(date -d 2026-11-26T10:00:00Z +%s)")
}

# Another program at that time: that_day COMMAND...
# shellcheck disable=SC2086 # a program with its options
that_day() { $DPAT_RUNNER "$@"; }

# Who has what: "NAME STATE SCOPES SOURCE", a line each.
tokens() {
  dpat list --json | "$PYTHON3" -c 'import json, sys
for token in json.load(sys.stdin)["tokens"]:
    print(token["name"], token["state"], ",".join(token["scopes"]), token["source"])' | sed 's/^docker on .* for/docker for/'
}

@test "the session, the tokens in each state, and who is told where secrets are" {
  tokens | LC_ALL=C sort >seen
  diff - seen <<'END'
active active repo:write manual
docker for registry.example:5000 active repo:admin auto
expired expired repo:public_read manual
inactive inactive repo:read,repo:admin manual
mirror active repo:read manual
saved active repo:read manual
END
  succeeds dpat status --json --check
  is_document status <<<"$output"
  [ "$(json '["user"]' <<<"$output")" = alice ]
  [ "$(json '["signed_in_with"]' <<<"$output")" = password ]
  [ "$(json '["expires_at"]' <<<"$output")" = 2026-12-25T11:01:00Z ]
  [ "$(json '["docker_entries"].__len__()' <<<"$output")" = 2 ]
  [ "$(json '["docker_entries"][0]["stored_in"]' <<<"$output")" = "$DOCKER_CONFIG/config.json" ]
  [ "$(json '["docker_entries"][1]["stored_in"]' <<<"$output")" = "$DOCKER_CONFIG/auth.json" ]
  succeeds dpat show active --json
  [[ $output == *2026-11-25T11:09:30*dpat/0.1.0* ]] # its use
  [ "$(dpat config get default_expires)" = 30d ]
}

@test "what is there can be changed and deleted, and new tokens are made beside it" {
  succeeds dpat create new --out new.token
  succeeds dpat activate inactive
  succeeds dpat deactivate active
  succeeds dpat rename mirror other
  succeeds dpat delete -y expired saved
  [ "$(tokens | awk '{ print $1, $2 }' | LC_ALL=C sort | tr '\n' ' ')" = \
    'active inactive docker for inactive active new active other active ' ]
  run -1 grep -q '"saved": \[.*key' "$XDG_STATE_HOME/dpat/sessions.json"
  printf %s "token:local:$DPAT_STORE/alice/saved" >key
  INPUT=key answers 1 'credentials not found in native keychain' that_day docker-credential-dpat get
}

@test "logout takes away what it gave to docker and podman" {
  succeeds dpat logout
  [ "$(json '["auths"]' <"$DOCKER_CONFIG/config.json")" = '{}' ]
  [ "$(json '["auths"]' <"$DOCKER_CONFIG/auth.json")" = '{}' ]
  fails_with not_signed_in dpat list
  [ "$(dpat list --operator --user alice -q --auto | wc -l)" -eq 0 ]
  succeeds dpat login alice --password-stdin <password
  succeeds dpat list
}

@test "secrets sign in, or are told why not" {
  for name in expired inactive; do
    run --separate-stderr dpat login alice --password-stdin --registry registry.example <"secrets/$name"
    [ "$status" -eq "$(exit_of "token_$name")" ]
  done
  succeeds dpat login alice --password-stdin --registry registry.example <secrets/active
  succeeds dpat login bob --password-stdin --registry registry.example -y <secrets/bobs
  run dpat login carol --password-stdin <password
  [ "$status" -eq "$(exit_of account_disabled)" ]
}

@test "a second factor goes on, and so does its recovery code" {
  printf '%s\n' "$PASSWORD" "$(that_day "$PYTHON3" "$TOP_SRCDIR/tests/support/otp.py" "$(cat secrets/otp)")" >both
  succeeds dpat login bob --password-stdin --otp-stdin <both
  [ "$(tokens)" = 'bobs active repo:write manual' ]
  cat password secrets/recovery >both
  succeeds dpat login bob --password-stdin --otp-stdin <both
}

@test "accounts, grants, public repositories, registry keys and the audit trail" {
  succeeds dpat account list --json
  [ "$(json '["accounts"].__len__()' <<<"$output")" -eq 3 ]
  [[ $(dpat account grants) == *alice*'*'*read*bob*alice*write* ]]
  [[ $(dpat account public) == *alice/free* ]]
  succeeds dpat registry keys --porcelain
  [ "${#lines[@]}" -eq 2 ]
  dpat log --all --porcelain >trail
  for word in active mirror; do grep -q "$word" trail; done
  [ "$(wc -l <trail)" -ge 20 ]
  succeeds dpat log mirror
}

@test "a server gives registry tokens for them" {
  start_server
  for secret in active bobs; do
    user=alice
    [ $secret = active ] || user=bob
    curl -s -G -u "$user:$(cat "secrets/$secret")" --data-urlencode service=dpat-registry \
      --data-urlencode scope=repository:alice/app:pull,push "$URL/token" >"$secret.json"
    "$PYTHON3" - "$secret.json" <<'END'
import base64, json, sys
part = json.load(open(sys.argv[1]))["token"].split(".")[1]
claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
assert claims["access"] == [{"type": "repository", "name": "alice/app", "actions": ["pull", "push"]}], claims
END
  done
  [ "$(curl -s -o /dev/null -w '%{http_code}' -u "alice:$(cat secrets/inactive)" "$URL/token?service=dpat-registry")" -eq 401 ]
}

@test "the keystore opens, and gives what is in it" {
  succeeds dpat keystore status
  printf other.example >key
  INPUT=key answers 0 '{"ServerURL":"other.example","Username":"zoe","Secret":"not from dpat"}' that_day docker-credential-dpat get
  printf %s "token:local:$DPAT_STORE/alice/saved" >key
  that_day docker-credential-dpat get <key | json '["Secret"]' >saved.token
  succeeds dpat login alice --password-stdin --registry registry.example <saved.token
  store again.example zoe more
  [ "$(helper list | json '.__len__()')" -eq 3 ]
  if dpat keystore unlock -q; then
    DPAT_PASSPHRASE_FILE='' succeeds that_day docker-credential-dpat get <key
  fi
}

@test "sessions in the keystore work, move out, and end" {
  export XDG_STATE_HOME=$HOME/state-sealed
  KEYSTORE=$XDG_STATE_HOME/dpat/keystore
  [ "$(tokens | wc -l)" -eq 6 ]
  succeeds dpat keystore release
  succeeds dpat list
  succeeds dpat keystore init --sessions
  succeeds dpat logout
  fails_with not_signed_in dpat list
  [ "$(json '["auths"]' <"$DOCKER_CONFIG/config.json")" = '{}' ]
}
