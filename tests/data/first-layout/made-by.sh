#!/bin/bash
# How the files beside this were made: made-by.sh DPAT FOLDER SUPPORT, where SUPPORT is tests/support.
set -euo pipefail
DPAT=$1
SUPPORT=$3
PASSWORD='correct horse battery'
export TZ=UTC LC_ALL=C.UTF-8 DPAT_SERVICE=local DPAT_STORE=/proc/self/cwd/store/service.db

at() { faketime -f "@2026-11-25 $1" "${@:2}"; }

# A command with the files of somebody whose files are not kept: as NAME COMMAND...
as() {
  XDG_CONFIG_HOME=$HOME/$1 XDG_STATE_HOME=$HOME/$1 DOCKER_CONFIG=$HOME/$1 "${@:2}"
}

mkdir -p "$2/store" "$2/secrets"
cd "$2"
export HOME=$PWD XDG_CONFIG_HOME=$PWD/config XDG_STATE_HOME=$PWD/state DOCKER_CONFIG=$PWD/docker
export DPAT_PASSPHRASE_FILE=$PWD/passphrase
printf '%s\n' "$PASSWORD" >password
printf 'a long passphrase\n' >passphrase

for name in alice bob carol; do at 11:00:00 "$DPAT" account add $name --password-stdin -q <password; done
at 11:01:00 "$DPAT" login alice --password-stdin --for 30d --registry registry.example:5000 <password
at 11:02:00 "$DPAT" create active -s write -e never -q >secrets/active
at 11:03:00 "$DPAT" create inactive -s read -s admin -e 1y -q >secrets/inactive
at 11:04:00 "$DPAT" deactivate inactive
at 11:05:00 "$DPAT" create expired -s public_read -e 5m -q >secrets/expired
at 11:06:00 "$DPAT" keystore init -q
at 11:07:00 "$DPAT" create saved -e never --save
REGISTRY_AUTH_FILE=$HOME/docker/auth.json at 11:08:00 "$DPAT" create podman -e never --docker --format podman \
  --registry registry.example/team
at 11:09:00 "$DPAT" rename podman mirror
at 11:09:10 "$DPAT" config set default_expires 30d
as ci at 11:09:30 "$DPAT" login alice --password-stdin --registry registry.example <secrets/active
at 11:10:00 "$DPAT" credential store <<<'{"ServerURL":"other.example","Username":"zoe","Secret":"not from dpat"}'

as bob at 11:20:00 "$DPAT" login bob --password-stdin --for 30d <password
as bob at 11:21:00 python3 "$SUPPORT/terminal.py" --expect 'Password of bob: ' --send "$PASSWORD" \
  --expect 'shows now: ' --send @code -- "$DPAT" account 2fa enable >shown
grep -o 'otpauth://[^[:space:]]*' shown >secrets/otp
grep -oE '([0-9a-f]{5}-){3}[0-9a-f]{5}' shown >secrets/recovery
as bob at 11:22:00 "$DPAT" create bobs -s write -e never -q >secrets/bobs
as bob at 11:23:00 "$DPAT" logout

at 11:30:00 "$DPAT" account disable carol
at 11:31:00 "$DPAT" account grant bob alice write
at 11:32:00 "$DPAT" account grant alice '*' read
at 11:33:00 "$DPAT" account public alice/free on
at 11:34:00 "$DPAT" registry config --out "$HOME/keys" --url http://127.0.0.1:7380 >/dev/null
at 11:35:00 "$DPAT" registry keys rotate --after 1h
at 11:36:00 "$DPAT" login alice --password-stdin <<<'a wrong password' || :

cp -r state state-sealed
XDG_STATE_HOME=$HOME/state-sealed at 11:40:00 "$DPAT" keystore init --sessions -q
rm -r bob ci keys shown
find . -name '*.lock' -delete
sed -i "s,$HOME,@HOME@," state/dpat/sessions.json state-sealed/dpat/sessions.json
