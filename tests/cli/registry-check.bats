# registry check and registry config beside registries themselves: what the environment overrides, which version works,
# values that are no text, hosts that clients refuse.
setup() {
  load lib.bash
  dpat_home
  dpat account add alice --password-stdin -q <<<"$PASSWORD"
  dpat registry config --out keys --url https://tokens.example >auth.yml 2>/dev/null
  { printf 'version: 0.1\nstorage: {inmemory: {}}\nhttp: {addr: "127.0.0.1:0"}\n'; cat auth.yml; } >registry.yml
}

# check STATUS TEXT [OPTIONS]: what registry check says of registry.yml
check() {
  run --separate-stderr dpat registry check --config registry.yml "${@:3}"
  if [ "$status" -ne "$1" ] || [[ $output != *"$2"* ]]; then
    echo "exit $status for ${*:3}: $output / $stderr"
    return 1
  fi
}

# Whether docker-registry starts with registry.yml and the variables given.
starts() {
  : >registry.log
  env "$@" timeout 10 docker-registry serve registry.yml >registry.log 2>&1 3>&- &
  local pid=$! i
  for ((i = 0; i < 400; i++)); do
    if grep -q 'listening on' registry.log; then
      kill $pid
      wait $pid || :
      return 0
    fi
    kill -0 $pid 2>/dev/null || return 1
    sleep 0.025
  done
  return 1
}

@test "variables of the environment override the file" {
  check 0 "takes dpat's tokens"
  REGISTRY_AUTH_TOKEN_SERVICE=other check 11 'service is "other"'
  REGISTRY_AUTH_TOKEN_ISSUER=other check 11 'issuer is "other"'
  REGISTRY_AUTH_TOKEN_REALM=ftp://x check 11 'realm is "ftp://x"'
  REGISTRY_AUTH_TOKEN_ROOTCERTBUNDLE=/absent check 11 'No such file'
  REGISTRY_AUTH_TOKEN_AUTOREDIRECT=maybe check 11 'neither true nor false'
  REGISTRY_AUTH_TOKEN_AUTOREDIRECT=true check 0 'autoredirect is on'
  REGISTRY_AUTH_HTPASSWD_REALM=x check 11 'has both "token" and "htpasswd"'
  REGISTRY_AUTH='{htpasswd: {realm: x, path: y}}' check 11 'authenticates by "htpasswd"'
  REGISTRY_AUTH='' check 11 'lets everybody do everything'
  REGISTRY_STORAGE='' check 11 'storage is missing'
  REGISTRY_STORAGE_S3_BUCKET=x check 11 'storage has both "inmemory" and "s3"'
  REGISTRY_STORAGE_S3_BUCKET=x REGISTRY_STORAGE=s3 check 0 "takes dpat's tokens"
  REGISTRY_STORAGE_TAG_CONCURRENCYLIMIT=8 check 0 'works for distribution 3, not for docker-registry 2.8'
  REGISTRY_LOG_LEVEL=warning check 11 'log.level is none of error, warn, info and debug'
  REGISTRY_STORAGE='[' check 11 'REGISTRY_STORAGE is not valid YAML'
  REGISTRY_NONSENSE_X=1 check 0 'REGISTRY_NONSENSE_X names nothing'
  REGISTRY_AUTH_TOKEN_SERVICE=dpat-registry check 0 "takes dpat's tokens"
  [[ $stderr == *'applied from the environment: REGISTRY_AUTH_TOKEN_SERVICE'* && $stderr == *--env-file* ]]
  # of podman's
  REGISTRY_AUTH_FILE=/auth.json check 0 "takes dpat's tokens"
  # less special ones come first, whatever their order
  sed -i '/^auth/,$d' registry.yml
  check 11 'lets everybody'
  REGISTRY_AUTH_TOKEN_JWKS=$HOME/keys/jwks.json REGISTRY_AUTH_TOKEN_ROOTCERTBUNDLE=$HOME/keys/rootcertbundle.pem \
    REGISTRY_AUTH_TOKEN_SERVICE=dpat-registry REGISTRY_AUTH_TOKEN_REALM=https://tokens.example/token REGISTRY_AUTH=token \
    REGISTRY_AUTH_TOKEN_ISSUER=dpat check 0 "takes dpat's tokens"
  run --separate-stderr env REGISTRY_AUTH=token "$DPAT" registry check --config registry.yml --json
  is_document registry_check <<<"$output"
  [ "$(json '["environment"]' <<<"$output")" = "['REGISTRY_AUTH']" ]
}

