# Each system call of every write fails once, and kills once: the old file or the new one is there, and what was said holds.
# make check has a sample of them.
# shellcheck disable=SC2317 # the checks are run by another shell
setup() {
  load lib.bash
  native_only 'strace and the sanitizers get in each other'"'"'s way'
  command -v strace >/dev/null || skip 'no strace here'
  [ "$(id -u)" -eq 0 ] || skip 'needs root to trace a program that hides its memory'
  dpat_home
  STATE=$XDG_STATE_HOME/dpat
  KEYSTORE=$STATE/keystore
  CONFIG=$DOCKER_CONFIG/config.json
  SECRET=c4nary-s3cret
  printf '%s\n' "$PASSWORD" >password
  printf 'a long passphrase\n' >passphrase
  mkdir bin "$DOCKER_CONFIG"
  ln -s "$DPAT" bin/docker-credential-dpat
  PATH=$HOME/bin:$PATH
  export STATE KEYSTORE CONFIG SECRET PASSWORD
  export -f dpat json names same same_or is_good at signs_in keep_is_there
}

finish() {
  [ -z "${PUBLIC-}" ] || rm -rf "$PUBLIC.inject"
  [ ! -e "${KEYSTORE-}" ] || dpat keystore lock -q 2>/dev/null || :
}

# What follows is for the checks: each is run by a shell of its own.

# The file is as it was before.
same() {
  cmp -s "$1" "${1/#$HOME/$BEFORE}" || { [ ! -e "$1" ] && [ ! -e "${1/#$HOME/$BEFORE}" ]; } ||
    { echo "$1 is not as it was"; return 1; }
}

# The file is as it was before, or else: same_or FILE COMMAND...
same_or() {
  same "$1" >/dev/null || "${@:2}" || { echo "$1 is neither as it was nor as it should be"; return 1; }
}

# The secret on stdin is that of a token of alice's.
is_good() {
  DOCKER_CONFIG=$HOME/elsewhere DPAT_STATE_DIR=$HOME/elsewhere dpat login alice --password-stdin \
    --registry check.example >/dev/null 2>&1 || { echo 'the secret is not good'; return 1; }
}

# What is at a path of a JSON file, which must be whole: at FILE PATH
at() { sqlite3 :memory: "SELECT json_extract(readfile('$1'), '$2')"; }

# What Docker's config.json has for reg.example is the secret of a token.
signs_in() { at "$CONFIG" '$.auths."reg.example".auth' | base64 -d | cut -d : -f 2 | is_good; }

# What others keep in config.json.
keep_is_there() {
  [ "$(at "$CONFIG" '$.auths."keep.example".auth')$(at "$CONFIG" '$.psFormat')" = bWU6bWluZQ==x ] ||
    { echo 'something is lost from config.json'; return 1; }
}

inject() {
  local sample=()
  [ -n "${CHECK_LONG-}" ] || sample=(--sample 6)
  "$PYTHON3" "$TOP_SRCDIR/tests/support/inject.py" "${sample[@]}" --home "$HOME" --secret "$SECRET" "$PASSWORD" --check "$@" 3>&-
}

# A keystore with an entry, unlocked where the kernel keeps keys: else each run takes its time to derive the key.
keystore() {
  export DPAT_PASSPHRASE_FILE=$HOME/passphrase
  ready_keystore
  printf '{"ServerURL":"reg.example","Username":"alice","Secret":"old"}' | docker-credential-dpat store
  printf '{"ServerURL":"keep.example","Username":"alice","Secret":"kept"}' | docker-credential-dpat store
  dpat keystore unlock --for 10m -q 2>/dev/null || :
  export -f has
}

# The keystore has that secret for a server, "" for none; and the other entry: has SERVER SECRET
has() {
  local found
  found=$(printf %s "$1" | docker-credential-dpat get | sed -n 's/.*"Secret":"\(.*\)"}$/\1/p')
  [ "$found" = "$2" ] && printf keep.example | docker-credential-dpat get | grep -q '"kept"' ||
    { echo "the keystore has not what it should: ${found:-nothing}"; return 1; }
}

@test "a store into the keystore" {
  keystore
  printf '{"ServerURL":"reg.example","Username":"alice","Secret":"%s"}' "$SECRET" >input
  check() {
    case $ENDED in
      0) has reg.example "$SECRET" ;;
      killed) same_or "$KEYSTORE" has reg.example "$SECRET" ;;
      *) same "$KEYSTORE" ;;
    esac
  }
  export -f check
  INPUT=$HOME/input inject check --on "$STATE" -- docker-credential-dpat store
}

@test "an erase from the keystore" {
  keystore
  printf reg.example >input
  check() {
    case $ENDED in
      0) has reg.example '' ;;
      killed) same_or "$KEYSTORE" has reg.example '' ;;
      *) same "$KEYSTORE" ;;
    esac
  }
  export -f check
  INPUT=$HOME/input inject check --on "$STATE" -- docker-credential-dpat erase
}

