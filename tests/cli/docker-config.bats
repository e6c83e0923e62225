# Docker's config.json in every state it should not be in: refused and left alone, or used without losing anything of it.
setup() {
  load lib.bash
  dpat_home
  signed_in
  printf '%s\n' "$PASSWORD" >password
  ready_keystore
  mkdir -p "$DOCKER_CONFIG"
  CONFIG=$DOCKER_CONFIG/config.json
}

# Every command that would write config.json says why it cannot be used, makes no token, and leaves it as it is.
refused() {
  [ ! -f "$CONFIG" ] || cp "$CONFIG" before
  fails_with credentials_file dpat create ci --docker --registry registry.example
  [[ $stderr == *"$CONFIG"* ]]
  fails_with credentials_file dpat keystore init --docker -y
  INPUT=password fails_with credentials_file dpat login alice --password-stdin --registry registry.example
  [ -z "$(names)" ]
  [ ! -f before ] || cmp before "$CONFIG"
  rm -f before
}

# An entry is made, found by status, and gone after logout; what else is there stays.
works() {
  succeeds dpat create ci --docker --registry registry.example
  grep -q registry.example "$CONFIG"
  succeeds dpat logout
  run -1 grep -q registry.example "$CONFIG"
  dpat login alice --password-stdin <password 2>/dev/null
  dpat delete ci -y 2>/dev/null
}

@test "no JSON object, duplicate keys, a byte order mark, NUL bytes, members of another kind" {
  for text in '[]' '[{"auths":{}}]' '"x"' '7' 'null' '{' '{}{}' '{"auths":{}} trailing' '{"a":1,"a":2}' \
    '{"auths":{"x":{},"x":{}}}' '\xef\xbb\xbf{}' '{}\0' '\0' '{"a":"\0"}' '{"a":"\\u0000"}' '{"auths":[]}' \
    '{"auths":"x"}' '{"credsStore":7}' '{"credHelpers":[]}' '{"a":\xff}' '{"a":1e999}' "{'a':1}" '\xff\xfe{\0}\0'; do
    printf '%b' "$text" >"$CONFIG"
    cp "$CONFIG" before
    run --separate-stderr dpat create ci --docker --registry registry.example
    [ "$status" -eq "$(exit_of credentials_file)" ] && [[ $stderr == *"$CONFIG"* ]] && cmp before "$CONFIG" ||
      { printf 'config.json was: %s\n' "$text"; return 1; }
  done
  [ -z "$(names)" ]
  printf '{"auths":' >"$CONFIG"
  refused
}

@test "empty, or nothing but white space" {
  for text in '' ' ' '\n' ' \r\n\t\n'; do
    printf '%b' "$text" >"$CONFIG"
    works
  done
}

@test "a folder, a fifo, a socket, a device, a loop of links" {
  mkdir "$CONFIG"
  refused
  rmdir "$CONFIG"
  mkfifo "$CONFIG"
  refused # and does not wait for a writer
  [ -p "$CONFIG" ]
  rm "$CONFIG"
  "$PYTHON3" -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$CONFIG"
  refused
  rm "$CONFIG"
  ln -s /dev/zero "$CONFIG"
  refused
  ln -sf config.json "$CONFIG"
  refused
  [ "$(readlink "$CONFIG")" = config.json ]
}

@test "50 MB are refused without being read to the end" {
  "$PYTHON3" -c 'print("{\"a\":\"" + "x" * 50000000 + "\"}")' >"$CONFIG"
  sum=$(sha256sum <"$CONFIG")
  refused
  [[ $stderr == *"larger than 16777216 bytes"* ]]
  [ "$(sha256sum <"$CONFIG")" = "$sum" ]
  # not even a sparse terabyte takes time
  truncate -s 1T "$CONFIG" 2>/dev/null || truncate -s 1G "$CONFIG"
  run --separate-stderr timeout 60 "$DPAT" create ci --docker --registry registry.example
  [ "$status" -eq "$(exit_of credentials_file)" ]
}

@test "just under the ceiling works, and what no longer fits is told" {
  entries() {
    "$PYTHON3" -c 'import json, sys
print(json.dumps({"auths": {f"r{i}.example": {"auth": "bWU6bWluZQ=="} for i in range(int(sys.argv[1]))}}, indent="\t"))' "$1"
  }
  entries 280000 >"$CONFIG"
  [ "$(stat -c %s "$CONFIG")" -gt 15000000 ]
  [ "$(stat -c %s "$CONFIG")" -lt 16700000 ]
  cp "$CONFIG" before
  works
  cmp "$CONFIG" before
  "$PYTHON3" -c 'print("{\"a\":\"" + "x" * 16777195 + "\"}")' >"$CONFIG"
  cp "$CONFIG" before
  run --separate-stderr dpat create ci --docker --registry registry.example
  [ "$status" -eq "$(exit_of undelivered)" ]
  [[ $stderr == *'too large'*'deleted again'* ]]
  cmp "$CONFIG" before
  [ -z "$(names)" ]
}

