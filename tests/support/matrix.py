#!/usr/bin/env python3
"""The security matrix: every route × every kind of credential × every way to show it → status.

matrix.py ROUTES...   ROUTES are the server's own, as "METHOD PATH"; each must have its row here, and the other way round.
Needs accounts alice and carol (disabled), and PORT.
"""
import base64
import sys

from api import PASSWORD, api

# What an empty body (or none) gives to: a stranger, a session opened with a password, one opened with a token.
ROWS = {
    "POST /v2/users/login": (400, 400, 400),
    "POST /v2/users/2fa-login": (400, 400, 400),
    "POST /v2/auth/token": (400, 400, 400),
    "POST /v2/logout": (401, 200, 200),
    "GET /v2/access-tokens": (401, 200, 403),
    "POST /v2/access-tokens": (401, 400, 403),
    "POST /v2/access-tokens/desktop-generate": (401, 201, 403),
    "GET /v2/access-tokens/{uuid}": (401, 200, 403),
    "PATCH /v2/access-tokens/{uuid}": (401, 200, 403),
    "DELETE /v2/access-tokens/{uuid}": (401, 204, 403),
    "GET /v2/user": (401, 200, 200),
    "GET /v2/user/orgs": (401, 200, 200),
    "PUT /v2/user/password": (401, 400, 403),
    "GET /v2/user/2fa": (401, 200, 403),
    "POST /v2/user/2fa": (401, 400, 403),
    "POST /v2/user/2fa/confirm": (401, 400, 403),
    "POST /v2/user/2fa/disable": (401, 400, 403),
    "GET /v2/audit": (401, 200, 403),
    # whoever shows nothing gets the token of nobody, but a form must say what it asks by; what is shown must be good, and
    # a session is no credential here
    "GET /token": (200, 401, 401),
    "POST /token": (400, 401, 401),
    "GET /auth/token": (200, 401, 401),
    "POST /auth/token": (400, 401, 401),
    "GET /healthz": (200, 200, 200),
    "GET /metrics": (200, 200, 200),
}

# What strangers get from the routes of registry clients, where it is not that.
REFUSED_BY_TOKEN = {"an ended session", "a raw token as Bearer", "a raw token as JWT", "the password as Bearer",
                    "a session as Basic", "a session under another scheme", "an empty Bearer", "an unsigned JWT",
                    "a session with another signature"}

service = api()
wrong = 0


def login(user="alice", secret=PASSWORD):
    return service.sign_in(user, secret)


def basic(user, secret):
    return "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()


def check(route, what, path, headers, expected):
    global wrong
    status, _, document = service.ask(route.split()[0], path, {} if route.split()[0] != "GET" else None, headers)
    if status != expected:
        wrong += 1
        print(f"{route} with {what}: {status}, not {expected}: {document}")


def main():
    given = set(sys.argv[1:])
    for route in given ^ set(ROWS):
        sys.exit(f"{route} is not both in the server's table and in this one")
    manager = login()
    _, _, made = service.as_user(manager, "POST", "/v2/access-tokens", {"token_label": "pat", "scopes": ["repo:admin"]})
    pat = made["token"]
    ended = login()
    service.as_user(ended, "POST", "/v2/logout")
    for route, (stranger, password, token) in ROWS.items():
        def path():
            if "{uuid}" not in route:
                return route.split()[1]
            label = {"token_label": "target", "scopes": ["repo:read"]}
            _, _, target = service.as_user(manager, "POST", "/v2/access-tokens", label)
            return route.split()[1].replace("{uuid}", target["uuid"])
        strangers = {
            "no credential": {},
            "an ended session": {"Authorization": f"Bearer {ended}"},
            "a raw token as Bearer": {"Authorization": f"Bearer {pat}"},
            "a raw token as JWT": {"Authorization": f"JWT {pat}"},
            "the password as Bearer": {"Authorization": f"Bearer {PASSWORD.replace(' ', '+')}"},
            "user and password as Basic": {"Authorization": basic("alice", PASSWORD)},
            "user and token as Basic": {"Authorization": basic("alice", pat)},
            "a session as Basic": {"Authorization": basic("alice", login())},
            "a session in a cookie": {"Cookie": f"token={login()}; access_token={login()}"},
            "a session under another scheme": {"Authorization": f"Token {login()}"},
            "an empty Bearer": {"Authorization": "Bearer "},
            "an unsigned JWT": {"Authorization": "Bearer eyJhbGciOiJub25lIn0.eyJhdWQiOiJkcGF0LWFwaSJ9."},
        }
        def expected(what):
            if not route.endswith("/token") or "/v2/" in route:
                return stranger
            return 401 if what in REFUSED_BY_TOKEN else 200 if what.endswith("as Basic") else stranger
        for what, headers in strangers.items():
            check(route, what, path(), headers, expected(what))
        check(route, "a session in the query", f"{path()}?token={login()}&access_token={login()}", {}, stranger)
        tampered = login()
        tampered = tampered[:-3] + ("AAA" if tampered[-3:] != "AAA" else "BBB")
        what = "a session with another signature"
        check(route, what, path(), {"Authorization": f"Bearer {tampered}"}, expected(what))
        for scheme in ("Bearer", "JWT", "bearer"):
            check(route, f"a password session as {scheme}", path(), {"Authorization": f"{scheme} {login()}"}, password)
            check(route, f"a token session as {scheme}", path(), {"Authorization": f"{scheme} {login(secret=pat)}"},
                  token)
    print(f"{len(ROWS)} routes, {wrong} wrong")
    sys.exit(1 if wrong else 0)


main()
