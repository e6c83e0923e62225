#!/usr/bin/env python3
"""What every route makes of a body that is missing, and of each member that is empty or of another type.

Needs account alice, and PORT. Prints what was not as it must be, and fails then.
"""
import base64
import sys
import urllib.parse

from api import PASSWORD, api

# Values of every type, by name.
VALUES = {"a number": 7, "zero": 0, "a negative number": -1, "a fraction": 0.5, "true": True, "a list": [],
          "an object": {}, "an empty string": "", "a string": "text"}

LABEL = {"token_label": "wire"}
LOGIN = {"username": "alice", "password": PASSWORD}
SHORT = {"identifier": "alice", "secret": PASSWORD}
SECOND = {"login_2fa_token": "x", "code": "000000"}

# An empty one is as wrong as any other.
SECRETS = {"a string", "an empty string"}

# (method and path, the rest of a good body, member, what is good of VALUES and null)
MEMBERS = [
    ("POST /v2/users/login", LOGIN, "username", SECRETS),
    ("POST /v2/users/login", LOGIN, "password", SECRETS),
    ("POST /v2/users/login", LOGIN, "session_life", {"a number", "null"}),
    ("POST /v2/users/2fa-login", SECOND, "login_2fa_token", SECRETS),
    ("POST /v2/users/2fa-login", SECOND, "code", SECRETS),
    ("POST /v2/users/2fa-login", SECOND, "session_life", {"a number", "null"}),
    ("POST /v2/auth/token", SHORT, "identifier", SECRETS),
    ("POST /v2/auth/token", SHORT, "secret", SECRETS),
    ("POST /v2/access-tokens", LABEL, "token_label", {"a string"}),
    ("POST /v2/access-tokens", LABEL, "scopes", {"null"}),
    ("POST /v2/access-tokens", LABEL, "expires_at", {"null"}),
    ("POST /v2/access-tokens", LABEL, "unique_label", {"true", "null"}),
    ("POST /v2/access-tokens/desktop-generate", {}, "token_label", {"a string", "null"}),
    ("POST /v2/access-tokens/desktop-generate", {}, "scopes", {"null"}),
    ("POST /v2/access-tokens/desktop-generate", {}, "expires_at", {"null"}),
    ("POST /v2/access-tokens/desktop-generate", {}, "place", {"a string", "an empty string", "null"}),
    ("PATCH /v2/access-tokens/{uuid}", {"is_active": True}, "token_label", {"a string", "null"}),
    ("PATCH /v2/access-tokens/{uuid}", {"token_label": "other"}, "is_active", {"true", "null"}),
    ("PUT /v2/user/password", {"old_password": PASSWORD, "new_password": PASSWORD}, "old_password", SECRETS),
    ("PUT /v2/user/password", {"old_password": PASSWORD, "new_password": PASSWORD}, "new_password", set()),
    ("POST /v2/user/2fa", {"password": PASSWORD}, "password", SECRETS),
    ("POST /v2/user/2fa/confirm", {"code": "000000"}, "code", SECRETS),
    ("POST /v2/user/2fa/disable", {"password": PASSWORD, "code": "000000"}, "password", SECRETS),
    ("POST /v2/user/2fa/disable", {"password": PASSWORD, "code": "000000"}, "code", SECRETS),
    ("POST /v2/logout", {}, "everywhere", {"true", "null"}),
]

# Without a body, and with an empty object, where there is no row for that.
EMPTY = {
    "POST /v2/users/login": 400,
    "POST /v2/users/2fa-login": 400,
    "POST /v2/auth/token": 400,
    "POST /v2/access-tokens": 400,
    "POST /v2/access-tokens/desktop-generate": 201,
    "PATCH /v2/access-tokens/{uuid}": 400,
    "PUT /v2/user/password": 400,
    "POST /v2/user/2fa": 400,
    "POST /v2/user/2fa/confirm": 400,
    "POST /v2/user/2fa/disable": 400,
    "POST /v2/logout": 200,
}

# By Docker Hub's specification this is a change of nothing.
EMPTY_OBJECT = {"PATCH /v2/access-tokens/{uuid}": 200}

# Queries: what is good is 200, what is not 400.
QUERIES = {
    "/v2/access-tokens?page=": 400,
    "/v2/access-tokens?page=0": 400,
    "/v2/access-tokens?page=-1": 400,
    "/v2/access-tokens?page=1x": 400,
    "/v2/access-tokens?page_size=": 400,
    "/v2/access-tokens?page_size=0": 400,
    "/v2/access-tokens?page_size=1e3": 400,
    "/v2/access-tokens?page_size=99999999999999999999": 400,
    "/v2/access-tokens?page=1&page_size=999999999": 200,
    "/v2/audit?since=": 400,
    "/v2/audit?since=yesterday": 400,
    "/v2/audit?limit=": 400,
    "/v2/audit?limit=-1": 400,
    "/v2/audit?token=": 400,
    "/v2/audit?token=nothing&since=2021-07-20T12:00:00Z&limit=1": 200,
}

BASIC = {"Authorization": "Basic " + base64.b64encode(f"alice:{PASSWORD}".encode()).decode()}
WRONG = {"Authorization": "Basic " + base64.b64encode(b"alice:dpat_wrong").decode()}

