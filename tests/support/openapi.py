#!/usr/bin/env python3
"""The published description of Docker Hub's API against the server, both ways.

openapi.py DESCRIPTION    DESCRIPTION is JSON with "schemas" and "routes", see tests/support/hub-api.json

Each example request of the description must be taken by the server, and each answer of the server, good or bad, must be
valid by the schema that the description has for that status. Needs PORT and the account alice.
"""
import copy
import json
import sys

import jsonschema

from api import PASSWORD, api

service = api()
wrong = 0


def validate(description, route, status, document):
    """Whether the description knows this answer."""
    global wrong
    schema = description["routes"][route]["responses"].get(str(status))
    if schema is None:
        wrong += 1
        print(f"{route}: {status} is not described")
        return
    try:
        jsonschema.Draft4Validator({"$ref": f"#/schemas/{schema}", **description}).validate(document)
    except jsonschema.ValidationError as error:
        wrong += 1
        print(f"{route} {status}: {error.message}: {document}")


def call(description, route, bearer, expected, uuid="", body=None):
    global wrong
    method, path = route.split()
    headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    status, _, document = service.ask(method, path.replace("{uuid}", uuid), body, headers)
    if status != expected:
        wrong += 1
        print(f"{route} with {body}: {status}, not {expected}: {document}")
    if status != 204:
        validate(description, route, status, document)
    return document


def check_examples(description):
    """The description's own examples fit its schemas: else the test would prove nothing."""
    for route, row in description["routes"].items():
        for status, example in row.get("examples", {}).items():
            validate(description, route, status, example)


def main():
    global wrong
    description = json.load(open(sys.argv[1], encoding="utf-8"))
    check_examples(description)
    requests = {route: row.get("request") for route, row in description["routes"].items()}

    def example(route, **changes):
        return {**copy.deepcopy(requests[route]), **changes}

    mine = {"username": "alice", "password": PASSWORD}
    login, auth = "POST /v2/users/login", "POST /v2/auth/token"
    manager = call(description, login, None, 200, body=example(login, **mine))["token"]
    call(description, login, None, 401, body=example(login))
    call(description, auth, None, 200, body=example(auth, identifier="alice", secret=PASSWORD))
    call(description, auth, None, 401, body=example(auth))
    second = "POST /v2/users/2fa-login"
    call(description, second, None, 401, body=example(second))
    create, read = "POST /v2/access-tokens", "GET /v2/access-tokens/{uuid}"
    listing, change, delete = "GET /v2/access-tokens", "PATCH /v2/access-tokens/{uuid}", "DELETE /v2/access-tokens/{uuid}"
    when = "2091-10-28T18:30:19.520861Z"  # the example's own is past
    made = call(description, create, manager, 201, body=example(create, expires_at=when))
    if made["expires_at"] != when or made["scopes"] != requests[create]["scopes"]:
        wrong += 1
        print(f"not echoed as sent: {made}")
    call(description, create, manager, 201, body={"token_label": "older client", "is_active": False, "new_key": {}})
    call(description, create, manager, 400, body=example(create))  # expired
    call(description, create, manager, 400, body=example(create, token_label="", expires_at=when))
    call(description, create, manager, 400, body=example(create, scopes=["repo:everything"], expires_at=when))
    call(description, create, manager, 400, body=example(create, scopes=[], expires_at=when))
    call(description, create, None, 401, body=example(create))
    page = call(description, listing, manager, 200)
    if page["count"] != 2 or any(item["token"] != "" for item in page["results"]):
        wrong += 1
        print(f"not the list expected: {page}")
    call(description, listing, "x", 401)
    call(description, read, manager, 200, made["uuid"])
    call(description, read, manager, 404, "00000000-0000-4000-8000-000000000000")
    call(description, read, manager, 404, "nonsense")
    call(description, read, None, 401, made["uuid"])
    changed = call(description, change, manager, 200, made["uuid"], example(change))
    if (changed["token_label"], changed["is_active"]) != (requests[change]["token_label"], requests[change]["is_active"]):
        wrong += 1
        print(f"not changed as asked: {changed}")
    call(description, change, manager, 200, made["uuid"], {})
    call(description, change, manager, 400, made["uuid"], {"token_label": "x" * 101})
    call(description, change, manager, 400, made["uuid"], {"expires_at": when})
    call(description, change, None, 401, made["uuid"], example(change))
    call(description, delete, manager, 204, made["uuid"])
    call(description, delete, manager, 404, made["uuid"])
    call(description, delete, None, 401, made["uuid"])
    print(f"{len(description['routes'])} routes, {wrong} wrong")
    sys.exit(1 if wrong else 0)


main()
