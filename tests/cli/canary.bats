# A canary secret goes every way a secret can go: no debug line, error or file shows it, and no memory of it can be read.
setup() {
  load lib.bash
  dpat_home
  CANARY=c4naryS3cretThatMustNotShow
  printf '%s\n' "$CANARY" >canary
  printf 'a long passphrase\n' >passphrase
  mkdir bin "$DOCKER_CONFIG"
  ln -s "$DPAT" bin/docker-credential-dpat
  PATH=$HOME/bin:$PATH
  KEYSTORE=$XDG_STATE_HOME/dpat/keystore
  export DPAT_DEBUG=1
}

finish() {
  DPAT_PASSPHRASE_FILE=$HOME/passphrase dpat keystore lock -q 2>/dev/null || :
}

# Runs it with all it says in said, to which more is added; how it ends does not matter here.
try() {
  echo "== $1" >>said
  "$@" >>said 2>&1 || echo "ended $?" >>said
}

# Nothing of it was said, or lies anywhere but in the files named.
silent() {
  local secret=$1
  shift
  run -1 grep -nF -- "$secret" said
  run -1 grep -nF -- "$(printf %s "$secret" | base64 -w 0)" said
  run grep -rlF -- "$secret" "$HOME"
  [ "$output" = "$(printf '%s\n' "$@")" ]
}

@test "as the passphrase of the keystore" {
  cp canary passphrase
  export DPAT_PASSPHRASE_FILE=$HOME/canary
  try dpat keystore init
  try dpat keystore status --json
  try dpat keystore unlock --for 1s
  try dpat keystore lock
  try docker-credential-dpat list
  cp "$KEYSTORE" good
  head -c 50 good >"$KEYSTORE"
  try dpat keystore unlock
  try docker-credential-dpat list
  cp good "$KEYSTORE"
  DPAT_PASSPHRASE_FILE=$HOME/canary/x try dpat keystore unlock
  printf '%s\n' "$CANARY$CANARY" >wrong
  DPAT_PASSPHRASE_FILE=$HOME/wrong try dpat keystore unlock
  rm wrong passphrase
  grep -q 'passphrase of the keystore is wrong' said
  silent "$CANARY" "$HOME/canary"
}

@test "as what the helper stores" {
  ready_keystore
  store() { printf '%s' "${1/@/$CANARY}" | try docker-credential-dpat store; }
  store '{"ServerURL":"r.example","Username":"a","Secret":"@"}'
  store '{"ServerURL":"r.example","Username":"","Secret":"@"}'
  store '{"ServerURL":"","Username":"a","Secret":"@"}'
  store '{"ServerURL":"r.example","Username":"a","Secret":"@"'
  store '{"ServerURL":"r.example","Username":"a","Secret":"@","Secret":"again"}'
  store '{"ServerURL":7,"Username":["@"],"Secret":7}'
  store '@'
  store '"@"'
  printf '%s' "$CANARY" | try docker-credential-dpat get
  printf '%s' "$CANARY" | try docker-credential-dpat erase
  chmod 666 "$KEYSTORE"
  store '{"ServerURL":"r.example","Username":"a","Secret":"@"}'
  chmod 600 "$KEYSTORE"
  try docker-credential-dpat list
  try docker-credential-dpat list "$CANARY"
  rm canary
  silent "$CANARY"
}

@test "as a password that is wrong, or right for nothing" {
  dpat account add alice --password-stdin -q <<<"$PASSWORD" 2>>said
  for arguments in 'login alice --password-stdin' 'login alice --password-stdin --registry r.example' \
    'login nobody --password-stdin' 'login alice --password-stdin --otp-stdin' 'account passwd alice --password-stdin' \
    'account add bob --password-stdin --json' 'login bob --password-stdin --otp-stdin --json'; do
    # shellcheck disable=SC2086 # words
    try dpat $arguments <canary
  done
  printf '[]' >"$DOCKER_CONFIG/config.json"
  try dpat login bob --password-stdin --registry r.example <canary
  DPAT_PASSWORD_FILE=$HOME/canary DPAT_USER=alice try dpat list
  DPAT_PASSWORD_FILE=$HOME/canary DPAT_USER=bob try dpat create x --docker --registry r.example
  grep -q 'ended 4' said
  silent "$CANARY" "$HOME/canary"
}