@test "the registry's own environment comes from a file" {
  export REGISTRY_AUTH_TOKEN_ISSUER=mine # which then does not count
  printf '# of the unit\n\nPATH=/bin\nREGISTRY_AUTH_TOKEN_SERVICE="other"\r\n' >environment
  check 11 'service is "other"' --env-file environment
  [[ $output != *mine* && $stderr != *--env-file* ]]
  printf "export REGISTRY_AUTH_TOKEN_SERVICE='dpat-registry'\nREGISTRY_AUTH_TOKEN_SERVICE\n=x\n" >environment
  check 0 "takes dpat's tokens" --env-file environment
  : >environmentironment
  check 0 "takes dpat's tokens" --env-file environment
  fails_with config dpat registry check --config registry.yml --env-file absent
  run --separate-stderr dpat registry check --config registry.yml --json --env-file environment
  is_document registry_check <<<"$output"
}

@test "what is said of version 2 is what docker-registry does" {
  command -v docker-registry >/dev/null || skip 'no docker-registry here'
  cp registry.yml good.yml
  for case in REGISTRY_AUTH_TOKEN_SERVICE=yes REGISTRY_AUTH_TOKEN_SERVICE='"dpat-registry"' REGISTRY_AUTH_TOKEN_ISSUER=0x10 \
    REGISTRY_AUTH_TOKEN_REALM= REGISTRY_AUTH_TOKEN_AUTOREDIRECT=on REGISTRY_AUTH_TOKEN_AUTOREDIRECT='"on"' REGISTRY_AUTH= \
    REGISTRY_AUTH_TOKEN_ROOTCERTBUNDLE=/absent REGISTRY_AUTH_TOKEN= REGISTRY_STORAGE=inmemory REGISTRY_NONSENSE=1 \
    REGISTRY_STORAGE= REGISTRY_STORAGE_S3_BUCKET=x REGISTRY_STORAGE_DELETE_ENABLED=true REGISTRY_STORAGE_TAG_X=1 \
    REGISTRY_LOG_LEVEL=warning REGISTRY_LOG_LEVEL=5 REGISTRY_LOG_LEVEL=DEBUG REGISTRY_LOG_LEVEL= \
    REGISTRY_AUTH_TOKEN_JWKS=/absent REGISTRY_AUTH_TOKEN_ISSUER=1.2.3 REGISTRY_AUTH_TOKEN_EXTRA=1; do
    told=0
    env "$case" "$DPAT" registry check --config registry.yml --for 2 >said 2>&1 || told=$?
    # a registry that starts and lets everybody in is no better than one that does not
    [ "$case" != REGISTRY_AUTH= ] || { [ "$told" -eq 11 ]; continue; }
    started=0
    starts "$case" || started=11
    case $case in
      # it starts, and refuses these
      *ISSUER=1.2.3) started=11 ;;
    esac
    [ "$told" -eq "$started" ] || { echo "$case: told $told, started $started"; cat said; tail -n 3 registry.log; return 1; }
  done
  for change in 's/service: .*/service: yes/' 's/issuer: .*/issuer: 1e3/' 's/realm: .*/realm: ~/' 's/^storage.*/storage: inmemory/' \
    's/^storage.*/storage: {inmemory: , filesystem: }/' 's/^storage.*/storage: {delete: {enabled: true}}/' \
    's/^version.*/&\nlog: {level: bogus}/' 's/^version.*/&\nlog: {level: [a]}/' 's/^version.*/&\nloglevel: trace/' \
    's/service: "\(.*\)"/service: \1/' 's/jwks: .*/jwks: 7/' 's/rootcertbundle: .*/rootcertbundle: [x]/' 's/version: 0.1/version: "0.1"/'; do
    sed "$change" good.yml >registry.yml
    told=0
    dpat registry check --config registry.yml --for 2 >said 2>&1 || told=$?
    started=0
    starts || started=11
    [ "$told" -eq "$started" ] || { echo "$change: told $told, started $started"; cat said; tail -n 3 registry.log; return 1; }
  done
}

