#!/usr/bin/env python3
"""Clients that are slow on purpose: each must be cut at its deadline, however often it sends a byte.

Needs PORT. A deadline is 10 s for a head, 20 s for a body, 30 s for an answer that is not read or a silence; all run
side by side. Prints how long each was kept, and fails for one that was kept too long or cut too soon; a machine that is
busy may take twice as long. Without CHECK_LONG in the environment only those are tried that are cut after 10 s.
"""
import contextlib
import os
import selectors
import socket
import sys
import time

from api import api

HEAD = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST /v2/users/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 16000\r\n\r\n"

# name: (first bytes, a byte a second from here on, deadline in seconds)
ALL = {
    "silent from the beginning": (b"", b"", 10),
    "one byte of head a second": (b"", HEAD + b"X-A: " + b"a" * 100, 10),
    "a head without an end": (HEAD, b"", 10),
    "one byte of body a second": (POST, b" " * 100, 20),
    "a body that does not come": (POST, b"", 20),
    "silent after an answer": (HEAD + b"\r\n", b"", 30),
}
CLIENTS = {name: what for name, what in ALL.items() if os.environ.get("CHECK_LONG") or what[2] == 10}


def main():
    port = api().port
    selector = selectors.DefaultSelector()
    began = time.monotonic()
    drips, kept = {}, {}
    sent = 0
    for name, (first, slowly, _) in CLIENTS.items():
        peer = socket.create_connection(("127.0.0.1", port))
        peer.sendall(first)
        selector.register(peer, selectors.EVENT_READ, name)
        drips[name] = (peer, slowly)
    while len(kept) < len(CLIENTS) and time.monotonic() - began < 70:
        for key, _ in selector.select(timeout=0.2):
            try:
                gone = not key.fileobj.recv(65536)
            except ConnectionError:
                gone = True
            if gone:
                kept[key.data] = time.monotonic() - began
                selector.unregister(key.fileobj)
                key.fileobj.close()
        if time.monotonic() - began < sent + 1:
            continue
        for name, (peer, slowly) in drips.items():
            with contextlib.suppress(OSError):
                if name not in kept:
                    peer.send(slowly[sent:sent + 1])
        sent += 1
    wrong = 0
    for name, (_, _, deadline) in CLIENTS.items():
        held = kept.get(name)
        good = held is not None and deadline - 1 <= held <= 2 * deadline
        wrong += not good
        print(f"{'ok' if good else 'WRONG'}: {name}: {'never cut' if held is None else f'cut after {held:.1f} s'}")
    sys.exit(1 if wrong else 0)


main()
