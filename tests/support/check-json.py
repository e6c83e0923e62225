#!/usr/bin/env python3
"""Checks dpat/1 documents against the schemas of their kinds.

stdin has one a line, after a tabulator what it should be: "error CODE EXIT", an error object with this code and exit, or
the KIND of a result. Without python3-jsonschema only kind, code and exit are looked at.
"""
import json
import sys

try:
    import jsonschema
except ImportError:
    jsonschema = None

NULLABLE = {"type": ["string", "null"]}
TIME = {"type": ["string", "null"], "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"}
COUNT = {"type": "integer", "minimum": 0}


def record(required, **properties):
    """An object with exactly these members."""
    return {"type": "object", "properties": properties, "required": required or list(properties),
            "additionalProperties": False}


def document(**properties):
    return record(None, schema={"const": "dpat/1"}, kind={"type": "string"}, **properties)


ORIGIN = record(None, ip=NULLABLE, user_agent=NULLABLE)
TOKEN = record(
    None,
    id={"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"},
    name={"type": "string", "minLength": 1, "maxLength": 100},
    state={"enum": ["active", "inactive", "expired"]},
    active={"type": "boolean"},
    scopes={"type": "array", "minItems": 1,
            "items": {"enum": ["repo:public_read", "repo:read", "repo:write", "repo:admin"]}},
    source={"enum": ["manual", "auto"]},
    created_at=dict(TIME, type="string"), expires_at=TIME, last_used_at=TIME, last_used_from=ORIGIN, creator=ORIGIN)
ACCOUNT = record(None, id=NULLABLE, name={"type": "string"}, disabled={"type": "boolean"},
                 second_factor={"type": "boolean"}, token_count=COUNT, active_token_count=COUNT, created_at=TIME)

RIGHT = {"enum": ["read", "write", "admin"]}
KEY_ID = {"type": "string", "pattern": "^([A-Z2-7]{4}:){11}[A-Z2-7]{4}$"}

VERSIONS = {"type": "array", "uniqueItems": True, "items": {"enum": ["2", "3"]}}
FINDINGS = {"type": "array", "items": record(None, severity={"enum": ["error", "warning"]}, message={"type": "string"},
                                             hint=NULLABLE, refused_by=VERSIONS)}

ERROR = record(None, code={"type": "string"}, exit={"type": "integer", "minimum": 1, "maximum": 14},
               message={"type": "string", "minLength": 10}, hint=NULLABLE, http_status={"type": "integer"},
               retryable={"type": "boolean"}, retry_at=TIME, details={"type": "object"})

CHANGE = record(None, id=NULLABLE, name={"type": "string"},
                outcome={"enum": ["changed", "unchanged", "absent", "failed"]},
                error={"anyOf": [{"type": "null"}, ERROR]})

