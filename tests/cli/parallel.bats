# Many dpat processes at once on one store.
setup() {
  load lib.bash
  dpat_home
}

@test "16 creates at once give 16 tokens" {
  signed_in
  for i in $(seq 16); do
    dpat create "ci$i" -q >"secret$i" 3>&- &
  done
  wait
  [ "$(names | wc -l)" -eq 16 ]
  [ "$(cat secret* | sort -u | wc -l)" -eq 16 ]
}

@test "of two creates of one name one wins, the other is exit 6" {
  signed_in
  for round in 1 2 3 4 5; do
    for i in 1 2; do
      { code=0; dpat create "ci$round" -q >"secret$i" 2>/dev/null || code=$?; echo $code >"code$i"; } 3>&- &
    done
    wait
    [ "$(cat code1 code2 | sort | tr '\n' ' ')" = '0 6 ' ]
    [ "$(names | grep -cx "ci$round")" -eq 1 ]
  done
}

@test "16 first accounts at once share one store and one key" {
  for i in $(seq 16); do
    { code=0; dpat account add "user$i" --password-stdin -q <<<"$PASSWORD" || code=$?; echo $code >"code$i"; } 3>&- &
  done
  wait
  [ "$(cat code* | sort -u)" = 0 ]
  [ "$(dpat account list -q | wc -l)" -eq 16 ]
  succeeds dpat login user7 --password-stdin <<<"$PASSWORD"
}

@test "signing in at once from many places keeps every session" {
  for i in 1 2 3 4 5 6; do dpat account add "user$i" --password-stdin -q <<<"$PASSWORD"; done
  for i in 1 2 3 4 5 6; do
    dpat login "user$i" --password-stdin <<<"$PASSWORD" 2>/dev/null 3>&- &
  done
  wait
  for i in 1 2 3 4 5 6; do succeeds dpat list -u "user$i"; done
}

@test "readers see whole lists while others write" {
  signed_in
  (for i in $(seq 15); do dpat create "ci$i" -q >/dev/null; done) 3>&- &
  writer=$!
  while kill -0 $writer 2>/dev/null; do
    dpat list --json | "$PYTHON3" -c 'import json, sys
d = json.load(sys.stdin)
assert d["count"] == len(d["tokens"]) == d["active_count"]'
  done
  wait $writer
  [ "$(names | wc -l)" -eq 15 ]
}

@test "delete and create at once leave no ghost" {
  signed_in
  for i in $(seq 8); do dpat create "old$i" -q >/dev/null; done
  for i in $(seq 8); do
    dpat delete "old$i" -y -q 3>&- &
    dpat create "new$i" -q >/dev/null 3>&- &
  done
  wait
  [ "$(names | sort | tr '\n' ' ')" = 'new1 new2 new3 new4 new5 new6 new7 new8 ' ]
  [ "$(sqlite3 "$STORE" 'PRAGMA integrity_check')" = ok ]
}
