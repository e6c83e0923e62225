"""A plain client of the HTTP API for tests: requests as bytes, or as JSON, and nothing clever."""
import http.client
import json
import os
import socket

PASSWORD = "correct horse battery"


class Api:
    """The service on a port of loopback."""

    def __init__(self, port):
        self.port = int(port)

    def raw(self, data, timeout=60):
        """Send bytes and read until the server closes, or falls silent."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as peer:
            peer.sendall(data)
            answer = b""
            try:
                while chunk := peer.recv(65536):
                    answer += chunk
            except (TimeoutError, ConnectionResetError):
                pass
            return answer

    def ask(self, method, path, body=None, headers=None):
        """Status, headers and document of one request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
            connection.request(method, path, data, {"Content-Type": "application/json", **(headers or {})})
            answer = connection.getresponse()
            text = answer.read()
            return answer.status, answer.headers, json.loads(text) if text[:1] in (b"{", b"[") else text
        finally:
            connection.close()

    def sign_in(self, user, secret=PASSWORD):
        """The bearer of a new session."""
        status, _, document = self.ask("POST", "/v2/users/login", {"username": user, "password": secret})
        assert status == 200, document
        return document["token"]

    def as_user(self, bearer, method, path, body=None):
        return self.ask(method, path, body, {"Authorization": f"Bearer {bearer}"})


def api():
    return Api(os.environ["PORT"])
