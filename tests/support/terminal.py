#!/usr/bin/env python3
"""Runs a command on a terminal of its own and talks to it, as a person would.

terminal.py [--expect TEXT --send TEXT]... -- COMMAND...

Waits for each TEXT, then sends the answer with a newline ("^C" and "^D" send those keys, "@code" the code of the
otpauth address that was shown). Prints all that the terminal
showed and ends as the command did (128 + n for a signal). 60 seconds without what is expected are a failure.
"""
import contextlib
import os
import pty
import re
import select
import signal
import sys
import time

import otp

TIMEOUT_S = 60
KEYS = {"^C": b"\x03", "^D": b"\x04"}


def parse(arguments):
    split = arguments.index("--")
    talk, command = arguments[:split], arguments[split + 1:]
    turns = []
    for option, text in zip(talk[::2], talk[1::2]):
        if option == "--expect":
            turns.append((text.encode(), None))
        elif option == "--send":
            turns[-1] = (turns[-1][0], KEYS.get(text, text.encode() + b"\n"))
    return turns, command


def read_more(terminal, deadline):
    """What comes next; empty at the end."""
    ready, _, _ = select.select([terminal], [], [], max(0, deadline - time.monotonic()))
    if not ready:
        sys.exit("the terminal stays silent")
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


def main():
    turns, command = parse(sys.argv[1:])
    child, terminal = pty.fork()
    if child == 0:
        # a suite that runs in the background is started with Ctrl-C ignored, and a terminal's programs are not
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.execvp(command[0], command)
    shown, seen = b"", 0
    deadline = time.monotonic() + TIMEOUT_S
    for expected, answer in turns:
        while (at := shown.find(expected, seen)) < 0:
            more = read_more(terminal, deadline)
            if not more:
                sys.stdout.write(shown.decode(errors="replace"))
                sys.exit(f"ended before it said {expected!r}")
            shown += more
        seen = at + len(expected)
        if answer == b"@code\n":
            uri = re.search(rb"otpauth://\S+", shown).group().decode()
            answer = otp.code(uri, time.time()).encode() + b"\n"
        if answer is not None:
            os.write(terminal, answer)
    while True:
        # a key pressed between the prompt and the read of the answer is lost, so an impatient person presses it again
        if turns and turns[-1][1] == KEYS["^C"] and not select.select([terminal], [], [], 0.3)[0]:
            with contextlib.suppress(OSError):
                os.write(terminal, KEYS["^C"])
        more = read_more(terminal, deadline)
        if not more:
            break
        shown += more
    sys.stdout.write(shown.decode(errors="replace").replace("\r\n", "\n"))
    sys.stdout.flush()
    _, status = os.waitpid(child, 0)
    sys.exit(128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status))


main()
