#!/usr/bin/env python3
"""A stand-in registry on loopback (TLS, self-signed): it demands Basic credentials and writes down what it is shown.

registry.py --port-file FILE --record FILE [--accept USER:SECRET] [--count N]

Answers GET /v2/ and manifests of any name (distribution specification 1.1). Each line of the record is
"USER SECRET METHOD PATH". Without --accept any credentials are good. With --count it is that many registries, their
ports one a line.
"""
import argparse
import base64
import http.server
import json
import os
import ssl
import subprocess
import tempfile
import threading

CONFIG = b"{}"
CONFIG_DIGEST = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
MANIFEST = json.dumps({
    "schemaVersion": 2,
    "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
    "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "size": len(CONFIG),
               "digest": CONFIG_DIGEST},
    "layers": [],
}).encode()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body=b"", kind="application/json", headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Docker-Distribution-Api-Version", "registry/2.0")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def credentials(self):
        scheme, _, value = self.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        user, _, secret = base64.b64decode(value).decode().partition(":")
        with open(self.server.record, "a", encoding="utf-8") as record:
            record.write(f"{user} {secret} {self.command} {self.path}\n")
        return f"{user}:{secret}"

    def do_GET(self):
        shown = self.credentials()
        if shown is None or (self.server.accept and shown != self.server.accept):
            body = json.dumps({"errors": [{"code": "UNAUTHORIZED", "message": "authentication required"}]}).encode()
            self.answer(401, body, headers=[("WWW-Authenticate", 'Basic realm="stand-in"')])
        elif self.path == "/v2/":
            self.answer(200, b"{}")
        elif "/manifests/" in self.path:
            self.answer(200, MANIFEST, json.loads(MANIFEST)["mediaType"])
        elif self.path.endswith("/blobs/" + CONFIG_DIGEST):
            self.answer(200, CONFIG, "application/octet-stream")
        else:
            self.answer(404, b'{"errors":[]}')

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


def tls_context():
    """A certificate of this minute: a private key does not belong into a repository."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        key, certificate = os.path.join(folder, "key"), os.path.join(folder, "certificate")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                        "-days", "1", "-keyout", key, "-out", certificate],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        context.load_cert_chain(certificate, key)
    return context


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass  # a client that tries something else first and goes away


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port-file", required=True)
    parser.add_argument("--record", required=True)
    parser.add_argument("--accept")
    parser.add_argument("--count", type=int, default=1)
    options = parser.parse_args()
    context = tls_context()
    servers = [Server(("127.0.0.1", 0), Handler) for _ in range(options.count)]
    for server in servers:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        server.record = options.record
        server.accept = options.accept
    with open(options.port_file + ".new", "w", encoding="utf-8") as port_file:
        port_file.writelines(f"{server.server_port}\n" for server in servers)
    os.rename(options.port_file + ".new", options.port_file)
    for server in servers[1:]:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    servers[0].serve_forever()


main()
