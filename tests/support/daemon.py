#!/usr/bin/env python3
"""A stand-in for Docker's daemon: a unix socket that answers as much of its API as the docker client's login, pull,
push and build need, and writes down what credentials the client sends.

    daemon.py --socket PATH --record FILE [--refuse] [--identity TOKEN]

From bats: docker_daemon (tests/cli/helper.bash) starts it and sets DOCKER_HOST; then docker_sends IMAGE prints the
credentials that docker pull IMAGE sends, for example {"username": "alice", "password": "...", "serveraddress": "..."}.
FILE ($ASKED) gets one JSON object a line for each request but pings:

    method, path   as asked, with the query
    auth           of X-Registry-Auth, decoded (pull, push): an AuthConfig; {} when the client has no credentials
    config         of X-Registry-Config, decoded (build): host to AuthConfig
    body           of POST /auth, decoded (docker login): username, password, serveraddress

It makes the socket once it listens. With --refuse, logins get 401; --identity is the token that a login answers with.
It runs until it is killed.
"""
import argparse
import base64
import http.server
import json
import os
import socketserver
import threading
import urllib.parse

API_VERSION = "1.43"


def decode(text):
    """What base64 (URL alphabet, padding optional) of JSON holds; the text itself when it is none."""
    if text is None:
        return None
    try:
        return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError:
        return text


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format, *args):
        pass

    def answer(self, status, document, kind="application/json"):
        body = b"" if document is None else json.dumps(document).encode() + b"\n"
        self.send_response(status)
        self.send_header("Api-Version", API_VERSION)
        self.send_header("Ostype", "linux")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def read_body(self):
        if self.headers.get("Transfer-Encoding") == "chunked":
            parts = []
            while (size := int(self.rfile.readline(), 16)) > 0:
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def record(self, path, body):
        seen = {"method": self.command, "path": self.path, "auth": decode(self.headers.get("X-Registry-Auth")),
                "config": decode(self.headers.get("X-Registry-Config"))}
        if path == "/auth":
            seen["body"] = json.loads(body)
        with self.server.lock, open(self.server.options.record, "a") as out:
            out.write(json.dumps(seen) + "\n")

    def handle_request(self):
        body = self.read_body()
        path = urllib.parse.urlsplit(self.path).path
        if path.startswith("/v1."):  # "/v1.43/auth"
            path = "/" + path.split("/", 2)[2]
        if path == "/_ping":
            return self.answer(200, None, "text/plain")
        self.record(path, body)
        options = self.server.options
        if path == "/version":
            return self.answer(200, {"Version": "0", "ApiVersion": API_VERSION, "MinAPIVersion": "1.24", "Os": "linux"})
        if path == "/info":
            return self.answer(200, {"OSType": "linux", "IndexServerAddress": "https://index.docker.io/v1/"})
        if path == "/auth" and options.refuse:
            return self.answer(401, {"message": "incorrect username or password"})
        if path == "/auth":
            return self.answer(200, {"Status": "Login Succeeded", "IdentityToken": options.identity})
        if path == "/images/create" or path.endswith("/push"):
            return self.answer(200, {"status": "done"})
        if path == "/build":
            return self.answer(200, {"stream": "done"})
        return self.answer(404, {"message": "no such path here: " + path})

    do_GET = do_HEAD = do_POST = do_DELETE = handle_request


class Daemon(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True

    def __init__(self, options):
        self.options = options
        self.lock = threading.Lock()
        super().__init__(options.socket + ".new", Handler)
        os.rename(options.socket + ".new", options.socket)  # who sees it can connect


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--socket", required=True)
    parser.add_argument("--record", required=True)
    parser.add_argument("--refuse", action="store_true")
    parser.add_argument("--identity", default="")
    Daemon(parser.parse_args()).serve_forever()


if __name__ == "__main__":
    main()
