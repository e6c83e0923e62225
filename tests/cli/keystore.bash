# What the tests of the keystore share: a passphrase, dpat as a credential helper, and a keystore made.
# shellcheck shell=bash
# Sourced after lib.bash in setup().

keystore_home() {
  dpat_home
  export TERM=xterm
  unset DPAT_PASSPHRASE_FILE
  printf 'a long passphrase\n' >passphrase
  printf 'another one altogether\n' >other
  KEYSTORE=$XDG_STATE_HOME/dpat/keystore
  mkdir bin
  ln -s "$DPAT" bin/docker-credential-dpat
  PATH=$HOME/bin:$PATH
}

finish() {
  # what was unlocked does not outlive the test
  [ ! -e "${KEYSTORE-}" ] || dpat keystore lock -q 2>/dev/null || :
}

terminal() { "$PYTHON3" "$TOP_SRCDIR/tests/support/terminal.py" "$@"; }

needs_keyring() {
  dpat keystore unlock --for 30s -q 2>/dev/null || skip 'the kernel keeps no keys here'
  dpat keystore lock -q
}

helper() { docker-credential-dpat "$@"; }

store() { printf '{"ServerURL":"%s","Username":"%s","Secret":"%s"}\n' "$1" "$2" "$3" | helper store; }

# answers STATUS TEXT COMMAND...: that exit status, exactly that on stdout, and nothing on stderr. stdin from $INPUT.
answers() {
  local expected=$1 text=$2
  shift 2
  run --separate-stderr "$@" <"${INPUT-/dev/null}"
  if [ "$status" -ne "$expected" ] || [ "$output" != "$text" ] || [ -n "$stderr" ]; then
    echo "exit $status, stdout: $output, stderr: $stderr"
    return 1
  fi
}

# later COMMAND...: two hours from now.
later() { faketime -f +2h "$@"; }

# Change one byte of a file, whatever it was: damage FILE OFFSET
damage() {
  "$PYTHON3" -c 'import sys
with open(sys.argv[1], "r+b") as file:
    file.seek(int(sys.argv[2]))
    byte = file.read(1)[0]
    file.seek(int(sys.argv[2]))
    file.write(bytes([byte ^ 0xFF]))' "$1" "$2"
}
