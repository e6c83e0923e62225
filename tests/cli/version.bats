# dpat version.
setup() { load lib.bash; dpat_home; }

@test "version and --version" {
  succeeds dpat version
  [[ $output =~ ^dpat\ [0-9]+\.[0-9]+\.[0-9]+ ]]
  one=$output
  succeeds dpat --version
  [ "$output" = "$one" ]
  succeeds dpat version --json
  printf '%s\n' "$output" | "$PYTHON3" "$TOP_SRCDIR/tests/support/check-json.py" version
}