# Forms of POST /token: (fields, head): (status, RFC 6749's code)
FORMS = [
    (None, {}, 400, "invalid_request"),
    ({}, {}, 400, "invalid_request"),
    ({"grant_type": ""}, {}, 400, "invalid_request"),
    ({"grant_type": "password"}, {}, 400, "invalid_request"),
    ({"grant_type": "password", "username": "alice"}, {}, 400, "invalid_request"),
    ({"grant_type": "password", "username": "alice", "password": ""}, {}, 400, "invalid_request"),
    ({"grant_type": "password", "username": "", "password": PASSWORD}, {}, 400, "invalid_request"),
    ({"grant_type": "password", "username": "alice", "password": PASSWORD}, BASIC, 400, "invalid_request"),
    ({"grant_type": "password", "username": "alice", "password": PASSWORD, "service": "x"}, {}, 400, "invalid_request"),
    ({"grant_type": "password", "username": "alice", "password": PASSWORD, "account": "bob"}, {}, 400,
     "invalid_request"),
    ({"grant_type": "password", "username": "alice", "password": PASSWORD, "account": "alice"}, {}, 200, None),
    ({"grant_type": "password", "username": "alice", "password": "dpat_wrong"}, {}, 401, "invalid_grant"),
    ({"grant_type": "refresh_token", "refresh_token": "x"}, {}, 400, "unsupported_grant_type"),
    ({"grant_type": "client_credentials"}, {}, 400, "unsupported_grant_type"),
    ({"grant_type": "authorization_code", "code": "x"}, {}, 400, "unsupported_grant_type"),
    ({"scope": "repository:alice/app:pull"}, BASIC, 200, None),
    ({"account": "bob"}, BASIC, 400, "invalid_request"),
    ({"account": "alice"}, BASIC, 200, None),
    ({}, WRONG, 401, "invalid_client"),
]

# GET /token: (query, head): status
GETS = [
    ("", {}, 200),
    ("?account=bob", {}, 200),
    ("?account=bob", BASIC, 400),
    ("?account=alice", BASIC, 200),
    ("?account=", BASIC, 200),
    ("?service=", BASIC, 200),
    ("?service=other", BASIC, 400),
]

service = api()
wrong = []


def expect(what, seen, good):
    if seen not in good:
        wrong.append(f"{what}: {seen}")


def ask(route, body, bearer=None):
    method, path = route.split()
    bearer = bearer or service.sign_in("alice")
    if "{uuid}" in path:
        _, _, token = service.as_user(bearer, "POST", "/v2/access-tokens", LABEL)
        path = path.replace("{uuid}", token["uuid"])
    status, _, document = service.as_user(bearer, method, path, body)
    if status == 400 and not {"message", "detail", "fields", "text"} <= set(document):
        wrong.append(f"{route} {body}: not as Docker Hub's 400: {document}")
    return status


def try_members():
    for route, rest, member, good in MEMBERS:
        bearer = None if route.endswith("logout") else service.sign_in("alice")
        for name, value in {**VALUES, "null": None}.items():
            status = ask(route, {**rest, member: value}, bearer)
            # beyond its type, what is good may be refused for what it says
            expect(f"{route} with {name} as {member}", status, {200, 201, 204, 401, 409} if name in good else {400})


def try_forms():
    for fields, head, expected, code in FORMS:
        data = None if fields is None else urllib.parse.urlencode(fields).encode()
        head = {"Content-Type": "application/x-www-form-urlencoded", **head}
        status, _, document = service.ask("POST", "/token", data, head)
        expect(f"POST /token {fields}", (status, document.get("error")), {(expected, code)})
    for query, head, expected in GETS:
        status, _, _ = service.ask("GET", "/token" + query, None, head)
        expect(f"GET /token{query}", status, {expected})


def try_names():
    """Names with characters that nobody sees are refused as Docker Hub refuses a bad name; those in emoji are not."""
    for label, expected in (("c\u200bi", 400), ("ci\u00ad", 400), ("c\u200di", 400), ("\U000e0061", 400), ("\u3000", 400),
                            ("\U0001f469\u200d\U0001f4bb", 200), ("\u2764\ufe0f", 200)):
        bearer = service.sign_in("alice")
        _, _, token = service.as_user(bearer, "POST", "/v2/access-tokens", LABEL)
        path = f"/v2/access-tokens/{token['uuid']}"
        expect(f"PATCH {label!a}", service.as_user(bearer, "PATCH", path, {"token_label": label})[0], {expected})
        for path in ("/v2/access-tokens", "/v2/access-tokens/desktop-generate"):
            status, _, document = service.as_user(bearer, "POST", path, {"token_label": label})
            expect(f"POST {path} {label!a}", status, {expected if expected == 400 else 201})
            if status == 400 and "token_label" not in document["fields"]:
                wrong.append(f"{label!a}: {document}")


def main():
    for route, expected in EMPTY.items():
        expect(f"{route} without a body", ask(route, None), {expected})
        expect(f"{route} with an empty object", ask(route, {}), {EMPTY_OBJECT.get(route, expected)})
        expect(f"{route} with null", ask(route, b"null"), {400})
    try_members()
    bearer = service.sign_in("alice")
    for path, expected in QUERIES.items():
        expect(path, service.as_user(bearer, "GET", path)[0], {expected})
    try_forms()
    try_names()
    print("\n".join(wrong))
    sys.exit(1 if wrong else 0)


main()
