# What is typed as the address of a registry or a service: one that can be none is refused before anything is asked or made.
setup() {
  load lib.bash
  dpat_home
  printf '%s\n' "$PASSWORD" >password
  signed_in
  CONFIG=$DOCKER_CONFIG/config.json
}

BAD=('docker://h/x' 'https://h/team' 'h:' ':5000' 'h:99999' 'h:0' "\$REGISTRY" '<registry>' '..' '-x' '' 'h/x' 'a b' 'user@h' '::1')

# Nobody is asked for a password here, for that would be exit 10.
@test "no registry, no question, no token, no entry" {
  sessions=$(sqlite3 "$STORE" 'SELECT count(*) FROM session')
  for registry in "${BAD[@]}"; do
    run --separate-stderr dpat login alice --registry "$registry" </dev/null
    [ "$status" -eq 2 ] && [[ $stderr == *dpat:* ]] || { echo "login: $registry: $status $stderr"; return 1; }
    run --separate-stderr dpat login alice --password-stdin --registry "$registry" <password
    [ "$status" -eq 2 ] || { echo "login: $registry: $status $stderr"; return 1; }
    run --separate-stderr dpat create ci --docker --registry "$registry"
    [ "$status" -eq 2 ] || { echo "create: $registry: $status $stderr"; return 1; }
    run --separate-stderr dpat create ci --docker --registry "$registry" --dry-run
    [ "$status" -eq 2 ] || { echo "create -n: $registry: $status $stderr"; return 1; }
    run --separate-stderr dpat config set registry -- "$registry"
    [ "$status" -eq 2 ] || { echo "config: $registry: $status $stderr"; return 1; }
  done
  [ ! -e "$CONFIG" ]
  [ -z "$(dpat list --porcelain)" ]
  [ "$(sqlite3 "$STORE" 'SELECT count(*) FROM session')" -eq "$sessions" ]
  run ! dpat config get registry
}

@test "docker is told that it knows no paths, podman keeps them" {
  fails_with usage dpat create ci --docker --registry reg.example/team
  [[ $stderr == *'reg.example'*podman* ]]
  succeeds dpat create ci --docker --format podman --registry reg.example/team
  # what is remembered is the registry, for docker too
  succeeds dpat login alice --password-stdin --format podman --registry reg.example/team -y <password
  [ "$(dpat config get registry)" = reg.example ]
}

@test "schemes in any case, and every spelling of Docker Hub" {
  succeeds dpat create one --docker --registry HTTPS://reg.example:5000/
  succeeds dpat create two --docker --registry DOCKER.io/
  succeeds dpat create three --docker --registry https://Registry-1.docker.io/v2/ -y
  succeeds dpat create four --docker --registry docker://index.docker.io -y
  [ "$("$PYTHON3" -c "import json; print(sorted(json.load(open('$CONFIG'))['auths']))")" = \
    "['https://index.docker.io/v1/', 'reg.example:5000']" ]
  succeeds dpat config set registry Https://Index.docker.io
  [ "$(dpat config get registry)" = https://index.docker.io/v1/ ]
}

@test "a service has one name, whatever the case of its host and its default port" {
  start_server
  succeeds dpat --service "HTTP://LocalHost:$PORT/" login alice --password-stdin <password
  export DPAT_SERVICE=http://localhost:$PORT
  succeeds dpat list
  DPAT_SERVICE=http://LOCALHOST:$PORT// succeeds dpat create ci -q
  [ "$(dpat config get service)" = "http://localhost:$PORT" ]
  succeeds dpat config set service HTTPS://Tokens.Example:443/
  [ "$(dpat config get service)" = https://tokens.example ]
}

@test "a service that can be none is exit 2, without a word of a password in it" {
  for service in 'https://' 'https://h:' 'https://h:99999' 'https://..' "https://\$SERVICE" 'https://h?x' 'ftp://h' 'tokens.example'; do
    run --separate-stderr dpat --service "$service" login alice --password-stdin <password
    [ "$status" -eq 2 ] || { echo "$service: $status $stderr"; return 1; }
    run --separate-stderr dpat config set service "$service"
    [ "$status" -eq 2 ] || { echo "config: $service: $status $stderr"; return 1; }
    run --separate-stderr dpat registry config --out keys --url "$service"
    [ "$status" -eq 2 ] || { echo "registry config: $service: $status $stderr"; return 1; }
  done
  address=https://alice:s3cret@h
  for words in "--service $address list" "config set service $address" "registry config --out keys --url $address" \
    "create ci --docker --registry $address" "login alice --registry $address"; do
    # shellcheck disable=SC2086 # words
    run --separate-stderr dpat $words </dev/null
    [ "$status" -eq 2 ] || { echo "$words: $status $stderr"; return 1; }
    [[ $stderr != *s3cret* ]] || { echo "$words: $stderr"; return 1; }
  done
  [ ! -e keys ]
}

@test "registry config takes its URL in any case, and for the address of dpat serve alone" {
  succeeds dpat registry config --out keys --url HTTPS://Tokens.Example:443/
  [[ $output == *'https://tokens.example/token'* ]]
  fails_with usage dpat registry config --out keys --url https://tokens.example/path
  fails_with usage dpat registry config --out keys --url http://tokens.example
  succeeds dpat registry config --out keys --url http://localhost:8443
}

@test "the credential helper takes any key as it is: it is docker that calls" {
  printf 'a long passphrase\n' >passphrase
  export DPAT_PASSPHRASE_FILE=$HOME/passphrase
  dpat keystore init -q
  ln -s "$DPAT" docker-credential-dpat
  for key in 'https://index.docker.io/v1/' 'https://index.docker.io/v1/access-token' 'h:99999' 'http://h/v1/' "\$REGISTRY" 'h/x'; do
    printf '{"ServerURL":"%s","Username":"bob","Secret":"s"}' "$key" >entry
    succeeds ./docker-credential-dpat store <entry
    printf %s "$key" >key
    succeeds ./docker-credential-dpat get <key
    [[ $output == *'"bob"'* ]]
    succeeds ./docker-credential-dpat erase <key
  done
}
