#!/usr/bin/env python3
"""A stand-in for Docker Hub on loopback: its API in the shapes that were seen of it, and faults on request.

hub.py --port-file FILE [--tls CERTIFICATE KEY] [--proxy-port-file FILE] [--code CODE] [--no-desktop]

The account is alice with the password of the tests. Each request is a line "METHOD TARGET BODY" in ./requests. A file
./fault, {"match": "METHOD PATH", "do": WHAT, "times": N}, spoils requests that begin so, N times (for ever without it).
With a proxy port, CONNECT to any host gives this server. Bodies that the published description does not allow are written
to ./invalid.
"""
import argparse
import base64
import datetime
import http.server
import json
import os
import secrets
import socket
import ssl
import threading
import time
import uuid
from urllib.parse import parse_qs, urlparse

import jsonschema

PASSWORD = "correct horse battery"
with open(os.path.join(os.path.dirname(__file__), "hub-api.json"), encoding="utf-8") as description:
    ROUTES = json.load(description)["routes"]
PAT_REFUSED = {"message": "token issued from personal access token is not allowed", "errinfo": {}}


def jwt(**claims):
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
    return f'{part({"alg": "RS256", "typ": "JWT"})}.{part(claims)}.{part("signature")}'


class Hub:
    """Sessions and tokens in memory."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.tokens, self.secrets, self.sessions, self.pending = [], {}, {}, set()
        self.lock = threading.Lock()

    def bearer(self, source, life=3600):
        now = int(time.time())
        text = jwt(aud="https://hub.docker.com", iat=now, exp=now + life, jti=str(uuid.uuid4()),
                   **{"https://hub.docker.com": {"username": "alice", "source": source, "uuid": "0" * 32}})
        self.sessions[text] = source
        return text

    def make(self, label, scopes, expires_at, source):
        secret = "dckr_pat_" + "".join(secrets.choice("ABCDEFGHJKLMNPQRSTUVWXYZabcdefgh123") for _ in range(27))
        token = {"uuid": str(uuid.uuid4()), "client_id": "HUB", "creator_ip": "203.0.113.5", "creator_ua": "dpat",
                 "created_at": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
                 "last_used": None, "generated_by": source, "is_active": True, "token": "", "token_label": label}
        if scopes is not None:
            token["scopes"] = scopes
        if expires_at is not None:
            token["expires_at"] = expires_at
        self.tokens.insert(0, token)
        self.secrets[secret] = token
        return token, secret

    def sign_in(self, user, secret):
        """What the secret is: "password", the source of a token, or None."""
        if user == "alice" and secret == PASSWORD:
            return "password"
        token = self.secrets.get(secret)
        return f"docker_pat|{token['uuid']}" if user == "alice" and token and token["is_active"] else None


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub = None

    def log_message(self, *_):
        pass

    def send(self, status, document=None, headers=None):
        data = b"" if document is None else document if isinstance(document, bytes) else json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        if document is not None:
            self.send_header("Content-Type", "application/json")
        self.send_header("X-RateLimit-Limit", "180")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def spoil(self):
        """Whether a fault took this request."""
        try:
            with open("fault", encoding="ascii") as file:
                fault = json.load(file)
        except (FileNotFoundError, ValueError):
            return False
        if not f"{self.command} {self.path}".startswith(fault["match"]) or fault.get("times", 1) <= 0:
            return False
        if "times" in fault:
            fault["times"] -= 1
            with open("fault.new", "w", encoding="ascii") as file:
                json.dump(fault, file)
            os.replace("fault.new", "fault")
        what, _, detail = fault["do"].partition(":")
        if what == "late":  # what was asked for, but only after a while
            time.sleep(float(detail))
            return False
        getattr(self, "fault_" + what)(detail)
        return True

    def described(self):
        """The route of the published description that was asked for."""
        path = urlparse(self.path).path.rstrip("/")
        if path.startswith("/v2/access-tokens/") and not path.endswith("-generate"):
            path = "/v2/access-tokens/{uuid}"
        return ROUTES.get(f"{self.command} {path}", {})

    def fault_example(self, detail):
        self.send(int(detail), self.described()["examples"][detail])

    def fault_hang(self, _):
        time.sleep(30)
        self.close_connection = True

    def fault_cut(self, _):
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def fault_half(self, _):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"count\":")
        self.fault_cut(_)

    def fault_slow(self, _):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        for _ in range(300):
            self.wfile.write(b" ")
            time.sleep(0.1)

    def fault_status(self, detail):
        status, _, retry = detail.partition(":")
        self.send(int(status), {"detail": "Rate limit exceeded", "error": False} if status == "429" else b"<html>oops",
                  {"Retry-After": retry} if retry else None)

    def fault_unix_retry(self, detail):
        self.send(429, {"detail": "Rate limit exceeded"}, {"X-Retry-After": str(int(time.time()) + int(detail))})

    def fault_huge(self, _):
        self.send(200, b'{"results":["' + b"x" * (8 << 20) + b'"]}')

    def fault_broken(self, _):
        self.send(200, b'{"count":1,"results":[{"uuid":')

    def fault_deep(self, _):
        self.send(200, b"[" * 100000)

    def fault_wrong_types(self, _):
        self.send(200, {"count": "many", "results": {"0": []}, "token": 7, "access_token": [], "uuid": 5})

    def fault_wrong_token(self, _):
        self.send(200, {"count": 1, "results": [{"uuid": "../../etc", "token_label": 5, "scopes": "all"}]})

    def fault_bad_times(self, _):
        self.send(200, {"count": 1, "results": [{"uuid": str(uuid.uuid4()), "token_label": "x",
                                                 "created_at": "yesterday"}]})

    def fault_endless(self, _):
        page = int(parse_qs(urlparse(self.path).query).get("page", ["1"])[0])
        self.send(200, {"count": 1, "results": [], "next": f"https://evil.example/?page={page}"})

    def fault_other_origin(self, _):
        self.send(200, {"count": 1, "results": [], "next": "http://127.0.0.1:1/v2/access-tokens?page=2"})

    def fault_redirect(self, _):
        self.send(302, b"", {"Location": "http://127.0.0.1:1/stolen"})

    def fault_control(self, _):
        self.send(200, {"count": 1, "results": [{"uuid": str(uuid.uuid4()), "token_label": "a\x1b[31mred\u202e",
                                                 "is_active": True, "scopes": ["repo:read", "repo:new"],
                                                 "created_at": "2021-07-20T12:00:00.000000Z"}]})

    def fault_no_secret(self, _):
        token, _ = self.hub.make("x", ["repo:read"], None, "manual")
        self.send(201, token)

    def fault_secret(self, detail):
        token, _ = self.hub.make("x", ["repo:read"], None, "manual")
        self.send(201, {**token, "token": json.loads(f'"{detail}"')})

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with open("requests", "a", encoding="utf-8") as file:
            file.write(f"{self.command} {self.path} {body.decode()}\n")
        if self.spoil():
            return
        document = json.loads(body) if body else {}
        try:
            jsonschema.validate(document, self.described().get("body", {}))
        except jsonschema.ValidationError as error:
            with open("invalid", "a", encoding="utf-8") as file:
                file.write(f"{self.command} {self.path}: {error.message}\n")
        path = urlparse(self.path).path.rstrip("/")
        with self.hub.lock:
            self.route(path, document)

    do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = answer

    def route(self, path, document):
        hub = self.hub
        if path == "/v2/users/login":
            return self.login(document)
        if path == "/v2/users/2fa-login":
            if document["login_2fa_token"] not in hub.pending or document["code"] != hub.arguments.code:
                return self.send(401, {"detail": "Incorrect authentication credentials"})
            return self.send(200, {"token": hub.bearer("samlp")})
        if path == "/v2/auth/token":
            source = hub.sign_in(document["identifier"], document["secret"])
            if source is None:
                return self.send(401, {"message": "unauthorized", "errinfo": {}})
            return self.send(200, {"access_token": hub.bearer(source, 600)})
        scheme, _, bearer = self.headers.get("Authorization", "").partition(" ")
        source = hub.sessions.get(bearer) if scheme in ("Bearer", "JWT") else None
        if source is None:
            return self.send(401, {"message": "unauthorized", "errinfo": {}})
        if path == "/v2/logout":
            del hub.sessions[bearer]
            return self.send(200, {"detail": "Logged out"})
        if path == "/v2/user":
            return self.send(200, {"id": "0" * 32, "username": "alice", "type": "User", "is_admin": False})
        if source.startswith("docker_pat"):
            return self.send(403, PAT_REFUSED)
        if path == "/v2/access-tokens/desktop-generate":
            if hub.arguments.no_desktop:
                return self.send(404, {"message": "not found"})
            _, secret = hub.make("Docker Desktop", ["repo:admin"], None, "desktop")
            return self.send(201, {"data": {"token": secret}})
        return self.tokens(path, document)

    def login(self, document):
        hub = self.hub
        source = hub.sign_in(document.get("username"), document.get("password"))
        if source is None:
            return self.send(401, {"detail": "Incorrect authentication credentials"})
        if source == "password" and hub.arguments.code:
            pending = jwt(exp=int(time.time()) + 300)
            hub.pending.add(pending)
            return self.send(401, {"detail": "Require secondary authentication on MFA enabled account",
                                   "login_2fa_token": pending})
        return self.send(200, {"token": hub.bearer(source if source != "password" else "samlp"), "refresh_token": ""})

    def tokens(self, path, document):
        hub = self.hub
        if path == "/v2/access-tokens" and self.command == "GET":
            query = parse_qs(urlparse(self.path).query)
            page, size = (int(query.get(key, [value])[0]) for key, value in (("page", "1"), ("page_size", "10")))
            size = min(size, 100)
            shown = hub.tokens[(page - 1) * size:page * size]
            more = page * size < len(hub.tokens)
            link = f"https://hub.docker.com/v2/access-tokens?page_size={size}&page={page + 1}"
            return self.send(200, {"results": shown, "active_count": sum(t["is_active"] for t in hub.tokens),
                                   "count": len(hub.tokens), "next": link if more else None, "previous": None})
        if path == "/v2/access-tokens":
            if not document.get("token_label"):
                return self.send(400, {"fields": {"token_label": ["This field may not be blank."]}, "text": "invalid"})
            token, secret = hub.make(document["token_label"], document.get("scopes"), document.get("expires_at"),
                                     "manual")
            return self.send(201, {**token, "token": secret})
        token = next((t for t in hub.tokens if path == f"/v2/access-tokens/{t['uuid']}"), None)
        if token is None:
            return self.send(404, {"detail": "access token does not exist", "message": "not found"})
        if self.command == "PATCH":
            token.update({key: document[key] for key in ("token_label", "is_active") if key in document})
        if self.command == "DELETE":
            hub.tokens.remove(token)
            return self.send(202)
        return self.send(200, token)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass


def pump(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    finally:
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def tunnel(client, port):
    """CONNECT to wherever: it is this machine's server."""
    head = b""
    while b"\r\n\r\n" not in head:
        head += client.recv(4096)
    with open("connects", "ab") as file:
        file.write(head.splitlines()[0] + b"\n")
    server = socket.create_connection(("127.0.0.1", port))
    client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
    threading.Thread(target=pump, args=(client, server), daemon=True).start()
    pump(server, client)


def proxy(port, port_file):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        write(port_file, listener.getsockname()[1])
        while True:
            client, _ = listener.accept()
            threading.Thread(target=tunnel, args=(client, port), daemon=True).start()


def write(path, port):
    with open(path + ".new", "w", encoding="ascii") as file:
        file.write(f"{port}\n")
    os.replace(path + ".new", path)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port-file", required=True)
    parser.add_argument("--proxy-port-file")
    parser.add_argument("--tls", nargs=2)
    parser.add_argument("--code")
    parser.add_argument("--no-desktop", action="store_true")
    arguments = parser.parse_args()
    Handler.hub = Hub(arguments)
    server = Server(("127.0.0.1", 0), Handler)
    if arguments.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*arguments.tls)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    if arguments.proxy_port_file:
        threading.Thread(target=proxy, args=(server.server_port, arguments.proxy_port_file), daemon=True).start()
    write(arguments.port_file, server.server_port)
    server.serve_forever()


main()
