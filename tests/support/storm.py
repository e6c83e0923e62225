#!/usr/bin/env python3
"""Many clients making, using and deleting tokens while the server is killed again and again.

storm.py CLIENTS KILLS COMMAND...   COMMAND starts the server; it writes its port to ./port each time.

Every change that was acknowledged must be there at the end, whole, and nothing else but what was on its way. Prints how
much was done.
"""
import collections
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time

from api import PASSWORD, Api

CLIENTS, KILLS, COMMAND = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
BUSY = 503  # and nothing was changed
lock = threading.Lock()
counts = collections.Counter()
state = {"port": None, "stop": False, "bearer": None}
complaints = []
alive, gone, unknown = {}, set(), set()  # by label: secret; labels acknowledged as deleted; whose fate nobody was told


def start():
    if os.path.exists("port"):
        os.unlink("port")
    server = subprocess.Popen(COMMAND, stderr=open("storm.log", "ab"))
    while not (os.path.exists("port") and os.path.getsize("port")):
        time.sleep(0.01)
        assert server.poll() is None, "the server ended"
    state["port"] = int(open("port", encoding="ascii").read())
    return server


def call(connection, method, path, body=None, bearer=None):
    headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    connection.request(method, path, None if body is None else json.dumps(body), headers)
    answer = connection.getresponse()
    text = answer.read()
    return answer.status, json.loads(text) if text else None


def turn(connection, label):
    """One token's life: made, used, and every other one deleted."""
    with lock:
        unknown.add(label)
    body = {"token_label": label, "scopes": ["repo:read"]}
    status, token = call(connection, "POST", "/v2/access-tokens", body, state["bearer"])
    if status == 201:
        with lock:
            alive[label] = token["token"]
            unknown.discard(label)
            counts["made"] += 1
        status, _ = call(connection, "POST", "/v2/auth/token", {"identifier": "alice", "secret": token["token"]})
        if status not in (200, BUSY):
            complaints.append(f"{label} does not sign in: {status}")
        counts["used"] += status == 200
        if hash(label) % 2:
            with lock:
                unknown.add(label)
            status, _ = call(connection, "DELETE", f"/v2/access-tokens/{token['uuid']}", None, state["bearer"])
            if status == 204:
                with lock:
                    gone.add(label)
                    unknown.discard(label)
                    counts["deleted"] += 1
    elif status == BUSY:
        with lock:
            unknown.discard(label)
        time.sleep(0.1)
    else:
        complaints.append(f"{label} is not made: {status} {token}")


def client(number):
    for i in range(1000000):
        if state["stop"]:
            return
        connection = http.client.HTTPConnection("127.0.0.1", state["port"], timeout=60)
        try:
            for j in range(5):
                turn(connection, f"c{number}-{i}-{j}")
        except (OSError, http.client.HTTPException):
            time.sleep(0.02)
        finally:
            connection.close()


def main():
    server = start()
    state["bearer"] = Api(state["port"]).sign_in("alice")
    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for _ in range(KILLS):
        time.sleep(1.5)
        server.send_signal(signal.SIGKILL)
        server.wait()
        server = start()
    time.sleep(1)
    state["stop"] = True
    for thread in threads:
        thread.join()
    api = Api(state["port"])
    there, page = {}, 1
    while page:
        status, _, document = api.as_user(state["bearer"], "GET", f"/v2/access-tokens?page={page}&page_size=100")
        assert status == 200, document
        there.update((item["token_label"], item) for item in document["results"])
        page = page + 1 if document["next"] else 0
    kept = set(alive) - gone - unknown
    lost, back = kept - set(there), (gone - unknown) & set(there)
    strange = set(there) - set(alive) - unknown
    half = [label for label, item in there.items() if item["scopes"] != ["repo:read"] or not item["is_active"]]
    for label in list(kept)[:50]:
        status, _, _ = api.ask("POST", "/v2/auth/token", {"identifier": "alice", "secret": alive[label]})
        assert status == 200, f"{label} does not sign in"
    server.terminate()
    assert server.wait() == 0
    for complaint in complaints[:10]:
        print(complaint)
    print(f"{dict(counts)} by {CLIENTS} clients through {KILLS} kills: {len(lost)} lost, {len(back)} came back, "
          f"{len(strange)} strange, {len(half)} half-done")
    sys.exit(1 if complaints or lost or back or strange or half or not counts["deleted"] else 0)


main()
