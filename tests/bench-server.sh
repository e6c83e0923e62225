#!/bin/sh
# Requests per second and memory of dpat serve (list of 20 tokens, create, sign-in by token and by password) beside
# nginx's `return 200`, one after the other in one run.
set -eu
pinned=
# shellcheck source=tests/bench-lib.sh
. "$(dirname "$0")/bench-lib.sh"
serve
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