# Secrets of tokens: the spy writes down each that is delivered, whatever becomes of it.
@test "as a new token that goes anywhere, or cannot" {
  ready_keystore
  signed_in >>said 2>&1
  spied=$BATS_TEST_TMPDIR/spied
  for end in 'exit 0' 'exit 1' 'kill -9 $$'; do
    try dpat create "c $end" --command "tee -a '$spied' >/dev/null; echo >>'$spied'; $end"
  done
  for end in 'exit 0' 'exit 1' 'cat entry; exit 1' 'cat entry'; do
    printf '#!/bin/sh\ncd "%s"\ncase $1 in store) cat >entry; sed "s/.*\\"Secret\\": *\\"//; s/\\".*//" entry >>"%s"; %s;; *) echo credentials not found in native keychain; exit 1;; esac\n' \
      "$BATS_TEST_TMPDIR" "$spied" "$end" >bin/docker-credential-spy
    chmod +x bin/docker-credential-spy
    printf '{"credsStore":"spy"}' >"$DOCKER_CONFIG/config.json"
    try dpat create "h $end" --docker --registry r.example -y
  done
  dpat create saved --save 2>>said
  key=$(docker-credential-dpat list 2>>said | json '.__iter__().__next__()')
  printf '%s' "$key" | docker-credential-dpat get 2>>said | json '["Secret"]' >>"$spied"
  try dpat create out --out "$BATS_TEST_TMPDIR/out"
  cat "$BATS_TEST_TMPDIR/out" >>"$spied"
  try dpat create out2 --out "$BATS_TEST_TMPDIR/out"
  chmod 666 "$KEYSTORE"
  try dpat create unsaved --save
  chmod 600 "$KEYSTORE"
  dpat create full -q >/dev/full 2>>said || :
  dpat create full --json >/dev/full 2>>said || :
  grep '^dpat_' "$spied" >secrets
  mapfile -t secrets <secrets
  rm secrets
  for secret in "${secrets[@]}"; do
    try dpat login alice --password-stdin --registry two.example -y <<<"$secret"
    try dpat show "$secret"
    run -1 grep -qF "${secret:5:32}" said
    nowhere "$secret"
  done
  [ "${#secrets[@]}" -ge 9 ]
}

@test "nobody of the same user reads its memory, whatever name it is called by" {
  native_only 'the sanitizers need to be traced'
  needs_nobody
  mkdir "$PUBLIC/home"
  chown 65534 "$PUBLIC/home"
  for name in docker-credential-dpat docker-pat dpat; do
    [ "$name" = dpat ] || cp "$PUBLIC/dpat" "$PUBLIC/$name"
    rm -f "$PUBLIC/in"
    mkfifo -m 666 "$PUBLIC/in"
    case $name in
      docker-credential-dpat) words=(store) ;;
      docker-pat) words=(pat --store "$PUBLIC/s.db" account add alice --password-stdin) ;;
      dpat) words=(--store "$PUBLIC/s.db" account add alice --password-stdin) ;;
    esac
    "${NOBODY[@]}" "$PUBLIC/$name" "${words[@]}" <"$PUBLIC/in" >/dev/null 2>&1 3>&- &
    pid=$!
    exec 9>"$PUBLIC/in"
    runs() { [ "$(readlink "/proc/$pid/exe")" = "$PUBLIC/$name" ] && [ "$(stat -c %u "/proc/$pid/mem")" -eq 0 ]; }
    wait_until runs || { exec 9>&-; return 1; }
    peek() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
    run ! peek cat "/proc/$pid/environ"
    run ! peek head -c 1 "/proc/$pid/mem"
    if command -v strace >/dev/null; then
      run ! peek timeout 60 strace -p "$pid" -o /dev/null
      [[ $output == *'not permitted'* ]]
    fi
    exec 9>&-
    wait "$pid" || :
  done
}
