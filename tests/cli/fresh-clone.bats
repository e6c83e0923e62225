# The first commands in a fresh clone: which packages come, who is asked, and that make does what it does anywhere else.
# Stand-ins for apt, sudo and configure show what would be done.
setup() {
  load lib.bash
  dpat_home
  unset MAKEFLAGS MAKELEVEL MFLAGS
  mkdir -p clone/tests stand-ins
  install -m 755 "$TOP_SRCDIR/GNUmakefile" "$TOP_SRCDIR/bootstrap" clone/
  install -m 644 "$TOP_SRCDIR/tests/tools.txt" "$TOP_SRCDIR/tests/tools.sh" clone/tests/
  CALLS=$HOME/calls
  stand_in apt-get 'case "$*" in *--print-uris*|*--simulate*) ;; *) echo "apt-get $*" >>"$CALLS" ;; esac'
  stand_in sudo 'echo "sudo $*" >>"$CALLS"'
  stand_in autoreconf 'echo autoreconf >>"$CALLS"'
  stand_in dpkg-query 'grep -qx -- "${!#}" "$HOME/installed" && echo -n installed'
  stand_in id '[ "$1" = -u ] && echo 1000 || exit 1'
  touch installed calls
  export CALLS PATH=$HOME/stand-ins:$PATH
  cd clone || return 1
}

stand_in() { printf '#!/bin/bash\n%s\n' "$2" >"$HOME/stand-ins/$1" && chmod +x "$HOME/stand-ins/$1"; }

# A bootstrap and a configure that only say that they were there.
no_bootstrap() {
  printf '#!/bin/sh\necho "bootstrap $*" >>"$CALLS"\n' >bootstrap
  printf '#!/bin/sh\necho configure >>"$CALLS"; cp made-of Makefile\n' >configure
  printf '%s\n' 'all demo check lint install clean distclean:; @echo "made $@" >>"$$CALLS"' >made-of
  chmod +x bootstrap configure
}

# What make did, in one line; then it is forgotten.
calls() {
  paste -sd , "$CALLS"
  : >"$CALLS"
}

as_root() { stand_in id 'echo 0'; }

@test "make -n prints and ends, whatever the goal, and makes nothing" {
  no_bootstrap
  before=$(ls -A)
  for words in '' all demo check 'demo check' install clean distclean nonsense dpat Makefile GNUmakefile '-j2 all demo' \
    'FOO=bar all' '-s --no-print-directory distclean' -k; do
    # shellcheck disable=SC2086 # words
    succeeds timeout 20 make -n $words
    [ "$(ls -A)" = "$before" ] && [ ! -s "$CALLS" ] || { echo "make -n $words: $(ls -A) $(calls)"; return 1; }
  done
  succeeds timeout 20 make -n check
  [[ $output == *'./bootstrap --tests'*configure*'make'*check* ]]
  timeout 20 make -npq __BASH_MAKE_COMPLETION__=1 .DEFAULT >/dev/null 2>&1 || [ $? -eq 2 ] # as bash asks for goals
  run timeout 20 make -q all
  [ "$status" -eq 1 ]
  succeeds timeout 20 make -t dpat all
  [ "$(ls -A)" = "$before" ] && [ ! -s "$CALLS" ]
}

@test "in a fresh clone there is nothing to clean" {
  no_bootstrap
  for goals in clean distclean 'distclean clean' maintainer-clean; do
    # shellcheck disable=SC2086 # words
    succeeds timeout 20 make $goals
    [ ! -s "$CALLS" ]
  done
}

@test "goals side by side configure once, and are made by one make" {
  no_bootstrap
  succeeds timeout 20 make -j3 all demo check
  [ "$(calls | sed 's/,made.*//')" = 'bootstrap --tests,configure' ]
}

@test "the tools of the tests come with the first goal that needs them, and once" {
  no_bootstrap
  succeeds make demo
  [ "$(calls)" = 'bootstrap ,configure,made demo' ]
  succeeds make install
  [ "$(calls)" = 'made install' ]
  succeeds make -n check
  [ ! -s "$CALLS" ]
  succeeds make check
  [ "$(calls)" = 'bootstrap --tests,configure,made check' ]
  succeeds make lint check
  [ "$(calls)" = 'made lint,made check' ]
}

@test "in a tree that somebody else configured nothing is installed" {
  no_bootstrap
  cp made-of Makefile
  succeeds make check
  succeeds make
  [ "$(calls)" = 'made check,made all' ]
}

@test "configure takes the tree out of GNUmakefile's hands" {
  [ -x "$TOP_SRCDIR/configure" ] || skip 'no configure here'
  mkdir apart
  cd apart
  echo build >.prepared
  # those lines are enough: no program is compiled
  sed -n '/no_create.*!= xyes/,/^fi/p' "$TOP_SRCDIR/configure" >lines
  no_create=yes sh -eu lines
  [ -e .prepared ]
  no_create='' sh -eu lines
  [ ! -e .prepared ]
}

@test "without rights the line to type is shown, and nothing is half done" {
  rm "$HOME/stand-ins/sudo"
  # no other sudo
  mkdir "$HOME/few"
  for tool in sh awk dirname sed tr cat mktemp; do ln -s "$(command -v "$tool")" "$HOME/few/$tool"; done
  PATH=$HOME/stand-ins:$HOME/few run --separate-stderr sh ./bootstrap
  [ "$status" -eq 1 ]
  [[ $stderr == *'  sudo apt-get update && sudo apt-get install --yes --no-install-recommends autoconf automake '*' zlib1g-dev'* ]]
  [[ $stderr == *'no sudo here'* ]]
  [ ! -s "$CALLS" ]
  [ "$(ls -A)" = $'GNUmakefile\nbootstrap\ntests' ]
}

