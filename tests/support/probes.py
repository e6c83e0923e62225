#!/usr/bin/env python3
"""Requests that two programs in a row could read differently: each must be refused, and the connection closed.

Needs PORT. Prints what was not refused, and fails then.
"""
import sys

from api import api

HEAD = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST /v2/users/login HTTP/1.1\r\nHost: localhost\r\n"

# name: (bytes, statuses)
PROBES = {
    "two different Content-Length": (POST + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\n{}  ", {400}),
    "two equal Content-Length": (POST + b"Content-Length: 4\r\nContent-Length: 4\r\n\r\n{}  ", {400}),
    "Content-Length: 4, 4": (POST + b"Content-Length: 4, 4\r\n\r\n{}  ", {400}),
    "Content-Length: +4": (POST + b"Content-Length: +4\r\n\r\n{}  ", {400}),
    "Content-Length: 0x4": (POST + b"Content-Length: 0x4\r\n\r\n{}  ", {400}),
    "Content-Length: -1": (POST + b"Content-Length: -1\r\n\r\n{}  ", {400}),
    "Content-Length with Transfer-Encoding":
        (POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", {400}),
    "Transfer-Encoding: xchunked": (POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", {400}),
    "Transfer-Encoding: chunked, identity": (POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", {400}),
    "Transfer-Encoding twice":
        (POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n\r\n0\r\n\r\n", {400}),
    "Transfer-Encoding: identity": (POST + b"Transfer-Encoding: identity\r\n\r\n", {400}),
    "chunked in HTTP/1.0": (POST.replace(b"1.1", b"1.0") + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", {400}),
    "chunk size 0x4": (POST + b"Transfer-Encoding: chunked\r\n\r\n0x4\r\n{}  \r\n0\r\n\r\n", {400}),
    "chunk size that overflows":
        (POST + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff1\r\n{}\r\n0\r\n\r\n", {400, 413}),
    "bare CR in a value": (HEAD + b"X-A: b\rc\r\n\r\n", {400}),
    "control character in a value": (HEAD + b"X-A: b\x01c\r\n\r\n", {400}),
    "DEL in a value": (HEAD + b"X-A: b\x7fc\r\n\r\n", {400}),
    "space before the colon": (HEAD + b"X-A : b\r\n\r\n", {400}),
    "name with a space": (HEAD + b"X A: b\r\n\r\n", {400}),
    "name with a control character": (HEAD + b"X\x02A: b\r\n\r\n", {400}),
    "control character in the path": (b"GET /heal\x01thz HTTP/1.1\r\nHost: localhost\r\n\r\n", {400}),
    "a byte above 127 in the path": (b"GET /heal\xffthz HTTP/1.1\r\nHost: localhost\r\n\r\n", {400}),
    "%00 in the path": (b"GET /healthz%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", {400}),
    "%00 in the query": (b"GET /healthz?a=%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", {400}),
    "no Host": (b"GET /healthz HTTP/1.1\r\n\r\n", {400}),
    "two Host": (HEAD + b"Host: other\r\n\r\n", {400}),
    "two Authorization": (HEAD + b"Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n", {400}),
    "HTTP/1.2": (b"GET /healthz HTTP/1.2\r\nHost: localhost\r\n\r\n", {400, 505}),
    "HTTP/9.9": (b"GET /healthz HTTP/9.9\r\nHost: localhost\r\n\r\n", {400, 505}),
    "17 KiB of head": (HEAD + b"X-A: " + b"a" * 17408 + b"\r\n\r\n", {431}),
    "64 KiB of head": (HEAD + b"X-A: " + b"a" * 65536 + b"\r\n\r\n", {431, 413}),
    "a long path": (b"GET /" + b"a" * 40000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", {414, 431}),
    "16385 bytes of body": (POST + b"Content-Length: 16385\r\n\r\n" + b" " * 16385, {413}),
    "body without an end": (POST + b"Content-Length: 99999999999999999999\r\n\r\n", {400, 413}),
    "20 KB of chunks": (POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"1000\r\n" + b" " * 4096 + b"\r\n"
                        + (b"1000\r\n" + b" " * 4096 + b"\r\n") * 4 + b"0\r\n\r\n", {413}),
}

# What looks odd and is well-formed: it must get through.
GOOD = {
    "plain": HEAD + b"\r\n",
    "HTTP/1.0": b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n",
    "a tab in a value": HEAD + b"X-A: b\tc\r\n\r\n",
    "UTF-8 in a value": HEAD + "X-A: ü\r\n\r\n".encode(),
    "chunked": POST + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "15 KiB of head": HEAD + b"X-A: " + b"a" * 15000 + b"\r\n\r\n",
}


def main():
    service = api()
    wrong = 0
    for name, (data, statuses) in PROBES.items():
        # a request behind it, which must never be answered
        answer = service.raw(data + b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", timeout=3 if 0 in statuses else 60)
        status = int(answer[9:12]) if answer.startswith(b"HTTP/1.") else 0
        if status not in statuses or b'"status":"ok"' in answer:
            wrong += 1
            print(f"{name}: {answer[:300]!r}")
    for name, data in GOOD.items():
        answer = service.raw(data.replace(b"Host: localhost\r\n", b"Host: localhost\r\nConnection: close\r\n"))
        status = int(answer[9:12]) if answer.startswith(b"HTTP/1.") else 0
        if status != (400 if data.startswith(b"POST") else 200):
            wrong += 1
            print(f"good: {name}: {answer[:300]!r}")
    print(f"{len(PROBES)} probes, {len(GOOD)} good ones, {wrong} wrong")
    sys.exit(1 if wrong else 0)


main()