@test "it tells for which versions a configuration works" {
  check 0 'works for docker-registry 2.8 and distribution 3'
  for version in 2 2.8 2.8.1 3 3.1.2; do check 0 'works for docker-registry 2.8 and' --for $version; done
  for version in 1 4 '' 22 2x 3. v3 2-3; do
    [ "$version" = 3. ] || fails_with usage dpat registry check --config registry.yml --for "$version"
  done
  grep -v jwks registry.yml >without
  mv without registry.yml
  check 0 'works for docker-registry 2.8, not for distribution 3'
  check 0 'warning: auth.token.jwks is missing' --for 2
  check 11 'error: auth.token.jwks is missing: distribution 3' --for 3
  run --separate-stderr dpat registry check --config registry.yml --json --for 3
  [ "$status" -eq 11 ]
  is_document registry_check <<<"$output"
  [ "$(json '["works_for"]' <<<"$output")$(json '["ok"]' <<<"$output")" = "['2']false" ]
  [ "$(json '["findings"][0]["refused_by"]' <<<"$output")" = "['3']" ]
  grep -v rootcertbundle registry.yml >without
  mv without registry.yml
  check 11 'works for neither docker-registry 2.8 nor distribution 3'
  echo "    jwks: \"$HOME/keys/jwks.json\"" >>registry.yml
  check 0 'works for distribution 3, not for docker-registry 2.8'
  check 0 'takes dpat' --for 3
  check 11 'docker-registry 2.8 does not start' --for 2
}

@test "a file with other keys is refused by the version that reads it" {
  cp -r keys old
  dpat registry keys rotate --now -y 2>/dev/null
  dpat registry config --out keys --url https://tokens.example >/dev/null 2>&1
  cp old/jwks.json keys/
  check 11 'works for docker-registry 2.8, not for distribution 3'
  check 0 'warning: ' --for 2
  check 11 'untrusted key' --for 3
  echo '{"keys":' >keys/jwks.json
  check 0 'no JSON Web Key Set' --for 2
  check 11 'no JSON Web Key Set' --for 3
  dpat registry config --out keys --url https://tokens.example >/dev/null 2>&1
  cp old/rootcertbundle.pem keys/
  check 0 'takes dpat' --for 3
  check 11 'untrusted key' --for 2
  dpat registry config --out keys --url https://tokens.example >/dev/null 2>&1
  sed -i 's/^    issuer/    signingalgorithms: [RS256]\n&/' registry.yml
  check 0 'no ES256' --for 2
  check 11 'no ES256' --for 3
  sed -i 's/RS256/RS256, ES256/' registry.yml
  check 0 'takes dpat' --for 3
}

@test "values without quotes that are no text" {
  for word in yes no on off y n null '~' 0x10 1e3 010 1_000 .5 true; do
    sed "s/service: .*/service: $word/" auth.yml | cat <(head -n 3 registry.yml) - >odd.yml
    run --separate-stderr dpat registry check --config odd.yml
    [ "$status" -eq 11 ]
    [[ $output == *'auth.token.service is '@(not text|missing)* ]]
    # given as a name, it is a name
    dpat registry config --out keys --url https://tokens.example --registry-service "$word" 2>/dev/null |
      cat <(head -n 3 registry.yml) - >named.yml
    dpat registry check --config named.yml --registry-service "$word"
  done
  for name in '' 'a"b' 'a\b' $'a\nb' $'a\x1bb' $'a\xff' "$(printf '%0201d' 0)"; do
    fails_with usage dpat registry config --out keys --url https://tokens.example --registry-service "$name"
    fails_with usage dpat registry check --config registry.yml --registry-service "$name"
    [ -z "$name" ] || fails_with usage dpat serve --registry-service "$name"
  done
  for folder in $'a\nb' $'a\xff' $'a\u202eb'; do
    fails_with usage dpat registry config --out "$folder" --url https://tokens.example
  done
}

