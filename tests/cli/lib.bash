# What the tests of the command line share: a home of their own, accounts, and assertions on exit codes by name.
# shellcheck shell=bash
# Sourced by every .bats file in setup().
bats_require_minimum_version 1.5.0

PASSWORD='correct horse battery'

# The folders of the home that $HOME is.
dpat_folders() {
  export XDG_CONFIG_HOME="$HOME/.config" XDG_STATE_HOME="$HOME/.local/state" XDG_DATA_HOME="$HOME/.local/share"
  export DOCKER_CONFIG="$HOME/.docker"
}

# A home, and nothing of the caller's settings.
dpat_home() {
  umask 022
  local name
  for name in "${!DPAT_@}" "${!DOCKER_@}" "${!PASSWORD_STORE_@}" "${!XDG_@}" "${!CLICOLOR@}"; do
    case $name in DPAT_MANUAL | DPAT_RUNNER) ;; *) unset "$name" ;; esac
  done
  unset REGISTRY_AUTH_FILE NO_COLOR COLUMNS SSL_CERT_FILE \
    HTTPS_PROXY HTTP_PROXY ALL_PROXY NO_PROXY https_proxy http_proxy all_proxy no_proxy
  export HOME="$BATS_TEST_TMPDIR/home"
  dpat_folders
  export DPAT_SERVICE=local
  export DBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere # the keys of whoever runs this are not ours
  mkdir -p "$HOME"
  STORE="$XDG_DATA_HOME/dpat/service.db"
  cd "$HOME" || return 1
  hide dpat docker-credential-dpat docker-pat
  skip_without_tools
}

