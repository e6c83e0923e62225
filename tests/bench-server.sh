#!/bin/sh
# Requests per second and memory of dpat serve (list of 20 tokens, create, sign-in by token and by password) beside
# nginx's `return 200`, one after the other in one run.
set -eu
: "${DPAT:?}"
for tool in wrk nginx curl jq; do
    command -v $tool >/dev/null || { echo "make bench-server needs $tool: apt-get install wrk nginx-light curl jq" >&2; exit 1; }
done
seconds=${SECONDS_EACH-5}

HOME=$(mktemp -d)
finish() {
    [ -z "${nginx-}" ] || kill "$nginx" || :
    [ -z "${server-}" ] || kill "$server" || :
    wait
    rm -rf "$HOME"
}
trap finish EXIT
export HOME DPAT_SERVICE=local DPAT_STORE="$HOME/service.db"
unset XDG_CONFIG_HOME XDG_STATE_HOME XDG_DATA_HOME DPAT_USER DPAT_KEY_FILE DPAT_PASSWORD_FILE

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >"$HOME/nginx.conf" <<EOF
daemon off;
pid $HOME/nginx.pid;
error_log /dev/null crit;
worker_processes auto;
events { worker_connections 512; }
http { access_log off; keepalive_requests 100000000; server { listen 127.0.0.1:$port; location / { return 200 "ok"; } } }
EOF
nginx -c "$HOME/nginx.conf" -p "$HOME" 2>/dev/null &
nginx=$!

echo 'a long password' | "$DPAT" account add bench --password-stdin --quiet
"$DPAT" serve --listen 127.0.0.1:0 --port-file "$HOME/port" --rate-limit 0 --connections-per-address 512 2>/dev/null &
server=$!
while [ ! -s "$HOME/port" ]; do sleep 0.1; done
url="http://127.0.0.1:$(cat "$HOME/port")"
bearer=$(curl -s "$url/v2/users/login" -d '{"username":"bench","password":"a long password"}' | jq -r .token)
for number in $(seq 20); do
    token=$(curl -s "$url/v2/access-tokens" -H "Authorization: Bearer $bearer" \
        -d "{\"token_label\":\"token $number\",\"scopes\":[\"repo:read\"]}" | jq -r .token)
done

memory() { awk '/^Pss:/ { print $2 }' "/proc/$server/smaps_rollup"; }

# measure NAME CONNECTIONS URL [METHOD BODY]
measure() {
    cat >"$HOME/request.lua" <<EOF
wrk.method = "${4-GET}"
wrk.headers["Authorization"] = "Bearer $bearer"
${5+wrk.body = [[$5]]}
EOF
    rate=$(wrk -t1 -c"$2" -d"${seconds}s" -s "$HOME/request.lua" "$3" | tee "$HOME/said" | awk '/Requests\/sec/ { print $2 }')
    wrong=$(awk '/Non-2xx/ { print $NF }' "$HOME/said")
    printf '%-28s %10s requests/s   %7s KiB   %s\n' "$1" "$rate" "$(memory)" "${wrong:+$wrong not 2xx}"
}

measure 'nginx return 200' 64 "http://127.0.0.1:$port/"
measure 'healthz' 64 "$url/healthz"
measure 'list of 20' 64 "$url/v2/access-tokens?page_size=20"
measure 'sign-in by token' 64 "$url/v2/auth/token" POST "{\"identifier\":\"bench\",\"secret\":\"$token\"}"
measure 'sign-in by password' 8 "$url/v2/auth/token" POST '{"identifier":"bench","secret":"a long password"}'
measure 'create' 64 "$url/v2/access-tokens" POST '{"token_label":"made","scopes":["repo:read"]}'
