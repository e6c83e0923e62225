#!/usr/bin/env python3
"""Fails or kills a command at each of the system calls it makes on some folders, one run for each, and has a check look.

inject.py --home FOLDER --on FOLDER... --check COMMAND [--faults NAME...] [--secret TEXT...] [--under WORDS] -- COMMAND...

strace traces the command once; then, for each call that named or held something below an --on folder, the home is put
back as it was, the command runs again with that one call failing or killing it, and the check is run (by bash) with
ENDED (the exit status, or "killed"), FAULT, SAID (a file with all that was printed) and BEFORE (the home as it was). A
check says on stdout what is wrong. stdin of the command is the file $INPUT. --sample tries only so many of them, spread evenly. --under names what strace itself runs
under, quoted as for a shell. Ends with 1 when a check failed, a status is none of dpat's, or a text of --secret was printed by a run that
failed.
"""
import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys

READ = ("EIO", "EINTR", "KILL")
PLACE = ("EIO", "ENOSPC", "EROFS", "KILL")
# What each call is made to do. A call of the same meaning has another name on other machines.
FAULTS = {
    "openat": ("EIO", "EMFILE", "ENOSPC", "EINTR", "KILL"),
    "read": READ, "write": ("EIO", "ENOSPC", "EINTR", "KILL"), "fsync": ("EIO", "ENOSPC", "EINTR", "KILL"),
    "flock": ("EIO", "EINTR", "KILL"), "fchmod": ("EIO", "KILL"), "fchown": ("EIO", "KILL"),
    "ftruncate": ("EIO", "EINTR", "KILL"), "fallocate": ("EIO", "ENOSPC", "EINTR", "KILL"), "lseek": ("EIO", "KILL"),
    "rename": PLACE, "renameat": PLACE, "renameat2": PLACE, "link": PLACE, "linkat": PLACE,
    "unlink": PLACE, "unlinkat": PLACE, "mkdir": PLACE, "mkdirat": PLACE,
    "stat": ("EIO",), "newfstatat": ("EIO",), "fstat": ("EIO",), "access": ("EIO",), "faccessat": ("EIO",),
    "readlink": ("EIO",), "readlinkat": ("EIO",),
}
STATUSES = {"0", "1", "4", "5", "8", "9", "10", "12", "13", "14", "killed"}


def copy(folder, to):
    """Copy what a folder holds, with its owners."""
    shutil.copytree(folder, to, symlinks=True, dirs_exist_ok=True)
    for parent, folders, files in os.walk(folder):
        for name in folders + files:
            info = os.lstat(os.path.join(parent, name))
            os.chown(os.path.join(to, os.path.relpath(os.path.join(parent, name), folder)), info.st_uid, info.st_gid,
                     follow_symlinks=False)


class Runs:
    def __init__(self, options):
        self.options = options
        self.work = options.home.rstrip("/") + ".inject"
        shutil.rmtree(self.work, ignore_errors=True)
        os.makedirs(self.work)
        self.before = self.work + "/before"
        copy(options.home, self.before)
        self.trace, self.said = self.work + "/trace", self.work + "/said"

    def restore(self):
        for name in os.listdir(self.options.home):
            path = os.path.join(self.options.home, name)
            shutil.rmtree(path) if os.path.isdir(path) and not os.path.islink(path) else os.unlink(path)
        copy(self.before, self.options.home)

    def strace(self, calls, *inject):
        """The exit status of the command; what it printed is in self.said."""
        strace = ["strace", "-q", "-y", "-o", self.trace, "-e", "trace=" + ",".join("?" + call for call in calls)]
        with open(self.said, "wb") as said, open(os.environ.get("INPUT", os.devnull), "rb") as stdin:
            return subprocess.run([*self.options.under, *strace, *inject, *self.options.command], stdin=stdin,
                                  stdout=said, stderr=said, check=False).returncode

    def lines(self):
        with open(self.trace, encoding="utf-8", errors="replace") as trace:
            return trace.readlines()

    def moments(self):
        """(call, which of that name it is) of each call on what is being watched."""
        calls = [call for call, faults in FAULTS.items()
                 if not self.options.faults or set(faults) & set(self.options.faults)]
        if self.strace(calls) != 0:
            with open(self.said, encoding="utf-8", errors="replace") as said:
                sys.exit(f"the command fails by itself: {said.read()}")
        counts, found = {}, []
        for line in self.lines():
            if not (match := re.match(r"(\w+)\(", line)):
                continue
            call = match.group(1)
            counts[call] = counts.get(call, 0) + 1
            if any(folder + "/" in line or folder + ">" in line or f'"{folder}"' in line
                   for folder in self.options.on):
                found.append((call, counts[call]))
        return found

    def complaint(self, call, which, fault):
        """What is wrong after that fault; None when nothing is, or the call was not made."""
        self.restore()
        what = "signal=KILL" if fault == "KILL" else "error=" + fault
        status = self.strace([call], "-e", f"inject={call}:{what}:when={which}")
        killed = any("killed by SIGKILL" in line for line in self.lines())
        if not killed and not any("(INJECTED)" in line for line in self.lines()):
            return "it was not reached"
        with open(self.said, encoding="utf-8", errors="replace") as text:
            said = text.read()
        ended = "killed" if killed else str(status)
        if ended not in STATUSES:
            return f"exit status {ended}: {said}"
        if ended not in ("0", "killed"):
            if not said.strip():
                return f"exit status {ended}, and not a word"
            if any(secret in said for secret in self.options.secret):
                return f"the error shows a secret: {said}"
        check = subprocess.run(["bash", "-c", self.options.check], capture_output=True, text=True, check=False,
                               env={**os.environ, "ENDED": ended, "FAULT": f"{call} {which} {fault}",
                                    "SAID": self.said, "BEFORE": self.before})
        if check.returncode != 0:
            return f"ended {ended}; {check.stdout}{check.stderr}; said: {said}"
        return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", required=True)
    parser.add_argument("--check", required=True)
    parser.add_argument("--sample", type=int)
    parser.add_argument("--under", type=shlex.split, default=[])
    for option in ("--on", "--faults", "--secret"):
        parser.add_argument(option, nargs="+", default=[])
    split = sys.argv.index("--")
    options = parser.parse_args(sys.argv[1:split])
    options.command = sys.argv[split + 1:]
    runs = Runs(options)
    cases = [(call, which, fault) for call, which in runs.moments() for fault in FAULTS[call]
             if not options.faults or fault in options.faults]
    if options.sample and options.sample < len(cases):
        cases = [cases[(2 * i + 1) * len(cases) // (2 * options.sample)] for i in range(options.sample)]
    wrong = 0
    for call, which, fault in cases:
        if complaint := runs.complaint(call, which, fault):
            wrong += 1
            print(f"{call} {which} {fault}:", " | ".join(complaint.split("\n")))
    runs.restore()
    print(f"{len(cases)} faults, {wrong} wrong")
    sys.exit(1 if wrong or not cases else 0)


main()
