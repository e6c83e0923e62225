# dpat version.
setup() { load lib.bash; dpat_home; }

@test "version and --version" {
  succeeds dpat version
  [[ $output =~ ^dpat\ [0-9]+\.[0-9]+\.[0-9]+ ]]
  one=$output
  succeeds dpat --version
  [ "$output" = "$one" ]
  succeeds dpat version --json
  is_document version <<<"$output"
}