@test "very deep, and names and numbers that are awkward" {
  "$PYTHON3" -c 'print("{\"a\":" + "[" * 100000 + "]" * 100000 + "}")' >"$CONFIG"
  refused
  cat >"$CONFIG" <<'J'
{
	"": "an empty name",
	"\ud83d\ude00 \"quoted\" \\ \t": [1, -0.5, true, null, {}, [], 9223372036854775807],
	"AUTHS": {
		"keep.example": {
			"auth": "bWU6bWluZQ==",
			"email": "me@example.com",
			"own": {"nested": [1, {"deep": "kept"}]}
		}
	}
}
J
  "$PYTHON3" -m json.tool "$CONFIG" before
  works
  "$PYTHON3" -m json.tool "$CONFIG" after
  cmp before after
  # an entry of that registry that is somebody's keeps what dpat does not know
  printf '{"auths":{"registry.example":{"auth":"bWU6bWluZQ==","own":1}}}' >"$CONFIG"
  fails_with no_input dpat create ci --docker --registry registry.example
  succeeds dpat create ci --docker --registry registry.example -y
  [ "$(json '["auths"]["registry.example"]["own"]' <"$CONFIG")" = 1 ]
}

@test "a link that dangles is kept and its target made, unless that has no folder" {
  ln -s "$HOME/elsewhere.json" "$CONFIG"
  works
  [ -L "$CONFIG" ]
  [ -f elsewhere.json ]
  [ "$(stat -c %a elsewhere.json)" = 600 ]
  ln -sf "$HOME/nowhere/config.json" "$CONFIG"
  fails_with credentials_file dpat create ci --docker --registry registry.example
  [[ $stderr == *"$HOME/nowhere"* ]]
  [ -z "$(names)" ]
  [ ! -e nowhere ]
}

@test "another user's, and a folder of another user's" {
  needs_nobody
  cp -r "$HOME/.local" "$HOME/.config" "$PUBLIC"
  sed -i "s|$STORE|$PUBLIC/.local/share/dpat/service.db|" "$PUBLIC/.local/state/dpat/sessions.json"
  chown -R 65534 "$PUBLIC"
  nobody() { as_nobody "$PUBLIC/dpat" "$@"; }
  mkdir "$PUBLIC/.docker"
  printf '{"auths":{}}' >"$PUBLIC/.docker/config.json"
  for mode in 600 644; do # not to be read, and only to be read
    chmod "$mode" "$PUBLIC/.docker/config.json"
    fails_with credentials_file nobody create ci --docker --registry registry.example
    [[ $stderr == *"$PUBLIC/.docker/config.json"* ]]
  done
  chown 65534 "$PUBLIC/.docker/config.json" # the file can be written, but nothing beside it
  fails_with credentials_file nobody create ci --docker --registry registry.example
  [[ $stderr == *"$PUBLIC/.docker cannot be written"* ]]
  [ "$(cat "$PUBLIC/.docker/config.json")" = '{"auths":{}}' ]
  rm -r "$PUBLIC/.docker"
  chmod 500 "$PUBLIC" # no folder can be made
  fails_with credentials_file nobody create ci --docker --registry registry.example
  [ -z "$(nobody list -q)" ]
}

# A file system of its own for Docker's folder: mounted SIZE
mounted() {
  needs_mounts
  mount -t tmpfs -o "size=$1" none "$DOCKER_CONFIG" 2>/dev/null || skip 'no mount here'
  printf '{"auths":{"keep.example":{"auth":"bWU6bWluZQ=="}}}' >"$CONFIG"
}

@test "a file system that is read-only" {
  mounted 1m
  dpat create old --docker --registry old.example -q
  cp "$CONFIG" before
  mount -o remount,ro "$DOCKER_CONFIG"
  fails_with credentials_file dpat create ci --docker --registry registry.example
  [[ $stderr == *'Read-only file system'* ]]
  INPUT=password fails_with credentials_file dpat login alice --password-stdin --registry registry.example
  [ "$(names)" = old ]
  run --separate-stderr dpat keystore init --docker -y
  [ "$status" -eq "$(exit_of credentials_file)" ]
  run --separate-stderr dpat logout
  [ "$status" -eq "$(exit_of credentials_file)" ]
  cmp "$CONFIG" before
  mount -o remount,rw "$DOCKER_CONFIG"
  succeeds dpat logout # what could not be taken back is not forgotten
  run -1 grep -q old.example "$CONFIG"
  grep -q keep.example "$CONFIG"
}

@test "a disk that is full" {
  mounted 64k
  cp "$CONFIG" before
  touch "$CONFIG.lock"
  head -c 100000 /dev/zero >"$DOCKER_CONFIG/filler" 2>/dev/null || :
  run --separate-stderr dpat create ci --docker --registry registry.example
  [ "$status" -eq "$(exit_of credentials_file)" ]
  [[ $stderr == *"$DOCKER_CONFIG"*'No space left'* ]]
  run --separate-stderr dpat keystore init --docker -y
  [ "$status" -eq "$(exit_of credentials_file)" ]
  cmp "$CONFIG" before
  [ -z "$(names)" ]
  [ "$(find "$DOCKER_CONFIG" -name '.*dpat-tmp*' | wc -l)" -eq 0 ]
}

@test "status and logout tell it, and what dpat knows of it is kept" {
  printf '{"auths":{}}' >"$CONFIG"
  dpat create ci --docker --registry registry.example -q
  cp "$CONFIG" good
  for text in '[]' '{'; do
    printf '%s' "$text" >"$CONFIG"
    succeeds dpat status
    [[ $stderr == *'warning: '*"$CONFIG cannot be used"* ]]
    run --separate-stderr dpat logout
    [ "$status" -eq "$(exit_of credentials_file)" ]
    [ "$(cat "$CONFIG")" = "$text" ]
  done
  cp good "$CONFIG"
  succeeds dpat logout
  run -1 grep -q registry.example "$CONFIG"
}
