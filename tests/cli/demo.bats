# make demo: the whole life of a token, as a newcomer sees it first.
setup() { load lib.bash; dpat_home; }

@test "shows every step and leaves nothing behind" {
  mkdir tmp
  TMPDIR=$HOME/tmp succeeds sh "$TOP_SRCDIR/tests/demo.sh"
  for step in 'account add alice' 'login alice' 'create ci-deploy' 'dpat list' rename deactivate activate '--docker' delete logout; do
    [[ $output == *"$step"* ]]
  done
  [[ $output == *'To try it yourself'* ]]
  [[ $output =~ dpat_[0-9A-Za-z]{38} ]]
  [ "$(ls -A tmp)" = '' ]
  [ "$(ls -A "$HOME")" = tmp ]
}

@test "hands a token to the real docker client" {
  command -v docker >/dev/null || skip 'no docker client here'
  succeeds sh "$TOP_SRCDIR/tests/demo.sh"
  [[ $output == *'docker manifest inspect'*accepted* ]]
  [[ $output == *'the registry saw user alice with a secret that begins with dpat_'* ]]
}
