# Each system call of a rotation of the registry's keys, on the store and its key file, fails once and kills once: the key
# file, the store and the trail have all changed, or none of them.
# shellcheck disable=SC2317 # the checks are run by another shell
setup() {
  load lib.bash
  native_only 'strace and the sanitizers get in each other'"'"'s way'
  command -v strace >/dev/null || skip 'no strace here'
  [ "$(id -u)" -eq 0 ] || skip 'needs root to trace a program that hides its memory'
  dpat_home
  dpat account add alice --password-stdin -q <<<"$PASSWORD"
  dpat registry config --out "$HOME/keys" --url https://tokens.example >/dev/null 2>&1
  STORE_FOLDER=$XDG_DATA_HOME/dpat
  OLD=$(dpat registry keys -q)
  export -f dpat
  export STORE STORE_FOLDER OLD
}

# Whether it rotated, by the keys and by the trail, which must agree; looking at them finishes what was left.
agrees() {
  local keys rotations
  keys=$(dpat registry keys -q) || { echo "keys cannot be listed: $keys"; return 1; }
  rotations=$(dpat log --all --porcelain | grep -c registry_key_rotated)
  [ ! -e "$STORE.key.next" ] || { echo 'a change is left'; return 1; }
  case "$rotations $([ "$keys" = "$OLD" ] && echo same)" in
    '0 same') echo old ;;
    '1 ') echo new ;;
    *) echo "$rotations rotations, keys: $keys" ; return 1 ;;
  esac
}

@test "a rotation that drops the old key" {
  check() {
    local now
    now=$(agrees) || { echo "$now"; return 1; }
    case $ENDED in
      0) [ "$now" = new ] ;;
      killed) ;;
      # where the file could not follow, that is said, and the next look at it has finished it
      *) [ "$now" = old ] || grep -q 'is decided, but not in use yet\|cannot be told' "$SAID" ;;
    esac
  }
  export -f check agrees
  "$PYTHON3" "$TOP_SRCDIR/tests/support/inject.py" --home "$HOME" --check check --on "$STORE_FOLDER" -- \
    "$DPAT" registry keys rotate --now -y 3>&-
}
