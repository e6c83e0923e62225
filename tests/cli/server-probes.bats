# The server against hostile requests: what is ambiguous is refused, and who may what is held for every route.
setup() {
  load lib.bash
  dpat_home
  signed_in
  export PORT
}

support() { "$PYTHON3" "$TOP_SRCDIR/tests/support/$1" "${@:2}"; }

@test "ambiguous requests are refused, and their connections closed" {
  start_server --rate-limit 0
  run support probes.py
  echo "$output"
  [ "$status" -eq 0 ]
  stop_server
  [ "$ended" -eq 0 ]
}

@test "who may call what, for every route and kind of credential" {
  start_server --rate-limit 0
  mapfile -t routes < <("$DPAT_MANUAL" routes)
  [ "${#routes[@]}" -gt 15 ]
  run support matrix.py "${routes[@]}"
  echo "$output"
  [ "$status" -eq 0 ]
}

@test "bodies that are missing, and members that are empty or of another type" {
  start_server --rate-limit 0
  run support wire.py
  echo "$output"
  [ "$status" -eq 0 ]
}

@test "the matrix fails when a route is missing from it" {
  start_server
  run support matrix.py 'GET /v2/new'
  [ "$status" -ne 0 ]
}

@test "the published examples of Docker Hub's API, both ways" {
  start_server
  run support openapi.py "$TOP_SRCDIR/tests/support/hub-api.json"
  echo "$output"
  [ "$status" -eq 0 ]
}
