#!/usr/bin/env python3
"""The owner's device: otp.py URI [OFFSET_S] prints the code that it shows now, or at another time (RFC 6238)."""
import base64
import hashlib
import hmac
import struct
import sys
import time
from urllib.parse import parse_qs, urlparse


def code(uri, at):
    secret = parse_qs(urlparse(uri).query)["secret"][0]
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    mac = hmac.new(key, struct.pack(">Q", int(at) // 30), hashlib.sha1).digest()
    offset = mac[-1] & 15
    return "%06d" % ((struct.unpack(">I", mac[offset:offset + 4])[0] & 0x7FFFFFFF) % 10**6)


if __name__ == "__main__":
    print(code(sys.argv[1], time.time() + float((sys.argv[2:] or ["0"])[0])))
