# Files and folders whose owner or group is not the caller's: used as they are, kept as they were, or told before anything is made.
setup() {
  load lib.bash
  dpat_home
  needs_nobody
  printf '%s\n' "$PASSWORD" >"$PUBLIC/password"
  chmod 644 "$PUBLIC/password"
  chown 65534:65534 "$PUBLIC"
  CONFIG=$PUBLIC/.docker/config.json
  STATE=$PUBLIC/.local/state/dpat
  nobody account add alice --password-stdin -q <"$PUBLIC/password"
  nobody login alice --password-stdin <"$PUBLIC/password" 2>/dev/null
  as_nobody mkdir "$PUBLIC/.docker"
}

nobody() { as_nobody env DPAT_SERVICE=local "$PUBLIC/dpat" "$@"; }

# root with the environment of that user, as after sudo -E.
sudo_e() { env -u XDG_DATA_HOME -u XDG_STATE_HOME -u XDG_CONFIG_HOME -u DOCKER_CONFIG HOME="$PUBLIC" "$PUBLIC/dpat" "$@"; }

# A file with these owner, group and mode: file PATH OWNER:GROUP MODE [CONTENT]
file() {
  [ $# -lt 4 ] || printf %s "$4" >"$1"
  chown "$2" "$1"
  chmod "$3" "$1"
}

KEPT='{"auths":{"keep.example":{"auth":"bWU6bWluZQ=="}},"psFormat":"x"}'

# The file has owner, group and mode, holds what was there and the entry: is PATH OWNER:GROUP MODE [REGISTRY]
is() {
  [ "$(stat -c '%u:%g %a' "$1")" = "$2 $3" ] || { stat "$1"; return 1; }
  grep -q keep.example "$1" && grep -q "${4-reg.example}" "$1"
}

# No token was made, not even one that was deleted again.
nothing_made() {
  [ "$(sqlite3 "$PUBLIC/.local/share/dpat/service.db" "SELECT count(*) FROM audit WHERE action = 'token_created'")" -eq 0 ]
}

@test "a file of one's own with a group that is not: the group goes, unless it has rights" {
  file "$CONFIG" 65534:0 600 "$KEPT"
  file "$STATE/sessions.json" 65534:0 600
  file "$PUBLIC/.config/dpat/config.json" 65534:0 600
  succeeds nobody create ci --docker --registry reg.example
  is "$CONFIG" 65534:65534 600
  [ "$(stat -c %u:%g "$STATE/sessions.json")" = 65534:65534 ]
  succeeds nobody config set default_expires 30d
  [ "$(stat -c %u:%g "$PUBLIC/.config/dpat/config.json")" = 65534:65534 ]
  file "$CONFIG" 65534:0 640 "$KEPT"
  succeeds nobody create more --docker --registry reg.example -y
  is "$CONFIG" 65534:0 640
  file "$PUBLIC/auth.json" 65534:0 600 "$KEPT"
  as_nobody env DPAT_SERVICE=local REGISTRY_AUTH_FILE="$PUBLIC/auth.json" \
    "$PUBLIC/dpat" create third --docker --format podman --registry reg.example
  is "$PUBLIC/auth.json" 65534:65534 600
  [ -z "$(find "$PUBLIC" -name '.*.dpat-*')" ]
}

@test "lock files that root left are no obstacle, and belong to who may write the file" {
  file "$CONFIG" 65534:65534 600 "$KEPT"
  for lock in "$CONFIG.lock" "$STATE/sessions.json.lock" "$PUBLIC/.config/dpat/config.json.lock"; do
    rm -f "$lock"
    file "$lock" 0:0 600 ''
  done
  succeeds nobody create ci --docker --registry reg.example
  succeeds nobody config set default_expires 30d
  [ "$(find "$PUBLIC" -name '*.lock' -user 0)" = '' ]
  succeeds nobody logout
  # but not while root is at it
  file "$CONFIG.lock" 0:0 600 ''
  exec 9<"$CONFIG.lock"
  rm "$CONFIG.lock"
  : >"$CONFIG.lock"
  # by a process that lives: in a container the kernel does not list the locks of others
  "$PYTHON3" -c 'import fcntl, sys, time
with open(sys.argv[1]) as lock:
    fcntl.flock(lock, fcntl.LOCK_EX)
    print("held", flush=True)
    time.sleep(60)' "$CONFIG.lock" >held 3>&- &
  local holder=$!
  wait_until test -s held
  nobody login alice --password-stdin <"$PUBLIC/password" 2>/dev/null
  chmod 600 "$CONFIG.lock"
  run --separate-stderr nobody create more --docker --registry reg.example 9<&-
  [ "$status" -eq "$(exit_of file_locked)" ]
  kill "$holder"
  wait "$holder" || :
  exec 9<&-
  succeeds nobody create more --docker --registry reg.example
}

@test "a file that a group shares stays its owner's and the group's, for each of them" {
  as_nobody rm -r "$PUBLIC/.docker"
  mkdir "$PUBLIC/.docker"
  file "$CONFIG" 1:65534 660 "$KEPT"
  file "$PUBLIC/.docker" 1:65534 2770
  succeeds nobody create ci --docker --registry reg.example
  is "$CONFIG" 1:65534 660
  [ "$(stat -c %g:%a "$CONFIG.lock")" = 65534:660 ]
  # its owner goes on with it, and with the lock
  mkdir "$PUBLIC/other"
  chown 1:1 "$PUBLIC/other"
  owner() {
    setpriv --reuid 1 --regid 1 --clear-groups env -i PATH="$PATH" HOME="$PUBLIC/other" DOCKER_CONFIG="$PUBLIC/.docker" \
      DPAT_SERVICE=local "$PUBLIC/dpat" "$@"
  }
  owner account add bob --password-stdin -q <"$PUBLIC/password"
  owner login bob --password-stdin <"$PUBLIC/password" 2>/dev/null
  succeeds owner create ci --docker --registry owner.example
  is "$CONFIG" 1:65534 660 owner.example
  succeeds nobody create more --docker --registry more.example
  is "$CONFIG" 1:65534 660 owner.example
  is "$CONFIG" 1:65534 660 more.example
  [ -z "$(find "$PUBLIC/.docker" -name '.*.dpat-*')" ]
  # without a place for the copies, nothing is made
  chmod 2750 "$PUBLIC/.docker"
  fails_with credentials_file nobody create never --docker --registry reg.example
  [[ $stderr == *"$PUBLIC/.docker cannot be written"*chown* ]]
  [ "$(nobody list -q | wc -l)" -eq 2 ]
}

@test "what cannot be written is told before a token is made, and how to get it back" {
  file "$CONFIG" 0:0 600 "$KEPT"
  fails_with credentials_file nobody create ci --docker --registry reg.example
  [[ $stderr == *"sudo chown"*"65534 '$CONFIG'"* ]]
  rm "$CONFIG"
  file "$PUBLIC/.docker" 0:0 700
  fails_with credentials_file nobody create ci --docker --registry reg.example
  [[ $stderr == *"sudo chown -R 65534 '$PUBLIC/.docker'"* ]]
  file "$PUBLIC/.docker" 65534:65534 700
  file "$STATE" 65534:65534 500
  fails_with state nobody create ci --docker --registry reg.example
  nothing_made
  INPUT=$PUBLIC/password fails_with state nobody login alice --password-stdin
  [ "$(sqlite3 "$PUBLIC/.local/share/dpat/service.db" "SELECT count(*) FROM audit WHERE action = 'signed_in'")" -le 1 ]
  file "$STATE" 65534:65534 700
  file "$STATE/sessions.json" 0:0 600
  fails_with state nobody create ci --docker --registry reg.example
  [[ $stderr == *"sudo chown"*"65534 '$STATE/sessions.json'"* ]]
  nothing_made
}

@test "root in the home of a user makes files and folders that are the user's" {
  rm -rf "$PUBLIC/.local" "$PUBLIC/.config" "$PUBLIC/.docker"
  printf 'a long passphrase\n' >passphrase
  export DPAT_PASSPHRASE_FILE=$HOME/passphrase
  umask 077
  succeeds sudo_e account add alice --password-stdin -q <"$PUBLIC/password"
  succeeds sudo_e login alice --password-stdin --registry reg.example <"$PUBLIC/password"
  succeeds sudo_e keystore init
  succeeds sudo_e create saved --save
  succeeds sudo_e create ci --docker --registry ci.example
  REGISTRY_AUTH_FILE=$PUBLIC/new/auth.json succeeds sudo_e create pod --docker --format podman --registry pod.example
  succeeds sudo_e config set default_expires 30d
  succeeds sudo_e keystore lock
  [ -z "$(find "$PUBLIC" -user 0 ! -name dpat ! -name password)" ]
  # so that they can be used by either, from now on
  succeeds nobody create mine --docker --registry mine.example
  succeeds nobody list
  succeeds sudo_e create his --docker --registry his.example
  succeeds nobody logout
  [ -z "$(find "$PUBLIC" -user 0 ! -name dpat ! -name password)" ]
  run -1 grep -q 'mine.example' "$CONFIG"
}

@test "a user's folder that is mounted in the home of root, where the user cannot go" {
  install -d -m 700 "$PUBLIC/home"
  install -d -m 700 -o 65534 -g 65534 "$PUBLIC/home/data" "$PUBLIC/home/state" "$PUBLIC/home/docker"
  root() {
    env -u XDG_CONFIG_HOME DPAT_STORE="$PUBLIC/home/data/service.db" DPAT_STATE_DIR="$PUBLIC/home/state/dpat" \
      DOCKER_CONFIG="$PUBLIC/home/docker" HOME="$PUBLIC/home" "$PUBLIC/dpat" "$@"
  }
  for name in one two; do
    succeeds root account add "$name" --password-stdin -q <"$PUBLIC/password"
    succeeds root login "$name" --password-stdin --registry "$name.example" <"$PUBLIC/password"
  done
  [ -z "$(find "$PUBLIC/home/data" "$PUBLIC/home/state" "$PUBLIC/home/docker" ! -user 65534)" ]
}

@test "root's own home is root's, and another user's state there is not taken" {
  mkdir "$HOME/.local"
  cp -r "$PUBLIC/.local/state" "$HOME/.local/"
  chown -R 65534 "$HOME/.local/state/dpat"
  fails_with state dpat list
  [[ $stderr == *'belongs to another user'* ]]
}