@test "another passphrase" {
  keystore
  dpat keystore lock -q
  printf 'another one altogether\n' >other
  with_other() { DPAT_PASSPHRASE_FILE=$HOME/other has reg.example old; }
  check() {
    case $ENDED in
      0) with_other ;;
      killed) same_or "$KEYSTORE" with_other ;;
      *) same "$KEYSTORE" ;;
    esac
  }
  export -f check with_other
  TERM=xterm inject check --on "$STATE" --faults ENOSPC KILL \
    --under "'$PYTHON3' '$TOP_SRCDIR/tests/support/terminal.py' --expect 'New passphrase of dpat' \
      --send 'another one altogether' --expect 'again: ' --send 'another one altogether' --" -- "$DPAT" keystore passphrase
}

@test "a new keystore" {
  export DPAT_PASSPHRASE_FILE=$HOME/passphrase
  opens() { [ "$(docker-credential-dpat list)" = '{}' ]; }
  check() {
    case $ENDED in
      0) opens ;;
      killed) [ ! -e "$KEYSTORE" ] || opens ;;
      *) [ ! -e "$KEYSTORE" ] ;;
    esac
  }
  export -f check opens
  inject check --on "$STATE" --faults ENOSPC KILL -- "$DPAT" keystore init
}

@test "a new keystore for docker" {
  keystore
  printf '{"auths":{"keep.example":{"auth":"bWU6bWluZQ=="},"move.example":{"auth":"bWU6bWluZQ=="}},"psFormat":"x"}' >"$CONFIG"
  # what the keystore has already stays, and so does what config.json has beside that
  named() { keep_is_there && [ "$(at "$CONFIG" '$.credsStore')" = dpat ] && has move.example mine; }
  check() {
    has keep.example kept || return 1
    case $ENDED in
      0) named ;;
      killed) same_or "$CONFIG" named ;;
      *) same "$CONFIG" && has move.example '' ;;
    esac
  }
  export -f check named
  inject check --on "$STATE" "$DOCKER_CONFIG" -- "$DPAT" keystore init --docker -y
}

# Signed in, with an older entry of dpat's own in $CONFIG, and one of somebody else's: entry [OPTION...]
entry() {
  printf '{"auths":{"keep.example":{"auth":"bWU6bWluZQ=="}},"psFormat":"x"}' >"$CONFIG"
  signed_in
  dpat create older --docker "$@" --registry reg.example -q
}

# All that dpat wrote is known to it: signing out takes it away, and nothing else.
all_is_known() {
  dpat logout 2>/dev/null
  keep_is_there && [ "$(at "$CONFIG" '$.auths')" = '{"keep.example":{"auth":"bWU6bWluZQ=="}}' ] ||
    { echo 'an entry is left that nobody knows of'; return 1; }
}

# Another one takes its place: replaced [OPTION...]
replaced() {
  entry "$@"
  made() { keep_is_there && signs_in; }
  check() {
    case $ENDED in
      0) made && [ "$(names | sort | tr '\n' ' ')" = 'newer older ' ] || return 1 ;;
      killed) same_or "$CONFIG" made || return 1 ;;
      *)
        same "$CONFIG" && [ "$(names)" = older ] || { echo "tokens: $(names)"; return 1; }
        ;;
    esac
    all_is_known
  }
  export -f check made all_is_known
  inject check --on "$STATE" "${CONFIG%/*}" --faults EIO ENOSPC KILL -- \
    "$DPAT" create newer --docker "$@" --registry reg.example
}

@test "create --docker over an entry of one's own" {
  replaced
}

@test "create --docker --format podman over an entry of one's own" {
  CONFIG=$HOME/containers/auth.json
  export REGISTRY_AUTH_FILE=$CONFIG
  mkdir containers
  replaced --format podman
}

@test "create --docker where config.json is a mount of its own" {
  signed_in
  printf '{"auths":{"keep.example":{"auth":"bWU6bWluZQ=="}},"psFormat":"x","long":"%01000d"}' 0 >"$CONFIG"
  unshare -m mount --bind "$CONFIG" "$CONFIG" 2>/dev/null || skip 'no mount here'
  made() { keep_is_there && signs_in; }
  # the next run restores what is half-written
  whole() {
    dpat status >/dev/null && same_or "$CONFIG" made && no_copies
  }
  no_copies() { [ ! -e "$DOCKER_CONFIG/.config.json.dpat-old" ] || { echo 'copies are left'; return 1; }; }
  check() {
    case $ENDED in
      0) made && { no_copies || [[ $FAULT == unlink* ]]; } ;;
      killed) whole ;;
      *) same "$CONFIG" && [ -z "$(names)" ] ;;
    esac
  }
  export -f check made whole no_copies
  inject check --on "$DOCKER_CONFIG" --under "unshare -m sh -c 'mount --bind \"\$0\" \"\$0\" && exec \"\$@\"' '$CONFIG'" -- \
    "$DPAT" create ci --docker --registry reg.example
}