# Programs that are installed are not on PATH: a folder that has one is replaced by another with links to all else.
hide() {
  local IFS=: folder program path=() links
  for folder in $PATH; do
    for program in "$@"; do
      [ -x "$folder/$program" ] || continue
      links=$BATS_FILE_TMPDIR/without-$program/${folder//\//-}
      if [ ! -d "$links" ]; then
        mkdir -p "$links"
        ln -s "$folder"/* "$links"
        rm "$links/$program"
      fi
      folder=$links
    done
    path+=("$folder")
  done
  PATH="${path[*]}"
}

# Skip a test that names a tool which is not here, itself or in a function that it calls; the rarer ones are looked for where
# they are used.
skip_without_tools() {
  local tool name body missing=() seen=' dpat_home skip_without_tools '
  for tool in curl faketime openssl sqlite3; do command -v "$tool" >/dev/null || missing+=("$tool"); done
  [ ${#missing[@]} -gt 0 ] || return 0
  local queue=(setup "$BATS_TEST_NAME")
  while [ ${#queue[@]} -gt 0 ]; do
    body=$(declare -f "${queue[0]}") && seen+="${queue[0]} "
    queue=("${queue[@]:1}")
    for name in $(tr -cs 'A-Za-z0-9_-' ' ' <<<"$body"); do
      [[ " ${missing[*]} " != *" $name "* ]] || skip "$name is not here"
      [[ $seen == *" $name "* || $name == bats_* ]] || ! declare -F "$name" >/dev/null || { seen+="$name " && queue+=("$name"); }
    done
  done
}

dpat() {
  # shellcheck disable=SC2086 # a program with its options
  ${DPAT_RUNNER-} "$DPAT" "$@"
}

# Ready-made homes: a password's hash takes its time, so an account is made once per file and copied from then on, where
# a test has nothing of dpat's yet. In any other case the commands are run; a test need not know.

# Accounts in the store: with_account [NAME...]
with_account() {
  [ $# -gt 0 ] || set -- alice
  is_untouched && ready "$@" && cp -a "$READY/accounts/." "$HOME" && return 0
  local name
  for name in "$@"; do dpat account add "$name" --password-stdin -q <<<"$PASSWORD" || return 1; done
}

# An account, signed in: signed_in [NAME]
signed_in() {
  local name=${1-alice}
  if is_untouched && ready "$name"; then
    cp -a "$READY/signed-in/." "$HOME"
    # a session belongs to a store's path
    local sessions=$XDG_STATE_HOME/dpat/sessions.json text home=${HOME//\\/\\\\}
    text=$(<"$sessions")
    printf '%s\n' "${text//"$READY/signed-in"/"${home//\"/\\\"}"}" >"$sessions"
    return 0
  fi
  with_account "$name"
  dpat login "$name" --password-stdin <<<"$PASSWORD" 2>/dev/null
}

# Nothing of dpat's is in this home, and everything goes where it goes by default.
is_untouched() {
  [ "$DPAT_SERVICE$XDG_CONFIG_HOME$XDG_STATE_HOME$XDG_DATA_HOME" = \
    "local$HOME/.config$HOME/.local/state$HOME/.local/share" ] &&
    [ -z "${DPAT_STORE-}${DPAT_KEY_FILE-}${DPAT_CONFIG_DIR-}${DPAT_STATE_DIR-}" ] &&
    [ ! -e "$XDG_CONFIG_HOME/dpat" ] && [ ! -e "$XDG_STATE_HOME/dpat" ] && [ ! -e "$XDG_DATA_HOME/dpat" ]
}

# Make what with_account and signed_in copy: $READY/accounts has these accounts, in $READY/signed-in the first of them is
# signed in.
ready() {
  local IFS=+
  READY=$BATS_FILE_TMPDIR/ready/$*
  [ ! -e "$READY/done" ] || return 0
  rm -rf "$READY"
  (
    export HOME=$READY/signed-in
    mkdir -p "$HOME"
    dpat_folders
    for name in "$@"; do dpat account add "$name" --password-stdin -q <<<"$PASSWORD" || return 1; done
    cp -a "$HOME" "$READY/accounts" || return 1
    dpat login "$1" --password-stdin <<<"$PASSWORD" 2>/dev/null && touch "$READY/done"
  )
}

# A value of the JSON on stdin, named as Python does: json '["tokens"][0]["name"]'
json() {
  "$PYTHON3" -c 'import json, sys
value = eval("document" + sys.argv[1], {"document": json.load(sys.stdin)})
print("null" if value is None else str(value).lower() if isinstance(value, bool) else value)' "$1"
}

# The id of the token of that name.
id_of() {
  dpat list --porcelain | awk -F '\t' -v name="$1" '$2 == name { print $1 }'
}

# The names of the tokens, one a line.
names() {
  dpat list --porcelain | cut -f 2
}

# succeeds COMMAND...: exit 0; leaves $output (stdout) and $stderr.
succeeds() {
  run --separate-stderr "$@"
  if [ "$status" -ne 0 ]; then
    echo "exit $status of: $*"
    echo "stdout: $output"
    echo "stderr: $stderr"
    return 1
  fi
}

# The exit status of an error code, from the one table in the program.
exit_of() {
  local table=$BATS_FILE_TMPDIR/exit-codes code status
  [ -s "$table" ] || dpat help exit-codes | awk '/^  [0-9]/ { status = $1 } /^ / { print $1, status }' >"$table"
  while read -r code status; do [ "$code" != "$1" ] || { echo "$status"; return; }; done <"$table"
}

# fails_with CODE COMMAND...: the exit status of that code, nothing on stdout, a sentence on stderr; the same again with
# --json gives the error object as the last line of stderr. stdin, if the command reads it, comes from the file $INPUT.
fails_with() {
  local code=$1 expected
  shift
  expected=$(exit_of "$code")
  [ -n "$expected" ] || { echo "no such code: $code"; return 1; }
  run --separate-stderr "$@" <"${INPUT-/dev/null}"
  if [ "$status" -ne "$expected" ] || [ -n "$output" ] || [[ $stderr != *dpat:* ]]; then
    echo "expected $code ($expected), got $status from: $*"
    echo "stdout: $output"
    echo "stderr: $stderr"
    return 1
  fi
  local words=$stderr
  run --separate-stderr "$1" --json "${@:2}" <"${INPUT-/dev/null}"
  if [ "$status" -ne "$expected" ] || [ -n "$output" ] ||
    [[ ${stderr_lines[-1]} != '{"schema":"dpat/1","kind":"error","error":{"code":"'"$code"'","exit":'"$expected,"* ]]; then
    echo "expected JSON $code ($expected), got $status from: $1 --json ${*:2}"
    echo "stdout: $output"
    echo "stderr: $stderr"
    return 1
  fi
  check_later error "$code" "$expected" "${stderr_lines[-1]}"
  stderr=$words
}

# A dpat/1 document is on stdin, one line: is_document KIND, or is_document error CODE EXIT. Its members are looked at when
# the test ends.
is_document() {
  local line more
  IFS= read -r line && ! IFS= read -r more && [ -z "$more" ] || { echo "not one line: $line$more"; return 1; }
  check_later "$@" "$line"
}

# Python is started once for all documents of a test: check_later ARGUMENTS-OF-CHECK-JSON DOCUMENT
check_later() {
  printf '%s\t%s\n' "${*:1:$#-1}" "${!#}" >>"$BATS_TEST_TMPDIR/documents"
}

# Whether no file below HOME, and nothing said, holds a text.
nowhere() {
  ! grep -rqF -- "$1" "$HOME"
}

# A folder that other users can reach: $PUBLIC. bats keeps its own to itself.
public_folder() {
  PUBLIC=$(mktemp -d "${TMPDIR:-/tmp}/dpat-public-XXXXXX")
  chmod 755 "$PUBLIC"
  NOBODY=(setpriv --reuid 65534 --regid 65534 --clear-groups env -u XDG_DATA_HOME -u XDG_STATE_HOME -u XDG_CONFIG_HOME
    -u DOCKER_CONFIG HOME="$PUBLIC")
}

# A keystore, and its passphrase in $DPAT_PASSPHRASE_FILE. Its key is derived by the cheapest settings that dpat reads,
# where "dpat keystore init" makes each use of the passphrase cost 64 MiB and 0.1 s.
ready_keystore() {
  export DPAT_PASSPHRASE_FILE=$HOME/passphrase
  local passphrase='a long passphrase'
  printf '%s\n' "$passphrase" >"$DPAT_PASSPHRASE_FILE"
  (umask 077 && mkdir -p "$XDG_STATE_HOME/dpat" &&
    "$TOP_BUILDDIR/tests/support/keystore" "$passphrase" >"$XDG_STATE_HOME/dpat/keystore")
}

# What is mounted goes with the process of the test: tests/run-bats starts it in a mount namespace of its own.
needs_mounts() {
  [ "$(id -u)" -eq 0 ] || skip 'needs root to mount'
  [ -n "${APART-}" ] || skip 'mounts only in a mount namespace of its own: make check, or unshare --mount env APART=yes bats'
}

# What every test leaves behind; then the file's own finish(), where it has one.
teardown() {
  [ -z "${PUBLIC-}" ] || rm -rf "$PUBLIC"
  stop_server
  if declare -F finish >/dev/null; then finish; fi
  local place
  while read -r _ place _; do
    printf -v place %b "$place" # a blank is \040
    [[ $place != "$BATS_TEST_TMPDIR"/* ]] || umount "$place"
  done </proc/self/mounts
  [ ! -s "$BATS_TEST_TMPDIR/documents" ] ||
    "$PYTHON3" "$TOP_SRCDIR/tests/support/check-json.py" <"$BATS_TEST_TMPDIR/documents"
}

# Serve the store of this test; leaves $SERVER (its process), $PORT and $URL: start_server [OPTIONS]
start_server() {
  rm -f "$HOME/port"
  # shellcheck disable=SC2086 # a program with its options
  DPAT_SERVICE=hub ${DPAT_RUNNER-} "$DPAT" serve --listen 127.0.0.1:0 --port-file "$HOME/port" "$@" \
    2>>"$HOME/server.log" 3>&- &
  SERVER=$!
  wait_until test -s "$HOME/port" || { cat "$HOME/server.log"; return 1; }
  PORT=$(cat "$HOME/port")
  URL=http://127.0.0.1:$PORT
}

# Ask it to end; leaves its exit status in $ended.
stop_server() {
  ended=0
  [ -n "${SERVER-}" ] || return 0
  kill "$SERVER" 2>/dev/null || :
  wait "$SERVER" || ended=$?
  SERVER=
}

# A stand-in registry on loopback that demands credentials; $REGISTRY is its address, $SEEN what it was shown.
registry() {
  SEEN=$HOME/seen
  "$PYTHON3" "$TOP_SRCDIR/tests/support/registry.py" --port-file "$HOME/port" --record "$SEEN" 3>&- &
  SERVER=$!
  wait_until test -s port
  REGISTRY=localhost:$(cat port)
}

# A key and a certificate signed by itself: make_certificate CERTIFICATE KEY NAME [DAYS]
make_certificate() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$2" -out "$1" \
    -subj "/CN=$3" -addext "subjectAltName=DNS:$3,IP:127.0.0.1" -days "${4-30}" 2>/dev/null
}

# Run as nobody, with a home in $PUBLIC and a copy of dpat there: the build may lie where nobody can look.
as_nobody() {
  "${NOBODY[@]}" "$@"
}

# Skip without the docker client, or with one that is older than what the test tells of it: needs_docker [MAJOR-VERSION]
needs_docker() {
  command -v docker >/dev/null || skip 'no docker client here'
  local version
  version=$(docker --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
  [ "$version" -ge "${1-0}" ] || skip "the docker client here is version $version, older than $1"
}

needs_nobody() {
  [ "$(id -u)" -eq 0 ] || skip 'needs root to become another user'
  public_folder
  cp "$DPAT" "$PUBLIC/dpat"
  as_nobody test -x "$PUBLIC/dpat" || skip 'other users cannot look into the folder for temporary files'
}

# Wait for a condition, a minute at most, for machines may be busy: wait_until COMMAND...
wait_until() {
  local until=$((SECONDS + 60))
  while ((SECONDS < until)); do
    "$@" && return 0
    sleep 0.025
  done
  echo "waited in vain for: $*"
  return 1
}

# What runs a program with its clock moved, in the same process: clock FAKETIME=OFFSET, or other variables of faketime
clock() { echo "env $* LD_PRELOAD=$(faketime -f +0 printenv LD_PRELOAD)"; }

# make check tries a sample of what make check-long tries whole: some NUMBER VALUE... prints that many of the values, spread
# evenly, and all of them in make check-long.
some() {
  local number=$1 i
  shift
  [ -z "${CHECK_LONG-}" ] && [ "$number" -lt $# ] || number=$#
  for ((i = 0; i < number; i++)); do printf '%s\n' "${@:1 + (2 * i + 1) * $# / (2 * number):1}"; done
}

# End a process in the background after a while, which is up to that many milliseconds, and wait for it: killed_within MS PID
killed_within() {
  sleep "$(printf '0.%06d' $((RANDOM * $1 * 1000 / 32768)))"
  kill -9 "$2" 2>/dev/null || :
  wait "$2" 2>/dev/null || :
}

# Skip when the sanitizers or valgrind make it meaningless.
native_only() {
  if [ -n "${DPAT_RUNNER-}" ] || grep -qa __asan_init "$DPAT"; then
    skip "$1"
  fi
}