@test "YAML that libfyaml does not get over ends at once" {
  for bytes in '%% \346' '%%\346' '%%a \377' 'a: \377' '%%a \360\220'; do
    # shellcheck disable=SC2059 # the format is the data
    printf "$bytes" >odd.yml
    run --separate-stderr timeout 5 "$DPAT" registry check --config odd.yml
    [ "$status" -eq 12 ]
    [[ $stderr == *'is not valid YAML'* ]]
  done
}

@test "hosts that clients refuse are told, and the way out" {
  warned() {
    dpat registry config --out keys --url "$1" >auth.yml 2>said
    grep -q "warning: the realm's host" said && grep -q 'behind one proxy' said && grep -q 'localhost' said || return 1
    { head -n 3 registry.yml | sed 's/^http.*/http: {addr: ":5000"}/'; cat auth.yml; } >odd.yml
    dpat registry check --config odd.yml | grep -q "warning: the realm's host"
  }
  for host in 127.0.0.1:7380 '[::1]:7380'; do warned "http://$host"; done
  for host in 10.1.2.3 172.16.0.1 172.31.9.9 192.168.1.2:8443 169.254.1.1 100.64.0.1 '[fd00::1]:8443' '[fe80::1]' 127.0.0.2 \
    0.0.0.0 '[::]' 127.1 0x7f000001 2130706433; do
    warned "https://$host"
  done
  for host in tokens.example 172.32.0.1.example 10.example fd00.example localhost; do
    dpat registry config --out keys --url "https://$host" >auth.yml 2>said
    run -1 grep warning said
  done
  dpat registry config --out keys --url https://8.8.8.8 2>&1 >auth.yml | grep -q 'is an IP address'
  dpat registry config --out keys --url https://10.0.0.1 --json 2>/dev/null | is_document registry_config
}

@test "a realm on another host than the registry's" {
  pair() {
    sed "s|^http.*|http: {$2}|; s|realm: .*|realm: \"$1\"|" registry.yml >odd.yml
    run --separate-stderr dpat registry check --config odd.yml
    [ "$status" -eq 0 ] || return 1
    if [ "$3" = warned ]; then
      [[ $output == *'clients such as oras refuse a realm on another host'*'behind one proxy'* ]]
    else
      [[ $output != *'another host'* ]]
    fi
  }
  pair http://localhost:7380/token 'addr: "127.0.0.1:5000"' warned
  pair http://localhost:7380/token 'addr: "localhost:5000"' fine
  pair http://localhost:7380/token 'addr: ":5000"' fine
  pair http://localhost:7380/token 'addr: "0.0.0.0:5000"' fine
  pair https://tokens.example/token 'addr: "127.0.0.1:5000"' fine # a proxy stands in front
  pair https://tokens.example/token 'addr: ":5000", host: "https://registry.example"' warned
  pair https://registry.example/token 'addr: ":5000", host: "https://Registry.example:443"' fine
  pair https://registry.example/auth/token 'host: "https://registry.example/"' fine
  # on one host and port no client minds an address
  pair https://10.0.0.5/token 'host: "https://10.0.0.5:443"' fine
  [[ $output != *'such as'* ]]
  pair https://10.0.0.5:8443/token 'host: "https://10.0.0.5"' fine
  [[ $output == *'such as crane'* ]]
  pair 'https://[fd00::1]:8443/token' 'host: "https://[fd00::1]:8443/"' fine
  [[ $output != *'such as'* ]]
  export REGISTRY_HTTP_HOST=https://other.example
  pair https://registry.example/token 'addr: ":5000"' warned
}
