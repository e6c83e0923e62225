# Completion scripts, as each shell runs them.
setup() {
  load lib.bash
  dpat_home
  mkdir bin
  ln -s "$DPAT" bin/dpat
  PATH=$HOME/bin:$PATH
  for shell in bash zsh fish; do dpat completion $shell >dpat.$shell; done
}

# What bash offers behind the words of a line: in_bash WORD... (the last one is being typed)
in_bash() {
  bash --norc -c '
    source ./dpat.bash
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE}
    compopt() { echo "compopt $*"; }
    _dpat
    printf "%s\n" "${COMPREPLY[@]}"' - "$@"
}

@test "bash: commands, options, values" {
  [[ $(in_bash dpat '') == *create* ]]
  [ "$(in_bash dpat crea)" = create ]
  [ "$(in_bash dpat account a)" = add ]
  [ "$(in_bash dpat create ci --sc)" = --scope ]
  [[ $(in_bash dpat create ci --scope '') == *repo:write* ]]
  [ "$(in_bash dpat list --state in)" = inactive ]
  [ "$(in_bash dpat login --format p)" = podman ]
  [ "$(in_bash dpat list --sort name --state in)" = inactive ]
  [[ $(in_bash dpat create --out '') == *'compopt -o default'* ]]
  [ "$(in_bash dpat completion f)" = fish ]
  [[ $(in_bash dpat help sel) == selectors ]]
}

@test "bash: names of tokens and accounts from the store" {
  signed_in
  dpat create 'two words' -q >/dev/null
  dpat create ci -q >/dev/null
  [ "$(in_bash dpat show c)" = ci ]
  [ "$(in_bash dpat delete t)" = 'two\ words' ]
  [ "$(in_bash dpat account disable al)" = alice ]
}

@test "bash: without a session nothing is said or made" {
  run --separate-stderr in_bash dpat show c
  [ "$output$stderr" = '' ]
  [ ! -e "$STORE" ]
}

@test "zsh offers the same" {
  command -v zsh >/dev/null || skip 'no zsh'
  signed_in
  dpat create ci -q >/dev/null
  cat >ask.zsh <<'Z'
compadd() { shift; print -l -- ${(P)1}; }
compdef() { :; }
_files() { print FILES; }
source ./dpat.zsh
words=("$@") CURRENT=$#
_dpat
Z
  in_zsh() { zsh -f ask.zsh "$@"; }
  [[ $(in_zsh dpat '') == *create* ]]
  [[ $(in_zsh dpat account '') == *add*passwd* ]]
  [[ $(in_zsh dpat list --state '') == *inactive* ]]
  [[ $(in_zsh dpat show '') == ci ]]
  [[ $(in_zsh dpat create --out '') == FILES ]]
  [[ $(in_zsh dpat create -) == *--scope* ]]
}

@test "zsh loads it as an autoloaded function" {
  command -v zsh >/dev/null || skip 'no zsh'
  mkdir functions
  cp dpat.zsh functions/_dpat
  succeeds zsh -f -c 'fpath=($PWD/functions $fpath); autoload -Uz compinit; compinit -u -d $PWD/dump; print $_comps[dpat]'
  [ "$output" = _dpat ]
}

@test "fish offers the same" {
  command -v fish >/dev/null || skip 'no fish'
  signed_in
  dpat create ci -q >/dev/null
  in_fish() { fish --no-config -c "source ./dpat.fish; complete -C'$1'" | cut -f 1; }
  [[ $(in_fish 'dpat ') == *create* ]]
  [[ $(in_fish 'dpat account ') == *passwd* ]]
  [[ $(in_fish 'dpat list --state ') == *inactive* ]]
  [[ $(in_fish 'dpat show ') == *ci* ]]
  [[ $(in_fish 'dpat create --sc') == *--scope* ]]
  [[ $(in_fish 'dpat account list ') != *create* ]]
}

@test "every option of every command is offered" {
  "$DPAT_MANUAL" commands | while IFS=$'\t' read -r command options; do
    # shellcheck disable=SC2086 # words
    offered=$(in_bash dpat $command --)
    for option in $options; do
      grep -qxF -- "$option" <<<"$offered" || { echo "bash: $command $option"; return 1; }
      grep -qE -- "-l ${option#--}( |$)" dpat.fish || { echo "fish: $option"; return 1; }
    done
  done
}

@test "an unknown shell" {
  fails_with usage dpat completion tcsh
  fails_with usage dpat completion
}

# Where configure puts the completions with a prefix: places PREFIX
places() {
  sed -n '/^case \$prefix in/,/^esac/p' "$TOP_SRCDIR/configure" >lines
  # shellcheck disable=SC2034 # those lines read it
  (prefix=$1 && . ./lines && echo "$zsh_default $fish_default")
}

@test "each prefix has them where zsh and fish look without being told" {
  [ -e "$TOP_SRCDIR/configure" ] || skip 'no configure here'
  for prefix in NONE /usr/local /usr/local/; do
    [ "$(places "$prefix")" = '${datadir}/zsh/site-functions /etc/fish/completions' ]
  done
  [ "$(places /usr)" = '${datadir}/zsh/vendor-completions ${datadir}/fish/vendor_completions.d' ]
  for prefix in /opt/dpat "$HOME/.local"; do
    [ "$(places "$prefix")" = '${datadir}/zsh/site-functions ${datadir}/fish/vendor_completions.d' ]
  done
}

@test "make install puts everything below DESTDIR" {
  unset MAKEFLAGS MAKELEVEL MFLAGS
  succeeds make -C "$TOP_BUILDDIR" -f Makefile install DESTDIR="$HOME/root"
  found=$(cd root && find . -type f | sed 's|^\./||')
  for file in bin/dpat share/man/man1/dpat.1 share/bash-completion/completions/dpat lib/systemd/system/dpat.service \
    lib/sysusers.d/dpat.conf; do
    grep -q "/$file\$" <<<"$found" || { echo "no $file in $found"; return 1; }
  done
  cmp "$(find root -name _dpat)" dpat.zsh
  cmp "$(find root -name dpat.fish)" dpat.fish
  # the unit starts what was installed
  program=$(sed -n 's/^ExecStart=\([^ ]*\) .*/\1/p' "$(find root -name dpat.service)")
  [ -x "root$program" ]
}
