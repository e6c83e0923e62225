#!/bin/sh
# Registry tokens per second on one core beside what they are made of: one ES256 signature (openssl speed) and one HTTP
# answer (nginx's `return 200`), one after the other in one run: for one client that waits for each answer, and for 64 at
# once. The aim is 1.4 times the sum of both.
set -eu
# the servers on the first core, the load on the last
first=0 last=$(($(nproc) - 1))
pinned="taskset -c $first"
# shellcheck source=tests/bench-lib.sh
. "$(dirname "$0")/bench-lib.sh"
echo 'a long password' | "$DPAT" login bench --password-stdin 2>/dev/null
token=$("$DPAT" create bench --scope write -q)
serve

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
