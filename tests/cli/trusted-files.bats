# Files that decide where a password goes, or hold one: what everybody may write is not used.
setup() {
  load lib.bash
  dpat_home
  signed_in
  printf '%s\n' "$PASSWORD" >password
}

# refused CODE FILE COMMAND...: when everybody may write the file, or its folder; else it works.
refused() {
  local code=$1 file=$2 folder before
  shift 2
  folder=$(dirname "$file")
  before=$(stat -c %a "$file") folder_before=$(stat -c %a "$folder")
  chmod o+w "$file"
  fails_with "$code" "$@"
  [[ $stderr == *"$file can be written by "*"chmod "*"o-w '$file'"* || $stderr == *"chmod go-w '$file'"* ]]
  eval "$(grep -o "chmod g\?o-w '[^']*'" <<<"$stderr")" # the hint can be pasted
  chmod "$before" "$file"
  succeeds "$@" <"${INPUT-/dev/null}"
  chmod 777 "$folder"
  fails_with "$code" "$@"
  [[ $stderr == *"$folder can be written by everybody"*"chmod o-w '$folder'"* || $stderr == *"chmod go-w '$folder'"* ]]
  chmod 1777 "$folder" # as /tmp is: nobody can replace what is mine
  [ "$code" = state ] || [ "$code" = keystore ] || succeeds "$@" <"${INPUT-/dev/null}"
  chmod "$folder_before" "$folder"
}

@test "dpat's configuration" {
  dpat config set color never
  refused config "$XDG_CONFIG_HOME/dpat/config.json" dpat list
  chmod 777 "$XDG_CONFIG_HOME/dpat"
  rm "$XDG_CONFIG_HOME/dpat/config.json"
  fails_with config dpat config set color always # not made there either
  [ ! -e "$XDG_CONFIG_HOME/dpat/config.json" ]
}

@test "a group may write it" {
  dpat config set color never
  chmod 660 "$XDG_CONFIG_HOME/dpat/config.json"
  chmod 770 "$XDG_CONFIG_HOME/dpat"
  succeeds dpat list
}

@test "the password never leaves for the service that such a file names" {
  mkdir -p "$XDG_CONFIG_HOME/dpat"
  printf '{"service":"http://127.0.0.1:9"}' >"$XDG_CONFIG_HOME/dpat/config.json"
  chmod 666 "$XDG_CONFIG_HOME/dpat/config.json"
  unset DPAT_SERVICE
  INPUT=password fails_with config dpat login alice --password-stdin
  [[ $stderr != *127.0.0.1* ]]
}

@test "sessions, keystore, store and key file" {
  refused state "$XDG_STATE_HOME/dpat/sessions.json" dpat list
  mkdir store
  DPAT_STORE=$HOME/store/service.db DPAT_KEY_FILE=$STORE.key dpat account add carol --password-stdin -q <password
  DPAT_KEY_FILE=$STORE.key DPAT_STORE=$HOME/store/service.db refused store_failed "$HOME/store/service.db" dpat account list
  chmod o+w "$STORE.key"
  fails_with key_invalid dpat list
  chmod 600 "$STORE.key"
  mkdir keys
  cp "$STORE.key" keys/key
  chmod 777 keys
  fails_with key_invalid dpat list --key-file keys/key
  [[ $stderr == *'keys can be written by everybody'* ]]
  ready_keystore
  chmod 666 "$XDG_STATE_HOME/dpat/keystore"
  fails_with keystore dpat keystore unlock
}

@test "files that hold secrets" {
  mkdir secrets
  mv password secrets
  export DPAT_USER=alice DPAT_PASSWORD_FILE=$HOME/secrets/password
  refused config "$HOME/secrets/password" dpat list
  unset DPAT_PASSWORD_FILE
  ready_keystore
  mv passphrase secrets 2>/dev/null || cp "$DPAT_PASSPHRASE_FILE" secrets/passphrase
  export DPAT_PASSPHRASE_FILE=$HOME/secrets/passphrase
  chmod 600 secrets/passphrase
  refused config "$HOME/secrets/passphrase" dpat create ci --save --allow-duplicate
}

@test "a pipe is no such file, and a link counts with where it leads" {
  mkdir open secrets
  chmod 777 open
  mv password secrets
  export DPAT_USER=alice
  DPAT_PASSWORD_FILE=/dev/stdin succeeds dpat list < <(printf '%s\n' "$PASSWORD")
  ln -s ../secrets/password open/link
  DPAT_PASSWORD_FILE=$HOME/open/link fails_with config dpat list
  ln -s "$HOME/open/link" secrets/link
  DPAT_PASSWORD_FILE=$HOME/secrets/link fails_with config dpat list
  [[ $stderr == *"$HOME/open can be written by everybody"* ]]
  ln -s password secrets/good
  DPAT_PASSWORD_FILE=$HOME/secrets/good succeeds dpat list
}

@test "Docker's config.json where it names the helper that gets the secret" {
  load helper.bash
  vault_helper
  mkdir -p "$DOCKER_CONFIG"
  printf '{"credsStore":"vault"}' >"$DOCKER_CONFIG/config.json"
  refused credentials_file "$DOCKER_CONFIG/config.json" dpat create ci --docker --registry registry.example --allow-duplicate
  [ "$(dpat list -q | wc -l)" -eq 2 ]
  # without a helper it has the rights that its owner gave it
  printf '{"credHelpers":{"unused.example":""}}' >"$DOCKER_CONFIG/config.json"
  chmod 666 "$DOCKER_CONFIG/config.json"
  succeeds dpat create other --docker --registry registry.example
}

@test "the server's key and certificate, and the authorities that a client trusts" {
  command -v openssl >/dev/null || skip 'no openssl here'
  mkdir tls
  make_certificate tls/cert tls/key localhost
  for file in tls/cert tls/key; do
    chmod o+w $file
    fails_with config dpat serve --listen 127.0.0.1:0 --tls-cert tls/cert --tls-key tls/key
    [[ $stderr == *"$file can be written by everybody"* ]]
    chmod o-w $file
  done
  chmod o+w tls/cert
  SSL_CERT_FILE=tls/cert fails_with config dpat list --service https://127.0.0.1:9 --user alice ||
    SSL_CERT_FILE=tls/cert INPUT=password fails_with config dpat login alice --password-stdin --service https://127.0.0.1:9
  [[ $stderr == *'SSL_CERT_FILE is not used: tls/cert can be written by everybody'* ]]
}
