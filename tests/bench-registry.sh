#!/bin/sh
# Registry tokens per second on one core beside what they are made of: one ES256 signature (openssl speed) and one HTTP
# answer (nginx's `return 200`), one after the other in one run: for one client that waits for each answer, and for 64 at
# once. The aim is 1.4 times the sum of both.
set -eu
: "${DPAT:?}"
for tool in wrk nginx curl taskset openssl awk; do
    command -v $tool >/dev/null || { echo "make bench needs $tool: apt-get install wrk nginx-light curl util-linux openssl" >&2; exit 1; }
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
# the servers on the first core, the load on the last
first=0 last=$(($(nproc) - 1))

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >"$HOME/nginx.conf" <<END
daemon off;
pid $HOME/nginx.pid;
error_log /dev/null crit;
worker_processes 1;
events { worker_connections 512; }
http { access_log off; keepalive_requests 100000000; server { listen 127.0.0.1:$port; location / { return 200 "ok"; } } }
END
taskset -c $first nginx -c "$HOME/nginx.conf" -p "$HOME" 2>/dev/null &
nginx=$!

echo 'a long password' | "$DPAT" account add bench --password-stdin --quiet
echo 'a long password' | "$DPAT" login bench --password-stdin 2>/dev/null
token=$("$DPAT" create bench --scope write -q)
taskset -c $first "$DPAT" serve --listen 127.0.0.1:0 --port-file "$HOME/port" --rate-limit 0 --connections-per-address 512 2>/dev/null &
server=$!
while [ ! -s "$HOME/port" ]; do sleep 0.1; done
url="http://127.0.0.1:$(cat "$HOME/port")"

# rate CONNECTIONS URL [USER:SECRET]: requests a second
rate() {
    : >"$HOME/request.lua"
    [ -z "${3-}" ] ||
        printf 'wrk.headers["Authorization"] = "Basic %s"\n' "$(printf %s "$3" | base64 -w0)" >"$HOME/request.lua"
    taskset -c "$last" wrk -t1 -c"$1" -d"${seconds}s" -s "$HOME/request.lua" "$2" >"$HOME/said"
    ! grep -q Non-2xx "$HOME/said" || { cat "$HOME/said" >&2; exit 1; }
    awk '/Requests\/sec/ { print $2 }' "$HOME/said"
}

signs=$(taskset -c $first openssl speed -seconds "$seconds" ecdsap256 2>/dev/null | awk '/ecdsa/ { print $(NF - 1) }')
awk -v signs="$signs" 'BEGIN { printf "%-36s %9.0f /s %8.1f us\n", "openssl speed ecdsap256, sign", signs, 1e6 / signs }'
for connections in 1 64; do
    http=$(rate $connections "http://127.0.0.1:$port/")
    tokens=$(rate $connections "$url/token?service=dpat-registry&scope=repository:bench/app:pull,push" "bench:$token")
    awk -v http="$http" -v signs="$signs" -v tokens="$tokens" -v connections=$connections 'BEGIN {
        printf "%-36s %9.0f /s %8.1f us\n", "nginx return 200, connections: " connections, http, 1e6 / http
        printf "%-36s %9.0f /s %8.1f us  %.2f times signature and answer\n", "/token, connections: " connections, tokens,
            1e6 / tokens, 1e6 / tokens / (1e6 / http + 1e6 / signs)
    }'
done