KINDS = {
    "token_list": record(["schema", "kind", "count", "active_count", "inactive_count", "expired_count", "tokens"],
                         schema={"const": "dpat/1"}, kind={"type": "string"},
                         count=COUNT, active_count=COUNT, inactive_count=COUNT, expired_count=COUNT,
                         tokens={"type": "array", "items": TOKEN}, failed={"type": "array", "items": CHANGE}),
    "token_created": document(created={"type": "boolean"}, dry_run={"type": "boolean"},
                              token={"anyOf": [TOKEN, {"type": "object"}, {"type": "null"}]},
                              secret=NULLABLE, delivered_to={"enum": ["stdout", "file", "docker", "command", "keystore", None]},
                              stored_in=NULLABLE),
    "result": document(
        action={"enum": ["rename", "activate", "deactivate", "delete"]}, dry_run={"type": "boolean"},
        ok=COUNT, failed=COUNT,
        items={"type": "array", "items": CHANGE},
        registry_tokens_left_s={"type": ["integer", "null"]}),
    "status": document(service={"type": "string"}, user=NULLABLE, signed_in_with={"enum": ["password", "pat", None]},
                       expires_at=TIME,
                       docker={"anyOf": [{"type": "null"}, record(None, registry={"type": "string"},
                                                                  format={"enum": ["docker", "podman"]},
                                                                  stored_in={"type": "string"})]},
                       docker_entries={"type": "array", "items": record(
                           None, registry={"type": "string"}, format={"enum": ["docker", "podman"]},
                           stored_in={"type": "string"},
                           unencrypted={"type": "boolean"}, automatic={"type": "boolean"}, ended={"type": "boolean"},
                           overridden={"type": "boolean"},
                           token_id=NULLABLE,
                           expires_at=TIME)},
                       docker_problems={"type": "array", "items": record(
                           None, path={"type": "string"}, problem={"type": "string"}, hint={"type": "string"})},
                       secrets_in=NULLABLE,
                       keystore={"anyOf": [{"type": "null"}, record(None, path={"type": "string"},
                                                                    unlocked={"type": "boolean"})]}),
    "account_list": document(count=COUNT, accounts={"type": "array", "items": ACCOUNT}),
    "second_factor": document(action={"enum": ["enable", "disable", "status", "reset"]}, dry_run={"type": "boolean"},
                              user={"type": "string"}, enabled={"type": "boolean"},
                              recovery_code_left={"type": "boolean"}, locked_until=TIME, recovery_code=NULLABLE),
    "keystore": document(action={"enum": ["init", "unlock", "lock", "passphrase", "release", "status"]}, path={"type": "string"},
                         exists={"type": "boolean"}, unlocked={"type": "boolean"}, sessions={"type": "boolean"},
                         moved={"type": ["array", "null"]}, kept={"type": ["array", "null"]}),
    "grant_list": document(count=COUNT, grants={"type": "array", "items": record(
        None, user={"type": "string"}, namespace={"type": "string"}, right=RIGHT, granted_at=TIME)}),
    "grant": document(action={"enum": ["grant", "revoke"]}, dry_run={"type": "boolean"}, user={"type": "string"},
                      namespace={"type": "string"}, right={"anyOf": [RIGHT, {"type": "null"}]}, changed={"type": "boolean"}),
    "public_repositories": document(dry_run={"type": "boolean"}, repository=NULLABLE,
                                    public={"type": ["boolean", "null"]}, repositories={"type": ["array", "null"]}),
    "registry_config": document(realm={"type": "string"}, service={"type": "string"}, issuer={"const": "dpat"},
                                rootcertbundle={"type": "string"}, jwks={"type": "string"}, key_id=KEY_ID,
                                findings=FINDINGS),
    "registry_keys": document(action={"enum": ["list", "rotate"]}, dry_run={"type": "boolean"},
                              keys={"type": "array", "items": record(
                                  None, id=KEY_ID, state={"enum": ["former", "signing", "next"]},
                                  signs_from=dict(TIME, type="string"), signs_until=TIME)}),
    "registry_check": document(config={"type": "string"}, env_file=NULLABLE, ok={"type": "boolean"}, key_id=KEY_ID,
                               works_for=VERSIONS, environment={"type": "array", "items": {"type": "string"}},
                               findings=FINDINGS),
    "log": document(count=COUNT, entries={"type": "array", "items": record(
        None, at=dict(TIME, type="string"), user=NULLABLE, by={"enum": ["owner", "operator", "pat", "nobody"]},
        action={"type": "string", "pattern": "^[a-z_]+$"},
        token={"anyOf": [{"type": "null"}, record(None, id={"type": "string"}, name={"type": "string"})]},
        ip=NULLABLE, user_agent=NULLABLE, note=NULLABLE)}),
    "account": document(action={"enum": ["add", "passwd", "disable", "enable", "delete"]},
                        dry_run={"type": "boolean"}, account=ACCOUNT),
    "config": document(settings={"type": "object"},
                       services={"anyOf": [{"type": "null"}, {"type": "object", "additionalProperties": record(
                           None, user=NULLABLE, registry=NULLABLE)}]}),
    "saved_token": document(service={"type": "string"}, user={"type": "string"}, name={"type": "string"},
                            secret={"type": "string"}),
    "session_list": document(count=COUNT, sessions={"type": "array", "items": record(
        None, service={"type": "string"}, user={"type": "string"}, current={"type": "boolean"},
        signed_in_with={"enum": ["password", "pat"]}, expires_at=TIME, secrets_in=NULLABLE,
        registries={"type": "array", "items": {"type": "string"}})}),
    "version": document(version={"type": "string"}),
    "error": document(error=ERROR),
}


def complaint(kind, expected, text):
    """What is wrong with a document; None when nothing is."""
    value = json.loads(text)
    if value["kind"] != kind:
        return f"kind is {value['kind']}, not {kind}"
    if kind == "error":
        found = [value["error"]["code"], str(value["error"]["exit"])]
        if found != expected:
            return f"the error is {found}"
    if jsonschema:
        for error in jsonschema.Draft7Validator(KINDS[kind]).iter_errors(value):
            return f"{'/'.join(map(str, error.absolute_path))}: {error.message}"
    return None


def main():
    wrong = 0
    for line in sys.stdin:
        words, text = line.rstrip("\n").split("\t", 1)
        kind, *expected = words.split(" ")
        try:
            why = complaint(kind, expected, text)
        except (ValueError, KeyError, TypeError) as error:
            why = repr(error)
        if why:
            wrong += 1
            print(f"{words}: {why}: {text}")
    sys.exit(1 if wrong else 0)


main()