@test "create --docker where config.json is another user's who shares it with a group" {
  needs_nobody
  chown 65534:65534 "$PUBLIC"
  as_nobody env DPAT_SERVICE=local "$PUBLIC/dpat" account add alice --password-stdin -q <password
  as_nobody env DPAT_SERVICE=local "$PUBLIC/dpat" login alice --password-stdin <password 2>/dev/null
  mkdir "$PUBLIC/.docker"
  CONFIG=$PUBLIC/.docker/config.json
  printf '{"auths":{"keep.example":{"auth":"bWU6bWluZQ=="}},"psFormat":"x","long":"%01000d"}' 0 >"$CONFIG"
  chown -R 1:65534 "$PUBLIC/.docker"
  chmod 2770 "$PUBLIC/.docker"
  chmod 660 "$CONFIG"
  nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups env -i PATH="$PATH" HOME="$PUBLIC" DPAT_SERVICE=local "$PUBLIC/dpat" "$@"; }
  shared() {
    [ "$(stat -c %u:%g:%a "$CONFIG")" = 1:65534:660 ] || { stat "$CONFIG"; return 1; }
    keep_is_there
  }
  no_copies() { [ ! -e "$PUBLIC/.docker/.config.json.dpat-old" ] || { echo 'copies are left'; return 1; }; }
  unchanged() { cmp -s "$CONFIG" "$BEFORE/.docker/config.json"; }
  made() { at "$CONFIG" '$.auths."reg.example".auth' | base64 -d | grep -q '^alice:dpat_'; }
  check() {
    [ "$ENDED" != killed ] || nobody status >/dev/null || return 1
    shared || return 1
    case $ENDED in
      0) made && { no_copies || [[ $FAULT == unlink* ]]; } ;;
      killed) { unchanged || made; } && no_copies ;;
      *) unchanged && [ -z "$(nobody list -q)" ] ;;
    esac
  }
  export PUBLIC CONFIG
  export -f nobody shared no_copies unchanged made check
  HOME=$PUBLIC inject check --on "$PUBLIC/.docker" -- \
    setpriv --reuid 65534 --regid 65534 --clear-groups env -i PATH="$PATH" HOME="$PUBLIC" DPAT_SERVICE=local \
    "$PUBLIC/dpat" create ci --docker --registry reg.example
}

@test "logout with an entry in config.json" {
  entry
  gone() { keep_is_there && ! grep -q reg.example "$CONFIG"; }
  check() {
    at "$STATE/sessions.json" '$.version' >/dev/null || return 1
    case $ENDED in
      0) gone && dpat status --json | grep -q '"signed_in_with":null' || return 1 ;;
      killed) same_or "$CONFIG" gone || return 1 ;;
      *) same_or "$CONFIG" gone || return 1 ;;
    esac
    all_is_known
  }
  export -f check gone all_is_known
  inject check --on "$STATE" "$DOCKER_CONFIG" --faults EIO ENOSPC KILL -- "$DPAT" logout
}

@test "login" {
  signed_in
  count() { sqlite3 "$XDG_DATA_HOME/dpat/service.db" 'SELECT count(*) FROM session'; }
  before=$(count)
  export before
  check() {
    case $ENDED in
      0) dpat list -q ;;
      killed) dpat list -q ;;
      *) same "$STATE/sessions.json" && [ "$(count)" -eq "$before" ] && dpat list -q ;;
    esac
  }
  export -f check count
  INPUT=$HOME/password inject check --on "$STATE" -- "$DPAT" login alice --password-stdin
}

@test "create --out" {
  signed_in
  mkdir out
  check() {
    case $ENDED in
      0) is_good <out/ci.token ;;
      killed) [ ! -s out/ci.token ] || is_good <out/ci.token ;;
      *) [ -z "$(names)" ] && [ ! -e out/ci.token ] ;;
    esac
  }
  export -f check
  inject check --on "$HOME/out" -- "$DPAT" create ci --out "$HOME/out/ci.token"
}

@test "create --out into an empty file" {
  signed_in
  mkdir out
  : >out/ci.token
  check() {
    case $ENDED in
      0) is_good <out/ci.token ;;
      killed) [ ! -s out/ci.token ] || is_good <out/ci.token ;;
      *) [ -z "$(names)" ] && [ -e out/ci.token ] && [ ! -s out/ci.token ] ;;
    esac
  }
  export -f check
  inject check --on "$HOME/out" -- "$DPAT" create ci --out "$HOME/out/ci.token"
}