@test "with sudo and nobody to ask the line is shown" {
  run --separate-stderr ./bootstrap --tests </dev/null
  [ "$status" -eq 1 ]
  [[ $stderr == *'sudo apt-get install '*' libssl-dev '*' bats '* ]]
  [ ! -s "$CALLS" ]
}

@test "on a terminal sudo is used only with a yes" {
  terminal() { "$PYTHON3" "$TOP_SRCDIR/tests/support/terminal.py" "$@"; }
  run terminal --expect '[y/N]' --send n -- ./bootstrap
  [ "$status" -eq 1 ]
  [ ! -s "$CALLS" ]
  succeeds terminal --expect '[y/N]' --send y -- ./bootstrap
  [[ $(calls) == 'sudo apt-get update,sudo apt-get install --yes --no-install-recommends autoconf '*zlib1g-dev,autoreconf ]]
}

@test "root installs what is missing, and only that" {
  as_root
  ./bootstrap --packages build | grep -v '^libssl-dev$' >"$HOME/installed"
  succeeds ./bootstrap
  [ "$(calls)" = 'apt-get install --yes --no-install-recommends libssl-dev,autoreconf' ]
  [[ $stderr == *'Installing for building: libssl-dev'* ]]
  echo libssl-dev >>"$HOME/installed"
  succeeds ./bootstrap
  [ "$(calls)" = autoreconf ]
}

@test "apt that fails is asked again after an update, and told" {
  as_root
  stand_in apt-get 'case $1 in install) echo "E: no such luck" >&2; exit 100 ;; *) echo "apt-get $*" >>"$CALLS" ;; esac'
  run --separate-stderr ./bootstrap
  [ "$status" -eq 1 ]
  [ "$(calls)" = 'apt-get update' ]
  [[ $stderr == *'no such luck'*'could not be installed'*'apt-get update && apt-get install '* ]]
}

@test "what would change the machine is in no list to install" {
  for package in podman docker-registry pass golang-docker-credential-helpers docker.io docker-cli gnupg gpg-agent man-db; do
    run -1 grep -qx "$package" <(./bootstrap --packages build; ./bootstrap --packages tests)
  done
}

@test "it is unpacked beside the tests, and runs from there" {
  command -v dpkg-deb >/dev/null || skip 'no dpkg here'
  as_root
  echo 'frobnicate no-such-package|frob unpack' >tests/tools.txt
  install -D -m 755 /dev/stdin "$HOME/frob/usr/bin/frobnicate" <<<$'#!/bin/sh\necho "$LD_LIBRARY_PATH:$*"'
  install -D /dev/stdin "$HOME/frob/DEBIAN/control" <<<$'Package: frob\nVersion: 1\nArchitecture: all\nMaintainer: x\nDescription: x'
  install -D -m 755 /dev/stdin "$HOME/frob/DEBIAN/postinst" <<<$'#!/bin/sh\necho postinst >>"$CALLS"'
  dpkg-deb --build "$HOME/frob" "$HOME/frob.deb" >/dev/null
  stand_in apt-cache '[ "${!#}" = frob ]'
  stand_in apt-get 'case "$*" in
    *--simulate*) printf "Inst %s (1)\n" "${!#}" libfrob1 frob-daemon ;;
    download*) echo "$*" >>"$CALLS"; cp "$HOME/frob.deb" . ;;
    esac'
  succeeds sh tests/tools.sh unpack test-tools
  [ "$(calls)" = 'download frob libfrob1' ]
  [[ $stderr == *'without installing: frob' ]]
  [[ $(test-tools/bin/frobnicate a 'b c') == "$PWD/test-tools/root/usr/lib/"*':a b c' ]]
  succeeds sh tests/tools.sh unpack test-tools
  [ -z "$stderr$(calls)" ]
}

@test "what cannot be had is said, and is no failure" {
  as_root
  echo 'frobnicate frob unpack' >tests/tools.txt
  stand_in apt-cache true
  stand_in apt-get 'case "$*" in *--simulate*) echo "Inst frob (1)" ;; *) exit 100 ;; esac'
  succeeds sh tests/tools.sh unpack test-tools
  [[ $stderr == *'Not to be had: frobnicate '*'are skipped'* ]]
  [ -z "$(ls test-tools/bin)" ]
  stand_in apt-cache false
  succeeds sh tests/tools.sh unpack test-tools
  [[ $stderr == *'Not to be had: frobnicate '* ]]
}

@test "make check names the packages without which it cannot run" {
  echo 'frobnicate frob need' >tests/tools.txt
  [ "$(sh tests/tools.sh missing)" = frob ]
  stand_in frobnicate true
  [ -z "$(sh tests/tools.sh missing)" ]
}

@test "every command that a test looks for is in the table" {
  awk '$1 !~ /^#/ { print $1 }' tests/tools.txt >"$HOME/known"
  looked_for=$(grep -rhoE 'command -v [a-z][a-z0-9-]*' "$TOP_SRCDIR"/tests/{cli,lint} "$TOP_SRCDIR"/tests/*.sh | sed 's/.* //' | sort -u |
    grep -vxE 'apt-get|dpkg-deb|sudo')
  [ "$(wc -l <<<"$looked_for")" -gt 15 ]
  run -1 grep -vxFf "$HOME/known" <<<"$looked_for"
}

@test "words it does not know" {
  for words in --frob '--tests x' '--packages x' x; do
    # shellcheck disable=SC2086 # words
    run --separate-stderr ./bootstrap $words
    [ "$status" -eq 2 ]
    [[ $stderr == usage:* ]]
  done
  [ ! -s "$CALLS" ]
}

@test "tests have no terminal, so that none waits there for a person" {
  run ! bash -c ': </dev/tty'
  [ ! -t 0 ]
}
