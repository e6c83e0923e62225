# What the measurements of dpat serve share: a home that goes away, nginx's `return 200` beside it, and an account "bench".
# shellcheck shell=sh disable=SC2034 # what it leaves is used by who sources it
# Sourced under set -eu; $pinned is what a server is run by, as "taskset -c 0", or empty. Leaves $port of nginx and $seconds.

: "${DPAT:?}" "${pinned?}"
for tool in wrk nginx curl jq taskset openssl awk; do
    command -v $tool >/dev/null ||
        { echo "this needs $tool: apt-get install wrk nginx-light curl jq util-linux openssl" >&2; exit 1; }
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
workers=auto
[ -z "$pinned" ] || workers=1
cat >"$HOME/nginx.conf" <<END
daemon off;
pid $HOME/nginx.pid;
error_log /dev/null crit;
worker_processes $workers;
events { worker_connections 512; }
http { access_log off; keepalive_requests 100000000; server { listen 127.0.0.1:$port; location / { return 200 "ok"; } } }
END
# shellcheck disable=SC2086 # a program with its options
$pinned nginx -c "$HOME/nginx.conf" -p "$HOME" 2>/dev/null &
nginx=$!
echo 'a long password' | "$DPAT" account add bench --password-stdin --quiet

# Serve it; leaves $server and $url.
serve() {
    # shellcheck disable=SC2086
    $pinned "$DPAT" serve --listen 127.0.0.1:0 --port-file "$HOME/port" --rate-limit 0 --connections-per-address 512 2>/dev/null &
    server=$!
    while [ ! -s "$HOME/port" ]; do sleep 0.1; done
    url="http://127.0.0.1:$(cat "$HOME/port")"
}
